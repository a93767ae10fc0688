"""Organisations that pay: their details, the people they pay for, and who signs in for them."""

from typing import Any, Literal, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema
from typing_extensions import TypedDict

from muster.accounts.models import User
from muster.api.enrollments.shapes import (
    BalanceOut,
    EnrollmentRowOut,
    PaymentRowOut,
    balance_json,
    enrollment_row,
    payment_row,
)
from muster.api.kit import Door, In, Moment, Paging, answer, day_stamp, key, page_of, request_actor, request_object
from muster.api.kit.downloads import response_of
from muster.api.kit.resources import Routes
from muster.assessment.queries import with_progress
from muster.attendance.queries import with_attendance
from muster.core.errors import Missing
from muster.core.files.downloads import XLSX_TYPE, rows_download
from muster.core.isolation import across_institutions, enter
from muster.core.permissions import ANY_ACCOUNT, any_id
from muster.core.search import with_words
from muster.enrollments import rules
from muster.enrollments.balances import balances_of, total_of
from muster.enrollments.models import Enrollment, Organisation
from muster.enrollments.permissions import enrollments, organisations
from muster.enrollments.queries import PAYS_IN_SEVERAL, must_have_second_step, organisations_of, payments_by, seats_of
from muster.enrollments.receipts import receipt_of
from muster.enrollments.resources import ORGANISATIONS
from muster.exchange.exports import ATTENDED, PAYMENTS, SEATS_PAID_FOR

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

    full_name: str = Field("", max_length=150, description="Required for someone who isn't known here by this email")
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

    seats = with_progress(seats_of(request_object(request, Organisation)))
    rows = enrollments.rows(actor, among=enrollments.with_rights(actor, "see_payments", seats))
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


# --- for who signs in for one -----------------------------------------------------------------------------------------
class OwnOrganisationOut(TypedDict):
    """An organisation for which the caller signs in: what is owed and paid, and whether attendance is told."""

    _id: str
    name: str
    institution: str
    institution_name: str
    sees_attendance: bool
    balance: list[BalanceOut]


class OwnSeatOut(TypedDict):
    """A seat that the organisation pays for. Attendance is null where nothing counts yet or it isn't told."""

    _id: str
    student_name: str
    course_title: str | None
    batch_name: str | None
    batch_code: str | None
    archived: bool
    start_date: Moment | None
    end_date: Moment | None
    enrollment_date: Moment
    status: str
    attendance_percent: float | None
    balance: list[BalanceOut]


class FileQuery(Schema):
    """How a file is to be written."""

    format: Literal["csv", "xlsx"] = Field("csv", description="A file for spreadsheets")


FILES = ("text/csv", XLSX_TYPE)


def _own(request: HttpRequest) -> QuerySet[Organisation]:
    return organisations_of(cast("User", request.user))


def _own_one(request: HttpRequest, organisation_id: str) -> Organisation:
    """Raises Missing for one for which the caller doesn't sign in."""
    with across_institutions(PAYS_IN_SEVERAL):
        own = _own(request).filter(pk=any_id(organisation_id)).first()
        if own is None:
            raise Missing
        must_have_second_step(cast("User", request.user), [own])
    enter(own.institution_id)
    return own


def _seats_told(organisation: Organisation) -> QuerySet[Enrollment]:
    """The seats, with their attendance where the institution allows it."""
    seats = seats_of(organisation)
    return with_attendance(seats) if organisation.institution.organisations_see_attendance else seats


@router.get("/organisation", allow=ANY_ACCOUNT, data=list[OwnOrganisationOut])
def list_own_organisations(request: HttpRequest) -> HttpResponse:
    """The organisations for which the caller signs in, with what is owed and paid. A role isn't needed for these."""
    with across_institutions(PAYS_IN_SEVERAL):
        own = list(_own(request))
        must_have_second_step(cast("User", request.user), own)
        seats = list(seats_of(*own))
    return answer([_organisation_json(one, [seat for seat in seats if seat.organisation_id == one.pk]) for one in own])


