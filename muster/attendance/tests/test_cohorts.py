"""Batches under their cohort names."""

from datetime import date, timedelta

import pytest

from muster.attendance.tests.test_marking import DAY, Class, session_of
from muster.batches.models import Batch
from muster.batches.rules import archive_batch, share_meeting
from muster.institutions.models import Role
from muster.timetable.models import ClassSession
from tests.client import Api
from tests.make import NOBODY, Campus, slot

pytestmark = pytest.mark.django_db
SHAPE = {
    "cohort_id",
    "institution_id",
    "qualification_id",
    "name",
    "start_date",
    "end_date",
    "status",
    "facilitators",
    "learner_count",
    "session_count",
    "marked_count",
    "attendance_rate",
}


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def api(campus):
    return Api(campus.token())


def test_a_cohort_tells_its_sessions_and_how_its_learners_came(campus, api):
    room = Class(campus, 4)
    room.mark(room.row(0, "ABSENT"), room.row(1, "LATE"), room.row(2, "EXCUSED"))
    session_of(room.batch, DAY + timedelta(days=7))
    session_of(room.batch, DAY + timedelta(days=8), status="cancelled")
    shown = api.get(f"/institution/cohorts/{room.batch.pk}").data
    assert set(shown) >= SHAPE
    assert (shown["cohort_id"], shown["name"], shown["status"]) == (str(room.batch.pk), room.batch.name, "ACTIVE")
    assert shown["institution_id"] == str(campus.institution.pk)
    assert shown["qualification_id"] == str(room.batch.course_id)
    assert shown["start_date"] == "2019-01-07T00:00:00.000Z"
    assert [one["full_name"] for one in shown["facilitators"]] == ["Thandi Zulu"]
    assert (shown["learner_count"], shown["session_count"], shown["marked_count"]) == (4, 2, 1)
    assert shown["attendance_rate"] == 66.6


def test_a_shared_meeting_counts_for_each_batch_by_its_own_learners(campus, api):
    ours, theirs = Class(campus, 2), Class(campus, 1)
    meeting = share_meeting(
        by=campus.admin, name="Together", batches=[ours.batch, theirs.batch], slots=[slot(2, "08:00", "10:00")]
    )
    ClassSession.objects.filter(meeting=meeting).delete()
    ours.session = session_of(ours.batch, meeting=meeting)
    ours.mark(theirs.row(0, "ABSENT"))
    rates = {
        one["cohort_id"]: (one["marked_count"], one["attendance_rate"]) for one in api.get("/institution/cohorts").data
    }
    assert rates == {str(ours.batch.pk): (1, 100.0), str(theirs.batch.pk): (1, 0.0)}


def test_status_words_are_those_of_cohorts(campus, api):
    running, cancelled, archived = campus.batch(), campus.batch(status="Cancelled"), campus.batch(status="Completed")
    upcoming = campus.batch(status="Upcoming")
    archive_batch(by=campus.admin, batch=archived)
    words = {one["cohort_id"]: one["status"] for one in api.get("/institution/cohorts").data}
    assert words == {
        str(running.pk): "ACTIVE",
        str(upcoming.pk): "ACTIVE",
        str(cancelled.pk): "COMPLETED",
        str(archived.pk): "ARCHIVED",
    }
    assert [one["cohort_id"] for one in api.get("/institution/cohorts?status=ARCHIVED").data] == [str(archived.pk)]
    assert len(api.get("/institution/cohorts?status=ACTIVE").data) == 2
    assert api.get("/institution/cohorts?status=x").fields == ["status"]
    assert api.get("/institution/cohorts?qualification_id=x").fields == ["qualification_id"]


def test_facilitators_see_their_own_cohorts_and_students_none(campus, api):
    room, other = Class(campus, 1), Class(campus, 1)
    teacher = Api(campus.token(room.teacher))
    assert [one["cohort_id"] for one in teacher.get("/institution/cohorts").data] == [str(room.batch.pk)]
    assert teacher.get(f"/institution/cohorts/{other.batch.pk}").status == 404
    assert Api(campus.token(room.enrollments[0].student)).get("/institution/cohorts").status == 403


def test_a_cohort_is_opened_from_its_qualification_alone(campus, api):
    teacher = campus.instructor("Thandi")
    course = campus.course(length_days=30, default_capacity=12, default_instructor=teacher)
    reply = api.post("/institution/cohorts", {"name": "Autumn", "qualification_id": str(course.pk)})
    assert reply.status == 201, reply.body
    batch = Batch.objects.get(pk=reply.data["cohort_id"])
    assert (batch.kind, batch.capacity, (batch.end_date - batch.start_date).days) == ("course", 12, 30)
    assert batch.start_date == campus.admin.today()
    assert [one["_id"] for one in reply.data["facilitators"]] == [str(teacher.pk)]


def test_a_cohort_is_opened_with_all_that_is_given(campus, api):
    course, lead, helper = campus.course(), campus.instructor(), campus.instructor()
    body = {
        "name": "Autumn",
        "qualification_id": str(course.pk),
        "start_date": "2030-01-07",
        "end_date": "2030-03-01",
        "capacity": 7,
        "facilitator_ids": [str(lead.pk), str(helper.pk)],
    }
    shown = api.post("/institution/cohorts", body).data
    assert [one["_id"] for one in shown["facilitators"]] == [str(lead.pk), str(helper.pk)]
    batch = Batch.objects.get(pk=shown["cohort_id"])
    assert (batch.start_date, batch.end_date, batch.capacity) == (date(2030, 1, 7), date(2030, 3, 1), 7)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 151}, "name"),
        ({"name": None}, "name"),
        ({"qualification_id": NOBODY}, "qualification_id"),
        ({"end_date": "2029-01-01"}, "end_date"),
        ({"start_date": "soon"}, "start_date"),
        ({"start_date": "9999-12-30", "end_date": None}, "start_date"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": None}, "capacity"),
        ({"capacity": 10**12}, "capacity"),
        ({"facilitator_ids": [NOBODY]}, "facilitator_ids.0"),
        ({"facilitator_ids": ["x"]}, "facilitator_ids.0"),
        ({"facilitator_ids": "x"}, "facilitator_ids"),
    ],
)
def test_what_is_wrong_with_a_cohort_is_named(campus, api, change, field):
    body = {"name": "Autumn", "qualification_id": str(campus.course().pk), "start_date": "2030-01-07", **change}
    reply = api.post("/institution/cohorts", body)
    assert (reply.status, reply.fields) == (400, [field])
    assert not Batch.objects.exists()


def test_a_student_facilitates_nothing(campus, api):
    body = {
        "name": "Autumn",
        "qualification_id": str(campus.course().pk),
        "facilitator_ids": [str(campus.student().pk)],
    }
    reply = api.post("/institution/cohorts", body)
    assert (reply.status, reply.fields) == (400, ["facilitator_ids"])
    assert "Assigned instructor must have instructor role" in reply.message


def test_a_department_administrator_opens_cohorts_of_the_own_department_alone(campus):
    own, other = campus.department(), campus.department()
    person = campus.person(Role.DEPT_ADMIN, department=own)
    api = Api(campus.token(person))
    for department, status in ((own, 201), (other, 403)):
        course = campus.course(department=department)
        assert api.post("/institution/cohorts", {"name": "Autumn", "qualification_id": str(course.pk)}).status == status
