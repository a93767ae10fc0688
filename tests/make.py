"""What tests are made of: people, courses and batches, made by the rules as in the product."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone

from muster.accounts.models import User
from muster.accounts.rules import join_institution
from muster.batches.models import Batch
from muster.batches.rules import BatchInput, SlotInput, open_batch
from muster.core.ownership import without_triggers
from muster.courses.models import Course
from muster.enrollments.models import Enrollment, Organisation
from muster.enrollments.rules import enroll_student
from muster.institutions.access import Actor
from muster.institutions.models import Branch, Department, Role, Room
from muster.institutions.rules import PersonInput, RoleGrant, add_person, found_institution, make_token

PASSWORD = "correct-horse-battery"
# An id that no row has; always the same, so that parallel runs collect the same tests.
NOBODY = "00000000-0000-7000-8000-000000000000"
NEXT = count(1)
NOON = 12


def slot(weekday: int, start: str, end: str, **rest: Any) -> SlotInput:
    """A weekly slot from clock texts."""
    return SlotInput(weekday, time.fromisoformat(start), time.fromisoformat(end), **rest)


@contextmanager
def as_if_begun() -> Iterator[None]:
    """What is held or locked before its time, as no door and no statement can: the tests' classes are years ahead."""
    with without_triggers("timetable.ClassSession:register_waits_for_its_session"):
        yield


def prove_email(user: User) -> None:
    """As if the person had come in by a link sent to their email."""
    User.objects.filter(pk=user.pk).update(accepted_at=timezone.now())
    user.refresh_from_db()


@dataclass
class Campus:
    """An institution with an administrator, and the means to fill it."""

    admin: Actor
    _tokens: dict[Any, str] = field(default_factory=dict)

    @classmethod
    def found(cls, name: str = "", **options: Any) -> Campus:
        """A new institution."""
        number = next(NEXT)
        return cls(
            found_institution(
                name=name or f"Institute {number}",
                admin_email=f"admin{number}@example.org",
                admin_password=PASSWORD,
                admin_name=f"Admin {number}",
                **options,
            )
        )

    @property
    def institution(self) -> Any:
        return self.admin.institution

    def let(self, **settings: Any) -> Campus:
        """Change what the institution has set."""
        for name, value in settings.items():
            setattr(self.institution, name, value)
        self.institution.save(update_fields=list(settings))
        return self

    def at_noon(self) -> Campus:
        """Put the institution where it is about noon: what a test says of a session of today holds at any hour."""
        noon = next(zone for zone in sorted(available_timezones()) if datetime.now(ZoneInfo(zone)).hour == NOON)
        return self.let(time_zone=noon)

    def person(self, role: str, name: str = "", **narrowed: Any) -> User:
        """A person with a role."""
        number = next(NEXT)
        return add_person(
            by=self.admin,
            person=PersonInput(
                full_name=name or f"{role.title()} {number}",
                email=f"person{number}@example.org",
                roles=[RoleGrant(role, **narrowed)],
            ),
        )

    def joined_by(self, user: User, role: str = Role.STUDENT, **narrowed: Any) -> User:
        """The person of this institution whom somebody of another one is here too, by their own doing."""
        added = add_person(
            by=self.admin,
            person=PersonInput(full_name=user.full_name, email=user.email, roles=[RoleGrant(role, **narrowed)]),
        )
        prove_email(user)
        return join_institution(person=added, by=user)

    def actor(self, user: User) -> Actor:
        """The person acting here."""
        actor = Actor.of(user, self.institution)
        assert actor is not None
        return actor

    def instructor(self, name: str = "") -> User:
        return self.person(Role.INSTRUCTOR, name)

    def student(self, name: str = "") -> User:
        return self.person(Role.STUDENT, name)

    def branch(self, **fields: Any) -> Branch:
        number = next(NEXT)
        return Branch.objects.create(
            **{"institution": self.institution, "name": f"Branch {number}", "code": f"B{number}", **fields}
        )

    def room(self, branch: Branch | None = None, **fields: Any) -> Room:
        number = next(NEXT)
        return Room.objects.create(
            **{"institution": self.institution, "branch": branch or self.branch(), "name": f"Room {number}", **fields}
        )

    def department(self, **fields: Any) -> Department:
        number = next(NEXT)
        return Department.objects.create(
            **{"institution": self.institution, "name": f"Department {number}", "short_code": f"D{number}", **fields}
        )

    def course(self, **fields: Any) -> Course:
        number = next(NEXT)
        return Course.objects.create(
            **{"institution": self.institution, "title": f"Course {number}", "code": f"C{number}", **fields}
        )

    def organisation(self, **fields: Any) -> Organisation:
        number = next(NEXT)
        return Organisation.objects.create(**{"institution": self.institution, "name": f"Works {number}", **fields})

    def batch(self, *, by: Actor | None = None, slots: Sequence[SlotInput] = (), **fields: Any) -> Batch:
        """A course batch that runs through the first half of 2030, unless told otherwise."""
        plan: dict[str, Any] = {
            "name": f"Batch {next(NEXT)}",
            "start_date": date(2030, 1, 7),
            "end_date": date(2030, 6, 28),
            "capacity": 10,
            "slots": slots,
            **fields,
        }
        if plan.get("kind") != Batch.Kind.ACADEMIC and "course" not in plan:
            plan["course"] = self.course()
        return open_batch(by=by or self.admin, fields=BatchInput(**plan))

    def enroll(self, batch: Batch, student: User | None = None, **fields: Any) -> Enrollment:
        """A student with a seat in the batch."""
        return enroll_student(by=self.admin, student=student or self.student(), batch=batch, **fields)

    def full_batch(self, capacity: int = 1, **fields: Any) -> tuple[Batch, list[Enrollment]]:
        """A batch without a seat left, and who has one."""
        batch = self.batch(capacity=capacity, **fields)
        return batch, [self.enroll(batch) for _each in range(capacity)]

    def token(self, user: User | None = None) -> str:
        """The secret of an API token of the person, the administrator when none is named."""
        user = user or self.admin.user
        assert user is not None
        if user.pk not in self._tokens:
            self._tokens[user.pk] = make_token(by=self.actor(user), name="Tests")[1]
        return self._tokens[user.pk]
