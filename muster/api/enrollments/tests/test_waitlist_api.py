"""The waitlist over the API: joining, the line, answering offers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from muster.enrollments.models import WaitlistEntry
from muster.enrollments.offers import key_of
from muster.enrollments.rules import cancel_enrollment, lapse_offers
from muster.institutions.rules import make_token
from tests.client import Api
from tests.make import NOBODY, Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found().let(waitlist_mode="offer")


@pytest.fixture
def api(campus):
    return Api(campus.token())


@pytest.fixture
def batch(campus):
    return campus.full_batch()[0]


def of(campus, student):
    return Api(campus.token(student))


def test_enrolling_into_a_full_batch_can_join_the_line(campus, api, batch):
    student = campus.student()
    body = {"batchId": str(batch.pk)}
    path = f"/enrollments/students/{student.pk}/enroll"
    assert api.post(path, body).status == 400
    reply = of(campus, student).post(path, {**body, "join_waitlist": True})
    assert (reply.status, reply.data["position"], reply.data["status"]) == (202, 1, "waiting")
    free = campus.batch()
    reply = api.post(path, {"batchId": str(free.pk), "join_waitlist": True})
    assert (reply.status, reply.data["batch"]) == (201, str(free.pk))
    assert api.post(path, {**body, "join_waitlist": "yes"}).fields == ["join_waitlist"]


def test_the_line_is_told_in_its_order_and_students_see_their_own_place(campus, api, batch):
    path = f"/batches/{batch.pk}/waitlist"
    students = [campus.student() for _each in range(3)]
    for student in students[:2]:
        assert of(campus, student).post(path, {}).status == 201
    reply = api.post(path, {"student_id": str(students[2].pk), "priority": 5})
    assert (reply.status, reply.data["position"]) == (201, 1)
    rows = api.get(path).data
    assert [(row["student"], row["position"]) for row in rows] == [
        (str(students[2].pk), 1),
        (str(students[0].pk), 2),
        (str(students[1].pk), 3),
    ]
    assert [row["position"] for row in of(campus, students[1]).get(path).data] == [3]
    assert api.put(f"/waitlist/{rows[2]['_id']}", {"priority": 9}).data["position"] == 1


def test_why_a_line_stands_still_is_said_beside_it(campus, api):
    campus.institution.seat_buffer_percent = 50
    campus.institution.save()
    batch = campus.batch(capacity=2)
    campus.enroll(batch)
    student = campus.student()
    assert of(campus, student).post(f"/batches/{batch.pk}/waitlist", {}).status == 201
    assert "kept back" in api.get(f"/batches/{batch.pk}/waitlist").message


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "student_id"),
        ({"student_id": NOBODY}, "student_id"),
        ({"student_id": 5}, "student_id"),
        ({"priority": 10}, "student_id"),
        ({"priority": "first"}, "priority"),
    ],
)
def test_joining_names_what_is_wrong(api, batch, body, field):
    reply = api.post(f"/batches/{batch.pk}/waitlist", body)
    assert (reply.status, reply.fields) == (400, [field])


def test_students_join_only_themselves_and_give_no_priority(campus, batch):
    student, other = campus.student(), campus.student()
    api, path = of(campus, student), f"/batches/{batch.pk}/waitlist"
    assert api.post(path, {"student_id": str(other.pk)}).fields == ["student_id"]
    assert api.post(path, {"priority": 3}).fields == ["priority"]
    place = api.post(path, {"student_id": str(student.pk)}).data["_id"]
    assert of(campus, other).delete(f"/waitlist/{place}").status == 404
    assert api.put(f"/waitlist/{place}", {"priority": 3}).status == 403
    left = api.delete(f"/waitlist/{place}?reason=Moved")
    assert (left.data["status"], left.data["reason"]) == ("cancelled", "Moved")


def test_an_offer_is_accepted_or_declined_once(campus, batch):
    students = [campus.student() for _each in range(2)]
    for student in students:
        of(campus, student).post(f"/batches/{batch.pk}/waitlist", {})
    places = [WaitlistEntry.objects.get(student=student) for student in students]
    early = of(campus, students[0]).post(f"/waitlist/{places[0].pk}/accept", {})
    assert (early.status, early.body["code"]) == (400, "offer_over")
    cancel_enrollment(by=campus.admin, enrollment=batch.enrollments.get())
    declined = of(campus, students[0]).post(f"/waitlist/{places[0].pk}/decline", {"reason": "Found work"})
    assert (declined.data["status"], declined.data["reason"]) == ("declined", "Found work")
    api, path = of(campus, students[1]), f"/waitlist/{places[1].pk}/accept"
    first, second = api.post(path, {}), api.post(path, {})
    assert (first.status, first.data["_id"]) == (200, second.data["_id"])
    assert api.post(f"/waitlist/{places[1].pk}/decline", {}).body["code"] == "offer_over"


def test_a_token_that_only_reads_is_not_told_the_link_that_answers_an_offer(campus, batch):
    student = campus.student()
    place = of(campus, student).post(f"/batches/{batch.pk}/waitlist", {}).data["_id"]
    cancel_enrollment(by=campus.admin, enrollment=batch.enrollments.get())
    link = f"/offers/{key_of(WaitlistEntry.objects.get(pk=place))}/"
    reads = Api(make_token(by=campus.actor(student), name="Reads", read_only=True)[1])
    [told], [shown] = of(campus, student).get("/notifications").data, reads.get("/notifications").data
    assert told["url"] == link
    assert shown == {**told, "url": ""}
    # The page of a batch lets in nobody by itself.
    lapse_offers(institution=campus.institution, now=timezone.now() + timedelta(days=3))
    assert [row["url"] for row in reads.get("/notifications").data] == [f"/batches/{batch.pk}/", ""]


def test_open_batches_tell_how_many_wait(campus, api, batch):
    api.post(f"/batches/{batch.pk}/waitlist", {"student_id": str(campus.student().pk)})
    [row] = api.get(f"/courses/{batch.course_id}/open-batches").data
    assert row["waitlist_length"] == 1
