"""Trials: how long they last, that there is one for each course, and that they end or become full enrollments."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from muster.core.database import violated_constraint
from muster.enrollments.balances import balances_of
from muster.enrollments.errors import EnrollmentEnded, HadTrial, NotOpenForEnrollment, NoTrial
from muster.enrollments.models import Enrollment, WaitlistEntry
from muster.enrollments.rules import (
    PaymentInput,
    accept_offer,
    add_payment,
    announce_ends_of_access,
    cancel_enrollment,
    change_capacity,
    change_enrollment,
    change_status,
    convert_trial,
    enroll_student,
    expire_enrollments,
    join_waitlist,
    return_students,
    transfer_students,
)
from muster.institutions.models import Institution
from muster.notifications.models import Notification
from tests.client import Api
from tests.make import Campus

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def campus():
    campus = Campus.found()
    campus.institution.trial_days = 10
    campus.institution.save()
    return campus


@pytest.fixture
def begun(campus):
    """A batch of one seat that has begun."""
    today = campus.admin.today()
    return campus.batch(
        course=campus.course(price="100.00", currency="ZAR"),
        capacity=1,
        start_date=today - 7 * DAY,
        end_date=today + 90 * DAY,
    )


def on_trial(campus, batch, **more):
    return campus.enroll(batch, enrollment_type="trial", **more)


def test_a_trial_lasts_as_many_days_as_the_institution_says(campus, begun):
    seat, today = on_trial(campus, begun), campus.admin.today()
    assert (seat.trial_began_on, seat.access_expiry_date) == (today, today + 9 * DAY)


def test_a_trial_of_a_batch_that_begins_later_begins_with_it(campus):
    begins = campus.admin.today() + 30 * DAY
    seat = on_trial(campus, campus.batch(start_date=begins, end_date=begins + 60 * DAY))
    assert (seat.trial_began_on, seat.access_expiry_date) == (begins, begins + 9 * DAY)


def test_a_trial_never_outlasts_a_full_enrollment(campus):
    campus.institution.access_grace_days = 0
    today = campus.admin.today()
    seat = on_trial(campus, campus.batch(start_date=today, end_date=today + 3 * DAY))
    assert seat.access_expiry_date == today + 3 * DAY


def test_there_is_no_second_trial_of_a_course(campus, begun):
    seat = on_trial(campus, begun)
    cancel_enrollment(by=campus.admin, enrollment=seat)
    again = campus.batch(course=begun.course)
    with pytest.raises(HadTrial):
        on_trial(campus, again, student=seat.student)
    own = Api(campus.token(seat.student))
    refused = own.post(
        f"/enrollments/students/{seat.student.pk}/enroll", {"batchId": str(again.pk), "enrollment_type": "trial"}
    )
    assert (refused.status, refused.fields) == (400, ["enrollment_type"])
    assert campus.enroll(again, seat.student).status == "active"
    assert on_trial(campus, campus.batch(), student=seat.student).trial_began_on


def test_the_database_refuses_a_second_trial_and_one_without_an_end(campus, begun):
    seat = on_trial(campus, begun)
    cancel_enrollment(by=campus.admin, enrollment=seat)
    again = campus.enroll(campus.batch(course=begun.course), seat.student)
    for changes, name in (
        ({"trial_began_on": date(2030, 1, 1)}, "one_trial_of_a_course"),
        ({"enrollment_type": "trial", "access_expiry_date": None}, "a_trial_ends"),
    ):
        with pytest.raises(IntegrityError) as raised, transaction.atomic():
            Enrollment.objects.filter(pk=again.pk).update(**changes)
        assert violated_constraint(raised.value) == name


def test_a_trial_ends_by_itself_and_its_seat_goes_to_the_next_in_line(campus, begun):
    seat = on_trial(campus, begun)
    place = join_waitlist(by=campus.admin, student=campus.student(), batch=begun)
    assert expire_enrollments(by=campus.admin, today=seat.access_expiry_date) == 0
    assert expire_enrollments(by=campus.admin, today=seat.access_expiry_date + DAY) == 1
    seat.refresh_from_db()
    place.refresh_from_db()
    assert (seat.status, place.status) == ("expired", WaitlistEntry.Status.ACCEPTED)
    told = Notification.objects.filter(user=seat.student, kind="access_ends")
    assert [one.title for one in told] == [f"Your trial of {begun} is over"]


def test_a_trial_ends_by_the_clock_of_its_batch(campus):
    """Where the batch meets the next day has come before it has at the institution."""
    Institution.objects.filter(pk=campus.institution.pk).update(time_zone="Pacific/Niue")
    campus.institution.refresh_from_db()
    east = campus.branch(time_zone="Pacific/Kiritimati")
    seat = on_trial(campus, batch := campus.batch(branch=east, start_date=date(2026, 1, 1)))
    Enrollment.objects.filter(pk=seat.pk).update(access_expiry_date=campus.admin.today())
    assert batch.today() > campus.admin.today()
    assert expire_enrollments(by=campus.admin) == 1


def test_students_are_told_once_a_few_days_before(campus, begun):
    campus.institution.access_warning_days = 3
    campus.institution.save()
    seat = on_trial(campus, begun)
    last, days = seat.access_expiry_date, (4, 3, 2, 0)
    assert [announce_ends_of_access(by=campus.admin, today=last - number * DAY) for number in days] == [0, 1, 0, 0]
    told = Notification.objects.get(user=seat.student, kind="access_ends")
    assert told.title.startswith(f"Your trial of {begun} ends on ")
    assert told.url == f"/enrollments/{seat.pk}/convert/"


def test_a_student_stays_and_then_owes_the_price(campus, begun):
    seat = on_trial(campus, begun)
    own = Api(campus.token(seat.student))
    before = own.get(f"/enrollments/{seat.pk}").data
    answer = own.post(f"/enrollments/{seat.pk}/convert")
    assert (answer.status, answer.data["enrollment_type"]) == (200, "batch")
    seat.refresh_from_db()
    assert seat.access_expiry_date == begun.end_date + campus.institution.access_grace_days * DAY
    assert (before["balance"], own.get(f"/enrollments/{seat.pk}").data["balance"][0]["owed"]) == ([], 100)
    assert own.post(f"/enrollments/{seat.pk}/convert").data["version"] == seat.version
    assert expire_enrollments(by=campus.admin, today=campus.admin.today() + 30 * DAY) == 0


def test_a_student_stays_while_the_batch_is_open_to_them_and_staff_later_too(campus, begun):
    campus.institution.enroll_until_days = 3
    campus.institution.save()
    seat = on_trial(campus, begun)
    with pytest.raises(EnrollmentEnded):
        convert_trial(by=campus.actor(seat.student), enrollment=seat)
    assert convert_trial(by=campus.admin, enrollment=seat).enrollment_type == "batch"


def test_a_trial_that_is_over_or_none_stays_what_it_is(campus, begun):
    seat = on_trial(campus, begun)
    expire_enrollments(by=campus.admin, today=seat.access_expiry_date + DAY)
    with pytest.raises(NoTrial):
        convert_trial(by=campus.admin, enrollment=seat)
    with pytest.raises(NoTrial):
        convert_trial(by=campus.admin, enrollment=campus.enroll(campus.batch()))
    other = on_trial(campus, running := campus.batch())
    change_status(by=campus.admin, batch=running, status="Cancelled")
    with pytest.raises((NoTrial, NotOpenForEnrollment)):
        convert_trial(by=campus.admin, enrollment=other)


def test_what_an_organisation_pays_for_becomes_a_corporate_enrollment(campus, begun):
    works = campus.organisation()
    seat = on_trial(campus, begun, organisation=works)
    assert convert_trial(by=campus.admin, enrollment=seat).enrollment_type == "corporate"


def test_students_stay_at_nobody_else_s_expense(campus, begun):
    campus.let(access_warning_days=3)
    seat = on_trial(campus, begun, organisation=campus.organisation())
    refused = Api(campus.token(seat.student)).post(f"/enrollments/{seat.pk}/convert")
    assert (refused.status, refused.fields) == (400, ["organisation_id"])
    announce_ends_of_access(by=campus.admin, today=seat.access_expiry_date)
    told = Notification.objects.get(user=seat.student, kind="access_ends")
    assert told.text.endswith("Ask your institution if you need it for longer.")


def test_staff_correct_the_type_and_access_follows(campus, begun):
    seat = campus.enroll(begun)
    whole, today = seat.access_expiry_date, campus.admin.today()
    seat = change_enrollment(by=campus.admin, enrollment=seat, changes={"enrollment_type": "trial"})
    assert (seat.trial_began_on, seat.access_expiry_date) == (today, today + 9 * DAY)
    seat = change_enrollment(by=campus.admin, enrollment=seat, changes={"enrollment_type": "scholarship"})
    assert seat.access_expiry_date == whole
    api = Api(campus.token())
    refused = api.put(f"/enrollments/{seat.pk}", {"enrollment_type": "trial", "access_expiry_date": None})
    assert (refused.status, refused.fields) == (400, ["access_expiry_date"])


def test_a_trial_that_moves_goes_on_for_the_days_that_were_left(campus, begun):
    campus.institution.waitlist_mode = "offer"
    campus.institution.save()
    later = campus.batch(course=begun.course, capacity=1, start_date=campus.admin.today() + 20 * DAY)
    campus.enroll(later)
    seat = on_trial(campus, begun)
    place = join_waitlist(by=campus.admin, student=seat.student, batch=later)
    change_capacity(by=campus.admin, batch=later, capacity=2)
    place.refresh_from_db()
    moved = accept_offer(by=campus.admin, place=place)
    assert (moved.enrollment_type, moved.access_expiry_date) == ("trial", later.start_date + 9 * DAY)
    for _twice in range(2):
        assert convert_trial(by=campus.admin, enrollment=moved).enrollment_type == "batch"
    # The trial is still the one that began with the first seat.
    assert Enrollment.objects.exclude(trial_began_on=None).get().pk == seat.pk


def test_a_trial_that_moved_becomes_a_full_enrollment_once_and_is_corrected_back(campus, begun):
    seat = on_trial(campus, begun)
    [one] = transfer_students(by=campus.admin, enrollments=[seat], to=campus.batch(course=begun.course)).outcomes
    now = convert_trial(by=campus.actor(seat.student), enrollment=one.enrollment)
    assert convert_trial(by=campus.actor(seat.student), enrollment=now).version == now.version
    back = change_enrollment(by=campus.admin, enrollment=now, changes={"enrollment_type": "trial"})
    assert (back.enrollment_type, back.trial_began_on) == ("trial", None)


def test_a_trial_that_became_a_full_enrollment_stays_one_when_its_transfer_is_undone(campus, begun):
    seat = on_trial(campus, begun)
    [one] = transfer_students(by=campus.admin, enrollments=[seat], to=campus.batch(course=begun.course)).outcomes
    now = convert_trial(by=campus.admin, enrollment=one.enrollment)
    paid = PaymentInput(Decimal(100), "ZAR", status="completed")
    add_payment(by=campus.admin, enrollment=now, payment=paid)
    return_students(by=campus.admin, enrollments=[seat])
    seat.refresh_from_db()
    whole = begun.end_date + campus.institution.access_grace_days * DAY
    assert (seat.enrollment_type, seat.access_expiry_date) == ("batch", whole)
    assert [(balance.owed, balance.paid) for balance in balances_of(seat)] == [(Decimal(100), Decimal(100))]


def test_a_trial_that_moves_to_another_course_is_that_course_s_trial_too(campus, begun):
    seat, other = on_trial(campus, begun), campus.batch()
    there = {"to": other, "course": other.course}
    [one] = transfer_students(by=campus.admin, enrollments=[seat], **there).outcomes
    assert one.enrollment.trial_began_on == seat.trial_began_on
    cancel_enrollment(by=campus.admin, enrollment=one.enrollment)
    for batch in (begun, other):
        with pytest.raises(HadTrial):
            on_trial(campus, batch, student=seat.student)


def test_a_course_that_was_not_tried_after_all_can_be(campus, begun):
    seat, other = on_trial(campus, begun), campus.batch()
    transfer_students(by=campus.admin, enrollments=[seat], to=other, course=other.course)
    return_students(by=campus.admin, enrollments=[seat])
    seat.refresh_from_db()
    assert (seat.enrollment_type, seat.trial_began_on) == ("trial", campus.admin.today())
    cancel_enrollment(by=campus.admin, enrollment=seat)
    assert on_trial(campus, other, student=seat.student).trial_began_on


def test_whoever_tried_both_courses_moves_between_them_all_the_same(campus, begun):
    other = campus.batch()
    first = on_trial(campus, other)
    cancel_enrollment(by=campus.admin, enrollment=first)
    seat = on_trial(campus, begun, student=first.student)
    [one] = transfer_students(by=campus.admin, enrollments=[seat], to=other, course=other.course).outcomes
    assert (one.enrollment.enrollment_type, one.enrollment.trial_began_on) == ("trial", None)


def test_individual_study_can_be_tried_too(campus):
    course, student = campus.course(), campus.student()
    seat = enroll_student(by=campus.actor(student), student=student, course=course, enrollment_type="trial")
    assert seat.access_expiry_date == timezone.now().date() + 9 * DAY
    assert convert_trial(by=campus.actor(student), enrollment=seat).enrollment_type == "individual"
