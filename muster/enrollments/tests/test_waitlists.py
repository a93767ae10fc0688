"""The line for a full batch: who is next, what a seat that frees becomes, and what students are told."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from muster.batches.history import history_of
from muster.batches.models import Batch
from muster.batches.rules import archive_batch, unarchive_batch
from muster.core.database import violated_constraint
from muster.core.errors import Invalid
from muster.core.ownership import without_triggers
from muster.enrollments.errors import (
    AlreadyEnrolled,
    AlreadyWaiting,
    BatchFull,
    EnrollmentEnded,
    NotOpenForEnrollment,
    NotWaiting,
    OfferOver,
    SeatIsFree,
    WaitlistFull,
)
from muster.enrollments.jobs import move_all_waitlists
from muster.enrollments.models import Enrollment, Organisation, WaitlistEntry
from muster.enrollments.offers import key_of, place_of
from muster.enrollments.rules import (
    accept_offer,
    cancel_enrollment,
    change_capacity,
    change_enrollment,
    change_status,
    decline_offer,
    delete_batch,
    enroll_or_wait,
    enroll_student,
    fill_all_seats,
    join_waitlist,
    lapse_offers,
    leave_waitlist,
    prioritize,
)
from muster.enrollments.waitlists import places_of, seats_moved, waitlist_of, why_it_stands_still
from muster.institutions.rules import deactivate_person
from muster.notifications.models import Notification
from tests.jobs import run_jobs
from tests.make import PASSWORD, Campus, slot

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def campus():
    return Campus.found().let(waitlist_mode="offer")


@pytest.fixture
def auto(campus):
    return campus.let(waitlist_mode="auto")


def waits(campus, batch, student=None, **fields):
    return join_waitlist(by=campus.admin, student=student or campus.student(), batch=batch, **fields)


def frees(campus, seat):
    cancel_enrollment(by=campus.admin, enrollment=seat)


def now(*places):
    """The status of each place, as stored."""
    for place in places:
        place.refresh_from_db()
    return [place.status for place in places]


def told(student):
    rows = Notification.objects.filter(user=student).order_by("created_at", "pk")
    return list(rows.values_list("kind", "title"))


def counted(batch):
    batch.refresh_from_db()
    return batch.enrolled_students, batch.seats_offered


# --- joining ----------------------------------------------------------------------------------------------------------
def test_there_is_no_line_while_seats_are_free(campus):
    batch = campus.batch(capacity=2)
    with pytest.raises(SeatIsFree):
        waits(campus, batch)


def test_nobody_waits_twice_or_beside_a_seat(campus):
    batch, [seat] = campus.full_batch()
    place = waits(campus, batch)
    with pytest.raises(AlreadyWaiting):
        waits(campus, batch, place.student)
    with pytest.raises(AlreadyEnrolled):
        waits(campus, batch, seat.student)
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        WaitlistEntry.objects.create(
            institution=campus.institution, batch=batch, student=seat.student, joined_at=timezone.now()
        )
    assert violated_constraint(refusal.value) == "nobody_waits_beside_a_seat"


def test_a_place_in_line_cannot_be_moved_in_time(campus):
    batch, _seats = campus.full_batch()
    place = waits(campus, batch)
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        WaitlistEntry.objects.filter(pk=place.pk).update(joined_at=place.joined_at - DAY)
    assert violated_constraint(refusal.value) == "waiting_keeps_its_place"


def test_the_batch_says_how_many_may_wait(campus):
    course = campus.course()
    batch, _seats = campus.full_batch(course=course, waitlist_capacity=1, code="FULL")
    campus.batch(course=course, code="FREE")
    waits(campus, batch)
    with pytest.raises(WaitlistFull) as refused:
        waits(campus, batch)
    assert "FREE has 10 seats" in refused.value.message
    none, _seats = campus.full_batch(waitlist_capacity=0, code="NONE")
    with pytest.raises(WaitlistFull, match="NONE has no waitlist"):
        waits(campus, none)


def test_students_join_open_batches_and_leave_priority_to_the_institution(campus):
    batch, _seats = campus.full_batch()
    student = campus.student()
    with pytest.raises(Invalid, match="Only the institution gives priority"):
        join_waitlist(by=campus.actor(student), student=student, batch=batch, priority=3)
    with pytest.raises(Invalid):
        waits(campus, batch, priority=10)
    Batch.objects.filter(pk=batch.pk).update(start_date=batch.today() - 9 * DAY, end_date=batch.today() - DAY)
    with pytest.raises(EnrollmentEnded):
        join_waitlist(by=campus.actor(student), student=student, batch=batch)
    change_status(by=campus.admin, batch=batch, status="Cancelled")
    with pytest.raises(NotOpenForEnrollment):
        waits(campus, batch)


# --- who is next ------------------------------------------------------------------------------------------------------
def test_a_seat_goes_to_the_highest_priority_then_to_who_joined_first(auto):
    batch, seats = auto.full_batch(3)
    first, second, urgent = waits(auto, batch), waits(auto, batch), waits(auto, batch, priority=5)
    assert [place.position for place in waitlist_of(batch)] == [1, 2, 3]
    for seat in seats[:2]:
        frees(auto, seat)
    assert now(urgent, first, second) == ["accepted", "accepted", "waiting"]
    prioritize(by=auto.admin, place=second, priority=9)
    with pytest.raises(NotWaiting):
        prioritize(by=auto.admin, place=first, priority=1)
    assert counted(batch) == (3, 0)
    assert urgent.enrollment.student == urgent.student
    assert seats_moved(batch) == 2


def test_newcomer_does_not_jump_the_waitlist(campus):
    campus.let(seat_buffer_percent=50)
    batch = campus.batch(capacity=2)
    campus.enroll(batch)
    place = waits(campus, batch)
    # A seat that is free by a setting is the line's until the job gives it.
    campus.let(seat_buffer_percent=0)
    for by in (campus.admin, campus.actor(student := campus.student())):
        with pytest.raises(BatchFull, match="goes to its waitlist"):
            enroll_student(by=by, student=student, batch=batch)
    seat = enroll_student(by=campus.admin, student=place.student, batch=batch)
    place.refresh_from_db()
    assert (place.status, place.enrollment) == ("accepted", seat)


def test_staff_gives_seats_that_are_kept_back_past_the_line(campus):
    campus.let(seat_buffer_percent=50)
    batch = campus.batch(capacity=2)
    campus.enroll(batch)
    place = waits(campus, batch)
    assert "free seat is kept back" in why_it_stands_still(batch_now(batch), batch.today())
    assert [one.kind for one in campus.enroll(batch).warnings] == ["seat_kept_back"]
    assert now(place) == ["waiting"]
    assert why_it_stands_still(batch_now(batch), batch.today()) == ""


def batch_now(batch):
    return Batch.objects.select_related("institution", "branch").get(pk=batch.pk)


def test_a_status_that_takes_a_seat_again_waits_its_turn(campus):
    batch, [seat] = campus.full_batch()
    frees(campus, seat)
    campus.let(seat_buffer_percent=50)
    campus.enroll(batch)
    change_capacity(by=campus.admin, batch=batch, capacity=2)
    place = waits(campus, batch)
    campus.let(seat_buffer_percent=0)
    with pytest.raises(BatchFull):
        change_enrollment(by=campus.admin, enrollment=seat, changes={"status": "active"})
    leave_waitlist(by=campus.admin, place=place)
    waits_too = enroll_or_wait(by=campus.admin, student=campus.student(), batch=batch)
    assert isinstance(waits_too, Enrollment)


# --- offers -----------------------------------------------------------------------------------------------------------
def test_an_offer_holds_the_seat_for_as_long_as_the_institution_says(campus):
    campus.let(waitlist_offer_hours=5)
    batch, [seat] = campus.full_batch()
    place, behind = waits(campus, batch), waits(campus, batch)
    frees(campus, seat)
    assert now(place, behind) == ["offered", "waiting"]
    assert place.offer_expires_at - place.offered_at == timedelta(hours=5)
    assert counted(batch) == (0, 1)
    with pytest.raises(BatchFull):
        campus.enroll(batch)
    enrollment = accept_offer(by=campus.actor(place.student), place=place)
    assert accept_offer(by=campus.actor(place.student), place=place) == enrollment
    assert counted(batch) == (1, 0)
    with pytest.raises(OfferOver):
        decline_offer(by=campus.admin, place=place)
    frees(campus, enrollment)
    assert now(behind) == ["offered"]


def test_who_lets_an_offer_go_is_out_until_they_join_again(campus):
    batch, [seat] = campus.full_batch()
    declines, lapses, leaves, last = (waits(campus, batch) for _each in range(4))
    frees(campus, seat)
    decline_offer(by=campus.actor(declines.student), place=declines, reason="Found work")
    assert lapse_offers(institution=campus.institution) == 0
    assert lapse_offers(institution=campus.institution, now=timezone.now() + 3 * DAY) == 1
    leave_waitlist(by=campus.admin, place=leaves)
    assert now(declines, lapses, leaves, last) == ["declined", "expired", "cancelled", "offered"]
    with pytest.raises(OfferOver):
        accept_offer(by=campus.admin, place=lapses)
    assert now(waits(campus, batch, declines.student)) == ["waiting"]
    assert counted(batch) == (0, 1)


def test_an_offer_ends_by_the_clock_before_the_job_comes(campus):
    batch, [seat] = campus.full_batch()
    place = waits(campus, batch)
    frees(campus, seat)
    past = timezone.now() - DAY
    WaitlistEntry.objects.filter(pk=place.pk).update(offered_at=past - DAY, offer_expires_at=past)
    with pytest.raises(OfferOver):
        accept_offer(by=campus.admin, place=place)
    move_all_waitlists(0)
    assert now(place) == ["expired"]


def test_enrolling_with_an_open_offer_takes_it(campus):
    batch, [seat] = campus.full_batch()
    place = waits(campus, batch)
    frees(campus, seat)
    enrollment = enroll_student(by=campus.actor(place.student), student=place.student, batch=batch)
    assert now(place) == ["accepted"]
    assert (place.enrollment, counted(batch)) == (enrollment, (1, 0))


def test_a_key_ends_with_its_offer(campus):
    batch, [seat] = campus.full_batch()
    place = waits(campus, batch)
    frees(campus, seat)
    place.refresh_from_db()
    key = key_of(place)
    assert place_of(key) == place
    assert [place_of(wrong) for wrong in ("", "nonsense", key[:-1], key + "x")] == [None] * 4
    WaitlistEntry.objects.filter(pk=place.pk).update(offered_at=place.offered_at - DAY)
    assert place_of(key) is None


# --- other batches of the student -------------------------------------------------------------------------------------
def test_being_promoted_from_a_sibling_is_a_transfer_and_frees_the_seat_there(auto):
    course = auto.course()
    mornings, [seat] = auto.full_batch(course=course)
    evenings, [other] = auto.full_batch(course=course)
    place, behind = waits(auto, mornings, other.student), waits(auto, evenings)
    frees(auto, seat)
    other.refresh_from_db()
    assert now(place, behind) == ["accepted", "accepted"]
    assert (other.status, other.transferred_to) == ("cancelled", place.enrollment)
    assert (counted(mornings), counted(evenings)) == ((1, 0), (1, 0))


def test_accepting_an_offer_leaves_the_seat_in_the_sibling(campus):
    course = campus.course()
    mornings, [seat] = campus.full_batch(course=course)
    evenings, [other] = campus.full_batch(course=course)
    place, behind = waits(campus, mornings, other.student), waits(campus, evenings)
    frees(campus, seat)
    assert (counted(mornings), counted(evenings)) == ((0, 1), (1, 0))
    accept_offer(by=campus.actor(other.student), place=place)
    assert now(behind) == ["offered"]
    assert (counted(mornings), counted(evenings)) == ((1, 0), (0, 1))


def test_a_seat_that_clashes_is_offered_even_where_seats_are_given(auto):
    batch, [seat] = auto.full_batch(slots=[slot(1, "09:00", "11:00")])
    busy, free = waits(auto, batch), waits(auto, batch)
    auto.enroll(auto.batch(slots=[slot(1, "10:00", "12:00")]), busy.student)
    frees(auto, seat)
    assert now(busy, free) == ["offered", "waiting"]
    decline_offer(by=auto.admin, place=busy)
    assert now(free) == ["accepted"]


# --- what frees a seat, and what ends the line ------------------------------------------------------------------------
@pytest.mark.parametrize("status", ["completed", "cancelled", "expired"])
def test_whatever_ends_an_enrollment_gives_its_seat_to_the_next(campus, status):
    batch, [seat] = campus.full_batch()
    place = waits(campus, batch)
    change_enrollment(by=campus.admin, enrollment=seat, changes={"status": status})
    assert now(place) == ["offered"]


def test_more_seats_go_to_the_line_first(campus):
    batch, _seats = campus.full_batch()
    places = [waits(campus, batch) for _each in range(3)]
    changed = change_capacity(by=campus.admin, batch=batch, capacity=3)
    assert (changed.seats_offered, now(*places)) == (2, ["offered", "offered", "waiting"])


def test_the_job_gives_what_a_setting_or_a_leaver_freed(campus):
    campus.let(seat_buffer_percent=50)
    batch = campus.batch(capacity=2)
    campus.enroll(batch)
    gone, place = waits(campus, batch), waits(campus, batch)
    deactivate_person(by=campus.admin, user=gone.student)
    campus.let(seat_buffer_percent=0)
    move_all_waitlists(0)
    assert now(gone, place) == ["cancelled", "offered"]
    deactivate_person(by=campus.admin, user=place.student)
    assert fill_all_seats(institution=campus.institution) == 0
    assert (now(place), counted(batch)) == (["cancelled"], (1, 0))


def test_a_batch_that_cannot_be_moved_keeps_no_other_back_and_the_job_is_seen_to_fail(campus):
    elsewhere = Campus.found().let(waitlist_mode="offer")
    offered, behind = [], []
    for one in (campus, campus, elsewhere):
        batch, [seat] = one.full_batch()
        offered.append(waits(one, batch))
        behind.append(waits(one, batch))
        frees(one, seat)
    WaitlistEntry.objects.filter(status="offered").update(
        offered_at=timezone.now() - 2 * DAY, offer_expires_at=timezone.now() - DAY
    )
    # The first batch has lost count, and the database refuses less than none.
    with without_triggers("batches.Batch:seat_counters_are_kept"):
        Batch.objects.filter(pk=offered[0].batch_id).update(seats_offered=0)
    with pytest.raises(ExceptionGroup) as failures:
        move_all_waitlists(0)
    assert len(failures.value.exceptions) == 1
    assert now(*offered) == ["offered", "expired", "expired"]
    assert now(*behind[1:]) == ["offered", "offered"]


def test_an_archived_batch_keeps_its_line_and_goes_on_with_it(campus):
    batch, [seat] = campus.full_batch()
    place = waits(campus, batch)
    archive_batch(by=campus.admin, batch=batch)
    assert fill_all_seats(institution=campus.institution) == 0
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        WaitlistEntry.objects.filter(pk=place.pk).update(status="cancelled")
    assert violated_constraint(refusal.value) == "archived_batch_does_not_change"
    unarchive_batch(by=campus.admin, batch=batch)
    frees(campus, seat)
    assert now(place) == ["offered"]


@pytest.mark.parametrize("ending", ["Cancelled", "Completed", "deleted"])
def test_the_end_of_a_batch_closes_its_line(campus, ending):
    batch, [seat, _other] = campus.full_batch(2)
    offered, waiting = waits(campus, batch), waits(campus, batch)
    frees(campus, seat)
    if ending == "deleted":
        delete_batch(by=campus.admin, batch=batch, enrollments="cancel")
    else:
        Batch.objects.filter(pk=batch.pk).update(status="Active")
        change_status(by=campus.admin, batch=batch, status=ending)
    assert now(offered, waiting) == ["cancelled", "cancelled"]
    assert counted(batch) == (0, 0)
    assert told(waiting.student) == [("waitlist_over", f"The waitlist of {batch.code} is closed")]


def test_whoever_pays_for_the_seat_that_is_left_pays_for_the_new_one(auto):
    payer = Organisation.objects.create(institution=auto.institution, name="Harbour Works")
    batch, [seat] = auto.full_batch()
    left = auto.enroll(auto.batch(course=batch.course), organisation=payer)
    place = waits(auto, batch, left.student)
    frees(auto, seat)
    place.refresh_from_db()
    assert (place.enrollment.organisation, place.enrollment.enrollment_type) == (payer, "corporate")


# --- what is told -----------------------------------------------------------------------------------------------------
def test_students_are_told_of_offers_seats_and_lapses_and_history_names_muster(campus):
    batch, seats = campus.full_batch(2, code="PY-1")
    place, behind = waits(campus, batch), waits(campus, batch)
    frees(campus, seats[0])
    lapse_offers(institution=campus.institution, now=timezone.now() + 3 * DAY)
    assert [kind for kind, _title in told(place.student)] == ["seat_offered", "waitlist_over"]
    accept_offer(by=campus.admin, place=behind)
    assert told(behind.student)[1] == ("seat_from_waitlist", "You have a seat in PY-1")
    whose = {entry.use_case: entry.by_name for entry in history_of(batch).entries}
    assert (whose["fill_seats"], whose["accept_offer"]) == ("Muster", campus.admin.user.full_name)


def test_the_mail_of_an_offer_leads_straight_to_it(campus):
    batch, [seat] = campus.full_batch()
    student = campus.student()
    student.set_password(PASSWORD)
    student.save()
    place = waits(campus, batch, student)
    frees(campus, seat)
    run_jobs()
    place.refresh_from_db()
    [letter] = [one for one in mail.outbox if one.to == [student.email]]
    assert f"/offers/{key_of(place)}/" in letter.body


def test_a_student_sees_where_they_stand(campus):
    batch, _seats = campus.full_batch()
    waits(campus, batch)
    place = waits(campus, batch)
    [own] = places_of(campus.actor(place.student))
    assert (own.position, own.batch.code) == (2, batch.code)
