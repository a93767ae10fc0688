"""The lists of students and instructors over the API."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.institutions.models import Role
from tests.client import Api
from tests.make import House, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return House.found()


def api(house, user=None):
    return Api(house.token(user))


def running(house, **fields):
    today = house.admin.today()
    return house.batch(start_date=today - timedelta(days=20), end_date=today + timedelta(days=60), **fields)


def names(reply):
    assert reply.status == 200
    return [row["full_name"] for row in reply.data]


def test_students_come_with_the_places_they_hold(house):
    learner, batch = house.student("Amy First"), running(house)
    place = house.enroll(batch, learner)
    house.instructor()
    House.found().student()
    reply = api(house).get("/students")
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


def test_branch_manager_gets_own_learners_and_their_own_places(house):
    mine, other = house.branch(), house.branch()
    learner = house.student("Mine One")
    house.enroll(running(house, branch=mine, code="NEAR-1"), learner)
    house.enroll(running(house, branch=other, code="FAR-1"), learner)
    house.enroll(running(house, branch=other), house.student("Theirs"))
    reply = api(house, house.person(Role.BRANCH_MANAGER, branch=mine)).get("/students")
    assert names(reply) == ["Mine One"]
    assert [seat["batch_code"] for seat in reply.data[0]["enrollments"]] == ["NEAR-1"]


def test_instructor_gets_own_students_without_contacts(house):
    me = house.instructor()
    house.enroll(running(house, lead=me), house.student("My Learner"))
    house.enroll(running(house), house.student("Not Mine"))
    reply = api(house, me).get("/students")
    assert names(reply) == ["My Learner"]
    assert (reply.data[0]["email"], reply.data[0]["phone"]) == (None, None)


def test_students_are_narrowed_by_their_batch(house):
    department = house.department()
    year = house.batch(
        kind="academic", department=department, year=2030, start_date=None, end_date=None, current_semester=3
    )
    house.enroll(year, house.student("In Year"))
    house.enroll(running(house), house.student("In Course"))
    client = api(house)
    for query in (f"dept={department.pk}", f"batch={year.pk}", "semester=3", "q=year", "q=in+YEAR"):
        assert names(client.get(f"/students?{query}")) == ["In Year"]
    assert names(client.get("/students?semester=4")) == []
    assert names(client.get("/students?sort=-full_name")) == ["In Year", "In Course"]


def test_instructors_come_with_their_load(house):
    busy = house.instructor("Busy Bee")
    house.instructor("Free Bird")
    batch = running(house, lead=busy, slots=[slot(day, "09:00", "10:30") for day in range(1, 8)])
    client = api(house)
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
def test_made_up_filters_are_refused_at_their_field(house, path, query, field):
    reply = api(house).get(f"{path}?{query}")
    assert (reply.status, reply.fields) == (400, [field])


@pytest.mark.parametrize("path", ["/students", "/instructors"])
def test_the_number_of_statements_does_not_grow(house, path):
    client = api(house)

    def statements():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status == 200
        return len(seen)

    house.enroll(running(house, lead=house.instructor()))
    statements()
    few = statements()
    for _number in range(8):
        house.enroll(running(house, lead=house.instructor()))
    assert statements() == few
