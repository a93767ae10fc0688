"""Access that is over: the enrollment ends by itself, its seat is free, and the student's door is closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from muster.batches.models import Batch
from muster.batches.rules import archive_batch
from muster.enrollments.jobs import expire_all_enrollments
from muster.enrollments.models import Enrollment
from muster.enrollments.rules import announce_ends_of_access, change_status, expire_enrollments
from muster.institutions.models import Institution
from muster.notifications.models import Notification
from tests.client import Api
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db
# No hour of the day has the same date in both.
EAST, WEST = "Pacific/Kiritimati", "Pacific/Pago_Pago"


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def enrollment(campus):
    today = campus.admin.today()
    batch = campus.batch(
        start_date=today - timedelta(30), end_date=today + timedelta(30), capacity=1, slots=[slot(1, "09:00", "10:00")]
    )
    return campus.enroll(batch)


def end_access(enrollment, day):
    Enrollment.objects.filter(pk=enrollment.pk).update(access_expiry_date=day)


def door(campus, enrollment):
    """What the student is answered by the page of the batch, and how many of its sessions are in their calendar."""
    browser = Client()
    browser.force_login(enrollment.student)
    api, today = Api(campus.token(enrollment.student)), campus.admin.today()
    events = api.get(f"/institution/attendance/calendar?from={today}&to={today + timedelta(20)}")
    return browser.get(f"/batches/{enrollment.batch_id}/").status_code, len(events.data) > 0


def test_the_last_day_of_access_is_one(campus, enrollment):
    end_access(enrollment, campus.admin.today())
    assert expire_enrollments(by=campus.admin) == 0
    assert door(campus, enrollment) == (200, True)


def test_after_it_the_enrollment_is_over_and_its_seat_free(campus, enrollment):
    end_access(enrollment, campus.admin.today() - timedelta(1))
    expire_all_enrollments(0)
    enrollment.refresh_from_db()
    enrollment.batch.refresh_from_db()
    assert (enrollment.status, enrollment.batch.enrolled_students) == ("expired", 0)
    campus.enroll(enrollment.batch)
    enrollment.batch.refresh_from_db()
    assert enrollment.batch.available_spots == 0
    # The page is that of any batch that is open for enrollment.
    assert door(campus, enrollment) == (200, False)
    assert expire_enrollments(by=campus.admin) == 0


def test_the_door_closes_on_the_day_whatever_the_job_does(campus, enrollment):
    end_access(enrollment, campus.admin.today() - timedelta(1))
    assert door(campus, enrollment)[1] is False
    # Their own enrollment stays theirs to read.
    assert Api(campus.token(enrollment.student)).get(f"/enrollments/{enrollment.pk}").status == 200


def test_access_lasts_as_long_after_the_batch_as_the_institution_says(campus):
    campus.institution.access_grace_days = 7
    campus.institution.save()
    batch = campus.batch()
    assert campus.enroll(batch).access_expiry_date == batch.end_date + timedelta(7)


@pytest.mark.parametrize("disables", [True, False])
def test_archiving_closes_the_door_where_the_institution_says_so(campus, enrollment, disables):
    campus.institution.archived_disables_access = disables
    campus.institution.save()
    archive_batch(by=campus.admin, batch=enrollment.batch)
    assert door(campus, enrollment)[0] == (404 if disables else 200)
    assert expire_enrollments(by=campus.admin) == 0


def test_an_archived_batch_is_left_as_it_is(campus, enrollment):
    archive_batch(by=campus.admin, batch=enrollment.batch)
    end_access(enrollment, campus.admin.today() - timedelta(1))
    assert expire_enrollments(by=campus.admin) == 0
    assert door(campus, enrollment)[0] == 404


def test_individual_study_ends_too(campus):
    alone = Enrollment.objects.create(
        institution=campus.institution,
        student=campus.student(),
        course=campus.course(),
        enrollment_type="individual",
        enrollment_date=campus.admin.today() - timedelta(9),
        access_expiry_date=campus.admin.today() - timedelta(1),
    )
    assert expire_enrollments(by=campus.admin) == 1
    alone.refresh_from_db()
    assert alone.status == "expired"


@pytest.mark.parametrize(("there", "zone"), [(EAST, WEST), (WEST, EAST)])
def test_access_ends_by_the_clock_of_the_batch(campus, there, zone):
    """It is another day at the institution."""
    Institution.objects.filter(pk=campus.institution.pk).update(time_zone=there)
    campus.institution.refresh_from_db()
    seat = campus.enroll(campus.batch(branch=campus.branch(time_zone=zone)))
    here = seat.batch.today()
    assert here != campus.admin.today()
    end_access(seat, here)
    assert expire_enrollments(by=campus.admin) == 0
    end_access(seat, here - timedelta(1))
    assert expire_enrollments(by=campus.admin) == 1


# --- told beforehand
def announced(seat):
    return list(Notification.objects.filter(user=seat.student, kind="access_ends").values_list("title", flat=True))


def test_the_end_of_access_is_announced_once(campus, enrollment):
    today = campus.admin.today()
    end_access(enrollment, today + timedelta(8))
    assert (announce_ends_of_access(by=campus.admin), announced(enrollment)) == (0, [])
    end_access(enrollment, today + timedelta(7))
    expire_all_enrollments(0)
    expire_all_enrollments(0)
    [title] = announced(enrollment)
    assert title.startswith(f"Your access to {enrollment.batch} ends on ")
    # Another day is told of again, and so is the very last one.
    end_access(enrollment, today)
    assert announce_ends_of_access(by=campus.admin) == 1
    end_access(enrollment, today - timedelta(1))
    assert announce_ends_of_access(by=campus.admin) == 0


def complete(campus, batch):
    for status in ("Active", "Completed"):
        change_status(by=campus.admin, batch=batch, status=status)


def test_who_completed_the_batch_is_told_too_and_who_left_is_not(campus, enrollment):
    gone, end = campus.enroll(campus.batch()), campus.admin.today() + timedelta(3)
    complete(campus, enrollment.batch)
    change_status(by=campus.admin, batch=gone.batch, status="Cancelled")
    for seat in (enrollment, gone):
        end_access(seat, end)
    assert announce_ends_of_access(by=campus.admin) == 1
    assert (len(announced(enrollment)), announced(gone)) == (1, [])


def test_archived_and_deleted_batches_announce_nothing(campus, enrollment):
    complete(campus, enrollment.batch)
    end_access(enrollment, campus.admin.today())
    Batch.objects.filter(pk=enrollment.batch_id).update(deleted_at=campus.admin.now())
    assert announce_ends_of_access(by=campus.admin) == 0
    Batch.objects.filter(pk=enrollment.batch_id).update(deleted_at=None)
    archive_batch(by=campus.admin, batch=Batch.objects.get(pk=enrollment.batch_id))
    assert announce_ends_of_access(by=campus.admin) == 0
