"""Registers that are not taken."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query
from typing_extensions import TypedDict

from muster.api.attendance.schemas import DoerOut
from muster.api.kit import Date, Door, In, Moment, Paging, answer, in_shape, key, page_of, request_actor, timestamp
from muster.api.narrowing import OfBatches
from muster.attendance.permissions import registers
from muster.attendance.queries.missing import missing_registers
from muster.attendance.rules.reminders import remind_instructors
from muster.batches.models import meets_one_of
from muster.core.errors import Invalid
from muster.core.permissions import any_id
from muster.core.search import with_words
from muster.timetable.models import ClassSession
from muster.timetable.queries import named_teachers

router = Door()


class MissingOut(TypedDict):
    """A past session whose register hasn't been taken. `cohort_id` is null if several batches share it."""

    session_id: str
    cohort_id: str | None
    cohort_name: str
    date: Date
    start_time: str | None
    end_time: str | None
    ended_at: Moment
    instructors: list[DoerOut]
    chased_at: Moment | None


def missing_json(session: ClassSession) -> MissingOut:
    """A session that came through `queries.missing_registers`."""
    full: Any = session
    return in_shape(
        MissingOut,
        session,
        session_id=key(session.pk),
        cohort_id=key(None if session.meeting.is_shared else session.meeting_id),
        cohort_name=session.meeting.name,
        ended_at=timestamp(full.ended),
        instructors=[{"_id": key(pk), "full_name": name} for pk, name in named_teachers(session).items()],
    )


@router.get("/attendance/not-taken", allow=registers["mark"], rows=MissingOut)
def list_missing_registers(request: HttpRequest, paging: Query[Paging], narrowing: Query[OfBatches]) -> HttpResponse:
    """Registers of the last 60 days that the caller can take and that haven't been taken, latest first."""
    rows = missing_registers(request_actor(request))
    if asked := narrowing.conditions(""):
        rows = rows.filter(meets_one_of(asked))
    rows = with_words(rows, paging.q, "meeting__name")
    return page_of(rows, paging, missing_json, {"date": "date"})


class ReminderIn(In):
    """Of which registers to remind."""

    session_ids: list[str] | None = Field(
        None, min_length=1, max_length=500, description="All that the caller manages when absent"
    )


class RemindedOut(TypedDict):
    """Registers reminded of, of how many instructors, and registers that had been reminded of today already."""

    registers: int
    people: int
    already: int


@router.post("/registers/remind", allow=registers["remind"], data=RemindedOut)
def remind_of_registers(request: HttpRequest, body: ReminderIn) -> HttpResponse:
    """Remind the instructors of registers that haven't been taken, of each at most once a day.

    Registers that have been taken are passed over.
    """
    actor, sessions = request_actor(request), None
    if body.session_ids is not None:
        sessions = [any_id(text) for text in body.session_ids]
        known = set(registers.rows(actor, "remind").filter(pk__in=sessions).values_list("pk", flat=True))
        unknown = [f"session_ids.{place}" for place, pk in enumerate(sessions) if pk not in known]
        if unknown:
            raise Invalid(_("No session has this id."), field=unknown[0], code="unknown")
    done = remind_instructors(by=actor, sessions=sessions)
    return answer(asdict(done), "Instructors reminded successfully")
