"""Class sessions through the API: the cohort's words, refusals, and a list of any length."""

from __future__ import annotations

from datetime import date

import pytest

from muster.timetable.models import ClassSession
from tests.client import Api
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    campus = Campus.found()
    campus.institution.session_horizon_days = 7300
    campus.institution.save()
    return campus


@pytest.fixture
def farid(campus):
    return campus.instructor("Farid Osman")


@pytest.fixture
def batch(campus, farid):
    return campus.batch(name="Python Evening", code="PY-1", lead=farid, slots=[slot(1, "08:00", "10:00")])


@pytest.fixture
def api(campus):
    return Api(campus.token())


def body(batch, **rest):
    return {
        "cohort_id": str(batch.pk),
        "date": "2030-01-08",
        "start_time": "08:00",
        "end_time": "10:00",
        "session_type": "PRACTICAL",
        "location": "Workshop",
        "notes": "Overalls",
        **rest,
    }


@pytest.mark.parametrize("closed", ["room", "branch"])
def test_what_is_inactive_is_chosen_for_no_session_and_may_stay_where_it_is(campus, api, batch, closed):
    branch = campus.branch(name="Harbour")
    room = campus.room(branch, name="Lab 2")
    held = api.post("/institution/class-sessions", body(batch, room_id=str(room.pk))).data["session_id"]
    inactive = {"room": room, "branch": branch}[closed]
    inactive.is_active = False
    inactive.save()
    sentence = {
        "room": "Room Lab 2 is inactive. Choose another room.",
        "branch": "Room Lab 2 is in Harbour, which is inactive.",
    }[closed]
    extra = api.post("/institution/class-sessions", body(batch, date="2030-01-09", room_id=str(room.pk)))
    assert (extra.status, extra.fields, sentence in str(extra.body)) == (400, ["room_id"], True)
    weekly = str(ClassSession.objects.exclude(pk=held).order_by("date").first().pk)
    moved = api.put(f"/institution/class-sessions/{weekly}", {"room_id": str(room.pk)})
    assert (moved.status, moved.fields, sentence in str(moved.body)) == (400, ["room_id"], True)
    later = api.put(f"/institution/class-sessions/{held}", {"start_time": "11:00", "end_time": "12:00"})
    assert (later.status, later.data["start_time"]) == (200, "11:00")


def test_extra_session_answers_in_the_words_of_the_contract(campus, api, batch):
    campus.enroll(batch)
    reply = api.post("/institution/class-sessions", body(batch))
    assert (reply.status, reply.message) == (201, "Session created successfully")
    data = dict(reply.data)
    session = ClassSession.objects.get(pk=data.pop("session_id"))
    assert data.pop("_id") == str(session.pk)
    assert data.pop("createdAt") <= data.pop("updatedAt")
    assert data == {
        "cohort_id": str(batch.pk),
        "cohort_name": "Python Evening",
        "cohorts": [{"cohort_id": str(batch.pk), "name": "Python Evening", "code": "PY-1"}],
        "date": "2030-01-08",
        "start_time": "08:00",
        "end_time": "10:00",
        "session_type": "PRACTICAL",
        "title": "",
        "subject": None,
        "instructor": None,
        "location": "Workshop",
        "notes": "Overalls",
        "status": "scheduled",
        "is_locked": False,
        "locked_at": None,
        "locked_by_user_id": None,
        "locked_by": None,
        "signature": None,
        "version": 1,
        "told": 2,
    }
    assert session.is_extra


def test_date_alone_makes_a_session_that_books_nobody(api, batch):
    reply = api.post("/institution/class-sessions", {"cohort_id": str(batch.pk), "date": "2030-01-07"})
    assert (reply.status, reply.data["start_time"], reply.data["session_type"]) == (201, None, "THEORY")


def test_double_booking_is_refused_with_what_is_free(campus, api, batch, farid):
    other = campus.batch(lead=farid)
    reply = api.post("/institution/class-sessions", body(other, date="2030-01-07", start_time="09:00"))
    assert reply.status == 400
    assert reply.message == (
        "Schedule conflict: Farid Osman teaches Python Evening (PY-1), Monday 08:00 to 10:00, on 7 January 2030."
    )
    assert reply.data["conflicts"][0]["asked"] == {
        "day": "Monday",
        "start_time": "09:00",
        "end_time": "10:00",
        "date": "2030-01-07",
    }
    assert reply.data["alternatives"]["times"][0] == {
        "slot": 0,
        "day": "Monday",
        "start_time": "10:00",
        "end_time": "11:00",
        "date": "2030-01-07",
    }


