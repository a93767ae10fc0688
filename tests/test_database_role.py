"""The application's role, by raw SQL: what the rules forbid, it can do in no way.

Every statement is sent by a session of its own that signed in as the role, as somebody would who got hold of its
password, and is undone afterwards.
"""

from datetime import date

import pgtrigger
import psycopg
import pytest
from django.conf import settings
from django.db import connection

from muster.allocation.models import IndividualAssignment
from muster.allocation.rules import assign_student
from muster.attendance.models import AttendanceRecord
from muster.attendance.queries import sessions_in_full
from muster.attendance.rules import MarkInput, lock_register, mark_register
from muster.batches.models import InstructorAssignment
from muster.batches.rules import archive_batch, assign_instructor
from muster.cli.doctor import look
from muster.core.ownership import as_owner, excess_of_role, give_to_application, kept_tables
from muster.core.triggers import GuardTrigger
from muster.enrollments.models import Payment
from muster.enrollments.rules import join_waitlist
from muster.progression.tests.test_rollover import College
from muster.timetable.models import ClassSession
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2019, 1, 8)


@pytest.fixture
def role():
    """A session as the application's role, by its own sign-in."""
    with as_owner():
        give_to_application()
    there = connection.connection.info
    with psycopg.connect(
        host=there.host, port=there.port, dbname=there.dbname, user=settings.DATABASE_APPLICATION, autocommit=True
    ) as session:
        # Of every institution: what keeps those apart is told by test_isolation.
        session.execute("SET muster.institution = '*'")
        yield session


@pytest.fixture
def there():
    """A locked register in a batch that runs, and an archived batch with a payment; another institution."""
    campus, other = Campus.found(), Campus.found()
    running = campus.batch(slots=[slot(2, "08:00", "10:00")], capacity=5, start_date=DAY, end_date=date(2028, 12, 29))
    over = campus.batch(capacity=5)
    seat, old = campus.enroll(running, enrollment_date=DAY), campus.enroll(over)
    session = ClassSession.objects.create(
        institution=campus.institution, meeting_id=running.pk, date=DAY, is_edited=True
    )
    fresh = sessions_in_full(campus.admin).get(pk=session.pk)
    mark_register(by=campus.admin, session=fresh, marks=[MarkInput(seat.pk, "ABSENT")])
    lock_register(by=campus.admin, session=fresh)
    payment = Payment.objects.create(institution=campus.institution, enrollment=old, amount=10, currency="EUR")
    archive_batch(by=campus.admin, batch=over)
    return {
        "running": running.pk,
        "archived": over.pk,
        "seat": seat.pk,
        "old": old.pk,
        "session": session.pk,
        "payment": payment.pk,
        "elsewhere": other.batch().pk,
    }


