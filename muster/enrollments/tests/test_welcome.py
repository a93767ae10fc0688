"""What students are told when a seat is theirs, and when their batch is cancelled."""

import pytest

from muster.enrollments.jobs import welcome_new_students
from muster.enrollments.models import WaitlistEntry
from muster.enrollments.notices import schedule_of_seat
from muster.enrollments.rules import (
    cancel_enrollment,
    change_status,
    delete_batch,
    enroll_student,
    hold_enrollment,
    join_waitlist,
)
from muster.enrollments.rules.waitlist import accept_offer
from muster.notifications.models import Notification
from muster.notifications.rules import quietly
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    campus = Campus.found()
    campus.institution.waitlist_mode = "offer"
    campus.institution.save()
    return campus


@pytest.fixture
def batch(campus):
    return campus.batch(
        code="PY-7",
        name="Python foundations",
        lead=campus.instructor("Thandi Nkosi"),
        branch=campus.branch(name="Durban Point"),
        slots=[slot(1, "09:00", "11:00"), slot(3, "09:00", "11:00")],
    )


def told(person, kind="welcome"):
    welcome_new_students(0)
    return list(Notification.objects.filter(user=person, kind=kind).order_by("id"))


def test_a_welcome_says_when_where_and_who(campus, batch):
    student = campus.student()
    enrollment = campus.enroll(batch, student)
    [notice] = told(student)
    assert notice.title == "You're enrolled in PY-7"
    assert notice.text.split("\n") == [
        "Python foundations.",
        "7 Jan – 28 Jun 2030.",
        "Mon Wed 09:00.",
        "Durban Point.",
        "Instructor: Thandi Nkosi.",
    ]
    assert (notice.url, notice.about) == (f"/batches/{batch.pk}/", enrollment.pk)
    assert schedule_of_seat(notice).content.count("BEGIN:VEVENT") == batch.sessions.count()


def test_who_enrolls_themselves_is_welcomed_too(campus, batch):
    student = campus.student()
    enroll_student(by=campus.actor(student), student=student, batch=batch)
    assert [notice.title for notice in told(student)] == ["You're enrolled in PY-7"]


def test_who_accepts_an_offer_is_welcomed(campus):
    batch = campus.batch(capacity=1)
    seat = campus.enroll(batch)
    student = campus.student()
    place = join_waitlist(by=campus.admin, student=student, batch=batch)
    cancel_enrollment(by=campus.admin, enrollment=seat)
    accept_offer(by=campus.actor(student), place=WaitlistEntry.objects.get(pk=place.pk))
    assert [notice.title for notice in told(student)] == [f"You're enrolled in {batch.code}"]
    assert told(student, "seat_from_waitlist") == []


def test_a_place_in_a_course_alone_has_no_calendar(campus):
    student, course = campus.student(), campus.course(title="Spanish")
    enroll_student(by=campus.admin, student=student, course=course)
    [notice] = told(student)
    assert (notice.title, notice.text) == ("You're enrolled in Spanish", "Spanish.")
    assert schedule_of_seat(notice) is None


def test_nobody_is_welcomed_to_what_has_ended_by_then(campus, batch):
    student = campus.student()
    cancel_enrollment(by=campus.admin, enrollment=campus.enroll(batch, student))
    assert told(student) == []


def test_lists_that_are_imported_welcome_nobody(campus, batch):
    student = campus.student()
    with quietly():
        campus.enroll(batch, student)
    assert told(student) == []


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (lambda by, batch: change_status(by=by, batch=batch, status="Cancelled"), "The batch was cancelled."),
        (lambda by, batch: delete_batch(by=by, batch=batch, enrollments="cancel"), "The batch was deleted."),
    ],
)
def test_everybody_concerned_is_told_that_a_batch_is_cancelled(campus, batch, end, reason):
    attending, paused, gone = (campus.enroll(batch) for _each in range(3))
    hold_enrollment(by=campus.admin, enrollment=paused)
    cancel_enrollment(by=campus.admin, enrollment=gone)
    end(campus.admin, batch)
    lead = batch.instructor_assignments.get().instructor
    for person, url in ((attending.student, "/"), (paused.student, "/"), (lead, "/batches/")):
        [notice] = told(person, "batch_cancelled")
        assert (notice.title, notice.url) == ("PY-7 is cancelled", url)
        assert notice.text == f"Python foundations. {reason} Changed by {campus.admin.user.full_name}."
    assert told(gone.student, "batch_cancelled") == []