def test_session_is_moved_cancelled_and_taken_up_again(api, batch):
    session = batch.sessions[0]
    path = f"/institution/class-sessions/{session.pk}"
    reply = api.put(path, {"date": "2030-01-09", "start_time": "13:00", "end_time": "15:00", "version": 1})
    assert (reply.status, reply.data["date"], reply.data["start_time"]) == (200, "2030-01-09", "13:00")
    assert api.put(path, {"notes": "Late", "version": 1}).status == 412
    reply = api.delete(path, {"reason": "Strike"})
    assert (reply.status, reply.data["status"]) == (200, "cancelled")
    assert api.post(f"{path}/restore").data["status"] == "scheduled"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"cohort_id": "x"}, "cohort_id"),
        ({"date": None}, "date"),
        ({"date": "x"}, "date"),
        ({"start_time": "25:00"}, "start_time"),
        ({"end_time": None}, "end_time"),
        ({"end_time": "07:00"}, "end_time"),
        ({"session_type": "PARTY"}, "session_type"),
        ({"instructor_id": "x"}, "instructor_id"),
        ({"room_id": "x"}, "room_id"),
        ({"subject_id": "x"}, "subject_id"),
        ({"location": "x" * 151}, "location"),
        ({"title": "x" * 151}, "title"),
        ({"notes": "x" * 20_001}, "notes"),
    ],
)
def test_wrong_fields_are_named(api, batch, wrong, field):
    reply = api.post("/institution/class-sessions", body(batch, **wrong))
    assert (reply.status, list(reply.fields)) == (400, [field])


def test_session_stays_with_its_batch(campus, api, batch):
    session = batch.sessions[0]
    reply = api.put(f"/institution/class-sessions/{session.pk}", {"cohort_id": str(campus.batch().pk)})
    assert (reply.status, list(reply.fields)) == (400, ["cohort_id"])


def test_instructor_adds_to_the_batches_that_are_theirs(campus, batch, farid):
    own = Api(campus.token(farid))
    assert own.post("/institution/class-sessions", body(batch)).status == 201
    reply = own.post("/institution/class-sessions", body(campus.batch(), date="2030-01-10"))
    assert (reply.status, list(reply.fields)) == (400, ["cohort_id"])


def test_list_is_narrowed_and_costs_the_same_whatever_its_length(campus, api, batch, django_assert_num_queries):
    short = campus.batch(end_date=date(2030, 1, 13), slots=[slot(1, "08:00", "10:00")])
    path = "/batches/{}/sessions?page_size=200"
    assert api.get(path.format(short.pk)).body["total"] == 1
    with django_assert_num_queries(QUERIES):
        api.get(path.format(short.pk))
    with django_assert_num_queries(QUERIES):
        assert api.get(path.format(batch.pk)).body["total"] == 25
    january = f"/batches/{batch.pk}/sessions?from=2030-01-08&to=2030-01-21"
    assert [row["date"] for row in api.get(january).data] == ["2030-01-14", "2030-01-21"]
    assert api.get(f"/batches/{batch.pk}/sessions?status=held").data == []
    for wrong in ("status=x", "from=x", "to=2030-13-01", "sort=x"):
        assert api.get(f"/batches/{batch.pk}/sessions?{wrong}").status == 400


QUERIES = 3


def test_generating_says_what_it_made(api, batch):
    path = f"/batches/{batch.pk}/sessions/generate"
    assert api.post(path).data == {"added": 0, "changed": 0, "removed": 0, "dry_run": False}
    batch.sessions.delete()
    reply = api.post(path, {"from": "2030-01-07", "to": "2030-01-20", "dry_run": True})
    assert reply.data == {"added": 2, "changed": 0, "removed": 0, "dry_run": True}
    assert batch.sessions.count() == 0
    assert api.post(path, {"from": "2030-02-01", "to": "2030-01-01"}).status == 400
