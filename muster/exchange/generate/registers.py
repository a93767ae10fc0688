"""Enrollments, and the marks of every register that was taken."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection

from muster.attendance.models import AbsenceNotice, AttendanceRecord, BatchTally, MarkEntry
from muster.enrollments.models import Enrollment, Payment, SeatPeriod
from muster.exchange.generate.rows import insert, run

# So many days of registers are written at a time, so that what is sorted and joined stays in memory.
DAYS_AT_ONCE = 28


def write_enrollments() -> None:
    """Who is in which batch, from when until when; students take their turns, so nobody is in one twice."""
    run("""
        CREATE TEMPORARY TABLE learner AS
        SELECT class.id AS batch_id, class.institution_id, class.course_id, class.lead_id, class.archived_at,
               class.today, class.end_date, enrolled.*, person.id AS student_id,
               pg_temp.made_id(enrolled.from_date, 'enrollment ' || class.id || ' ' || enrolled.place) AS id,
               CASE
                   WHEN enrolled.left_on < class.today THEN 'cancelled'
                   WHEN class.status = 'Completed' THEN 'completed'
                   WHEN class.status = 'Active' AND enrolled.number BETWEEN 970 AND 989 THEN 'on_hold'
                   ELSE 'active'
               END AS status
        FROM class
        CROSS JOIN LATERAL generate_series(0, class.size - 1) AS turn
        CROSS JOIN LATERAL (
            SELECT turn AS place, pg_temp.chance('learner ' || class.id || ' ' || turn) AS number,
                   class.start_date - 20 + mod(turn, 20) AS from_date
        ) AS enrolling
        CROSS JOIN LATERAL (
            SELECT enrolling.*,
                   CASE WHEN enrolling.number < 50 THEN class.start_date + 5 + enrolling.number END AS left_on
        ) AS enrolled
        JOIN person ON person.n = class.n AND person.role = 'student'
            AND person.k = 1 + mod(class.first + enrolled.place, class.students);
        ALTER TABLE learner ADD until_date date;
        UPDATE learner SET until_date = CASE status
            WHEN 'cancelled' THEN left_on - 1
            WHEN 'completed' THEN end_date
            WHEN 'on_hold' THEN greatest(today - 8, from_date)
        END;
        CREATE INDEX ON learner (batch_id);
        ANALYZE learner;
    """)
    started = "learner.from_date::timestamptz"
    over = "(learner.until_date + 1)::timestamptz"
    insert(
        Enrollment, "learner", id="id", created_at=started, updated_at=f"coalesce({over}, {started})",
        institution_id="institution_id", student_id="student_id", course_id="course_id", batch_id="batch_id",
        status="status", enrollment_date="from_date", frozen="archived_at IS NOT NULL",
        completed_at=f"CASE WHEN status = 'completed' THEN {over} END",
        cancelled_at=f"CASE WHEN status = 'cancelled' THEN {over} END",
    )  # fmt: skip
    insert(
        SeatPeriod, "learner ORDER BY from_date, id", institution_id="institution_id", enrollment_id="id",
        batch_id="batch_id", from_date="from_date", until_date="until_date",
    )  # fmt: skip
    insert(
        Payment, "learner WHERE mod(place, 4) = 0", id="pg_temp.made_id(from_date, 'payment ' || id)",
        created_at=started, updated_at=started, institution_id="institution_id", enrollment_id="id",
        amount="2500", currency="'ZAR'", status="'completed'", transaction_id="'T-' || id",
        receipt_number="row_number() OVER (ORDER BY from_date, id)", completed_at=started,
    )  # fmt: skip
    run("""
        UPDATE batches_batch AS batch
        SET enrolled_students = seated.number,
            attended_count = CASE WHEN batch.status = 'Completed' THEN seated.stayed END
        FROM (
            SELECT batch_id, count(*) FILTER (WHERE status IN ('active', 'on_hold')) AS number,
                   count(*) FILTER (WHERE status = 'completed') AS stayed
            FROM learner GROUP BY batch_id
        ) AS seated
        WHERE seated.batch_id = batch.id
    """)
    insert(
        AbsenceNotice, "learner WHERE number BETWEEN 500 AND 519", id="pg_temp.made_id(from_date, 'absence ' || id)",
        created_at="(from_date + 40)::timestamptz", updated_at="(from_date + 40)::timestamptz",
        institution_id="institution_id", student_id="student_id", enrollment_id="id", first_date="from_date + 41",
        last_date="from_date + 43", reason="'Ill'", announced_by_id="student_id",
    )  # fmt: skip
    run("ANALYZE enrollments_enrollment, enrollments_seatperiod")


def write_marks() -> None:
    """Every register that was held, with its log and its tallies."""
    run("""
        CREATE TEMPORARY TABLE register AS
        SELECT session.id, session.institution_id, session.meeting_id, session.date, class.lead_id,
               lead.name AS lead_name,
               (session.date + session.start_time) AT TIME ZONE class.zone + interval '10 minutes' AS at
        FROM timetable_classsession AS session
        JOIN class ON class.id = session.meeting_id
        JOIN person AS lead ON lead.id = class.lead_id
        WHERE session.status = 'held'
        ORDER BY session.date, at, session.id;
        CREATE INDEX ON register (date);
        ANALYZE register;
    """)
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(date), max(date) FROM register")
        first, last = cursor.fetchone()
    while first <= last:
        end = first + timedelta(days=DAYS_AT_ONCE)
        _write_some(first, end)
        first = end
    run("ANALYZE attendance_attendancerecord")
    insert(
        BatchTally,
        """(
            SELECT session_id, institution_id, batch_id, count(*) FILTER (WHERE status = 'PRESENT') AS present,
                   count(*) FILTER (WHERE status = 'ABSENT') AS absent, count(*) FILTER (WHERE status = 'LATE') AS late,
                   count(*) FILTER (WHERE status = 'EXCUSED') AS excused
            FROM (
                SELECT record.session_id, record.institution_id, register.meeting_id AS batch_id, record.status
                FROM attendance_attendancerecord AS record JOIN register ON register.id = record.session_id
            ) AS marks
            GROUP BY session_id, institution_id, batch_id
        ) AS counted""",
        **{name: name for name in ("session_id", "institution_id", "batch_id", "present", "absent", "late", "excused")},
    )
    run("DROP TABLE register")


def _write_some(start: date, end: date) -> None:
    """The marks of some days. A tenth say when the marker's own clock says they were made, as a page does."""
    chosen = f"""(
        SELECT register.*, learner.id AS enrollment_id, mod(
            abs(hashtextextended(register.id::text, learner.number * 1000 + learner.place) / 2), 1000
        ) AS number
        FROM register
        JOIN learner ON learner.batch_id = register.meeting_id AND learner.from_date <= register.date
            AND (learner.until_date IS NULL OR learner.until_date >= register.date)
        WHERE register.date >= '{start}' AND register.date < '{end}'
    ) AS mark"""
    status = """CASE WHEN number < 820 THEN 'PRESENT' WHEN number < 900 THEN 'LATE'
        WHEN number < 970 THEN 'ABSENT' ELSE 'EXCUSED' END"""
    said = {
        "institution_id": "institution_id", "session_id": "id", "enrollment_id": "enrollment_id", "record_date": "date",
        "status": status, "minutes_late": "CASE WHEN number BETWEEN 820 AND 899 THEN 5 + mod(number, 20) END",
        "marked_by_id": "lead_id", "marked_at": "at",
        "said_at": "CASE WHEN mod(extract(doy FROM date)::integer, 10) = 0 THEN at END",
    }  # fmt: skip
    insert(
        AttendanceRecord, chosen, id="pg_temp.made_id(at, enrollment_id::text)", created_at="at", updated_at="at",
        **said,
    )  # fmt: skip
    insert(
        MarkEntry, chosen, **said, received_at="at", stood="TRUE",
        context="""jsonb_build_object(
            'request', id, 'use_case', 'mark_register', 'by', lead_id, 'by_name', lead_name
        )""",
    )  # fmt: skip
