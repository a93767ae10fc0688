"""How each notice of the house comes about: what happened, told by the rules, and whom it reaches with which words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from muster.accounts.models import User
from muster.allocation import rules as allocation
from muster.attendance import rules as attendance
from muster.attendance.rules.reminders import chase_registers
from muster.batches import rules as batches
from muster.batches.models import Batch
from muster.core.ownership import as_owner
from muster.enrollments import rules as enrollments
from muster.enrollments.models import SeatPeriod, WaitlistEntry
from muster.enrollments.rules.expiring import announce_ends_of_access
from muster.institutions.access import Actor
from muster.institutions.models import Institution
from muster.messaging.rules import send_message
from muster.notifications.rules import choose, quietly
from muster.timetable.models import ClassSession
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


@tells("attendance.tell_not_taken", "register_not_taken")
def a_register_is_not_taken(world: World) -> dict[str, Expected]:
    past = world.past
    others = ClassSession.objects.filter(meeting=world.batch.pk, date__lte=world.today).exclude(pk=past.pk)
    others.update(status="cancelled")
    chase_registers(by=world.system)
    day = past.date
    subject = f"Register not taken: DA-1, {day:%a} {day.day} {day:%b}, 08:00"
    return {world.thandi.email: Expected(subject, "while it's still fresh", "Ada Byron")}


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


# --- messages --------------------------------------------------------------------------------------------------------
@tells("messaging.tell_message", "message")
def an_instructor_writes_to_a_batch(world: World) -> dict[str, Expected]:
    send_message(by=world.actor(world.thandi), batch=world.batch, subject="Room <2>", text="Bring & share.\nThanks")
    return {world.ada.email: Expected("Room <2>", "Bring & share.", "Bring & share.")}
