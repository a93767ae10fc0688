"""What every tab of a batch shows above itself: name, phase, seats, next meeting, lead, and what may be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Literal, NamedTuple
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.attendance.queries import marked_and_expected, sessions_to_date
from muster.batches.meetings import sessions_ahead
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.permissions import batches, with_rights
from muster.batches.queries import BatchPhase as Phases
from muster.batches.queries import batches_of, phase_of
from muster.core.clocks import now_in
from muster.core.errors import Forbidden
from muster.enrollments.models import Enrollment, WaitlistEntry
from muster.enrollments.opening import is_open_to, seats_kept_back, seats_left_of, spare_seats, takes_students
from muster.enrollments.queries import open_siblings
from muster.enrollments.waitlists import seats_moved, waiting_in, with_positions
from muster.institutions.access import Actor
from muster.timetable.models import ClassSession
from muster.timetable.weeks import holidays_between
from muster.web.batches.tabs import TABS
from muster.web.batches.words import PHASES, archive_mark, name_of, no_lead, room_in_words, status_pill
from muster.web.enrollments.words import kept_back_words, moved_words, offer_url, offer_words, place_words
from muster.web.reports.links import report_links
from muster.web.ui.components import Fact, Phase, Tab
from muster.web.ui.widgets import button, dialog_link, icon, seats

LEAD = InstructorAssignment.Role.LEAD
# How far ahead the holidays of a batch without a last day are shown.
HORIZON = timedelta(days=400)
ACTIONS = ("change", "archive", "unarchive", "reopen", "roster", "history", "staff", "see_staff", "schedule")


def batch_for(actor: Actor, batch_id: UUID, action: str = "see", among: QuerySet[Batch] | None = None) -> Batch:
    """The batch as its pages show it, with `may_<action>` for every action, in two statements.

    `among` are batches with what a page asks about besides.

    Raises Missing, and Forbidden where the actor sees the batch but may not do this: somebody may teach one batch and
    learn in another.
    """
    staff = InstructorAssignment.objects.select_related("instructor").order_by("from_date", "pk")
    rows = (
        waiting_in(with_rights(actor, batches_of(actor, Batch.objects.all() if among is None else among), *ACTIONS))
        .select_related("institution", "created_by", "archived_by")
        .prefetch_related(Prefetch("instructor_assignments", queryset=staff))
    )
    batch = batches.get(actor, batch_id, "see", among=rows)
    if action != "see" and not getattr(batch, f"may_{action}"):
        raise Forbidden
    return batch


class Coming(NamedTuple):
    """A session to come, with its moments in the zone of its batch."""

    starts: datetime
    ends: datetime
    session: ClassSession


@dataclass
class Frame:
    """The head of a batch page, worked out once for all tabs."""

    actor: Actor
    batch: Batch
    tab: str
    now: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.now = now_in(self.batch.zone)

    # --- what may be done -------------------------------------------------------------------------------------------
    def may(self, action: str) -> bool:
        """Whether the actor may do this to this batch, archived or not."""
        return bool(getattr(self.batch, f"may_{action}"))

    @property
    def may_change(self) -> bool:
        """Whether the batch takes the actor's changes: never while it is archived."""
        return self.may("change") and not self.batch.is_archived

    @property
    def is_staff(self) -> bool:
        return self.may("roster")

    def url(self, name: str) -> str:
        """The address of a page of this batch."""
        return reverse(name, args=[self.batch.pk])

    @cached_property
    def edit_url(self) -> str:
        return self.url("batches:edit") if self.may_change else ""

    @cached_property
    def own(self) -> Enrollment | None:
        """The actor's own enrollment here, the latest."""
        if self.is_staff or self.actor.user is None:
            return None
        return Enrollment.objects.filter(batch=self.batch, student=self.actor.user).order_by("-created_at").first()

    @property
    def is_own(self) -> bool:
        """Whether the actor learns here."""
        return self.own is not None and self.own.status != Enrollment.Status.CANCELLED

    @cached_property
    def place(self) -> WaitlistEntry | None:
        """The actor's own place on the waitlist, with `position`."""
        if not self._learns or not self.has_line:
            return None
        rows = WaitlistEntry.objects.current().filter(batch=self.batch, student=self.actor.user)
        return with_positions(rows).first()

    @property
    def has_line(self) -> bool:
        """Whether somebody waits or has an offer."""
        return bool(self.batch.waitlist_length or self.batch.seats_offered)  # type: ignore[attr-defined]

    @property
    def _learns(self) -> bool:
        return not self.may("roster") and self.actor.is_any("student", "corporate-student")

    @property
    def _could_enroll(self) -> bool:
        seated = self.own is not None and self.own.holds_a_seat
        return self._learns and self.batch.kind == Batch.Kind.COURSE and not seated

    @property
    def may_enroll_self(self) -> bool:
        """Whether the actor could take a seat for themself."""
        is_open = is_open_to(self.batch, self.actor, self.now.date())
        return self._could_enroll and is_open and not self.batch.waitlist_length  # type: ignore[attr-defined]

    @property
    def may_wait(self) -> bool:
        """Whether the actor could take a place on the waitlist."""
        most, waiting = self.batch.waitlist_capacity, self.batch.waitlist_length  # type: ignore[attr-defined]
        return (
            self._could_enroll
            and takes_students(self.batch, self.actor.institution, self.now.date())
            and (seats_left_of(self.batch, self.actor) == 0 or waiting > 0)
            and (most is None or waiting < most)
            and self.place is None
        )

    # --- who and when -----------------------------------------------------------------------------------------------
    @property
    def week(self) -> list[dict[str, Any]]:
        return self.batch.week  # type: ignore[attr-defined,no-any-return]

    @property
    def lead(self) -> dict[str, Any] | None:
        """The lead of today, else the next one; only for those who may know."""
        return self.batch.lead if self.may("see_staff") else None  # type: ignore[attr-defined]

    @cached_property
    def assignments(self) -> list[InstructorAssignment]:
        """Every assignment that ever covered a day."""
        every = self.batch.instructor_assignments.all()
        return [one for one in every if one.until_date is None or one.until_date >= one.from_date]

    @cached_property
    def helpers(self) -> list[InstructorAssignment]:
        """Assistants and substitutes of today."""
        today = self.now.date()
        return [one for one in self.assignments if one.role != LEAD and one.covers(today)]

    @cached_property
    def holidays(self) -> list[Any]:
        """Holidays from today on."""
        first = self.now.date() - timedelta(days=1)
        last = self.batch.end_date or first + HORIZON
        return holidays_between(self.batch.institution_id, self.batch.branch_id, first, last)

    @cached_property
    def sessions(self) -> list[ClassSession]:
        """The sessions from yesterday on."""
        return sessions_ahead(self.batch, self.now)

    @cached_property
    def coming(self) -> list[ClassSession]:
        """The sessions that are not over, those that were cancelled among them."""
        return [session for session in self.sessions if not session.is_over(self.now)]

    @cached_property
    def meetings(self) -> list[Coming]:
        """The sessions that are not over and take place at a time; none of a batch that is over."""
        held = [one for one in self.coming if not one.is_cancelled] if self.batch.takes_enrollments else []
        return sorted((Coming(*one.moments, one) for one in held if one.moments), key=lambda one: one.starts)

    @cached_property
    def phase(self) -> str:
        return phase_of(self.batch, has_lead=self.batch.lead is not None, has_slots=bool(self.week))  # type: ignore[attr-defined]

    # --- the parts of the head --------------------------------------------------------------------------------------
    @cached_property
    def phases(self) -> list[Phase]:
        """The lifecycle, with when each step was or will be. How far a batch came that was cancelled nobody knows."""
        here = Phases.IN_ORDER.index(self.phase)
        before: Literal["done", "todo"] = "todo" if self.batch.status == Batch.Status.CANCELLED else "done"
        return [
            Phase(PHASES[name], before if place < here else "current" if place == here else "todo", self._note(name))
            for place, name in enumerate(Phases.IN_ORDER)
        ]

    def _note(self, phase: str) -> str:
        batch = self.batch
        if phase == Phases.PLANNING and not (batch.start_date and batch.created_at.date() > batch.start_date):
            return date_format(batch.created_at.astimezone(self.actor.zone), "j M Y")
        if phase == Phases.ENROLLMENT and batch.start_date:
            return _("to %(day)s") % {"day": date_format(batch.start_date, "j M")}
        if phase == Phases.ACTIVE and batch.kind == Batch.Kind.ACADEMIC:
            return _("semester %(number)d") % {"number": batch.current_semester or 1}
        if phase == Phases.ACTIVE and self.phase == Phases.ACTIVE and batch.start_date and batch.end_date:
            past, every = sessions_to_date(batch)
            if every:
                words = ngettext("%(past)d of %(count)d session", "%(past)d of %(count)d sessions", every)
                return words % {"past": past, "count": every}
            weeks = (batch.end_date - batch.start_date).days // 7 + 1
            week = max(1, min(weeks, (self.now.date() - batch.start_date).days // 7 + 1))
            return _("week %(week)d of %(weeks)d") % {"week": week, "weeks": weeks}
        if phase == Phases.COMPLETION and batch.end_date:
            return _("from %(day)s") % {"day": date_format(batch.end_date, "j M Y")}
        if phase == Phases.CLOSED and batch.is_archived:
            return _("archived")
        if phase == Phases.CLOSED and batch.status == Batch.Status.CANCELLED:
            return _("cancelled")
        return ""

    @cached_property
    def facts(self) -> list[Fact]:
        """Seats, the next meeting, and the lead."""
        batch, own = self.batch, self.own
        shown = [self._seats, self._meeting, *([self._lead] if self.may("see_staff") else [])]
        if self.place is not None:
            is_offered = self.place.status == WaitlistEntry.Status.OFFERED
            words = _("A seat is offered to you") if is_offered else place_words(self.place)
            note = offer_words(self.place, self.now) if is_offered else moved_words(seats_moved(batch))
            shown.append(Fact(_("Waitlist"), words, note))
        elif self.is_own and own is not None:
            until = own.access_expiry_date
            note = _("access until %(day)s") % {"day": date_format(until, "j M Y")} if until else ""
            shown.append(Fact(_("Your enrollment"), own.get_status_display(), note))
        elif batch.kind == Batch.Kind.ACADEMIC:
            note = _("Auto-promotes after approval") if batch.auto_rollover else _("Manual promotion")
            shown.append(Fact(_("Semester"), batch.current_semester, note))
        elif batch.start_date and batch.end_date:
            days = f"{date_format(batch.start_date, 'j M Y')} – {date_format(batch.end_date, 'j M Y')}"
            shown.append(Fact(_("Dates"), days, batch.course.title if batch.course else ""))
        return shown

    @cached_property
    def siblings(self) -> list[Batch]:
        """Where seats are left for whom the actor enrolls when this batch has none."""
        is_full = seats_left_of(self.batch, self.actor) == 0 and self.batch.takes_enrollments
        return open_siblings(self.batch, self.actor) if is_full else []

    @property
    def _seats(self) -> Fact:
        batch, free = self.batch, self.batch.available_spots
        note: Any = ""
        if batch.attended_count is not None:
            note = _("attended")
        elif seats_left_of(batch, self.actor) == 0 and batch.takes_enrollments and not self.is_own:
            note = _("Full.") if not free else f"{_('Full.')} {kept_back_words(free)}"
            if self.siblings:
                links = ((reverse("batches:batch", args=[one.pk]), _seats_in(one)) for one in self.siblings)
                note = format_html("{} {}", note, format_html_join(", ", '<a href="{}">{}</a>', links))
        elif batch.seats_offered:
            words = ngettext("%(count)d seat on offer", "%(count)d seats on offer", batch.seats_offered)
            note = words % {"count": batch.seats_offered}
        elif free is not None and batch.takes_enrollments:
            left = seats_left_of(batch, self.actor) or 0
            note = ngettext("%(count)d seat free", "%(count)d seats free", left) % {"count": left}
        return Fact(_("Seats"), seats(batch.learners, batch.capacity, batch.seats_offered), note)

    @property
    def _meeting(self) -> Fact:
        if not self.meetings:
            if self.batch.is_over or self.batch.is_archived:
                words = _("none scheduled")
            else:
                words = _("none scheduled within its dates") if self.week else _("no weekly schedule yet")
            return Fact(_("Next session"), "–", words)
        first = self.meetings[0]
        then = _("then %(when)s") % {"when": day_and_time(self.meetings[1].starts)} if len(self.meetings) > 1 else ""
        if first.session.is_on(self.now):
            span = f"{first.starts:%H:%M} – {first.ends:%H:%M}"
            return Fact(_("In session now"), ", ".join(filter(None, [span, place_of(first)])), then)
        return Fact(_("Next session"), day_and_time(first.starts), place_of(first) or then)

    @property
    def _lead(self) -> Fact:
        helpers = ", ".join(f"{one.instructor.full_name} ({one.get_role_display().lower()})" for one in self.helpers)
        below = _("with %(names)s") % {"names": helpers} if helpers else ""
        today = self.now.date()
        planned = next((one for one in self.assignments if one.role == LEAD and one.from_date > today), None)
        if self.lead and planned is not None and str(planned.instructor_id) == self.lead["_id"]:
            below = _("from %(day)s") % {"day": date_format(planned.from_date, "j M Y")}
        url = self.url("batches:instructors") if self.is_staff and self.lead else ""
        return Fact(_("Lead"), name_of(self.lead) or no_lead(), below, url)

    @cached_property
    def kicker(self) -> SafeString:
        """Status, code, and where the batch belongs."""
        batch = self.batch
        places = [batch.code, batch.branch and batch.branch.name, batch.department and batch.department.name]
        return format_html(
            "{}<span>{}{}</span>", status_pill(batch), archive_mark(batch), ", ".join(str(one) for one in places if one)
        )

    @cached_property
    def job(self) -> str:
        """What is to be done next with this batch; empty where there is nothing to do."""
        if self.may_enroll_self:
            return "enroll-self"
        if self.place is not None:
            return "offer" if self.place.status == WaitlistEntry.Status.OFFERED else "leave"
        if self.may_wait:
            return "wait"
        if self.batch.is_archived:
            return ""
        if self.may_change and (missing := self.missing):
            return missing
        if self.phase == Phases.ACTIVE and self.may("schedule") and self.register is not None:
            return "register"
        if not self.may_change:
            return ""
        if self.phase == Phases.COMPLETION and self.may("archive"):
            return "archive"
        if not self.batch.takes_enrollments:
            return ""
        if self.batch.end_date and self.batch.end_date < self.now.date():
            return "complete"
        if not self.batch.is_full:
            return "enroll"
        return "" if self.phase == Phases.ACTIVE else "capacity"

    @cached_property
    def missing(self) -> str:
        """What the batch can't go on without: a lead, or a weekly schedule; empty where it has both."""
        if not self.batch.takes_enrollments:
            return ""
        if self.batch.lead is None:  # type: ignore[attr-defined]
            return "assign"
        return "schedule" if not self.week and self.schedule_url else ""

    @cached_property
    def register(self) -> ClassSession | None:
        """The register to take: of the session that is on, else the latest since yesterday that is not taken, else of
        today's next."""
        today = self.now.date()
        open_ones = [one for one in self.sessions if not one.is_cancelled and not one.is_locked and one.moments]
        begun = [one for one in open_ones if one.moments and one.moments[0] <= self.now]
        far = marked_and_expected(one.pk for one in begun) if begun else {}
        untaken = [one for one in begun if one.is_on(self.now) or not far[one.pk].is_taken]
        next_today = (one for one in open_ones if one not in begun and one.moments and one.moments[0].date() == today)
        return untaken[-1] if untaken else next(next_today, None)

    @cached_property
    def primary(self) -> SafeString:
        """The one solid button, which moves with the job."""
        if self.job == "schedule":
            return button(_("Set up schedule"), self.schedule_url, "cal", "primary")
        if self.job == "register" and self.register is not None:
            url = reverse("attendance:register", args=[self.register.pk])
            return button(_("Take register"), url, "reg", "primary")
        if self.job == "offer" and self.place is not None:
            return button(_("View offer"), offer_url(self.place), "seat", "primary")
        if self.job == "leave" and self.place is not None:
            return dialog_link(_("Leave waitlist"), reverse("enrollments:leave-place", args=[self.place.pk]), "xc")
        sheets = {
            "wait": (_("Join waitlist"), "enrollments:join-waitlist", "clock"),
            "enroll-self": (_("Enroll"), "enrollments:enroll-self", "plus"),
            "archive": (_("Archive"), "batches:archive", "archive"),
            "complete": (_("Complete batch"), "enrollments:status", "flag"),
            "assign": (_("Assign lead"), "batches:assign", "person"),
            "capacity": (_("Change capacity"), "enrollments:capacity", "seat"),
            "enroll": (_("Enroll students"), "enrollments:enroll", "plus"),
        }
        if self.job not in sheets:
            return SafeString("")
        label, name, shape = sheets[self.job]
        return dialog_link(label, self.url(name), shape, "primary")

    @cached_property
    def menu(self) -> list[SafeString]:
        """Reports about the batch and everything else that may be done, for the menu; "-" is a rule between."""
        about = report_links(self.actor, batch=self.batch.pk) if self.may("roster") else []
        links = [_plain_link(str(one.label), one.url, one.icon) for one in about]
        return [*links, *([SafeString("-")] if links and self._changes else []), *self._changes]

    @cached_property
    def _changes(self) -> list[SafeString]:
        def sheet(label: str, name: str, shape: str) -> SafeString:
            return dialog_link(label, self.url(name), shape, plain=True)

        batch = self.batch
        if batch.is_archived:
            return [sheet(_("Unarchive"), "batches:unarchive", "archive")] if self.may("unarchive") else []
        if not self.may_change:
            return []
        copy_url = f"{reverse('batches:new')}?copy={batch.pk}"
        shown = [_plain_link(_("Edit"), self.edit_url, "edit"), _plain_link(_("Copy"), copy_url, "copy")]
        if batch.course_id:
            results_url = f"{reverse('progression:results')}?batch={batch.pk}&term=all"
            shown.append(_plain_link(_("Results"), results_url, "award"))
        if batch.takes_enrollments:
            shown += [
                sheet(_("Enroll students"), "enrollments:enroll", "student"),
                sheet(_("Assign instructor"), "batches:assign", "person"),
            ]
        if batch.kind == Batch.Kind.ACADEMIC:
            shown.append(_plain_link(_("Rollover"), self.url("progression:rollover"), "promote"))
        shown += [
            sheet(_("Change capacity"), "enrollments:capacity", "seat"),
            *([sheet(*self.spare_seats_action, "seat")] if self.spare_seats_action else []),
            sheet(_("Change status"), "enrollments:status", "flag"),
            *([sheet(_("Reopen"), "enrollments:reopen", "undo")] if batch.is_over and self.may("reopen") else []),
            SafeString("-"),
        ]
        if self.may("archive"):
            shown.append(sheet(_("Archive"), "batches:archive", "archive"))
        return [*shown, sheet(_("Delete"), "enrollments:delete", "trash")]

    @cached_property
    def spare_seats_action(self) -> tuple[str, str] | None:
        """What may be done about the seats that the batch keeps back, by its words and its page: to release them, or to
        keep them back again where some are free."""
        batch, institution = self.batch, self.batch.institution
        if not (self.may_change and batch.takes_enrollments and spare_seats(batch, institution)):
            return None
        if seats_kept_back(batch, institution):
            return _("Release spare seats"), "enrollments:release-spare-seats"
        return None if batch.is_full else (_("Keep spare seats"), "enrollments:keep-spare-seats")

    @property
    def needed_title(self) -> str:
        """What the list of open things is called in this phase."""
        return {
            Phases.PLANNING: _("To do before opening"),
            Phases.ENROLLMENT: _("To do before it starts"),
            Phases.ACTIVE: _("To do while active"),
        }.get(self.phase, _("To do before closing"))

    @property
    def schedule_url(self) -> str:
        """Where the weekly times are changed."""
        return f"{self.edit_url}#schedule" if self.edit_url else ""

    @cached_property
    def tabs(self) -> list[Tab]:
        """The tabs that the actor may open."""
        return [
            Tab(one.label, self.url(one.route), self.tab == one.key, one.count(self) if one.count else None)
            for one in sorted(TABS.values(), key=lambda one: one.order)
            if (one.action == "see" or self.may(one.action)) and (one.shown is None or one.shown(self))
        ]


def _seats_in(batch: Batch) -> str:
    if batch.available_spots is None:
        return _("seats in %(code)s") % {"code": batch.code}
    words = ngettext("%(count)d seat in %(code)s", "%(count)d seats in %(code)s", batch.available_spots)
    return words % {"count": batch.available_spots, "code": batch.code}


def _plain_link(label: str, url: str, shape: str) -> SafeString:
    return format_html('<a href="{}">{}{}</a>', url, icon(shape), label)


def place_of(meeting: Coming) -> str:
    """The room and the subject of a session, as far as they are known."""
    session = meeting.session
    subject = session.title or (session.subject.title if session.subject else "")
    room = session.location or (session.room.name if session.room else "")
    return ", ".join(filter(None, [subject, room_in_words(room)]))


def day_and_time(moment: datetime) -> str:
    """A moment as "Mon 23 Nov, 09:00", in the zone it carries."""
    return f"{date_format(moment.date(), 'D j M')}, {moment:%H:%M}"


def tab_page(
    request: HttpRequest, frame: Frame, template: str, context: Mapping[str, Any] | None = None
) -> HttpResponse:
    """One tab of a batch below its head."""
    return render(request, template, {"frame": frame, "batch": frame.batch, "nav": "batches", **(context or {})})
