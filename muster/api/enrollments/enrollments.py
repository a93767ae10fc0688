"""Enrolling, seeing, correcting and cancelling."""

from decimal import Decimal
from typing import Annotated, Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query
from pydantic import ConfigDict, StrictBool

from muster.accounts.models import User
from muster.api.enrollments.shapes import (
    EnrollmentOut,
    EnrollmentRowOut,
    PaidEnrollmentOut,
    PaymentOut,
    PaymentRowOut,
    balance_json,
    enrollment_json,
    enrollment_row,
    payment_json,
    payment_row,
)
from muster.api.enrollments.waitlist import WaitlistPlaceOut, place_with_position
from muster.api.kit import (
    Day,
    Door,
    In,
    Paging,
    Success,
    answer,
    expected_version,
    filter_by_ids,
    page_of,
    request_actor,
    request_object,
    warning,
)
from muster.api.kit.downloads import response_of
from muster.api.narrowing import OfBatches
from muster.assessment.queries import BY_PROGRESS, with_progress
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.core.errors import Invalid
from muster.core.permissions import as_id
from muster.core.search import with_words
from muster.courses.permissions import courses
from muster.enrollments import rules
from muster.enrollments.balances import balances_of
from muster.enrollments.models import Enrollment, Organisation, Payment, WaitlistEntry
from muster.enrollments.permissions import enrollments, organisations, payments
from muster.enrollments.queries import payments_seen_by
from muster.enrollments.receipts import receipt_of, with_receipts
from muster.institutions.models import STUDENT_ROLES
from muster.institutions.permissions import users

router, payment_router = Door(), Door()


class PaymentIn(In):
    """What is known of a payment."""

    model_config = ConfigDict(strict=False, str_strip_whitespace=True)

    amount: Decimal = Field(max_digits=12, decimal_places=2)
    currency: str = Field(max_length=3)
    payment_method: str = Field("", max_length=40)
    payment_status: str = Payment.Status.PENDING
    transaction_id: str = Field("", max_length=100)
    payer: str = Field("", max_length=150, description="Someone other than the student")
    organisation_id: str | None = Field(None, max_length=60, description="The organisation that pays")

    def to_input(self, actor: Any, field: str = "organisation_id") -> rules.PaymentInput:
        """The payment as the rule knows it; `field` is where the organisation is named. Raises Invalid there."""
        return rules.PaymentInput(
            amount=self.amount,
            currency=self.currency,
            method=self.payment_method,
            status=self.payment_status,
            transaction_id=self.transaction_id,
            payer=self.payer,
            organisation=_organisation(actor, self.organisation_id, field),
        )


def _organisation(actor: Any, pk: str | None, field: str = "organisation_id") -> Organisation | None:
    return organisations.get_named(actor, pk, field) if pk else None


class MoveIn(In):
    """What a payment becomes."""

    payment_status: str = Field(
        max_length=20, description="completed or failed of a pending one, refunded of a completed"
    )
    transaction_id: str | None = Field(None, max_length=100)


class EnrollIn(In):
    """Where a student is to be enrolled."""

    courseId: str | None = None  # noqa: N815  (the contract's name)
    batchId: str | None = None  # noqa: N815
    enrollment_type: str | None = None
    enrollment_source: str = Field("", max_length=60)
    enrollment_date: Day | None = None
    paymentDetails: PaymentIn | None = None  # noqa: N815
    join_waitlist: StrictBool = Field(False, description="Take a place on the waitlist when the batch is full")
    organisation_id: str | None = Field(None, max_length=60, description="The organisation that pays for the seat")


class ChangeIn(In):
    """What changes of an enrollment."""

    status: str | None = None
    enrollment_type: str | None = None
    enrollment_source: str | None = Field(None, max_length=60)
    enrollment_date: Day | None = None
    access_expiry_date: Day | None = None
    organisation_id: str | None = Field(None, max_length=60, description="Null: the student pays")
    reason: str = Field("", max_length=300)
    version: int | None = None
    paymentDetails: Any = Field(None, description="Refused: payments have calls of their own")  # noqa: N815


