"""A facet over rows that hang on those of the list."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet, TextField, Value

from muster.web.ui.tables.filters import Facet, choice_text, count_choices


class ThroughFacet(Facet):
    """A facet over rows that hang on people, such as their enrollments: only rows that the reader may see count.

    `seen` is asked of the filters for those rows; `person` is the column that names whose they are. Several facets over
    the same rows are about one and the same of them: with a department, only its own batches are offered.
    """

    def __init__(self, label: Any, *, value: str, text: str, seen: str, person: str, none: Any = "") -> None:
        super().__init__(label, value=value, text=text, none=none, many=True)
        self.seen, self.person = seen, person

    def _rows(self, *, besides: str = "") -> QuerySet[Any]:
        """The rows that meet what is chosen of all facets over them, but of the one named."""
        rows: QuerySet[Any] = getattr(self.parent, self.seen)
        for name, one in self.parent.facets.items():
            chosen = self.parent.chosen(name)
            if name in (besides, self.parent.left_out) or chosen in ("", self.NONE):
                continue
            if isinstance(one, ThroughFacet) and one.seen == self.seen:
                try:
                    rows = rows.filter(**{one.lookup: chosen})
                except (ValueError, ValidationError):
                    return rows.none()
        return rows

    def _with_value(self) -> QuerySet[Any]:
        return getattr(self.parent, self.seen).filter(**{f"{self.lookup}__isnull": False})  # type: ignore[no-any-return]

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The people with such a row, or without one that has a value; nobody when the value cannot be one."""
        if not value:
            return qs
        if value == self.NONE:
            return qs.exclude(pk__in=self._with_value().values(self.person))
        try:
            return qs.filter(pk__in=self._rows().filter(**{self.lookup: value}).values(self.person))
        except (ValueError, ValidationError):
            return qs.none()

    def arms(self, name: str, qs: QuerySet[Any]) -> list[QuerySet[Any]]:
        """One statement for the choices, one more for the people without any such row."""
        rows = self._rows(besides=name.removeprefix("="))
        own = rows.filter(**{f"{self.lookup}__isnull": False, f"{self.person}__in": qs.order_by().values("pk")})
        counted = count_choices(own, name, choice_text(self.lookup), choice_text(self.text), self.person)
        nobody = qs.exclude(pk__in=self._with_value().values(self.person))
        return [counted, count_choices(nobody, name, Value(None, TextField()), Value("", TextField()))]

    def options(self, counts: Any, chosen: str, called: str = "") -> list[Any]:
        """The choices to offer; "none" only where there is somebody, or when it is chosen."""
        return [option for option in super().options(counts, chosen, called) if option.count or option.chosen]
