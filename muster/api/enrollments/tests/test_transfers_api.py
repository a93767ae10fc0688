"""Transfers over the API: many at once, back again, and what students ask for."""

from __future__ import annotations

from decimal import Decimal

import pytest

from muster.enrollments.models import Enrollment, Organisation
from muster.enrollments.rules import cancel_enrollment
from muster.notifications.models import Notification
from tests.client import Api
from tests.make import NOBODY, Campus, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus() -> Campus:
    return Campus.found()


@pytest.fixture
def api(campus):
    return Api(campus.token())


@pytest.fixture
def batches(campus):
    """Two batches of a course."""
    course = campus.course()
    return [campus.batch(course=course, capacity=2) for _each in range(2)]


def body_of(seats, to, **further):
    return {"enrollment_ids": [str(seat.pk) for seat in seats], "to_batch": str(to.pk), **further}


def test_each_student_is_told_of(campus, api, batches):
    old, new = batches
    seats = [campus.enroll(old), campus.enroll(old)]
    reply = api.post(f"/batches/{old.pk}/transfers", body_of(seats, new, reason="Works mornings"))
    assert (reply.status, reply.message) == (201, "2 of 2 students transferred successfully")
    assert [(row["enrollment_id"], row["student"]["full_name"], row["outcome"], row["code"]) for row in reply.data] == [
        (str(seat.pk), seat.student.full_name, "transferred", "") for seat in seats
    ]
    now = Enrollment.objects.filter(batch=new)
    assert {row["enrollment"] for row in reply.data} == {str(one.pk) for one in now}


def test_all_or_nobody_or_those_who_can(campus, api, batches):
    old, new = batches
    campus.enroll(new)
    seats, path = [campus.enroll(old), campus.enroll(old)], f"/batches/{old.pk}/transfers"
    reply = api.post(path, body_of(seats, new))
    assert (reply.status, reply.body["code"], reply.fields) == (400, "batch_full", ["to_batch"])
    [told] = reply.data["students"]
    assert (told["enrollment_id"], told["outcome"], told["code"]) == (str(seats[1].pk), "refused", "batch_full")
    reply = api.post(path, body_of(seats, new, partial=True))
    assert [row["outcome"] for row in reply.data] == ["transferred", "refused"]
    reply = api.post(path, body_of(seats[1:], new, join_waitlist=True))
    assert [(row["outcome"], row["enrollment"]) for row in reply.data] == [("waitlisted", None)]


def test_what_is_named_wrongly_is_refused_at_its_field(campus, api, batches):
    old, new = batches
    seat, stranger = campus.enroll(old), campus.enroll(new)
    path = f"/batches/{old.pk}/transfers"
    for wrong, fields in (
        ({"enrollment_ids": [str(stranger.pk), str(seat.pk), "x"]}, ["enrollment_ids.0", "enrollment_ids.2"]),
        ({"enrollment_ids": []}, ["enrollment_ids"]),
        ({"to_batch": NOBODY}, ["to_batch"]),
        ({"to_batch": str(old.pk)}, ["to_batch"]),
        ({"to_batch": str(campus.batch().pk)}, ["to_batch"]),
        ({"to_course": str(campus.course().pk)}, ["to_course"]),
        ({"reason": "x" * 301}, ["reason"]),
        ({"partial": "yes"}, ["partial"]),
    ):
        reply = api.post(path, {**body_of([seat], new), **wrong})
        assert (reply.status, reply.fields) == (400, fields), wrong


def test_managers_move_students_within_their_own_part(campus, batches):
    branch = campus.branch()
    course = campus.course()
    old, new = (campus.batch(course=course, branch=branch) for _each in range(2))
    elsewhere = campus.batch(course=course, branch=campus.branch())
    seat = campus.enroll(old)
    manager = Api(campus.token(campus.person("branch-manager", branch=branch)))
    reply = manager.post(f"/batches/{old.pk}/transfers", body_of([seat], elsewhere))
    assert (reply.status, reply.fields) == (400, ["to_batch"])
    assert manager.post(f"/batches/{old.pk}/transfers", body_of([seat], new)).status == 201
    assert manager.post(f"/batches/{elsewhere.pk}/transfers", body_of([seat], new)).status == 404


