"""How each notice of the house comes about: what happened, told by the rules, and whom it reaches with which words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from muster.accounts.models import User
from muster.allocation import rules as allocation
from muster.assessment import rules as assessment
from muster.assessment.models import Assessment
from muster.attendance import rules as attendance
from muster.attendance.rules.low_attendance import warn_of_low_attendance
from muster.attendance.rules.reminders import chase_registers
from muster.batches import rules as batches
from muster.batches.models import Batch
from muster.certificates.models import Certificate
from muster.certificates.rules import issue_certificate, revoke_certificate
from muster.core.ownership import as_owner
from muster.courses.models import Subject
from muster.enrollments import rules as enrollments
from muster.enrollments.models import SeatPeriod, WaitlistEntry
from muster.enrollments.rules.expiring import announce_ends_of_access
from muster.feedback import rules as feedback
from muster.feedback.models import FeedbackRound
from muster.institutions.access import Actor
from muster.institutions.models import Institution, Role
from muster.materials import rules as materials
from muster.materials.models import Material
from muster.materials.notices import tell_new_materials
from muster.mentoring import rules as mentoring
from muster.mentoring.models import Handover, MentoringSession
from muster.messaging.rules import send_message
from muster.notifications.rules import choose, quietly
from muster.oversight import rules as oversight
from muster.oversight.models import AccessRequest
from muster.oversight.tests.make import as_if_long_ago
from muster.progression import rules as progression
from muster.reports import rules as reports
from muster.reports.models import ReportSchedule
from muster.risk import rules as risk
from muster.risk.models import RiskFlag
from muster.saved_views import rules as views
from muster.saved_views.lists import known_lists
from muster.saved_views.notices import tell_of_view
from muster.submissions import rules as submissions
from muster.submissions.models import Submission
from muster.timetable.models import ClassSession
from tests.asking import answer
from tests.files import PDF
from tests.make import PASSWORD, Campus, slot


@dataclass(frozen=True)
class Expected:
    """A mail: its subject, something that it says, and something that the page behind its button says."""

    subject: str
    says: str
    page: str
    # METHOD of its calendar part.
    calendar: str = ""
    # Where it is stopped, where it comes again and again.
    stops: str = ""
    # Subjects of what comes beside it, which has a story of its own.
    also: tuple[str, ...] = ()


class World:
    """A college with a batch that began a month ago, its people, and nobody told of anything yet."""

    def __init__(self) -> None:
        with quietly():
            self.campus = Campus.found("Ridgeline Institute")
            self.system = Actor.system(self.campus.institution)
            today = self.today = self.campus.admin.today()
            Institution.objects.filter(pk=self.campus.institution.pk).update(catalogue_is_public=True)
            self.thandi = self.come_in(self.campus.instructor("Thandi Nkosi"))
            self.sipho = self.come_in(self.campus.instructor("Sipho Dube"))
            self.ada = self.come_in(self.campus.student("Ada Byron"))
            self.batch = self.campus.batch(
                code="DA-1",
                name="Data analytics",
                lead=self.thandi,
                branch=self.campus.branch(name="Durban Point"),
                start_date=today - timedelta(days=30),
                end_date=today + timedelta(days=90),
                slots=[slot(day, "08:00", "10:00") for day in range(1, 6)],
            )
            self.course = self.campus.course(title="Python")
            self.seat = self.campus.enroll(self.batch, self.ada, enrollment_date=today - timedelta(days=30))
            with as_owner():
                SeatPeriod.objects.filter(enrollment=self.seat).update(from_date=today - timedelta(days=30))
        self.admin, self.boss = self.campus.admin, self.campus.admin.user
        assert self.boss is not None

    def come_in(self, person: User) -> User:
        """With a password: who has never come in gets no mail."""
        person.set_password(PASSWORD)
        person.save()
        return person

    def student(self, name: str) -> User:
        return self.come_in(self.campus.student(name))

    def actor(self, person: User) -> Actor:
        return self.campus.actor(person)

    def next_batch(self, code: str = "PY-2", **fields: object) -> Batch:
        """One that is to come, of another course, on Saturdays."""
        plan = {"code": code, "name": "Python foundations", "course": self.course, "slots": [slot(6, "09:00", "11:00")]}
        return self.campus.batch(**{**plan, **fields})

    @property
    def to_come(self) -> ClassSession:
        """The last session of the batch."""
        return ClassSession.objects.filter(meeting=self.batch.pk).order_by("-date").first()

    @property
    def past(self) -> ClassSession:
        """The last one that is over."""
        return ClassSession.objects.filter(meeting=self.batch.pk, date__lt=self.today).order_by("-date").first()

    def set_mode(self, mode: str) -> None:
        self.campus.institution.waitlist_mode = mode
        self.campus.institution.save()

    def line(self, mode: str) -> tuple[Batch, User, Callable[[], object]]:
        """A full batch, who waits for it, and what frees the seat."""
        self.set_mode(mode)
        with quietly():
            batch = self.next_batch(capacity=1)
            seat = self.campus.enroll(batch)
            waiting = self.student("Will Waits")
            enrollments.join_waitlist(by=self.admin, student=waiting, batch=batch)
        return batch, waiting, lambda: enrollments.cancel_enrollment(by=self.admin, enrollment=seat)


Story = Callable[[World], dict[str, Expected]]
STORIES: dict[str, tuple[Story, str]] = {}


def tells(notice: str, kind: str = "") -> Callable[[Story], Story]:
    """The story in which this function of `notices.py` tells of a kind."""

    def keep(story: Story) -> Story:
        STORIES[notice] = story, kind
        return story

    return keep


# --- batches and sessions ------------------------------------------------------------------------------------------
@tells("batches.tell_assigned", "batch_assigned")
def a_batch_is_opened_with_a_lead(world: World) -> dict[str, Expected]:
    world.next_batch(lead=world.thandi)
    return {world.thandi.email: Expected("You lead PY-2", "Python foundations. From ", "Python foundations")}


@tells("batches.tell_leads", "batch_assigned")
def somebody_is_given_two_batches_at_once(world: World) -> dict[str, Expected]:
    given = [world.next_batch("PY-2"), world.next_batch("PY-3", slots=[slot(7, "09:00", "11:00")])]
    batches.assign_leads(by=world.admin, leads={batch.pk: world.sipho for batch in given})
    return {world.sipho.email: Expected("You lead 2 more batches", "PY-2, PY-3.", "PY-3")}


@tells("batches.tell_taken_away", "batch_taken_away")
def another_lead_takes_over(world: World) -> dict[str, Expected]:
    batches.assign_lead(by=world.admin, batch=world.batch, instructor=world.sipho)
    return {
        world.thandi.email: Expected("You no longer lead DA-1", "Data analytics.", "Data analytics"),
        world.sipho.email: Expected("You lead DA-1", "Data analytics.", "Data analytics"),
    }


def _both(world: World, subject: str, says: str, calendar: str) -> dict[str, Expected]:
    expected = Expected(subject, says, "Data analytics", calendar)
    return {world.thandi.email: expected, world.ada.email: expected}


@tells("batches.tell_session_added", "session_changed")
def a_session_is_restored(world: World) -> dict[str, Expected]:
    session = world.to_come
    with quietly():
        batches.cancel_session(by=world.admin, session=session)
    session.refresh_from_db()
    batches.restore_session(by=world.admin, session=session)
    when = f"{session.date:%a} {session.date.day} {session.date:%b}, 08:00 to 10:00"
    return _both(world, f"DA-1 has a session on {when}", "Instructor: Thandi Nkosi.", "REQUEST")


@tells("batches.tell_session_changed", "session_changed")
def a_session_is_moved(world: World) -> dict[str, Expected]:
    session = world.to_come
    when = f"{session.date:%a} {session.date.day} {session.date:%b}"
    changes = {"start_time": session.start_time.replace(hour=11), "end_time": session.end_time.replace(hour=12)}
    batches.change_session(by=world.admin, session=session, changes=changes)
    moved = f"From {when}, 08:00 to 10:00 to {when}, 11:00 to 12:00. Instructor: Thandi Nkosi."
    return _both(world, f"DA-1 on {when}, 08:00 to 10:00 was rescheduled", moved, "REQUEST")


@tells("batches.tell_session_cancelled", "session_changed")
def a_session_is_cancelled(world: World) -> dict[str, Expected]:
    session = world.to_come
    batches.cancel_session(by=world.admin, session=session, reason="The water is off.")
    when = f"{session.date:%a} {session.date.day} {session.date:%b}, 08:00 to 10:00"
    return _both(world, f"DA-1 on {when} was cancelled", "The water is off.", "CANCEL")


# --- seats -----------------------------------------------------------------------------------------------------------
@tells("enrollments.tell_welcome", "welcome")
def somebody_is_enrolled(world: World) -> dict[str, Expected]:
    ben = world.student("Ben Okri")
    world.campus.enroll(world.batch, ben)
    enrollments.welcome_students()
    says = "Instructor: Thandi Nkosi."
    return {ben.email: Expected("You're enrolled in DA-1", says, "Data analytics", "PUBLISH")}


@tells("enrollments.tell_batch_cancelled", "batch_cancelled")
def a_batch_is_cancelled(world: World) -> dict[str, Expected]:
    enrollments.change_status(by=world.admin, batch=world.batch, status="Cancelled")
    expected = Expected("DA-1 is cancelled", "Data analytics. The batch was cancelled.", "Home")
    return {world.ada.email: expected, world.thandi.email: Expected("DA-1 is cancelled", expected.says, "Batches")}


@tells("enrollments.tell_reopened", "batch_reopened")
def a_cancelled_batch_is_reopened(world: World) -> dict[str, Expected]:
    with quietly():
        enrollments.change_status(by=world.admin, batch=world.batch, status="Cancelled")
    enrollments.reopen_batch(by=world.admin, batch=world.batch, reason="It was a mistake.")
    subject = "DA-1 is open again"
    return {
        world.ada.email: Expected(subject, "You have your seat again.", "Data analytics", calendar="PUBLISH"),
        world.thandi.email: Expected(subject, "Data analytics. Changed by", "Data analytics"),
    }


@tells("enrollments.tell_offered", "seat_offered")
def a_seat_is_offered(world: World) -> dict[str, Expected]:
    _batch, waiting, free = world.line("offer")
    free()
    place = WaitlistEntry.objects.get(student=waiting)
    until = place.offer_expires_at.astimezone(place.batch.zone)
    subject = f"A seat in PY-2 is yours until {until:%a} {until.day} {until:%b, %H:%M}"
    return {waiting.email: Expected(subject, "Accept or decline it.", "Python foundations")}


@tells("enrollments.tell_seated", "seat_from_waitlist")
def a_seat_is_given_to_who_waited(world: World) -> dict[str, Expected]:
    _batch, waiting, free = world.line("auto")
    free()
    return {waiting.email: Expected("You have a seat in PY-2", "Python foundations.", "Python foundations", "PUBLISH")}


@tells("enrollments.tell_lapsed", "waitlist_over")
def an_offer_is_not_answered(world: World) -> dict[str, Expected]:
    _batch, waiting, free = world.line("offer")
    with quietly():
        free()
    enrollments.lapse_offers(institution=world.campus.institution, now=timezone.now() + timedelta(days=9))
    subject = "The offer of a seat in PY-2 has ended"
    return {waiting.email: Expected(subject, "join the waitlist again", "Python foundations")}


@tells("enrollments.tell_closed", "waitlist_over")
def a_batch_that_somebody_waits_for_is_cancelled(world: World) -> dict[str, Expected]:
    batch, waiting, _free = world.line("offer")
    enrollments.change_status(by=world.admin, batch=batch, status="Cancelled")
    return {waiting.email: Expected("The waitlist of PY-2 is closed", "The batch was cancelled.", "Home")}


def _application(world: World) -> object:
    applicant = enrollments.Applicant("Zoe Benson", "zoe@example.org", "", "After work.")
    stranger = Actor.stranger(world.campus.institution)
    return enrollments.apply_for_batch(by=stranger, batch=world.next_batch(), applicant=applicant)


@tells("enrollments.tell_applied", "application_received")
def somebody_applies(world: World) -> dict[str, Expected]:
    from_all = {"application_received": (True, True)}
    choose(by=world.admin, choices=from_all)
    _application(world)
    return {world.boss.email: Expected("Zoe Benson applied for PY-2", "Python foundations.", "Zoe Benson")}


@tells("enrollments.answer_letter")
def an_application_is_rejected(world: World) -> dict[str, Expected]:
    application = _application(world)
    enrollments.reject_application(by=world.admin, application=application, note="Too far away.")
    return {"zoe@example.org": Expected("Your application for Python foundations", "Too far away.", "")}


# --- registers and absences ----------------------------------------------------------------------------------------
@tells("attendance.tell_announced", "absence_announced")
def a_student_will_be_away(world: World) -> dict[str, Expected]:
    first = _weekdays(world.today + timedelta(days=1))[0]
    attendance.announce_absence(by=world.actor(world.ada), student=world.ada, reason="Flu", first_date=first)
    subject = f"Ada Byron is away {first.day} {first:%B %Y}"
    return {world.thandi.email: Expected(subject, "1 session is affected.", "Ada Byron")}


def _weekdays(first: date) -> list[date]:
    return [day for day in (first + timedelta(days=n) for n in range(7)) if day.isoweekday() < 6]


def _locked(world: World) -> ClassSession:
    """A register of the past in which Ada is absent."""
    session = world.past
    mark = attendance.MarkInput(world.seat.pk, "ABSENT")
    attendance.mark_learners(by=world.admin, session=session, marks=[mark])
    return attendance.lock_register(by=world.admin, session=session)


def _evidence(world: World) -> list[object]:
    added = attendance.add_evidence_for_learner(
        by=world.actor(world.ada),
        session=_locked(world),
        enrollment=world.seat,
        uploads=[attendance.Upload(PDF, "note.pdf")],
    )
    return list(added.corrections)


@tells("attendance.tell_asked", "correction_asked")
def evidence_comes_after_the_lock(world: World) -> dict[str, Expected]:
    _evidence(world)
    subject = "Correction requested for a mark of Ada Byron"
    return {world.boss.email: Expected(subject, "Evidence arrived after the register was locked.", "Ada Byron")}


@tells("attendance.tell_decided", "correction_decided")
def a_correction_is_approved(world: World) -> dict[str, Expected]:
    with quietly():
        (request,) = _evidence(world)
    attendance.decide_correction(by=world.admin, request=request, approve=True, reason="Seen")
    day = world.past.date
    subject = f"The mark of Ada Byron on {day.day} {day:%B %Y} was corrected"
    return {world.ada.email: Expected(subject, "See the reason in Muster.", "Seen")}


@tells("attendance.tell_unlock_asked", "unlock_asked")
def an_instructor_asks_to_unlock(world: World) -> dict[str, Expected]:
    session = _locked(world)
    attendance.ask_to_unlock(by=world.actor(world.thandi), session=session, reason="Row 3 was late")
    subject = f"Thandi Nkosi asks to unlock the register of DA-1, {session.date.day} {session.date:%B %Y}"
    return {world.boss.email: Expected(subject, "Row 3 was late", "Row 3 was late")}


@tells("attendance.tell_unlock_decided", "unlock_decided")
def an_unlock_is_rejected(world: World) -> dict[str, Expected]:
    session = _locked(world)
    with quietly():
        asked = attendance.ask_to_unlock(by=world.actor(world.thandi), session=session, reason="Row 3 was late")
    attendance.decide_unlock(by=world.admin, request=asked, approve=False, reason="It was not")
    subject = f"Register of DA-1, {session.date.day} {session.date:%B %Y}, stays locked"
    return {world.thandi.email: Expected(subject, "It was not", "Ada Byron")}


def _batch_year(world: World) -> tuple[Batch, User]:
    """A batch year, and who administers its department."""
    with quietly():
        department = world.campus.department()
        head = world.come_in(world.campus.person("dept-admin", "Ritika Pillay", department=department))
        dates = {"start_date": None, "end_date": None, "course": None}
        batch = world.campus.batch(
            kind="academic", code="SD-30", name="Software 2030", department=department, year=2030, **dates
        )
    return batch, head


@tells("progression.tell_rollover_asked", "rollover_asked")
def a_rollover_is_requested(world: World) -> dict[str, Expected]:
    batch, head = _batch_year(world)
    progression.request_rollover(by=world.actor(head), batch=batch, note="Results are in")
    return {
        world.boss.email: Expected("Ritika Pillay asks to move SD-30 to semester 2", "Results are in", "Requests"),
    }


@tells("progression.tell_rollover_decided", "rollover_decided")
def a_rollover_is_approved(world: World) -> dict[str, Expected]:
    batch, head = _batch_year(world)
    with quietly():
        asked = progression.request_rollover(by=world.actor(head), batch=batch)
    progression.decide_rollover(by=world.admin, request=asked, approve=True, note="Well done")
    return {head.email: Expected("SD-30 is in semester 2 now", "Well done", "Software 2030")}


@tells("attendance.tell_not_taken", "register_not_taken")
def a_register_is_not_taken(world: World) -> dict[str, Expected]:
    past = world.past
    others = ClassSession.objects.filter(meeting=world.batch.pk, date__lte=world.today).exclude(pk=past.pk)
    others.update(status="cancelled")
    chase_registers(by=world.system)
    day = past.date
    subject = f"Register not taken: DA-1, {day:%a} {day.day} {day:%b}, 08:00"
    return {world.thandi.email: Expected(subject, "while it's still fresh", "Ada Byron")}


def _falls(world: World) -> None:
    """Ada was absent from the last three sessions, by the log of a day that is over."""
    sessions = ClassSession.objects.filter(meeting=world.batch.pk, date__lt=world.today).order_by("-date")
    for session in sessions[:3]:
        attendance.mark_learners(by=world.admin, session=session, marks=[attendance.MarkInput(world.seat.pk, "ABSENT")])
    warn_of_low_attendance(by=world.system)


def _of_the_fall(world: World) -> dict[str, Expected]:
    _falls(world)
    return {
        world.ada.email: Expected("Your attendance in DA-1 is below 75%", "It's 0% now.", "Data analytics"),
        world.thandi.email: Expected("A student in DA-1 is below 75% attendance", "Ada Byron 0%.", "Ada Byron"),
    }


@tells("attendance.tell_low_attendance", "low_attendance")
def a_student_falls_below_the_minimum(world: World) -> dict[str, Expected]:
    return _of_the_fall(world)


@tells("attendance.tell_students_below", "low_attendance")
def instructors_hear_who_fell_below_the_minimum(world: World) -> dict[str, Expected]:
    return _of_the_fall(world)


def _sibling(world: World) -> Batch:
    """Another batch of the course, in the evenings."""
    with quietly():
        return world.campus.batch(
            code="DA-2",
            name="Data analytics, evenings",
            course=world.batch.course,
            start_date=world.today,
            end_date=world.today + timedelta(days=90),
            slots=[slot(day, "18:00", "20:00") for day in range(1, 6)],
        )


@tells("enrollments.tell_access_ends", "access_ends")
def access_is_about_to_end(world: World) -> dict[str, Expected]:
    last = world.seat.access_expiry_date
    assert last is not None
    announce_ends_of_access(by=world.system, today=last)
    subject = f"Your access to {world.batch} ends on {last.day} {last:%B %Y}"
    return {world.ada.email: Expected(subject, "Ask your institution if you need it for longer.", "Data analytics")}


@tells("enrollments.tell_trial_over", "access_ends")
def a_trial_ends(world: World) -> dict[str, Expected]:
    ben = world.student("Ben Okri")
    with quietly():
        trial = world.campus.enroll(world.batch, ben, enrollment_type="trial")
    assert trial.access_expiry_date is not None
    enrollments.expire_enrollments(by=world.system, today=trial.access_expiry_date + timedelta(days=1))
    return {ben.email: Expected(f"Your trial of {world.batch} is over", "enroll from the catalog", "Catalog")}


@tells("enrollments.tell_transferred", "transferred")
def a_student_is_transferred(world: World) -> dict[str, Expected]:
    to = _sibling(world)
    enrollments.transfer_students(by=world.admin, enrollments=[world.seat], to=to, reason="A smaller group.")
    said = "Your seat in DA-1 has ended. A smaller group."
    return {world.ada.email: Expected("You've moved to DA-2", said, "Data analytics, evenings", calendar="PUBLISH")}


@tells("enrollments.tell_returned", "transferred")
def a_transfer_is_undone(world: World) -> dict[str, Expected]:
    with quietly():
        enrollments.transfer_students(by=world.admin, enrollments=[world.seat], to=_sibling(world))
    enrollments.return_students(by=world.admin, enrollments=[world.seat])
    said = "Your transfer was undone."
    return {world.ada.email: Expected("You're back in DA-1", said, "Data analytics", calendar="PUBLISH")}


@tells("enrollments.tell_transfer_wanted", "transfer_requested")
def a_student_asks_for_another_batch(world: World) -> dict[str, Expected]:
    choose(by=world.admin, choices={"transfer_requested": (True, True)})
    by = world.actor(world.ada)
    enrollments.ask_for_transfer(by=by, enrollment=world.seat, reason="I work mornings now.")
    return {world.boss.email: Expected("Ada Byron asks to leave DA-1", "I work mornings now.", "Ada Byron")}


@tells("enrollments.tell_transfer_answered", "transfer_answered")
def a_request_for_another_batch_is_rejected(world: World) -> dict[str, Expected]:
    with quietly():
        by = world.actor(world.ada)
        asked = enrollments.ask_for_transfer(by=by, enrollment=world.seat, reason="I work mornings now.")
    enrollments.reject_transfer(by=world.admin, request=asked, note="All are full.")
    subject = "Your request to leave DA-1 was rejected"
    return {world.ada.email: Expected(subject, "All are full.", "Data analytics")}


# --- mentors and cover ---------------------------------------------------------------------------------------------
@tells("allocation.introduce", "mentor_introduced")
def a_mentor_is_assigned(world: World) -> dict[str, Expected]:
    allocation.assign_student(by=world.admin, student=world.ada, instructor=world.sipho)
    return {
        world.ada.email: Expected("Sipho Dube is now your mentor", f"Contact: {world.sipho.email}.", "Sipho Dube"),
        world.sipho.email: Expected("You are now mentor to Ada Byron", "Ada Byron", "Ada Byron"),
    }


@tells("allocation.tell_ended", "mentor_ended")
def a_mentor_is_taken_away(world: World) -> dict[str, Expected]:
    with quietly():
        allocation.assign_student(by=world.admin, student=world.ada, instructor=world.sipho)
    allocation.unassign_student(by=world.admin, student=world.ada, reason="Done")
    return {
        world.ada.email: Expected("Sipho Dube is no longer your mentor", "Changed by", "Home"),
        world.sipho.email: Expected("You are no longer mentor to Ada Byron", "Changed by", "Mentoring"),
    }


def _pair(world: World) -> dict[str, Any]:
    """Ada, whom Sipho mentors, and who asks."""
    with quietly():
        allocation.assign_student(by=world.admin, student=world.ada, instructor=world.sipho)
    return {"by": world.admin, "student": world.ada}


def _noon(world: World, days: int = 7) -> datetime:
    return datetime.combine(_weekdays(world.today + timedelta(days=days))[0], time(12, 30))


def _pair_meets(world: World) -> MentoringSession:
    who = _pair(world)
    with quietly():
        return mentoring.schedule_sessions(**who, starts_at=_noon(world))[0]


def _told_both(world: World, title: str, says: str, page: str, calendar: str = "") -> dict[str, Expected]:
    """The same to Ada, of Sipho, and to Sipho, of Ada."""
    both = ((world.ada, world.sipho), (world.sipho, world.ada))
    return {one.email: Expected(title % other.full_name, says, page, calendar) for one, other in both}


def _when(row: MentoringSession) -> str:
    session = ClassSession.objects.get(pk=row.session_id)
    day = f"{session.date:%a} {session.date.day} {session.date:%b}"
    return f"{day}, {session.start_time:%H:%M} to {session.end_time:%H:%M}"


@tells("mentoring.tell_scheduled", "mentoring_session")
def a_mentoring_session_is_scheduled(world: World) -> dict[str, Expected]:
    row = _pair_meets(world)
    with quietly():
        mentoring.cancel_sessions(by=world.admin, session=row)
    mentoring.restore_session(by=world.admin, session=row)
    title = f"Mentoring with %s on {_when(row)}"
    return _told_both(world, title, "30 minutes, in person.", "Next session", "REQUEST")


@tells("materials.tell_new_materials", "new_material")
def material_is_added(world: World) -> dict[str, Expected]:
    for title in ("Slides", "Exercise 3"):
        materials.add_material(by=world.admin, to=world.batch, title=title, url="https://example.org/3")
    tell_new_materials(world.system, list(Material.objects.order_by("position")))
    return {world.ada.email: Expected("2 new materials in Data analytics", "Exercise 3", "Slides")}


@tells("saved_views.tell_of_view", "mailed_view")
def a_view_is_mailed(world: World) -> dict[str, Expected]:
    reader = world.actor(world.thandi)
    view = views.save_view(by=reader, page="batches:list", name="My batches", often="daily")
    tell_of_view(world.system, reader, view, known_lists().ask(reader, view.page, view.within, view.query))
    return {
        world.thandi.email: Expected(
            "My batches: 1 batch", "Sign in to open the rows", "DA-1", stops=f"/views/{view.pk}/mail/?often=never"
        )
    }


@tells("mentoring.tell_moved", "mentoring_session")
def a_mentoring_session_is_moved(world: World) -> dict[str, Expected]:
    row = _pair_meets(world)
    before = _when(row)
    mentoring.move_session(by=world.admin, session=row, starts_at=_noon(world, 9))
    title = f"Mentoring with %s was moved to {_when(row)}"
    return _told_both(world, title, f"From {before} to", "Next session", "REQUEST")


@tells("mentoring.tell_cancelled", "mentoring_session")
def a_mentoring_session_is_cancelled(world: World) -> dict[str, Expected]:
    row = _pair_meets(world)
    mentoring.cancel_sessions(by=world.admin, session=row, reason="The mentor is ill")
    title = f"Mentoring with %s on {_when(row)} was cancelled"
    return _told_both(world, title, "The mentor is ill", "Timeline", "CANCEL")


@tells("mentoring.tell_near", "mentoring_reminder")
def a_mentoring_session_is_near(world: World) -> dict[str, Expected]:
    row = _pair_meets(world)
    mentoring.agree_goal(by=world.admin, student=world.ada, title="Hand in the exercise")
    MentoringSession.objects.update(created_at=timezone.now() - timedelta(days=5))
    # Begins within a day, whatever the clock says.
    ClassSession.objects.filter(pk=row.session_id).update(
        date=world.today + timedelta(days=1), start_time=time(), end_time=time(0, 30)
    )
    mentoring.remind_of_sessions(by=world.system)
    return _told_both(
        world, f"Tomorrow: mentoring with %s, {_when(row)}", "Open goals: Hand in the exercise.", "Next session"
    )


@tells("mentoring.tell_over", "mentoring_reminder")
def a_mentoring_session_is_over(world: World) -> dict[str, Expected]:
    row = _pair_meets(world)
    ClassSession.objects.filter(pk=row.session_id).update(date=world.today - timedelta(days=1))
    mentoring.remind_of_sessions(by=world.system)
    return {
        world.ada.email: Expected("Your session with Sipho Dube is over", "Check your goals", "Timeline"),
        world.sipho.email: Expected("Write up your session with Ada Byron", "Say whether it took", "Timeline"),
    }


def _asks_for_time(world: World) -> Any:
    row = _pair_meets(world)
    wanted = _noon(world) + timedelta(hours=2)
    return mentoring.ask_for_another_time(
        by=world.actor(world.ada), session=row, starts_at=wanted, note="I work at noon."
    )


@tells("mentoring.tell_time_asked", "mentoring_time")
def a_student_asks_for_another_time(world: World) -> dict[str, Expected]:
    _asks_for_time(world)
    return {world.sipho.email: Expected("Ada Byron requests another time", "I work at noon.", "Accept")}


@tells("mentoring.tell_time_declined", "mentoring_time")
def another_time_is_declined(world: World) -> dict[str, Expected]:
    with quietly():
        asked = _asks_for_time(world)
    mentoring.decline_time_request(by=world.actor(world.sipho), request=asked, note="I teach then.")
    title = f"Mentoring with Sipho Dube stays on {_when(asked.session)}"
    return {world.ada.email: Expected(title, "I teach then.", "Next session")}


@tells("mentoring.tell_asked", "mentoring_question")
def a_student_asks_their_mentor(world: World) -> dict[str, Expected]:
    _pair(world)
    mentoring.ask_question(by=world.actor(world.ada), student=world.ada, question="Which chart for shares?")
    return {world.sipho.email: Expected("Ada Byron asks you something", "Which chart for shares?", "Ada Byron")}


@tells("mentoring.tell_answered", "mentoring_question")
def a_mentor_answers(world: World) -> dict[str, Expected]:
    _pair(world)
    with quietly():
        row = mentoring.ask_question(by=world.actor(world.ada), student=world.ada, question="Which chart for shares?")
    mentoring.answer_question(by=world.actor(world.sipho), question=row, answer="A bar chart, sorted by size.")
    return {world.ada.email: Expected("Sipho Dube answered your question", "A bar chart, sorted by size.", "Sipho")}


def _asks_for_another(world: World) -> Any:
    _pair(world)
    return mentoring.ask_for_another_mentor(
        by=world.actor(world.ada), student=world.ada, reason="We never find a time."
    )


@tells("mentoring.tell_mentor_wanted", "mentor_wanted")
def a_student_asks_for_another_mentor(world: World) -> dict[str, Expected]:
    _asks_for_another(world)
    return {world.boss.email: Expected("Ada Byron requests another mentor", "Read why", "We never find a time.")}


@tells("mentoring.tell_mentor_request_rejected", "mentor_refused")
def a_request_for_another_mentor_is_rejected(world: World) -> dict[str, Expected]:
    with quietly():
        asked = _asks_for_another(world)
    mentoring.reject_mentor_request(by=world.admin, request=asked, note="Let us talk first.")
    return {world.ada.email: Expected("Sipho Dube stays your mentor", "Let us talk first.", "Sipho Dube")}


def _changes_mentor(world: World) -> Handover:
    """From Sipho, who met Ada, to Thandi."""
    row = _pair_meets(world)
    ClassSession.objects.filter(pk=row.session_id).update(date=world.today - timedelta(days=3))
    MentoringSession.objects.update(outcome="held", chased_at=timezone.now())
    with quietly():
        allocation.assign_student(by=world.admin, student=world.ada, instructor=world.thandi, replace=True)
    return Handover.objects.get()


@tells("mentoring.tell_handover_wanted", "mentoring_handover")
def a_former_mentor_is_asked_to_hand_over(world: World) -> dict[str, Expected]:
    _changes_mentor(world)
    mentoring.ask_for_handovers(by=world.system)
    title = "Hand over Ada Byron to Thandi Nkosi"
    return {world.sipho.email: Expected(title, "your private notes may be read", "Note to the next mentor")}


@tells("mentoring.tell_handover_written", "mentoring_handover")
def a_former_mentor_hands_over(world: World) -> dict[str, Expected]:
    row = _changes_mentor(world)
    mentoring.hand_over(by=world.actor(world.sipho), handover=row, note="Mornings suit Ada.", notes_released=False)
    title = "Sipho Dube handed over Ada Byron to you"
    return {world.thandi.email: Expected(title, "Mornings suit Ada.", "You took over from Sipho Dube")}


def _cover(world: World, **more: object) -> object:
    days = _weekdays(world.today + timedelta(days=7))
    return allocation.ask_for_cover(
        by=world.actor(world.thandi),
        batch=world.batch,
        instructor=world.thandi,
        first_date=days[0],
        last_date=days[0],
        **{"asked": world.sipho, **more},
    )


@tells("allocation.tell_asked", "cover_asked")
def an_instructor_needs_cover(world: World) -> dict[str, Expected]:
    _cover(world, note="Jury duty")
    return {
        world.sipho.email: Expected("Can you cover DA-1 for Thandi Nkosi?", "Jury duty", "Data analytics"),
        world.boss.email: Expected("Thandi Nkosi needs cover in DA-1", "Sipho Dube has been asked", "Data analytics"),
    }


@tells("allocation.tell_answered", "cover_settled")
def a_colleague_can_cover(world: World) -> dict[str, Expected]:
    with quietly():
        request = _cover(world)
    allocation.answer_cover(by=world.actor(world.sipho), request=request, can=True)
    expected = Expected("Sipho Dube can cover DA-1", "Hello", "Data analytics")
    return {world.thandi.email: expected, world.boss.email: expected}


@tells("allocation.tell_closed", "cover_settled")
def cover_is_filled(world: World) -> dict[str, Expected]:
    with quietly():
        request = _cover(world)
    allocation.fill_cover(by=world.admin, request=request, substitute=world.sipho)
    return {
        world.thandi.email: Expected("Sipho Dube covers DA-1 for you", "Hello", "Data analytics"),
        world.sipho.email: Expected("You're the substitute in DA-1", "Data analytics.", "Data analytics"),
    }


@tells("allocation.tell_reopened", "cover_settled")
def cover_is_open_again(world: World) -> dict[str, Expected]:
    with quietly():
        request = _cover(world)
        allocation.fill_cover(by=world.admin, request=request, substitute=world.sipho)
    allocation.reopen_cover(by=world.admin, request=request)
    subject, no_longer = "Cover for DA-1 is open again", "You're no longer the substitute in DA-1"
    return {
        world.thandi.email: Expected(subject, "Hello", "Data analytics"),
        world.sipho.email: Expected(subject, "Hello", "Data analytics", also=(no_longer,)),
    }


# --- results ---------------------------------------------------------------------------------------------------------
@tells("progression.tell_published", "results_published")
def a_result_is_corrected(world: World) -> dict[str, Expected]:
    course = world.batch.course
    with quietly():
        subject = Subject.objects.create(institution=course.institution, course=course, code="S1", title="Statistics")
        mapping = progression.map_subject(by=world.admin, batch=world.batch, subject=subject)
        for score in (40, 70):
            cells = [progression.ScoreInput(0, world.seat.pk, "MARK", Decimal(score))]
            progression.save_scores(by=world.admin, mapping=mapping, cells=cells)
            if score == 40:
                progression.publish_results(by=world.admin, mapping=mapping)
                progression.reopen_results(by=world.admin, mapping=mapping, reason="Sum was wrong")
    progression.publish_results(by=world.admin, mapping=mapping)
    return {world.ada.email: Expected("Your result in Statistics was corrected", "Semester 1, DA-1.", "Statistics")}


# --- feedback --------------------------------------------------------------------------------------------------------
def _asked(world: World, others: int = 0) -> FeedbackRound:
    for _each in range(others):
        world.campus.enroll(world.batch)
    return feedback.open_batch_round(by=world.admin, batch=world.batch, kind="midpoint", accept_small_group=True)


@tells("feedback.tell_asked", "feedback_asked")
def a_batch_is_asked_for_feedback(world: World) -> dict[str, Expected]:
    _asked(world)
    return {world.ada.email: Expected("How is it going? Data analytics", "Three questions, anonymous", "Send answer")}


@tells("feedback.tell_not_answered", "feedback_asked")
def a_student_has_not_given_feedback(world: World) -> dict[str, Expected]:
    with quietly():
        row = _asked(world)
    feedback.remind_of_round(by=world.system, row=row)
    subject = "Still time to give feedback: Data analytics"
    return {world.ada.email: Expected(subject, "open until the end of", "Send answer")}


@tells("feedback.tell_results", "feedback_results")
def enough_students_gave_feedback(world: World) -> dict[str, Expected]:
    with quietly():
        row = _asked(world, others=4)
        answer(world.campus, row, [5, 4, 4, 3, 5])
    feedback.close_round(by=world.system, row=row)
    return {world.thandi.email: Expected("Feedback is in: Data analytics", "The round has closed", "5 of 5 answered")}


# --- certificates ----------------------------------------------------------------------------------------------------
def _certificate(world: World) -> Certificate:
    return issue_certificate(by=world.admin, enrollment=world.seat, exception_reason="Early").certificate


@tells("certificates.tell_issued", "certificate")
def a_certificate_is_issued(world: World) -> dict[str, Expected]:
    row, course = _certificate(world), world.batch.course.title
    return {world.ada.email: Expected(f"Your certificate for {course} is ready", row.document.serial, "Download PDF")}


@tells("certificates.tell_revoked", "certificate")
def a_certificate_is_revoked(world: World) -> dict[str, Expected]:
    with quietly():
        row = _certificate(world)
    revoke_certificate(by=world.admin, certificate=row, reason="Issued for another course")
    subject = f"Your certificate for {world.batch.course.title} was revoked"
    return {world.ada.email: Expected(subject, "Reason: Issued for another course", "It must no longer be accepted.")}


# --- submissions -----------------------------------------------------------------------------------------------------
def _submitted(world: World) -> tuple[User, Submission]:
    """The registers of the batch, handed in to a regulator."""
    reader = world.come_in(world.campus.person(Role.REGULATOR, "Lindiwe Radebe"))
    item = submissions.ResourceInput("ATTENDANCE_REGISTER", world.batch, world.batch.start_date, world.today)
    row = submissions.make_submission(by=world.admin, title="Registers", regulator=reader, resources=[item])
    return reader, row


@tells("submissions.tell_submitted", "submission")
def files_are_submitted(world: World) -> dict[str, Expected]:
    reader, _row = _submitted(world)
    return {reader.email: Expected("Ridgeline Institute submitted “Registers”", "Every file has a checksum", "Frozen")}


@tells("submissions.tell_withdrawn", "submission")
def a_submission_is_withdrawn(world: World) -> dict[str, Expected]:
    with quietly():
        reader, row = _submitted(world)
    submissions.withdraw_submission(by=world.admin, submission=row, reason="The wrong month.")
    subject = "Ridgeline Institute withdrew “Registers”"
    return {reader.email: Expected(subject, "Reason: The wrong month.", "It no longer counts.")}


# --- marks -----------------------------------------------------------------------------------------------------------
def _assessed(world: World, days: int) -> Assessment:
    """An assessment that is due in so many days."""
    with quietly():
        due = world.batch.today() + timedelta(days=days)
        fields = {"title": "Case study", "maximum": Decimal(20), "due_on": due}
        row = assessment.add_assessment(by=world.admin, batch=world.batch, category="Tests", fields=fields)
        Assessment.objects.filter(pk=row.pk).update(due_on=due)
        return row


@tells("assessment.tell_marks_published", "marks_published")
def a_mark_is_published(world: World) -> dict[str, Expected]:
    row = _assessed(world, 0)
    with quietly():
        given = [assessment.MarkGiven(0, row.pk, world.seat.pk, Decimal(15))]
        assessment.save_marks(by=world.admin, batch=world.batch, marks=given)
    assessment.publish_marks(by=world.admin, assessment=row)
    return {world.ada.email: Expected("Your mark for Case study is published", str(world.batch), "Your total so far")}


@tells("assessment.tell_due", "assessment_due")
def an_assessment_is_due(world: World) -> dict[str, Expected]:
    row = _assessed(world, 2)
    assessment.remind_before_due(by=world.system)
    day = date_format(world.batch.today() + timedelta(days=2), "l j F")
    return {world.ada.email: Expected(f"{row.title} is due on {day}", str(world.batch), "Your total so far")}


@tells("assessment.tell_marks_missing", "marks_missing")
def marks_are_missing(world: World) -> dict[str, Expected]:
    _assessed(world, -8)
    assessment.chase_missing_marks(by=world.system)
    return {world.thandi.email: Expected("1 mark of Case study is missing", "It was due on", "How it went")}


# --- messages --------------------------------------------------------------------------------------------------------
@tells("messaging.tell_message", "message")
def an_instructor_writes_to_a_batch(world: World) -> dict[str, Expected]:
    send_message(by=world.actor(world.thandi), batch=world.batch, subject="Room <2>", text="Bring & share.\nThanks")
    return {world.ada.email: Expected("Room <2>", "Bring & share.", "Bring & share.")}


# --- semesters -------------------------------------------------------------------------------------------------------
@tells("progression.tell_to_choose", "electives_to_choose")
def a_student_has_not_chosen_the_electives(world: World) -> dict[str, Expected]:
    with quietly():
        subject = Subject.objects.create(
            institution=world.campus.institution, course=world.batch.course, code="ML", title="Machine learning"
        )
        elective = progression.map_subject(by=world.admin, batch=world.batch, subject=subject, is_elective=True)
        days = {"opens_on": world.today, "closes_on": world.today + timedelta(days=1)}
        fields = {"name": "Elective 1", "semester": elective.semester, "choose": 1, **days}
        progression.add_elective_group(by=world.admin, batch=world.batch, fields=fields, mappings=[elective])
    assert progression.remind_before_the_end(by=world.system) == 1
    assert progression.remind_before_the_end(by=world.system) == 0
    return {world.ada.email: Expected("Choose your electives: Elective 1", "You can choose until", "Machine learning")}


# --- students at risk ------------------------------------------------------------------------------------------------
def _flag(world: World, **fields: Any) -> RiskFlag:
    """Ada missed three sessions in a row."""
    row = {"enrollment": world.seat, "reasons": ["missed"], "missed": 3, "due_on": world.batch.today()}
    return RiskFlag.objects.create(institution=world.campus.institution, **(row | fields))


@tells("risk.tell_owner", "risk_task")
def a_student_at_risk_is_given_to_somebody(world: World) -> dict[str, Expected]:
    risk.assign_owner(by=world.admin, flag=_flag(world), owner=world.thandi)
    text = "Absent 3 times in a row. Get in touch by"
    return {world.thandi.email: Expected("Ada Byron in DA-1 needs you", text, "Absent 3 times in a row")}


@tells("risk.tell_near", "risk_task")
def the_day_to_get_in_touch_is_near(world: World) -> dict[str, Expected]:
    flag = _flag(world, owner=world.thandi)
    risk.escalate_flags(by=world.system)
    subject = f"Contact Ada Byron by {flag.due_on.day} {flag.due_on:%b}"
    return {world.thandi.email: Expected(subject, "No one has been in touch yet.", "Absent 3 times in a row")}


@tells("risk.tell_managers", "risk_escalated")
def nobody_was_in_touch(world: World) -> dict[str, Expected]:
    _flag(world, due_on=world.batch.today() - timedelta(days=1))
    risk.escalate_flags(by=world.system)
    subject = "No one has contacted Ada Byron in DA-1"
    return {world.boss.email: Expected(subject, "No one is the owner.", "Absent 3 times in a row")}


@tells("risk.tell_digest", "risk_digest")
def the_list_of_the_week(world: World) -> dict[str, Expected]:
    _flag(world)
    risk.send_digest(by=world.system)
    subject = "1 student at risk, 1 without an owner"
    return {world.boss.email: Expected(subject, "Ada Byron, DA-1: Absent 3 times in a row.", "Ada Byron")}


# --- reports ---------------------------------------------------------------------------------------------------------
def _report_is_due(world: World, recipients: list[User]) -> ReportSchedule:
    """Mentoring, every morning, ordered by the administrator; yesterday's was the last."""
    schedule = reports.schedule_report(by=world.admin, kind="mentoring", filters={}, often="daily", to=recipients)
    ReportSchedule.objects.filter(pk=schedule.pk).update(mailed_on=world.today - timedelta(days=1))
    reports.order_due_reports(by=world.system)
    return schedule


