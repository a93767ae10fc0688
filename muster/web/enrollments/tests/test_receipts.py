"""Payments of one's own, and receipts: numbered, on paper, for those whom they concern."""

from __future__ import annotations

from decimal import Decimal

import pytest

from muster.core.ownership import as_owner
from muster.enrollments import receipts
from muster.enrollments.models import Payment
from muster.enrollments.rules import PaymentInput, add_payment, move_payment
from muster.exchange.exports import export_of
from muster.institutions.models import Role
from tests.client import Api
from tests.make import Campus
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found("Ridgeline Institute")


@pytest.fixture
def batch(campus):
    course = campus.course(price="100.00", currency="ZAR", individual_study=False)
    return campus.batch(course=course, branch=campus.branch(), name="Python evenings")


def pay(campus, enrollment, amount="60", status="completed", **more):
    paid = PaymentInput(Decimal(amount), "ZAR", status=status, **more)
    return add_payment(by=campus.admin, enrollment=enrollment, payment=paid)


def test_receipts_are_numbered_when_a_payment_is_completed(campus, batch):
    seat = campus.enroll(batch)
    first, waiting, third = pay(campus, seat), pay(campus, seat, status="pending"), pay(campus, seat)
    assert [one.receipt for one in (first, waiting, third)] == ["000001", "", "000002"]
    assert (waiting.completed_at, first.completed_at is None) == (None, False)
    confirmed = move_payment(by=campus.admin, payment=waiting, status="completed")
    assert confirmed.receipt == "000003"
    refunded = move_payment(by=campus.admin, payment=first, status="refunded")
    assert (refunded.receipt, refunded.refunded_at is None) == ("000001", False)
    elsewhere = Campus.found()
    assert pay(elsewhere, elsewhere.enroll(elsewhere.batch())).receipt == "000001"


def test_a_number_stays_with_its_payment_whoever_writes(campus, batch):
    paid = pay(campus, campus.enroll(batch))
    with as_owner():
        Payment.objects.filter(pk=paid.pk).update(receipt_number=7, completed_at=None)
    paid.refresh_from_db()
    assert (paid.receipt, paid.completed_at is None) == ("000001", False)


def test_a_receipt_tells_who_paid_what_for_and_what_was_given_back(campus, batch):
    campus.institution.contact_email = "office@example.org"
    campus.institution.save()
    works = campus.organisation(name="Harbour Works", invoice_address="7 Quay Road\nDurban", reference="PO 12")
    paid = pay(campus, campus.enroll(batch), method="transfer", transaction_id="T-9", organisation=works)
    told = receipts.receipt_content(receipts.with_receipts(Payment.objects.all()).get(pk=paid.pk))
    assert (told["title"], told["institution"], told["contact"]) == (
        "Receipt 000001",
        "Ridgeline Institute",
        "office@example.org",
    )
    [party] = told["parties"]
    assert (party["name"], party["lines"]) == ("Harbour Works", ["7 Quay Road", "Durban", "Reference: PO 12"])
    # A long code may break across lines.
    rows = [(row["what"].replace("\u200b", ""), row["amount"]) for row in told["rows"]]
    assert rows == [(f"Python evenings ({batch.code})", "60.00 ZAR")]
    assert ["Method", "transfer"] in told["facts"]
    assert ["Transaction", "T-9"] in told["facts"]
    move_payment(by=campus.admin, payment=paid, status="refunded")
    told = receipts.receipt_content(receipts.with_receipts(Payment.objects.all()).get(pk=paid.pk))
    assert [row["amount"] for row in told["rows"]] == ["60.00 ZAR", "−60.00 ZAR"]
    assert told["total"] == {"label": "Left after the refund", "amount": "0.00 ZAR"}


def test_managers_and_the_student_print_it_and_nobody_else(campus, batch):
    seat = campus.enroll(batch)
    paid = pay(campus, seat)
    url = f"/payments/{paid.pk}/receipt/"
    response = Browser(campus, seat.student).get(url)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert "receipt-000001.pdf" in response["Content-Disposition"]
    answers = {
        "branch": Browser(campus, campus.person(Role.BRANCH_MANAGER, branch=batch.branch)),
        "elsewhere": Browser(campus, campus.person(Role.BRANCH_MANAGER, branch=campus.branch())),
        "student": Browser(campus, campus.student()),
        "instructor": Browser(campus, campus.instructor()),
    }
    found = {who: browser.get(url).status_code for who, browser in answers.items()}
    assert found == {"branch": 200, "elsewhere": 404, "student": 404, "instructor": 403}
    assert Api(campus.token(campus.student())).get(f"/payments/{paid.pk}/receipt").status == 404


def test_what_was_never_paid_has_no_receipt(campus, batch):
    waiting = pay(campus, campus.enroll(batch), status="pending")
    refused = Api(campus.token()).get(f"/payments/{waiting.pk}/receipt")
    assert (refused.status, refused.body["code"]) == (400, "no_receipt")
    assert f"/payments/{waiting.pk}/receipt/" not in Browser(campus).get("/payments/").content.decode()


def test_students_see_their_own_payments_and_what_is_open(campus, batch):
    seat = campus.enroll(batch)
    pay(campus, seat, method="card")
    pay(campus, campus.enroll(batch), amount="77")
    said = words_of(Browser(campus, seat.student).get("/payments/"))
    assert "100.00 ZAR owed, 60.00 ZAR paid, 40.00 ZAR open" in said
    assert "Receipt 000001" in said
    assert "77.00" not in said
    answer = Api(campus.token(seat.student)).get("/payments")
    assert [(one["amount"], one["receipt"], one["student"]) for one in answer.data] == [
        (60, "000001", str(seat.student_id))
    ]


def test_managers_see_the_payments_of_their_part_filtered_and_exported(campus, batch):
    works = campus.organisation(name="Harbour Works")
    pay(campus, campus.enroll(batch), organisation=works)
    pay(campus, campus.enroll(campus.batch(branch=campus.branch())), amount="77")
    manager = campus.person(Role.BRANCH_MANAGER, branch=batch.branch)
    assert "77.00" not in words_of(Browser(campus, manager).get("/payments/"))
    api = Api(campus.token())
    assert [one["amount"] for one in api.get(f"/payments?organisation={works.pk}").data] == [60]
    assert api.get("/payments?status=lost").status == 400
    assert [one["amount"] for one in api.get("/payments?q=harbour").data] == [60]
    lines = list(export_of("payments", campus.admin).objects())
    assert sorted((one["amount"], one["organisation"]) for one in lines) == [(60, "Harbour Works"), (77, None)]
    enrolled = list(export_of("enrollments", campus.admin).objects())
    assert [one["organisation"] for one in enrolled] == [None, None]
