"""`muster check` finds each rule broken, heals what follows from other rows, and leaves the rest with its name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection

from muster.batches.models import Batch, InstructorAssignment
from muster.batches.rules import archive_batch, assign_instructor, end_assignment, share_meeting
from muster.cli import main
from muster.cli.check import invariants
from muster.core.checks import run_checks
from muster.core.ownership import without_triggers
from muster.enrollments.models import Enrollment, SeatPeriod
from muster.enrollments.rules import cancel_enrollment, hold_enrollment, resume_enrollment
from muster.institutions.models import Membership
from muster.progression.rules import revert_rollover, roll_over
from muster.timetable.models import Booking
from tests.make import Campus, slot

pytestmark = pytest.mark.usefixtures("owner")
MONDAY, TUESDAY = slot(1, "09:00", "11:00"), slot(2, "14:00", "15:30")


@pytest.fixture
def campus() -> Campus:
    return Campus.found()


def sql(statement: str, *values: Any) -> None:
    """One statement as somebody at the database would send it."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@contextmanager
def unguarded(*tables: str) -> Iterator[None]:
    """Without the triggers of the tables. What the transaction still has to check is checked first."""
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables:
        sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for table in tables:
        sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@contextmanager
def without(table: str, *constraints: str) -> Iterator[None]:
    """Without some constraints or unique indexes, for good: the test's transaction brings them back."""
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    for name in constraints:
        sql(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
        sql(f"DROP INDEX IF EXISTS {name}")
    yield


def broken(*, repair: bool = False, owner: Any = None) -> dict[str, list[str]]:
    """The facts that do not hold, with what contradicts them; the guards themselves apart."""
    return {
        str(finding.fact): [one.words for one in finding.left]
        for finding in run_checks(invariants(), repair=repair, owner=owner)
        if finding.left and "declared" not in str(finding.fact)
    }


def guards(*, repair: bool = False) -> list[str]:
    """Which constraints and triggers are not as declared."""
    return [one.words for finding in run_checks(invariants()[:2], repair=repair) for one in finding.left]


@pytest.fixture
def full_house(campus: Campus) -> Campus:
    """A bit of everything that the rules know."""
    lead, helper, room = campus.instructor("Lead"), campus.instructor("Helper"), campus.room()
    batch = campus.batch(code="ONE", lead=lead, slots=[slot(1, "09:00", "11:00", room=room), TUESDAY])
    other = campus.batch(
        code="TWO", lead=campus.instructor("Other"), slots=[slot(3, "09:00", "10:00", instructor=helper)]
    )
    assign_instructor(by=campus.admin, batch=batch, instructor=helper, role="assistant")
    assign_instructor(
        by=campus.admin,
        batch=batch,
        instructor=campus.instructor("Substitute"),
        role="substitute",
        from_date=date(2030, 2, 1),
        until_date=date(2030, 2, 20),
    )
    share_meeting(by=campus.admin, name="Both", batches=[batch, other], slots=[slot(5, "10:00", "12:00", room=room)])
    campus.batch(kind="academic", department=campus.department(), year=2030, start_date=None, end_date=None)
    for enrollment in [campus.enroll(batch) for _seat in range(4)]:
        hold_enrollment(by=campus.admin, enrollment=enrollment)
    cancel_enrollment(by=campus.admin, enrollment=campus.enroll(batch))
    resume_enrollment(by=campus.admin, enrollment=Enrollment.objects.filter(status="on_hold").first())
    archived = campus.batch(lead=campus.instructor(), slots=[MONDAY])
    campus.enroll(archived)
    archive_batch(by=campus.admin, batch=archived)
    end_assignment(by=campus.admin, assignment=other.instructor_assignments.get())
    return campus


def test_everything_that_the_rules_make_holds(full_house):
    assert Booking.objects.count() > 100
    assert broken() == {}
    assert guards() == []


def test_bookings_are_proved_across_the_change_of_clocks():
    campus = Campus.found(time_zone="Europe/Berlin")
    branch = campus.branch(time_zone="America/Chicago")
    campus.batch(lead=campus.instructor(), slots=[MONDAY])
    campus.batch(branch=branch, lead=campus.instructor(), slots=[slot(7, "00:30", "02:30"), slot(6, "23:00", "23:59")])
    assert broken() == {}


# --- semesters ------------------------------------------------------------------------------------------------------
def test_a_semester_that_no_rollover_led_to_is_found(campus):
    dates = {"start_date": None, "end_date": None, "course": None}
    batch = campus.batch(kind="academic", code="SD-30", department=campus.department(), year=2030, **dates)
    revert_rollover(by=campus.admin, request=roll_over(by=campus.admin, batch=batch))
    roll_over(by=campus.admin, batch=batch)
    assert broken() == {}
    with unguarded("batches_batch"):
        Batch.objects.filter(pk=batch.pk).update(current_semester=5)
    words = "SD-30 is in semester 5, and was rolled over to 2"
    assert broken() == {"Batch years are in the semester that their last rollover led to": [words]}


# --- administrators -------------------------------------------------------------------------------------------------
def test_an_institution_without_an_administrator_is_named(full_house):
    with unguarded("institutions_membership"):
        Membership.objects.filter(institution=full_house.institution, role="admin").delete()
    name = full_house.institution.name
    assert broken() == {
        "Every institution has an administrator who can sign in": [f"Nobody who can sign in administers {name}"]
    }


def test_a_guard_of_the_last_administrator_that_is_missing_is_named(campus):
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("ALTER TABLE accounts_user DISABLE TRIGGER last_administrator_can_sign_in")
    assert guards() == ["accounts_user: last_administrator_can_sign_in is disabled"]
    assert guards(repair=True) == []


# --- seats ----------------------------------------------------------------------------------------------------------
def test_miscounted_seats_are_counted_anew(full_house):
    with unguarded("batches_batch"):
        sql("UPDATE batches_batch SET enrolled_students = 7 WHERE code = 'ONE'")
    assert broken() == {"Seat counters match enrollments and offers": ["ONE counts 7, and has 4"]}
    assert broken(repair=True) == {}
    assert Batch.objects.get(code="ONE").enrolled_students == 4


def test_miscounted_seats_of_an_archived_batch_are_counted_anew(full_house):
    with unguarded("batches_batch"):
        sql("UPDATE batches_batch SET enrolled_students = 9 WHERE archived_at IS NOT NULL")
    assert len(broken()) == 1
    assert broken(repair=True) == {}


def test_more_students_than_seats_is_left_to_people(campus):
    batch = campus.batch(code="FULL", capacity=2)
    for _seat in range(2):
        campus.enroll(batch)
    with unguarded("batches_batch"), without("batches_batch", "seats_held_never_exceed_capacity"):
        sql("UPDATE batches_batch SET capacity = 1")
    assert broken(repair=True) == {"Seats held never exceed the capacity": ["FULL: 2 of 1"]}


def test_overcounted_batch_that_cannot_be_counted_right_is_left(campus):
    batch = campus.batch(code="FULL", capacity=1)
    campus.enroll(batch)
    with without_triggers("enrollments.Enrollment:seats_are_counted"):
        campus.enroll(batch.course.batches.create(**_copy(batch, code="COPY")))
        Enrollment.objects.create(**_enrollment_of(campus, batch))
    assert broken(repair=True) == {"Seat counters match enrollments and offers": ["FULL counts 1, and has 2"]}


def _copy(batch: Batch, **changes: Any) -> dict[str, Any]:
    names = ("institution", "kind", "name", "code", "start_date", "end_date", "capacity")
    return {**{name: getattr(batch, name) for name in names}, **changes}


def _enrollment_of(campus: Campus, batch: Batch, **changes: Any) -> dict[str, Any]:
    return {
        "institution": campus.institution,
        "student": campus.student(),
        "course": batch.course,
        "batch": batch,
        "enrollment_date": date(2026, 1, 5),
        **changes,
    }


def test_second_current_enrollment_is_found(campus):
    batch, student = campus.batch(code="ONE"), campus.student("Thandi Nkosi")
    campus.enroll(batch, student)
    constraints = ("one_current_enrollment_in_a_course", "one_current_enrollment_in_a_batch")
    with without("enrollments_enrollment", *constraints):
        Enrollment.objects.create(**_enrollment_of(campus, batch, student=student))
    assert broken(repair=True) == {
        "A student has at most one current enrollment per course": [
            f"Thandi Nkosi is enrolled 2 times in {batch.course.title}",
        ],
        "A student has at most one current enrollment per batch": ["Thandi Nkosi is enrolled 2 times in ONE"],
    }


def test_enrollment_in_another_course_than_its_batch_is_found(campus):
    batch = campus.batch(code="ONE")
    campus.enroll(batch, campus.student("Thandi Nkosi"))
    with unguarded("enrollments_enrollment"):
        sql("UPDATE enrollments_enrollment SET course_id = %s", campus.course().pk)
    found = "Thandi Nkosi in ONE is enrolled in another course than the batch teaches"
    assert broken(repair=True) == {"Every enrollment matches its batch's course": [found]}


def test_student_in_a_deleted_batch_is_found(campus):
    batch = campus.batch(code="ONE")
    campus.enroll(batch, campus.student("Thandi Nkosi"))
    with unguarded("batches_batch"), without("batches_batch", "deleted_batch_has_no_students"):
        sql("UPDATE batches_batch SET deleted_at = now()")
    assert broken() == {
        "Deleted batches have no students": ["Thandi Nkosi holds a seat in the deleted ONE"],
        MEETINGS: ["ONE does not keep to the dates, the place or the status of its batches"],
    }


@pytest.mark.parametrize("archived", [True, False])
def test_archive_marks_of_enrollments_are_set_right(campus, archived):
    batch = campus.batch(code="ONE")
    campus.enroll(batch)
    if archived:
        archive_batch(by=campus.admin, batch=batch)
    with unguarded("enrollments_enrollment"):
        sql("UPDATE enrollments_enrollment SET frozen = NOT frozen")
    assert list(broken()) == ["Enrollments are frozen exactly when their batch is archived"]
    assert broken(repair=True) == {}
    assert Enrollment.objects.get().frozen is archived


def test_seat_periods_are_opened_and_ended(campus):
    batch = campus.batch()
    running, over = campus.enroll(batch), campus.enroll(batch)
    with without_triggers("enrollments.Enrollment:seat_periods_follow"):
        cancel_enrollment(by=campus.admin, enrollment=over)
    SeatPeriod.objects.filter(enrollment=running).delete()
    assert len(broken()["Every seat period covers exactly the time the enrollment is active"]) == 2
    assert broken(repair=True) == {}
    today = campus.admin.today()
    assert SeatPeriod.objects.get(enrollment=running).from_date == running.enrollment_date
    assert SeatPeriod.objects.get(enrollment=over).until_date == today - timedelta(days=1)


def test_overlapping_seat_periods_are_found(campus):
    enrollment = campus.enroll(campus.batch())
    SeatPeriod.objects.create(
        institution=campus.institution,
        enrollment=enrollment,
        batch=enrollment.batch,
        from_date=enrollment.enrollment_date,
        until_date=enrollment.enrollment_date,
    )
    assert list(broken()) == ["Seat periods belong to the enrollment's batch and don't overlap"]


# --- bookings -------------------------------------------------------------------------------------------------------
BOOKINGS = "Bookings match sessions and their instructors"
MEETINGS = "Session schedules match their batches and instructors"
SESSIONS = "Upcoming sessions match weekly schedules, dates and holidays"


def test_lost_booking_is_made_again(full_house):
    count = Booking.objects.count()
    lost = Booking.objects.filter(instructor__full_name="Lead").order_by("period").first()
    Booking.objects.filter(pk=lost.pk).delete()
    assert broken() == {BOOKINGS: ["Lead on 2030-01-07, 09:00: not booked (ONE)"]}
    assert broken(repair=True) == {}
    assert Booking.objects.count() == count


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE batches_batch SET end_date = end_date - 30 WHERE code = 'ONE'",
        "UPDATE batches_batch SET status = 'Cancelled' WHERE code = 'ONE'",
        "UPDATE timetable_scheduleslot SET weekday = 4 WHERE weekday = 2",
        "UPDATE timetable_scheduleslot SET start_time = '09:30' WHERE weekday = 1",
        "UPDATE timetable_scheduleslot SET room_id = NULL",
        "UPDATE batches_instructorassignment SET until_date = '2030-03-01' WHERE role = 'assistant'",
        "UPDATE batches_instructorassignment SET until_date = '2030-02-10' WHERE role = 'substitute'",
        "DELETE FROM batches_batchmeeting USING batches_batch b WHERE NOT is_own AND b.id = batch_id AND code = 'ONE'",
        "UPDATE institutions_institution SET time_zone = 'Asia/Tokyo'",
    ],
)
def test_bookings_follow_what_changed_without_them(full_house, change):
    tables = ("batches_batch", "timetable_scheduleslot", "batches_instructorassignment", "batches_batchmeeting")
    with unguarded(*tables, "institutions_institution"):
        sql(change)
    assert {MEETINGS, SESSIONS} & broken().keys()
    assert broken(repair=True) == {}