@tells("reports.tell_report_ready", "scheduled_report")
def a_report_of_the_morning(world: World) -> dict[str, Expected]:
    dean = world.come_in(world.campus.person(Role.ADMIN, "Nomsa Khumalo"))
    order = _report_is_due(world, [dean]).orders.get()
    reports.make_report(order_id=order.pk)
    order.refresh_from_db()
    return {dean.email: Expected(f"Mentoring report: {order.subject}", "Sign in to open it.", "Your report is ready")}


@tells("reports.tell_report_stopped", "scheduled_report")
def a_report_that_cannot_be_made(world: World) -> dict[str, Expected]:
    dean = world.come_in(world.campus.person(Role.ADMIN, "Nomsa Khumalo"))
    schedule = reports.schedule_report(
        by=world.actor(dean), kind="batch_progress", filters={"batch": str(world.batch.pk)}, often="daily"
    )
    ReportSchedule.objects.filter(pk=schedule.pk).update(mailed_on=world.today - timedelta(days=1))
    reports.order_due_reports(by=world.system)
    with quietly():
        enrollments.delete_batch(by=world.admin, batch=world.batch, enrollments="cancel")
    reports.make_report(order_id=schedule.orders.get().pk)
    said = "Batch progress is no longer sent"
    return {dean.email: Expected(said, "No batch has this id.", "Scheduled reports")}


