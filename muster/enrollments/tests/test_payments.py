"""Payments are added and moved on step by step; what is open is one reckoning on every way."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from muster.enrollments.balances import Balance, balances_of, total_of
from muster.enrollments.errors import PaymentMoveRefused
from muster.enrollments.models import Enrollment, Payment
from muster.enrollments.rules import PaymentInput, add_payment, cancel_enrollment, move_payment
from muster.institutions.models import Role
from tests.client import Api
from tests.make import Campus
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def enrollment(campus):
    return campus.enroll(campus.batch(course=campus.course(price=Decimal("1500"), currency="ZAR")))


def pay(campus, enrollment, amount, status="completed", **rest):
    payment = PaymentInput(**{"amount": Decimal(amount), "currency": "ZAR", "status": status, **rest})
    return add_payment(by=campus.admin, enrollment=enrollment, payment=payment)


def sums(enrollment):
    return [
        (one.currency, int(one.owed), int(one.paid), int(one.open), int(one.pending))
        for one in balances_of(Enrollment.objects.get(pk=enrollment.pk))
    ]


def test_what_is_open_is_the_price_less_what_is_confirmed(campus, enrollment):
    assert sums(enrollment) == [("ZAR", 1500, 0, 1500, 0)]
    first = pay(campus, enrollment, 500, "pending")
    assert sums(enrollment) == [("ZAR", 1500, 0, 1500, 500)]
    move_payment(by=campus.admin, payment=first, status="completed")
    pay(campus, enrollment, 20, currency="EUR")
    assert sums(enrollment) == [("EUR", 0, 20, 0, 0), ("ZAR", 1500, 500, 1000, 0)]
    move_payment(by=campus.admin, payment=first, status="refunded")
    assert sums(enrollment)[1] == ("ZAR", 1500, 0, 1500, 0)
    other = campus.enroll(enrollment.batch)
    both = total_of(Enrollment.objects.filter(batch=enrollment.batch))
    assert both[1] == Balance("ZAR", Decimal(3000), Decimal(0), Decimal(3000), Decimal(0))
    cancel_enrollment(by=campus.admin, enrollment=other)
    assert sums(other) == []


@pytest.mark.parametrize(
    ("begins", "allowed"),
    [
        ("pending", {"completed", "failed"}),
        ("completed", {"refunded"}),
        ("failed", set()),
        ("refunded", set()),
    ],
)
def test_the_rule_and_the_database_know_the_same_steps(campus, enrollment, begins, allowed):
    for status in Payment.Status.values:
        payment = pay(campus, enrollment, 10, begins)
        if status in {begins, *allowed}:
            assert move_payment(by=campus.admin, payment=payment, status=status).status == status
            continue
        with pytest.raises(PaymentMoveRefused):
            move_payment(by=campus.admin, payment=payment, status=status)
        with pytest.raises(IntegrityError, match="keeps its sum"), transaction.atomic():
            Payment.objects.filter(pk=payment.pk).update(status=status)
    with pytest.raises(IntegrityError, match="keeps its sum"), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(amount=1)


def test_the_api_adds_lists_and_moves_payments(campus, enrollment):
    api, path = Api(campus.token()), f"/enrollments/{enrollment.pk}/payments"
    body = {"amount": "500.00", "currency": "ZAR", "transaction_id": "T1", "payer": "Aunt May"}
    added = api.post(path, body)
    assert (added.status, added.data["payment_status"], added.data["payer"]) == (201, "pending", "Aunt May")
    assert api.post(path, body).fields == ["transaction_id"]
    assert api.post(path, {**body, "currency": "rand", "amount": "-1"}).status == 400
    moved = api.put(f"/payments/{added.data['_id']}", {"payment_status": "completed"})
    assert (moved.status, moved.data["payment_status"]) == (200, "completed")
    refused = api.put(f"/payments/{added.data['_id']}", {"payment_status": "failed"})
    assert (refused.status, refused.fields) == (400, ["payment_status"])
    assert [one["payment_status"] for one in api.get(path).data] == ["completed"]
    assert api.get(f"/enrollments/{enrollment.pk}").data["balance"][0]["open"] == 1000
    refunded = api.put(f"/payments/{added.data['_id']}", {"payment_status": "refunded"})
    assert (refunded.status, refunded.data["payment_status"]) == (200, "refunded")
    failed = api.post(path, {**body, "transaction_id": "T2"}).data["_id"]
    assert api.put(f"/payments/{failed}", {"payment_status": "failed"}).data["payment_status"] == "failed"
    changed = api.put(f"/enrollments/{enrollment.pk}", {"paymentDetails": body})
    assert (changed.status, changed.fields) == (400, ["paymentDetails"])


def test_rights_are_those_of_the_branch_and_of_the_student(campus):
    branch, department = campus.branch(), campus.department()
    course = campus.course(price=Decimal(100), currency="ZAR", department=department)
    enrollment = campus.enroll(campus.batch(course=course, branch=branch, department=department))
    people = {
        campus.person(Role.BRANCH_MANAGER, branch=branch): (200, 201),
        campus.person(Role.BRANCH_MANAGER, branch=campus.branch()): (404, 404),
        campus.person(Role.DEPT_ADMIN, department=department): (200, 403),
        enrollment.student: (200, 403),
        campus.student(): (404, 403),
        campus.instructor(): (403, 403),
    }
    for person, expected in people.items():
        api, path = Api(campus.token(person)), f"/enrollments/{enrollment.pk}/payments"
        assert (api.get(path).status, api.post(path, {"amount": 1, "currency": "ZAR"}).status) == expected, person


def test_pages_record_confirm_and_refund_and_say_what_is_open_everywhere(campus, enrollment):
    browser, path = Browser(campus), f"/enrollments/{enrollment.pk}/payments/"
    assert "1,500.00 ZAR owed, 0.00 ZAR paid, 1,500.00 ZAR open" in words_of(browser.get(path))
    sent = {"amount": "600", "currency": "ZAR", "status": "pending", "method": "cash"}
    assert browser.post(path, sent).status_code == 302
    payment = Payment.objects.get()
    assert browser.post(path, {**sent, "amount": "x"}).status_code == 400
    assert browser.post(f"/payments/{payment.pk}/refund/").status_code == 400
    assert browser.post(f"/payments/{payment.pk}/confirm/").status_code == 302
    said = "1,500.00 ZAR owed, 600.00 ZAR paid, 900.00 ZAR open"
    for page in (path, f"/students/{enrollment.student_id}/", f"/batches/{enrollment.batch_id}/students/"):
        assert said in words_of(browser.get(page)), page
    own = Browser(campus, enrollment.student)
    for page in ("/", path, f"/students/{enrollment.student_id}/"):
        assert said in words_of(own.get(page)), page
    assert "Record payment" not in words_of(own.get(path))
    assert own.post(f"/payments/{payment.pk}/refund/").status_code == 403
    assert browser.post(f"/payments/{payment.pk}/refund/").status_code == 302
    browser.post(path, sent)
    assert browser.post(f"/payments/{Payment.objects.get(status='pending').pk}/fail/").status_code == 302
    assert sorted(Payment.objects.values_list("status", flat=True)) == ["failed", "refunded"]
    assert "1,500.00 ZAR owed, 0.00 ZAR paid, 1,500.00 ZAR open" in words_of(browser.get(path))
