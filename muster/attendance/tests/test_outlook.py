"""What a learner may still miss, against trying every number; and what it is reckoned from."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.attendance.queries import sessions_in_full
from muster.attendance.queries.outlook import Outlook, with_outlook
from muster.attendance.rules import MarkPlan, mark_learners
from muster.attendance.tests.test_marking import session_of
from muster.batches.rules import cancel_session, share_meeting
from muster.enrollments.models import Enrollment
from tests.make import House, slot


@given(st.text("PALE", max_size=40), st.integers(0, 40), st.integers(0, 100))
def test_as_many_as_may_be_missed_reach_the_minimum_and_one_more_does_not(letters, to_come, minimum):
    outlook = Outlook(letters, to_come, minimum)
    came, counted = letters.count("P") + letters.count("L"), len(letters) - letters.count("E")

    def reaches(missed):
        return (came + to_come - missed) * 100 >= minimum * (counted + to_come)

    tried = [missed for missed in range(to_come + 1) if reaches(missed)]
    assert outlook.may_miss == (max(tried) if tried else None)
    assert (outlook.came, outlook.counted) == (came, counted)


@pytest.fixture
def house():
    return House.found()


def outlook_of(house, enrollment):
    row = with_outlook(Enrollment.objects.filter(pk=enrollment.pk), house.admin.today()).get()
    return row.letters, row.to_come


def mark(house, session, enrollment, status):
    found = sessions_in_full(house.admin).get(pk=session.pk)
    mark_learners(by=house.admin, session=found, marks=[MarkPlan(enrollment.pk, status)])


@pytest.mark.django_db
def test_marks_stand_in_order_and_cancelled_sessions_count_nowhere(house):
    today = house.admin.today()
    batch = house.batch(start_date=today, end_date=today + timedelta(days=60))
    enrollment = house.enroll(batch)
    assert outlook_of(house, enrollment) == ("", 0)
    sessions = [session_of(batch, today + timedelta(days=days)) for days in range(5)]
    assert outlook_of(house, enrollment) == ("", 5)
    mark(house, sessions[1], enrollment, "ABSENT")
    mark(house, sessions[0], enrollment, "LATE")
    cancel_session(by=house.admin, session=sessions[4])
    assert outlook_of(house, enrollment) == ("LA", 2)


@pytest.mark.django_db
def test_what_is_taught_together_with_another_batch_is_to_come_too(house):
    house.institution.session_horizon_days = 7300
    house.institution.save()
    first, second = house.batch(), house.batch()
    share_meeting(by=house.admin, name="Joint", batches=[first, second], slots=[slot(1, "09:00", "10:00")])
    enrollment = house.enroll(second)
    assert outlook_of(house, enrollment)[1] > 0