# --- access of regulators --------------------------------------------------------------------------------------------
def _access(world: World) -> AccessRequest:
    """Lindiwe asks for the registers of the batch."""
    world.lindiwe = world.come_in(world.campus.person("regulator", "Lindiwe Radebe"))
    return oversight.ask_for_access(
        by=world.actor(world.lindiwe),
        batches=[world.batch],
        first_date=date(2030, 1, 7),
        last_date=date(2030, 3, 8),
        purpose="Visit <2030/114>",
    )


def _granted(world: World, days: int = 30) -> AccessRequest:
    with quietly():
        end = timezone.now() + timedelta(days=days)
        return oversight.grant_access(by=world.admin, request=_access(world), expires_at=end)


@tells("oversight.tell_asked", "access_asked")
def a_regulator_asks_for_access(world: World) -> dict[str, Expected]:
    _access(world)
    subject, text = "Lindiwe Radebe asks to see registers", "Visit <2030/114>"
    return {world.boss.email: Expected(subject, text, "asks to see the registers of DA-1")}


@tells("oversight.tell_granted", "access_answered")
def access_is_granted(world: World) -> dict[str, Expected]:
    with quietly():
        asked = _access(world)
    oversight.grant_access(by=world.admin, request=asked, expires_at=timezone.now() + timedelta(days=30))
    return {world.lindiwe.email: Expected("Ridgeline Institute granted you access", "DA-1, 7 Jan", "Visit <2030/114>")}


