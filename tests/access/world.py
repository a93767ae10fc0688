"""Two institutions, and in the first two parts: what every role is tried on."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from django.conf import settings
from django.test import Client, override_settings

from muster.accounts.models import User
from muster.batches.rules import assign_instructor
from muster.courses.models import Subject
from muster.enrollments.models import Payment
from muster.enrollments.rules import delete_batch
from muster.institutions.models import Holiday, Role, Term
from muster.institutions.rules import make_token
from muster.web.institutions.sign_in import SESSION_KEY
from tests import copies
from tests.access.objects import FURTHER, grant_all
from tests.access.table import EVERY_ROLE
from tests.client import Api
from tests.make import Campus, slot


def objects_of(campus: Campus, *, learner: User | None = None, teacher: User | None = None) -> dict[str, Any]:
    """One object of each kind, all in one branch and one department of the house."""
    branch, department = campus.branch(), campus.department()
    teacher, learner = teacher or campus.instructor(), learner or campus.student()
    room = campus.room(branch)
    course = campus.course(department=department, default_instructor=teacher, is_active=False)
    batch = campus.batch(
        course=course,
        branch=branch,
        department=department,
        lead=teacher,
        slots=[slot(2, "08:00", "10:00", room=room)],
    )
    assistant = campus.instructor()
    assignment = assign_instructor(by=campus.admin, batch=batch, instructor=assistant, role="assistant")
    year = campus.batch(
        kind="academic", department=department, branch=branch, year=2030, start_date=None, end_date=None
    )
    deleted = campus.batch(course=course, branch=branch, department=department)
    delete_batch(by=campus.admin, batch=deleted)
    dates = {"start_date": "2030-04-01", "end_date": "2030-04-02"}
    subject = Subject.objects.create(institution=campus.institution, course=course, code="S1", title="Subject")
    holiday = Holiday.objects.create(institution=campus.institution, branch=branch, name="Holiday", **dates)
    term = Term.objects.create(
        institution=campus.institution, name=f"Term of {department.short_code}", school_year=2030, **dates
    )
    enrollment = campus.enroll(batch, learner)
    payment = Payment.objects.create(institution=campus.institution, enrollment=enrollment, amount=10, currency="EUR")
    found = {
        "campus": campus,
        "learner": learner,
        "teacher": teacher,
        "branch": branch,
        "department": department,
        "institution_id": campus.institution.pk,
        "branch_id": branch.pk,
        "department_id": department.pk,
        "room_id": room.pk,
        "holiday_id": holiday.pk,
        "term_id": term.pk,
        "course_id": course.pk,
        "subject_id": subject.pk,
        "batch_id": batch.pk,
        "year_batch_id": year.pk,
        "deleted_batch_id": deleted.pk,
        "assignment_id": assignment.pk,
        "enrollment_id": enrollment.pk,
        "payment_id": payment.pk,
        "student_id": learner.pk,
        "instructor_id": teacher.pk,
        "user_id": learner.pk,
    }
    for further in FURTHER:
        found |= further(campus, found)
    return found


# The world that was made, its rows and its files.
MADE: list[tuple[World, dict[str, bytes], dict[str, bytes]]] = []


@dataclass
class World:
    """Everybody, and their own, a sibling's and another institution's objects."""

    campus: Campus
    objects: dict[str, dict[str, Any]]
    people: dict[str, User]
    tokens: dict[str, str] = field(default_factory=dict)
    # By role, the cookies of a browser in which the person is signed in.
    cookies: dict[str, str] = field(default_factory=dict)

    @classmethod
    def built(cls) -> Self:
        """The world, made by the rules: once in a process, and then put back as it was. People sign in anew."""
        if not MADE:
            with TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder):
                world = World._made()
                kept = [file for file in Path(folder).rglob("*") if file.is_file()]
                files = {str(file.relative_to(folder)): file.read_bytes() for file in kept}
            MADE.append((world, copies.rows(), files))
        else:
            copies.put_back(MADE[0][1])
        for name, content in MADE[0][2].items():
            file = Path(settings.MEDIA_ROOT) / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        world = cls(**vars(deepcopy(MADE[0][0])))
        for role, person in world.people.items():
            world.cookies[role] = world.signed_in(person)
        return world

    @classmethod
    def _made(cls) -> World:
        campus = Campus.found("Here")
        own = objects_of(campus)
        sibling = objects_of(campus)
        other = objects_of(Campus.found("Elsewhere"))
        people = {
            Role.ADMIN.value: campus.admin.user,
            Role.BRANCH_MANAGER.value: campus.person(Role.BRANCH_MANAGER, branch=own["branch"]),
            Role.DEPT_ADMIN.value: campus.person(Role.DEPT_ADMIN, department=own["department"]),
            Role.INSTRUCTOR.value: own["teacher"],
            Role.STUDENT.value: own["learner"],
            Role.REGULATOR.value: own["regulator"],
        }
        # Granted the regulator what stands in their own part, and others the rest.
        watcher = people[Role.REGULATOR.value]
        for where, found in (("own", own), ("sibling", sibling), ("other", other)):
            found["access_request_id"] = grant_all(found, watcher if where == "own" else None).pk
        corporate = campus.person(Role.CORPORATE_STUDENT)
        people[Role.CORPORATE_STUDENT.value] = corporate
        people[Role.SUPER_ADMIN.value] = User.objects.create_superuser("root@example.org", full_name="Root")
        world = cls(campus, {"own": own, "sibling": sibling, "other": other}, people)
        for role, person in people.items():
            token, secret = make_token(by=campus.actor(person), name="Access")
            world.tokens[role] = secret
            if role == Role.STUDENT:
                own["token_id"] = token.pk
            elif role == Role.REGULATOR:
                sibling["token_id"] = token.pk
        other_admin = other["campus"].admin
        other["token_id"] = make_token(by=other_admin, name="Access")[0].pk
        assert set(people) == set(EVERY_ROLE)
        return world

    def api(self, role: str) -> Api:
        return Api(self.tokens[role])

    def browser(self, role: str) -> Client:
        """A browser in which the person is signed in."""
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = self.cookies[role]
        return client

    def signed_in(self, person: User) -> str:
        """The session of somebody who has just signed in, in the institution of the world."""
        client = Client()
        client.force_login(person)
        session = client.session
        session[SESSION_KEY] = str(self.campus.institution.pk)
        session.save()
        return str(session.session_key)


class LastingWorld(World):
    """A world that all tests of a class share: they ask by HTTP alone, which changes none of its objects.

    Django copies what a class set up for every test, which takes as long as a page.
    """

    def __deepcopy__(self, _memo: dict[int, Any]) -> LastingWorld:
        return self