class EnrollmentQuery(OfBatches, In):
    """The filters of the list of enrollments."""

    model_config = ConfigDict(strict=False)

    course: str = ""
    student: str = ""
    status: str = ""

    def of(self, rows: Any, q: str) -> Any:
        """The rows that pass. Raises Invalid at the field that is no id or no status."""
        rows = filter_by_ids(self.narrowed(rows), self, {"course": "course_id", "student": "student_id"})
        if self.status:
            if self.status not in Enrollment.Status.values:
                raise Invalid(_("This status doesn't exist."), field="status")
            rows = rows.filter(status=self.status)
        return with_words(rows, q, "student__full_name")


class PaymentQuery(In):
    """The filters of the list of payments."""

    model_config = ConfigDict(strict=False)

    student: str = Field("", max_length=60, description="A student's id")
    enrollment: str = Field("", max_length=60, description="An enrollment's id")
    organisation: str = Field("", max_length=60, description="The id of the organisation that paid")
    status: str = Field("", max_length=20, description="pending, completed, failed or refunded")

    def of(self, rows: Any, q: str) -> Any:
        """The rows that pass. Raises Invalid at the field that is no id or no status."""
        paths = {
            "student": "enrollment__student_id",
            "enrollment": "enrollment_id",
            "organisation": "organisation_id",
        }
        rows = filter_by_ids(rows, self, paths)
        if self.status:
            if self.status not in Payment.Status.values:
                raise Invalid(_("This status doesn't exist."), field="status")
            rows = rows.filter(status=self.status)
        return with_words(rows, q, "enrollment__student__full_name", "organisation__name", "payer", "transaction_id")


def _student(actor: Any, student_id: str) -> User:
    if actor.user is not None and str(actor.user.pk) == student_id.lower():
        return actor.user  # type: ignore[no-any-return]
    return users.get(actor, student_id)


@router.post(
    "/students/{student_id}/enroll",
    fixed=True,
    allow=enrollments["enroll"],
    on="student_id",
    find=_student,
    data=EnrollmentOut,
    status=201,
    answers={202: Success[WaitlistPlaceOut]},
)
def enroll(request: HttpRequest, student_id: str, body: EnrollIn) -> HttpResponse:
    """Enroll a student in a batch, or in a course for individual study. Students can only enroll themselves.

    What was passed over stands in `warnings`: a batch past its last day for enrolling, a seat kept back, a clash with
    the student's own timetable. With `join_waitlist`, 202 and a place on the waitlist where no seat is left.
    """
    actor, student = request_actor(request), request_object(request, User)
    batch = batches.get_named(actor, body.batchId, "batchId", among=_batches_with_rights) if body.batchId else None
    # A batch brings its own course along: another one is the rule's to refuse.
    brought = batch is not None and as_id(body.courseId) == batch.course_id
    course = courses.get_named(actor, body.courseId, "courseId") if body.courseId and not brought else None
    if batch is not None and actor.manages and not batch.may_act:  # type: ignore[attr-defined]
        raise Invalid(_("This batch is outside the part of the institution you manage."), field="batchId")
    if batch is None and student == actor.user and actor.is_any(*STUDENT_ROLES):
        # Whoever manages something else studies alone as any student does.
        actor = actor.as_student()
    paid = body.paymentDetails
    how: dict[str, Any] = {
        "course": course,
        "enrollment_type": body.enrollment_type,
        "source": body.enrollment_source,
        "enrollment_date": body.enrollment_date,
        "payment": paid.to_input(actor, "paymentDetails.organisation_id") if paid else None,
        "organisation": _organisation(actor, body.organisation_id),
    }
    if batch is not None and body.join_waitlist:
        enrollment = rules.enroll_or_wait(by=actor, student=student, batch=batch, **how)
    else:
        enrollment = rules.enroll_student(by=actor, student=student, batch=batch, **how)
    if isinstance(enrollment, WaitlistEntry):
        return answer(place_with_position(enrollment), "Student added to the waitlist", status=202)
    message = "Student enrolled in batch successfully" if batch else "Student enrolled successfully"
    told = [warning(one.field, one.message, one.kind) for one in enrollment.warnings]
    beside: dict[str, Any] = {"warnings": told} if told else {}
    return answer(enrollment_json(enrollment), message, status=201, **beside)


def _batches_with_rights(actor: Any) -> QuerySet[Batch]:
    return batches.with_rights(actor, "change") if actor.manages else Batch.objects.all()


