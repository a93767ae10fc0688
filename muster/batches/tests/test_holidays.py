"""Holidays and what is booked on them: free at once, and taken back only where everybody is still free."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.db import IntegrityError, transaction

from muster.batches.errors import DaysAreTaken
from muster.batches.models import Batch
from muster.batches.rules import SessionInput, add_session
from muster.institutions.models import Holiday
from muster.institutions.resources import HOLIDAYS
from muster.timetable.models import Booking
from tests.client import Api
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db
MONDAY = date(2030, 1, 7)


@pytest.fixture
def campus() -> Campus:
    return Campus.found()


@pytest.fixture
def mondays(campus: Campus) -> Batch:
    """Two Mondays in Durban, with one lead and one room."""
    room = campus.room(campus.branch(name="Durban"))
    return campus.batch(
        name="Evenings",
        code="EV-1",
        branch=room.branch,
        start_date=MONDAY,
        end_date=date(2030, 1, 20),
        lead=campus.instructor("Farid Osman"),
        slots=[slot(1, "08:00", "10:00", room=room)],
    )


def closed(campus: Campus, batch: Batch) -> Holiday:
    fields = {"name": "Founders Day", "start_date": MONDAY, "branch": batch.branch}
    return HOLIDAYS.add(by=campus.admin, fields=fields)


def elsewhere(campus: Campus, batch: Batch) -> Batch:
    """A batch in another city that has the lead and the room on the day of the holiday."""
    lead = batch.instructor_assignments.get().instructor
    room = batch.slots.get().room
    other = campus.batch(name="Mornings", code="MO-1", branch=campus.branch(name="Cape Town"))
    add_session(
        by=campus.admin, batch=other, fields=SessionInput(MONDAY, time(9), time(11), instructor=lead, room=room)
    )
    return other


def test_holiday_in_one_city_frees_who_teaches_in_another(campus: Campus, mondays: Batch):
    assert Booking.objects.filter(meeting=mondays.pk).count() == 4
    closed(campus, mondays)
    assert set(Booking.objects.filter(meeting=mondays.pk).values_list("on_date", flat=True)) == {date(2030, 1, 14)}
    assert elsewhere(campus, mondays).sessions.get().date == MONDAY


def test_rule_knows_that_a_holiday_is_free(campus: Campus, mondays: Batch):
    closed(campus, mondays)
    lead = mondays.instructor_assignments.get().instructor
    # Each asks for one day: the second Monday is taken, the first one is not.
    hours = [slot(1, "09:00", "11:00")]
    assert campus.batch(start_date=MONDAY, end_date=date(2030, 1, 13), lead=lead, slots=hours).pk
    answer = Api(campus.token()).post(
        "/batches/check-conflicts",
        {
            "start_date": "2030-01-14",
            "end_date": "2030-01-20",
            "assigned_instructor": str(lead.pk),
            "schedule": [{"day": "Monday", "start_time": "09:00", "end_time": "11:00"}],
        },
    )
    assert [clash["batch"]["batch_code"] for clash in answer.data["conflicts"]] == ["EV-1"]


def test_taking_a_holiday_back_books_again(campus: Campus, mondays: Batch):
    holiday = closed(campus, mondays)
    HOLIDAYS.remove(by=campus.admin, row=holiday)
    assert Booking.objects.filter(meeting=mondays.pk).count() == 4


def test_taking_a_holiday_back_is_refused_by_name(campus: Campus, mondays: Batch):
    holiday = closed(campus, mondays)
    elsewhere(campus, mondays)
    with pytest.raises(DaysAreTaken) as refused:
        HOLIDAYS.remove(by=campus.admin, row=holiday)
    assert refused.value.message == (
        "These days cannot become ordinary again: Farid Osman teaches Mornings (MO-1), Monday 09:00 to 11:00, "
        "on 7 January 2030. And 1 more."
    )
    with pytest.raises(DaysAreTaken):
        HOLIDAYS.change(by=campus.admin, row=holiday, changes={"branch": campus.branch()})
    assert Holiday.objects.filter(pk=holiday.pk, branch=mondays.branch).exists()
    # And the database by itself.
    with pytest.raises(IntegrityError, match="at_a_time"), transaction.atomic():
        holiday.delete()


def test_doors_tell_who_is_busy_on_a_holiday(campus: Campus, mondays: Batch, client):
    holiday = closed(campus, mondays)
    elsewhere(campus, mondays)
    answer = Api(campus.token()).delete(f"/holidays/{holiday.pk}")
    assert answer.status == 400
    assert answer.message.startswith("These days cannot become ordinary again: Farid Osman teaches Mornings (MO-1)")
