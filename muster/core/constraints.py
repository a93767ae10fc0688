"""Constraints that Django does not bring, and what exclusion constraints compare."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement
from django.db.models import Func
from django.db.models.constraints import BaseConstraint

# The field that says whose a row is.
OWNER = "institution"


class SameOwner(BaseConstraint):
    """A foreign key over (owner, reference), so that a row can only reference rows of its own owner.

    The referenced columns must carry a unique constraint. A reference that is NULL is not checked. It is deferred to
    the end of the transaction, as Django's own foreign keys are, and takes their place: give the field
    `db_constraint=False`.
    """

    def __init__(
        self,
        *,
        name: str,
        field: str,
        to: str,
        owner: str = OWNER,
        to_columns: tuple[str, str] = ("institution_id", "id"),
    ) -> None:
        super().__init__(name=name)
        self.field, self.to, self.owner, self.to_columns = field, to, owner, tuple(to_columns)

    def _columns(self, model: type[models.Model]) -> list[str]:
        return [str(model._meta.get_field(name).column) for name in (self.owner, self.field)]  # type: ignore[union-attr]

    def create_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        """Leave the statement for the end of the migration: the other table or its unique key may not be there yet."""
        assert model is not None  # noqa: S101
        assert schema_editor is not None  # noqa: S101
        quote = schema_editor.quote_name
        # The table's name follows Django's own naming, which our models never override.
        table = self.to.lower().replace(".", "_")
        statement = Statement(
            "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s FOREIGN KEY (%(columns)s) "
            "REFERENCES %(to)s (%(to_columns)s) DEFERRABLE INITIALLY DEFERRED",
            table=quote(model._meta.db_table),
            name=quote(self.name),
            columns=", ".join(quote(column) for column in self._columns(model)),
            to=quote(table),
            to_columns=", ".join(quote(column) for column in self.to_columns),
        )
        schema_editor.deferred_sql.append(statement)
        return None

    def constraint_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        return self.create_sql(model, schema_editor)

    def remove_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> Statement:  # type: ignore[override]
        return Statement(
            "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s",
            table=schema_editor.quote_name(model._meta.db_table),
            name=schema_editor.quote_name(self.name),
        )

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to ask beforehand: the rules choose only among rows of the same owner."""

    def referenced_model(self) -> type[models.Model]:
        return apps.get_model(self.to)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameOwner) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash(self.name)

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return (
            path,
            args,
            kwargs | {"field": self.field, "to": self.to, "owner": self.owner, "to_columns": self.to_columns},
        )


class SameId(Func):
    """An id as a built-in range, which an exclusion constraint can compare without an extension.

    Two ids share a hash once in 2^64 pairs; that could only refuse, never allow.
    """

    template = "int8range(uuid_hash_extended(%(expressions)s), uuid_hash_extended(%(expressions)s), '[]')"

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # type: ignore[override]
        sql, params = super().as_sql(compiler, connection, **context)
        # The template names its arguments twice.
        return sql, [*params, *params]


class DaysOf(Func):
    """The days from the first to the last, both included; none when the last is the day before the first."""

    template = "daterange(%(expressions)s)"
