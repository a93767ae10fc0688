"""The end of a batch is undone: closed ones reopen, deleted ones come back, pinned statuses go by the dates again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from muster.batches.errors import ScheduleConflict
from muster.batches.models import Batch
from muster.core.errors import Conflict, Invalid
from muster.core.models import AuditEntry
from muster.enrollments.models import Enrollment, SeatPeriod
from muster.enrollments.rules import (
    advance_statuses,
    cancel_enrollment,
    change_enrollment,
    change_status,
    delete_batch,
    follow_dates,
    hold_enrollment,
    reopen_batch,
    restore_batch,
)
from muster.institutions.models import Role
from muster.timetable.models import Booking
from tests.client import Api
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus() -> Campus:
    return Campus.found()


def running(campus: Campus, **fields: Any) -> Batch:
    """A batch that is under way, with a lead and a weekly time."""
    today = campus.admin.today()
    plan = {
        "start_date": today - timedelta(days=14),
        "end_date": today + timedelta(days=28),
        "lead": campus.instructor(),
        "slots": [slot((today + timedelta(days=1)).isoweekday(), "08:00", "09:00")],
        "capacity": 3,
        **fields,
    }
    return campus.batch(**plan)


def statuses(batch: Batch) -> list[str]:
    return list(Enrollment.objects.filter(batch=batch).order_by("created_at").values_list("status", flat=True))


@pytest.mark.parametrize("ended", [Batch.Status.COMPLETED, Batch.Status.CANCELLED])
def test_reopened_batch_is_as_it_was(campus: Campus, ended: str) -> None:
    batch = running(campus)
    learning, on_hold = campus.enroll(batch), campus.enroll(batch)
    hold_enrollment(by=campus.admin, enrollment=on_hold)
    gone = campus.enroll(batch)
    cancel_enrollment(by=campus.admin, enrollment=gone)
    seats = list(SeatPeriod.objects.filter(enrollment=learning).values("from_date", "until_date"))
    booked = Booking.objects.filter(session__in=batch.sessions.values("pk")).count()
    change_status(by=campus.admin, batch=batch, status=ended)
    assert Booking.objects.filter(session__in=batch.sessions.values("pk")).count() == 0

    found = reopen_batch(by=campus.admin, batch=batch, reason="Ended by mistake")
    assert (found.brought_back, found.left) == (2, [])
    assert statuses(batch) == ["active", "on_hold", "cancelled"]
    assert (found.batch.status, found.batch.status_pinned, found.batch.attended_count) == ("Active", False, None)
    assert found.batch.enrolled_students == 2
    assert list(SeatPeriod.objects.filter(enrollment=learning).values("from_date", "until_date")) == seats
    assert Booking.objects.filter(session__in=batch.sessions.values("pk")).count() == booked
    learning.refresh_from_db()
    assert (learning.completed_at, learning.cancelled_at, learning.cancel_reason) == (None, None, "")
    entry = AuditEntry.objects.filter(row_id=batch.pk, use_case="reopen_batch").latest("at")
    assert entry.facts["reason"] == "Ended by mistake"


def test_who_has_no_seat_or_another_one_stays_ended_and_is_named(campus: Campus) -> None:
    batch = running(campus)
    first, second, third = campus.enroll(batch), campus.enroll(batch), campus.enroll(batch)
    change_status(by=campus.admin, batch=batch, status=Batch.Status.CANCELLED)
    campus.enroll(running(campus, course=batch.course), first.student)
    Batch.objects.filter(pk=batch.pk).update(capacity=1)

    found = reopen_batch(by=campus.admin, batch=batch, reason="Goes on after all")
    assert statuses(batch) == ["cancelled", "active", "cancelled"]
    assert {one.enrollment.pk: one.reason for one in found.left} == {
        first.pk: f"{first.student.full_name} has enrolled in this course again since.",
        third.pk: f"{batch.code} has no seat left for {third.student.full_name}.",
    }
    assert (found.brought_back, second.student_id) == (
        1,
        Enrollment.objects.get(batch=batch, status="active").student_id,
    )


def test_enrollment_that_was_corrected_after_the_end_stays_as_it_is(campus: Campus) -> None:
    batch = running(campus)
    enrollment = campus.enroll(batch)
    change_status(by=campus.admin, batch=batch, status=Batch.Status.COMPLETED)
    Enrollment.objects.filter(pk=enrollment.pk).update(status="expired")
    assert Enrollment.objects.get(pk=enrollment.pk).status_before_end == ""
    assert reopen_batch(by=campus.admin, batch=batch, reason="Again").brought_back == 0


def test_batch_whose_lead_is_elsewhere_now_does_not_reopen(campus: Campus) -> None:
    batch = running(campus)
    lead = batch.instructor_assignments.get().instructor
    campus.enroll(batch)
    change_status(by=campus.admin, batch=batch, status=Batch.Status.COMPLETED)
    other = running(campus, lead=lead)
    with pytest.raises(ScheduleConflict) as refused:
        reopen_batch(by=campus.admin, batch=batch, reason="Again")
    assert other.code in refused.value.message
    assert statuses(batch) == ["completed"]


def test_lead_who_left_does_not_come_back_with_the_batch(campus: Campus) -> None:
    batch = running(campus)
    lead = batch.instructor_assignments.get().instructor
    change_status(by=campus.admin, batch=batch, status=Batch.Status.COMPLETED)
    lead.memberships.all().delete()
    reopen_batch(by=campus.admin, batch=batch, reason="Again")
    today = campus.admin.today()
    assert not batch.instructor_assignments.exclude(until_date__lt=today).exists()


def test_only_a_closed_batch_is_reopened_and_only_with_a_reason(campus: Campus) -> None:
    batch = running(campus)
    with pytest.raises(Conflict):
        reopen_batch(by=campus.admin, batch=batch, reason="Why not")
    change_status(by=campus.admin, batch=batch, status=Batch.Status.COMPLETED)
    with pytest.raises(Invalid) as refused:
        reopen_batch(by=campus.admin, batch=batch, reason=" \u200b")
    assert refused.value.errors[0].field == "reason"


def test_batch_reopened_after_its_last_day_stays_active(campus: Campus) -> None:
    today = campus.admin.today()
    batch = running(campus, start_date=today - timedelta(days=30), end_date=today - timedelta(days=2), status="Active")
    change_status(by=campus.admin, batch=batch, status=Batch.Status.COMPLETED)
    reopen_batch(by=campus.admin, batch=batch, reason="Marks are missing")
    advance_statuses(by=campus.admin)
    batch.refresh_from_db()
    assert (batch.status, batch.status_pinned) == ("Active", True)


def test_deleted_batch_comes_back_with_whom_its_deletion_cancelled(campus: Campus) -> None:
    batch = running(campus)
    enrolled, gone = campus.enroll(batch), campus.enroll(batch)
    cancel_enrollment(by=campus.admin, enrollment=gone)
    delete_batch(by=campus.admin, batch=batch, enrollments="cancel")
    found = restore_batch(by=campus.admin, batch=batch)
    assert (found.brought_back, found.left, statuses(batch)) == (1, [], ["active", "cancelled"])
    assert SeatPeriod.objects.get(enrollment=enrolled).until_date is None
    assert restore_batch(by=campus.admin, batch=batch).brought_back == 0


def test_restored_batch_that_was_cancelled_before_stays_so(campus: Campus) -> None:
    batch = running(campus)
    campus.enroll(batch)
    change_status(by=campus.admin, batch=batch, status=Batch.Status.CANCELLED)
    delete_batch(by=campus.admin, batch=batch)
    restore_batch(by=campus.admin, batch=batch)
    assert statuses(batch) == ["cancelled"]
    reopen_batch(by=campus.admin, batch=batch, reason="Both undone")
    assert statuses(batch) == ["active"]


@pytest.mark.parametrize(("first", "last", "wanted"), [(5, 30, "Upcoming"), (-5, 30, "Active"), (-30, -5, "Completed")])
def test_status_goes_by_its_dates_again(campus: Campus, first: int, last: int, wanted: str) -> None:
    today = campus.admin.today()
    batch = running(
        campus, start_date=today + timedelta(days=first), end_date=today + timedelta(days=last), status="Active"
    )
    campus.enroll(batch)
    batch = follow_dates(by=campus.admin, batch=batch)
    assert (batch.status, batch.status_pinned) == (wanted, False)
    assert statuses(batch) == ["completed" if wanted == "Completed" else "active"]


def test_undoing_over_the_api(campus: Campus) -> None:
    batch = running(campus, status="Active")
    left, back = campus.enroll(batch), campus.enroll(batch)
    api, path = Api(campus.token()), f"/batches/{batch.pk}"
    assert api.get(path).data["status_pinned"] is True
    assert api.post(f"{path}/unpin").data["status_pinned"] is False
    assert api.put(path, {"status": "Completed"}).status == 200
    assert api.post(f"{path}/unpin").status == 400
    campus.enroll(running(campus, course=batch.course), left.student)
    manager = Api(campus.token(campus.person(Role.DEPT_ADMIN, department=campus.department())))
    assert manager.post(f"{path}/reopen", {"reason": "Again"}).status == 403
    assert api.post(f"{path}/reopen", {"reason": ""}).fields == ["reason"]
    reopened = api.post(f"{path}/reopen", {"reason": "Again"}).data
    assert (reopened["status"], reopened["enrollments_brought_back"]) == ("Active", 1)
    assert [one["enrollment_id"] for one in reopened["enrollments_left"]] == [str(left.pk)]
    assert api.delete(f"{path}?enrollments=cancel").status == 200
    assert api.post(f"{path}/restore").data["enrollments_brought_back"] == 1
    back.refresh_from_db()
    assert back.status == "active"


def test_undoing_on_the_pages(campus: Campus) -> None:
    batch = running(campus, status="Active")
    campus.enroll(batch)
    browser = Client()
    browser.force_login(campus.admin.user)
    status = reverse("enrollments:status", args=(batch.pk,))
    asked = browser.get(status).content.decode()
    to_come = batch.sessions.filter(date__gte=campus.admin.today()).count()
    assert f"Completed: completes 1 enrollment, {to_come} sessions to come don&#x27;t take place" in asked
    browser.post(status, {"status": "by-dates"})
    batch.refresh_from_db()
    assert not batch.status_pinned
    browser.post(status, {"status": "Completed"})
    reopen = reverse("enrollments:reopen", args=(batch.pk,))
    assert reopen in browser.get(status).content.decode()
    assert reopen in browser.get(reverse("batches:batch", args=(batch.pk,))).content.decode()
    assert browser.post(reopen, {"reason": ""}).status_code == 400
    assert browser.post(reopen, {"reason": "Again"}).status_code == 302
    assert statuses(batch) == ["active"]
    delete_batch(by=campus.admin, batch=batch, enrollments="cancel")
    restore = reverse("enrollments:restore", args=(batch.pk,))
    assert "1 enrollment ended with it" in browser.get(restore).content.decode()
    assert browser.post(restore).status_code == 302
    assert statuses(batch) == ["active"]


def test_whoever_found_no_seat_comes_back_with_the_enrollment_that_they_had_last(campus: Campus) -> None:
    batch = campus.batch(capacity=1)
    student = campus.student()
    first = campus.enroll(batch, student)
    change_status(by=campus.admin, batch=batch, status="Cancelled")
    elsewhere = campus.enroll(campus.batch(course=batch.course), student)
    assert reopen_batch(by=campus.admin, batch=batch, reason="Again").brought_back == 0
    cancel_enrollment(by=campus.admin, enrollment=elsewhere)
    last = campus.enroll(batch, student)
    change_status(by=campus.admin, batch=batch, status="Cancelled")
    assert reopen_batch(by=campus.admin, batch=batch, reason="Once more").brought_back == 1
    assert Enrollment.objects.holding_seats().get(batch=batch) == last
    first.refresh_from_db()
    assert first.status == "cancelled"


def test_who_completes_and_goes_on_the_same_day_was_there_once(campus: Campus) -> None:
    enrollment = campus.enroll(campus.batch())
    for status in ("completed", "active", "completed", "active"):
        change_enrollment(by=campus.admin, enrollment=enrollment, changes={"status": status})
    [period] = SeatPeriod.objects.filter(enrollment=enrollment)
    assert (period.from_date, period.until_date) == (enrollment.enrollment_date, None)
