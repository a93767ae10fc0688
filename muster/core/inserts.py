"""New rows written by a statement that is made once and prepared: for what is written all the time."""

from __future__ import annotations

from typing import Generic, TypeVar

from django.db import connection, models

from muster.core.history import TOLD, Context, history_facts
from muster.core.prepared import prepared_cursor

M = TypeVar("M", bound=models.Model)


class PreparedInsert(Generic[M]):
    """Writes new rows of a model, as `save()` does but without signals, and tells history who acts."""

    def __init__(self, model: type[M]) -> None:
        # The first is the key; its value asks `told`, which PostgreSQL would leave out otherwise.
        self.fields = sorted(model._meta.local_concrete_fields, key=lambda field: not field.primary_key)
        columns = ", ".join(f'"{field.column}"' for field in self.fields)
        values = ", ".join(["(SELECT %s FROM told)", *["%s"] * (len(self.fields) - 1)])
        self.sql = TOLD + f' INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({values})'  # noqa: S608

    def __call__(self, context: Context, row: M) -> M:
        """Write the row, within the `recorded` that gives the context. Constraints refuse as they do for `save()`."""
        values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in self.fields]
        with prepared_cursor() as cursor:
            cursor.execute(self.sql, [history_facts(context), *values])
        context.remember()
        row._state.adding, row._state.db = False, connection.alias
        return row
