"""Assistants who are there from the first day, and the rooms that are free instead of a taken one."""

from datetime import date, time

import pytest

from muster.batches.assessment import ScheduleAssessment
from muster.batches.clashes import Hour, Timetable, alternatives_to, clashes_of
from muster.batches.errors import NotAnInstructor, ScheduleConflict
from muster.batches.models import InstructorAssignment
from muster.core.errors import Invalid
from muster.timetable.models import Booking
from tests.client import Api
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db
MONDAY = slot(1, "09:00", "11:00")


@pytest.fixture
def campus():
    return Campus.found()


def test_an_assistant_is_assigned_and_booked_from_the_first_day(campus):
    lead, assistant = campus.instructor(), campus.instructor()
    batch = campus.batch(lead=lead, assistants=[assistant, assistant], slots=[MONDAY])
    roles = dict(InstructorAssignment.objects.filter(batch=batch).values_list("instructor_id", "role"))
    assert roles == {lead.pk: "lead", assistant.pk: "assistant"}
    booked = Booking.objects.filter(meeting__batches=batch).values_list("instructor_id", flat=True)
    assert set(booked) == {lead.pk, assistant.pk}


def test_an_assistant_is_never_in_two_places(campus):
    assistant = campus.instructor("Daniel Botha")
    campus.batch(lead=assistant, slots=[MONDAY])
    with pytest.raises(ScheduleConflict) as refusal:
        campus.batch(lead=campus.instructor(), assistants=[assistant], slots=[MONDAY])
    assert [clash.who for clash in refusal.value.clashes] == ["Daniel Botha"]


def test_the_lead_cannot_assist_too(campus):
    lead = campus.instructor()
    with pytest.raises(Invalid) as refusal:
        campus.batch(lead=lead, assistants=[lead])
    assert [wrong.field for wrong in refusal.value.errors] == ["assistants"]


def test_only_instructors_assist(campus):
    with pytest.raises(NotAnInstructor) as refusal:
        campus.batch(lead=campus.instructor(), assistants=[campus.student()])
    assert [wrong.field for wrong in refusal.value.errors] == ["assistants"]


def test_the_api_takes_assistants_and_asks_about_them(campus):
    api, course = Api(campus.token()), campus.course()
    lead, assistant = campus.instructor(), campus.instructor()
    body = {
        "batch_name": "Evenings",
        "start_date": "2030-01-07",
        "end_date": "2030-03-01",
        "capacity": 10,
        "assigned_instructor": str(lead.pk),
        "assistants": [str(assistant.pk)],
        "schedule": [{"day": "Monday", "start_time": "09:00", "end_time": "11:00"}],
    }
    opened = api.post(f"/batches/courses/{course.pk}/batches", body)
    assert opened.status == 201, opened.body
    assert InstructorAssignment.objects.get(role="assistant").instructor_id == assistant.pk
    question = {name: body[name] for name in ("assistants", "schedule", "start_date", "end_date")}
    asked = api.post("/batches/check-conflicts", {**question, "course_id": str(course.pk)})
    assert [clash["who"]["_id"] for clash in asked.data["conflicts"]] == [str(assistant.pk)]
    refused = api.post(f"/batches/courses/{course.pk}/batches", {**body, "assistants": ["nobody"]})
    assert (refused.status, refused.fields) == (400, ["assistants"])


def test_a_taken_room_comes_with_the_rooms_that_are_free(campus):
    branch = campus.branch()
    small, large, fitting = (
        campus.room(branch, name=name, seats=seats) for name, seats in (("1", 8), ("2", 60), ("3", 20))
    )
    taken = campus.room(branch, name="4", seats=18)
    campus.room(branch, name="5", seats=18, is_active=False)
    also_taken = campus.room(branch, name="6", seats=18)
    for room in (taken, also_taken):
        campus.batch(slots=[slot(1, "09:00", "11:00", room=room)])
    batch = campus.batch()
    timetable = Timetable(
        campus.institution.pk,
        "UTC",
        batch.start_date,
        batch.end_date,
        [Hour(1, MONDAY.start_time, MONDAY.end_time, taken.pk)],
    )
    assessment = ScheduleAssessment(campus.admin, batch, timetable)
    clashes = assessment.clashes
    assert [(clash.kind, clash.who) for clash in clashes] == [("room", "4")]
    assert clashes[0].dates == len(clashes[0].on_dates) == 25
    found = assessment.alternatives
    assert [(index, room.id) for index, room in found.rooms] == [(0, fitting.pk), (0, large.pk), (0, small.pk)]
    assert found.instructors == []


def test_free_rooms_of_many_hours_are_asked_for_at_once(campus, django_assert_num_queries):
    branch = campus.branch()
    taken, other = campus.room(branch), campus.room(branch)
    days = (1, 2, 3)
    campus.batch(branch=branch, slots=[slot(day, "09:00", "10:00", room=taken) for day in days])
    hours = [Hour(day, time(9), time(10), taken.pk) for day in days]
    timetable = Timetable(campus.institution.pk, "UTC", date(2030, 1, 7), date(2030, 6, 28), hours)
    clashes = clashes_of(timetable, seen_by=campus.admin)
    with django_assert_num_queries(2):
        found = alternatives_to(timetable, clashes, seen_by=campus.admin, course=None, staff={}, busy=())
    assert [(index, room.id) for index, room in found.rooms] == [(index, other.pk) for index in range(3)]