@tells("oversight.tell_rejected", "access_answered")
def access_is_rejected(world: World) -> dict[str, Expected]:
    with quietly():
        asked = _access(world)
    oversight.reject_access(by=world.admin, request=asked, note="Before our accreditation")
    subject = "Ridgeline Institute rejected your access request"
    return {world.lindiwe.email: Expected(subject, "Before our accreditation", "Before our accreditation")}


@tells("oversight.tell_extended", "access_answered")
def access_is_extended(world: World) -> dict[str, Expected]:
    end = timezone.now() + timedelta(days=60)
    oversight.extend_access(by=world.admin, request=_granted(world), expires_at=end, note="The visit was <moved>")
    subject = "Ridgeline Institute extended your access"
    return {world.lindiwe.email: Expected(subject, "DA-1. Access now ends on", "The visit was <moved>")}


@tells("oversight.tell_revoked", "access_answered")
def access_is_revoked(world: World) -> dict[str, Expected]:
    oversight.revoke_access(by=world.admin, request=_granted(world), note="The visit is over")
    subject = "Ridgeline Institute revoked your access"
    return {world.lindiwe.email: Expected(subject, "The visit is over", "The visit is over")}


@tells("oversight.tell_ending", "access_ending")
def access_of_a_regulator_ends_soon(world: World) -> dict[str, Expected]:
    row, now = _granted(world), timezone.now()
    with as_if_long_ago():
        AccessRequest.objects.filter(pk=row.pk).update(
            decided_at=now - timedelta(days=28), expires_at=now + timedelta(days=2)
        )
    assert oversight.remind_of_endings(by=world.system) == 1
    assert oversight.remind_of_endings(by=world.system) == 0
    row.refresh_from_db()
    end = date_format(row.expires_at.astimezone(world.admin.zone), "j M Y, H:i")
    subject = f"Your access to registers of Ridgeline Institute ends on {end}"
    return {world.lindiwe.email: Expected(subject, "Ask again if you need it for longer.", "Ask for longer")}
