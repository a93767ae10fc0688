"""Writing many rows of a model in one statement, and the history that its trigger would have kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, models
from django.db.models import NOT_PROVIDED

from muster.core.history import TRACKED
from muster.core.models import AuditEntry


def run(statement: str, values: Mapping[str, Any] | None = None) -> int:
    """Run a statement; how many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def insert(model: type[models.Model], source: str, /, **columns: str) -> int:
    """Insert a row for each of `source` (what stands after FROM), its columns as SQL; how many there were.

    Columns that are not named have the model's defaults.
    """
    given: dict[str, Any] = {}
    for field in model._meta.local_concrete_fields:
        column = str(field.column)
        if (
            column in columns
            or field.db_default is not NOT_PROVIDED
            or field.generated
            or isinstance(field, models.AutoField)
        ):
            continue
        columns[column] = f"%({column})s"
        given[column] = field.get_db_prep_save(field.get_default(), connection)
    names = ", ".join(f'"{name}"' for name in columns)
    table = model._meta.db_table
    return run(f'INSERT INTO "{table}" ({names}) SELECT {", ".join(columns.values())} FROM {source}', given)


def keep_history(
    model: type[models.Model],
    *,
    at: str = "row.created_at",
    use_case: str,
    request: str = "NULL",
    before: str = "",
    after: str = "",
    where: str = "TRUE",
) -> None:
    """Write the entries that the model's trigger would have kept of the generated rows.

    Without `before` and `after` it is of rows that came; `after` may then say what of them was different when they did.
    """
    tracking = TRACKED[model]
    table = model._meta.db_table
    left_out = "{" + ",".join(tracking.left_out) + "}"
    whole = f"to_jsonb(row) - '{left_out}'::text[]"
    part_of = f"coalesce({', '.join([*(f'row.{column}' for column in tracking.part_of), 'NULL::uuid'])})"
    owner = f"row.{tracking.owner}" if tracking.owner else "NULL::uuid"
    mine = f"{owner} IN (SELECT id FROM place)" if tracking.owner else "TRUE"
    run(
        f"""
        INSERT INTO "{AuditEntry._meta.db_table}" (
            at, owner_id, table_name, row_id, part_of, before, after, by_id, by_name, use_case, request, facts
        )
        SELECT {at}, {owner}, '{table}', row.id, {part_of},
               {before or "NULL"}, {after if before else f"{whole} || {after}" if after else whole},
               admin.id, coalesce(admin.name, ''), '{use_case}', {request}, '{{}}'
        FROM "{table}" AS row
        LEFT JOIN person AS admin ON admin.institution_id = {owner} AND admin.role = 'admin'
        WHERE {mine} AND ({where})
        """
    )
