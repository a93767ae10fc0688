"""Conditions on rows that other rows, or many keys, name, in shapes that cost no more than the rows they find.

`x IN (SELECT ...) OR y IN (SELECT ...)`, and EXISTS within OR or CASE, make the database go through the whole table.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import Exists, F, Func, Q, QuerySet, Subquery


@models.UUIDField.register_lookup
@models.ForeignKey.register_lookup
class OneOf(models.Lookup):
    """`batch__one_of=keys`: what `__in` says, with hundreds of keys as one value instead of one each."""

    lookup_name = "one_of"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:
        return "%s", [list(value)]

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if not self.rhs:
            raise EmptyResultSet
        column, before = self.process_lhs(compiler, connection)
        keys, given = self.process_rhs(compiler, connection)
        return f"{column} = ANY({keys})", [*before, *given]


class KeyIn(Q):
    """Rows whose key is in one of the `arms`: querysets of one column. Of two of them `|` makes one."""

    def __init__(self, *arms: QuerySet[Any, Any]) -> None:
        self.arms = arms
        super().__init__(pk__in=arms[0].union(*arms[1:], all=True) if len(arms) > 1 else arms[0])

    def _combine(self, other: Any, conn: str) -> Q:
        if conn == self.OR and isinstance(other, KeyIn):
            return KeyIn(*self.arms, *other.arms)
        return Q(*self.children)._combine(other, conn)  # type: ignore[attr-defined, no-any-return]

    def __invert__(self) -> Q:
        return ~Q(*self.children)


class _EqualsAny(Func):
    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = models.BooleanField()


def is_one_of(column: str, rows: QuerySet[Any, Any]) -> Q:
    """Rows in which the column is one of what a queryset of one column gives: found once, by an index within an OR."""
    return Q(_EqualsAny(F(column), ArraySubquery(rows)))


class IsAmong(Exists):
    """Whether the queryset, which names the outer row, has it: looked up for each row that is shown.

    Of a plain EXISTS the database may find all that it has beforehand; not where an OFFSET is asked for.
    """

    template = "EXISTS(%(subquery)s OFFSET 0)"


def asks_other_rows(condition: Any) -> bool:
    """Whether a condition has a subquery in it."""
    if isinstance(condition, Q):
        return any(map(asks_other_rows, condition.children))
    if isinstance(condition, tuple):
        return asks_other_rows(condition[1])
    if isinstance(condition, (QuerySet, Subquery)):
        return True
    return any(map(asks_other_rows, getattr(condition, "get_source_expressions", list)()))
