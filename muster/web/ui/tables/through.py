"""A facet over rows that hang on those of the list."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from muster.core.permissions import NOTHING
from muster.web.ui.tables.counting import Counting, choice_text, when
from muster.web.ui.tables.filters import Facet


class ThroughFacet(Facet):
    """A facet over rows that hang on people, such as their enrollments: only rows that the reader may see count.

    `seen` is asked of the filters for those rows; `person` is the column that names whose they are. Several facets over
    the same rows are about one and the same of them: with a department, only its own batches are offered.
    """

    def __init__(self, label: Any, *, value: str, text: str, seen: str, person: str, none: Any = "") -> None:
        super().__init__(label, value=value, text=text, none=none, many=True)
        self.seen, self.person = seen, person

    def _rows(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = getattr(self.parent, self.seen)
        return rows

    def _chosen(self, besides: str) -> list[Q]:
        """What rows must meet by what is chosen of all facets over them, but of the one named."""
        return [
            one.value_is(chosen)
            for name, one in self.parent.facets.items()
            if isinstance(one, ThroughFacet) and one.seen == self.seen and name != besides
            if (chosen := self.parent.chosen(name)) not in ("", self.NONE)
        ]

    def heeds(self, other: str) -> bool:
        """Whether another facet over the same rows has a choice."""
        one = self.parent.facets.get(other)
        return isinstance(one, ThroughFacet) and one.seen == self.seen and bool(self.parent.chosen(other))

    def value_is(self, value: str) -> Q:
        """What rows with this value meet; nothing when the value cannot be one."""
        condition = Q(**{self.lookup: value})
        try:
            self._rows().filter(condition)
        except (ValueError, ValidationError):
            return NOTHING
        return condition

    def condition(self, value: str, *, besides: str = "") -> Q:
        """What people with such a row, or without one that has a value, meet; nobody when the value cannot be one."""
        if not value:
            return Q()
        if value == self.NONE:
            return ~Q(pk__in=self._rows().filter(**{f"{self.lookup}__isnull": False}).values(self.person))
        return Q(pk__in=self._rows().filter(*self._chosen(besides), self.value_is(value)).values(self.person))

    def count(self, counting: Counting, name: str, where: str) -> None:
        """Count, under the name, the people for each choice, and those without any such row."""

        def column(value: Any) -> str:
            return counting.hanging(self.seen, self._rows(), self.person, value)

        key, word = column(choice_text(self.lookup)), column(choice_text(self.text))
        same = [column(when(one)) for one in self._chosen(name.removeprefix("="))]
        counting.choices_of_hanging(name, self.seen, " AND ".join((where, *same)), key, word)
        counting.number_without(name, self.seen, where, key)

    def options(self, counts: Any, chosen: str, called: str = "") -> list[Any]:
        """The choices to offer; "none" only where there is somebody, or when it is chosen."""
        return [option for option in super().options(counts, chosen, called) if option.count or option.chosen]