def test_double_booking_is_found_and_left_to_people(campus):
    lead = campus.instructor("Naledi Mokoena")
    campus.batch(code="ONE", lead=lead, slots=[MONDAY])
    with without("timetable_booking", "instructor_is_in_one_place_at_a_time"):
        second = campus.batch(code="TWO", slots=[MONDAY])
        InstructorAssignment.objects.create(
            institution=campus.institution, batch=second, instructor=lead, from_date=date(2026, 1, 1)
        )
    left = broken(repair=True)
    assert list(left) == ["No person or room is booked twice at the same time"]
    assert (
        left["No person or room is booked twice at the same time"][0] == "Naledi Mokoena is booked twice on 2030-01-07"
    )


def test_booking_that_would_double_book_is_left_to_people(campus):
    lead = campus.instructor("Naledi Mokoena")
    campus.batch(code="ONE", lead=lead, slots=[MONDAY])
    second = campus.batch(code="TWO", slots=[MONDAY])
    with unguarded("batches_instructorassignment"):
        InstructorAssignment.objects.create(
            institution=campus.institution, batch=second, instructor=lead, from_date=date(2026, 1, 1)
        )
    left = broken(repair=True)
    assert left == {MEETINGS: ["TWO: Naledi Mokoena comes on other days than its batches say"]}


