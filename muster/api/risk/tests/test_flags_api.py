"""Students at risk over the API."""

import pytest

from muster.risk.tests.make import RiskClass
from tests.client import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return RiskClass()


def of(room, user=None):
    return Api(room.campus.token(user) if user else room.campus.token())


def test_the_list_is_narrowed_and_says_why(room):
    flag = room.flagged("AAPA")
    api = of(room)
    [row] = api.get("/risk").data
    assert (row["_id"], row["reasons"], row["attendance_percent"], row["minimum"]) == (
        str(flag.pk),
        ["attendance"],
        25.0,
        75,
    )
    assert row["words"] == ["Attendance 25%, 75% required"]
    for query, number in (
        ("reason=attendance", 1),
        ("reason=missed", 0),
        ("owner=none", 1),
        ("state=closed", 0),
        (f"batch={room.batch.pk}&q=sipho", 1),
        ("q=nobody", 0),
    ):
        assert api.get(f"/risk?{query}").body["total"] == number, query
    assert api.get("/risk?reason=mood").fields == ["reason"]
    assert api.get("/risk?state=mood").fields == ["state"]
    assert api.get("/risk?owner=mood").fields == ["owner"]


def test_a_flag_is_worked_on_from_owner_to_outcome(room):
    flag, api = room.flagged(), of(room, room.lead)
    path = f"/risk/{flag.pk}"
    refused = api.post(f"{path}/interventions", {"kind": "letter"})
    assert (refused.status, refused.fields) == (400, ["kind"])
    owned = api.put(path, {"owner_id": str(room.lead.pk)})
    assert owned.data["owner"]["full_name"] == "Naledi Mokoena"
    assert api.put(path, {"owner_id": str(room.campus.admin.user.pk)}).fields == ["owner_id"]
    assert api.post(f"{path}/interventions", {"kind": "call", "note": "No answer"}).status == 201
    letter = api.post(f"{path}/interventions", {"kind": "letter"})
    assert letter.data["letter"].startswith("Dear Sipho Ndaba,")
    assert api.get(f"/risk/letters/{letter.data['_id']}").content.startswith(b"%PDF")
    assert [one["kind"] for one in api.get(path).data["interventions"]] == ["letter", "call"]
    assert api.put(path, {"note": "Well"}).fields == ["outcome"]
    closed = api.put(path, {"outcome": "agreed", "note": "Evening lessons"})
    assert (closed.data["outcome"], closed.data["note"]) == ("agreed", "Evening lessons")
    assert api.put(path, {"outcome": None}).data["closed_at"] is None


def test_a_letter_that_says_nothing_is_refused(room):
    """The institution's text may come to nothing, as where it is a forecast alone and attendance is no reason."""
    room.campus.let(risk_letter="{forecast}")
    path, api = f"/risk/{room.flagged().pk}/interventions", of(room)
    assert api.post(path, {"kind": "call", "note": "No answer"}).status == 201
    for body in ({"kind": "letter"}, {"kind": "letter", "letter": " \u200b "}):
        refused = api.post(path, body)
        assert (refused.status, refused.fields) == (400, ["letter"])
    assert api.post(path, {"kind": "letter", "letter": "Dear Sipho"}).status == 201


def test_students_read_their_own_forecast_and_nobody_else_s(room):
    room.mark("AAPA")
    student = room.seat.student
    own = of(room, student)
    [mine] = own.get("/risk/forecast").data
    assert (mine["attendance_percent"], mine["minimum"], mine["batch_code"]) == (25.0, 75, room.batch.code)
    assert of(room).get(f"/risk/forecast?student_id={student.pk}").data == [mine]
    assert own.get(f"/risk/forecast?student_id={room.campus.student().pk}").fields == ["student_id"]
    assert own.get("/risk").status == 403