def test_a_clash_is_a_warning(campus, api):
    course = campus.course()
    old, new = campus.batch(course=course), campus.batch(course=course, slots=[slot(2, "09:00", "10:00")])
    seat = campus.enroll(old)
    campus.enroll(campus.batch(slots=[slot(2, "09:30", "10:30")]), seat.student)
    reply = api.post(f"/batches/{old.pk}/transfers", body_of([seat], new))
    assert (reply.status, [one["field"] for one in reply.body["warnings"]]) == (201, ["to_batch"])


def test_a_transfer_is_undone(campus, api, batches):
    old, new = batches
    seat = campus.enroll(old)
    api.post(f"/batches/{old.pk}/transfers", body_of([seat], new))
    reply = api.post(f"/batches/{old.pk}/transfers/undo", {"enrollment_ids": [str(seat.pk)]})
    assert (reply.status, [row["outcome"] for row in reply.data]) == (200, ["returned"])
    seat.refresh_from_db()
    assert seat.status == "active"
    reply = api.post(f"/batches/{old.pk}/transfers/undo", {"enrollment_ids": [str(seat.pk)]})
    assert (reply.status, reply.body["code"]) == (400, "transfer_over")


def test_a_transfer_is_undone_by_who_manages_both_batches(campus, api):
    course = campus.course()
    old, new = (campus.batch(course=course, branch=campus.branch()) for _each in range(2))
    seat, manager = campus.enroll(old), campus.person("branch-manager", branch=old.branch)
    api.post(f"/batches/{old.pk}/transfers", body_of([seat], new))
    path, body = f"/batches/{old.pk}/transfers/undo", {"enrollment_ids": [str(seat.pk)]}
    refused = Api(campus.token(manager)).post(path, body)
    assert (refused.status, refused.fields, refused.body["code"]) == (400, ["enrollment_ids"], "not_managed")
    assert Enrollment.objects.get(batch=new).status == "active"
    assert api.post(path, body).status == 200


def test_payments_follow_the_seat(campus, api, batches):
    old, new = batches
    seat = campus.enroll(old)
    paid = {"amount": "50.00", "currency": "EUR", "payment_status": "completed"}
    api.post(f"/enrollments/{seat.pk}/payments", paid)
    now = api.post(f"/batches/{old.pk}/transfers", body_of([seat], new)).data[0]["enrollment"]
    assert [Decimal(str(row["amount"])) for row in api.get(f"/enrollments/{now}/payments").data] == [Decimal(50)]
    assert api.get(f"/enrollments/{seat.pk}/payments").data == []
    reply = api.post(f"/enrollments/{seat.pk}/payments", paid)
    assert (reply.status, reply.body["code"], reply.data["enrollment"]) == (400, "transferred", now)


def test_an_inactive_organisation_pays_for_nothing(campus, api, batches):
    gone = Organisation.objects.create(institution=campus.institution, name="Harbour Works", is_active=False)
    seat = campus.enroll(batches[0])
    paid = {"amount": "50.00", "currency": "EUR", "organisation_id": str(gone.pk)}
    reply = api.post(f"/enrollments/{seat.pk}/payments", paid)
    assert (reply.status, reply.fields) == (400, ["organisation_id"])
    assert "is inactive. Choose another one" in reply.message
    body = {"batchId": str(batches[1].pk), "paymentDetails": paid}
    reply = api.post(f"/enrollments/students/{campus.student().pk}/enroll", body)
    assert (reply.status, reply.fields) == (400, ["paymentDetails.organisation_id"])


# --- what students ask for ------------------------------------------------------------------------------------------
def asked(campus, seat, **further):
    body = {"enrollment_id": str(seat.pk), "reason": "The bus comes too late.", **further}
    return Api(campus.token(seat.student)).post("/transfer-requests", body)


