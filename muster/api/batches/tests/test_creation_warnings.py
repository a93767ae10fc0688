"""What speaks against a new batch is told by every door that opens or changes one; it forbids nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from muster.people.rules import add_time_off
from tests.client import Api
from tests.make import Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def api(campus):
    return Api(campus.token())


def told(reply):
    return [(one["field"], one["code"]) for one in reply.body.get("warnings", ())]


def test_opening_a_batch_tells_what_the_page_shows(campus, api):
    teacher = campus.instructor()
    add_time_off(
        by=campus.admin, instructor=teacher, first_date=date(2031, 1, 6), last_date=date(2031, 1, 10), reason="Away"
    )
    room = campus.room(name="Cupboard", seats=4)
    body = {
        "batch_name": "Evenings",
        "start_date": "2031-01-06",
        "end_date": "2031-03-28",
        "capacity": 12,
        "assigned_instructor": str(teacher.pk),
        "schedule": [{"day": "Monday", "start_time": "18:00", "end_time": "19:30", "room": str(room.pk)}],
    }
    opened = api.post(f"/batches/courses/{campus.course().pk}/batches", body)
    assert (opened.status, told(opened)) == (
        201,
        [("assigned_instructor", "time_off"), ("schedule.0.room", "room_too_small")],
    )
    assert opened.body["warnings"][1]["message"] == "Cupboard has 4 seats, and the batch 12."
    changed = api.put(f"/batches/{opened.data['_id']}", {"schedule": body["schedule"]})
    assert told(changed) == [("schedule.0.room", "room_too_small")]


def test_opening_a_batch_over_the_limit_or_in_the_past_is_said(campus, api):
    teacher, today = campus.instructor(), campus.admin.today()
    campus.institution.max_active_batches = 1
    campus.institution.save()
    body = {
        "name": "Late record",
        "qualification_id": str(campus.course().pk),
        "start_date": f"{today - timedelta(60)}",
        "end_date": f"{today - timedelta(30)}",
        "facilitator_ids": [str(teacher.pk)],
    }
    assert told(api.post("/institution/cohorts", body)) == [("end_date", "past_end")]
    running = {**body, "name": "Running", "end_date": f"{today + timedelta(30)}"}
    assert told(api.post("/institution/cohorts", running)) == []
    assert told(api.post("/institution/cohorts", {**running, "name": "Second"})) == [("facilitator_ids", "workload")]
