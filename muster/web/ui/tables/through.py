"""A facet over rows that hang on those of the list."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from muster.core.permissions import NOTHING
from muster.web.ui.tables.counting import Counting, choice_text
from muster.web.ui.tables.filters import Facet


class ThroughFacet(Facet):
    """A facet over rows that hang on people, such as their enrollments: only rows that the reader may see count.

    `seen` is asked of the filters for those rows; `person` is the column that names whose they are.
    """

    def __init__(self, label: Any, *, value: str, text: str, seen: str, person: str, none: Any = "") -> None:
        super().__init__(label, value=value, text=text, none=none, many=True)
        self.seen, self.person = seen, person

    def _rows(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = getattr(self.parent, self.seen)
        return rows

    def condition(self, value: str) -> Q:
        """What people with such a row, or without any, meet; nobody when the value cannot be one."""
        if not value:
            return Q()
        if value == self.NONE:
            return ~Q(pk__in=self._rows().values(self.person))
        try:
            return Q(pk__in=self._rows().filter(**{self.lookup: value}).values(self.person))
        except (ValueError, ValidationError):
            return NOTHING

    def count(self, counting: Counting, name: str, where: str) -> None:
        """Count, under the name, the people for each choice, and those without any row."""
        key, word = (
            counting.hanging(self.seen, self._rows(), self.person, choice_text(one)) for one in (self.lookup, self.text)
        )
        counting.choices_of_hanging(name, self.seen, where, key, word)
        if self.none:
            counting.number_without(name, self.seen, where)

    def options(self, counts: Any, chosen: str, called: str = "") -> list[Any]:
        """The choices to offer; "none" only where there is somebody, or when it is chosen."""
        return [option for option in super().options(counts, chosen, called) if option.count or option.chosen]