def test_a_student_asks_and_is_moved(campus, api, batches):
    old, new = batches
    seat = campus.enroll(old)
    reply = asked(campus, seat, to_batch=str(new.pk))
    assert (reply.status, reply.data["status"], reply.data["to_batch_code"]) == (201, "pending", new.code)
    assert [row["_id"] for row in api.get("/transfer-requests?status=pending").data] == [reply.data["_id"]]
    decided = api.put(f"/transfer-requests/{reply.data['_id']}", {"decision": "approve", "note": "See you there."})
    assert (decided.status, decided.data["status"]) == (200, "approved")
    assert decided.data["decision_note"] == "See you there."
    seat.refresh_from_db()
    assert seat.transferred_to.batch == new
    assert Notification.objects.get(user=seat.student, kind="transferred").text.endswith("See you there.")
    again = api.put(f"/transfer-requests/{reply.data['_id']}", {"decision": "reject", "note": "No"})
    assert (again.status, again.body["code"]) == (400, "already_decided")


def test_a_request_for_any_batch_is_moved_where_the_manager_says(campus, api, batches):
    old, new = batches
    seat = campus.enroll(old)
    path = f"/transfer-requests/{asked(campus, seat).data['_id']}"
    assert api.put(path, {"decision": "approve"}).fields == ["to_batch"]
    assert api.put(path, {"decision": "approve", "to_batch": str(new.pk)}).data["status"] == "approved"


def test_a_request_is_rejected_with_a_note(campus, api, batches):
    seat = campus.enroll(batches[0])
    path = f"/transfer-requests/{asked(campus, seat).data['_id']}"
    assert api.put(path, {"decision": "reject"}).fields == ["note"]
    assert api.put(path, {"decision": "maybe"}).fields == ["decision"]
    assert api.put(path, {"decision": "reject", "note": "All are full."}).data["status"] == "rejected"
    told = Notification.objects.get(user=seat.student, kind="transfer_answered")
    assert told.text.endswith("All are full.")
    # Whoever left meanwhile is not told that they keep a seat.
    other = campus.enroll(batches[0])
    path = f"/transfer-requests/{asked(campus, other).data['_id']}"
    cancel_enrollment(by=campus.admin, enrollment=other)
    api.put(path, {"decision": "reject", "note": "Too late."})
    assert Notification.objects.get(user=other.student, kind="transfer_answered").text == "Too late."


def test_a_request_that_is_approved_without_a_seat_waits(campus, api, batches):
    old, new = batches
    blockers = [campus.enroll(new), campus.enroll(new)]
    seat = campus.enroll(old)
    path = f"/transfer-requests/{asked(campus, seat, to_batch=str(new.pk)).data['_id']}"
    assert api.put(path, {"decision": "approve"}).body["code"] == "batch_full"
    assert api.put(path, {"decision": "approve", "join_waitlist": True}).data["status"] == "approved"
    assert "on the waitlist" in Notification.objects.get(user=seat.student, kind="transfer_answered").title
    cancel_enrollment(by=campus.admin, enrollment=blockers[0])
    seat.refresh_from_db()
    assert seat.transferred_to.batch == new


def test_a_student_asks_once_for_their_own_seat_and_withdraws(campus, batches):
    old, new = batches
    seat, other = campus.enroll(old), campus.enroll(old)
    reply = asked(campus, seat)
    assert asked(campus, seat).body["code"] == "already_asked"
    of_another = {"enrollment_id": str(other.pk), "reason": "x"}
    own = Api(campus.token(seat.student))
    assert own.post("/transfer-requests", of_another).fields == ["enrollment_id"]
    assert [row["enrollment"] for row in own.get("/transfer-requests").data] == [str(seat.pk)]
    for _each in range(2):
        assert own.post(f"/transfer-requests/{reply.data['_id']}/withdraw").data["status"] == "withdrawn"
    assert asked(campus, seat, to_batch=str(new.pk)).status == 201
    assert asked(campus, other, to_batch=str(campus.batch().pk)).fields == ["to_batch"]
    assert asked(campus, other, to_batch=str(old.pk)).fields == ["to_batch"]
