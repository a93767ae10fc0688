"""Completing a batch, or one student's enrollment: said in numbers before, and kept after."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.batches.models import Batch
from muster.core.errors import Conflict
from muster.enrollments.errors import BatchFull, NotOpenForEnrollment
from muster.enrollments.queries import ClosingEffects, effects_of_closing
from muster.enrollments.rules import (
    cancel_enrollment,
    change_enrollment,
    change_status,
    complete_enrollment,
    hold_enrollment,
    join_waitlist,
    reopen_batch,
    resume_enrollment,
    transfer_students,
)
from muster.timetable.models import ClassSession
from tests.client import Api
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def batch(campus):
    """Under way for two weeks and four to come, meeting on the weekday of yesterday, and full."""
    today = campus.admin.today()
    yesterday = today - timedelta(1)
    batch = campus.batch(
        start_date=today - timedelta(14),
        end_date=today + timedelta(28),
        capacity=3,
        lead=campus.instructor(),
        slots=[slot(yesterday.isoweekday(), "08:00", "09:00")],
        status="Active",
    )
    for _each in range(3):
        campus.enroll(batch, enrollment_date=today - timedelta(14))
    return Batch.objects.get(pk=batch.pk)


def seats(batch):
    return list(batch.enrollments.order_by("created_at", "pk"))


def to_come(batch):
    return ClassSession.objects.filter(meeting=batch.pk, date__gte=batch.today()).count()


def test_what_completing_does_is_said_in_numbers_before(campus, batch):
    hold_enrollment(by=campus.admin, enrollment=seats(batch)[0])
    join_waitlist(by=campus.admin, student=campus.student(), batch=batch)
    sessions = to_come(batch)
    assert effects_of_closing(batch) == ClosingEffects(2, 1, 1, sessions, 28)
    preview = Api(campus.token()).get(f"/batches/{batch.pk}/closing").data
    missing = preview.pop("registers_not_taken")
    assert preview == {"days_early": 28, "enrollments": 3, "on_hold": 1, "waiting": 1, "sessions": sessions}
    asked = words_of(Browser(campus).get(f"/batches/{batch.pk}/status/"))
    said = (
        f"Completed: completes 3 enrollments, 1 of them on hold, 1 student on the waitlist is notified, "
        f"{sessions} sessions to come don't take place"
    )
    assert said in asked
    assert (missing > 0) == ("registers aren't taken" in asked or "register isn't taken" in asked)
    assert "in 28 days. Completing it now ends it early." in asked


def test_completing_early_is_told_by_the_api(campus, batch):
    sessions = to_come(batch)
    reply = Api(campus.token()).put(f"/batches/{batch.pk}", {"status": "Completed"})
    assert reply.status == 200
    [warning] = reply.body["warnings"]
    assert (warning["field"], warning["code"]) == ("status", "ends_early")
    assert warning["message"] == (
        f"{batch.code} ends 28 days before its last one, with 3 enrollments and {sessions} sessions to come."
    )


def test_who_completed_early_attended_too(campus, batch):
    first, second, third = seats(batch)
    complete_enrollment(by=campus.admin, enrollment=first)
    hold_enrollment(by=campus.admin, enrollment=second)
    cancel_enrollment(by=campus.admin, enrollment=third)
    done = change_status(by=campus.admin, batch=batch, status="Completed")
    assert (done.attended_count, done.learners, done.enrolled_students) == (2, 2, 0)
    again = reopen_batch(by=campus.admin, batch=done, reason="Too early").batch
    assert (again.attended_count, again.learners) == (None, 1)
    # Who completed early was not completed by the end of the batch.
    assert [one.status for one in seats(batch)] == ["completed", "on_hold", "cancelled"]


def test_a_completed_enrollment_frees_its_seat_and_keeps_access(campus, batch):
    place = join_waitlist(by=campus.admin, student=campus.student(), batch=batch)
    seat, until = seats(batch)[0], seats(batch)[0].access_expiry_date
    done = complete_enrollment(by=campus.admin, enrollment=seat, reason="Passed")
    place.refresh_from_db()
    assert (done.status, done.access_expiry_date, place.status) == ("completed", until, "accepted")
    assert done.completed_at is not None
    assert complete_enrollment(by=campus.admin, enrollment=seat).version == done.version
    # Its seat is somebody else's now.
    with pytest.raises(BatchFull):
        resume_enrollment(by=campus.admin, enrollment=seat)
    cancel_enrollment(by=campus.admin, enrollment=place.batch.enrollments.get(student=place.student))
    back = resume_enrollment(by=campus.admin, enrollment=seat)
    assert (back.status, back.completed_at) == ("active", None)


def test_what_is_over_is_not_completed_nor_resumed(campus, batch):
    first, second, third = seats(batch)
    cancel_enrollment(by=campus.admin, enrollment=first)
    with pytest.raises(Conflict):
        complete_enrollment(by=campus.admin, enrollment=first)
    transfer_students(by=campus.admin, enrollments=[third], to=campus.batch(course=batch.course))
    with pytest.raises(Conflict):
        resume_enrollment(by=campus.admin, enrollment=third)
    change_enrollment(by=campus.admin, enrollment=first, changes={"status": "expired"})
    with pytest.raises(Conflict):
        resume_enrollment(by=campus.admin, enrollment=first)
    change_status(by=campus.admin, batch=batch, status="Completed")
    with pytest.raises(NotOpenForEnrollment):
        resume_enrollment(by=campus.admin, enrollment=second)


def test_the_api_holds_resumes_and_completes(campus, batch):
    api, seat = Api(campus.token()), seats(batch)[0]
    for action, status in (("hold", "on_hold"), ("resume", "active"), ("complete", "completed"), ("resume", "active")):
        reply = api.post(f"/enrollments/{seat.pk}/{action}", {"reason": "Asked for it"})
        assert (reply.status, reply.data["status"]) == (200, status)
    student = Api(campus.token(seat.student))
    assert [student.post(f"/enrollments/{seat.pk}/{action}", {}).status for action in ("hold", "complete")] == [403] * 2


def test_a_batch_says_what_is_still_open(campus, batch):
    campus.institution.seat_buffer_percent = 50
    campus.institution.save()
    cancel_enrollment(by=campus.admin, enrollment=seats(batch)[0])
    join_waitlist(by=campus.admin, student=campus.student(), batch=batch)
    page = words_of(Browser(campus).get(f"/batches/{batch.pk}/"))
    assert "1 student on the waitlist 1 free seat is kept back for transfers and repeats." in page
    assert "Release spare seats" in page
    assert "not taken" in page


def test_the_size_that_is_recommended_stands_beside_what_is_typed(campus, batch):
    browser = Browser(campus)
    asked = {"HX-Request": "true", "HX-Target": "scale"}
    typed = browser.get(f"/batches/{batch.pk}/capacity/", {"capacity": "40"}, **asked)
    assert (typed.status_code, "40 seats" in words_of(typed)) == (200, True)
    for word in ("", "many", "9" * 40, "-3"):
        assert "8 to 15" in words_of(browser.get(f"/batches/{batch.pk}/capacity/", {"capacity": word}, **asked))


def test_long_days_stand_beside_who_is_chosen(campus, batch):
    browser, busy = Browser(campus), campus.instructor("Thandi Zulu")
    day = (batch.today() - timedelta(1)).isoweekday()
    campus.batch(start_date=batch.start_date, end_date=batch.end_date, lead=busy, slots=[slot(day, "09:00", "12:00")])
    asked = {"HX-Request": "true", "HX-Target": "advice"}
    path = f"/batches/{batch.pk}/instructors/assign/"
    said = words_of(browser.get(path, {"instructor_id": str(busy.pk)}, **asked))
    assert "Thandi Zulu would teach up to 4 hours a day" in said
    assert "no time between two sessions" in said
    for nobody in ("", "x", str(campus.student().pk)):
        assert words_of(browser.get(path, {"instructor_id": nobody}, **asked)) == ""
