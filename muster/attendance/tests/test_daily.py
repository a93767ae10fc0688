"""Daily records: marks of a date, without a session."""

from datetime import date, timedelta

import pytest

from muster.attendance.models import AttendanceRecord, MarkEntry
from muster.attendance.tests.test_marking import Class
from muster.batches.models import Batch
from muster.enrollments.rules import cancel_enrollment
from tests.client import Api
from tests.make import NOBODY, Campus

pytestmark = pytest.mark.django_db
DAILY = "/institution/attendance/daily"
DAY = "2025-03-10"


@pytest.fixture
def room():
    return Class(Campus.found(), 3)


def mark(room, *records, day=DAY, api=None, **beside):
    return (api or room.api).post(
        DAILY, {"cohort_id": str(room.batch.pk), "date": day, "records": list(records), **beside}
    )


def stored():
    return list(
        AttendanceRecord.objects.order_by("enrollment__student__full_name").values_list(
            "status", "minutes_late", "notes", "record_date", "session_id"
        )
    )


def test_only_those_named_are_marked(room):
    reply = mark(room, room.row(0, "ABSENT", notes="Ill"), room.row(1, "LATE", minutes_late=5))
    assert reply.status == 201, reply.body
    assert [row["status"] for row in reply.data["records"]] == ["ABSENT", "LATE", None]
    assert reply.data["summary"]["total"] == 3
    day = date(2025, 3, 10)
    assert stored() == [("ABSENT", None, "Ill", day, None), ("LATE", 5, "", day, None)]


def test_the_same_again_changes_nothing_and_another_mark_replaces(room):
    mark(room, room.row(0, "ABSENT"))
    before = list(AttendanceRecord.objects.values())
    mark(room, room.row(0, "ABSENT"))
    assert list(AttendanceRecord.objects.values()) == before
    mark(room, room.row(0, "PRESENT"))
    mark(room, room.row(0, None))
    assert [one.status for one in MarkEntry.objects.all()] == ["ABSENT", "PRESENT", None]
    assert room.api.get(DAILY).data == []


def test_records_are_read_by_date_batch_and_learner(room):
    mark(room, room.row(0, "ABSENT"), room.row(1, "PRESENT"))
    mark(room, room.row(0, "LATE"), day="2025-03-11")
    rows = room.api.get(DAILY).data
    assert [(row["date"], row["learner"]["full_name"], row["status"]) for row in rows] == [
        ("2025-03-11", "Learner 00", "LATE"),
        ("2025-03-10", "Learner 00", "ABSENT"),
        ("2025-03-10", "Learner 01", "PRESENT"),
    ]
    assert len(room.api.get(f"{DAILY}?date={DAY}").data) == 2
    assert len(room.api.get(f"{DAILY}?date={DAY}&cohort_id={room.batch.pk}&status=ABSENT").data) == 1
    assert len(room.api.get(f"{DAILY}?cohort_id={NOBODY}").data) == 0
    assert len(room.api.get(f"{DAILY}?q=learner 01").data) == 1
    for query, field in (("date=x", "date"), ("cohort_id=x", "cohort_id"), ("status=HERE", "status")):
        assert room.api.get(f"{DAILY}?{query}").fields == [field]


def test_a_learner_who_left_can_still_be_marked(room):
    cancel_enrollment(by=room.campus.admin, enrollment=room.enrollments[2])
    assert mark(room, room.row(2, "ABSENT")).status == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"date": None}, "date"),
        ({"date": "yesterday"}, "date"),
        ({"date": "9999-12-31"}, "date"),
        ({"date": "0001-01-01"}, "date"),
        ({"cohort_id": None}, "cohort_id"),
        ({"cohort_id": NOBODY}, "cohort_id"),
        ({"records": None}, "records"),
        ({"records": [{"enrolment_id": NOBODY, "status": "ABSENT"}]}, "records.0.enrolment_id"),
        ({"records": [{"enrolment_id": NOBODY, "status": "HERE"}]}, "records.0.status"),
    ],
)
def test_what_is_wrong_is_named(room, change, field):
    reply = (
        mark(room, **change)
        if "records" not in change
        else room.api.post(DAILY, {"cohort_id": str(room.batch.pk), "date": DAY, **change})
    )
    assert (reply.status, reply.fields) == (400, [field])


def test_of_tomorrow_only_an_excuse_is_known(room):
    tomorrow = (room.campus.admin.today() + timedelta(days=1)).isoformat()
    assert mark(room, room.row(0, "EXCUSED"), room.row(1, "ABSENT"), day=tomorrow).fields == ["records.1.status"]
    assert mark(room, room.row(0, "EXCUSED"), day=tomorrow).status == 201
    assert mark(room, room.row(0, "ABSENT"), day=room.campus.admin.today().isoformat()).status == 201


def test_instructors_reach_their_own_batches_and_students_their_own_records(room):
    mark(room, room.row(0, "ABSENT"), room.row(1, "PRESENT"))
    stranger = Api(room.campus.token(room.campus.instructor()))
    assert mark(room, room.row(0, "ABSENT"), api=stranger).fields == ["cohort_id"]
    assert stranger.get(DAILY).data == []
    assert len(Api(room.campus.token(room.teacher)).get(DAILY).data) == 2
    student = Api(room.campus.token(room.enrollments[0].student))
    assert [row["status"] for row in student.get(DAILY).data] == ["ABSENT"]
    assert mark(room, room.row(0, "PRESENT"), api=student).status == 403


def test_an_archived_batch_takes_no_daily_record(room):
    mark(room, room.row(0, "ABSENT"))
    Batch.objects.update(archived_at=room.campus.admin.now())
    reply = mark(room, room.row(0, "PRESENT"))
    assert "Batch is archived" in reply.message
    assert len(room.api.get(DAILY).data) == 1
