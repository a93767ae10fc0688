"""Students at risk: the flags, the log of contacts, letters; and what attendance can still come to."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query
from typing_extensions import TypedDict

from muster.accounts.models import User
from muster.api.attendance.bodies import Instant
from muster.api.kit import (
    Date,
    Door,
    In,
    Moment,
    Paging,
    Stamped,
    answer,
    in_shape,
    key,
    list_answer,
    page_of,
    request_actor,
    request_object,
    stamp,
    timestamp,
)
from muster.api.kit.downloads import response_of
from muster.api.narrowing import OfBatches
from muster.attendance.queries.student import BatchAttendance, attendance_of
from muster.core.errors import Invalid
from muster.core.search import with_words
from muster.enrollments.models import Enrollment
from muster.enrollments.permissions import enrollments
from muster.institutions.access import Actor
from muster.people.permissions import students
from muster.risk import rules
from muster.risk.letters import letter_of
from muster.risk.models import Intervention, RiskFlag, RiskReason
from muster.risk.permissions import flags, letters, owners
from muster.risk.queries import flags_in_full, flags_seen_by, forecast_in_words, forecast_of, log_of, reasons_in_words

flag_router = Door()


# --- bodies and answers -----------------------------------------------------------------------------------------------
class RiskFlagChanges(In):
    """What to change of it. What is not sent stays."""

    owner_id: str | None = Field(None, description="Someone of the staff; instructors name themselves. Null: no one")
    outcome: str | None = Field(
        None,
        description="Closes it: back, agreed, no_concern or unreachable. Null reopens what a person closed. "
        "Required with a note",
    )
    note: str = Field("", description="Kept with the outcome; for the staff")


class InterventionIn(In):
    """A contact with the student."""

    kind: str = Field(description="call, message, talk or letter")
    note: str = Field("", description="What was said or agreed; for the staff. Required unless it is a letter")
    happened_at: Instant | None = Field(None, description="A time that has passed; now when left out")
    letter: str = Field("", description="The text of a letter; the institution's letter when left out")


class RiskPersonOut(TypedDict):
    """A person by name."""

    _id: str
    full_name: str


class ForecastOut(TypedDict):
    """What attendance can still come to. `may_miss` is how many of the sessions to come can be missed, and null where
    the minimum can't be reached any more; `best` is the percentage when every session is attended."""

    attendance_percent: float | None
    minimum: int
    to_come: int
    may_miss: int | None
    best: float | None
    sentence: str


class BatchForecastOut(ForecastOut):
    """The same, of a batch of the student."""

    enrollment_id: str
    batch_id: str
    batch_code: str


class InterventionOut(Stamped):
    """A contact as it was documented. `letter` is null unless it was one."""

    kind: str
    happened_at: Moment
    note: str
    letter: str | None
    recorded_by: RiskPersonOut | None


class RiskFlagOut(Stamped):
    """A student who needs somebody in a batch. `reasons` are attendance, missed, marks, results and contact."""

    student: RiskPersonOut
    enrollment_id: str
    batch_id: str
    batch_code: str
    reasons: list[str]
    words: list[str]
    attendance_percent: float | None
    minimum: int
    missed_in_a_row: int
    marks_percent: float | None
    failed_subjects: int
    last_contact_on: Date | None
    owner: RiskPersonOut | None
    contact_by: Date
    contacts: int
    contacted_at: Moment | None
    escalated_at: Moment | None
    closed_at: Moment | None
    outcome: str
    note: str


class RiskFlagInFull(RiskFlagOut):
    """A flag with the log of contacts, and what attendance can still come to."""

    interventions: list[InterventionOut]
    forecast: ForecastOut | None


def _name(person: User | None) -> RiskPersonOut | None:
    return {"_id": key(person.pk), "full_name": person.full_name} if person else None


def _flag_json(row: Any) -> RiskFlagOut:
    seat = row.enrollment
    return {
        **stamp(row),
        "student": {"_id": key(seat.student_id), "full_name": seat.student.full_name},
        "enrollment_id": key(seat.pk),
        "batch_id": key(seat.batch_id),
        "batch_code": seat.batch.code,
        "reasons": list(row.reasons),
        "words": reasons_in_words(row),
        "attendance_percent": float(row.percent) if row.percent is not None else None,
        "minimum": row.minimum,
        "missed_in_a_row": row.missed,
        "marks_percent": float(row.marks) if row.marks is not None else None,
        "failed_subjects": row.failed,
        "last_contact_on": row.contact_on.isoformat() if row.contact_on else None,
        "owner": _name(row.owner),
        "contact_by": row.due_on.isoformat(),
        "contacts": row.contacts,
        "contacted_at": timestamp(row.contacted_at),
        "escalated_at": timestamp(row.escalated_at),
        "closed_at": timestamp(row.closed_at),
        "outcome": row.outcome,
        "note": row.closing_note,
    }


def _done_json(row: Intervention) -> InterventionOut:
    return in_shape(InterventionOut, row, letter=row.letter or None, recorded_by=_name(row.recorded_by))


def _forecast_json(found: Any) -> ForecastOut:
    return {
        "attendance_percent": found.percent,
        "minimum": found.minimum,
        "to_come": found.to_come,
        "may_miss": found.may_miss,
        "best": found.best,
        "sentence": forecast_in_words(found),
    }


