"""Class sessions: extra ones, and those that are moved, cancelled and taken up again."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field

from muster.accounts.models import User
from muster.api.attendance.marking import router
from muster.api.attendance.schemas import SessionOut, session_json
from muster.api.kit import Clock, Day, In, answer, expected_version, must_send, request_actor, request_object, warning
from muster.attendance.queries import sessions_in_full
from muster.batches.participants import batch_ids_of
from muster.batches.permissions import batches, sessions
from muster.batches.rules import (
    SessionChange,
    SessionInput,
    add_session,
    cancel_session,
    change_session,
    restore_session,
)
from muster.core.errors import FieldError, Invalid
from muster.core.permissions import any_id, as_id
from muster.courses.models import Subject
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation, Room
from muster.timetable.models import ClassSession

# One path answers several methods only within one router.
__all__ = ["router"]


class SessionIn(In):
    """A class session, whole or in part. What is not sent stays, or is made."""

    date: Day | None = None
    start_time: Clock | None = Field(
        None, description="Local to the batch, with end_time; without times, no one is booked"
    )
    end_time: Clock | None = Field(None, description="Required with start_time, and only then")
    session_type: str | None = Field(None, description="THEORY, PRACTICAL, WBL, ASSESSMENT, ORIENTATION or OTHER")
    subject_id: str | None = None
    instructor_id: str | None = Field(None, description="The instructor; by default the batch's instructor that day")
    room_id: str | None = None
    location: str | None = Field(None, description="A place in words, such as a workshop or a link")
    title: str | None = None
    notes: str | None = None


class NewSessionIn(SessionIn):
    """An extra session of a batch."""

    model_config = must_send("date")

    cohort_id: str = Field(max_length=60, description="The batch")


class ChangedSessionIn(SessionIn):
    """What becomes of a session."""

    cohort_id: str | None = Field(None, max_length=60, description="Can't be changed")
    version: int | None = None


class CancelIn(In):
    """Why a session does not take place."""

    reason: str = Field("", description="Included in the notification; up to 300 characters")
    version: int | None = None


class WrittenOut(SessionOut):
    """A session as it now stands; `told` counts the people who were told."""

    told: int


# A route that changes one session.
CHANGES: dict[str, Any] = {"allow": sessions["change"], "on": "session_id", "data": WrittenOut, "versioned": True}


@router.post("/class-sessions", allow=batches["schedule"], data=WrittenOut, status=201)
def add_class_session(request: HttpRequest, body: NewSessionIn) -> HttpResponse:
    """Add an extra session to a batch. Its instructors and room are booked, and everyone affected is notified."""
    actor = request_actor(request)
    batch = batches.get_named(actor, body.cohort_id, "cohort_id", "schedule")
    fields = _fields(actor, body)
    if fields.get("date") is None:
        raise Invalid(_("Enter the date of the session."), field="date", code="required")
    written = add_session(by=actor, batch=batch, fields=SessionInput(**fields))
    return _session_answer(actor, written, "Session created successfully", status=201)


@router.put("/class-sessions/{session_id}", **CHANGES)
def change_class_session(request: HttpRequest, session_id: str, body: ChangedSessionIn) -> HttpResponse:
    """Reschedule or edit a session. A double booking is refused with the free alternatives."""
    actor, session = request_actor(request), request_object(request, ClassSession)
    if body.cohort_id and as_id(body.cohort_id) not in batch_ids_of(session):
        raise Invalid(
            _("You can't move a session to another batch. Cancel it and add one to the other batch."), field="cohort_id"
        )
    written = change_session(
        by=actor, session=session, changes=_fields(actor, body), version=expected_version(request, body.version)
    )
    return _session_answer(actor, written, "Session updated successfully")


@router.delete("/class-sessions/{session_id}", **CHANGES)
def cancel_class_session(request: HttpRequest, session_id: str, body: CancelIn) -> HttpResponse:
    """Cancel a session. It stays, marked as cancelled, and everyone affected is notified."""
    actor = request_actor(request)
    written = cancel_session(
        by=actor,
        session=request_object(request, ClassSession),
        reason=body.reason,
        version=expected_version(request, body.version),
    )
    return _session_answer(actor, written, "Session cancelled successfully")


@router.post("/class-sessions/{session_id}/restore", **CHANGES)
def restore_class_session(request: HttpRequest, session_id: str) -> HttpResponse:
    """Restore a cancelled session, if its people and room are still free."""
    actor = request_actor(request)
    written = restore_session(
        by=actor, session=request_object(request, ClassSession), version=expected_version(request)
    )
    return _session_answer(actor, written, "Session restored successfully")


def _session_answer(actor: Actor, written: SessionChange, message: str, status: int = 200) -> HttpResponse:
    session = sessions_in_full(actor, ClassSession.objects.filter(pk=written.session.pk)).get()
    shown: WrittenOut = {
        **session_json(session),
        "told": written.told,
    }
    warnings = [warning("instructor_id", one.message, one.kind) for one in written.warnings]
    beside: dict[str, Any] = {"warnings": warnings} if warnings else {}
    return answer(shown, message, status=status, version=session.version, **beside)


def _fields(actor: Actor, body: SessionIn) -> dict[str, Any]:
    """What was sent, as fields of the plan. Raises Invalid naming all that is unknown."""
    sent = body.model_fields_set
    words = ("session_type", "location", "title", "notes")
    fields: dict[str, Any] = {name: getattr(body, name) for name in ("date", "start_time", "end_time") if name in sent}
    fields |= {name: getattr(body, name) or "" for name in words if name in sent}
    wrong: list[FieldError] = []
    if "date" in sent and body.date is None:
        wrong.append(FieldError("date", _("Enter the date of the session.")))
    here = Affiliation.objects.filter(institution=actor.institution, is_active=True)
    rows = {
        "subject": Subject.objects.filter(institution=actor.institution),
        "instructor": User.objects.filter(pk__in=here.values("user_id")),
        "room": Room.objects.filter(institution=actor.institution).select_related("branch"),
    }
    for name, among in rows.items():
        if f"{name}_id" in sent:
            asked = getattr(body, f"{name}_id")
            fields[name] = among.filter(pk=any_id(asked)).first() if asked else None
            if asked and fields[name] is None:
                wrong.append(FieldError(f"{name}_id", _("Nothing has this id.")))
    if wrong:
        raise Invalid.fields(wrong)
    return fields
