"""The calendar: month, week, day and list; a plain list of days where no script runs."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.accounts.models import User
from muster.assessment.queries import due_soon
from muster.attendance.queries.calendar import CalendarEvent, calendar_sessions, events_of
from muster.batches.models import Batch
from muster.batches.permissions import batches, sessions
from muster.core.permissions import as_id
from muster.core.search import plain
from muster.institutions.access import Actor
from muster.institutions.models import Membership, Role
from muster.institutions.permissions import branches, rooms
from muster.timetable.models import ClassSession
from muster.web.requests import ActorRequest
from muster.web.ui.components import Tab
from muster.web.ui.pages import page
from muster.web.ui.shell import url_or_empty
from muster.web.ui.widgets import pill

VIEWS = {
    "month": gettext_lazy("Month"),
    "week": gettext_lazy("Week"),
    "day": gettext_lazy("Day"),
    "list": gettext_lazy("List"),
}
COLOURS = {"batch": gettext_lazy("Batch"), "type": gettext_lazy("Type")}
PLACES = {
    "branch_id": (gettext_lazy("Branch"), gettext_lazy("All branches")),
    "room_id": (gettext_lazy("Room"), gettext_lazy("All rooms")),
}
# How many sessions one page draws; a month of a large institution is narrowed to a batch or an instructor.
MOST = 600
FIRST_YEAR, LAST_YEAR = 2000, 2199
DAY = timedelta(days=1)


@dataclass(frozen=True)
class CalendarView:
    """What the address asks for."""

    view: str
    day: date
    batch: Batch | None
    instructor: User | None
    colour: str
    dept: str = ""
    semester: str = ""
    # The branch and the room that it is narrowed to, by the names of their parameters.
    places: Mapping[str, Any] = field(default_factory=dict)

    @property
    def of_batches(self) -> dict[str, Any]:
        """What one of a session's batches is asked for."""
        asked = {"department_id": self.dept, "current_semester": self.semester}
        return {name: value for name, value in asked.items() if value}

    def concerns(self, batch: Any) -> bool:
        """Whether the batch is of the chosen department and semester."""
        return (not self.dept or str(batch.department_id) == self.dept) and (
            not self.semester or str(batch.current_semester) == self.semester
        )

    @property
    def first(self) -> date:
        """The first day of the period."""
        if self.view in ("week", "list"):
            return self.day - DAY * self.day.weekday()
        return self.day if self.view == "day" else self.day.replace(day=1)

    @property
    def last(self) -> date:
        """The last day of the period."""
        if self.view in ("week", "list"):
            return self.first + DAY * 6
        return self.day if self.view == "day" else self.day.replace(day=monthrange(self.day.year, self.day.month)[1])

    @property
    def title(self) -> str:
        """The period in words."""
        if self.view == "day":
            return date_format(self.day, "l j F Y")
        if self.view in ("week", "list"):
            first = date_format(self.first, "j M" if self.first.year == self.last.year else "j M Y")
            return f"{first} – {date_format(self.last, 'j M Y')}"
        return date_format(self.day, "F Y")

    def url(self, **changed: Any) -> str:
        """The address of the same calendar with something else."""
        asked = {
            "view": self.view,
            "date": self.day.isoformat(),
            "cohort_id": self.batch.pk if self.batch else "",
            "instructor_id": self.instructor.pk if self.instructor else "",
            **{name: row.pk for name, row in self.places.items() if row},
            "dept": self.dept,
            "semester": self.semester,
            "colour": self.colour if self.colour != "batch" else "",
            **changed,
        }
        return "?" + urlencode({name: value for name, value in asked.items() if value})

    @property
    def before(self) -> str:
        return self.url(date=max(self.first - DAY, date(FIRST_YEAR, 1, 1)).isoformat())

    @property
    def after(self) -> str:
        return self.url(date=min(self.last + DAY, date(LAST_YEAR, 12, 31)).isoformat())


# How much of what is due soon stands beside the calendar.
MOST_DUE = 8


@dataclass(frozen=True)
class CalendarRow:
    """A session in the plain list."""

    event: CalendarEvent
    pill: SafeString | None
    url: str

    @property
    def times(self) -> str:
        if self.event.all_day:
            return _("All day")
        return f"{self.event.starts:%H:%M} – {self.event.ends:%H:%M}"

    @property
    def text(self) -> str:
        kind = str(self.event.session.get_session_type_display())
        return ", ".join(filter(None, [self.event.code, kind, self.event.where, self.event.teachers]))


