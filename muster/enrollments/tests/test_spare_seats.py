"""Seats that a batch keeps back: until when, who gets them then, and keeping them back again."""

from datetime import timedelta

import pytest

from muster.batches.history import history_of
from muster.batches.models import Batch
from muster.batches.rules import archive_batch
from muster.core.errors import Conflict, Invalid
from muster.enrollments.errors import BatchFull, NotOpenForEnrollment
from muster.enrollments.jobs import move_all_waitlists
from muster.enrollments.opening import is_open_to, seats_left_of, taking_students, with_a_seat
from muster.enrollments.queries import open_siblings
from muster.enrollments.rules import (
    change_status,
    enroll_student,
    join_waitlist,
    keep_spare_seats,
    release_spare_seats,
)
from muster.enrollments.waitlists import why_it_stands_still
from muster.institutions.models import Institution
from tests.make import Campus

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
EAST, WEST = "Pacific/Kiritimati", "Pacific/Honolulu"


@pytest.fixture
def campus():
    """An institution that keeps half of its seats back, and is a day ahead of its branch."""
    campus = Campus.found()
    return set_up(campus, time_zone=EAST, seat_buffer_percent=50)


def set_up(campus, **settings):
    Institution.objects.filter(pk=campus.institution.pk).update(**settings)
    campus.institution.refresh_from_db()
    return campus


@pytest.fixture
def batch(campus):
    """Two seats: one is taken, the other kept back."""
    batch = campus.batch(capacity=2, branch=campus.branch(time_zone=WEST))
    campus.enroll(batch)
    return fresh(batch)


def fresh(batch):
    return Batch.objects.select_related("institution", "branch").get(pk=batch.pk)


def seat_for_a_student(campus, batch):
    student = campus.student()
    return enroll_student(by=campus.actor(student), student=student, batch=fresh(batch))


def stored(batch, **fields):
    Batch.objects.filter(pk=batch.pk).update(**fields)


def test_released_seats_are_for_everybody(campus, batch):
    with pytest.raises(BatchFull, match="kept back"):
        seat_for_a_student(campus, batch)
    released = release_spare_seats(by=campus.admin, batch=batch, reason="Nobody repeats")
    assert released.buffer_released_on == batch.today()
    assert seat_for_a_student(campus, batch).status == "active"
    [entry] = [one for one in history_of(batch).entries if one.use_case == "release_spare_seats"]
    assert entry.reason == "Nobody repeats"


def test_the_waitlist_comes_first_when_seats_are_released(campus, batch):
    place = join_waitlist(by=campus.admin, student=campus.student(), batch=batch)
    assert release_spare_seats(by=campus.admin, batch=batch).enrolled_students == 2
    place.refresh_from_db()
    assert place.status == "accepted"


def test_on_the_day_by_the_clock_of_the_batch_the_waitlist_is_filled(campus, batch):
    place = join_waitlist(by=campus.admin, student=campus.student(), batch=batch)
    tomorrow = batch.today() + DAY
    # It is tomorrow at the institution already.
    assert tomorrow == campus.admin.today()
    release_spare_seats(by=campus.admin, batch=batch, on=tomorrow)
    assert "They go to the waitlist automatically on" in why_it_stands_still(fresh(batch), batch.today())
    move_all_waitlists(0)
    place.refresh_from_db()
    assert place.status == "waiting"
    stored(batch, buffer_released_on=batch.today())
    move_all_waitlists(0)
    place.refresh_from_db()
    assert place.status == "accepted"


def test_the_institution_releases_them_some_days_before_the_start(campus, batch):
    stored(batch, start_date=batch.today() + 10 * DAY)
    set_up(campus, buffer_release_days=9)
    with pytest.raises(BatchFull):
        seat_for_a_student(campus, batch)
    set_up(campus, buffer_release_days=10)
    # A batch that names a day of its own goes by that.
    keep_spare_seats(by=campus.admin, batch=batch, until=batch.today() + DAY)
    with pytest.raises(BatchFull):
        seat_for_a_student(campus, batch)
    stored(batch, buffer_released_on=None)
    assert seat_for_a_student(campus, batch).status == "active"


def test_python_and_the_lists_agree_on_the_day_of_release(campus):
    course, branch = campus.course(), campus.branch(time_zone=WEST)
    here = campus.batch(course=course, branch=branch).today()
    for begins in (2, 3, 4):
        for released in (None, -1, 0, 1):
            batch = campus.batch(course=course, branch=branch, capacity=2)
            day = None if released is None else here + released * DAY
            stored(batch, start_date=here + begins * DAY, buffer_released_on=day)
            campus.enroll(batch)
    student = campus.actor(campus.student())
    for days, count in ((None, 6), (2, 7), (3, 8), (30, 9)):
        set_up(campus, buffer_release_days=days)
        student.institution.refresh_from_db()
        for actor in (campus.admin, student):
            every = list(taking_students(actor, Batch.objects.filter(course=course).select_related("branch")))
            assert [one.seats_left for one in every] == [seats_left_of(one, actor) for one in every]
            open_ones = {one.pk for one in every if is_open_to(one, actor, here)}
            assert {one.pk for one in with_a_seat(taking_students(actor, Batch.objects.filter(course=course)))} == (
                open_ones
            )
            assert {one.pk for one in open_siblings(Batch(course=course), actor, most=100)} == open_ones
        # The first batch has no students, and a seat in any case.
        assert len(open_ones) == count + 1


def test_seats_are_kept_back_again_as_far_as_they_are_free(campus, batch):
    release_spare_seats(by=campus.admin, batch=batch)
    assert keep_spare_seats(by=campus.admin, batch=batch).buffer_released_on is None
    with pytest.raises(BatchFull):
        seat_for_a_student(campus, batch)
    release_spare_seats(by=campus.admin, batch=batch)
    seat_for_a_student(campus, batch)
    with pytest.raises(Conflict, match="none can be kept back"):
        keep_spare_seats(by=campus.admin, batch=batch)


def test_what_makes_no_sense_is_refused(campus, batch):
    for day in (batch.today() - DAY, batch.end_date + DAY, batch.end_date.replace(year=3000)):
        with pytest.raises(Invalid) as refused:
            release_spare_seats(by=campus.admin, batch=batch, on=day)
        assert [one.field for one in refused.value.errors] == ["on"]
    with pytest.raises(Invalid, match="already be released") as refused:
        keep_spare_seats(by=campus.admin, batch=batch, until=batch.today())
    assert [one.field for one in refused.value.errors] == ["until"]
    release_spare_seats(by=campus.admin, batch=batch)
    with pytest.raises(Conflict, match="already released"):
        release_spare_seats(by=campus.admin, batch=batch)
    set_up(campus, seat_buffer_percent=0)
    for rule in (release_spare_seats, keep_spare_seats):
        with pytest.raises(Conflict, match="keeps no seats back"):
            rule(by=campus.admin, batch=batch)


@pytest.mark.parametrize("rule", [release_spare_seats, keep_spare_seats])
def test_a_batch_that_is_over_or_archived_keeps_nothing_back(campus, batch, rule):
    change_status(by=campus.admin, batch=batch, status="Cancelled")
    with pytest.raises(NotOpenForEnrollment):
        rule(by=campus.admin, batch=batch)
    archive_batch(by=campus.admin, batch=batch)
    with pytest.raises(Conflict, match="archived"):
        rule(by=campus.admin, batch=batch)
