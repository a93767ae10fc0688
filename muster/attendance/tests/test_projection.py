"""What a learner may still miss, against trying every number; and what it is reckoned from."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.attendance.queries import sessions_in_full
from muster.attendance.queries.projection import AttendanceProjection, with_projection
from muster.attendance.rules import MarkInput, mark_learners
from muster.attendance.tests.test_marking import session_of
from muster.batches.rules import cancel_session, share_meeting
from muster.enrollments.models import Enrollment
from tests.make import Campus, slot


@given(st.text("PALE", max_size=40), st.integers(0, 40), st.integers(0, 100))
def test_as_many_as_may_be_missed_reach_the_minimum_and_one_more_does_not(letters, to_come, minimum):
    outlook = AttendanceProjection(letters, to_come, minimum)
    came, counted = letters.count("P") + letters.count("L"), len(letters) - letters.count("E")

    def reaches(missed):
        return (came + to_come - missed) * 100 >= minimum * (counted + to_come)

    tried = [missed for missed in range(to_come + 1) if reaches(missed)]
    assert outlook.may_miss == (max(tried) if tried else None)
    assert (outlook.came, outlook.counted) == (came, counted)


@pytest.fixture
def campus():
    return Campus.found()


def outlook_of(campus, enrollment):
    row = with_projection(Enrollment.objects.filter(pk=enrollment.pk)).get()
    return row.letters, row.to_come


def mark(campus, session, enrollment, status):
    found = sessions_in_full(campus.admin).get(pk=session.pk)
    mark_learners(by=campus.admin, session=found, marks=[MarkInput(enrollment.pk, status)])


@pytest.mark.django_db
def test_marks_stand_in_order_and_cancelled_sessions_count_nowhere(campus):
    today = campus.admin.today()
    batch = campus.batch(start_date=today - timedelta(days=1), end_date=today + timedelta(days=60))
    enrollment = campus.enroll(batch, enrollment_date=batch.start_date)
    assert outlook_of(campus, enrollment) == ("", 0)
    sessions = [session_of(batch, today + timedelta(days=days)) for days in range(-1, 4)]
    assert outlook_of(campus, enrollment) == ("", 4)
    mark(campus, sessions[1], enrollment, "ABSENT")
    mark(campus, sessions[0], enrollment, "LATE")
    cancel_session(by=campus.admin, session=sessions[4])
    assert outlook_of(campus, enrollment) == ("LA", 2)


@pytest.mark.django_db
def test_what_is_taught_together_with_another_batch_is_to_come_too(campus):
    campus.institution.session_horizon_days = 7300
    campus.institution.save()
    first, second = campus.batch(), campus.batch()
    share_meeting(by=campus.admin, name="Joint", batches=[first, second], slots=[slot(1, "09:00", "10:00")])
    enrollment = campus.enroll(second)
    assert outlook_of(campus, enrollment)[1] > 0
