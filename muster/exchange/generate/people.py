"""Institutions with their places, courses and people."""

from __future__ import annotations

from muster.accounts.models import User
from muster.allocation.models import IndividualAssignment
from muster.courses.models import Course, Subject
from muster.exchange.generate.rows import insert, run
from muster.institutions.models import Affiliation, Branch, Department, Holiday, Institution, Membership, Room, Term
from muster.notifications.models import Notification
from muster.people.models import AvailabilityWindow, InstructorProfile, InstructorSkill

BRANCHES, DEPARTMENTS = 4, 8
SKILLS = "ARRAY['Python', 'Welding', 'Nursing', 'Bookkeeping', 'Statistics', 'First aid', 'Carpentry', 'English']"
FIRST_NAMES = """ARRAY[
    'Thandi', 'Sipho', 'Lerato', 'Pieter', 'Aisha', 'Ravi', 'Nomsa', 'Johan', 'Zanele', 'Karim', 'Mia', 'David',
    'Precious', 'Lukas', 'Fatima', 'Bongani', 'Elena', 'Samuel', 'Ines', 'Peter', 'Grace', 'Omar', 'Anele', 'Ruth'
]"""
LAST_NAMES = """ARRAY[
    'Dlamini', 'Nkosi', 'Botha', 'Pillay', 'Khumalo', 'Naidoo', 'Molefe', 'Steyn', 'Zungu', 'Abrahams', 'Mokoena',
    'Venter', 'Mahlangu', 'Patel', 'Sithole', 'Fourie', 'Ndlovu', 'Adams', 'Mthembu', 'Jacobs', 'Radebe', 'Smit'
]"""


def write() -> None:
    """The institutions, and who is there."""
    insert(
        Institution, "place", id="id", created_at="founded", updated_at="founded", name="name", slug="slug",
        time_zone="zone", max_mentees="50",
    )  # fmt: skip
    _write_people()
    _write_places()
    _write_courses()
    _write_mentors()
    _tell()


def _id(word: str, number: str) -> str:
    """The id of the numbered branch, room, ... of `place`."""
    return f"pg_temp.made_id(place.founded, concat_ws(' ', '{word}', place.n, {number}))"


def _write_people() -> None:
    run(f"""
        CREATE TEMPORARY TABLE person AS
        SELECT place.n, part.role, k, {_id("person ' || part.role || '", "k")} AS id, place.id AS institution_id,
               place.founded, place.password,
               ({FIRST_NAMES})[1 + mod(pg_temp.chance('first' || part.role || place.n || ' ' || k), 24)] || ' '
               || ({LAST_NAMES})[1 + mod(pg_temp.chance('last' || part.role || place.n || ' ' || k), 22)] AS name
        FROM place
        CROSS JOIN LATERAL (VALUES
            ('admin', 1), ('branch-manager', {BRANCHES}), ('dept-admin', {DEPARTMENTS}), ('regulator', 1),
            ('instructor', place.instructors), ('student', place.students)
        ) AS part(role, number)
        CROSS JOIN LATERAL generate_series(1, part.number) AS k
    """)
    run("CREATE INDEX ON person (n, role, k)")
    run("CREATE INDEX ON person (institution_id) WHERE role = 'admin'")
    run("ANALYZE person")
    moments = {"created_at": "person.founded", "updated_at": "person.founded"}
    # The first of each role can sign in.
    insert(
        User, "person JOIN place USING (n)", id="person.id", **moments, full_name="person.name",
        given_name="split_part(person.name, ' ', 1)",
        family_name="substr(person.name, strpos(person.name || ' ', ' ') + 1)",
        email="person.role || person.k || '@' || place.slug || '.example'", is_active="TRUE",
        home="person.institution_id", accepted_at="CASE WHEN k = 1 THEN person.founded END",
        password="CASE WHEN k = 1 THEN person.password ELSE '!' END",  # noqa: S106
    )  # fmt: skip
    insert(
        Affiliation, "person", id=_of_person("affiliation"), **moments, institution_id="institution_id", user_id="id",
        student_number="CASE WHEN role = 'student' THEN 'S' || lpad(k::text, 6, '0') ELSE '' END",
        staff_number="CASE WHEN role = 'instructor' THEN 'T' || lpad(k::text, 4, '0') ELSE '' END",
    )  # fmt: skip
    insert(
        Membership, "person JOIN place USING (n)", id=_of_person("membership"), **moments,
        institution_id="institution_id", user_id="person.id",
        role="CASE WHEN role = 'student' AND mod(k, 50) = 0 THEN 'corporate-student' ELSE role END",
        branch_id=f"CASE WHEN role = 'branch-manager' THEN {_id('branch', 'k')} END",
        department_id=f"CASE WHEN role = 'dept-admin' THEN {_id('department', 'k')} END",
    )  # fmt: skip
    staff = "role = 'instructor'"
    profile = _of_person("profile")
    insert(
        InstructorProfile, f"person WHERE {staff}", id=profile, **moments, institution_id="institution_id",
        user_id="id", languages="ARRAY['English']",
    )  # fmt: skip
    insert(
        InstructorSkill, f"person CROSS JOIN generate_series(0, 2) AS skill WHERE {staff}",
        id=_of_person("skill ' || skill || '"), **moments, institution_id="institution_id", profile_id=profile,
        skill=f"({SKILLS})[1 + mod(k + skill, 8)]", level="1 + mod(k + skill, 5)",
    )  # fmt: skip
    # Every third says when.
    insert(
        AvailabilityWindow, f"person CROSS JOIN generate_series(1, 6) AS day WHERE {staff} AND mod(k, 3) = 0",
        id=_of_person("window ' || day || '"), **moments, institution_id="institution_id", profile_id=profile,
        weekday="day", start_time="'08:00'::time", end_time="'19:00'::time",
    )  # fmt: skip


