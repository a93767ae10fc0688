"""Who looks at a generated data set, and at which of its objects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from benchmarks.data import Campus, tokens_of
from muster.accounts.models import User
from muster.batches.models import Batch
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor
from muster.institutions.models import Institution, Membership, Role
from muster.timetable.models import ClassSession
from tests.access.world import objects_of
from tests.make import Campus as Made


@dataclass
class Person:
    """Somebody who looks."""

    role: str
    where: str
    objects: dict[str, Any]
    bearer: dict[str, str]
    browser: dict[str, str]


def furnish() -> dict[str, dict[str, str]]:
    """Make one object of each further kind in the largest institution and in a small one; the objects of each."""
    return {
        place.slug: {name: str(key) for name, key in objects_in(place).items() if name.endswith("_id")}
        for place in Institution.objects.order_by("slug")[:2]
    }


def people(objects_of_places: dict[str, dict[str, str]]) -> Iterator[Person]:
    """The administrator, a manager, an instructor and a student of the largest institution, who share a batch; and the
    administrator of a small one.
    """
    first, small = Institution.objects.filter(slug__in=objects_of_places).order_by("slug")
    objects = objects_of_places[first.slug]
    manager = Membership.objects.get(institution=first, role=Role.BRANCH_MANAGER, branch=objects["branch_id"]).user
    yield _person("admin", "the large one", first, _admin(first), objects)
    yield _person("manager", "the large one", first, manager, objects)
    yield _person("instructor", "the large one", first, User.objects.get(pk=objects["instructor_id"]), objects)
    yield _person("student", "the large one", first, User.objects.get(pk=objects["student_id"]), objects)
    yield _person("admin", "a small one", small, _admin(small), objects_of_places[small.slug])


def _admin(institution: Institution) -> User:
    held = Membership.objects.filter(institution=institution, role=Role.ADMIN).order_by("created_at")[0]
    return User.objects.get(pk=held.user_id)


def _person(role: str, where: str, institution: Institution, user: User, objects: dict[str, Any]) -> Person:
    actor = Actor.of(user, institution)
    assert actor is not None
    user.api_tokens.filter(name="Benchmark").delete()
    campus = Campus(actor, tokens_of(institution, [user])[0])
    days = {"month_ago": actor.today() - timedelta(days=31), "month_ahead": actor.today() + timedelta(days=31)}
    return Person(role, where, objects | days, campus.bearer, campus.browser())


def objects_in(institution: Institution) -> dict[str, Any]:
    """One of each kind: what is generated, and what rules make beside it."""
    admin = Actor.of(_admin(institution), institution)
    assert admin is not None
    today = admin.today()
    batch = Batch.objects.filter(institution=institution, status="Active", code__startswith="G").order_by("code")[0]
    sessions = ClassSession.objects.filter(meeting=batch.pk, date__lt=today).order_by("-date")
    enrollment = Enrollment.objects.filter(batch=batch, status="active").order_by("pk")[0]
    lead = batch.instructor_assignments.leads().get().instructor_id
    register = sessions.filter(status="held", is_locked=False)[0]
    return {
        **objects_of(Made(admin)),
        "institution_id": institution.pk,
        "branch_id": batch.branch_id,
        "department_id": batch.department_id,
        "course_id": batch.course_id,
        "batch_id": batch.pk,
        "cohort_id": batch.pk,
        "open_batch_id": batch.pk,
        "register_id": register.pk,
        "session_id": register.pk,
        "missed_id": register.pk,
        "enrollment_id": enrollment.pk,
        "learner_id": enrollment.pk,
        "student_id": enrollment.student_id,
        "user_id": enrollment.student_id,
        "instructor_id": lead,
    }