ATTEMPTS = {
    # What follows from other rows.
    "bookings are deleted": "DELETE FROM timetable_booking",
    "bookings are moved": "UPDATE timetable_booking SET on_date = on_date + 1",
    "a tally is written": "UPDATE attendance_batchtally SET present = present + 1",
    "seat periods are written anew": "UPDATE enrollments_seatperiod SET from_date = from_date - 30",
    "seat periods are deleted": "DELETE FROM enrollments_seatperiod",
    "somebody teaches who does not": "DELETE FROM timetable_meetingperson",
    "seats are counted down": "UPDATE batches_batch SET enrolled_students = 0 WHERE id = %(running)s",
    "a batch begins with seats": "INSERT INTO batches_batch SELECT (jsonb_populate_record(batch, "
    "jsonb_build_object('id', gen_random_uuid(), 'code', 'X', 'enrolled_students', -5))).* FROM batches_batch AS batch",
    "an enrollment thaws": "UPDATE enrollments_enrollment SET frozen = FALSE WHERE id = %(old)s",
    "an enrollment freezes": "UPDATE enrollments_enrollment SET frozen = TRUE WHERE id = %(seat)s",
    "a meeting stops booking": "UPDATE timetable_meeting SET books = FALSE",
    "a meeting comes back": "UPDATE timetable_meeting SET is_archived = FALSE WHERE id = %(archived)s",
    "a meeting is brought in step by hand": "SELECT muster_keep_meetings(ARRAY[%(running)s::uuid])",
    # A locked register.
    "a register is unlocked": "UPDATE timetable_classsession SET is_locked = FALSE, locked_at = NULL, "
    "locked_by_id = NULL WHERE id = %(session)s",
    "a register is unlocked with a reason of its own": 'SET muster.context = \'{"reason": "x"}\'; '
    "UPDATE timetable_classsession SET is_locked = FALSE, locked_at = NULL, locked_by_id = NULL WHERE id = %(session)s",
    "a register is unlocked without a reason": "CALL muster_unlock_register(%(session)s, ' ')",
    "a locked mark changes": "UPDATE attendance_attendancerecord SET status = 'PRESENT', marked_at = now() "
    "WHERE session_id = %(session)s",
    "a locked mark goes": "DELETE FROM attendance_attendancerecord",
    "a locked session moves": "UPDATE timetable_classsession SET date = date + 1 WHERE id = %(session)s",
    "a locked session goes": "DELETE FROM timetable_classsession WHERE id = %(session)s",
    # An archived batch, and what hangs on it.
    "an archived batch changes": "UPDATE batches_batch SET name = 'x' WHERE id = %(archived)s",
    "an archived enrollment changes": "UPDATE enrollments_enrollment SET status = 'completed' WHERE id = %(old)s",
    "an archived payment changes": "UPDATE enrollments_payment SET amount = 0 WHERE id = %(payment)s",
    "an archived payment goes": "DELETE FROM enrollments_payment WHERE id = %(payment)s",
    # History.
    "history is told otherwise": "UPDATE core_auditentry SET by_name = 'x'",
    "history goes": "DELETE FROM core_auditentry",
    "history is made up": "INSERT INTO core_auditentry (at, table_name, row_id, by_name, use_case, facts) "
    "VALUES (now(), 'x', gen_random_uuid(), '', '', '{}')",
    "a mark in the log changes": "UPDATE attendance_markentry SET status = 'PRESENT'",
    "the log goes": "DELETE FROM attendance_markentry",
    # Two institutions.
    "a row moves to another institution": "UPDATE enrollments_payment SET institution_id = "
    "(SELECT institution_id FROM batches_batch WHERE id = %(elsewhere)s)",
    # The rules themselves.
    "triggers are switched off": "ALTER TABLE batches_batch DISABLE TRIGGER ALL",
    "triggers are not asked": "SET session_replication_role = replica",
    "rules are told to be ignored": "SET pgtrigger.ignore = '{pgtrigger_audit_rows}'; "
    "UPDATE batches_batch SET name = 'x' WHERE id = %(archived)s",
    "what is derived is said to be derived": "SET muster.derives = 'yes'; "
    "UPDATE batches_batch SET enrolled_students = 0 WHERE id = %(running)s",
    "everything goes at once": "TRUNCATE batches_batch CASCADE",
    "a table is dropped": "DROP TABLE core_auditentry",
    "a table stands before another": "CREATE TEMPORARY TABLE batches_batch (id uuid, archived_at timestamptz)",
    "a function stands before another": "CREATE FUNCTION now() RETURNS date LANGUAGE sql AS 'SELECT NULL'",
    "the owner is played": "SET ROLE muster",
    "migrations are forgotten": "DELETE FROM django_migrations",
}


REFUSALS = psycopg.errors.InsufficientPrivilege, psycopg.errors.CheckViolation, psycopg.errors.ForeignKeyViolation


def outcome(role, statement, there):
    """The kind of refusal, or that there was none; nothing of it stays."""
    try:
        with role.transaction(force_rollback=True):
            psycopg.ClientCursor(role).execute(statement, there)
    except REFUSALS:
        return "refused"
    except psycopg.Error as error:
        return repr(error)
    return "done"


