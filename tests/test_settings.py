"""Every setting of an institution has an effect that can be seen: two values of it, two outcomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from muster.allocation.models import IndividualAssignment
from muster.allocation.rules import assign_student
from muster.allocation.scoring import suggestions_for_batch
from muster.allocation.scoring.points import KINDS
from muster.attendance.queries import sessions_in_full, statement_of
from muster.attendance.queries.register import late_from
from muster.attendance.queries.student import attendance_of
from muster.attendance.register_files import RegisterSheet, paper_register
from muster.attendance.register_files.paper import _frame
from muster.attendance.rules.reminders import lock_old_registers
from muster.attendance.tests.test_marking import Class
from muster.attendance.tests.test_reminders import ended
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.queries import batch_alerts
from muster.batches.rules import advice_on_staff, archive_batch
from muster.batches.workload import workload_of
from muster.core.errors import Invalid
from muster.core.ownership import without_triggers
from muster.courses.models import Subject
from muster.enrollments.catalogue import catalogue_of
from muster.enrollments.models import Enrollment, Organisation
from muster.enrollments.opening import last_day_to_cancel, last_day_to_enroll, seats_left_of
from muster.enrollments.rules import announce_ends_of_access, change_capacity, join_waitlist, name_contact
from muster.exchange.lists import ImportChoices
from muster.exchange.rules.enrollments import EnrollmentsImport
from muster.feedback.rules import open_due_rounds
from muster.institutions.access import Actor
from muster.institutions.resources import INSTITUTION
from muster.messaging.models import Message
from muster.privacy.queries import retention_preview
from muster.progression.errors import AnotherPersonApproves
from muster.progression.models import SubjectMapping, SubjectResult
from muster.progression.queries import Move, rollover_preview
from muster.progression.rules import roll_over
from muster.progression.tests.test_rollover import College
from muster.risk.letters import letter_text
from muster.risk.models import RiskFlag
from muster.risk.queries import flags_in_full
from muster.risk.rules import close_flag
from muster.risk.tests.make import RiskClass
from muster.submissions.deadlines import deadlines_of
from muster.web.institutions.sign_in import SEEN_KEY
from tests.asking import asked_batch, running
from tests.client import Api
from tests.make import Campus, slot
from tests.pages import Browser, words_of
from tests.periods import everything_a_hundred_days_old, logs_of_four_years_ago

pytestmark = pytest.mark.django_db
# Who the institution is; all else is a setting.
IDENTITY = {"name", "slug", "kind", "time_zone", "contact_email", "contact_phone"}
SETTINGS = [field.name for field in INSTITUTION.inputs if field.name not in IDENTITY]
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Effect:
    """What comes of a setting: by each of its values what is seen of it, while others are `beside`."""

    seen: Callable[[Campus], Any]
    outcomes: dict[Any, Any]
    beside: dict[str, Any] | None = None


# --- how long what is kept
def due(kind: str) -> Callable[[Campus], Any]:
    """How many of the kind the institution's periods would erase tonight, of one that is a hundred days old; of what is
    kept for longer, of one of four years ago."""

    def seen(campus: Campus) -> int:
        if not Message.objects.filter(institution=campus.institution).exists():
            everything_a_hundred_days_old(campus)
            logs_of_four_years_ago(campus)
        [found] = [one for one in retention_preview(campus.admin) if one.kind == kind]
        return found.total

    return seen


# --- attendance
def late_after(campus: Campus) -> Any:
    """The minutes from the beginning of a session to where lateness begins."""
    campus.batch(slots=[slot(1, "09:00", "10:00")])
    session = sessions_in_full(campus.admin)[0]
    moment = late_from(session, campus.institution)
    return session.moments and moment and (moment - session.moments[0]) / timedelta(minutes=1)


def missable(campus: Campus) -> Any:
    """How many of the four sessions to come somebody may miss who came to none."""
    batch = campus.batch(start_date=date(2030, 1, 7), end_date=date(2030, 2, 3), slots=[slot(1, "09:00", "10:00")])
    [found] = attendance_of(campus.admin, campus.enroll(batch).student)
    return found.projection.may_miss


def locked_by_itself(campus: Campus) -> int:
    """How many registers of two days ago are locked."""
    ended(campus, days=2).mark()
    return lock_old_registers(by=campus.admin)


def batch_year(campus: Campus, **fields: Any) -> Batch:
    dates = {"start_date": None, "end_date": None}
    return campus.batch(kind="academic", course=None, department=campus.department(), year=2031, **dates, **fields)


def planned_ahead(campus: Campus) -> Any:
    """The days from today to the last session of a batch without an end."""
    daily = [slot(weekday, "23:58", "23:59") for weekday in range(1, 8)]
    last = batch_year(campus, slots=daily).sessions.order_by("-date")[0]
    return (last.date - campus.admin.today()).days


# --- signing in
def _browser_of_admin(campus: Campus) -> Client:
    browser = Client()
    browser.force_login(campus.admin.user)
    browser.get("/me/")
    return browser


def second_step_asked(campus: Campus) -> bool:
    """Whether an administrator is led to set up two-step sign-in."""
    return _browser_of_admin(campus).get("/me/").headers.get("Location") == "/accounts/2fa/"


def signed_in_after_five_hours(campus: Campus) -> bool:
    """Whether a browser that did nothing for five hours is still signed in."""
    browser = _browser_of_admin(campus)
    session = browser.session
    session[SEEN_KEY] -= 5 * 3600
    session.save()
    return browser.get("/me/").status_code == 200


def due_of(kind: str) -> Callable[[Campus], Any]:
    """When something of a batch is due that began two months ago today and meets daily: after how many days, or on
    which day of the month."""

    def seen(campus: Campus) -> Any:
        first = campus.admin.today() - 60 * DAY
        daily = [slot(weekday, "23:58", "23:59") for weekday in range(1, 8)]
        batch = campus.batch(start_date=first, end_date=first + 90 * DAY, slots=daily, status="Active")
        due = next((one.due_on for one in deadlines_of(campus.admin, batch) if one.type == kind), None)
        return due and (due.day if kind == "ATTENDANCE_REGISTER" else (due - first).days)

    return seen


# --- students at risk
def flagged(letters: str) -> Callable[[Campus], int]:
    """How many flags these marks open."""

    def seen(campus: Campus) -> int:
        room = RiskClass(campus)
        room.mark(letters)
        return room.keep()[0]

    return seen


def flagged_for_results(campus: Campus) -> int:
    """The same, of one failed subject."""
    room = RiskClass(campus)
    here: dict[str, Any] = {"institution": campus.institution}
    subject = Subject.objects.create(course=room.batch.course, code="S1", title="Safety", **here)
    mapping = SubjectMapping.objects.create(batch=room.batch, subject=subject, semester=1, **here)
    SubjectResult.objects.create(
        enrollment=room.seat, mapping=mapping, verdict="failed", worth=1, earned=0, counts=True, **here
    )
    return room.keep()[0]


def flagged_for_marks(campus: Campus) -> int:
    """The same, of somebody with half of what can be reached."""
    room = RiskClass(campus)
    room.give(50)
    return room.keep()[0]


def flagged_for_contact(campus: Campus) -> int:
    """The same, of a mentor who was assigned twenty days ago and never met the student."""
    room = RiskClass(campus)
    assign_student(by=campus.admin, student=room.seat.student, instructor=room.lead)
    with without_triggers("allocation.IndividualAssignment:assignment_is_ended_and_never_rewritten"):
        IndividualAssignment.objects.update(assigned_at=timezone.now() - 20 * DAY)
    return room.keep()[0]


def contact_within(campus: Campus) -> int:
    room = RiskClass(campus)
    return (room.flagged().due_on - room.today).days


def flagged_anew(campus: Campus) -> int:
    """How many flags open the night after one was closed by hand."""
    room = RiskClass(campus)
    close_flag(by=campus.admin, flag=room.flagged(), outcome="no_concern")
    RiskFlag.objects.filter(closed_at__isnull=False).update(closed_at=timezone.now() - DAY)
    return room.keep()[0]


def letter_begins(campus: Campus) -> str:
    room = RiskClass(campus)
    flag = flags_in_full(RiskFlag.objects.filter(pk=room.flagged().pk)).get()
    return letter_text(flag, campus.admin).splitlines()[0]


# --- seats
def waits(campus: Campus) -> Any:
    """The place of somebody who waited for a seat that came free."""
    batch = campus.batch(capacity=1)
    campus.enroll(batch)
    place = join_waitlist(by=campus.admin, student=campus.student(), batch=batch)
    change_capacity(by=campus.admin, batch=batch, capacity=2)
    place.refresh_from_db()
    return place


def offer_hours(campus: Campus) -> Any:
    place = waits(campus)
    return (place.offer_expires_at - place.offered_at) / timedelta(hours=1)


def seats_for_a_student(campus: Campus) -> Any:
    """Of ten seats, those that a student can take."""
    return seats_left_of(campus.batch(capacity=10), campus.actor(campus.student()))


def seats_before_the_start(campus: Campus) -> Any:
    """Of ten seats, those that a student can take five days before the batch starts."""
    begins = campus.admin.today() + 5 * DAY
    batch = campus.batch(capacity=10, start_date=begins, end_date=begins + 60 * DAY)
    return seats_left_of(batch, campus.actor(campus.student()))


def days_to_enroll(campus: Campus) -> Any:
    """The days of a batch of three weeks on which students can enroll after its first."""
    batch = campus.batch(start_date=date(2030, 1, 7), end_date=date(2030, 1, 27))
    batch = Batch.objects.get(pk=batch.pk)
    last = last_day_to_enroll(batch, campus.institution)
    return last and batch.start_date and (last - batch.start_date).days


def cancels(campus: Campus) -> bool:
    """Whether a student leaves a batch by themself."""
    seat = campus.enroll(campus.batch())
    return bool(Api(campus.token(seat.student)).delete(f"/enrollments/{seat.pk}").status == 200)


def days_to_cancel(campus: Campus) -> Any:
    """The days after its first on which a student can leave a batch."""
    seat = Enrollment.objects.select_related("batch").get(pk=campus.enroll(campus.batch()).pk)
    last = last_day_to_cancel(seat, campus.institution)
    return last and seat.batch and seat.batch.start_date and (last - seat.batch.start_date).days


def days_of_trial(campus: Campus) -> Any:
    seat = campus.enroll(campus.batch(), enrollment_type="trial")
    return seat.access_expiry_date and seat.trial_began_on and (seat.access_expiry_date - seat.trial_began_on).days + 1


# --- who sees what
def in_catalogue(campus: Campus) -> int:
    """How many batches a stranger finds."""
    campus.batch()
    return len(catalogue_of(Actor.stranger(campus.institution)))


def names_instructor(campus: Campus) -> bool:
    teacher = campus.instructor("Thandi Zulu")
    campus.batch(lead=teacher)
    return "Thandi Zulu" in str(Api().get(f"/catalogue/{campus.institution.slug}").data)


def contact_sees_attendance(campus: Campus) -> bool:
    """Whether the contact of an organisation reads how its person attends."""
    room = Class(campus, 1)
    room.mark(room.row(0, "PRESENT"))
    works = Organisation.objects.create(institution=campus.institution, name="Works")
    Enrollment.objects.filter(pk=room.enrollments[0].pk).update(organisation=works)
    named = name_contact(by=campus.admin, organisation=works, full_name="", email=campus.instructor().email)
    return "100% attended" in words_of(Browser(campus, named.contact).get("/organisation/"))


def access_days(campus: Campus) -> Any:
    """The days that access lasts beyond the batch."""
    batch = campus.batch()
    seat = campus.enroll(batch)
    return seat.access_expiry_date and batch.end_date and (seat.access_expiry_date - batch.end_date).days


def told_of_the_end(campus: Campus) -> int:
    """How many are told a week before their access ends."""
    seat = campus.enroll(campus.batch())
    Enrollment.objects.filter(pk=seat.pk).update(access_expiry_date=campus.admin.today() + 7 * DAY)
    return announce_ends_of_access(by=campus.admin)


def sees_archived(campus: Campus) -> bool:
    batch = campus.batch()
    student = campus.actor(campus.enroll(batch).student)
    archive_batch(by=campus.admin, batch=batch)
    return batches.rows(student).exists()


# --- batches and instructors
def too_small(campus: Campus) -> int:
    """How many batches of two, soon to start, are told as filling slowly."""
    begins = campus.admin.today() + 10 * DAY
    batch = campus.batch(start_date=begins, end_date=begins + 60 * DAY)
    for _each in range(2):
        campus.enroll(batch)
    return Batch.objects.filter(batch_alerts(campus.admin)["slow"].where, institution=campus.institution).count()


def capacity_of_cohort(campus: Campus) -> Any:
    """The capacity of a cohort for which none is named."""
    body = {
        "name": "Cohort",
        "qualification_id": str(campus.course(default_capacity=None).pk),
        "facilitator_ids": [str(campus.instructor().pk)],
    }
    opened = Api(campus.token()).post("/institution/cohorts", body)
    return Batch.objects.get(pk=opened.data["cohort_id"]).capacity


def why_nobody_is_suggested(campus: Campus) -> list[str]:
    """Why an instructor with one batch is left out for another."""
    campus.batch(lead=campus.instructor())
    return [one.kind for one in suggestions_for_batch(campus.admin, campus.batch()).left_out]


def advised(campus: Campus, *hours: str) -> list[str]:
    """What is advised on the day of an instructor who teaches from and until these hours."""
    plan = [slot(1, first, last) for first, last in zip(hours[::2], hours[1::2], strict=True)]
    batch = campus.batch(slots=plan)
    return [one.kind for one in advice_on_staff(batch, [campus.instructor()], campus.admin)]


def mentees_at_most(campus: Campus) -> int:
    return workload_of(campus.admin, campus.instructor().pk).mentee_limit


def takes_fourth_semester(campus: Campus) -> bool:
    """Whether a batch year without a course can be in its fourth semester."""
    try:
        batch_year(campus, current_semester=4)
    except Invalid:
        return False
    return True


def approves_own(campus: Campus) -> bool:
    """Whether whoever asks for a rollover approves it as well."""
    try:
        roll_over(by=campus.admin, batch=batch_year(campus))
    except AnotherPersonApproves:
        return False
    return True


def held_back_for_credits(campus: Campus) -> int:
    """Of three students of whom one failed a subject of six credits, how many are proposed to be held back."""
    college = College(campus)
    college.grade(college.m1, ann=80, ben=20, cat=70)
    return len(rollover_preview(campus.admin, college.batch).that(Move.HELD_BACK))


def changes_at_will(campus: Campus) -> int:
    """How many of ten enrollments an import changes without a confirmation."""
    batch = campus.batch()
    for _each in range(10):
        campus.enroll(batch)
    return EnrollmentsImport(campus.admin, [], ImportChoices()).limit


def counts(kind: str) -> Effect:
    """A part of the score of a suggested instructor counts, and is told, unless its weight is zero."""

    def seen(campus: Campus) -> bool:
        asked = {"required_skills": ["welding"], "teaching_styles": ["workshop"], "language": "en"}
        batch = campus.batch(course=campus.course(**asked), slots=[slot(1, "09:00", "10:00")])
        campus.instructor()
        [found] = suggestions_for_batch(campus.admin, batch).ranked
        return kind in {part.kind for part in found.parts}

    return Effect(seen, {0: False, 5: True})


# --- feedback
def rounds_that_open(campus: Campus) -> int:
    running(campus, 5, lead=campus.instructor())
    return open_due_rounds(by=campus.admin)


def days_to_answer(campus: Campus) -> int:
    row = asked_batch(campus, 5)
    days: int = (row.closes_on - row.batch.today()).days
    return days


def heads_paper(campus: Campus) -> str:
    return str(_frame(_paper(campus).heading)["accreditation"])


def is_signed(campus: Campus) -> str:
    return statement_of(campus.institution)


def _paper(campus: Campus) -> RegisterSheet:
    session = Class(campus, 1).session
    return paper_register(campus.admin, sessions_in_full(campus.admin).get(pk=session.pk))


EFFECTS = {
    "accreditation_number": Effect(heads_paper, {"": "", "SETA-114": "Accreditation SETA-114"}),
    "sign_off_statement": Effect(
        is_signed,
        {
            "": "I confirm that this register is complete and shows who attended this session.",
            "I taught this.": "I taught this.",
        },
    ),
    "late_after_minutes": Effect(late_after, {5: 5, 20: 20}),
    "minimum_attendance_percent": Effect(missable, {50: 2, 75: 1}),
    "risk_missed_sessions": Effect(flagged("PPPPPPPAA"), {2: 1, 3: 0}),
    "risk_least_sessions": Effect(flagged("APA"), {3: 1, 4: 0}),
    "risk_failed_subjects": Effect(flagged_for_results, {1: 1, 2: 0}),
    "risk_marks_percent": Effect(flagged_for_marks, {50: 0, 51: 1}),
    "risk_contact_days": Effect(flagged_for_contact, {14: 1, 28: 0}),
    "risk_escalate_days": Effect(contact_within, {3: 3, 7: 7}),
    "risk_quiet_days": Effect(flagged_anew, {0: 1, 14: 0}),
    "risk_letter": Effect(letter_begins, {"": "Dear Sipho Ndaba,", "Hello {student}": "Hello Sipho Ndaba"}),
    "register_lock_hours": Effect(locked_by_itself, {None: 0, 24: 1}),
    "session_horizon_days": Effect(planned_ahead, {10: 10, 20: 20}),
    "waitlist_mode": Effect(lambda campus: waits(campus).status, {"auto": "accepted", "offer": "offered"}),
    "waitlist_offer_hours": Effect(offer_hours, {5: 5, 24: 24}, {"waitlist_mode": "offer"}),
    "seat_buffer_percent": Effect(seats_for_a_student, {0: 10, 20: 8}),
    "buffer_release_days": Effect(seats_before_the_start, {None: 8, 5: 10}, {"seat_buffer_percent": 20}),
    "enroll_until_days": Effect(days_to_enroll, {None: 20, 7: 7}),
    "students_cancel": Effect(cancels, {True: True, False: False}),
    "cancel_until_days": Effect(days_to_cancel, {None: None, -7: -7, 3: 3}),
    "trial_days": Effect(days_of_trial, {7: 7, 14: 14}),
    "catalogue_is_public": Effect(in_catalogue, {False: 0, True: 1}),
    "catalogue_names_instructors": Effect(names_instructor, {False: False, True: True}, {"catalogue_is_public": True}),
    "organisations_see_attendance": Effect(contact_sees_attendance, {False: False, True: True}),
    "access_grace_days": Effect(access_days, {0: 0, 7: 7}),
    "access_warning_days": Effect(told_of_the_end, {0: 0, 7: 1}),
    "archived_disables_access": Effect(sees_archived, {False: True, True: False}),
    "advised_size_min": Effect(too_small, {2: 0, 3: 1}),
    "advised_size_max": Effect(capacity_of_cohort, {9: 9, 12: 12}),
    "max_active_batches": Effect(why_nobody_is_suggested, {1: ["full"], 2: []}),
    "advised_hours_a_day": Effect(lambda campus: advised(campus, "09:00", "12:30"), {3: ["daily_hours"], 4: []}),
    "advised_break_minutes": Effect(
        lambda campus: advised(campus, "09:00", "10:00", "10:05", "11:00"), {5: [], 10: ["short_break"]}
    ),
    "max_mentees": Effect(mentees_at_most, {3: 3, 6: 6}),
    "last_semester": Effect(takes_fourth_semester, {3: False, 4: True}),
    "second_factor_for": Effect(second_step_asked, {"nobody": False, "admins": True}),
    "idle_hours": Effect(signed_in_after_five_hours, {4: False, 6: True}),
    "rollover_approval": Effect(approves_own, {"confirm": True, "four-eyes": False}),
    "most_open_credits": Effect(held_back_for_credits, {None: 0, 5: 1}),
    "feedback_opens_by_itself": Effect(rounds_that_open, {True: 1, False: 0}),
    "feedback_days": Effect(days_to_answer, {1: 1, 14: 14}),
    "keep_evidence_days": Effect(due("evidence"), {None: 0, 60: 1}),
    "keep_messages_days": Effect(due("messages"), {None: 0, 60: 1}),
    "keep_notifications_days": Effect(due("notifications"), {None: 0, 60: 1}),
    "keep_imports_days": Effect(due("imports"), {None: 0, 60: 1}),
    "keep_reports_days": Effect(due("reports"), {None: 0, 60: 1}),
    "keep_looks_days": Effect(due("looks"), {None: 0, 60: 1}),
    "keep_notes_days": Effect(due("notes"), {None: 0, 60: 1}),
    "keep_applications_days": Effect(due("applications"), {None: 0, 60: 1}),
    "keep_students_days": Effect(due("students"), {None: 0, 60: 1}),
    "keep_security_days": Effect(due("security"), {None: 0, 180: 1}),
    "keep_history_days": Effect(due("history"), {None: 0, 1095: 1}),
    "enrollment_file_days": Effect(due_of("ENROLMENT_LIST"), {None: None, 5: 5, 9: 9}),
    "attendance_file_day": Effect(due_of("ATTENDANCE_REGISTER"), {None: None, 1: 1, 9: 9}),
    "import_change_percent": Effect(changes_at_will, {10: 1, 50: 5}, {"import_change_rows": 0}),
    "import_change_rows": Effect(changes_at_will, {2: 2, 7: 7}, {"import_change_percent": 0}),
    **{f"weight_{kind}": counts(kind) for kind in KINDS},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_has_an_effect_that_is_seen(name: str) -> None:
    effect, found = EFFECTS[name], {}
    for value in effect.outcomes:
        campus = Campus.found()
        INSTITUTION.change(by=campus.admin, row=campus.institution, changes={name: value, **(effect.beside or {})})
        campus.institution.refresh_from_db()
        found[value] = effect.seen(campus)
    assert found == effect.outcomes
    assert len(set(map(str, effect.outcomes.values()))) == len(effect.outcomes)


def test_no_effect_is_of_a_setting_that_is_gone() -> None:
    assert EFFECTS.keys() - {*SETTINGS} == set()
