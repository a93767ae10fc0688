"""Bad input that rules refuse, and the fixed sentences word for word; `tests/api/test_bad_values.py` tries the rest."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.enrollments.errors import NotAStudent
from muster.enrollments.models import Enrollment, Payment
from muster.institutions.models import Role
from muster.institutions.rules import deactivate_person
from tests.client import Api
from tests.make import Campus

pytestmark = pytest.mark.django_db
NOBODY = "01900000-0000-7000-8000-000000000000"
ANYTHING: tuple[Any, ...] = (
    None,
    True,
    1.5,
    -1,
    10**30,
    "",
    "x" * 5000,
    "\x01",
    [],
    {},
    ["x"],
    {"a": 1},
    NOBODY,
    "2030-13-45",
    "trial",
)
PAID = {
    "amount": 100,
    "currency": "ZAR",
    "payment_method": "card",
    "payment_status": "completed",
    "transaction_id": "T1",
}


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def api(campus):
    return Api(campus.token())


def enroll(api, student, **body):
    return api.post(f"/enrollments/students/{student.pk}/enroll", body)


# --- the fixed sentences --------------------------------------------------------------------------------------------
def test_a_full_batch_says_so_and_names_its_siblings(api, campus):
    course = campus.course()
    full, free = campus.batch(course=course, capacity=1), campus.batch(course=course, code="PY-08", capacity=4)
    campus.enroll(full)
    reply = enroll(api, campus.student(), batchId=str(full.pk))
    assert (reply.status, reply.fields, reply.body["code"]) == (400, ["batchId"], "batch_full")
    assert "Batch has reached maximum capacity" in reply.message
    assert "PY-08 has 4 seats" in reply.message
    assert reply.data["siblings"] == [{"_id": str(free.pk), "batch_code": "PY-08", "available_spots": 4}]


def test_a_second_current_enrollment_is_refused(api, campus):
    course, student = campus.course(), campus.student()
    campus.enroll(campus.batch(course=course), student)
    for body in ({"batchId": str(campus.batch(course=course).pk)}, {"courseId": str(course.pk)}):
        reply = enroll(api, student, **body)
        assert (reply.status, reply.fields) == (400, ["studentId"])
        assert "already enrolled" in reply.message


def test_success_is_told_in_the_fixed_words(api, campus):
    batch = campus.batch()
    in_batch = enroll(api, campus.student(), courseId=str(batch.course_id), batchId=str(batch.pk))
    assert (in_batch.status, in_batch.message) == (201, "Student enrolled in batch successfully")
    in_course = enroll(api, campus.student(), courseId=str(batch.course_id))
    assert (in_course.status, in_course.message) == (201, "Student enrolled successfully")
    assert (in_batch.data["enrollment_type"], in_course.data["enrollment_type"]) == ("batch", "individual")


# --- enrolling ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"batchId": "x"}, "batchId"),
        ({"courseId": "x"}, "courseId"),
        ({"enrollment_type": "royal"}, "enrollment_type"),
        ({"enrollment_date": "2999-01-01"}, "enrollment_date"),
        ({"paymentDetails": {**PAID, "amount": -1}}, "paymentDetails.amount"),
        ({"paymentDetails": {**PAID, "amount": "much"}}, "paymentDetails.amount"),
        ({"paymentDetails": {**PAID, "amount": "NaN"}}, "paymentDetails.amount"),
        ({"paymentDetails": {**PAID, "amount": 10**30}}, "paymentDetails.amount"),
        ({"paymentDetails": {**PAID, "amount": 1.234}}, "paymentDetails.amount"),
        ({"paymentDetails": {**PAID, "currency": "12"}}, "paymentDetails.currency"),
        ({"paymentDetails": {**PAID, "payment_status": "perhaps"}}, "paymentDetails.payment_status"),
    ],
)
def test_a_field_that_cannot_be_taken_is_named(api, campus, changes, field):
    reply = enroll(api, campus.student(), **{"batchId": str(campus.batch().pk), **changes})
    assert reply.status == 400, reply.body
    assert field in reply.fields
    assert Enrollment.objects.count() == 0


def test_nowhere_to_enroll_is_named(api, campus):
    assert enroll(api, campus.student()).fields == ["courseId"]


def test_a_batch_of_another_course_is_named(api, campus):
    reply = enroll(api, campus.student(), batchId=str(campus.batch().pk), courseId=str(campus.course().pk))
    assert (reply.status, reply.fields) == (400, ["batchId"])


def test_ids_of_another_institution_are_unknown_here(api, campus):
    other = Campus.found()
    assert enroll(api, campus.student(), batchId=str(other.batch().pk)).fields == ["batchId"]
    assert enroll(api, campus.student(), courseId=str(other.course().pk)).fields == ["courseId"]
    assert enroll(api, other.student(), batchId=str(campus.batch().pk)).status == 404


@pytest.mark.parametrize("student", [NOBODY, "x"])
def test_a_student_who_is_not_there_is_missing(api, student):
    assert api.post(f"/enrollments/students/{student}/enroll", {}).status == 404


def test_somebody_who_is_no_student_is_named(api, campus):
    reply = enroll(api, campus.instructor("Naledi"), batchId=str(campus.batch().pk))
    assert (reply.status, reply.fields, reply.body["code"]) == (400, ["studentId"], "not_a_student")


def test_a_transaction_is_one_payment_s_alone(api, campus):
    batch = campus.batch()
    assert enroll(api, campus.student(), batchId=str(batch.pk), paymentDetails=PAID).status == 201
    reply = enroll(api, campus.student(), batchId=str(batch.pk), paymentDetails=PAID)
    assert (reply.status, reply.fields) == (400, ["paymentDetails.transaction_id"])
    # All or nothing: no seat without its payment.
    assert (Enrollment.objects.count(), Payment.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"enrollment_type": "scholarship"}, "enrollment_type"),
        ({"enrollment_date": "2020-01-01"}, "enrollment_date"),
        ({"paymentDetails": PAID}, "paymentDetails.payment_status"),
    ],
)
def test_students_cannot_send_what_is_the_institution_s(campus, changes, field):
    student = campus.student()
    reply = enroll(Api(campus.token(student)), student, **{"batchId": str(campus.batch().pk), **changes})
    assert (reply.status, reply.fields) == (400, [field])


def test_a_manager_cannot_enroll_into_what_they_only_see(campus):
    branch = campus.branch()
    student = campus.student()
    campus.enroll(campus.batch(branch=branch), student)
    manager = Api(campus.token(campus.person(Role.BRANCH_MANAGER, branch=branch)))
    reply = enroll(manager, student, batchId=str(campus.batch(branch=campus.branch()).pk))
    assert (reply.status, reply.fields) == (400, ["batchId"])


# --- correcting and cancelling --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"status": "asleep"}, "status"),
        ({"status": None}, "status"),
        ({"status": 5}, "status"),
        ({"enrollment_type": "royal"}, "enrollment_type"),
        ({"enrollment_type": None}, "enrollment_type"),
        ({"enrollment_date": None}, "enrollment_date"),
        ({"enrollment_date": "2999-01-01"}, "enrollment_date"),
        ({"access_expiry_date": "2001-01-01"}, "access_expiry_date"),
        ({"version": "x"}, "version"),
    ],
)
def test_a_correction_that_cannot_be_taken_names_its_field(api, campus, body, field):
    enrollment = campus.enroll(campus.batch())
    before = api.get(f"/enrollments/{enrollment.pk}").data
    reply = api.put(f"/enrollments/{enrollment.pk}", body)
    assert (reply.status, reply.fields) == (400, [field])
    assert api.get(f"/enrollments/{enrollment.pk}").data == before


def test_a_seat_that_is_gone_is_not_taken_back_by_a_correction(api, campus):
    batch = campus.batch(capacity=1)
    enrollment = campus.enroll(batch)
    api.delete(f"/enrollments/{enrollment.pk}")
    campus.enroll(batch)
    reply = api.put(f"/enrollments/{enrollment.pk}", {"status": "active"})
    assert reply.status == 400
    assert "Batch has reached maximum capacity" in reply.message


def test_a_correction_by_an_old_version_is_stale(api, campus):
    enrollment = campus.enroll(campus.batch())
    assert api.put(f"/enrollments/{enrollment.pk}", {"enrollment_source": "fair", "version": 99}).status == 412


def test_cancelling_twice_changes_nothing_and_what_is_over_stays(api, campus):
    batch = campus.batch()
    enrollment = campus.enroll(batch)
    path = f"/enrollments/{enrollment.pk}"
    assert api.delete(f"{path}?reason={'x' * 301}").fields == ["reason"]
    assert api.delete(f"{path}?reason=Moved").data["cancel_reason"] == "Moved"
    assert api.delete(f"{path}?reason=Again").data["cancel_reason"] == "Moved"
    done = campus.enroll(batch)
    api.put(f"/enrollments/{done.pk}", {"status": "completed"})
    reply = api.delete(f"/enrollments/{done.pk}")
    assert (reply.status, reply.body["code"]) == (400, "enrollment_over")


# --- lists ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("batch=x", "batch"),
        ("dept=x", "dept"),
        ("course=x", "course"),
        ("student=x", "student"),
        ("semester=x", "semester"),
        ("semester=-1", "semester"),
        ("semester=99999999", "semester"),
        ("status=asleep", "status"),
        ("sort=secret", "sort"),
        ("page=0", "page"),
        ("page_size=0", "page_size"),
        ("q=%00", "q"),
    ],
)
def test_a_filter_that_cannot_be_is_named(api, query, field):
    reply = api.get(f"/enrollments?{query}")
    assert (reply.status, reply.fields) == (400, [field])


def test_a_roster_is_filtered_by_a_known_status(api, campus):
    batch = campus.batch()
    enrollment = campus.enroll(batch)
    assert api.get(f"/batches/{batch.pk}/students?status=asleep").fields == ["status"]
    api.delete(f"/enrollments/{enrollment.pk}")
    assert api.get(f"/batches/{batch.pk}/students").body["count"] == 0
    assert api.get(f"/batches/{batch.pk}/students?status=cancelled").body["count"] == 1


@pytest.mark.parametrize("path", ["/enrollments/x", f"/enrollments/{NOBODY}"])
def test_an_enrollment_that_is_not_there_is_missing(api, path):
    assert api.get(path).status == 404
    assert api.put(path, {}).status == 404
    assert api.delete(path).status == 404


# --- anything at all ------------------------------------------------------------------------------------------------
ENROLLING = (
    "courseId",
    "batchId",
    "enrollment_type",
    "enrollment_source",
    "enrollment_date",
    "paymentDetails",
    "join_waitlist",
)
CORRECTING = (
    "status",
    "enrollment_type",
    "enrollment_source",
    "enrollment_date",
    "access_expiry_date",
    "reason",
    "version",
)
QUIET = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUIET
@given(body=st.dictionaries(st.sampled_from(ENROLLING), st.sampled_from(ANYTHING), max_size=5))
def test_whatever_is_sent_to_enroll_is_answered_and_never_a_fault(api, campus, body):
    reply = enroll(api, campus.student(), **body)
    assert reply.status == 400
    assert reply.fields


@QUIET
@given(body=st.dictionaries(st.sampled_from(CORRECTING), st.sampled_from(ANYTHING), max_size=5))
def test_whatever_is_sent_to_correct_is_answered_and_never_a_fault(api, campus, body):
    enrollment = campus.enroll(campus.batch(start_date=campus.admin.today() - timedelta(days=1)))
    reply = api.put(f"/enrollments/{enrollment.pk}", body)
    assert reply.status in (200, 400, 412)
    assert reply.status != 400 or reply.fields


def test_who_left_one_institution_is_not_enrolled_there_though_active_in_another() -> None:
    campus, other = Campus.found(), Campus.found()
    student = campus.student()
    other.joined_by(student)
    deactivate_person(by=campus.admin, user=student)
    reply = Api(campus.token()).post(f"/enrollments/students/{student.pk}/enroll", {"batchId": str(campus.batch().pk)})
    assert (reply.status, reply.message) == (400, NotAStudent(student).message)
