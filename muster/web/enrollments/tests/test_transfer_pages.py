"""The pages of transfers: where to, for how many, and what students ask for."""

from __future__ import annotations

import pytest

from muster.enrollments.models import Enrollment, TransferRequest
from muster.enrollments.rules import ask_for_transfer, transfer_students
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus() -> Campus:
    return Campus.found()


def transfer_url(*seats):
    return "/enrollments/transfer/?" + "&".join(f"pick={seat.pk}" for seat in seats)


def test_the_form_tells_seats_times_and_clashes_of_each_batch(campus):
    course = campus.course()
    old = campus.batch(course=course)
    campus.batch(course=course, name="Mornings", capacity=3, slots=[slot(2, "09:00", "10:00")])
    full = campus.batch(course=course, name="Evenings", capacity=1)
    campus.enroll(full)
    seat, other = campus.enroll(old), campus.enroll(old)
    campus.enroll(campus.batch(code="LAB", slots=[slot(2, "09:30", "10:30")]), seat.student)
    words = words_of(Browser(campus).get(transfer_url(seat, other)))
    assert "Transfer 2 students" in words
    assert "3 seats left" in words
    assert "Full" in words
    assert f"{seat.student.full_name}: meets at the same time as" in words
    assert f"{other.student.full_name}: meets" not in words


def test_the_form_asks_as_much_for_many_as_for_few(campus, django_assert_max_num_queries):
    course = campus.course()
    old = campus.batch(course=course, capacity=30)
    seats = [campus.enroll(old) for _each in range(12)]
    browser, counts = Browser(campus), []
    campus.batch(course=course)
    browser.get(transfer_url(seats[0]))
    for some in (seats[:2], seats):
        with django_assert_max_num_queries(40) as counter:
            assert browser.get(transfer_url(*some)).status_code == 200
        counts.append(len(counter))
        for _each in range(4):
            campus.batch(course=course)
    assert counts[0] == counts[1]


def test_selected_students_are_transferred_without_javascript(campus):
    course = campus.course()
    old, new = campus.batch(course=course), campus.batch(course=course)
    seats = [campus.enroll(old), campus.enroll(old)]
    browser = Browser(campus)
    done = browser.post(transfer_url(*seats), {"to_batch": str(new.pk), "reason": "A smaller group"})
    assert (done.status_code, done["Location"]) == (302, f"/batches/{old.pk}/students/")
    words = words_of(browser.get(done["Location"]))
    assert f"2 moved to {new.code}." in words
    shown = words_of(browser.get(f"/batches/{old.pk}/students/?cancelled=transferred"))
    assert "Transferred" in shown
    assert f"Moved to {new.code}. A smaller group" in shown


def test_who_cannot_be_moved_is_named_and_the_others_can_go(campus):
    course = campus.course()
    old, new = campus.batch(course=course), campus.batch(course=course, capacity=1)
    seats = [campus.enroll(old), campus.enroll(old)]
    browser = Browser(campus)
    refused = browser.post(transfer_url(*seats), {"to_batch": str(new.pk)})
    assert refused.status_code == 400
    assert seats[1].student.full_name in words_of(refused)
    assert Enrollment.objects.filter(batch=new).count() == 0
    done = browser.post(transfer_url(*seats), {"to_batch": str(new.pk), "partial": "on"})
    assert done.status_code == 302
    assert Enrollment.objects.filter(batch=new).count() == 1


def test_a_clash_wants_a_tick(campus):
    course = campus.course()
    old, new = campus.batch(course=course), campus.batch(course=course, slots=[slot(2, "09:00", "10:00")])
    seat = campus.enroll(old)
    campus.enroll(campus.batch(slots=[slot(2, "09:30", "10:30")]), seat.student)
    browser = Browser(campus)
    assert browser.post(transfer_url(seat), {"to_batch": str(new.pk)}).status_code == 400
    done = browser.post(transfer_url(seat), {"to_batch": str(new.pk), "accept_clash": "on"})
    assert done.status_code == 302


