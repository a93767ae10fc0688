"""What is measured on: three institutions, filled by rules where that is quick, by rows in bulk where it is not."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.utils import timezone

from muster.accounts.models import User
from muster.attendance.models import AttendanceRecord
from muster.batches.models import Batch
from muster.batches.queries import DAYS
from muster.batches.rules import BatchInput, SlotInput, open_batch
from muster.core.ownership import as_owner
from muster.courses.models import Course
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation, ApiToken, Branch, Department, Membership, Role, Room
from muster.institutions.rules import found_institution
from muster.institutions.sign_in import digest_of
from muster.timetable.models import ClassSession
from muster.web.institutions.sign_in import SESSION_KEY as INSTITUTION_KEY

BATCHES, STUDENTS_EACH = 160, 35
OPEN_BATCHES, NEWCOMERS = 64, 5000
TIMETABLES = 500
RUSHERS = 1000
# Registers: classes of forty, each with so many sessions that hardly one is saved twice, the first of which are marked.
CLASSES, LEARNERS, SESSIONS_EACH, MARKED_EACH = 16, 40, 256, 40


@dataclass
class Campus:
    """An institution of the benchmark, its administrator, and what its clients send."""

    admin: Actor
    token: str

    @property
    def institution(self) -> Any:
        return self.admin.institution

    @property
    def bearer(self) -> dict[str, str]:
        """The headers of a program that works for the administrator."""
        return {"Authorization": f"Bearer {self.token}"}

    def browser(self) -> dict[str, str]:
        """The headers of a browser in which the administrator is signed in."""
        user = self.admin.user
        assert user is not None
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session[INSTITUTION_KEY] = str(self.institution.pk)
        session.create()
        return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}"}


def founded(name: str) -> Campus:
    """An institution with an administrator and a token."""
    word = name.lower()
    admin = found_institution(
        name=name, admin_email=f"admin@{word}.example", admin_password="correct-horse-battery", admin_name="Ada Admin"
    )
    assert admin.user is not None
    return Campus(admin, tokens_of(admin.institution, [admin.user])[0])


def tokens_of(institution: Any, people: list[User]) -> list[str]:
    """A token each. Used a moment ago, as those of people who have been reading before they act."""
    secrets = [f"muster_{person.pk.hex}" for person in people]
    ApiToken.objects.bulk_create(
        ApiToken(
            institution=institution,
            user=person,
            name="Benchmark",
            digest=digest_of(secret),
            last_used_at=timezone.now() + timedelta(days=1),
            addresses=["127.0.0.1"],
        )
        for person, secret in zip(people, secrets, strict=True)
    )
    return secrets


def people(campus: Campus, role: str, count: int, word: str) -> list[User]:
    """Active people with a role."""
    made = User.objects.bulk_create(
        User(
            full_name=f"{word.title()} {number:05d}",
            email=f"{word}{number}@{campus.institution.slug}.example",
            password="!",
            home=campus.institution.pk,
        )
        for number in range(count)
    )
    Affiliation.objects.bulk_create(Affiliation(institution=campus.institution, user=person) for person in made)
    Membership.objects.bulk_create(
        Membership(institution=campus.institution, user=person, role=role) for person in made
    )
    return made


@dataclass
class Places:
    """Where and what is taught."""

    branches: list[Branch]
    departments: list[Department]
    rooms: list[Room]
    courses: list[Course]

    @classmethod
    def of(cls, campus: Campus, *, rooms: int, courses: int) -> Places:
        own = {"institution": campus.institution}
        branches = [Branch.objects.create(**own, name=f"Branch {n}", code=f"B{n}") for n in range(4)]
        departments = [Department.objects.create(**own, name=f"Department {n}", short_code=f"D{n}") for n in range(8)]
        return cls(
            branches,
            departments,
            [Room.objects.create(**own, branch=branches[n % 4], name=f"Room {n}", seats=60) for n in range(rooms)],
            [
                Course.objects.create(**own, title=f"Course {n}", code=f"C{n:03d}", department=departments[n % 8])
                for n in range(courses)
            ],
        )

    @staticmethod
    def rooms_of(campus: Campus, branch: Branch, count: int) -> list[Room]:
        """As many rooms more."""
        return Room.objects.bulk_create(
            Room(institution=campus.institution, branch=branch, name=f"Hall {number}") for number in range(count)
        )


def open_batches(
    campus: Campus, places: Places, *, count: int, capacity: int, instructors: list[User], slots: int = 0
) -> list[Batch]:
    """Batches by the rule, staffed; the hours are dealt out so that nobody is needed twice."""
    hours = [(weekday, hour) for weekday in range(1, 7) for hour in range(8, 20)]
    today = campus.admin.today()
    made = []
    for number in range(count):
        dealt = range(number * slots, (number + 1) * slots)
        taken = [(hours[n % len(hours)], n // len(hours)) for n in dealt]
        lead = instructors[(number * slots // len(hours)) % len(instructors)] if instructors else None
        made.append(
            open_batch(
                by=campus.admin,
                fields=BatchInput(
                    name=f"Batch {number:03d}",
                    course=places.courses[number % len(places.courses)],
                    branch=places.branches[number % 4],
                    department=places.departments[number % 8],
                    start_date=today - timedelta(days=30),
                    end_date=today + timedelta(days=90),
                    capacity=capacity,
                    lead=lead,
                    slots=[
                        SlotInput(weekday, time(hour), time(hour, 55), places.rooms[turn % len(places.rooms)])
                        for (weekday, hour), turn in taken
                    ],
                ),
            )
        )
    return made


def enroll_all(batch: Batch, students: list[User]) -> None:
    """Give all of them a seat, by rows; the database counts the seats and keeps the rest as it does for the rule."""
    Enrollment.objects.bulk_create(
        Enrollment(
            institution_id=batch.institution_id,
            student=student,
            batch=batch,
            course_id=batch.course_id,
            enrollment_date=date(2026, 1, 5),
        )
        for student in students
    )


@dataclass
class School:
    """Classes with registers, some marked and some not."""

    campus: Campus
    batches: list[Batch]
    # Enrollments of each batch.
    learners: dict[UUID, list[UUID]]
    marked: list[ClassSession]
    unmarked: list[ClassSession]

    @classmethod
    def made(cls) -> School:
        """Classes of forty, with sessions that book nobody."""
        campus = founded("Lyceum")
        places = Places.of(campus, rooms=1, courses=CLASSES)
        teachers = people(campus, Role.INSTRUCTOR, 4, "teacher")
        students = people(campus, Role.STUDENT, CLASSES * LEARNERS, "student")
        batches = open_batches(campus, places, count=CLASSES, capacity=LEARNERS, instructors=teachers)
        for number, batch in enumerate(batches):
            enroll_all(batch, students[number * LEARNERS : (number + 1) * LEARNERS])
        learners: dict[UUID, list[UUID]] = {batch.pk: [] for batch in batches}
        for pk, batch_id in Enrollment.objects.filter(batch__in=batches).values_list("pk", "batch_id"):
            learners[batch_id].append(pk)
        first = campus.admin.today() - timedelta(days=MARKED_EACH)
        sessions = ClassSession.objects.bulk_create(
            ClassSession(
                institution=campus.institution,
                meeting_id=batch.pk,
                # Nobody is marked before the day: those to be marked are all of today.
                date=first + timedelta(days=min(number, MARKED_EACH)),
                is_edited=True,
            )
            for batch in batches
            for number in range(SESSIONS_EACH)
        )
        marked = [session for session in sessions if session.date < campus.admin.today()]
        chance = random.Random(1)
        AttendanceRecord.objects.bulk_create(
            (
                AttendanceRecord(
                    institution=campus.institution,
                    enrollment_id=learner,
                    session=session,
                    record_date=session.date,
                    status=chance.choice(("PRESENT", "PRESENT", "PRESENT", "ABSENT")),
                    marked_at=timezone.now(),
                )
                for session in marked
                for learner in learners[session.meeting_id]
            ),
            batch_size=4000,
        )
        # The first class is left as it is, to be read.
        unmarked = [one for one in sessions if one.date >= campus.admin.today() and one.meeting_id != batches[0].pk]
        return cls(campus, batches, learners, marked, unmarked)


@dataclass
class Data:
    """All of it."""

    college: Campus
    """160 batches with 35 students in each: what lists are measured on."""
    academy: Campus
    """Batches with many seats, and newcomers: what enrolling is measured on."""
    halls: Places
    newcomers: list[User]
    open_batches: list[Batch]
    rushers: list[User]
    """Newcomers with tokens of their own, who all want the same seats."""
    rusher_tokens: list[str]
    polytechnic: Campus
    polytechnic_places: Places
    """500 batches with timetables: what clashes are looked for in."""
    timetable: dict[str, Any]
    """A question that clashes with some of them."""
    school: School
    """Registers to be read and saved."""

    @classmethod
    def made(cls) -> Data:
        college = founded("College")
        places = Places.of(college, rooms=30, courses=40)
        instructors = people(college, Role.INSTRUCTOR, 40, "teacher")
        students = people(college, Role.STUDENT, BATCHES * STUDENTS_EACH, "student")
        batches = open_batches(college, places, count=BATCHES, capacity=40, instructors=instructors, slots=2)
        for number, batch in enumerate(batches):
            enroll_all(batch, students[number * STUDENTS_EACH : (number + 1) * STUDENTS_EACH])

        academy = founded("Academy")
        halls = Places.of(academy, rooms=1, courses=OPEN_BATCHES)
        newcomers = people(academy, Role.STUDENT, NEWCOMERS, "newcomer")
        rushers = people(academy, Role.STUDENT, RUSHERS, "rusher")

        polytechnic = founded("Polytechnic")
        rooms = Places.of(polytechnic, rooms=40, courses=80)
        teachers = people(polytechnic, Role.INSTRUCTOR, 60, "teacher")
        booked = open_batches(polytechnic, rooms, count=TIMETABLES, capacity=30, instructors=teachers, slots=3)
        slots = [slot for batch in booked[:4] for slot in batch.slots.order_by("weekday", "start_time")]
        today = polytechnic.admin.today()
        timetable = {
            "assigned_instructor": str(teachers[0].pk),
            "course_id": str(rooms.courses[0].pk),
            "branch_id": str(rooms.branches[0].pk),
            "start_date": today.isoformat(),
            "end_date": (today + timedelta(days=120)).isoformat(),
            "schedule": [
                {
                    "day": DAYS[slot.weekday],
                    "start_time": f"{slot.start_time:%H:%M}",
                    "end_time": f"{slot.end_time:%H:%M}",
                    "room": str(slot.room_id),
                }
                for slot in slots[:6]
            ],
        }
        school = School.made()
        # Only an owner may: else every statement is planned for the empty tables that these were.
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        return cls(
            college,
            academy,
            halls,
            newcomers,
            open_batches(academy, halls, count=OPEN_BATCHES, capacity=100_000, instructors=[]),
            rushers,
            tokens_of(academy.institution, rushers),
            polytechnic,
            rooms,
            timetable,
            school,
        )