def test_the_role_gets_around_no_rule(role, there):
    outcomes = {attempt: outcome(role, statement, there) for attempt, statement in ATTEMPTS.items()}
    assert {attempt: what for attempt, what in outcomes.items() if what != "refused"} == {}


def test_the_role_unlocks_with_a_reason_and_history_keeps_it(role, there):
    role.execute("CALL muster_unlock_register(%s, 'Marked the wrong class')", [there["session"]])
    kept = role.execute(
        "SELECT facts ->> 'reason' FROM core_auditentry WHERE row_id = %s AND before ->> 'is_locked' = 'true'",
        [there["session"]],
    )
    assert kept.fetchone() == ("Marked the wrong class",)


def test_the_control_does_it_all_as_the_owner(there):
    """What the role is refused above, the owner of the tables is not: it is the role that is kept out."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM timetable_booking")
        cursor.execute(
            "UPDATE enrollments_seatperiod SET from_date = from_date - 30 WHERE batch_id = %(running)s", there
        )
        assert cursor.rowcount == 1
        assert "owns tables" in excess_of_role()


def test_the_role_has_no_excess(role, there):
    assert excess_of_role() == []


# What an operator's role may have been given, and what is said of it then.
EXCESSES = {
    "ALTER ROLE {role} BYPASSRLS": "sees the rows of every institution",
    "ALTER ROLE {role} CREATEROLE": "may make roles",
    "GRANT {owner} TO {role}": "owns tables",
    "GRANT TRUNCATE ON core_auditentry TO {role}": "may truncate tables",
    "GRANT TRIGGER ON batches_batch TO {role}": "may create triggers",
    "GRANT CREATE ON SCHEMA public TO {role}": "may create functions and tables",
    "GRANT CREATE ON DATABASE {database} TO {role}": "may create functions and tables",
    "GRANT TEMPORARY ON DATABASE {database} TO {role}": "may create temporary tables",
    "GRANT DELETE ON timetable_booking TO {role}": "may write what the database derives",
    "GRANT UPDATE ON attendance_markentry TO {role}": "may rewrite what is only added to",
    "GRANT SELECT ON feedback_feedbackanswer TO {role}": "may read what is hidden from it",
}


def told_of_role():
    """Whether the doctor is content with the role that asks, and what it says of it."""
    found = next(finding for finding in look() if finding.what == "Database role")
    return found.mark, found.words


@pytest.mark.django_db
@pytest.mark.parametrize("grant", EXCESSES)
def test_the_doctor_says_which_right_is_too_much(grant, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://in.use/by-the-tests")
    with as_owner(), connection.cursor() as cursor:
        give_to_application()
        cursor.execute("SELECT current_user, current_database()")
        names = {
            "role": settings.DATABASE_APPLICATION,
            **dict(zip(("owner", "database"), cursor.fetchone(), strict=True)),
        }
    assert told_of_role()[0] == "ok"
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(grant.format(**{part: f'"{name}"' for part, name in names.items()}))
    mark, words = told_of_role()
    assert (mark, EXCESSES[grant] in words) == ("note", True), words


def test_the_doctor_says_that_an_owner_gets_around_everything(role, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://in.use/by-the-tests")
    with as_owner():
        mark, words = told_of_role()
    assert (mark, "is a superuser and" in words, "owns tables and" in words) == ("note", True, True), words


def test_what_is_derived_is_read_and_the_rest_is_written():
    """A new table is one of the three kinds, by the role's own privileges."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, has_table_privilege(%s, oid, 'INSERT'), has_table_privilege(%s, oid, 'UPDATE, DELETE') "
            "FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'",
            [settings.DATABASE_APPLICATION] * 2,
        )
        rights = {name: (added, changed) for name, added, changed in cursor.fetchall()}
    read_only, added_to = kept_tables()
    assert {name for name, may in rights.items() if may == (False, False)} == {*read_only, "django_migrations"}
    assert {name for name, may in rights.items() if may == (True, False)} == set(added_to)


