"""Numbers as people read them: with a separator for thousands. Files, attributes and the API have plain ones."""

from __future__ import annotations

from typing import Any

from django.utils.formats import number_format


class GroupedNumber(int):
    """A number of things that is written "12,500", in a template too. Still a number: it chooses the plural form."""

    def __str__(self) -> str:
        return str(number_format(int(self), 0, force_grouping=True))

    def __html__(self) -> str:
        return str(self)


def group_digits(number: Any) -> Any:
    """A whole number as people read it; anything else as it is."""
    return GroupedNumber(number) if isinstance(number, int) and not isinstance(number, bool) else number


def in_figures(value: Any, decimals: int | None = None) -> str:
    """A value as people read it: "12,500", "4.5"; at most one decimal, and none where it is whole."""
    if decimals is None:
        decimals = 1 if value % 1 else 0
    return str(number_format(value, decimals, force_grouping=True))
