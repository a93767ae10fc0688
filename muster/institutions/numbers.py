"""People by their numbers, which are the same in whatever case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Generic, TypeVar

from django.db.models import Q
from django.db.models.functions import Lower
from django.db.models.lookups import In
from django.utils.translation import gettext_lazy

from muster.core.errors import Invalid

T = TypeVar("T")


class AmbiguousNumber(Invalid):
    """Several people's numbers differ from the one that is asked for in case alone."""

    sentence = gettext_lazy(
        "Several people's numbers differ from %(number)s only in upper and lower case. Write it as it is here."
    )


def has_number(field: str, numbers: Collection[str]) -> Q:
    """Rows whose field is one of the numbers, in whatever case."""
    return Q(**{f"{field}__in": numbers}) | Q(In(Lower(field), sorted({number.lower() for number in numbers})))


class ByNumber(Generic[T]):
    """What has a number, found by it: as it is written, else in another case."""

    def __init__(self, numbered: Iterable[tuple[str | None, T]]) -> None:
        self._alike: dict[str, dict[str, T]] = defaultdict(dict)
        for number, one in numbered:
            if number:
                self._alike[number.lower()][number] = one

    def find(self, number: str) -> T | None:
        """Raises AmbiguousNumber."""
        alike = self._alike.get(number.lower(), {})
        if number in alike or len(alike) < 2:
            return alike.get(number) or next(iter(alike.values()), None)
        raise AmbiguousNumber(number=number[:40])