def test_administrators_alone_are_offered_other_courses(campus):
    branch = campus.branch()
    old, other = campus.batch(branch=branch), campus.batch(branch=branch)
    seat = campus.enroll(old)
    manager = Browser(campus, campus.person("branch-manager", branch=branch))
    assert "Move to another course" not in words_of(manager.get(transfer_url(seat)))
    browser = Browser(campus)
    assert "Move to another course" in words_of(browser.get(transfer_url(seat)))
    assert browser.post(transfer_url(seat), {"other_batch": str(other.pk)}).status_code == 302
    seat.refresh_from_db()
    assert seat.transferred_to.batch == other


def test_students_of_two_batches_are_not_moved_together(campus):
    seats = [campus.enroll(campus.batch()) for _each in range(2)]
    assert "Select students of one batch." in words_of(Browser(campus).get(transfer_url(*seats)))


def test_a_student_asks_sees_it_and_withdraws(campus):
    course = campus.course()
    old, new = campus.batch(course=course), campus.batch(course=course)
    seat = campus.enroll(old)
    browser, path = Browser(campus, seat.student), f"/students/{seat.student.pk}/"
    assert "Ask to change batch" in words_of(browser.get(path))
    assert new.code in words_of(browser.get(f"/enrollments/{seat.pk}/ask-transfer/"))
    refused = browser.post(f"/enrollments/{seat.pk}/ask-transfer/", {"to_batch": str(new.pk)})
    assert refused.status_code == 400
    fields = {"to_batch": str(new.pk), "reason": "Works mornings"}
    assert browser.post(f"/enrollments/{seat.pk}/ask-transfer/", fields)["Location"] == path
    words = words_of(browser.get(path))
    assert f"to move to {new.code}: waiting" in words
    assert "Withdraw request" in words
    asked = TransferRequest.objects.get(enrollment=seat)
    assert browser.post(f"/transfer-requests/{asked.pk}/withdraw/").status_code == 302
    assert f"to move to {new.code}: withdrawn" in words_of(browser.get(path))


def test_managers_decide_in_requests(campus):
    course = campus.course()
    old, new = campus.batch(course=course), campus.batch(course=course)
    seats = [campus.enroll(old), campus.enroll(old)]
    for seat in seats:
        ask_for_transfer(by=campus.actor(seat.student), enrollment=seat, reason="Works mornings", wanted=new)
    browser = Browser(campus)
    words = words_of(browser.get("/requests/"))
    assert "2 requests need your decision" in words
    assert f"{seats[0].student.full_name} asks to move from {old.code} to {new.code}" in words
    first, second = TransferRequest.objects.order_by("created_at")
    assert "Works mornings" in words_of(browser.get(f"/transfer-requests/{first.pk}/"))
    fields = {"decision": "approve", "to_batch": str(new.pk), "note": "Welcome"}
    assert browser.post(f"/transfer-requests/{first.pk}/", fields)["Location"] == "/requests/"
    assert browser.post(f"/transfer-requests/{second.pk}/", {"decision": "reject"}).status_code == 400
    fields = {"decision": "reject", "note": "It is full soon"}
    assert browser.post(f"/transfer-requests/{second.pk}/", fields).status_code == 302
    assert "No requests to decide" in words_of(browser.get("/requests/"))
    own = words_of(Browser(campus, seats[1].student).get(f"/students/{seats[1].student.pk}/"))
    assert "rejected. It is full soon" in own


def test_whoever_left_is_not_asked_about(campus):
    course = campus.course()
    old, new = campus.batch(course=course), campus.batch(course=course)
    seat = campus.enroll(old)
    ask_for_transfer(by=campus.actor(seat.student), enrollment=seat, reason="Works mornings")
    transfer_students(by=campus.admin, enrollments=[seat], to=new)
    assert TransferRequest.objects.get(enrollment=seat).status == "approved"
    assert "No requests to decide" in words_of(Browser(campus).get("/requests/"))