def _of_person(word: str) -> str:
    return f"pg_temp.made_id(person.founded, '{word}' || person.id)"


def _write_places() -> None:
    def series(number: object) -> str:
        return f"place CROSS JOIN LATERAL generate_series(1, {number}) AS k"

    here = {"created_at": "place.founded", "updated_at": "place.founded", "institution_id": "place.id"}
    insert(Branch, series(BRANCHES), id=_id("branch", "k"), **here, name="'Campus ' || k", code="'CA' || k")
    insert(
        Department, series(DEPARTMENTS), id=_id("department", "k"), **here, name="'Department ' || k",
        short_code="'DP' || k",
    )  # fmt: skip
    insert(
        Room, series("place.instructors"), id=_id("room", "k"), **here, name="'Room ' || k", seats="70",
        branch_id=_id("branch", f"1 + mod(k, {BRANCHES})"),
    )  # fmt: skip
    insert(
        Holiday, series(8), id=_id("holiday", "k"), **here, name="'Holiday ' || k",
        start_date="place.monday - 500 + 80 * k", end_date="place.monday - 499 + 80 * k",
    )  # fmt: skip
    insert(
        Term, series(6), id=_id("term", "k"), **here, name="'Term ' || k", school_year="2020 + k",
        start_date="place.monday - 700 + 140 * k", end_date="place.monday - 561 + 140 * k",
    )  # fmt: skip


def _write_courses() -> None:
    here = {"created_at": "place.founded", "updated_at": "place.founded", "institution_id": "place.id"}
    courses = "place CROSS JOIN LATERAL generate_series(1, place.courses) AS k"
    insert(
        Course, courses, id=_id("course", "k"), **here, title=f"({SKILLS})[1 + mod(k, 8)] || ' ' || k",
        code="'C' || lpad(k::text, 3, '0')", department_id=_id("department", f"1 + mod(k, {DEPARTMENTS})"),
        required_skills=f"ARRAY[({SKILLS})[1 + mod(k, 8)]]", language="'English'", default_capacity="64",
    )  # fmt: skip
    insert(
        Subject, f"{courses} CROSS JOIN generate_series(1, 3) AS part", id=_id("subject", "k || '.' || part"), **here,
        course_id=_id("course", "k"), code="'P' || part", title="'Part ' || part", semester="part",
    )  # fmt: skip


def _write_mentors() -> None:
    """Twenty mentees for each instructor, and as many that they had before."""
    insert(
        IndividualAssignment,
        """person
        JOIN place USING (n)
        CROSS JOIN generate_series(0, 1) AS ended
JOIN person AS mentor ON mentor.n = person.n AND mentor.role = 'instructor'
            AND mentor.k = 1 + mod(person.k + ended, place.instructors)
        WHERE person.role = 'student' AND person.k <= 20 * place.instructors""",
        id=_of_person("mentor ' || ended || '"),
        created_at="place.founded", updated_at="place.founded", institution_id="person.institution_id",
        student_id="person.id", instructor_id="mentor.id",
        assigned_at="place.founded + (2 - ended) * interval '100 days'",
        ended_at="CASE WHEN ended = 1 THEN place.founded + interval '150 days' END",
    )  # fmt: skip


def _tell() -> None:
    """Forty notifications for everybody who works there, the older ones read."""
    insert(
        Notification, "person JOIN place USING (n) CROSS JOIN generate_series(1, 40) AS day WHERE role <> 'student'",
        id="pg_temp.made_id(place.today - day * interval '1 day', 'told ' || person.id)",
        created_at="place.today - day * interval '1 day'", updated_at="place.today - day * interval '1 day'",
        institution_id="institution_id", user_id="person.id", kind="'batch_assigned'",
        title="'Told ' || day || ' days ago'", in_app="TRUE",
        read_at="CASE WHEN day > 5 THEN place.today - day * interval '1 day' END",
    )  # fmt: skip
