"""The pages of batches and their registers."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.attendance.tests.test_marking import DAY, Class, session_of
from muster.core.ownership import as_owner
from muster.enrollments.models import SeatPeriod
from tests.make import Campus
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
COHORTS = "/institution/attendance/cohorts"


@pytest.fixture
def campus():
    return Campus.found()


def test_the_list_says_how_many_registers_are_taken(campus):
    day = campus.admin.today() - timedelta(days=1)
    room = Class(campus, 4, start_date=day)
    with as_owner():
        SeatPeriod.objects.update(from_date=day)
    room.session = session_of(room.batch, day)
    room.mark(room.row(0, "ABSENT"))
    # One that nobody took, and one before anybody was there.
    session_of(room.batch, day)
    session_of(room.batch, day - timedelta(days=1))
    words = words_of(Browser(campus).get(COHORTS))
    assert f"{room.batch.name} {room.batch.code}" in words
    assert "Registers taken: 1 / 4 1 not taken" in words
    assert "75%" in words
    assert "below" not in words


def test_the_registers_of_a_batch_stand_on_its_page(campus):
    room = Class(campus, 3)
    room.mark(room.row(0, "ABSENT"), room.row(1, "ABSENT"))
    session_of(room.batch, DAY + timedelta(days=1), title="Safety")
    session_of(room.batch, DAY + timedelta(days=2), status="cancelled")
    page = Browser(campus).get(f"{COHORTS}/{room.batch.pk}")
    words = words_of(page)
    assert "Tue 8 Jan 2019 no times Theory Thandi Zulu" in words
    assert "Marked: 3 / 3 33.3% below 75% Taken" in words
    assert "no times, Safety" in words
    assert "Cancelled" in words
    taken = words_of(Browser(campus).get(f"{COHORTS}/{room.batch.pk}?state=taken"))
    assert "Tue 8 Jan 2019" in taken
    assert "Safety" not in taken


def test_the_pages_cost_the_same_at_one_row_and_at_many(campus):
    def cost(path):
        browser = Browser(campus)
        browser.get(path)
        with CaptureQueriesContext(connection) as statements:
            assert browser.get(path).status_code == 200
        return len(statements)

    room = Class(campus, 2)
    room.mark()
    few = cost(COHORTS), cost(f"{COHORTS}/{room.batch.pk}")
    for day in range(1, 8):
        session_of(room.batch, DAY + timedelta(days=day))
        Class(campus, 1).mark()
    assert (cost(COHORTS), cost(f"{COHORTS}/{room.batch.pk}")) == few
    assert max(few) <= 12


def test_both_lists_are_exported(campus):
    room = Class(campus, 2)
    room.mark(room.row(0, "ABSENT"))
    rows = b"".join(Browser(campus).get(f"{COHORTS}?export=csv")).decode()
    assert f"{room.batch.name},{room.batch.code}" in rows
    assert ",50.0," in rows
    sheet = b"".join(Browser(campus).get(f"{COHORTS}/{room.batch.pk}?export=csv")).decode()
    assert "2019-01-08,Theory,Thandi Zulu,2,2,1,1,0,0,50.0,Taken" in sheet


def test_instructors_see_their_own_batches_alone(campus):
    room, other = Class(campus, 1), Class(campus, 1)
    browser = Browser(campus, room.teacher)
    words = words_of(browser.get(COHORTS))
    assert room.batch.code in words
    assert other.batch.code not in words
    assert browser.get(f"{COHORTS}/{other.batch.pk}").status_code == 404
    assert Browser(campus, room.enrollments[0].student).get(COHORTS).status_code == 403
