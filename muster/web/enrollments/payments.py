"""The payments of an enrollment: what is owed, paid and open, and recording what came in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.errors import FieldError
from muster.core.money import money
from muster.enrollments import rules
from muster.enrollments.balances import balances_of
from muster.enrollments.errors import PaymentMoveRefused
from muster.enrollments.models import Enrollment, Organisation, Payment
from muster.enrollments.permissions import enrollments, payments
from muster.enrollments.queries import offered_organisations
from muster.institutions.access import Actor
from muster.people.links import student_url
from muster.web.batches.dialogs import batch_dialog
from muster.web.enrollments.words import PAYMENT_LOOKS, balance_words
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import Form, Grid, posted_data, wide
from muster.web.ui.pages import page


class PaymentForm(Form):
    """A payment to record. Names are those of the API."""

    amount = forms.DecimalField(label=gettext_lazy("Amount"), max_digits=12, decimal_places=2, min_value=Decimal(0))
    currency = forms.CharField(label=gettext_lazy("Currency"), max_length=3)
    method = forms.CharField(label=gettext_lazy("Method"), max_length=40, required=False)
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        choices=[(status.value, status.label) for status in (Payment.Status.PENDING, Payment.Status.COMPLETED)],
    )
    transaction_id = forms.CharField(label=gettext_lazy("Transaction number"), max_length=100, required=False)
    payer = forms.CharField(
        label=gettext_lazy("Paid by"),
        max_length=150,
        required=False,
        help_text=gettext_lazy("Someone other than the student."),
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=gettext_lazy("Organization"),
        required=False,
        empty_label=gettext_lazy("None"),
    )
    layout = (
        Grid(
            wide("amount", "half"),
            wide("currency", "half"),
            wide("method", "half"),
            wide("status", "half"),
            wide("transaction_id", "half"),
            wide("payer", "half"),
            wide("organisation", "half"),
        ),
    )

    def __init__(self, *args: Any, offered: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = offered  # type: ignore[attr-defined]


MOVES = {
    Payment.Status.COMPLETED: gettext_lazy("Confirm"),
    Payment.Status.FAILED: gettext_lazy("Failed"),
    Payment.Status.REFUNDED: gettext_lazy("Refund"),
}


def _enrollment(actor: Actor, enrollment_id: UUID) -> Enrollment:
    among = Enrollment.objects.select_related("student", "batch__institution", "course").prefetch_related(
        "payments__organisation"
    )
    return enrollments.get(actor, enrollment_id, "see_payments", among=among)


@page(enrollments["see_payments"])
def payments_page(request: ActorRequest, enrollment_id: UUID) -> HttpResponse:
    """The payments of an enrollment; who may, records one, and confirms, fails or refunds those there are."""
    actor = request.actor
    enrollment = _enrollment(actor, enrollment_id)
    may_add = enrollments.allows(actor, "add_payment", enrollment)
    course = enrollment.course
    initial: dict[str, Any] = {
        "organisation": enrollment.organisation_id,
        "currency": course.currency if course else "",
        "status": Payment.Status.COMPLETED,
    }
    if course is not None and (balance := balances_of(enrollment)):
        initial["amount"] = next((one.open for one in balance if one.currency == course.currency and one.open), None)
    offered = offered_organisations(actor) if may_add else Organisation.objects.none()
    form = PaymentForm(posted_data(request) if may_add else None, initial=initial, offered=offered)

    def add() -> Payment:
        return rules.add_payment(by=actor, enrollment=enrollment, payment=rules.PaymentInput(**form.cleaned_data))

    if may_add and (done := submit_form(form, add)):
        said = _("Payment of %(sum)s recorded.") % {"sum": money(done.result.amount, done.result.currency)}
        return redirect_with_message(request, _back(actor, enrollment), said)
    return _payments_dialog(request, enrollment, form, may_add=may_add)


@page(payments["change"])
def move_page(request: ActorRequest, payment_id: UUID, status: str) -> HttpResponse:
    """Confirm a payment, mark it as failed, or refund it."""
    actor = request.actor
    among = Payment.objects.select_related(
        "enrollment__student", "enrollment__batch__institution", "enrollment__course"
    )
    payment = payments.get(actor, payment_id, "change", among=among)
    form = ConfirmForm(posted_data(request))

    def move() -> Payment:
        try:
            return rules.move_payment(by=actor, payment=payment, status=status)
        except PaymentMoveRefused as error:
            error.errors = [FieldError("", error.message)]
            raise

    names = {"sum": money(payment.amount, payment.currency), "name": payment.enrollment.student.full_name}
    if submit_form(form, move):
        said = {
            Payment.Status.COMPLETED: _("Payment of %(sum)s confirmed."),
            Payment.Status.FAILED: _("Payment of %(sum)s marked as failed."),
            Payment.Status.REFUNDED: _("Payment of %(sum)s refunded."),
        }
        return redirect_with_message(request, _back(actor, payment.enrollment), said[status] % names)  # type: ignore[index]
    title = {
        Payment.Status.COMPLETED: _("Confirm the payment of %(sum)s?"),
        Payment.Status.FAILED: _("Mark the payment of %(sum)s as failed?"),
        Payment.Status.REFUNDED: _("Refund %(sum)s?"),
    }
    text = [_("Muster keeps the record. It moves no money."), _("Student: %(name)s.") % names]
    label = MOVES[Payment.Status(status)]
    return _dialog(request, form, payment.enrollment, title=title[status] % names, button=label, text=text)  # type: ignore[index]


def _payments_dialog(request: ActorRequest, enrollment: Enrollment, form: Form, *, may_add: bool) -> HttpResponse:
    rows = [
        {
            "payment": payment,
            "sum": money(payment.amount, payment.currency),
            "looks": PAYMENT_LOOKS[payment.status],
            "moves": [
                (reverse(f"enrollments:payment-{step.value}", args=(payment.pk,)), MOVES[step])
                for step in (rules.steps_of(payment) if may_add else ())
            ],
        }
        for payment in enrollment.payments.all()
    ]
    place = enrollment.batch.name if enrollment.batch else str(enrollment.course)
    return _dialog(
        request,
        form,
        enrollment,
        title=_("Payments of %(name)s") % {"name": enrollment.student.full_name},
        button=_("Record payment") if may_add else "",
        text=[place, *(balance_words(one) for one in balances_of(enrollment))],
        body="enrollments/payments.html",
        context={"rows": rows, "may_add": may_add},
    )


def _back(actor: Actor, enrollment: Enrollment) -> str:
    return student_url(enrollment.student_id)


def _dialog(request: ActorRequest, form: Form, enrollment: Enrollment, **shown: Any) -> HttpResponse:
    if enrollment.batch is None or not request.actor.manages:
        return render_dialog(
            request, form, back=_back(request.actor, enrollment), **{"context": {"nav": "students"}, **shown}
        )
    return batch_dialog(request, form, enrollment.batch, "students", **shown)