def test_two_leads_are_found(campus):
    batch = campus.batch(code="ONE", lead=campus.instructor("First"))
    with without("batches_instructorassignment", "one_lead_on_one_day"):
        InstructorAssignment.objects.create(
            institution=campus.institution,
            batch=batch,
            instructor=campus.instructor("Second"),
            from_date=date(2030, 5, 1),
        )
    assert broken() == {"A batch has at most one lead on a day": ["ONE: First and Second"]}


# --- owners and guards ----------------------------------------------------------------------------------------------
def test_row_of_another_institution_is_found_for_its_owner_alone(campus):
    other = Campus.found()
    batch = campus.batch()
    with unguarded("batches_batch"), without("batches_batch", "batch_branch_of_same_institution"):
        sql("UPDATE batches_batch SET branch_id = %s", other.branch().pk)
    fact = "No row refers to a row of another institution"
    assert broken()[fact][0].startswith(f"batches_batch.branch_id {batch.pk} -> ")
    assert fact in broken(owner=campus.institution.pk)
    assert broken(owner=other.institution.pk) == {}


def test_person_who_does_not_belong_is_found(campus):
    stranger = Campus.found().instructor()
    with without("institutions_membership", "membership_user_belongs_here"):
        Membership.objects.create(institution=campus.institution, user=stranger, role="instructor")
    assert len(broken()["No row refers to a row of another institution"]) == 1


