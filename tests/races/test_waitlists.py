"""The line for a batch while many join, cancel and answer at one moment, with and without what guards it."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from muster.core.checks import run_checks
from muster.core.database import violated_constraint
from muster.enrollments.checks import INVARIANTS
from muster.enrollments.errors import AlreadyWaiting, BatchFull, OfferOver
from muster.enrollments.models import Enrollment, WaitlistEntry
from muster.enrollments.rules import (
    accept_offer,
    cancel_enrollment,
    decline_offer,
    enroll_or_wait,
    enroll_student,
    fill_all_seats,
    join_waitlist,
    lapse_offers,
    leave_waitlist,
)
from muster.enrollments.rules.enrolling import ask, locked_standing
from tests.make import Campus
from tests.races.rush import in_the_middle, refused, rush, without, won

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campus():
    return Campus.found()


def full_with_a_line(campus, capacity, waiting, **fields):
    """A full batch: its enrollments and those who wait, in order."""
    batch, seats = campus.full_batch(capacity, **fields)
    places = [join_waitlist(by=campus.admin, student=campus.student(), batch=batch) for _each in range(waiting)]
    return batch, seats, places


def counted(batch):
    """What the batch counts, and what there is."""
    batch.refresh_from_db()
    offered = WaitlistEntry.objects.filter(batch=batch, status="offered").count()
    seated = Enrollment.objects.holding_seats().filter(batch=batch).count()
    return (batch.enrolled_students, batch.seats_offered), (seated, offered)


def unexpected(outcomes):
    """What went wrong beside refusals."""
    return [one for one in outcomes if isinstance(one, Exception) and one not in refused(outcomes)]


def place_by_raw_sql(batch, student, status="waiting"):
    """What a program that knows no rule would do."""
    with transaction.atomic():
        now = timezone.now()
        offer = {"offered_at": now, "offer_expires_at": now + timedelta(days=1)} if status == "offered" else {}
        return WaitlistEntry.objects.create(
            institution_id=batch.institution_id, batch=batch, student=student, joined_at=now, status=status, **offer
        )


@pytest.mark.parametrize("mode", ["auto", "offer"])
def test_seats_that_free_at_once_go_to_the_line_in_order_whoever_else_comes(campus, mode):
    campus.let(waitlist_mode=mode)
    batch, seats, places = full_with_a_line(campus, 8, 10)
    newcomers = [campus.student() for _each in range(12)]
    outcomes = rush(
        [
            *(partial(cancel_enrollment, by=campus.admin, enrollment=seat) for seat in seats[:6]),
            *(partial(enroll_student, by=campus.admin, student=student, batch=batch) for student in newcomers),
        ]
    )
    assert {type(one) for one in refused(outcomes)} == {BatchFull}
    assert (len(won(outcomes)), unexpected(outcomes)) == (6, [])
    served = WaitlistEntry.objects.filter(batch=batch).exclude(status="waiting").values_list("pk", flat=True)
    assert {*served} == {place.pk for place in places[:6]}
    assert counted(batch) == (((8, 0), (8, 0)) if mode == "auto" else ((2, 6), (2, 6)))


def test_everybody_who_enrolls_or_waits_at_once_has_one_or_the_other(campus):
    batch = campus.batch(capacity=5)
    students = [campus.student() for _each in range(20)]
    outcomes = rush([partial(enroll_or_wait, by=campus.admin, student=student, batch=batch) for student in students])
    assert [type(one) for one in outcomes].count(Enrollment) == 5
    assert [type(one) for one in outcomes].count(WaitlistEntry) == 15
    assert counted(batch) == ((5, 0), (5, 0))


def standing(campus, student, batch):
    """What `enroll_student` knows when it decides, in a transaction of its own."""
    with transaction.atomic():
        return locked_standing(campus.admin, student, batch, batch.course_id)


def test_who_is_asked_about_behind_a_lock_sees_who_joined_before_it(campus):
    batch, _seats, _places = full_with_a_line(campus, 1, 0)
    first, second = campus.student(), campus.student()
    place, at = in_the_middle(
        partial(join_waitlist, by=campus.admin, student=first, batch=batch), partial(standing, campus, second, batch)
    )
    assert at.asked.next_in_line == place.pk


def test_control_who_is_asked_about_before_the_lock_overlooks_them(campus):
    batch, _seats, _places = full_with_a_line(campus, 1, 0)
    first, second = campus.student(), campus.student()
    _place, asked = in_the_middle(
        partial(join_waitlist, by=campus.admin, student=first, batch=batch),
        partial(ask, campus.admin, second, batch.course_id, batch),
    )
    assert asked.next_in_line is None


def test_one_student_who_joins_ten_times_at_once_stands_once_in_line(campus):
    batch, _seats, _places = full_with_a_line(campus, 1, 0)
    student = campus.student()
    outcomes = rush([partial(join_waitlist, by=campus.admin, student=student, batch=batch) for _each in range(10)])
    assert len(won(outcomes)) == 1
    assert {type(one) for one in refused(outcomes)} == {AlreadyWaiting}


def test_an_offer_that_is_accepted_declined_and_lapses_at_once_has_one_end(campus):
    campus.let(waitlist_mode="offer")
    batch, [seat], [place, behind] = full_with_a_line(campus, 1, 2)
    cancel_enrollment(by=campus.admin, enrollment=seat)
    place.refresh_from_db()
    # Not so late that the offer to whoever is behind would be over too.
    later = place.offer_expires_at
    outcomes = rush(
        [
            *(partial(accept_offer, by=campus.admin, place=place) for _each in range(4)),
            *(partial(decline_offer, by=campus.admin, place=place) for _each in range(4)),
            partial(lapse_offers, institution=campus.institution, now=later),
        ]
    )
    assert {type(one) for one in refused(outcomes)} <= {OfferOver}
    assert unexpected(outcomes) == []
    place.refresh_from_db()
    behind.refresh_from_db()
    assert (place.status == "accepted") == (behind.status == "waiting")
    now, there = counted(batch)
    assert (now, sum(now)) == (there, 1)


def test_two_lines_whose_heads_sit_in_the_other_batch_get_on_without_a_deadlock(campus):
    campus.let(waitlist_mode="auto")
    for _round in range(3):
        course = campus.course()
        batches = [campus.batch(course=course, capacity=4, code=f"{course.code}{side}") for side in "AB"]
        seats = [[campus.enroll(batch) for _each in range(4)] for batch in batches]
        for side in (0, 1):
            for seat in seats[1 - side][:2]:
                join_waitlist(by=campus.admin, student=seat.student, batch=batches[side])
        outcomes = rush(
            [partial(cancel_enrollment, by=campus.admin, enrollment=seat) for side in seats for seat in side[2:]]
        )
        assert unexpected(outcomes) == []
        fill_all_seats(institution=campus.institution)
        for batch in batches:
            now, there = counted(batch)
            assert now == there
            waiting = WaitlistEntry.objects.waiting().filter(batch=batch).count()
            assert not (waiting and batch.available_spots)


def test_a_crowd_that_does_everything_at_once_leaves_nothing_to_mend(campus):
    for mode in ("auto", "offer"):
        campus.let(waitlist_mode=mode)
        course = campus.course()
        batch, seats, places = full_with_a_line(campus, 6, 8, course=course)
        other, _seats, _places = full_with_a_line(campus, 2, 2, course=course)
        for seat in seats[:2]:
            join_waitlist(by=campus.admin, student=seat.student, batch=other)
        for seat in seats[2:4]:
            cancel_enrollment(by=campus.admin, enrollment=seat)
        offered = list(WaitlistEntry.objects.filter(batch=batch, status="offered"))
        outcomes = rush(
            [
                *(partial(cancel_enrollment, by=campus.admin, enrollment=seat) for seat in seats[4:]),
                *(partial(accept_offer, by=campus.admin, place=place) for place in offered[:1]),
                *(partial(decline_offer, by=campus.admin, place=place) for place in offered[1:]),
                *(partial(leave_waitlist, by=campus.admin, place=place) for place in places[4:6]),
                *(
                    partial(enroll_or_wait, by=campus.admin, student=campus.student(), batch=which)
                    for which in (batch, other) * 4
                ),
                partial(lapse_offers, institution=campus.institution, now=timezone.now() + timedelta(days=3)),
                partial(fill_all_seats, institution=campus.institution),
            ]
        )
        assert unexpected(outcomes) == []
        fill_all_seats(institution=campus.institution)
        for which in (batch, other):
            now, there = counted(which)
            assert now == there
            assert not (which.available_spots and WaitlistEntry.objects.waiting().filter(batch=which).exists())
    assert [found for found in run_checks(INVARIANTS, owner=campus.institution.pk) if not found.holds] == []


def test_without_the_lock_nobody_waits_beside_a_seat(campus):
    batch = campus.batch(capacity=50)
    students = [campus.student() for _each in range(10)]
    outcomes = rush(
        [
            call
            for student in students
            for call in (
                partial(enroll_student, by=campus.admin, student=student, batch=batch),
                partial(place_by_raw_sql, batch, student),
            )
        ]
    )
    met = {violated_constraint(error) for error in outcomes if isinstance(error, IntegrityError)}
    assert met <= {"nobody_waits_beside_a_seat"}
    assert beside(batch) == set()


def test_without_the_lock_no_more_is_offered_than_there_are_seats(campus):
    batch = campus.batch(capacity=5)
    rush([partial(place_by_raw_sql, batch, campus.student(), "offered") for _each in range(15)])
    assert counted(batch) == ((0, 5), (0, 5))


def test_control_without_the_triggers_somebody_waits_beside_a_seat(campus):
    batch = campus.batch(capacity=50)
    students = [campus.student() for _each in range(10)]
    [guard] = [
        one.get_pgid(WaitlistEntry)
        for one in WaitlistEntry._meta.triggers
        if one.name == "waiting_is_for_an_open_batch"
    ]
    with without("enrollments_waitlistentry", triggers=[guard]):
        for student in students:
            campus.enroll(batch, student)
        rush([partial(place_by_raw_sql, batch, student) for student in students])
        assert beside(batch) == {student.pk for student in students}


def test_control_without_the_constraint_more_is_offered_than_there_is(campus):
    batch = campus.batch(capacity=5)
    students = [campus.student() for _each in range(15)]
    with without("batches_batch", constraints=["seats_held_never_exceed_capacity"]):
        rush([partial(place_by_raw_sql, batch, student, "offered") for student in students])
        assert counted(batch)[0] == (0, 15)


def beside(batch):
    """Who has a seat and waits."""
    seated = Enrollment.objects.holding_seats().filter(batch=batch).values("student")
    places = WaitlistEntry.objects.current().filter(batch=batch, student__in=seated)
    return {*places.values_list("student_id", flat=True)}