@router.get("", allow=enrollments["see"], rows=EnrollmentRowOut)
def list_enrollments(request: HttpRequest, paging: Query[Paging], narrowing: Query[EnrollmentQuery]) -> HttpResponse:
    """The enrollments the caller can see."""
    rows = narrowing.of(enrollments.rows(request_actor(request)).select_related("student", "course", "batch"), paging.q)
    rows = with_progress(rows)
    columns = {"progress": BY_PROGRESS, "enrollment_date": "enrollment_date", "status": "status"}
    return page_of(rows, paging, enrollment_row, columns)


def _with_money(actor: Any) -> QuerySet[Enrollment]:
    return enrollments.with_rights(actor, "see_payments", with_progress(Enrollment.objects.select_related("course")))


@router.get(
    "/{enrollment_id}",
    fixed=True,
    allow=enrollments["see"],
    on="enrollment_id",
    among=_with_money,
    data=PaidEnrollmentOut,
    versioned=True,
)
def see_enrollment(request: HttpRequest, enrollment_id: str) -> HttpResponse:
    """One enrollment, with its payments for those who can see them."""
    enrollment = request_object(request, Enrollment)
    prefetch_related_objects([enrollment], Prefetch("payments", Payment.objects.order_by("created_at", "pk")))
    sees = enrollment.may_act  # type: ignore[attr-defined]
    shown: PaidEnrollmentOut = {
        **enrollment_json(enrollment),
        "payments": [payment_json(payment) for payment in enrollment.payments.all()] if sees else [],
        "balance": [balance_json(one) for one in balances_of(enrollment)] if sees else [],
    }
    return answer(shown, version=enrollment.version)


@router.put(
    "/{enrollment_id}", fixed=True, allow=enrollments["change"], on="enrollment_id", data=EnrollmentOut, versioned=True
)
def change_enrollment(request: HttpRequest, enrollment_id: str, body: ChangeIn) -> HttpResponse:
    """Correct status, dates or type."""
    sent = body.sent()
    sent.pop("version", None)
    if sent.pop("paymentDetails", None) is not None:
        words = _("Payments aren't changed here. Use POST /api/enrollments/{id}/payments or PUT /api/payments/{id}.")
        raise Invalid(words, field="paymentDetails")
    if "enrollment_source" in sent:
        sent["source"] = sent.pop("enrollment_source") or ""
    if "organisation_id" in sent:
        sent["organisation"] = _organisation(request_actor(request), sent.pop("organisation_id"))
    for name in ("status", "enrollment_type"):
        if name in sent and sent[name] is None:
            raise Invalid(_("This can't be blank."), field=name)
    enrollment = rules.change_enrollment(
        by=request_actor(request),
        enrollment=request_object(request, Enrollment),
        changes=sent,
        version=expected_version(request, body.version),
    )
    return answer(enrollment_json(enrollment), "Enrollment updated successfully", version=enrollment.version)


@router.delete("/{enrollment_id}", fixed=True, allow=enrollments["cancel"], on="enrollment_id", data=EnrollmentOut)
def cancel_enrollment(
    request: HttpRequest, enrollment_id: str, reason: Annotated[str, Query(max_length=300)] = ""
) -> HttpResponse:
    """Cancel an enrollment and free its seat."""
    enrollment = rules.cancel_enrollment(
        by=request_actor(request), enrollment=request_object(request, Enrollment), reason=reason
    )
    return answer(enrollment_json(enrollment), "Enrollment cancelled successfully")


@router.post("/{enrollment_id}/convert", allow=enrollments["convert"], on="enrollment_id", data=EnrollmentOut)
def convert_trial(request: HttpRequest, enrollment_id: str) -> HttpResponse:
    """Turn a trial into a full enrollment, which keeps its seat. Students can while the batch is open to them."""
    enrollment = rules.convert_trial(by=request_actor(request), enrollment=request_object(request, Enrollment))
    return answer(enrollment_json(enrollment), "Trial turned into a full enrollment", version=enrollment.version)


class ReasonIn(In):
    """Why."""

    reason: str = Field("", max_length=300, description="Kept in the batch's history")


