"""Holidays and academic terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Max, Min
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from muster.core.database import atomic, lock_word, refused_as
from muster.core.errors import FieldError, Invalid
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.institutions.errors import AlreadyTaken
from muster.institutions.holidays import days_are_taken
from muster.institutions.models import Holiday, Term
from muster.institutions.permissions import holidays, terms
from muster.institutions.rules.rows import delete_row, locked, take

HOLIDAY_FIELDS = {"name": "name", "start_date": "start_date", "end_date": "end_date", "branch": "branch_id"}
TERM_FIELDS = {
    "name": "name",
    "start_date": "start_date",
    "end_date": "end_date",
    "school_year": "school_year",
    "parent": "parent_id",
}
LONGEST_HOLIDAY, LONGEST_TERM = 366, 3660
# A year, its semesters, their grading periods.
DEEPEST = 3


@atomic
def add_holiday(*, by: Actor, fields: Mapping[str, Any]) -> Holiday:
    """Add days without class, one when no last day is given, for the institution or one branch.

    Raises Invalid naming every field, and Forbidden beyond the actor's own branch.
    """
    holiday = Holiday(institution=by.institution)
    given = dict(fields)
    given["end_date"] = given.get("end_date") or given.get("start_date")
    _store_holiday(by, holiday, given, "add_holiday")
    return holiday


@atomic
def change_holiday(*, by: Actor, holiday: Holiday, changes: Mapping[str, Any]) -> Holiday:
    """Change what is named. Locks the holiday.

    Raises Missing, Invalid, Conflict where somebody is busy on a day that becomes ordinary, and Forbidden beyond the
    actor's own branch.
    """
    holiday = locked(holiday)
    _store_holiday(by, holiday, changes, "change_holiday")
    return holiday


@atomic
def delete_holiday(*, by: Actor, holiday: Holiday) -> None:
    """Make its days ordinary again. Locks the holiday. Raises Missing, Conflict where somebody is busy then."""
    holiday = locked(holiday, for_delete=True)
    with recorded(by, "delete_holiday"), refused_as(**days_are_taken(by, holiday)):
        delete_row(holiday, instead="")


@atomic
def add_term(*, by: Actor, fields: Mapping[str, Any]) -> Term:
    """Add a term; within a parent its days lie within the parent's. Locks the institution's terms.

    The school year is that of its first day when none is given. Raises Invalid naming every field, AlreadyTaken.
    """
    term = Term(institution=by.institution)
    given = dict(fields)
    if given.get("school_year") is None and given.get("start_date") is not None:
        given["school_year"] = given["start_date"].year
    _store_term(by, term, given, "add_term")
    return term


@atomic
def change_term(*, by: Actor, term: Term, changes: Mapping[str, Any]) -> Term:
    """Change what is named. Locks the institution's terms, then this one. Raises Missing, Invalid, AlreadyTaken."""
    lock_word("terms", by.institution.pk)
    term = locked(term)
    _store_term(by, term, changes, "change_term")
    return term


@atomic
def delete_term(*, by: Actor, term: Term) -> None:
    """Delete a term that has no terms within it. Locks it. Raises Missing, InUse."""
    term = locked(term, for_delete=True)
    with recorded(by, "delete_term"):
        delete_row(term, instead=_("Delete those first, or move them to another term."))


def _store_holiday(by: Actor, holiday: Holiday, changes: Mapping[str, Any], use_case: str) -> None:
    found = take(holiday, changes, HOLIDAY_FIELDS) + _problems_of_days(holiday, LONGEST_HOLIDAY)
    found = _without_consequences(found, changes, "end_date")
    if found:
        raise Invalid.fields(found)
    with recorded(by, use_case), refused_as(**days_are_taken(by, holiday)):
        holiday.save()
    holidays.must_reach(by, "change", holiday)


def _store_term(by: Actor, term: Term, changes: Mapping[str, Any], use_case: str) -> None:
    # Its place among the others is checked over several rows, so they stand still meanwhile.
    lock_word("terms", by.institution.pk)
    found = take(term, changes, TERM_FIELDS) + _problems_of_days(term, LONGEST_TERM)
    found = _without_consequences(found, changes, "school_year")
    if isinstance(term.school_year, int) and not 1900 <= term.school_year <= 2200:
        found.append(FieldError("school_year", _("Enter a school year between 1900 and 2200.")))
    if not found:
        found = _problems_of_place(term)
    if found:
        raise Invalid.fields(found)
    taken = AlreadyTaken(
        _("%(year)d already has a term called %(name)s.") % {"year": term.school_year, "name": term.name}, "name"
    )
    with recorded(by, use_case), refused_as(one_term_for_each_name=taken):
        term.save()
    terms.must_reach(by, "change", term)


def _without_consequences(found: list[FieldError], changes: Mapping[str, Any], made: str) -> list[FieldError]:
    """What is wrong, but for a field that would have been made from the first day, had there been one."""
    without_first_day = changes.get("start_date") is None and changes.get(made) is None
    return [error for error in found if not (without_first_day and error.field == made and len(found) > 1)]


def _problems_of_days(row: Holiday | Term, longest: int) -> list[FieldError]:
    first, last = row.start_date, row.end_date
    if first is None or last is None:
        return []
    if last < first:
        return [FieldError("end_date", _("The last day is before the first."))]
    if (last - first).days >= longest:
        return [FieldError("end_date", _("Choose a period of up to %(most)d days.") % {"most": longest})]
    return []


def _problems_of_place(term: Term) -> list[FieldError]:
    """What is wrong with the term's place between its parent and its parts."""
    above: list[Term] = []
    step = term.parent
    while step is not None:
        if step.pk == term.pk:
            return [FieldError("parent_id", _("A term can't be within itself. Choose another term."))]
        above.append(step)
        step = step.parent
    if len(above) + _depth_below(term) > DEEPEST:
        return [
            FieldError("parent_id", _("Terms can have three levels: a year, its semesters and their grading periods."))
        ]
    if above and not (above[0].start_date <= term.start_date and term.end_date <= above[0].end_date):
        return [
            FieldError(
                "start_date",
                _("A term must be within its parent. %(parent)s runs from %(first)s to %(last)s.")
                % {
                    "parent": above[0].name,
                    "first": date_format(above[0].start_date, "j F Y"),
                    "last": date_format(above[0].end_date, "j F Y"),
                },
            )
        ]
    inside = term.parts.aggregate(first=Min("start_date"), last=Max("end_date")) if not term._state.adding else {}
    if inside.get("first") and not (term.start_date <= inside["first"] and inside["last"] <= term.end_date):
        return [
            FieldError(
                "end_date",
                _("The terms within this one run from %(first)s to %(last)s. Change those first.")
                % {
                    "first": date_format(inside["first"], "j F Y"),
                    "last": date_format(inside["last"], "j F Y"),
                },
            )
        ]
    return []


def _depth_below(term: Term) -> int:
    """The levels from this term down to its deepest part."""
    if term._state.adding:
        return 1
    depth, level = 0, [term.pk]
    while level and depth <= DEEPEST:
        depth += 1
        level = list(Term.objects.filter(parent__in=level).values_list("pk", flat=True))
    return depth
