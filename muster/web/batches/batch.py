"""The first tab of a batch: what is still needed, what comes next, who is in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Window
from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.assessment.models import Assessment
from muster.assessment.queries import with_marked
from muster.attendance.queries import with_session_numbers
from muster.attendance.queries.missing import missing_registers_of
from muster.attendance.queries.projection import AttendanceProjection, with_projection
from muster.batches.meetings import week_in_words
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.permissions import batches
from muster.batches.queries import BatchPhase
from muster.certificates.queries import ISSUED, seats_of_certificates
from muster.certificates.queries.completion import TAKES_NONE
from muster.courses.queries import minimum_attendance_of
from muster.enrollments.models import Enrollment
from muster.enrollments.opening import why_not_cancelled
from muster.enrollments.waitlists import why_it_stands_still
from muster.feedback.models import FeedbackRound
from muster.risk.queries import forecast_in_words
from muster.submissions.deadlines import deadlines_of
from muster.web.batches.frame import Coming, Frame, batch_for, day_and_time, place_of, tab_page
from muster.web.batches.tabs import BatchTab, register_tab
from muster.web.batches.words import name_of
from muster.web.insights.trend import attendance_of_batch
from muster.web.requests import ActorRequest
from muster.web.risk.widgets import risk_card
from muster.web.submissions.words import due_title, due_words, left_words, prepare_url
from muster.web.ui.components import Fact
from muster.web.ui.pages import page

# From here on what is missing is not merely open but late.
LATE = timedelta(days=14)
# When registers are to be taken.
TAUGHT = (BatchPhase.ACTIVE, BatchPhase.COMPLETION)


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


register_tab(BatchTab("overview", gettext_lazy("Overview"), "batches:batch", 10))


@page(batches["see"])
def overview_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """The batch at a glance."""
    actor = request.actor
    frame = Frame(actor, batch_for(actor, batch_id, among=with_session_numbers(Batch.objects.all())), "overview")
    steps = sorted(steps_of(frame), key=lambda step: ("late", "todo", "done").index(step.state))
    context: dict[str, Any] = {
        "facts": frame.facts,
        "steps": steps,
        "steps_done": sum(step.state == "done" for step in steps),
        "meetings": shown_meetings(frame, 5),
        "more_meetings": len(frame.meetings),
    }
    if frame.is_staff:
        context |= _roster(frame) | _attendance(frame) | {"risk": risk_card(actor, frame.batch)}
    else:
        context["place"] = _place(frame)
    return tab_page(request, frame, "batches/overview.html", context)


def shown_meetings(frame: Frame, most: int) -> list[dict[str, Any]]:
    """The next meetings, with who stands in for the lead on that day."""
    return [
        {
            "when": f"{day_and_time(meeting.starts)} – {meeting.ends:%H:%M}",
            "text": ", ".join(filter(None, [place_of(meeting), _teacher(frame, meeting)])),
            "now": meeting.session.is_on(frame.now),
        }
        for meeting in frame.meetings[:most]
    ]


def _teacher(frame: Frame, meeting: Coming) -> str:
    """Who teaches, where it is not simply the lead."""
    if not frame.may("see_staff"):
        return ""
    if meeting.session.instructor:
        return str(meeting.session.instructor.full_name)
    substitutes = [one for one in frame.assignments if one.role == InstructorAssignment.Role.SUBSTITUTE]
    name = next((one.instructor.full_name for one in substitutes if one.covers(meeting.starts.date())), "")
    return _("%(name)s is the substitute") % {"name": name} if name else ""


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
        yield from _waiting(frame)
    yield from _registers(frame)
    yield from _deadlines(frame)
    if frame.phase == BatchPhase.COMPLETION:
        yield from _completing(frame)
    yield from _ending(frame)


def _urgent(frame: Frame) -> Literal["todo", "late"]:
    starts = frame.batch.start_date
    return "late" if starts is not None and starts <= frame.now.date() + LATE else "todo"


def _way(frame: Frame, url: str, word: str) -> dict[str, Any]:
    """The way out, for those who may take it."""
    return {"url": url, "action": word} if frame.may_change and url else {}


def _staffing(frame: Frame) -> Iterator[NextStep]:
    batch, assign = frame.batch, _way(frame, frame.url("batches:assign"), _("Assign"))
    lead = batch.lead  # type: ignore[attr-defined]
    if lead is None:
        begins = _("This batch has no lead.")
        if batch.start_date and batch.kind == Batch.Kind.COURSE:
            begins = _("It starts on %(day)s, but won't become active until it has a lead.") % {
                "day": date_format(batch.start_date, "j F Y")
            }
        yield NextStep(_urgent(frame), _("A lead"), begins, **assign)
        return
    last_days = [one.until_date for one in frame.assignments if one.role == InstructorAssignment.Role.LEAD]
    until = None if None in last_days else max(day for day in last_days if day)
    if until is not None and batch.end_date is not None and until < batch.end_date:
        names = {"name": name_of(lead), "day": date_format(until, "j F Y"), "end": date_format(batch.end_date, "j F Y")}
        title = _("A lead from %(day)s") % {"day": date_format(until + timedelta(days=1), "j F Y")}
        yield NextStep("todo", title, _("%(name)s leads until %(day)s; the batch runs to %(end)s.") % names, **assign)
    helpers = len(frame.helpers)
    words = ngettext("Lead and %(count)d more assigned", "Lead and %(count)d more assigned", helpers)
    yield NextStep("done", words % {"count": helpers} if helpers else _("Lead assigned"))


def _timetable(frame: Frame) -> Iterator[NextStep]:
    def edit(word: str) -> dict[str, Any]:
        return {"url": frame.schedule_url, "action": word, "sheet": False} if frame.schedule_url else {}

    if not frame.week:
        yield NextStep(_urgent(frame), _("Weekly schedule"), _("No weekly schedule yet."), **edit(_("Set up")))
        return
    if homeless := [slot for slot in frame.week if not slot["room_id"]]:
        title = ngettext("Room for %(count)d weekly slot", "Rooms for %(count)d weekly slots", len(homeless))
        yield NextStep("todo", title % {"count": len(homeless)}, week_in_words(homeless), **edit(_("Choose")))
    if count := len(frame.meetings):
        title = ngettext("%(count)d upcoming session", "%(count)d upcoming sessions", count)
        yield NextStep("done", title % {"count": count}, week_in_words(frame.week))
    elif frame.batch.end_date and frame.batch.end_date >= frame.now.date():
        text = _("No weekly slot falls within the batch's dates, apart from holidays.")
        yield NextStep(_urgent(frame), _("Sessions within its dates"), text, **edit(_("Change")))


def _students(frame: Frame) -> Iterator[NextStep]:
    batch, least = frame.batch, frame.actor.institution.advised_size_min
    held = batch.enrolled_students
    enroll = _way(frame, frame.url("enrollments:enroll"), _("Enroll"))
    least = min(least, batch.capacity or least)
    if held == 0:
        yield NextStep(_urgent(frame), _("Students"), _("No students enrolled yet."), **enroll)
    elif held < least:
        title = ngettext("%(count)d more student", "%(count)d more students", least - held) % {"count": least - held}
        text = _("%(held)d enrolled. At least %(least)d recommended.") % {"held": held, "least": least}
        yield NextStep("todo", title, text, **enroll)
    else:
        words = ngettext("%(count)d student enrolled", "%(count)d students enrolled", held) % {"count": held}
        yield NextStep("done", words, _("Full.") if batch.is_full else "")


def _waiting(frame: Frame) -> Iterator[NextStep]:
    """That seats are kept back while students wait."""
    waiting, action = frame.batch.waitlist_length, frame.spare_seats_action  # type: ignore[attr-defined]
    if waiting and action and not frame.batch.is_full:
        title = ngettext("%(count)d student on the waitlist", "%(count)d students on the waitlist", waiting)
        text = why_it_stands_still(frame.batch, frame.now.date())
        yield NextStep("todo", title % {"count": waiting}, text, frame.url(action[1]), action[0])


def _registers(frame: Frame) -> Iterator[NextStep]:
    """The registers that are not taken, once the batch has begun."""
    if frame.phase not in TAUGHT:
        return
    if missing := missing_registers_of(frame.actor, frame.batch):
        title = ngettext("%(count)d register not taken", "%(count)d registers not taken", missing) % {"count": missing}
        url = f"{reverse('attendance:not-taken')}?batch={frame.batch.pk}"
        yield NextStep("late", title, "", url, _("View"), sheet=False)


def _deadlines(frame: Frame) -> Iterator[NextStep]:
    """What is due of the batch to an authority, counted down."""
    for one in deadlines_of(frame.actor, frame.batch):
        text = f"{capfirst(left_words(one))}. {due_words(one)}"
        yield NextStep(
            "late" if one.is_late else "todo", due_title(one), text, prepare_url(one), _("Prepare"), sheet=False
        )


def _completing(frame: Frame) -> Iterator[NextStep]:
    """Once the batch is over: marks that aren't published, certificates that aren't issued, and the students' say."""
    batch = frame.batch
    marked: QuerySet[Any] = with_marked(Assessment.objects.filter(batch=batch))
    late = marked.filter(published__lt=F("expected")).count()
    if late:
        title = ngettext("Marks of %(count)d assessment", "Marks of %(count)d assessments", late) % {"count": late}
        yield NextStep("todo", title, _("Not all of them are published."))
    seats = seats_of_certificates(batch)
    if left := seats.exclude(status__in=TAKES_NONE).filter(~ISSUED).count():
        title = ngettext("Certificate of %(count)d student", "Certificates of %(count)d students", left)
        url = f"{frame.url('certificates:completion')}?certificate=none"
        yield NextStep("todo", title % {"count": left}, "", url, _("View"), sheet=False)
    elif seats.exists():
        yield NextStep("done", _("Certificates issued"))
    if FeedbackRound.objects.filter(batch=batch, kind=FeedbackRound.Kind.END).exists():
        yield NextStep("done", _("Feedback requested"))
    else:
        yield NextStep("todo", _("Feedback"), "", frame.url("feedback:batch"), _("View"), sheet=False)