def _organisation_json(organisation: Organisation, seats: list[Enrollment]) -> OwnOrganisationOut:
    place = organisation.institution
    return {
        "_id": str(organisation.pk),
        "name": organisation.name,
        "institution": str(place.pk),
        "institution_name": place.name,
        "sees_attendance": place.organisations_see_attendance,
        "balance": [balance_json(one) for one in total_of(seats)],
    }


@router.get("/organisation/{organisation_id}/people", allow=ANY_ACCOUNT, rows=OwnSeatOut)
def list_own_people(request: HttpRequest, organisation_id: str, paging: Query[Paging]) -> HttpResponse:
    """The seats that the caller's organisation pays for, with attendance where the institution allows it."""
    rows = with_words(_seats_told(_own_one(request, organisation_id)), paging.q, "student__full_name")
    return page_of(rows, paging, _seat_json)


def _seat_json(row: Any) -> OwnSeatOut:
    batch, percent = row.batch, getattr(row, "attendance_percent", None)
    return {
        "_id": str(row.pk),
        "student_name": row.student.full_name,
        "course_title": row.course.title if row.course else None,
        "batch_name": batch.name if batch else None,
        "batch_code": batch.code if batch else None,
        "archived": row.frozen,
        "start_date": day_stamp(batch.start_date) if batch else None,
        "end_date": day_stamp(batch.end_date) if batch else None,
        "enrollment_date": day_stamp(row.enrollment_date),
        "status": row.status,
        "attendance_percent": None if percent is None else float(percent),
        "balance": [balance_json(one) for one in balances_of(row)],
    }


@router.get("/organisation/{organisation_id}/payments", allow=ANY_ACCOUNT, rows=PaymentRowOut)
def list_own_payments(request: HttpRequest, organisation_id: str, paging: Query[Paging]) -> HttpResponse:
    """What the caller's organisation paid, the latest first."""
    rows = payments_by(_own_one(request, organisation_id))
    return page_of(with_words(rows, paging.q, "enrollment__student__full_name"), paging, payment_row)


@router.get("/organisation/receipts/{payment_id}", allow=ANY_ACCOUNT, files=("application/pdf",))
def print_own_receipt(request: HttpRequest, payment_id: str) -> HttpResponse:
    """The receipt of a payment of the caller's organisation, as PDF. Refused for one that was never completed."""
    with across_institutions(PAYS_IN_SEVERAL):
        payment = payments_by(_own(request)).filter(pk=any_id(payment_id)).first()
        if payment is None:
            raise Missing
        paid_by = cast("UUID", payment.organisation_id)
        must_have_second_step(cast("User", request.user), _own(request).filter(pk=paid_by))
    enter(payment.institution_id)
    return response_of(receipt_of(payment))  # type: ignore[return-value]


@router.get("/organisation/{organisation_id}/people/export", allow=ANY_ACCOUNT, files=FILES)
def export_own_people(request: HttpRequest, organisation_id: str, wanted: Query[FileQuery]) -> HttpResponse:
    """The people of the caller's organisation as a file, as the pages export them."""
    organisation = _own_one(request, organisation_id)
    allowed = organisation.institution.organisations_see_attendance
    columns = SEATS_PAID_FOR | [ATTENDED] if allowed else SEATS_PAID_FOR
    return _file(columns.lines(_seats_told(organisation)), "people", wanted)


@router.get("/organisation/{organisation_id}/payments/export", allow=ANY_ACCOUNT, files=FILES)
def export_own_payments(request: HttpRequest, organisation_id: str, wanted: Query[FileQuery]) -> HttpResponse:
    """The payments of the caller's organisation as a file, as the pages export them."""
    return _file(PAYMENTS.lines(payments_by(_own_one(request, organisation_id))), "payments", wanted)


def _file(lines: Any, name: str, wanted: FileQuery) -> HttpResponse:
    return response_of(rows_download(lines, name, wanted.format))  # type: ignore[return-value]
