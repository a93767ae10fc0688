"""Organisations that pay: their details, the people they pay for, and who signs in for them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query
from typing_extensions import TypedDict

from muster.api.enrollments.shapes import BalanceOut, EnrollmentRowOut, balance_json, enrollment_row
from muster.api.kit import Door, In, Paging, answer, key, page_of, request_actor, request_object
from muster.api.kit.resources import Routes
from muster.core.search import with_words
from muster.enrollments import rules
from muster.enrollments.balances import balances_of
from muster.enrollments.models import Organisation
from muster.enrollments.permissions import enrollments, organisations
from muster.enrollments.queries import seats_of
from muster.enrollments.resources import ORGANISATIONS

router = Door(tags=["Enrollment"])
Routes(
    ORGANISATIONS,
    "/organisations",
    shape="An organisation that pays for people's seats.",
    also={"contact": (str | None, lambda organisation: key(organisation.contact_id))},
    says={"list": "The organisations, by name."},
).join(router)


class OrganisationSeatOut(EnrollmentRowOut):
    """A seat that an organisation pays for; `balance` is empty where the caller may not see its payments."""

    balance: list[BalanceOut]


class ContactIn(In):
    """Who signs in for the organisation."""

    full_name: str = Field("", max_length=150, description="Of someone who isn't known here by this email")
    email: str = Field(max_length=254)


class ContactOut(TypedDict):
    """Who signs in for the organisation; null: no one."""

    contact: str | None


@router.get(
    "/organisations/{organisation_id}/seats", allow=organisations["see"], on="organisation_id", rows=OrganisationSeatOut
)
def list_organisation_seats(request: HttpRequest, organisation_id: str, paging: Query[Paging]) -> HttpResponse:
    """The seats that the organisation pays for, as far as the caller can see them, with what is owed and paid."""
    actor = request_actor(request)

    def seat(row: Any) -> Any:
        balance = [balance_json(one) for one in balances_of(row)] if row.may_act else []
        return {**enrollment_row(row), "balance": balance}

    seats = enrollments.with_rights(actor, "see_payments", seats_of(request_object(request, Organisation)))
    rows = enrollments.rows(actor, among=seats)
    return page_of(with_words(rows, paging.q, "student__full_name"), paging, seat)


@router.put(
    "/organisations/{organisation_id}/contact", allow=organisations["change"], on="organisation_id", data=ContactOut
)
def name_contact(request: HttpRequest, organisation_id: str, body: ContactIn) -> HttpResponse:
    """Let someone sign in to see the organisation's people and payments. Someone new is invited by email."""
    row = rules.name_contact(
        by=request_actor(request),
        organisation=request_object(request, Organisation),
        full_name=body.full_name,
        email=body.email,
    )
    return answer({"contact": key(row.contact_id)}, "Contact updated successfully")


@router.delete(
    "/organisations/{organisation_id}/contact", allow=organisations["change"], on="organisation_id", data=ContactOut
)
def remove_contact(request: HttpRequest, organisation_id: str) -> HttpResponse:
    """Let no one sign in for the organisation."""
    rules.remove_contact(by=request_actor(request), organisation=request_object(request, Organisation))
    return answer({"contact": None}, "Contact removed successfully")
