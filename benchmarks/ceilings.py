"""The least SQL that could do the same work, for pgbench: bare tables, integer keys, no triggers, one statement each.

What the product keeps for its users stays part of the work: the seat, the uniqueness, the period, the history.
"""

from __future__ import annotations

from benchmarks.data import BATCHES, CLASSES, LEARNERS, OPEN_BATCHES
from benchmarks.environment import Environment

# So many that hardly a pair of student and batch comes twice: a refused one writes nothing, and would count as work.
STUDENTS = 400_000
# As many that hardly a register is saved twice: to change rows that are there costs less than half of adding them.
SESSIONS = 400_000

TABLES = f"""
CREATE SCHEMA ceiling;
CREATE TABLE ceiling.student (id bigint PRIMARY KEY);
INSERT INTO ceiling.student SELECT generate_series(1, {STUDENTS});
CREATE TABLE ceiling.batch (id bigint PRIMARY KEY, course bigint NOT NULL, capacity int NOT NULL, held int NOT NULL,
                            CHECK (held <= capacity));
INSERT INTO ceiling.batch SELECT n, n, 10000000, 0 FROM generate_series(1, {OPEN_BATCHES}) n;
CREATE TABLE ceiling.enrollment (id bigserial PRIMARY KEY, student bigint NOT NULL REFERENCES ceiling.student,
                                 batch bigint NOT NULL REFERENCES ceiling.batch, course bigint NOT NULL,
                                 status text NOT NULL DEFAULT 'active', enrolled_on date NOT NULL DEFAULT current_date);
CREATE UNIQUE INDEX ON ceiling.enrollment (student, course) WHERE status = 'active';
CREATE INDEX ON ceiling.enrollment (batch, status);
CREATE TABLE ceiling.place (id bigserial PRIMARY KEY, student bigint NOT NULL, batch bigint NOT NULL,
                            UNIQUE (student, batch));
CREATE TABLE ceiling.seat_period (id bigserial PRIMARY KEY, enrollment bigint NOT NULL, batch bigint NOT NULL,
                                  from_date date NOT NULL, until_date date);
CREATE UNIQUE INDEX ON ceiling.seat_period (enrollment) WHERE until_date IS NULL;
CREATE TABLE ceiling.history (id bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), who bigint NOT NULL,
                              use_case text NOT NULL, enrollment bigint NOT NULL, student bigint, batch bigint,
                              status text);
CREATE TABLE ceiling.slot (id bigserial PRIMARY KEY, batch bigint NOT NULL, weekday int, starts time, ends time,
                           room bigint);
CREATE TABLE ceiling.booking (id bigserial PRIMARY KEY, slot bigint NOT NULL, room bigint, period tstzrange NOT NULL,
                              EXCLUDE USING gist (int8range(room, room, '[]') WITH &&, period WITH &&));
CREATE TABLE ceiling.session (id bigint PRIMARY KEY, class bigint NOT NULL, held_on date NOT NULL,
                              locked boolean NOT NULL);
INSERT INTO ceiling.session
SELECT n, n % {CLASSES}, current_date, false FROM generate_series(1, {SESSIONS}) n;
CREATE TABLE ceiling.learner (id bigint PRIMARY KEY, class bigint NOT NULL);
INSERT INTO ceiling.learner SELECT n, n % {CLASSES} FROM generate_series(1, {CLASSES * LEARNERS}) n;
CREATE INDEX ON ceiling.learner (class);
CREATE TABLE ceiling.record (id bigserial PRIMARY KEY, session bigint NOT NULL REFERENCES ceiling.session,
                             learner bigint NOT NULL REFERENCES ceiling.learner, status text NOT NULL,
                             marked_by bigint NOT NULL, marked_at timestamptz NOT NULL, UNIQUE (session, learner));
CREATE TABLE ceiling.mark (id bigserial PRIMARY KEY, session bigint NOT NULL, learner bigint NOT NULL,
                           status text NOT NULL, marked_by bigint NOT NULL, marked_at timestamptz NOT NULL);
"""