@router.post("/{enrollment_id}/hold", allow=enrollments["change"], on="enrollment_id", data=EnrollmentOut)
def hold_enrollment(request: HttpRequest, enrollment_id: str, body: ReasonIn) -> HttpResponse:
    """Put an enrollment on hold. The student keeps the seat and leaves the register."""
    enrollment = rules.hold_enrollment(
        by=request_actor(request), enrollment=request_object(request, Enrollment), reason=body.reason
    )
    return answer(enrollment_json(enrollment), "Enrollment put on hold", version=enrollment.version)


@router.post("/{enrollment_id}/resume", allow=enrollments["resume"], on="enrollment_id", data=EnrollmentOut)
def resume_enrollment(request: HttpRequest, enrollment_id: str, body: ReasonIn) -> HttpResponse:
    """Resume an enrollment that is on hold, was completed or was cancelled, while a seat is free. It is the same one,
    with its payments. Students resume one that was cancelled, where they could enroll themselves."""
    enrollment = rules.resume_enrollment(
        by=request_actor(request), enrollment=request_object(request, Enrollment), reason=body.reason
    )
    return answer(enrollment_json(enrollment), "Enrollment resumed", version=enrollment.version)


@router.post("/{enrollment_id}/complete", allow=enrollments["change"], on="enrollment_id", data=EnrollmentOut)
def complete_enrollment(request: HttpRequest, enrollment_id: str, body: ReasonIn) -> HttpResponse:
    """Complete one student's enrollment. The seat frees; access stays until its last day."""
    enrollment = rules.complete_enrollment(
        by=request_actor(request), enrollment=request_object(request, Enrollment), reason=body.reason
    )
    return answer(enrollment_json(enrollment), "Enrollment completed", version=enrollment.version)


# --- payments -------------------------------------------------------------------------------------------------------
@router.get("/{enrollment_id}/payments", allow=enrollments["see_payments"], on="enrollment_id", rows=PaymentOut)
def list_payments(request: HttpRequest, enrollment_id: str, paging: Query[Paging]) -> HttpResponse:
    """The payments of an enrollment, the oldest first."""
    enrollment = request_object(request, Enrollment)
    rows = Payment.objects.filter(enrollment=enrollment).order_by("created_at", "pk")
    return page_of(rows, paging, payment_json, within=enrollment.pk)


@router.post(
    "/{enrollment_id}/payments",
    allow=enrollments["add_payment"],
    on="enrollment_id",
    data=PaymentOut,
    status=201,
)
def add_payment(request: HttpRequest, enrollment_id: str, body: PaymentIn) -> HttpResponse:
    """Record a payment for an enrollment. No money is moved."""
    enrollment = request_object(request, Enrollment)
    payment = rules.add_payment(
        by=request_actor(request), enrollment=enrollment, payment=body.to_input(request_actor(request))
    )
    return answer(payment_json(payment), "Payment recorded successfully", status=201)


@payment_router.get("", allow=payments["see"], rows=PaymentRowOut)
def list_all_payments(request: HttpRequest, paging: Query[Paging], narrowing: Query[PaymentQuery]) -> HttpResponse:
    """The payments the caller can see, the latest first: students their own, managers those of their part."""
    rows = narrowing.of(payments_seen_by(request_actor(request)), paging.q)
    columns = {"amount": "amount", "receipt": "receipt_number"}
    return page_of(rows, paging, payment_row, columns)


@payment_router.get("/{payment_id}/receipt", allow=payments["see"], on="payment_id", files=("application/pdf",))
def print_receipt(request: HttpRequest, payment_id: str) -> HttpResponse:
    """The receipt of a payment, as PDF. Refused for one that was never completed."""
    payment = with_receipts(Payment.objects.all()).get(pk=request_object(request, Payment).pk)
    return response_of(receipt_of(payment))  # type: ignore[return-value]


@payment_router.put("/{payment_id}", allow=payments["change"], on="payment_id", data=PaymentOut)
def move_payment(request: HttpRequest, payment_id: str, body: MoveIn) -> HttpResponse:
    """Confirm a pending payment, mark it as failed, or refund a completed one."""
    payment = rules.move_payment(
        by=request_actor(request),
        payment=request_object(request, Payment),
        status=body.payment_status,
        transaction_id=body.transaction_id,
    )
    return answer(payment_json(payment), "Payment updated successfully")