@page(sessions["see"])
def calendar_page(request: ActorRequest) -> HttpResponse:
    """The sessions that the reader may see, in a period."""
    actor = request.actor
    teaches = actor.manages or actor.is_any(Role.INSTRUCTOR)
    every: list[Any] = list(
        batches.rows(actor, "see_staff", among=Batch.objects.current())
        .order_by("code", "pk")
        .values_list("pk", "name", "code", "current_semester", "department_id", "department__name", named=True)
    )
    named = {(one.department__name, str(one.department_id)) for one in every if one.department_id}
    departments = sorted(named, key=lambda pair: (plain(pair[0]), pair[1]))
    semesters = sorted({one.current_semester for one in every if one.current_semester is not None})
    people = list(_instructors(actor)) if actor.manages else []
    places = _places(actor) if teaches else {}
    shown = _requested_view(request, actor, every, people, places)
    sessions_shown = calendar_sessions(
        actor,
        shown.first,
        shown.last,
        batch_id=shown.batch.pk if shown.batch else None,
        instructor_id=shown.instructor.pk if shown.instructor else None,
        of_batches=shown.of_batches,
        **{name: row.pk for name, row in shown.places.items() if row},
    )
    found = events_of(sessions_shown[: MOST + 1])
    context = {
        "nav": "calendar",
        "shown": shown,
        "tabs": [Tab(label, f"{shown.url(view=name)}#today", name == shown.view) for name, label in VIEWS.items()],
        "today": actor.today(),
        "today_url": f"{shown.url(date=actor.today().isoformat())}#today",
        "offered": [one for one in every if shown.concerns(one)],
        "departments": departments,
        "semesters": semesters,
        "people": people,
        "places": [
            (name, *PLACES[name], rows, shown.places.get(name)) for name, rows in places.items() if len(rows) > 1
        ],
        "colours": COLOURS,
        "days": list(_days(found[:MOST], teaches=teaches)),
        "too_many": len(found) > MOST,
        "most": MOST,
        "count": ngettext("%(count)d session", "%(count)d sessions", len(found[:MOST])) % {"count": len(found[:MOST])},
        "links_url": _links_url(shown),
        "due_soon": [] if actor.manages else list(due_soon(actor)[:MOST_DUE]),
        "add_url": _add_url(actor, shown),
        "options": _options(actor, shown, teaches=teaches),
    }
    return render(request, "attendance/calendar.html", context)


def _places(actor: Actor) -> dict[str, list[Any]]:
    """The branches and rooms to narrow the calendar to, as the reader may see them."""
    return {
        "branch_id": list(branches.rows(actor).filter(is_active=True).order_by("name__plain", "pk")),
        "room_id": list(rooms.rows(actor).filter(is_active=True).order_by("branch__name__plain", "name__plain", "pk")),
    }


def _requested_view(
    request: HttpRequest, actor: Actor, every: list[Any], people: list[User], places: Mapping[str, list[Any]]
) -> CalendarView:
    """What the address asks for; what it says wrongly is passed over."""
    given = request.GET
    try:
        day = date.fromisoformat(given.get("date", "")[:10])
    except ValueError:
        day = actor.today()
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        day = actor.today()
    shown = CalendarView(
        given.get("view", "") if given.get("view") in VIEWS else "month",
        day,
        None,
        _row_among(people, given.get("instructor_id")),
        given.get("colour", "") if given.get("colour") in COLOURS else "batch",
        next((str(one.department_id) for one in every if str(one.department_id) == given.get("dept")), ""),
        next((str(one.current_semester) for one in every if str(one.current_semester) == given.get("semester")), ""),
        {name: _row_among(rows, given.get(name)) for name, rows in places.items()},
    )
    # A batch of another department or semester is dropped with the choice of that.
    batch = _row_among([one for one in every if shown.concerns(one)], given.get("cohort_id"))
    return replace(shown, batch=batch and Batch(pk=batch.pk, name=batch.name, code=batch.code))


def _row_among(rows: list[Any], text: str | None) -> Any:
    pk = as_id(text) if text else None
    return next((row for row in rows if row.pk == pk), None)


