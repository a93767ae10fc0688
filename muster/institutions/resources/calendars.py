"""The days on which an institution is closed, and how it divides its years."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Max, Min, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from muster.core.database import lock_word
from muster.core.errors import FieldError
from muster.core.resources import Derived, Field, Narrowing, Refusals, Related, Resource
from muster.institutions.access import Actor
from muster.institutions.holidays import days_are_taken
from muster.institutions.models import Holiday, Term
from muster.institutions.permissions import holidays, terms
from muster.institutions.resources.fields import (
    OWN_BRANCH,
)

LONGEST_HOLIDAY, LONGEST_TERM = 366, 3660
# A year, its semesters, their grading periods.
DEEPEST = 3


class Holidays(Resource[Holiday]):
    """Days without class, for the whole institution or one branch."""

    model, access = Holiday, holidays
    noun, plural = "holiday", "holidays"
    fields = (
        Field("name", listed="title", searched=True, sorted=True),
        Field("start_date", width="half", listed="", sorted=True),
        Field(
            "end_date",
            help=_("Leave blank for one day."),
            note="The last day, included; the first when absent",
            otherwise=lambda given: given.get("start_date"),
            width="half",
            listed="",
            sorted=True,
        ),
        Derived("days", label=_("Days"), listed="", value=lambda holiday: days_of(holiday)),
        Field(
            "branch",
            called="branch_id",
            label=_("Applies to"),
            note="Null: the whole institution",
            related=OWN_BRANCH,
            empty=_("Whole institution"),
            bounds_reach=True,
            listed="meta",
            show=lambda holiday: holiday.branch.name if holiday.branch else gettext("Whole institution"),
        ),
        Derived(
            "branch_name",
            key="branch_name",
            kind=str | None,
            value=lambda holiday: holiday.branch and holiday.branch.name,
        ),
    )
    narrowings = (
        Narrowing("start_date__year", page="year", label=_("Year"), descending=True),
        Narrowing(
            "branch",
            page="branch",
            api="branch",
            where=lambda branch: Q(branch=branch) | Q(branch__isnull=True),
            note="Holidays that this branch has: its own and the whole institution's",
        ),
        Narrowing("end_date__gte", api="from", note="Holidays that end on this day or later"),
        Narrowing("start_date__lte", api="until", note="Holidays that begin on this day or earlier"),
    )
    order = ("start_date",)
    search_hint = _("Name")

    title, none_yet = _("Holidays"), _("No holidays yet")
    about = _("Holidays are skipped when sessions are created from weekly schedules. Add the first one.")
    add_words, delete_words = _("Add holiday"), _("Delete holiday")

    def in_full(self, rows: QuerySet[Holiday]) -> QuerySet[Holiday]:
        return rows.select_related("branch")

    def problems(self, by: Actor, row: Holiday, wrong: set[str]) -> Iterator[FieldError]:
        yield from problems_of_days(row, LONGEST_HOLIDAY)

    def refusals(self, by: Actor, row: Holiday) -> Refusals:
        # Days that become ordinary again have their classes again.
        return {**super().refusals(by, row), **days_are_taken(by, row)}

    def delete_text(self, row: Holiday) -> Sequence[Any]:
        text = ngettext(
            "%(count)d day becomes a normal day again, with sessions as scheduled.",
            "%(count)d days become normal days again, with sessions as scheduled.",
            days_of(row),
        )
        return [text % {"count": days_of(row)}]


class Terms(Resource[Term]):
    """Academic terms: years, semesters within them, grading periods within those."""

    model, access = Term, terms
    noun, plural = "term", "terms"
    fields = (
        Field("name", width="w4", listed="title", searched=True, sorted=True),
        Field(
            "school_year",
            help=_("Leave blank to use the year of its first day."),
            otherwise=lambda given: given["start_date"].year if given.get("start_date") else None,
            width="w2",
            listed="",
            sorted=True,
        ),
        Field("start_date", width="half", listed="", sorted=True),
        Field("end_date", width="half", listed="", sorted=True),
        Field(
            "parent",
            called="parent_id",
            label=_("Part of"),
            help=_("A semester is part of a school year, and a grading period is part of a semester."),
            related=Related(terms.get_named, terms.rows, words=lambda term: f"{term.name} ({term.school_year})"),
            empty=_("No parent term"),
            listed="meta",
        ),
        Derived("parent_name", key="parent_name", kind=str | None, value=lambda term: term.parent and term.parent.name),
    )
    columns = ("name", "parent", "school_year", "start_date", "end_date")
    narrowings = (
        Narrowing("school_year", page="school_year", api="school_year", descending=True),
        Narrowing(
            page="level",
            label=_("Level"),
            buckets=(
                ("years", _("Top level"), Q(parent__isnull=True), ""),
                ("semesters", _("Second level"), Q(parent__isnull=False, parent__parent__isnull=True), ""),
                ("periods", _("Third level"), Q(parent__parent__isnull=False), ""),
            ),
        ),
    )
    order = ("start_date", "-end_date")
    search_hint = _("Name")
    one_of_a_kind = {"one_term_for_each_name": ("name", _("%(school_year)d already has a term called %(name)s."))}
    instead = _("Delete those first, or move them to another term.")

    title, none_yet = _("Terms"), _("No terms yet")
    about = _("A term is a school year, a semester within it, or a grading period within that. Add the first one.")
    add_words, delete_words = _("Add term"), _("Delete term")

    def in_full(self, rows: QuerySet[Term]) -> QuerySet[Term]:
        return rows.select_related("parent")

    def count_words(self, number: int) -> str:
        return ngettext("%(count)d term", "%(count)d terms", number) % {"count": number}

    def hold(self, by: Actor) -> None:
        # The place of a term among the others is checked over several rows.
        lock_word("terms", by.institution.pk)

    def problems(self, by: Actor, row: Term, wrong: set[str]) -> Iterator[FieldError]:
        found = list(problems_of_days(row, LONGEST_TERM))
        yield from found if found or wrong else problems_of_place(row)


def days_of(holiday: Holiday) -> int:
    """How many days a holiday lasts."""
    return (holiday.end_date - holiday.start_date).days + 1


def problems_of_days(row: Holiday | Term, longest: int) -> Iterator[FieldError]:
    """What is wrong with a first and a last day."""
    first, last = row.start_date, row.end_date
    if first is None or last is None:
        return
    if last < first:
        yield FieldError("end_date", gettext("The last day is before the first."))
    elif (last - first).days >= longest:
        yield FieldError("end_date", gettext("Choose a period of up to %(most)d days.") % {"most": longest})


def problems_of_place(term: Term) -> Iterator[FieldError]:
    """What is wrong with the term's place between its parent and its parts, as far as one thing."""
    above: list[Term] = []
    step = term.parent
    while step is not None:
        if step.pk == term.pk:
            yield FieldError("parent_id", gettext("A term can't be within itself. Choose another term."))
            return
        above.append(step)
        step = step.parent
    is_new = term._state.adding
    inside = {} if is_new else term.parts.aggregate(first=Min("start_date"), last=Max("end_date"))
    if len(above) + (1 if is_new else depth_below(term)) > DEEPEST:
        message = gettext("Terms can have three levels: a year, its semesters and their grading periods.")
        yield FieldError("parent_id", message)
    elif above and not (above[0].start_date <= term.start_date and term.end_date <= above[0].end_date):
        message = gettext("A term must be within its parent. %(parent)s runs from %(first)s to %(last)s.")
        days = {"first": date_format(above[0].start_date, "j F Y"), "last": date_format(above[0].end_date, "j F Y")}
        yield FieldError("start_date", message % {"parent": above[0].name, **days})
    elif inside.get("first") and not (term.start_date <= inside["first"] and inside["last"] <= term.end_date):
        message = gettext("The terms within this one run from %(first)s to %(last)s. Change those first.")
        days = {name: date_format(day, "j F Y") for name, day in inside.items()}
        yield FieldError("end_date", message % days)


def depth_below(term: Term) -> int:
    """The levels from this term down to its deepest part."""
    depth, level = 0, [term.pk]
    while level and depth <= DEEPEST:
        depth += 1
        level = list(Term.objects.filter(parent__in=level).values_list("pk", flat=True))
    return depth


HOLIDAYS = Holidays()
TERMS = Terms()