def test_triggers_run_as_the_owner_and_guards_as_whoever_writes():
    guards = {trigger.get_pgid(model) for model, trigger in pgtrigger.registered() if isinstance(trigger, GuardTrigger)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, prosecdef AND proconfig @> ARRAY['search_path=public, pg_temp'] FROM pg_proc "
            "WHERE pronamespace = current_schema()::regnamespace AND prorettype = 'trigger'::regtype "
            "AND proname !~ '^procrastinate_'"
        )
        as_owner_only = {name: bool(safe) for name, safe in cursor.fetchall()}
    assert {name for name, safe in as_owner_only.items() if not safe} == guards


# --- each rule, by a statement that breaks it alone -------------------------------------------------------------------
def copied(table, row, **changed):
    """A statement that adds a row like another one but for what is changed."""
    changes = ", ".join(f"'{name}', {value}" for name, value in {"id": "gen_random_uuid()", **changed}.items())
    return (
        f"INSERT INTO {table} SELECT (jsonb_populate_record(one, jsonb_build_object({changes}))).* "  # noqa: S608
        f"FROM {table} AS one WHERE id = %({row})s"
    )


ENROLLMENT, WAITING, ASSIGNMENT = "enrollments_enrollment", "enrollments_waitlistentry", "batches_instructorassignment"
BREACHES = {
    # 1: Seats never exceed capacity, and the counters equal the rows.
    "a seat more than there are": (
        copied(ENROLLMENT, "seat", student_id="%(newcomer)s"),
        "seats_held_never_exceed_capacity",
    ),
    "fewer seats than are taken": (
        "UPDATE batches_batch SET capacity = 1 WHERE id = %(full)s",
        "seats_held_never_exceed_capacity",
    ),
    # 2: One seat for a student and course, one place in the line, and never both.
    "two seats in a batch": (copied(ENROLLMENT, "school_seat"), "one_current_enrollment_in_a_batch"),
    "two seats in a course": (
        copied(ENROLLMENT, "seat", batch_id="%(beside)s"),
        "one_current_enrollment_in_a_course",
    ),
    "two places in the line": (copied(WAITING, "waiting"), "one_current_waitlist_entry"),
    "a place in the line beside a seat": (
        copied(WAITING, "waiting", student_id="%(seated)s"),
        "nobody_waits_beside_a_seat",
    ),
    "a seat beside a place in the line": (
        copied(ENROLLMENT, "seat", student_id="%(waits)s"),
        "nobody_waits_beside_a_seat",
    ),
    # 3: Nobody and no room is in two places at a time.
    "an instructor in two places": (
        copied(ASSIGNMENT, "lead", batch_id="%(beside)s", role="'assistant'"),
        "instructor_is_in_one_place_at_a_time",
    ),
    "a room in two hands": (
        "UPDATE timetable_scheduleslot SET room_id = %(room)s WHERE meeting_id = %(beside)s",
        "room_holds_one_meeting_at_a_time",
    ),
    # 4: One lead on a day, one mentor.
    "two leads": (copied(ASSIGNMENT, "lead", instructor_id="%(free)s"), "one_lead_on_one_day"),
    "two mentors": (
        copied("allocation_individualassignment", "mentor", instructor_id="%(free)s"),
        "one_current_instructor_for_each_student",
    ),
    # 6: One mark for a learner of a session; late alone has minutes.
    "two marks": (
        copied("attendance_attendancerecord", "mark"),
        "one_record_for_each_learner_of_a_session",
    ),
    "minutes of who was there": (
        "UPDATE attendance_attendancerecord SET status = 'PRESENT', minutes_late = 5 WHERE id = %(mark)s",
        "minutes_late_only_with_late",
    ),
    # 7: A rollover happens once.
    "a rollover executed once more": (
        "UPDATE progression_rolloverrequest SET status = 'pending', decided_at = NULL WHERE id = %(rollover)s",
        "rollover_moves_forward",
    ),
    "a rollover forgotten": (
        "DELETE FROM progression_rolloverrequest WHERE id = %(rollover)s",
        "rollover_moves_forward",
    ),
    "a semester moved by hand": (
        "UPDATE batches_batch SET current_semester = 1 WHERE id = %(year)s",
        "semester_moves_by_rollover_alone",
    ),
    # 9: Rows of one institution never name those of another.
    "a student of another institution": (
        copied(ENROLLMENT, "roomy", student_id="%(student_elsewhere)s"),
        "enrollment_student_belongs_here",
    ),
    "a course of another institution": (
        "UPDATE batches_batch SET course_id = %(course_elsewhere)s WHERE id = %(roomy_batch)s",
        "batch_course_of_same_institution",
    ),
    "an instructor of another institution": (
        copied(ASSIGNMENT, "lead", instructor_id="%(admin_elsewhere)s", role="'assistant'"),
        "teacher_holds_the_role",
    ),
}


