"""All payments that the reader may see, their own or those of their part, and the receipt of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_tables2 import Column

from muster.core.money import money
from muster.enrollments.models import Payment
from muster.enrollments.permissions import payments
from muster.enrollments.queries import open_balance_of, payments_seen_by
from muster.enrollments.receipts import receipt_of, with_receipts
from muster.exchange.exports import PAYMENTS
from muster.people.links import student_url
from muster.web.enrollments.words import PAYMENT_LOOKS, balance_words
from muster.web.requests import ActorRequest
from muster.web.ui.downloads import response_of
from muster.web.ui.pages import page
from muster.web.ui.tables import Empty, Facet, Filters, Table, TitleColumn, list_page
from muster.web.ui.widgets import pill


class OwnPaymentFilters(Filters):
    """By what the payments were for."""

    search: ClassVar[Sequence[str]] = ("enrollment__course__title", "enrollment__batch__name", "transaction_id")
    search_hint = gettext_lazy("Batch, course or transaction")

    status = Facet(gettext_lazy("Status"), value="status", words=Payment.Status.choices)


class PaymentFilters(OwnPaymentFilters):
    """For managers: by student and payer too."""

    search = (
        "enrollment__student__full_name",
        "enrollment__course__title",
        "enrollment__batch__name",
        "organisation__name",
        "payer",
        "transaction_id",
    )
    search_hint = gettext_lazy("Student, batch, payer or transaction")

    organisation = Facet(
        gettext_lazy("Organization"),
        value="organisation_id",
        text="organisation__name",
        none=gettext_lazy("No organization"),
    )


def place_of_payment(payment: Any) -> str:
    """What was paid for."""
    enrollment = payment.enrollment
    return enrollment.batch.marked(enrollment.batch.name) if enrollment.batch else str(enrollment.course)


class PaymentTable(Table):
    """Payments, each with its receipt."""

    counted = ngettext_lazy("%(count)s payment", "%(count)s payments", "count")
    caption = gettext_lazy("Payments")
    cards = {
        "what": "title",
        "status": "status",
        "student": "meta",
        "payer": "meta",
        "paid": "meta",
        "receipt": "meta",
    }
    exported = PAYMENTS

    what = TitleColumn(
        empty_values=(),
        accessor="enrollment__batch__name",
        verbose_name=gettext_lazy("For"),
        url=lambda row: reverse("enrollments:payments", args=[row.enrollment_id]),
    )
    student = Column(accessor="enrollment__student__full_name", verbose_name=gettext_lazy("Student"))
    payer = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Paid by"))
    amount = Column(verbose_name=gettext_lazy("Amount"), attrs={"td": {"class": "num"}, "th": {"class": "num"}})
    paid = Column(accessor="created_at", verbose_name=gettext_lazy("Date"))
    status = Column(verbose_name=gettext_lazy("Status"))
    receipt = Column(accessor="receipt_number", verbose_name=gettext_lazy("Receipt"))

    class Meta(Table.Meta):
        pass

    def __init__(self, *args: Any, is_own: bool, **kwargs: Any) -> None:
        super().__init__(*args, exclude=("student",) if is_own else (), **kwargs)

    def render_what(self, record: Any) -> SafeString:
        url = reverse("enrollments:payments", args=[record.enrollment_id])
        return format_html('<a class="t" href="{}">{}</a>', url, place_of_payment(record))

    def render_student(self, record: Any) -> SafeString:
        student = record.enrollment.student
        return format_html('<a href="{}">{}</a>', student_url(student.pk), student.full_name)

    def render_payer(self, record: Any) -> str:
        return record.payer_name or "–"

    def render_amount(self, record: Any) -> str:
        return money(record.amount, record.currency)

    def render_paid(self, value: datetime) -> str:
        return date_format(timezone.localtime(value), "j M Y")

    def render_status(self, record: Any) -> SafeString:
        return pill(record.get_status_display(), *PAYMENT_LOOKS[record.status])

    def render_receipt(self, record: Any) -> SafeString:
        return receipt_link(record)


def receipt_link(payment: Payment) -> SafeString:
    """The way to the receipt, by its number."""
    url = reverse("enrollments:receipt", args=[payment.pk])
    return format_html('<a class="nowrap" href="{}" download>{} {}</a>', url, _("Receipt"), payment.receipt)


@page(payments["see"])
def payment_list(request: ActorRequest) -> HttpResponseBase:
    """The payments of the reader's part, or their own with what is open."""
    actor = request.actor
    own = not actor.manages
    text = _("Payments appear here once your institution records them.")
    return list_page(
        request,
        table_class=PaymentTable,
        filterset_class=OwnPaymentFilters if own else PaymentFilters,
        queryset=payments_seen_by(actor),
        template="enrollments/payment_list.html",
        context={"nav": "payments", "balance": [balance_words(one) for one in open_balance_of(actor)] if own else []},
        empty=Empty(_("No payments yet"), text if own else _("Record one on a student's page."), "note"),
        export_name="payments",
        table_kwargs={"is_own": own},
    )


@page(payments["see"])
def receipt_page(request: ActorRequest, payment_id: UUID) -> HttpResponseBase:
    """The receipt of a payment, as PDF."""
    among = with_receipts(Payment.objects.all())
    return response_of(receipt_of(payments.get(request.actor, payment_id, among=among)))