ENROLL = f"""
\\set student random(1, {STUDENTS})
\\set batch random(1, {OPEN_BATCHES})
WITH seat AS (
    UPDATE ceiling.batch SET held = held + 1
    WHERE id = :batch AND held < capacity
      AND NOT EXISTS (SELECT FROM ceiling.enrollment e
                      WHERE e.student = :student AND e.course = :batch AND e.status = 'active')
    RETURNING id, course
), enrolled AS (
    INSERT INTO ceiling.enrollment (student, batch, course) SELECT :student, id, course FROM seat
    ON CONFLICT DO NOTHING RETURNING id, student, batch, status
), period AS (
    INSERT INTO ceiling.seat_period (enrollment, batch, from_date) SELECT id, batch, current_date FROM enrolled
)
INSERT INTO ceiling.history (who, use_case, enrollment, student, batch, status)
SELECT 1, 'enroll', id, student, batch, status FROM enrolled;
"""

# `:batch` and `:first` are given; every client is another student.
RUSH = """
\\set student :first + :client_id
WITH seat AS (
    UPDATE ceiling.batch SET held = held + 1 WHERE id = :batch AND held < capacity RETURNING id, course
), enrolled AS (
    INSERT INTO ceiling.enrollment (student, batch, course) SELECT :student, id, course FROM seat
    ON CONFLICT DO NOTHING RETURNING id, student, batch, status
), period AS (
    INSERT INTO ceiling.seat_period (enrollment, batch, from_date) SELECT id, batch, current_date FROM enrolled
)
INSERT INTO ceiling.history (who, use_case, enrollment, student, batch, status)
SELECT 1, 'enroll', id, student, batch, status FROM enrolled;
"""

# The same, and whoever finds no seat stands in line.
WAITING_RUSH = """
\\set student :client_id + random(1, 1000000000)
WITH seat AS (
    UPDATE ceiling.batch SET held = held + 1 WHERE id = :batch AND held < capacity RETURNING id, course
), enrolled AS (
    INSERT INTO ceiling.enrollment (student, batch, course) SELECT 1 + :client_id, id, nextval('ceiling.slot_id_seq')
    FROM seat RETURNING id, student, batch, status
), period AS (
    INSERT INTO ceiling.seat_period (enrollment, batch, from_date) SELECT id, batch, current_date FROM enrolled
), waits AS (
    INSERT INTO ceiling.place (student, batch) SELECT :student, :batch WHERE NOT EXISTS (SELECT FROM seat)
    RETURNING id, student, batch
)
INSERT INTO ceiling.history (who, use_case, enrollment, student, batch, status)
SELECT 1, 'enroll', id, student, batch, status FROM enrolled
UNION ALL SELECT 1, 'wait', id, student, batch, 'waiting' FROM waits;
"""

# What the list holds of each batch: its columns, three names, the lead, the week. From the product's own tables.
LIST = """
SELECT b.id, b.name, b.code, b.kind, b.course_id, c.title, b.branch_id, br.name, b.department_id, d.name, b.year,
       b.status, b.start_date, b.end_date, b.capacity, b.waitlist_capacity, b.enrolled_students, b.seats_offered,
       b.notes, b.archived_at, b.version, b.created_at, b.updated_at, lead.id, lead.full_name, lead.email, week.slots
FROM batches_batch b
LEFT JOIN courses_course c ON c.id = b.course_id
LEFT JOIN institutions_branch br ON br.id = b.branch_id
LEFT JOIN institutions_department d ON d.id = b.department_id
LEFT JOIN LATERAL (
    SELECT u.id, u.full_name, u.email FROM batches_instructorassignment a JOIN accounts_user u ON u.id = a.instructor_id
    WHERE a.batch_id = b.id AND a.role = 'lead' AND (a.until_date IS NULL OR a.until_date >= current_date)
    ORDER BY a.from_date LIMIT 1
) lead ON true
LEFT JOIN LATERAL (
    SELECT array_agg(ROW(s.weekday, s.start_time, s.end_time, r.id, r.name)) AS slots
    FROM timetable_scheduleslot s LEFT JOIN institutions_room r ON r.id = s.room_id WHERE s.meeting_id = b.id
) week ON true
WHERE b.institution_id = '{institution}' AND b.deleted_at IS NULL
ORDER BY b.start_date, b.name, b.id;
"""