def test_missing_constraint_is_found_and_put_back(campus):
    with (
        without("timetable_booking", "room_holds_one_meeting_at_a_time"),
        without("batches_batch", "one_batch_for_each_code"),
    ):
        pass
    assert guards() == [
        "timetable_booking: room_holds_one_meeting_at_a_time is missing",
        "batches_batch: one_batch_for_each_code is missing",
    ]
    assert guards(repair=True) == []


def test_constraint_that_the_rows_break_stays_missing(campus):
    campus.batch(code="ONE")
    with unguarded("batches_batch"), without("batches_batch", "capacity_is_at_least_one"):
        sql("UPDATE batches_batch SET capacity = 0")
    assert guards(repair=True) == ["batches_batch: capacity_is_at_least_one is missing"]


def test_disabled_missing_and_changed_triggers_are_found_and_put_back(campus):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'batches_batch'::regclass "
            "AND tgname ~ 'seat_counters_are_kept|status_mak' ORDER BY tgname"
        )
        counters, statuses = (name for (name,) in cursor.fetchall())
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql(f"ALTER TABLE batches_batch DISABLE TRIGGER {counters}")
    sql(f"DROP TRIGGER {statuses} ON batches_batch")
    sql("ALTER TABLE batches_batch DISABLE TRIGGER freeze_enrollments")
    sql("ALTER TABLE core_auditentry DISABLE TRIGGER USER")
    found = guards()
    assert "batches_batch: seat_counters_are_kept is disabled" in found
    assert "batches_batch: status_makes_allowed_moves is missing" in found
    assert "batches_batch: freeze_enrollments is disabled" in found
    # History that could be changed or removed would prove nothing.
    assert "core_auditentry: audit_is_only_added_to is disabled" in found
    assert guards(repair=True) == []


# --- the command ----------------------------------------------------------------------------------------------------
@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`muster check`, on the tests' database."""
    monkeypatch.setenv("DATABASE_URL", "postgres://in.use/by-the-tests")
    return lambda *words: CliRunner().invoke(main, ["check", *words])


def test_command_lists_what_is_broken_and_ends_with_one(full_house, check):
    Booking.objects.all().delete()
    done = check()
    assert done.exit_code == 1
    assert f"BROKEN  {BOOKINGS}" in done.output
    assert f"{full_house.institution.name}: Lead on 2030-01-07" in done.output
    assert "more of Institute" in done.output
    assert f"1 of {len(invariants())} rules are broken" in done.output
    repaired = check("--repair")
    assert repaired.exit_code == 0, repaired.output
    assert "Rebooked " in repaired.output
    assert f"All {len(invariants())} rules hold, 1 of them after repair" in repaired.output
    assert check("--institution", full_house.institution.slug).exit_code == 0


def test_command_knows_its_institutions(check):
    assert "The institution 'nowhere' doesn't exist." in check("--institution", "nowhere").output
