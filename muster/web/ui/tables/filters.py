"""The filters of a list: linked selects with counts, and the search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.permissions import NOTHING
from muster.core.search import plain, words_in
from muster.web.ui.tables.counting import Counting, Counts, choice_text

SHOWN, TOTAL, UNSEARCHED = "*shown", "*total", "*unsearched"
# Before the name of a facet: the rows under all other filters.
EVERY = "*every "


@dataclass(frozen=True)
class Option:
    """One choice of a facet, with the number of rows it would show."""

    value: str
    label: str
    count: int | None
    chosen: bool = False


class Facet(django_filters.Filter):  # type: ignore[misc]
    """A select of the values that a column has, each with its count under the other filters.

    `value` is the lookup that is compared; `text` the lookup that is shown, or `words` maps values to words (and
    sets their order). `none` names the choice of the rows without a value, which is offered where there are some: so
    the counts add up to the rows. With `many` the lookup crosses a to-many relation, and a row counts for each of its
    values. `descending` shows the greatest first, as suits years.
    """

    field_class = django_filters.CharFilter.field_class

    def __init__(
        self,
        label: Any,
        *,
        value: str,
        text: str = "",
        words: Iterable[tuple[Any, Any]] = (),
        none: Any = "",
        many: bool = False,
        descending: bool = False,
    ) -> None:
        super().__init__(label=label, field_name=value)
        self.lookup, self.text, self.words = value, text or value, {str(key): word for key, word in words}
        self.none, self.many, self.descending = none, many, descending

    scope = hidden = False
    NONE = "none"

    def heeds(self, other: str) -> bool:
        """Whether what this one asks follows from what another filter chose."""
        return False

    def condition(self, value: str, *, besides: str = "") -> Q:
        """What the rows with this value meet: everything while none is chosen, nothing where it cannot be one.

        Of what is chosen elsewhere, what the filter `besides` chose is left out of account.
        """
        if not value:
            return Q()
        condition = Q(**{f"{self.lookup}__isnull": True}) if value == self.NONE else Q(**{self.lookup: value})
        try:
            if self.many:
                return Q(pk__in=self.model._default_manager.filter(condition).values("pk"))
            self.parent.queryset.filter(condition)
        except (ValueError, ValidationError):
            # A made-up value in the address: no row has it.
            return NOTHING
        return condition

    def count(self, counting: Counting, name: str, where: str) -> None:
        """Count, under the name, the choices of the listed rows that meet a condition."""
        key, word = choice_text(self.lookup), choice_text(self.text)
        if self.many:
            rows = self.model._default_manager.filter(pk__in=counting.keys(where))
            counting.rows(name, rows, key, word)
        else:
            counting.choices(name, where, counting.column(key), counting.column(word))

    def options(self, counts: Counts, chosen: str, called: str = "") -> list[Option]:
        """The choices to offer, in order. `called` is the word of the chosen one, should no row be left of it."""
        found = [
            Option(
                value=self.NONE if key is None else key,
                label=str(self.none or _("None")) if key is None else str(self.words.get(key, word)),
                count=number,
                chosen=chosen == (self.NONE if key is None else key),
            )
            for key, word, number in counts
        ]
        if self.words:
            place = {key: index for index, key in enumerate([self.NONE, *self.words])}
            found.sort(key=lambda option: place.get(option.value, len(place)))
        else:
            found.sort(key=lambda option: (option.value != self.NONE, plain(option.label)))
            if self.descending:
                found.reverse()
        if chosen and not any(option.chosen for option in found):
            # Chosen, though the other filters leave no row of it: it must stay visible to be dropped.
            label = self.none if chosen == self.NONE else self.words.get(chosen, called or _("Another"))
            found.append(Option(chosen, str(label), 0, chosen=True))
        return found


@dataclass(frozen=True)
class Bucket:
    """A named condition of a `Buckets` facet; `chip` is its word among the applied filters."""

    key: str
    label: Any
    where: Q
    chip: Any = ""


class Buckets(django_filters.Filter):  # type: ignore[misc]
    """A select of named conditions. With a bucket of key "" that one holds unless another is chosen.

    With `scope` it says what the list is about (archived or not), so it also bounds the total. A `hidden` one is no
    select: a link such as a saved view sets it, and its chip drops it.
    """

    field_class = django_filters.CharFilter.field_class
    many = False

    def heeds(self, other: str) -> bool:
        """Whether what this one asks follows from what another filter chose."""
        return False

    def __init__(self, label: Any, *buckets: Bucket, scope: bool = False, hidden: bool = False) -> None:
        super().__init__(label=label)
        self.buckets, self.scope, self.hidden = {bucket.key: bucket for bucket in buckets}, scope, hidden

    def condition(self, value: str, *, besides: str = "") -> Q:
        """What the rows of the chosen bucket meet."""
        if not value and "" not in self.buckets:
            return Q()
        bucket = self.buckets.get(value or "")
        return bucket.where if bucket else NOTHING

    def count(self, counting: Counting, name: str, where: str) -> None:
        """Count, under the name, the listed rows of each bucket that meet a condition."""
        for key, bucket in self.buckets.items():
            counting.number(name, f"{where} AND {counting.flag(bucket.where)}", key=key)

    def options(self, counts: Counts, chosen: str, called: str = "") -> list[Option]:
        """The buckets in their own order."""
        numbers = {key: number for key, _word, number in counts}
        return [
            Option(key, str(bucket.label), numbers.get(key, 0), chosen=key == chosen)
            for key, bucket in self.buckets.items()
        ]


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    """The filters of a list. `search` names the lookups that every typed word is looked for in."""

    search: ClassVar[Sequence[str]] = ()
    search_hint: ClassVar[Any] = gettext_lazy("Name or code")

    @property
    def words(self) -> str:
        return str(self.data.get("q", "")).strip()[:200] if self.data and self.search else ""

    @property
    def facets(self) -> dict[str, Facet | Buckets]:
        return {name: one for name, one in self.filters.items() if isinstance(one, (Facet, Buckets))}

    def chosen(self, name: str) -> str:
        """The value chosen for a facet, as the address has it."""
        return str(self.data.get(name, ""))[:200].replace("\x00", "") if self.data else ""

    def conditions(self, *without: str) -> list[Q]:
        """What narrows the rows now. The filters named are left out, and the search as "q"."""
        names = [name for name in (*self.facets, "q") if name not in without]
        return [condition for name in names if (condition := self._condition(name, *without))]

    def _condition(self, name: str, *without: str) -> Q:
        """The same one however often it is asked for."""
        if name == "q":
            return self._known.setdefault((name, ""), words_in(self.words, *self.search))
        one = self.facets[name]
        besides = without[0] if len(without) == 1 and one.heeds(without[0]) else ""
        if (name, besides) not in self._known:
            self._known[name, besides] = one.condition(self.chosen(name), besides=besides)
        return self._known[name, besides]

    @cached_property
    def _known(self) -> dict[tuple[str, str], Q]:
        return {}

    def rows(self) -> QuerySet[Any]:
        """The rows under all filters."""
        found: QuerySet[Any] = self.queryset.all()
        for condition in self.conditions():
            found = found.filter(condition)
        return found

    def counts(self) -> dict[str, list[tuple[str | None, str | None, int]]]:
        """Every number the list shows, by facet, in one statement."""
        counting = Counting(self.queryset)

        def passing(*without: str) -> str:
            return counting.all_of(self.conditions(*without))

        counting.number(SHOWN, passing())
        counting.number(TOTAL, passing("q", *(name for name, one in self.facets.items() if not one.scope)))
        if self.words:
            counting.number(UNSEARCHED, passing("q"))
        for name, one in self.facets.items():
            chosen = self.chosen(name)
            if one.hidden and not chosen:
                continue
            others = passing(name)
            counting.number(f"{EVERY}{name}", others)
            one.count(counting, name, others)
            if chosen and isinstance(one, Facet):
                # The word of what is chosen, even where the other filters leave none of its rows.
                one.count(counting, f"={name}", counting.all_of([self._condition(name)]))
        return counting.ask()
