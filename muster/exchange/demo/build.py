"""Building the demonstration. Everything goes through the rules, so it can only hold what the product allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from muster.accounts.models import User
from muster.allocation.rules import Wish, assign_many
from muster.batches.errors import ScheduleConflict
from muster.batches.models import Batch
from muster.batches.rules import (
    BatchInput,
    SessionInput,
    SlotInput,
    add_session,
    archive_batch,
    assign_instructor,
    cancel_session,
    change_session,
    open_batch,
    share_meeting,
)
from muster.core.database import atomic
from muster.courses.models import Course
from muster.courses.resources import BANDS, COMPONENTS, COURSES, SCHEMES, SUBJECTS
from muster.enrollments.models import Enrollment
from muster.enrollments.rules import PaymentInput, change_status, enroll_student, hold_enrollment
from muster.exchange.demo import college
from muster.exchange.demo.certificates import issue_certificates
from muster.exchange.demo.feedback import ask_for_feedback
from muster.exchange.demo.marks import give_marks
from muster.exchange.demo.materials import hand_out
from muster.exchange.demo.mentoring import accompany
from muster.exchange.demo.oversight import oversee
from muster.exchange.demo.registers import keep_old_register, take_registers
from muster.exchange.demo.results import enter_results
from muster.exchange.demo.risk import look_after_students
from muster.institutions.access import Actor
from muster.institutions.models import Branch, Department, Institution, Role, Room
from muster.institutions.resources import BRANCHES, DEPARTMENTS, HOLIDAYS, INSTITUTION, ROOMS, TERMS
from muster.institutions.rules import PersonInput, RoleGrant, add_person, found_institution
from muster.notifications.rules import quietly
from muster.people.rules import ProfileChanges, SkillInput, change_profile
from muster.progression.rules import copy_subjects, remap_subject
from muster.timetable.models import ClassSession

DEMO_PASSWORD = "open-classroom"  # noqa: S105  (printed at every start; a demonstration has no secrets)
LETTERS = "MTWRFSU"
# What apps above this one add at the end.
FURTHER: list[Callable[[Actor], None]] = []


@dataclass(frozen=True)
class DemoSignIn:
    """Somebody to sign in as."""

    role: str
    email: str
    name: str


SIGN_INS = [
    DemoSignIn(Role.ADMIN, "admin@ridgeline.example", "Thandeka Mabaso"),
    DemoSignIn(Role.BRANCH_MANAGER, "branch@ridgeline.example", "Sibusiso Hlongwane"),
    DemoSignIn(Role.DEPT_ADMIN, "department@ridgeline.example", "Dr Ritika Pillay"),
    DemoSignIn(Role.INSTRUCTOR, "instructor@ridgeline.example", "Naledi Mokoena"),
    DemoSignIn(Role.STUDENT, "student@ridgeline.example", "Sipho Ndaba"),
    DemoSignIn(Role.CORPORATE_STUDENT, "corporate@ridgeline.example", "Ingrid Solheim"),
    DemoSignIn(Role.REGULATOR, "regulator@ridgeline.example", "Lucas Meyer"),
]


def demo_sign_ins() -> list[DemoSignIn]:
    """Who can sign in to the demonstration, all with `DEMO_PASSWORD`; empty when it was never built."""
    return SIGN_INS if Institution.objects.filter(name=college.INSTITUTION).exists() else []


@atomic
def build_demo(*, progress: Callable[[str], None] = lambda words: None) -> Institution:
    """Build the demonstration college, unless it is there. The same every time, but for the week it is built in.

    All or nothing, in one transaction.
    """
    existing = Institution.objects.filter(name=college.INSTITUTION).first()
    if existing is not None:
        return existing
    admin = SIGN_INS[0]
    by = found_institution(
        name=college.INSTITUTION,
        admin_email=admin.email,
        admin_password=DEMO_PASSWORD,
        admin_name=admin.name,
        time_zone=college.TIME_ZONE,
    )
    return _Builder(by, progress, password=DEMO_PASSWORD).build()


@atomic
def fill_with_demo(by: Actor) -> None:
    """Fill the actor's new institution with the college's data. Nobody of it can sign in."""
    _Builder(by, lambda words: None, password=None).build()


class _Builder:
    def __init__(self, by: Actor, progress: Callable[[str], None], *, password: str | None) -> None:
        self.by, self.say, self.password = by, progress, password
        self.institution = self.by.institution
        today = self.by.today()
        self.monday = today - timedelta(days=today.weekday())
        self.people: dict[str, User] = {}
        self.branches: dict[str, Branch] = {}
        self.departments: dict[str, Department] = {}
        self.rooms: dict[tuple[str, str], Room] = {}
        self.courses: dict[str, Course] = {}

    def build(self) -> Institution:
        # Nobody is waiting to be told of it.
        with quietly():
            self.say("places")
            self._places()
            self.say("people")
            self._people()
            self._profiles()
            self.say("courses")
            self._courses()
            self.say("batches")
            students = self._students()
            self._batches(students)
            self._batch_years(students)
            self._sessions()
            self.say("registers")
            self._registers()
            self._mentors()
            look_after_students(self.by)
            ask_for_feedback(self.by)
            hand_out(self.by)
            oversee(self.by, next(self.people[one.name] for one in SIGN_INS if one.role == Role.REGULATOR))
            for add in FURTHER:
                add(self.by)
        return self.institution

    def _day(self, weeks: int, days: int = 0) -> date:
        return self.monday + timedelta(weeks=weeks, days=days)

    def _places(self) -> None:
        INSTITUTION.change(by=self.by, row=self.by.institution, changes=college.SETTINGS)
        for code, name, address in college.BRANCHES:
            self.branches[code] = BRANCHES.add(by=self.by, fields={"code": code, "name": name, "address": address})
        for branch, name, seats in college.ROOMS:
            fields = {"branch": self.branches[branch], "name": name, "seats": seats}
            self.rooms[branch, name] = ROOMS.add(by=self.by, fields=fields)
        for code, name, head, email in college.DEPARTMENTS:
            fields = {"short_code": code, "name": name, "hod_name": head, "contact_email": email}
            self.departments[code] = DEPARTMENTS.add(by=self.by, fields=fields)
        for name, first, last, branch in college.HOLIDAYS:
            days = {"start_date": self._day(*first), "end_date": self._day(*last)}
            HOLIDAYS.add(by=self.by, fields={"name": name, **days, "branch": self.branches.get(branch)})
        for year in range(self.monday.year - 2, self.monday.year + 1):
            for name, (first, last) in college.TERMS.items():
                days = {"start_date": date(year, *first), "end_date": date(year, *last)}
                TERMS.add(by=self.by, fields={"name": f"{name} {year}", **days, "school_year": year})

    def _person(self, name: str, email: str, role: str, *, password: str | None = None, **rest: Any) -> User:
        grant = RoleGrant(
            role,
            branch=self.branches["DUR"] if role == Role.BRANCH_MANAGER else None,
            department=self.departments["CMP"] if role == Role.DEPT_ADMIN else None,
        )
        plan = PersonInput(full_name=name, email=email, roles=[grant], password=password, **rest)
        self.people[name] = add_person(by=self.by, person=plan)
        return self.people[name]

    def _people(self) -> None:
        for sign_in in SIGN_INS[1:]:
            self._person(
                sign_in.name,
                sign_in.email,
                sign_in.role,
                password=self.password,
                student_number="S-0001" if sign_in.role == Role.STUDENT else "",
                staff_number="T-001" if sign_in.role == Role.INSTRUCTOR else "",
            )
        for number, name in enumerate(college.INSTRUCTORS, start=1):
            if name not in self.people:
                email = name.lower().replace(" ", ".").replace("-", "") + "@ridgeline.example"
                self._person(name, email, Role.INSTRUCTOR, staff_number=f"T-{number:03d}")

    def _students(self) -> Iterator[User]:
        """Students without end, made when they are first needed; the one to sign in as comes first."""
        yield self.people["Sipho Ndaba"]
        yield self.people["Ingrid Solheim"]
        firsts, lasts = college.FIRST_NAMES.split(), college.LAST_NAMES.split()
        number = 1
        for turn in range(1, len(lasts)):
            for place, first in enumerate(firsts):
                number += 1
                last = lasts[(place * 7 + turn) % len(lasts)]
                yield self._person(
                    f"{first} {last}",
                    f"s{number:04d}@students.ridgeline.example",
                    Role.STUDENT,
                    student_number=f"S-{number:04d}",
                )

    def _profiles(self) -> None:
        """What instructors say of themselves; some say nothing, as in life."""
        for name, (domain, skills, languages, styles) in college.PROFILES.items():
            changes: ProfileChanges = {
                "domain": domain,
                "skills": [SkillInput(skill, level) for skill, level in skills.items()],
                "languages": languages,
                "teaching_styles": styles,
            }
            change_profile(by=self.by, instructor=self.people[name], changes=changes)

    def _courses(self) -> None:
        for course in college.COURSES:
            fields: dict[str, Any] = dict(zip(college.COURSE_FIELDS, course, strict=True))
            skills, styles = college.TAUGHT_WITH.get(course[0], ([], []))
            fields["individual_study"] = course[0] in college.STUDIED_ALONE
            fields |= college.CERTIFIED.get(course[0], {})
            fields |= {"language": "English", "required_skills": skills, "teaching_styles": styles}
            fields["department"] = self.departments[fields["department"]]
            if price := fields["price"]:
                fields |= {"price": Decimal(price), "currency": "ZAR"}
            self.courses[course[0]] = COURSES.add(by=self.by, fields=fields)
        name, components, bands = college.GRADING
        scheme = SCHEMES.add(by=self.by, fields={"name": name, "department": self.departments["CMP"]})
        for place, (code, title, maximum, minimum) in enumerate(components, 1):
            marks = {"maximum": Decimal(maximum), "minimum": Decimal(minimum), "weight": Decimal(maximum)}
            COMPONENTS.add(by=self.by, within=scheme, fields={"code": code, "name": title, "place": place, **marks})
        for grade, percent, points in bands:
            band = {"grade": grade, "from_percent": Decimal(percent), "points": Decimal(points)}
            BANDS.add(by=self.by, within=scheme, fields=band)
        COURSES.change(by=self.by, row=self.courses["SD"], changes={"grading_scheme": scheme})
        for within, code, title, semester, points in college.SUBJECTS:
            fields = {"code": code, "title": title, "semester": semester, "credits": Decimal(points)}
            SUBJECTS.add(by=self.by, within=self.courses[within], fields=fields)

    def _slots(self, branch: str, words: str) -> list[SlotInput]:
        letters, start, end, room = (*words.split(maxsplit=3), "", "", "", "")[:4]
        return [
            SlotInput(
                LETTERS.index(letter) + 1,
                time.fromisoformat(start),
                time.fromisoformat(end),
                self.rooms.get((branch, room)),
            )
            for letter in letters
        ]

    def _batches(self, students: Iterator[User]) -> None:
        for plan in college.BATCHES:
            start = self._day(plan.starts)
            over = bool(plan.ends)
            batch = open_batch(
                by=self.by,
                fields=BatchInput(
                    name=plan.name,
                    course=self.courses[plan.course],
                    branch=self.branches[plan.branch],
                    start_date=start,
                    end_date=start + timedelta(weeks=plan.weeks, days=-3),
                    capacity=plan.capacity,
                    waitlist_capacity=plan.waitlist,
                    # What is over was active when its students came.
                    status=Batch.Status.ACTIVE if over else None,
                    lead=self.people[plan.lead] if plan.lead else None,
                    slots=self._slots(plan.branch, plan.slots),
                ),
            )
            if plan.assistant:
                person = self.people[plan.assistant]
                assign_instructor(by=self.by, batch=batch, instructor=person, role="assistant", from_date=start)
            enrolled = [self._enroll(batch, next(students), place) for place in range(plan.enrolled)]
            for enrollment in enrolled[: plan.on_hold]:
                hold_enrollment(by=self.by, enrollment=enrollment, reason="Parental leave")
            if over:
                ended = Batch.Status.CANCELLED if plan.ends == "cancelled" else Batch.Status.COMPLETED
                change_status(by=self.by, batch=batch, status=ended)
            if plan.ends == "archived":
                archive_batch(by=self.by, batch=batch)

    def _enroll(self, batch: Batch, student: User, place: int) -> Enrollment:
        begins = min(self.by.today(), (batch.start_date or self.monday) - timedelta(days=10 + place % 12))
        price = batch.course.price if batch.course else None
        paid = PaymentInput(
            amount=Decimal(price or 0),
            currency="ZAR",
            method="card" if place % 3 else "transfer",
            status="pending" if place % 9 == 4 else "completed",
        )
        return enroll_student(
            by=self.by,
            student=student,
            batch=batch,
            enrollment_type="corporate" if student.full_name == "Ingrid Solheim" else None,
            source="website" if place % 2 else "office",
            enrollment_date=begins,
            payment=paid if price else None,
        )

    def _batch_years(self, students: Iterator[User]) -> None:
        years: list[Batch] = []
        for name, year, semester, lead, enrolled, archived in college.BATCH_YEARS:
            batch = open_batch(
                by=self.by,
                fields=BatchInput(
                    kind=Batch.Kind.ACADEMIC,
                    name=name,
                    course=self.courses["SD"],
                    department=self.departments["CMP"],
                    branch=self.branches["HAT"],
                    year=year,
                    current_semester=semester,
                    auto_rollover=not archived,
                    start_date=None if archived else date(self.monday.year, 1, 1),
                    end_date=None if archived else date(self.monday.year + 1, 6, 30),
                    status=Batch.Status.ACTIVE,
                    lead=self.people[lead],
                ),
            )
            for _place in range(enrolled):
                enroll_student(by=self.by, student=next(students), batch=batch)
            for mapping in copy_subjects(by=self.by, batch=batch):
                if mapping.subject.code in college.TAUGHT_BY_LEAD:
                    remap_subject(by=self.by, mapping=mapping, changes={"instructor": self.people[lead]})
            enter_results(self.by, batch)
            if archived:
                change_status(by=self.by, batch=batch, status=Batch.Status.COMPLETED)
                archive_batch(by=self.by, batch=batch)
            else:
                years.append(batch)
        name, slots = college.SHARED
        share_meeting(by=self.by, name=name, batches=years, slots=self._slots("HAT", slots))

    def _sessions(self) -> None:
        """What comes between in the weeks ahead: sessions called off, moved, and one more for revision."""
        running = Batch.objects.booking().filter(institution=self.institution, kind=Batch.Kind.COURSE)
        weekly = running.filter(meetings__slots__isnull=False).distinct()
        for place, batch in enumerate(weekly.order_by("start_date", "code")):
            ahead = batch.sessions.filter(date__gt=self.by.today())[:8]
            if len(ahead) < 8:
                continue
            if place % 2 == 0:
                cancel_session(by=self.by, session=ahead[2], reason="Load shedding, stage 6")
            if place % 3 != 2:
                self._on_a_free_day(batch, place, partial(self._move, ahead[4]))
            change_session(
                by=self.by, session=ahead[6], changes={"session_type": "ASSESSMENT", "title": "Practical assessment"}
            )
            self._on_a_free_day(batch, place, partial(self._revise, batch))

    def _move(self, session: ClassSession, day: date) -> None:
        change_session(by=self.by, session=session, changes={"date": day})

    def _revise(self, batch: Batch, day: date) -> None:
        plan = SessionInput(day, time(14), time(15, 30), session_type=ClassSession.Kind.OTHER, title="Revision")
        add_session(by=self.by, batch=batch, fields=plan)

    def _on_a_free_day(self, batch: Batch, place: int, write: Callable[[date], None]) -> None:
        """On the first day in two or three weeks on which everybody is free; each batch begins to look on another."""
        for days in range(14):
            day = self.monday + timedelta(days=8 + (days + place * 3) % 14)
            if day.isoweekday() <= 6 and batch.end_date is not None and day <= batch.end_date:
                with suppress(ScheduleConflict):
                    write(day)
                    return

    def _registers(self) -> None:
        """Registers of the last weeks, and an old one on paper."""
        dated = Batch.objects.current().filter(institution=self.institution, kind=Batch.Kind.COURSE)
        weekly = dated.filter(meetings__slots__isnull=False).distinct()
        take_registers(self.by, list(weekly.order_by("start_date", "code")))
        for batch in weekly.filter(status=Batch.Status.ACTIVE).order_by("start_date", "code"):
            give_marks(self.by, batch)
        done = dated.filter(status=Batch.Status.COMPLETED).order_by("start_date", "code").first()
        if done is not None:
            keep_old_register(self.by, done)
            issue_certificates(self.by, done)

    def _mentors(self) -> None:
        """The first students of each running batch have its lead as their mentor; most are still without one."""
        wishes: dict[UUID, Wish] = {}
        running = Batch.objects.booking().filter(institution=self.institution, kind=Batch.Kind.COURSE)
        for batch in running.order_by("start_date", "code"):
            lead = batch.instructor_assignments.leads().select_related("instructor").first()
            if lead is None:
                continue
            first = batch.enrollments.holding_seats().select_related("student").order_by("created_at", "pk")[:3]
            for place, enrollment in enumerate(first):
                kind = "tutor" if place == 2 else "mentor"
                wishes.setdefault(enrollment.student_id, Wish(enrollment.student, lead.instructor, kind))
        signs_in = {one.role: self.people[one.name] for one in SIGN_INS[1:]}
        student = signs_in[Role.STUDENT]
        wishes.pop(student.pk, None)
        accompany(self.by, student, signs_in[Role.INSTRUCTOR])
        assign_many(by=self.by, wishes=list(wishes.values()))