def _ending(frame: Frame) -> Iterator[NextStep]:
    batch, today = frame.batch, frame.now.date()
    first, last = batch.start_date, batch.end_date
    status = _way(frame, frame.url("enrollments:status"), _("Change status"))
    if batch.status == Batch.Status.ACTIVE and last and last < today:
        text = _("The last day was %(day)s, but the batch is still active.") % {"day": date_format(last, "j F Y")}
        yield NextStep("late", _("Completion"), text, **status)
    elif batch.status == Batch.Status.UPCOMING and batch.status_pinned and first and first <= today:
        text = _("The first day was %(day)s, but the batch was manually kept as upcoming.")
        yield NextStep("late", _("Start"), text % {"day": date_format(first, "j F Y")}, **status)
    elif batch.is_over:
        yield NextStep("done", _("%(name)s has ended") % {"name": batch.code}, _("Enrollments are closed."))
        if frame.may("archive") and frame.may_change:
            text = _("An archived batch stays visible and can be exported, but not changed.")
            yield NextStep("todo", _("Archive"), text, frame.url("batches:archive"), _("Archive"))


# --- who is in it ---------------------------------------------------------------------------------------------------
def _roster(frame: Frame) -> dict[str, Any]:
    """Numbers by status, and who came last: one statement."""
    numbers = {f"of_{one}": Window(Count("pk", filter=Q(status=one))) for one in Enrollment.Status.values}
    rows: Any = Enrollment.objects.filter(batch=frame.batch).select_related("student")
    rows = rows.annotate(**numbers, is_cancelled=Q(status=Enrollment.Status.CANCELLED))
    newest = list(rows.order_by("is_cancelled", "-enrollment_date", "-created_at")[:5])
    told = [(getattr(newest[0], f"of_{one}"), label.lower()) for one, label in Enrollment.Status.choices if newest]
    return {
        "roster": [(number, word) for number, word in told if number],
        "newest": [one for one in newest if not one.is_cancelled],
        "students_url": frame.url("batches:students"),
    }