@pytest.fixture
def ruled():
    """A full batch with lead, room, line and mark; another of its course at the same hours; a year rolled over."""
    college, other = College(), Campus.found()
    campus = college.campus
    room, lead, course, hours = campus.room(), campus.instructor(), campus.course(), (2, "08:00", "10:00")
    days = {"start_date": DAY, "end_date": date(2028, 12, 29), "course": course}
    full = campus.batch(slots=[slot(*hours, room=room)], capacity=2, **days)
    beside = campus.batch(slots=[slot(*hours)], capacity=5, **days)
    assign_instructor(by=campus.admin, batch=full, instructor=lead, role="lead")
    seats = [campus.enroll(full, enrollment_date=DAY) for _each in range(2)]
    line = join_waitlist(by=campus.admin, student=campus.student(), batch=full)
    session = ClassSession.objects.create(institution=campus.institution, meeting_id=full.pk, date=DAY, is_edited=True)
    fresh = sessions_in_full(campus.admin).get(pk=session.pk)
    mark_register(by=campus.admin, session=fresh, marks=[MarkInput(seats[0].pk, "PRESENT")])
    assign_student(by=campus.admin, student=seats[0].student, instructor=lead)
    roomy = campus.batch(capacity=5)
    school = campus.batch(
        kind="academic", department=college.department, year=2030, course=None, start_date=None, end_date=None
    )
    return {
        "full": full.pk,
        "beside": beside.pk,
        "room": room.pk,
        "seat": seats[0].pk,
        "seated": seats[0].student_id,
        "newcomer": campus.student().pk,
        "waiting": line.pk,
        "waits": line.student_id,
        "lead": InstructorAssignment.objects.get(batch=full).pk,
        "free": campus.instructor().pk,
        "mentor": IndividualAssignment.objects.get().pk,
        "mark": AttendanceRecord.objects.get(enrollment=seats[0]).pk,
        "rollover": college.roll().pk,
        "year": college.batch.pk,
        "school_seat": campus.enroll(school).pk,
        "roomy": campus.enroll(roomy).pk,
        "roomy_batch": roomy.pk,
        "student_elsewhere": other.student().pk,
        "course_elsewhere": other.course().pk,
        "admin_elsewhere": other.instructor().pk,
    }


def test_each_rule_holds_against_a_statement_that_breaks_it_alone(role, ruled):
    told = {}
    for breach, (statement, _rule) in BREACHES.items():
        try:
            with role.transaction(force_rollback=True):
                psycopg.ClientCursor(role).execute(statement, ruled)
                role.execute("SET CONSTRAINTS ALL IMMEDIATE")
            told[breach] = "done"
        except psycopg.IntegrityError as error:
            told[breach] = error.diag.constraint_name
    assert told == {breach: rule for breach, (_statement, rule) in BREACHES.items()}
