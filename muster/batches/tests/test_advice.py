"""What is advised for the days of instructors and the size of batches: told by every door, in nobody's way."""

from __future__ import annotations

from datetime import date

import pytest

from muster.batches.rules import advice_on_staff, assign_lead
from muster.institutions.models import Holiday
from tests.client import Api
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db
MONDAY = 1
FIRST, LAST = date(2030, 1, 7), date(2030, 2, 3)


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def teacher(campus):
    return campus.instructor("Thandi Zulu")


def four_weeks(campus, *hours, first=FIRST, last=LAST, **fields):
    slots = [slot(MONDAY, start, end) for start, end in zip(hours[::2], hours[1::2], strict=True)]
    return campus.batch(start_date=first, end_date=last, slots=slots, **fields)


def advice(campus, batch, *people):
    return [one.message for one in advice_on_staff(batch, people, campus.admin)]


def test_hours_of_all_batches_of_a_day_are_counted(campus, teacher):
    four_weeks(campus, "09:00", "11:00", lead=teacher)
    batch = four_weeks(campus, "13:00", "15:30")
    assert advice(campus, batch, teacher) == [
        "Thandi Zulu would teach up to 4.5 hours a day on 4 days, first on 7 January 2030. Up to 3 a day are "
        "recommended."
    ]
    assert advice(campus, batch, campus.instructor()) == []


def test_only_days_on_which_both_take_place_are_long(campus, teacher):
    four_weeks(campus, "09:00", "11:00", first=date(2030, 1, 28), last=date(2030, 3, 3), lead=teacher)
    batch = four_weeks(campus, "13:00", "15:00")
    said = "Thandi Zulu would teach 4 hours on 28 January 2030. Up to 3 a day are recommended."
    assert advice(campus, batch, teacher) == [said]
    day = date(2030, 1, 28)
    Holiday.objects.create(institution=campus.institution, name="Founders", start_date=day, end_date=day)
    assert advice(campus, batch, teacher) == []


def test_a_break_between_sessions_is_advised(campus, teacher):
    four_weeks(campus, "09:00", "10:00", lead=teacher)
    for begins, ends, told in (
        ("10:00", "11:00", "no time"),
        ("10:05", "11:00", "5 minutes"),
        ("08:00", "08:59", "1 minute"),
        ("10:10", "11:00", ""),
    ):
        found = advice(campus, four_weeks(campus, begins, ends), teacher)
        words = f"Thandi Zulu would have {told} between two sessions on 4 days, first on 7 January 2030. "
        assert found == ([words + "At least 10 minutes are recommended."] if told else [])


def test_an_own_batch_is_not_counted_twice(campus, teacher):
    batch = four_weeks(campus, "09:00", "11:00", lead=teacher)
    assert advice(campus, batch, teacher) == []


def test_advice_is_in_nobodys_way(campus, teacher):
    api = Api(campus.token())
    four_weeks(campus, "09:00", "11:00", lead=teacher)
    batch = four_weeks(campus, "11:00", "13:00")
    reply = api.post(f"/batches/{batch.pk}/instructors", {"instructor_id": str(teacher.pk)})
    told = [("instructor_id", "daily_hours"), ("instructor_id", "short_break")]
    assert (reply.status, codes(reply)) == (201, told)
    assign_lead(by=campus.admin, batch=batch, instructor=campus.instructor())
    lead = api.put(f"/batches/{batch.pk}/assign-instructor/{teacher.pk}")
    assert (lead.status, codes(lead)) == (200, told)
    body = {"schedule": [{"day": "Monday", "start_time": "11:30", "end_time": "13:30"}]}
    changed = api.put(f"/batches/{batch.pk}", body)
    assert (changed.status, codes(changed)) == (200, [("assigned_instructor", "daily_hours")])


def test_a_new_schedule_is_told_of_the_long_days_it_makes(campus, teacher):
    api = Api(campus.token())
    plan = {
        "assigned_instructor": str(teacher.pk),
        "schedule": [{"day": "Monday", "start_time": "09:00", "end_time": "13:00"}],
        "start_date": "2030-01-07",
        "end_date": "2030-02-03",
    }
    asked = api.post("/batches/check-conflicts", plan)
    assert [one["kind"] for one in asked.data["warnings"]] == ["daily_hours"]
    opened = api.post(
        f"/batches/courses/{campus.course().pk}/batches", {**plan, "batch_name": "Mondays", "capacity": 30}
    )
    assert codes(opened) == [("assigned_instructor", "daily_hours"), ("capacity", "batch_size")]
    assert opened.body["warnings"][1]["message"] == "30 seats: 8 to 15 are recommended."
    smaller = api.put(f"/batches/{opened.data['_id']}/capacity", {"capacity": 7, "reason": "Machines"})
    assert codes(smaller) == [("capacity", "batch_size")]
    assert codes(api.put(f"/batches/{opened.data['_id']}/capacity", {"capacity": 8})) == []


def codes(reply):
    return [(one["field"], one["code"]) for one in reply.body.get("warnings", ())]
