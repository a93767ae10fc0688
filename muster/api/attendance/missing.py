"""Registers that are not taken."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query
from typing_extensions import TypedDict

from muster.api.attendance.schemas import DoerOut
from muster.api.kit import Date, Door, Moment, Paging, in_shape, key, page_of, request_actor, timestamp
from muster.api.narrowing import OfBatches
from muster.attendance.permissions import registers
from muster.attendance.queries.missing import missing_registers
from muster.batches.models import meets_one_of
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
