"""The lists of students and instructors over the API."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.institutions.models import Role
from tests.client import Api
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


def api(campus, user=None):
    return Api(campus.token(user))


def running(campus, **fields):
    today = campus.admin.today()
    return campus.batch(start_date=today - timedelta(days=20), end_date=today + timedelta(days=60), **fields)


def names(reply):
    assert reply.status == 200
    return [row["full_name"] for row in reply.data]


def test_students_come_with_the_places_they_hold(campus):
    learner, batch = campus.student("Amy First"), running(campus)
    place = campus.enroll(batch, learner)
    campus.instructor()
    Campus.found().student()
    reply = api(campus).get("/students")
    assert (reply.status, reply.body["total"], reply.body["count"]) == (200, 1, 1)
    row = reply.data[0]
    assert (row["_id"], row["full_name"], row["email"], row["active"]) == (
        str(learner.pk),
        "Amy First",
        learner.email,
        True,
    )
    assert row["enrollments"] == [
        {
            "enrollment_id": str(place.pk),
            "status": "active",
            "batch_id": str(batch.pk),
            "batch_code": batch.code,
            "course_id": str(batch.course_id),
        }
    ]


def test_branch_manager_gets_own_learners_and_their_own_places(campus):
    mine, other = campus.branch(), campus.branch()
    learner = campus.student("Mine One")
    campus.enroll(running(campus, branch=mine, code="NEAR-1"), learner)
    campus.enroll(running(campus, branch=other, code="FAR-1"), learner)
    campus.enroll(running(campus, branch=other), campus.student("Theirs"))
    reply = api(campus, campus.person(Role.BRANCH_MANAGER, branch=mine)).get("/students")
    assert names(reply) == ["Mine One"]
    assert [seat["batch_code"] for seat in reply.data[0]["enrollments"]] == ["NEAR-1"]


def test_instructor_gets_own_students_without_contacts(campus):
    me = campus.instructor()
    campus.enroll(running(campus, lead=me), campus.student("My Learner"))
    campus.enroll(running(campus), campus.student("Not Mine"))
    reply = api(campus, me).get("/students")
    assert names(reply) == ["My Learner"]
    assert (reply.data[0]["email"], reply.data[0]["phone"]) == (None, None)


def test_students_are_narrowed_by_their_batch(campus):
    department = campus.department()
    year = campus.batch(
        kind="academic", department=department, year=2030, start_date=None, end_date=None, current_semester=3
    )
    campus.enroll(year, campus.student("In Year"))
    campus.enroll(running(campus), campus.student("In Course"))
    client = api(campus)
    for query in (f"dept={department.pk}", f"batch={year.pk}", "semester=3", "q=year", "q=in+YEAR"):
        assert names(client.get(f"/students?{query}")) == ["In Year"]
    assert names(client.get("/students?semester=4")) == []
    assert names(client.get("/students?sort=-full_name")) == ["In Year", "In Course"]


def test_instructors_come_with_their_load(campus):
    busy = campus.instructor("Busy Bee")
    campus.instructor("Free Bird")
    batch = running(campus, lead=busy, slots=[slot(day, "09:00", "10:30") for day in range(1, 8)])
    client = api(campus)
    rows = client.get("/instructors").data
    assert [(row["full_name"], row["active_batches"], row["limit"], row["weekly_hours"]) for row in rows] == [
        ("Busy Bee", 1, 4, 10.5),
        ("Free Bird", 0, 4, 0.0),
    ]
    assert names(client.get(f"/instructors?batch={batch.pk}")) == ["Busy Bee"]
    assert names(client.get("/instructors?q=bird")) == ["Free Bird"]
    assert names(client.get("/instructors?sort=active_batches")) == ["Free Bird", "Busy Bee"]


@pytest.mark.parametrize("path", ["/students", "/instructors"])
@pytest.mark.parametrize(
    ("query", "field"),
    [("dept=x", "dept"), ("batch=x", "batch"), ("semester=x", "semester"), ("semester=99999999999", "semester"),
     ("sort=x", "sort"), ("page=0", "page"), ("active=x", "active"), ("q=a%00b", "q")],
)  # fmt: skip
def test_made_up_filters_are_refused_at_their_field(campus, path, query, field):
    reply = api(campus).get(f"{path}?{query}")
    assert (reply.status, reply.fields) == (400, [field])


@pytest.mark.parametrize("path", ["/students", "/instructors"])
def test_the_number_of_statements_does_not_grow(campus, path):
    client = api(campus)

    def statements():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status == 200
        return len(seen)

    campus.enroll(running(campus, lead=campus.instructor()))
    statements()
    few = statements()
    for _number in range(8):
        campus.enroll(running(campus, lead=campus.instructor()))
    assert statements() == few
