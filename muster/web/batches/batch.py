"""The first tab of a batch: what is still needed, what comes next, who is in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches.meetings import week_in_words
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.permissions import batches
from muster.enrollments.models import Enrollment
from muster.web.batches.frame import Coming, Frame, batch_for, day_and_time, place_of, tab_page
from muster.web.batches.words import name_of
from muster.web.requests import ActorRequest
from muster.web.ui.components import Fact
from muster.web.ui.pages import page

# From here on what is missing is not merely open but late.
LATE = timedelta(days=14)


@dataclass(frozen=True)
class NextStep:
    """Something that a batch needs; `url` is the way to it, in a dialog where `sheet` says so."""

    state: Literal["done", "todo", "late"]
    title: str
    text: str = ""
    url: str = ""
    action: str = ""
    sheet: bool = True

    @property
    def icon(self) -> str:
        return {"done": "okc", "todo": "ring", "late": "alert"}[self.state]


@dataclass(frozen=True)
class ShownMeeting:
    """A meeting as a row."""

    when: str
    text: str
    now: bool


@page(batches["see"])
def overview_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """The batch at a glance."""
    actor = request.actor
    frame = Frame(actor, batch_for(actor, batch_id), "overview")
    steps = sorted(steps_of(frame), key=lambda step: ("late", "todo", "done").index(step.state))
    context: dict[str, Any] = {
        "steps": steps,
        "steps_done": sum(step.state == "done" for step in steps),
        "meetings": shown_meetings(frame, 5),
        "more_meetings": len(frame.meetings),
    }
    if frame.is_staff:
        context |= _roster(frame)
    else:
        context["place"] = _place(frame)
    return tab_page(request, frame, "batches/overview.html", context)


def shown_meetings(frame: Frame, most: int) -> list[ShownMeeting]:
    """The next meetings, with who stands in for the lead on that day."""
    return [
        ShownMeeting(
            f"{day_and_time(meeting.starts)} – {meeting.ends:%H:%M}",
            ", ".join(filter(None, [place_of(meeting), _teacher(frame, meeting)])),
            meeting.session.is_on(frame.now),
        )
        for meeting in frame.meetings[:most]
    ]


def _teacher(frame: Frame, meeting: Coming) -> str:
    """Who teaches, where it is not simply the lead."""
    if not frame.may("see_staff"):
        return ""
    if meeting.session.instructor:
        return str(meeting.session.instructor.full_name)
    day = meeting.starts.date()
    for one in frame.assignments:
        covers = one.from_date <= day and (one.until_date is None or one.until_date >= day)
        if covers and one.role == InstructorAssignment.Role.SUBSTITUTE:
            return _("%(name)s is the substitute") % {"name": one.instructor.full_name}
    return ""


# --- what is still needed -------------------------------------------------------------------------------------------
def steps_of(frame: Frame) -> Iterator[NextStep]:
    """What the batch still needs in its phase, and what it has; nothing for students and in archived batches."""
    batch = frame.batch
    if not frame.is_staff or batch.is_archived:
        return
    if batch.takes_enrollments:
        yield from _staffing(frame)
        yield from _timetable(frame)
        yield from _students(frame)
    yield from _ending(frame)


def _urgent(frame: Frame) -> Literal["todo", "late"]:
    starts = frame.batch.start_date
    return "late" if starts is not None and starts <= frame.now.date() + LATE else "todo"


def _way(frame: Frame, url: str, word: str) -> dict[str, Any]:
    """The way out, for those who may take it."""
    return {"url": url, "action": word} if frame.may_change and url else {}


def _staffing(frame: Frame) -> Iterator[NextStep]:
    batch, assign = frame.batch, frame.url("batches:assign")
    lead = batch.lead  # type: ignore[attr-defined]
    if lead is None:
        begins = (
            _("It starts on %(day)s, but won't become active until it has a lead.")
            % {"day": date_format(batch.start_date, "j F Y")}
            if batch.start_date and batch.kind == Batch.Kind.COURSE
            else _("This batch has no lead.")
        )
        yield NextStep(_urgent(frame), _("A lead"), begins, **_way(frame, assign, _("Assign")))
        return
    leads = [one for one in frame.assignments if one.role == InstructorAssignment.Role.LEAD]
    until = (
        None if any(one.until_date is None for one in leads) else max(one.until_date or one.from_date for one in leads)
    )
    if until is not None and batch.end_date is not None and until < batch.end_date:
        yield NextStep(
            "todo",
            _("A lead from %(day)s") % {"day": date_format(until + timedelta(days=1), "j F Y")},
            _("%(name)s leads until %(day)s; the batch runs to %(end)s.")
            % {
                "name": name_of(lead),
                "day": date_format(until, "j F Y"),
                "end": date_format(batch.end_date, "j F Y"),
            },
            **_way(frame, assign, _("Assign")),
        )
    helpers = len(frame.helpers)
    words = ngettext("Lead and %(count)d more assigned", "Lead and %(count)d more assigned", helpers) % {
        "count": helpers
    }
    yield NextStep("done", words if helpers else _("Lead assigned"), "")


def _timetable(frame: Frame) -> Iterator[NextStep]:

    def edit(word: str) -> dict[str, Any]:
        return {"url": frame.schedule_url, "action": word, "sheet": False} if frame.schedule_url else {}

    if not frame.week:
        yield NextStep(
            _urgent(frame),
            _("Weekly schedule"),
            _("No weekly schedule yet."),
            **edit(_("Set up")),
        )
        return
    homeless = [slot for slot in frame.week if not slot["room_id"]]
    if homeless:
        yield NextStep(
            "todo",
            ngettext("Room for %(count)d weekly slot", "Rooms for %(count)d weekly slots", len(homeless))
            % {"count": len(homeless)},
            week_in_words(homeless),
            **edit(_("Choose")),
        )
    count = len(frame.meetings)
    if count:
        yield NextStep(
            "done",
            ngettext("%(count)d upcoming session", "%(count)d upcoming sessions", count) % {"count": count},
            week_in_words(frame.week),
        )
    elif frame.batch.end_date and frame.batch.end_date >= frame.now.date():
        yield NextStep(
            _urgent(frame),
            _("Sessions within its dates"),
            _("No weekly slot falls within the batch's dates, apart from holidays."),
            **edit(_("Change")),
        )


def _students(frame: Frame) -> Iterator[NextStep]:
    batch, least = frame.batch, frame.actor.institution.advised_size_min
    held = batch.enrolled_students
    enroll = _way(frame, frame.url("enrollments:enroll"), _("Enroll"))
    least = min(least, batch.capacity or least)
    if held == 0:
        yield NextStep(_urgent(frame), _("Students"), _("No students enrolled yet."), **enroll)
    elif held < least:
        yield NextStep(
            "todo",
            ngettext("%(count)d more student", "%(count)d more students", least - held) % {"count": least - held},
            _("%(held)d enrolled. At least %(least)d recommended.") % {"held": held, "least": least},
            **enroll,
        )
    else:
        words = ngettext("%(count)d student enrolled", "%(count)d students enrolled", held) % {"count": held}
        yield NextStep("done", words, _("Full.") if batch.is_full else "")


def _ending(frame: Frame) -> Iterator[NextStep]:
    batch, today = frame.batch, frame.now.date()
    status = _way(frame, frame.url("enrollments:status"), _("Change status"))
    if batch.status == Batch.Status.ACTIVE and batch.end_date and batch.end_date < today:
        yield NextStep(
            "late",
            _("Completion"),
            _("The last day was %(day)s, but the batch is still active.")
            % {"day": date_format(batch.end_date, "j F Y")},
            **status,
        )
    elif (
        batch.status == Batch.Status.UPCOMING and batch.status_pinned and batch.start_date and batch.start_date <= today
    ):
        yield NextStep(
            "late",
            _("Start"),
            _("The first day was %(day)s, but the batch was manually kept as upcoming.")
            % {"day": date_format(batch.start_date, "j F Y")},
            **status,
        )
    elif batch.status in (Batch.Status.COMPLETED, Batch.Status.CANCELLED):
        over = _("%(name)s has ended") % {"name": batch.code}
        yield NextStep("done", over, _("Enrollments are closed."))
        if frame.may("archive") and frame.may_change:
            yield NextStep(
                "todo",
                _("Archive"),
                _("An archived batch stays visible and can be exported, but not changed."),
                frame.url("batches:archive"),
                _("Archive"),
            )


# --- who is in it ---------------------------------------------------------------------------------------------------
def _roster(frame: Frame) -> dict[str, Any]:
    """Numbers by status, and who came last: two statements."""
    rows = Enrollment.objects.filter(batch=frame.batch)
    numbers = rows.aggregate(
        **{status: Count("pk", filter=Q(status=status)) for status in Enrollment.Status.values},
    )
    shown = [(numbers[status], label.lower()) for status, label in Enrollment.Status.choices if numbers[status]]
    newest = rows.exclude(status=Enrollment.Status.CANCELLED).select_related("student")
    newest = newest.order_by("-enrollment_date", "-created_at")[:5]
    return {"roster": shown, "newest": list(newest), "students_url": reverse("batches:students", args=[frame.batch.pk])}


def _place(frame: Frame) -> dict[str, Any] | None:
    """A student's own enrollment here, with the way out of it."""
    own = frame.own
    if own is None:
        return None
    facts = [
        Fact(_("Status"), own.get_status_display()),
        Fact(_("Enrolled on"), date_format(own.enrollment_date, "j F Y")),
    ]
    if own.access_expiry_date:
        facts.append(Fact(_("Access until"), date_format(own.access_expiry_date, "j F Y")))
    if own.completed_at:
        facts.append(Fact(_("Completed on"), date_format(own.completed_at.astimezone(frame.actor.zone), "j F Y")))
    cancel = own.holds_a_seat and not frame.batch.is_archived
    return {
        "facts": facts,
        "cancel_url": reverse("enrollments:cancel", args=[own.pk]) if cancel else "",
        "reason": own.cancel_reason,
    }
