"""Holidays and academic terms."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query

from muster.api.institutions.bodies import HolidayIn, TermIn
from muster.api.institutions.organisation_shapes import HolidayOut, TermOut, holiday_json, term_json
from muster.api.kit import Day, Deleted, Door, Paging, answer, found, given, key, page_of, sorted_rows
from muster.core.errors import Invalid
from muster.core.permissions import as_id
from muster.institutions import rules
from muster.institutions.models import Holiday, Term
from muster.institutions.permissions import branches, holidays, terms
from muster.institutions.queries import holidays_with_branch, terms_with_parent

router = Door()

COLUMNS = {"name": "name", "start_date": "start_date", "end_date": "end_date", "createdAt": "created_at"}


class HolidayNarrowing(Paging):
    """The filters of the list of holidays."""

    branch: str = Field("", description="Holidays that this branch has: its own and the whole institution's")
    first: Day | None = Field(None, alias="from", description="Holidays that end on this day or later")
    until: Day | None = Field(None, description="Holidays that begin on this day or earlier")


class TermNarrowing(Paging):
    """The filters of the list of terms."""

    school_year: int | None = Field(None, ge=0, le=32767)


def _changes(actor: Any, body: HolidayIn | TermIn) -> dict[str, Any]:
    changes: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set - {"branch_id", "parent_id"}}
    if isinstance(body, HolidayIn) and "branch_id" in body.model_fields_set:
        changes["branch"] = branches.named(actor, body.branch_id, "branch_id") if body.branch_id else None
    if isinstance(body, TermIn) and "parent_id" in body.model_fields_set:
        changes["parent"] = terms.named(actor, body.parent_id, "parent_id") if body.parent_id else None
    return changes


@router.get("/holidays", allow=holidays["see"], rows=HolidayOut)
def list_holidays(request: HttpRequest, narrowing: Query[HolidayNarrowing]) -> HttpResponse:
    """The holidays, by date."""
    rows = holidays_with_branch(holidays.rows(given(request)))
    if narrowing.branch:
        if (branch := as_id(narrowing.branch)) is None:
            raise Invalid(_("Nothing has this id."), field="branch")
        rows = rows.filter(Q(branch=branch) | Q(branch__isnull=True))
    if narrowing.first is not None:
        rows = rows.filter(end_date__gte=narrowing.first)
    if narrowing.until is not None:
        rows = rows.filter(start_date__lte=narrowing.until)
    if narrowing.q:
        rows = rows.filter(name__icontains=narrowing.q)
    return page_of(sorted_rows(rows.order_by("start_date", "pk"), narrowing.sort, COLUMNS), narrowing, holiday_json)


@router.post("/holidays", allow=holidays["change"], data=HolidayOut, status=201)
def add_holiday(request: HttpRequest, body: HolidayIn) -> HttpResponse:
    """Add a holiday for the whole institution, or for one branch."""
    actor = given(request)
    holiday = rules.add_holiday(by=actor, fields=_changes(actor, body))
    return answer(holiday_json(holiday), "Holiday created successfully", status=201)


@router.get(
    "/holidays/{holiday_id}",
    allow=holidays["see"],
    on="holiday_id",
    among=lambda actor: holidays_with_branch(),
    data=HolidayOut,
)
def see_holiday(request: HttpRequest, holiday_id: str) -> HttpResponse:
    """One holiday."""
    return answer(holiday_json(found(request, Holiday)))


@router.put("/holidays/{holiday_id}", allow=holidays["change"], on="holiday_id", data=HolidayOut)
def change_holiday(request: HttpRequest, holiday_id: str, body: HolidayIn) -> HttpResponse:
    """Change only the fields you send."""
    actor = given(request)
    holiday = rules.change_holiday(by=actor, holiday=found(request, Holiday), changes=_changes(actor, body))
    return answer(holiday_json(holiday), "Holiday updated successfully")


@router.delete("/holidays/{holiday_id}", allow=holidays["change"], on="holiday_id", data=Deleted)
def delete_holiday(request: HttpRequest, holiday_id: str) -> HttpResponse:
    """Delete a holiday."""
    holiday = found(request, Holiday)
    rules.delete_holiday(by=given(request), holiday=holiday)
    return answer({"_id": key(holiday.pk)}, "Holiday deleted successfully")


@router.get("/terms", allow=terms["see"], rows=TermOut)
def list_terms(request: HttpRequest, narrowing: Query[TermNarrowing]) -> HttpResponse:
    """The terms, by date."""
    rows = terms_with_parent(terms.rows(given(request)))
    if narrowing.school_year is not None:
        rows = rows.filter(school_year=narrowing.school_year)
    if narrowing.q:
        rows = rows.filter(name__icontains=narrowing.q)
    columns = {**COLUMNS, "school_year": "school_year"}
    return page_of(sorted_rows(rows.order_by("start_date", "pk"), narrowing.sort, columns), narrowing, term_json)


@router.post("/terms", allow=terms["change"], data=TermOut, status=201)
def add_term(request: HttpRequest, body: TermIn) -> HttpResponse:
    """Add a term, at the top level or within another one."""
    actor = given(request)
    term = rules.add_term(by=actor, fields=_changes(actor, body))
    return answer(term_json(term), "Term created successfully", status=201)


@router.get("/terms/{term_id}", allow=terms["see"], on="term_id", among=lambda actor: terms_with_parent(), data=TermOut)
def see_term(request: HttpRequest, term_id: str) -> HttpResponse:
    """One term."""
    return answer(term_json(found(request, Term)))


@router.put("/terms/{term_id}", allow=terms["change"], on="term_id", data=TermOut)
def change_term(request: HttpRequest, term_id: str, body: TermIn) -> HttpResponse:
    """Change only the fields you send."""
    actor = given(request)
    term = rules.change_term(by=actor, term=found(request, Term), changes=_changes(actor, body))
    return answer(term_json(term), "Term updated successfully")


@router.delete("/terms/{term_id}", allow=terms["change"], on="term_id", data=Deleted)
def delete_term(request: HttpRequest, term_id: str) -> HttpResponse:
    """Delete a term that has no terms within it."""
    term = found(request, Term)
    rules.delete_term(by=given(request), term=term)
    return answer({"_id": key(term.pk)}, "Term deleted successfully")