def _in_full(row: RiskFlag) -> RiskFlagInFull:
    full = flags_in_full(RiskFlag.objects.filter(pk=row.pk)).get()
    found = forecast_of(full)
    return {
        **_flag_json(full),
        "interventions": [_done_json(one) for one in log_of(full)],
        "forecast": _forecast_json(found) if found else None,
    }


# --- routes -----------------------------------------------------------------------------------------------------------
class RiskQuery(Paging, OfBatches):
    """Which flags."""

    reason: str = Field("", description="attendance, missed, marks, results or contact")
    state: str = Field("open", description="open, closed or all")
    owner: str = Field("", max_length=60, description="A person's id, or none for flags without an owner")


@flag_router.get("", allow=flags["see"], rows=RiskFlagOut)
def list_risk_flags(request: HttpRequest, asked: Query[RiskQuery]) -> HttpResponse:
    """Students at risk whom the caller looks after, the newest first."""
    actor = request_actor(request)
    rows = asked.narrowed(flags_seen_by(actor), "enrollment__batch")
    if asked.reason:
        if asked.reason not in RiskReason.values:
            raise Invalid(_("Choose one of attendance, missed, marks, results, contact."), field="reason")
        rows = rows.filter(reasons__contains=[asked.reason])
    if asked.state not in ("open", "closed", "all"):
        raise Invalid(_("Choose one of open, closed, all."), field="state")
    if asked.state != "all":
        is_open = asked.state == "open"
        rows = rows.filter(closed_at__isnull=is_open, **({"enrollment__frozen": False} if is_open else {}))
    if asked.owner == "none":
        rows = rows.filter(owner=None)
    elif asked.owner:
        rows = rows.filter(owner=_named_owner(actor, asked.owner, "owner"))
    rows = with_words(rows, asked.q, "enrollment__student__full_name", "enrollment__batch__code")
    columns = {
        "student": "enrollment__student__full_name__plain",
        "batch_code": "enrollment__batch__code__plain",
        "contact_by": "due_on",
        "attendance_percent": "percent",
    }
    return page_of(rows, asked, _flag_json, columns)


def _named_owner(actor: Actor, pk: str, field: str) -> User:
    return owners.get_named(actor, pk, field)


@flag_router.get("/forecast", allow=enrollments["see"], rows=BatchForecastOut)
def forecast_attendance(request: HttpRequest, student_id: str = "") -> HttpResponse:
    """What the attendance of a student can still come to in each batch; of students their own."""
    actor = request_actor(request)
    person = students.get_named(actor, student_id, "student_id") if student_id else actor.user
    rows = (
        [_batch_forecast(one) for one in attendance_of(actor, person) if one.enrollment.holds_a_seat] if person else []
    )
    return list_answer(rows, total=len(rows), page=1, page_size=len(rows))


def _batch_forecast(one: BatchAttendance) -> BatchForecastOut:
    seat: Enrollment = one.enrollment
    return {
        **_forecast_json(one.projection),
        "enrollment_id": key(seat.pk),
        "batch_id": str(seat.batch_id),
        "batch_code": seat.batch.code if seat.batch else "",
    }


@flag_router.get("/{risk_flag_id}", allow=flags["see"], on="risk_flag_id", data=RiskFlagInFull)
def get_risk_flag(request: HttpRequest, risk_flag_id: str) -> HttpResponse:
    """A flag with the log of contacts, and what attendance can still come to."""
    return answer(_in_full(request_object(request, RiskFlag)))


@flag_router.put("/{risk_flag_id}", allow=flags["change"], on="risk_flag_id", data=RiskFlagInFull)
def change_risk_flag(request: HttpRequest, risk_flag_id: str, body: RiskFlagChanges) -> HttpResponse:
    """Say whose task the student is, close the flag with an outcome, or take a closing back."""
    actor, row = request_actor(request), request_object(request, RiskFlag)
    changes: dict[str, Any] = body.sent()
    if "owner_id" in changes:
        named = changes.pop("owner_id")
        changes["owner"] = _named_owner(actor, named, "owner_id") if named else None
    return answer(_in_full(rules.change_flag(by=actor, flag=row, changes=changes)), _("Saved."))


@flag_router.post(
    "/{risk_flag_id}/interventions", allow=flags["change"], on="risk_flag_id", data=InterventionOut, status=201
)
def record_intervention(request: HttpRequest, risk_flag_id: str, body: InterventionIn) -> HttpResponse:
    """Document a contact with the student, or write a letter once there was one."""
    row = request_object(request, RiskFlag)
    done = rules.record_intervention(
        by=request_actor(request),
        flag=row,
        kind=body.kind,
        note=body.note,
        happened_at=body.happened_at,
        letter=body.letter,
    )
    return answer(_done_json(done), _("Recorded."), status=201)


@flag_router.get("/letters/{letter_id}", allow=letters["see"], on="letter_id", files=("application/pdf",))
def print_letter(request: HttpRequest, letter_id: str) -> HttpResponse:
    """A letter as it was written, as PDF."""
    return response_of(letter_of(request_object(request, Intervention)))  # type: ignore[return-value]
