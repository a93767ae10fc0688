"""Mentoring over the API: who schedules, what is refused by name, and what each side reads."""

from datetime import date

import pytest

from muster.allocation.rules import assign_student
from muster.institutions.models import Role
from muster.mentoring.models import MentoringSession, NoteLook
from muster.timetable.models import ClassSession
from tests.client import Api
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db

SESSIONS = "/mentoring/sessions"


@pytest.fixture
def campus():
    return Campus.found().let(time_zone="Africa/Johannesburg")


@pytest.fixture
def mentor(campus):
    return campus.instructor("Thandi Nkosi")


@pytest.fixture
def ada(campus, mentor):
    student = campus.student("Ada Byron")
    assign_student(by=campus.admin, student=student, instructor=mentor)
    return student


@pytest.fixture
def api(campus, mentor):
    return Api(campus.token(mentor))


def body(student, **more):
    return {"student_id": str(student.pk), "starts_at": "2030-03-12T12:30", **more}


def test_a_mentor_schedules_and_both_read_it(campus, api, ada):
    made = api.post(SESSIONS, body(ada, minutes=45, channel="online"))
    assert made.status == 201
    [row] = made.data
    assert (row["starts_at"], row["minutes"], row["channel"], row["status"]) == (
        "2030-03-12T10:30:00.000Z",
        45,
        "online",
        "planned",
    )
    for person in (ada, campus.admin.user):
        assert [one["_id"] for one in Api(campus.token(person)).get(SESSIONS).data] == [row["_id"]]


def test_a_time_with_a_zone_is_that_moment(api, ada):
    [row] = api.post(SESSIONS, body(ada, starts_at="2030-03-12T12:30:00+00:00")).data
    assert row["starts_at"] == "2030-03-12T12:30:00.000Z"
    assert f"{ClassSession.objects.get().start_time:%H:%M}" == "14:30"


def test_a_clash_of_either_side_is_refused_by_name(campus, api, ada):
    campus.enroll(campus.batch(name="Web basics", slots=[slot(2, "12:00", "13:00")]), ada)
    refused = api.post(SESSIONS, body(ada))
    assert (refused.status, refused.body["code"]) == (400, "schedule_conflict")
    assert "Ada Byron is busy on 12 March 2030: Web basics, 12:00 to 13:00" in refused.message
    assert refused.fields == ["starts_at"]


def test_students_schedule_nothing_and_strangers_see_nothing(campus, api, ada):
    [row] = api.post(SESSIONS, body(ada)).data
    assert Api(campus.token(ada)).post(SESSIONS, body(ada)).status == 403
    other = Api(campus.token(campus.instructor()))
    assert other.post(SESSIONS, body(ada)).status == 400
    assert other.get(SESSIONS).data == []
    assert other.put(f"{SESSIONS}/{row['_id']}", {"minutes": 45}).status == 404
    elsewhere = Campus.found()
    assert Api(elsewhere.token()).put(f"{SESSIONS}/{row['_id']}", {"minutes": 45}).status == 404


def test_a_series_is_cancelled_from_one_on(api, ada):
    rows = api.post(SESSIONS, body(ada, repeat_weekly_until="2030-04-02")).data
    assert len(rows) == 4
    assert api.delete(f"{SESSIONS}/{rows[2]['_id']}?following=true").data["status"] == "cancelled"
    assert [one["status"] for one in api.get(f"{SESSIONS}?sort=starts_at").data] == [
        "planned", "planned", "cancelled", "cancelled",
    ]  # fmt: skip
    assert api.put(f"{SESSIONS}/{rows[2]['_id']}", {"status": "planned"}).data["status"] == "planned"


def test_sessions_are_sorted_by_the_moment_and_repeat_every_two_weeks(api, ada):
    for time in ("2030-03-12T15:00", "2030-03-12T09:00"):
        api.post(SESSIONS, body(ada, starts_at=time))
    again = {"repeat_weekly_until": "2030-04-09", "repeat_every_weeks": 2}
    api.post(SESSIONS, body(ada, starts_at="2030-03-12T12:00", **again))
    found = [one["starts_at"][5:16] for one in api.get(f"{SESSIONS}?sort=starts_at").data]
    assert found == ["03-12T07:00", "03-12T10:00", "03-12T13:00", "03-26T10:00", "04-09T10:00"]
    assert [one["starts_at"][5:16] for one in api.get(f"{SESSIONS}?sort=-starts_at").data] == found[::-1]


def test_private_notes_are_the_mentors_and_each_look_of_an_administrator_is_kept(campus, api, ada):
    [row] = api.post(SESSIONS, body(ada)).data
    path = f"{SESSIONS}/{row['_id']}"
    assert api.put(path, {"status": "held"}).body["code"] == "not_begun"
    ClassSession.objects.update(date=date(2020, 3, 10))
    written = {
        "status": "held",
        "summary": "Joins",
        "private_notes": "Night shifts",
        "goals": [{"title": "Hand it in", "due_on": "2030-03-20"}],
    }
    assert api.put(path, written).data["summary"] == "Joins"
    student, admin = Api(campus.token(ada)), Api(campus.token())
    assert student.get(SESSIONS).data[0]["summary"] == "Joins"
    assert "Night shifts" not in str(student.get(SESSIONS).body)
    assert student.get(f"{path}/notes").status == 403
    assert admin.put(path, {"status": "missed"}).status == 403
    assert api.get(f"{path}/notes").data == {"private_notes": "Night shifts"}
    assert not NoteLook.objects.exists()
    assert admin.get(f"{path}/notes").data == {"private_notes": "Night shifts"}
    assert NoteLook.objects.get().looked_by == campus.admin.user
    assert [one["title"] for one in student.get("/mentoring/goals").data] == ["Hand it in"]


def test_managers_of_a_part_read_no_summary(campus, api, mentor):
    branch = campus.branch()
    student = campus.person(Role.STUDENT, branch=branch)
    assign_student(by=campus.admin, student=student, instructor=mentor)
    [row] = api.post(SESSIONS, body(student)).data
    MentoringSession.objects.update(summary="Joins")
    manager = Api(campus.token(campus.person(Role.BRANCH_MANAGER, branch=branch)))
    assert [(one["_id"], one["summary"]) for one in manager.get(SESSIONS).data] == [(row["_id"], None)]
    assert manager.get(f"{SESSIONS}/{row['_id']}/notes").status == 403


def test_both_sides_keep_goals(campus, api, ada):
    agreed = api.post("/mentoring/goals", {"student_id": str(ada.pk), "title": "Back to 75 %", "due_on": "2030-03-18"})
    path = f"/mentoring/goals/{agreed.data['_id']}"
    assert Api(campus.token(ada)).put(path, {"status": "reached"}).data["status"] == "reached"
    assert api.put(path, {"status": "sky-high"}).fields == ["status"]
    assert api.put(path, {"due_on": None}).data["due_on"] is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("starts_at", "noon"), ("minutes", 20), ("channel", "pigeon"), ("starts_at", "2020-01-01T10:00")],
)
def test_what_is_wrong_is_named(api, ada, field, value):
    refused = api.post(SESSIONS, body(ada, **{field: value}))
    assert (refused.status, refused.fields) == (400, [field])
    assert not MentoringSession.objects.exists()
