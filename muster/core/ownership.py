"""Whose the tables are, and as whom the application asks.

The tables belong to an owner, who migrates. Web and jobs sign in as another role, which reads and writes rows and can
do nothing about the rules: no table is its own, it can neither truncate nor switch triggers off, and what the database
derives from other rows it only reads, and some of that not even (`hidden_from_application`). Where one role is all
there is, the rules hold against the application's code and not against whoever has its password; `muster doctor` says
so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import pgtrigger
from django.conf import settings
from django.db import connection, models, transaction
from psycopg import sql

M = TypeVar("M", bound=type[models.Model])

_read_only: list[type[models.Model]] = []
_added_to: list[type[models.Model]] = []
_hidden: list[type[models.Model]] = []


def kept_by_triggers(model: M) -> M:
    """A table that follows from others: triggers write it, and the application only reads it."""
    _read_only.append(model)
    return model


def only_added_to(model: M) -> M:
    """A table whose rows stay as they were written."""
    _added_to.append(model)
    return model


def hidden_from_application(model: M) -> M:
    """A table that the application cannot even read: it asks a view, which shows what may be seen."""
    _hidden.append(model)
    return model


def hidden_tables() -> list[str]:
    """Their names."""
    return [model._meta.db_table for model in _hidden]


def kept_tables() -> tuple[list[str], list[str]]:
    """The names of the tables that triggers keep, and of those that are only added to."""
    return [model._meta.db_table for model in _read_only], [model._meta.db_table for model in _added_to]


@contextmanager
def as_owner() -> Iterator[None]:
    """Ask as the owner of the tables for a while: in commands, alone in their process and outside of transactions."""
    owner = settings.DATABASE_OWNER
    before = {part: connection.settings_dict[part] for part in owner}
    _sign_in(owner)
    try:
        # Whoever signed in as the owner may have taken the application's role.
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE NONE")
        yield
    finally:
        if before:
            _sign_in(before)
        elif not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")


def _sign_in(parts: dict[str, str]) -> None:
    if parts:
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
        connection.settings_dict.update(parts)


def give_to_application() -> None:
    """Let the application's role read and write rows, and nothing more. As the owner; again without harm.

    Makes the role where the owner may make roles. A role that is the owner keeps what it has.
    """
    role = settings.DATABASE_APPLICATION
    with transaction.atomic(), connection.cursor() as cursor:
        keep_institutions_apart()
        cursor.execute("SELECT current_user, current_database(), current_schema()")
        owner, database, schema = cursor.fetchone()
        # A URL without a user signs in as whoever runs Muster, who then owns the tables too.
        if role in ("", owner):
            return
        read_only, added_to = kept_tables()
        names = {
            "role": sql.Identifier(role),
            "database": sql.Identifier(database),
            "schema": sql.Identifier(schema),
            "read_only": _names(*read_only, "django_migrations"),
            "added_to": _names(*added_to),
            "hidden": _names(*hidden_tables()),
        }
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE ROLE {role} LOGIN").format(**names))
        for statement in GIVEN:
            cursor.execute(sql.SQL(statement).format(**names))


GIVEN = (
    "REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC",
    "REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC",
    "REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}",
    "GRANT CONNECT ON DATABASE {database} TO {role}",
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
    "REVOKE INSERT, UPDATE, DELETE ON {read_only} FROM {role}",
    "REVOKE UPDATE, DELETE ON {added_to} FROM {role}",
    "REVOKE ALL ON {hidden} FROM {role}",
)


# The id is asked once for a statement, by the sub-select, and rows that are there are compared with it alone. Of IS NOT
# NULL the planner thinks that it holds, so that it plans as if no row were hidden: each query has its filter. Without
# functions of ours, which it would read anew for every table of every statement.
APART = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS {policy} ON {table};
CREATE POLICY {policy} ON {table} USING (
    {owner} = (SELECT nullif(nullif(current_setting('muster.institution', TRUE), ''), '*')::uuid) {or_nobodys}
    OR CASE WHEN current_setting('muster.institution', TRUE) = '*' THEN TRUE END IS NOT NULL
)
"""
# To be changed with what it says: then it is made anew.
POLICY = "one_institution_is_there"
NOT_APART = """
SELECT DISTINCT ON (relname) relname, attname, attnotnull
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND atttypid = 'uuid'::regtype
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND attname IN ('institution_id', 'owner_id')
AND NOT (relrowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid AND polname = %s))
-- A row of an institution may name a person as its owner.
ORDER BY relname, attname
"""


