"""The one statement of every number that a list shows: it goes through the rows of the list once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Count, F, Q, QuerySet, TextField, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

# What a choice is called, its word, and of how many rows it is one.
Counts = Sequence[tuple[str | None, str | None, int]]


class Counting:
    """What is to be counted of some rows, by names: filters say what they count, then everything is asked at once.

    The rows are found first (`listed`), each with the columns that conditions and choices read of it; so are the rows
    that hang on them, once for all filters over them.
    """

    def __init__(self, rows: QuerySet[Any]) -> None:
        self._rows = rows.order_by()
        self._columns: dict[str, Any] = {"listed_key": F("pk")}
        self._hanging: dict[str, tuple[QuerySet[Any], dict[str, Any]]] = {}
        self._flags: dict[int, tuple[Q, str]] = {}
        self._arms: list[tuple[str, Sequence[Any]]] = []

    # --- of the listed rows -------------------------------------------------------------------------------------------
    def column(self, value: Any) -> str:
        """A column of the listed rows, worked out once for each of them."""
        name = f"column_{len(self._columns)}"
        self._columns[name] = value
        return name

    def flag(self, condition: Q) -> str:
        """A column that says whether a row meets the condition."""
        return self.column(when(condition)) if condition else "TRUE"

    def all_of(self, conditions: Collection[Q]) -> str:
        """What listed rows meet that meet all of these conditions, each of them worked out once."""
        for condition in conditions:
            if id(condition) not in self._flags:
                self._flags[id(condition)] = condition, self.flag(condition)
        return " AND ".join(self._flags[id(condition)][1] for condition in conditions) or "TRUE"

    def keys(self, where: str) -> RawSQL:
        """The keys of listed rows, as a subquery for other rows."""
        return RawSQL(f"SELECT listed_key FROM listed WHERE {where}", [])  # noqa: S608, S611 - our own columns

    # --- what is counted ----------------------------------------------------------------------------------------------
    def number(self, name: str, where: str, *, key: str | None = None) -> None:
        """How many listed rows there are."""
        literal = "NULL" if key is None else _literal(key)
        self._ask(f"SELECT {_literal(name)}, {literal}, '', count(*) FROM listed WHERE {where}")  # noqa: S608

    def choices(self, name: str, where: str, key: str, word: str) -> None:
        """How many listed rows there are for each value of two of their columns."""
        columns = f"{key}, {word}"
        self._ask(f"SELECT {_literal(name)}, {columns}, count(*) FROM listed WHERE {where} GROUP BY {columns}")  # noqa: S608

    def rows(self, name: str, rows: QuerySet[Any], key: Any, word: Any, counted: str = "pk") -> None:
        """How many different rows, or columns `counted`, of a queryset there are for each choice."""
        named = rows.order_by().values(facet=Value(name, TextField()), key=key, word=word)
        # What no row can meet is not asked.
        with suppress(EmptyResultSet):
            self._arms.append(named.annotate(number=Count(counted, distinct=True)).query.sql_with_params())

    def hanging(self, table: str, rows: QuerySet[Any], owner: str, value: Any) -> str:
        """A column of rows that hang on the listed ones by their column `owner`, under a name of ours."""
        _rows, columns = self._hanging.setdefault(table, (rows.order_by(), {"hanging_key": F(owner)}))
        name = f"hanging_{len(columns)}"
        columns[name] = value
        return name

    def choices_of_hanging(
        self, name: str, table: str, where: str, key: str, word: str, *, or_nothing: bool = False
    ) -> None:
        """On how many listed rows something hangs, for each value of two columns of `hanging`; or nothing hangs."""
        join, there = ("LEFT JOIN", "TRUE") if or_nothing else ("JOIN", f"{key} IS NOT NULL")
        self._ask(
            f"SELECT {_literal(name)}, {key}, {word}, count(DISTINCT listed_key)"  # noqa: S608
            f" FROM listed {join} {table} ON hanging_key = listed_key WHERE {where} AND {there} GROUP BY {key}, {word}"
        )

    def number_without(self, name: str, table: str, where: str, key: str) -> None:
        """On how many listed rows nothing hangs that has a value in a column of `hanging`."""
        hangs = f"SELECT FROM {table} WHERE hanging_key = listed_key AND {key} IS NOT NULL"
        self.number(name, f"{where} AND NOT EXISTS ({hangs})")

    # --- asking -------------------------------------------------------------------------------------------------------
    def ask(self) -> dict[str, list[tuple[str | None, str | None, int]]]:
        """Everything, by the names that were given; nothing where there can be no rows."""
        found: dict[str, list[tuple[str | None, str | None, int]]] = {}
        try:
            tables = [("listed", *self._rows.values(**self._columns).query.sql_with_params())]
        except EmptyResultSet:
            return found
        tables += [(name, *_columns_of(rows, columns)) for name, (rows, columns) in self._hanging.items()]
        beforehand = ", ".join(f"{name} AS MATERIALIZED ({sql})" for name, sql, _params in tables)
        sql = f"WITH {beforehand} " + " UNION ALL ".join(f"({one})" for one, _params in self._arms)
        params = [value for *_sql, given in (*tables, *self._arms) for value in given]
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            for name, key, word, number in cursor.fetchall():
                found.setdefault(name, []).append((key, word, number))
        return found

    def _ask(self, sql: str) -> None:
        self._arms.append((sql, ()))


def _columns_of(rows: QuerySet[Any], columns: Mapping[str, Any]) -> tuple[str, tuple[Any, ...]]:
    try:
        return rows.values(**columns).query.sql_with_params()
    except EmptyResultSet:
        nothing = ", ".join(f"NULL::{'uuid' if name == 'hanging_key' else 'text'} AS {name}" for name in columns)
        return f"SELECT {nothing} WHERE FALSE", ()


def when(condition: Q) -> Case:
    """Whether a row meets the condition, as a column."""
    return Case(When(condition, then=Value(True)), default=Value(False))


def _literal(word: str) -> str:
    """A word of ours, in the statement."""
    return "'" + word.replace("'", "''").replace("%", "%%") + "'"


def choice_text(lookup: str) -> Cast:
    """A column as the text that all counts have in common."""
    return Cast(F(lookup), TextField())
