"""The calendar: sessions as events."""

from datetime import date, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query
from typing_extensions import TypedDict

from muster.api.kit import Date, Day, Door, Moment, in_shape, key, list_answer, request_actor, timestamp
from muster.api.narrowing import OfBatches
from muster.attendance.queries.calendar import CalendarEvent, calendar_sessions, events_of
from muster.batches.permissions import sessions
from muster.core.errors import Invalid
from muster.core.permissions import as_id
from muster.timetable.models import ClassSession

router = Door(fixed=True)
# Of everybody's sessions, and of those of one batch or instructor.
DAYS_AT_MOST, DAYS_OF_ONE = 62, 400
SESSIONS_AT_MOST = 600
NARROWED = ("instructor_id", "branch_id", "room_id")


class CalendarSpanQuery(OfBatches):
    """Which sessions the calendar shows."""

    first: Day | None = Field(None, alias="from", description="The first day; the first of this month when absent")
    last: Day | None = Field(None, alias="to", description="The last day; 31 days later when absent")
    cohort_id: str = Field("", max_length=60, description="Sessions of one batch")
    instructor_id: str = Field("", max_length=60, description="Sessions that one instructor teaches")
    branch_id: str = Field("", max_length=60, description="Sessions at one branch")
    room_id: str = Field("", max_length=60, description="Sessions in one room")
    page: int | None = Field(None, ge=1, le=1_000_000, description="The first is 1; the whole period when absent")
    page_size: int = Field(200, ge=1, le=SESSIONS_AT_MOST)

    def days(self, today: date) -> tuple[date, date]:
        """The first and the last day. Raises Invalid for a span that is none, or too long."""
        try:
            first = self.first or (self.last - timedelta(days=31) if self.last else today.replace(day=1))
            last = self.last or first + timedelta(days=31)
        except OverflowError as error:
            raise Invalid(_("This date is out of range."), field="to" if self.last else "from") from error
        if last < first:
            raise Invalid(_("The last day is before the first."), field="to")
        days = (last - first).days
        if days > DAYS_OF_ONE:
            raise Invalid(_("Choose a period of up to %(most)d days.") % {"most": DAYS_OF_ONE}, field="to")
        if days > DAYS_AT_MOST and not (self.cohort_id or self.instructor_id):
            words = _("Choose a period of up to %(most)d days, or one batch or instructor.")
            raise Invalid(words % {"most": DAYS_AT_MOST}, field="to")
        return first, last

    def ids(self) -> dict[str, UUID | None]:
        """What narrows the sessions, by the names of `calendar_sessions`. Raises Invalid at what is no id."""
        asked = {"cohort_id": "batch_id", **{name: name for name in NARROWED}}
        typed = {name: getattr(self, name) for name in asked}
        if wrong := [name for name, text in typed.items() if text and as_id(text) is None]:
            raise Invalid(_("Nothing has this id."), field=wrong[0])
        return {asked[name]: as_id(text) if text else None for name, text in typed.items()}


class EventOut(TypedDict):
    """A session as an event. `local_start` and `local_end` are in the session's local time."""

    session_id: str
    title: str
    start: Moment
    end: Moment
    cohort_id: str
    cohort_name: str
    session_type: str
    location: str
    is_locked: bool
    marked: int
    expected: int
    cohort_code: str
    date: Date
    local_start: str
    local_end: str
    all_day: bool
    status: str
    cancel_reason: str
    instructor: str
    version: int
    may_change: bool


def event_json(event: CalendarEvent) -> EventOut:
    """A session as an event."""
    session = event.session
    return in_shape(
        EventOut,
        session,
        session_id=key(session.pk),
        title=event.title,
        start=timestamp(event.starts),
        end=timestamp(event.ends),
        cohort_id=event.batch_id,
        cohort_name=event.name,
        cohort_code=event.code,
        location=event.where,
        local_start=f"{event.starts:%Y-%m-%dT%H:%M:%S}",
        local_end=f"{event.ends:%Y-%m-%dT%H:%M:%S}",
        instructor=event.teachers,
        **{name: getattr(event, name) for name in ("marked", "expected", "all_day", "may_change")},
    )


@router.get("/attendance/calendar", allow=sessions["see"], rows=EventOut)
def see_calendar(request: HttpRequest, span: Query[CalendarSpanQuery]) -> HttpResponse:
    """The sessions in a period, in order: all that the caller can see, or those of one batch or instructor.

    A period has up to 62 days, of one batch or instructor up to 400.
    """
    actor = request_actor(request)
    first, last = span.days(actor.today())
    rows = calendar_sessions(actor, first, last, of_batches=span.conditions(""), **span.ids())
    return calendar_answer(span, rows)


def calendar_answer(span: CalendarSpanQuery, rows: QuerySet[ClassSession]) -> HttpResponse:
    """The sessions as events, whole or a page of them."""
    if span.page is None:
        shown = [event_json(event) for event in events_of(rows)]
        return list_answer(shown, total=len(shown), page=1, page_size=max(len(shown), 1))
    start = (span.page - 1) * span.page_size
    shown = [event_json(event) for event in events_of(rows[start : start + span.page_size])]
    return list_answer(shown, total=rows.count(), page=span.page, page_size=span.page_size)