def tables_not_apart() -> list[tuple[str, str, bool]]:
    """The tables that show everybody the rows of every institution: with the owner's column, and whether it is set."""
    with connection.cursor() as cursor:
        cursor.execute(NOT_APART, [POLICY])
        tables: list[tuple[str, str, bool]] = cursor.fetchall()
    return tables


def keep_institutions_apart() -> None:
    """Let all but the owner see and write the rows of one institution alone (`isolation`), in every table that has any.

    What belongs to no institution, as the history of users, everybody sees.
    """
    for table, column, is_set in tables_not_apart():
        owner = sql.Identifier(column)
        statement = sql.SQL(APART).format(
            table=sql.Identifier(table),
            policy=sql.Identifier(POLICY),
            owner=owner,
            or_nobodys=sql.SQL("" if is_set else "OR {} IS NULL").format(owner),
        )
        with connection.cursor() as cursor:
            cursor.execute(statement)


def _names(*tables: str) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, tables))


# What a role could get around the rules by, and the words for it. What it may become counts as what it is.
EXCESS = """
WITH asks AS (SELECT * FROM pg_roles WHERE rolname = current_user),
tables AS (
    SELECT oid, relowner FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
)
SELECT word FROM (VALUES
    ((SELECT rolsuper FROM asks), 'is a superuser'),
    ((SELECT rolbypassrls FROM asks), 'sees the rows of every institution'),
    ((SELECT rolcreaterole FROM asks), 'may make roles'),
    (EXISTS (SELECT FROM tables WHERE pg_has_role(current_user, relowner, 'MEMBER')), 'owns tables'),
    (EXISTS (SELECT FROM tables WHERE has_table_privilege(oid, 'TRUNCATE')), 'may truncate tables'),
    (EXISTS (SELECT FROM tables WHERE has_table_privilege(oid, 'TRIGGER')), 'may create triggers'),
    (has_database_privilege(current_database(), 'CREATE')
     OR EXISTS (SELECT FROM pg_namespace WHERE nspname !~ '^pg_' AND has_schema_privilege(oid, 'CREATE')),
     'may create functions and tables'),
    (has_database_privilege(current_database(), 'TEMPORARY'), 'may create temporary tables'),
    (EXISTS (SELECT FROM tables WHERE oid = ANY (%s::regclass[])
             AND has_table_privilege(oid, 'INSERT, UPDATE, DELETE')), 'may write what the database derives'),
    (EXISTS (SELECT FROM tables WHERE oid = ANY (%s::regclass[])
             AND has_table_privilege(oid, 'UPDATE, DELETE')), 'may rewrite what is only added to'),
    (EXISTS (SELECT FROM tables WHERE oid = ANY (%s::regclass[])
             AND has_table_privilege(oid, 'SELECT')), 'may read what is hidden from it')
) AS excess(found, word) WHERE found
"""


def excess_of_role() -> list[str]:
    """What the role that is signed in may do and should not, in words; empty for a role as it should be."""
    with connection.cursor() as cursor:
        cursor.execute(EXCESS, [*kept_tables(), hidden_tables()])
        return [row[0] for row in cursor.fetchall()]


@contextmanager
def without_triggers(*names: str) -> Iterator[None]:
    """Let the owner write what triggers (`app.Model:name`) keep, for repairs. Locks their tables against others."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (role,) = cursor.fetchone()
        _switch("DISABLE", names, "NONE")
        yield
        _switch("ENABLE", names, role)


def _switch(to: str, names: tuple[str, ...], role: str) -> None:
    with connection.cursor() as cursor:
        # A table with checks put off to the end can't be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL ROLE NONE")
        for model, trigger in pgtrigger.registered(*names):
            table, name = sql.Identifier(model._meta.db_table), sql.Identifier(trigger.get_pgid(model))
            cursor.execute(sql.SQL("ALTER TABLE {} {} TRIGGER {}").format(table, sql.SQL(to), name))
        cursor.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.SQL(role) if role == "NONE" else sql.Identifier(role)))
