"""The filters of a list: linked selects with counts, and the search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import CharField, Count, F, Func, IntegerField, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.search import with_words

SHOWN, TOTAL, UNSEARCHED, TALLIED = "*shown", "*total", "*unsearched", "*tallied"
# Before the name of a facet: the rows under all other filters.
EVERY = "*every "
Counts = Sequence[tuple[str | None, str | None, int]]


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

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows with this value; nothing when it cannot be one."""
        if not value:
            return qs
        condition = Q(**{f"{self.lookup}__isnull": True}) if value == self.NONE else Q(**{self.lookup: value})
        try:
            if self.many:
                return qs.filter(pk__in=qs.model._default_manager.filter(condition).values("pk"))
            return qs.filter(condition)
        except (ValueError, ValidationError):
            # A made-up value in the address: no row has it.
            return qs.none()

    def arms(self, name: str, qs: QuerySet[Any]) -> list[QuerySet[Any]]:
        """The statements that count this facet's choices; `qs` has every other filter applied."""
        return [count_choices(qs, name, choice_text(self.lookup), choice_text(self.text))]

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
            found.sort(key=lambda option: (option.value != self.NONE, option.label.casefold()))
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

    def __init__(self, label: Any, *buckets: Bucket, scope: bool = False, hidden: bool = False) -> None:
        super().__init__(label=label)
        self.buckets, self.scope, self.hidden = {bucket.key: bucket for bucket in buckets}, scope, hidden

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows of the chosen bucket."""
        if not value and "" not in self.buckets:
            return qs
        bucket = self.buckets.get(value or "")
        return qs.filter(bucket.where) if bucket else qs.none()

    def options(self, counts: Counts, chosen: str, called: str = "") -> list[Option]:
        """The buckets in their own order."""
        numbers = {key: number for key, _word, number in counts}
        return [
            Option(key, str(bucket.label), numbers.get(key, 0), chosen=key == chosen)
            for key, bucket in self.buckets.items()
        ]


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    """The filters of a list. `search` names the lookups that every typed word is looked for in."""

    # The facet that `rows` leaves out just now.
    left_out = ""
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

    def rows(self, *, without: str = "", scope_only: bool = False) -> QuerySet[Any]:
        """The rows under all filters, but one of them, or but those that do not bound the total."""
        found: QuerySet[Any] = self.queryset.all()
        self.left_out = without
        for name, one in self.facets.items():
            if name != without and (one.scope or not scope_only):
                found = one.filter(found, self.chosen(name))
        self.left_out = ""
        if without == "q" or scope_only:
            return found
        return self.matching_search(found)

    def matching_search(self, qs: QuerySet[Any]) -> QuerySet[Any]:
        """The rows in which every word occurs somewhere."""
        return with_words(qs, self.words, *self.search)

    def counts(self) -> dict[str, list[tuple[str | None, str | None, int]]]:
        """Every number the list shows, by facet, in one statement."""
        bases: dict[frozenset[str], QuerySet[Any]] = {}
        tallies: dict[frozenset[str], list[tuple[str, str, Q]]] = {}
        arms = []

        def base(*, without: str = "", scope_only: bool = False) -> frozenset[str]:
            # Most facets narrow nothing, so most counts are of the same rows.
            applied = self._applied(without=without, scope_only=scope_only)
            if applied not in bases:
                bases[applied] = self.rows(without=without, scope_only=scope_only)
            return applied

        def tally(applied: frozenset[str], facet: str, key: str = "", where: Q | None = None) -> None:
            tallies.setdefault(applied, []).append((facet, key, where or Q()))

        tally(base(), SHOWN)
        tally(base(scope_only=True), TOTAL)
        if self.words:
            tally(base(without="q"), UNSEARCHED)
        for name, one in self.facets.items():
            applied = base(without=name)
            tally(applied, f"{EVERY}{name}")
            if isinstance(one, Buckets):
                for bucket in one.buckets.values():
                    tally(applied, name, bucket.key, bucket.where)
                continue
            arms += one.arms(name, bases[applied])
            if self.chosen(name):
                # The word of what is chosen, even where the other filters leave none of its rows.
                arms += one.arms(f"={name}", one.filter(self.queryset.all(), self.chosen(name)))
        together = [
            _tally(bases[applied], str(place), [where for _facet, _key, where in asked])
            for place, (applied, asked) in enumerate(tallies.items())
        ]
        found: dict[str, list[tuple[str | None, str | None, int]]] = {}
        named = list(tallies.values())
        first, *others = [*together, *arms]
        for facet, key, word, number in first.union(*others, all=True) if others else first:
            if facet != TALLIED:
                found.setdefault(facet, []).append((key, word, number))
                continue
            for (name, bucket_key, _where), text in zip(named[int(key)], word.split(), strict=True):
                found.setdefault(name, []).append((bucket_key, "", int(text)))
        return found

    def _applied(self, *, without: str, scope_only: bool) -> frozenset[str]:
        """The names of the filters that narrow the rows, as `rows` leaves them out."""
        names = {
            name
            for name, one in self.facets.items()
            if name != without
            and (one.scope or not scope_only)
            and (self.chosen(name) or (isinstance(one, Buckets) and "" in one.buckets))
        }
        return frozenset(names | ({"q"} if self.words and without != "q" and not scope_only else set()))


def _tally(qs: QuerySet[Any], key: str, wheres: Sequence[Q]) -> QuerySet[Any]:
    """How many rows pass each condition, as words of one row: an arm for each would read the table as often."""
    numbers = [Count("pk", distinct=True, filter=where or None) for where in wheres]
    counted = qs.order_by().values(facet=Value(TALLIED, CharField()), key=Value(key, TextField()))
    told: QuerySet[Any] = counted.annotate(
        word=Func(Value(" "), *numbers, function="concat_ws", output_field=TextField()), number=Value(0, IntegerField())
    )
    return told.values_list("facet", "key", "word", "number")


def choice_text(lookup: str) -> Cast:
    """A column as the text that arms have in common."""
    return Cast(F(lookup), TextField())


def count_choices(qs: QuerySet[Any], facet: str, key: Any, word: Any, counted: str = "pk") -> QuerySet[Any]:
    """The choices of a facet with how many different rows, or columns `counted`, there are of each."""
    named = qs.order_by().values(facet=Value(facet, CharField()), key=key, word=word)
    numbered: QuerySet[Any] = named.annotate(number=Count(counted, distinct=True))
    return numbered.values_list("facet", "key", "word", "number")