def _instructors(actor: Actor) -> Any:
    teaching = Membership.objects.filter(institution=actor.institution, role=Role.INSTRUCTOR)
    here = User.objects.filter(affiliations__institution=actor.institution, affiliations__is_active=True)
    return here.filter(pk__in=teaching.values("user_id"), is_active=True).order_by("full_name__plain", "pk")


def _days(found: list[CalendarEvent], *, teaches: bool) -> Iterator[tuple[date, list[CalendarRow]]]:
    for day, events in groupby(found, key=lambda event: event.session.date):
        yield (
            day,
            [
                CalendarRow(
                    event, _pill(event, teaches=teaches), _url(event.session.pk, event.batch_id, teaches=teaches)
                )
                for event in events
            ],
        )


def _url(session_id: UUID, batch_id: str, *, teaches: bool) -> str:
    if not batch_id:
        return reverse("mentoring-sessions:session", args=[session_id])
    return url_or_empty("attendance:register", session_id) if teaches else reverse("batches:schedule", args=[batch_id])


def _pill(event: CalendarEvent, *, teaches: bool) -> SafeString | None:
    if event.session.is_cancelled:
        return pill(_("Cancelled"), tone="bad", icon="xc")
    if not teaches:
        # How far the register is taken is nothing to those who learn.
        return None
    if event.session.is_locked:
        return pill(_("Locked"), tone="info", icon="lock")
    if event.marked:
        words = _("%(marked)d of %(expected)d marked") % {"marked": event.marked, "expected": event.expected}
        return pill(words, tone="good" if event.is_taken else "warn", icon="okc" if event.is_taken else "half")
    return None


def _links_url(shown: CalendarView) -> str:
    what = {}
    if shown.batch is not None:
        what["cohort_id"] = str(shown.batch.pk)
    elif shown.instructor is not None:
        what["instructor_id"] = str(shown.instructor.pk)
    return reverse("batches:feeds") + (f"?{urlencode(what)}" if what else "")


def _add_url(actor: Actor, shown: CalendarView) -> str:
    """Where a session is added to the batch that is shown; empty where the actor may not."""
    if shown.batch is None or not batches.allows(actor, "schedule", shown.batch):
        return ""
    return reverse("batches:add-session", args=[shown.batch.pk])


def _options(actor: Actor, shown: CalendarView, *, teaches: bool) -> dict[str, Any]:
    """What the script needs to know."""
    nil = UUID(int=0)
    return {
        "view": shown.view,
        "date": shown.day.isoformat(),
        "now": f"{actor.now():%Y-%m-%dT%H:%M:%S}",
        "colour": shown.colour,
        "most": MOST,
        "events": "/api/institution/attendance/calendar",
        "session": f"/api/institution/class-sessions/{nil}",
        "open": _url(nil, str(nil), teaches=teaches),
        "openIs": "session" if teaches else "batch",
        "mentoring": _url(nil, "", teaches=teaches),
        "change": reverse("batches:change-session", args=[nil]),
        "cancel": reverse("batches:cancel-session", args=[nil]),
        "restore": reverse("batches:restore-session", args=[nil]),
        "schedule": reverse("batches:schedule", args=[nil]),
        "nil": str(nil),
        "types": {str(value): str(label) for value, label in ClassSession.Kind.choices},
        "words": {
            "allDay": _("All day"),
            "none": _("No sessions in this period."),
            "more": _("{number} more"),
            "cancelled": _("Cancelled"),
            "locked": _("Locked"),
            "marked": _("{marked} of {expected} marked"),
            "moved": _("{title} moved to {when}."),
            "told": _("{number} people notified."),
            "undone": _("{title} moved back."),
            "undo": _("Undo"),
            "failed": _("The calendar couldn't be loaded. Try again."),
            "offline": _("You're offline, so nothing was moved."),
            "sessions": _("{number} sessions"),
            "tooMany": _("Only the first {number} sessions are shown. Choose a batch or an instructor."),
            "register": _("Open register"),
            "batch": _("Open batch"),
            "mentoring": _("Open mentoring"),
            "pairs": _("Mentoring"),
            "changed": _("Edit session"),
            "cancelIt": _("Cancel session"),
            "restoreIt": _("Restore session"),
        },
    }
