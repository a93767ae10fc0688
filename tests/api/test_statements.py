"""How many statements the frequent calls cost, signing in, BEGIN and COMMIT included."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.core.ownership import as_owner
from muster.enrollments.models import SeatPeriod
from muster.timetable.models import ClassSession
from tests.client import Api
from tests.make import Campus

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campus():
    return Campus.found()


def cost(call) -> int:
    """The statements of a call that succeeds."""
    with CaptureQueriesContext(connection) as statements:
        assert call().status < 300
    return len(statements)


def test_enrolling_costs_nine_and_a_key_five_more(campus):
    api, batch = Api(campus.token()), campus.batch()
    api.get("/v1/auth/me")
    paths = [f"/enrollments/students/{campus.student().pk}/enroll" for _each in range(3)]
    body = {"batchId": str(batch.pk)}
    # The last of them asks for the progress.
    assert cost(lambda: api.post(paths[0], body)) == 9
    assert cost(lambda: api.post(paths[1], {**body, "courseId": str(batch.course_id)})) == 9
    # Within the key's transaction the rule is a savepoint; lock, look and keeping the answer come on top.
    assert cost(lambda: api.post(paths[2], body, Idempotency_Key="k1")) <= 14


def test_a_seat_elsewhere_costs_no_statement_more(campus):
    api, student = Api(campus.token()), campus.student()
    campus.enroll(campus.batch(), student)
    body = {"batchId": str(campus.batch().pk)}
    api.get("/v1/auth/me")
    assert cost(lambda: api.post(f"/enrollments/students/{student.pk}/enroll", body)) == 9


def test_reading_costs_the_sign_in_and_one_more(campus):
    api, batch = Api(campus.token()), campus.batch()
    enrollment = campus.enroll(batch)
    api.get("/v1/auth/me")
    for path in ("/batches", "/batches?page=1&q=a&status=Upcoming", "/courses", "/users", f"/batches/{batch.pk}"):
        assert cost(lambda path=path: api.get(path)) == 2, path
    assert cost(lambda: api.get(f"/batches/{batch.pk}/students")) == 3
    assert cost(lambda: api.get(f"/enrollments/{enrollment.pk}")) == 3


@pytest.mark.parametrize("learners", [1, 40])
def test_a_register_costs_the_same_however_many_learners(campus, learners):
    batch = campus.batch(capacity=50, start_date=campus.admin.today(), end_date=date(2030, 6, 28))
    enrolled = [campus.enroll(batch) for _each in range(learners)]
    session = ClassSession.objects.create(
        institution=campus.institution, meeting_id=batch.pk, date=batch.start_date, is_edited=True
    )
    api = Api(campus.token())
    api.get("/v1/auth/me")
    body = {"session_id": str(session.pk), "records": [_absent(enrollment) for enrollment in enrolled]}
    path = f"/institution/class-sessions/{session.pk}"
    # Sign in, session, BEGIN, locks, register, one write, COMMIT.
    assert cost(lambda: api.post("/institution/attendance/mark", body)) == 7
    assert cost(lambda: api.post("/institution/attendance/mark", body)) == 6
    rows = [{**_absent(enrollment), "status": "PRESENT"} for enrollment in enrolled]
    # As before, and whether anything is announced or proved about the learners.
    assert cost(lambda: api.patch(f"{path}/records", {"records": rows})) == 8
    # Sign in, session, register, what is announced or proved.
    assert cost(lambda: api.get(path)) == 4


@pytest.mark.parametrize("number", [1, 12])
def test_lists_of_attendance_cost_two_however_many_rows(campus, number):
    api, today = Api(campus.token()), campus.admin.today()
    for _each in range(number):
        batch = campus.batch(start_date=today - timedelta(days=9), lead=campus.instructor())
        enrollment = campus.enroll(batch)
        with as_owner():
            SeatPeriod.objects.filter(enrollment=enrollment).update(from_date=today - timedelta(days=9))
        for day in (1, 2):
            ClassSession.objects.create(
                institution=campus.institution, meeting_id=batch.pk, date=today - timedelta(days=day), is_edited=True
            )
        body = {"cohort_id": str(batch.pk), "date": today.isoformat(), "records": [_absent(enrollment)]}
        assert api.post("/institution/attendance/daily", body).status == 201
    assert len(api.get("/institution/attendance/not-taken").data) == 2 * number
    for path in ("cohorts", f"cohorts/{batch.pk}", "attendance/daily", "attendance/not-taken"):
        assert cost(lambda path=path: api.get(f"/institution/{path}")) == 2, path


def _absent(enrollment):
    return {"enrolment_id": str(enrollment.pk), "status": "ABSENT"}