def _attendance(frame: Frame) -> dict[str, Any]:
    """How attendance went since the batch began and by week, or that there are no marks."""
    batch = frame.batch
    first, is_counted = batch.start_date, batch.status != Batch.Status.CANCELLED
    has_begun = first is not None and first <= frame.now.date()
    found = attendance_of_batch(frame.actor, batch) if has_begun and is_counted else None
    if found is not None:
        return {"facts": [*frame.facts[:3], found.fact, *frame.facts[3:]], "trend": found.trend}
    said = _("No marks yet. They appear here week by week once registers are taken.")
    words = _("No register was taken.") if batch.is_over else said
    return {"trend": None, "unmarked": words if frame.phase in TAUGHT else ""}


def _forecast(frame: Frame) -> str:
    """What the student's attendance can still come to; nothing before there are sessions. One statement."""
    found: Any = with_projection(Enrollment.objects.filter(pk=frame.own.pk)).get() if frame.own else None
    if found is None or not found.to_come:
        return ""
    minimum = minimum_attendance_of(frame.actor.institution, frame.batch.course)
    return forecast_in_words(AttendanceProjection(found.letters, found.to_come, minimum), own=True)


def _place(frame: Frame) -> dict[str, Any] | None:
    """A student's own enrollment here, with the way out of it."""
    own = frame.own
    if own is None:
        return None
    days = [
        (_("Enrolled on"), own.enrollment_date),
        (_("Access until"), own.access_expiry_date),
        (_("Completed on"), own.completed_at and own.completed_at.astimezone(frame.batch.zone)),
    ]
    dated = [Fact(term, date_format(day, "j F Y")) for term, day in days if day]
    held = own.holds_a_seat and not frame.batch.is_archived
    own.batch = frame.batch
    closed = why_not_cancelled(own, frame.actor.institution, frame.now.date()) if held else None
    return {
        "facts": [Fact(_("Status"), own.get_status_display()), *dated],
        "cancel_url": reverse("enrollments:cancel", args=[own.pk]) if held and not closed else "",
        "closed": closed.message if closed else "",
        "stay_url": reverse("enrollments:convert", args=[own.pk]) if held and own.is_own_trial else "",
        "reason": own.cancel_reason,
        "forecast": _forecast(frame) if held else "",
    }
