"""Conditions on rows that other rows name, in shapes of which the database reads no more than these rows.

`x IN (SELECT ...) OR y IN (SELECT ...)`, and EXISTS within OR or CASE, make it go through the whole table.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, F, Func, Q, QuerySet, Subquery


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
