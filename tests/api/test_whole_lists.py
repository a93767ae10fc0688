"""A list that is asked for as it is comes by another statement than one that is narrowed, and says the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.institutions.models import Branch, Department, Role
from tests.client import Api
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    """A batch with a lead and a week, one that runs in a department, and one with nothing of that."""
    campus = Campus.found()
    department, lead = campus.department(), campus.instructor()
    course, today = campus.course(department=department), campus.admin.today()
    week = [slot(1, "09:00", "10:00"), slot(3, "14:00", "15:30")]
    campus.batch(course=course, branch=campus.branch(), slots=week, lead=lead, capacity=3)
    campus.batch(course=course, department=department, start_date=today - timedelta(days=20), lead=lead)
    campus.batch(branch=campus.branch(), notes="\u00e4 & <b>")
    return campus


def test_the_whole_list_is_the_narrowed_one_for_every_role(campus):
    batch = next(one for one in Api(campus.token()).get("/batches").data if one["schedule"])
    people = [
        campus.admin.user,
        campus.person(Role.BRANCH_MANAGER, branch=Branch.objects.get(batches=batch["_id"])),
        campus.person(Role.DEPT_ADMIN, department=Department.objects.get()),
        campus.instructor(),
        campus.student(),
    ]
    sizes = []
    for person in people:
        api = Api(campus.token(person))
        whole, narrowed = api.get("/batches"), api.get("/batches?q=")
        assert whole.content == narrowed.content
        sizes.append(whole.body["total"])
        whole, narrowed = (api.get(f"/batches/courses/{batch['course']}/batches{query}") for query in ("", "?q="))
        assert whole.content == narrowed.content
    assert sizes[0] == 3
    assert sizes[1:3] == [1, 2]


def test_a_roster_is_the_narrowed_one(campus):
    batch = campus.batch(capacity=9)
    for name in ("Zoe", "Abe", "Mia"):
        campus.enroll(batch, campus.student(name))
    api = Api(campus.token())
    whole, narrowed = (api.get(f"/batches/{batch.pk}/students{query}") for query in ("", "?q="))
    assert [row["full_name"] for row in whole.data] == ["Abe", "Mia", "Zoe"]
    assert whole.content == narrowed.content