# A batch with three slots in a room of its own, booked for seventeen weeks.
OPEN = """
\\set room random(1, 1000000000)
WITH made AS (
    INSERT INTO ceiling.batch (id, course, capacity, held)
    VALUES (1000000 + nextval('ceiling.slot_id_seq'), 1, 30, 0) RETURNING id
), meeting AS (
    INSERT INTO ceiling.slot (batch, weekday, starts, ends, room)
    SELECT made.id, day, '09:00', '10:30', :room FROM made, generate_series(1, 3) day RETURNING id, weekday
), booked AS (
    INSERT INTO ceiling.booking (slot, room, period)
    SELECT meeting.id, :room, tstzrange(start, start + interval '90 minutes')
    FROM meeting, generate_series(0, 16) week,
         LATERAL (SELECT date_trunc('week', now()) + make_interval(0, 0, week, weekday, 9) AS start) at
)
INSERT INTO ceiling.history (who, use_case, enrollment, batch) SELECT 1, 'open', id, id FROM made;
"""


# A register saved: its session held, forty records written or changed, each of them in the log.
MARK = f"""
\\set session random(1, {SESSIONS})
\\set turn random(0, 1)
WITH held AS (
    SELECT id, class FROM ceiling.session WHERE id = :session AND NOT locked FOR SHARE
), marked AS (
    INSERT INTO ceiling.record (session, learner, status, marked_by, marked_at)
    SELECT held.id, learner.id, CASE WHEN (learner.id + :turn) % 2 = 0 THEN 'PRESENT' ELSE 'ABSENT' END, 1, now()
    FROM held JOIN ceiling.learner ON learner.class = held.class
    ON CONFLICT (session, learner) DO UPDATE SET status = excluded.status, marked_at = excluded.marked_at
    RETURNING session, learner, status, marked_by, marked_at
)
INSERT INTO ceiling.mark (session, learner, status, marked_by, marked_at) SELECT * FROM marked;
"""

# What a register holds of a session and each learner, the last five sessions among it. From the product's own tables.
REGISTER = """
WITH class AS (SELECT * FROM timetable_classsession WHERE id = '{session}'), earlier AS (
    SELECT id, date FROM timetable_classsession WHERE meeting_id = (SELECT meeting_id FROM class) AND status = 'held'
    AND date < (SELECT date FROM class) ORDER BY date DESC LIMIT 5
)
SELECT class.id, class.date, class.start_time, class.end_time, class.session_type, class.location, class.notes,
       class.status, class.is_locked, class.locked_at, class.locked_by_id, period.enrollment_id, person.id,
       person.full_name, person.email, affiliation.student_number, record.id, record.status, record.minutes_late,
       record.notes, record.marked_at, marker.full_name, (
           SELECT string_agg(left(coalesce(before.status, '-'), 1), '' ORDER BY earlier.date)
           FROM earlier LEFT JOIN attendance_attendancerecord before
           ON before.session_id = earlier.id AND before.enrollment_id = period.enrollment_id
       )
FROM class
JOIN enrollments_seatperiod period ON period.batch_id = class.meeting_id AND period.from_date <= class.date
    AND (period.until_date IS NULL OR period.until_date >= class.date)
JOIN enrollments_enrollment enrollment ON enrollment.id = period.enrollment_id
JOIN accounts_user person ON person.id = enrollment.student_id
LEFT JOIN institutions_affiliation affiliation
    ON affiliation.user_id = person.id AND affiliation.institution_id = enrollment.institution_id
LEFT JOIN attendance_attendancerecord record ON record.session_id = class.id AND record.enrollment_id = enrollment.id
LEFT JOIN accounts_user marker ON marker.id = record.marked_by_id
ORDER BY person.full_name;
"""


def prepare(place: Environment) -> None:
    """Make the bare tables."""
    for statement in TABLES.split(";\n"):
        if statement.strip():
            place.sql(statement)


def rows_match(place: Environment, institution: object) -> bool:
    """Whether the list of the ceiling holds what the product's list holds."""
    return len(place.sql(LIST.format(institution=institution))) == BATCHES
