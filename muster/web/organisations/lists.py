"""The people and the payments of an organisation as lists with exports: for who signs in for it, and for managers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_tables2 import Column

from muster.accounts.models import User
from muster.attendance.queries import with_attendance
from muster.core.errors import Missing
from muster.core.isolation import across_institutions, enter
from muster.core.money import money
from muster.core.permissions import SIGNED_IN
from muster.enrollments.balances import total_of
from muster.enrollments.models import Enrollment, Organisation, Payment
from muster.enrollments.permissions import enrollments, organisations
from muster.enrollments.queries import PAYS_IN_SEVERAL, must_have_second_step, organisations_of, payments_by, seats_of
from muster.enrollments.receipts import receipt_of
from muster.exchange.exports import ATTENDED, PAYMENTS, SEATS_PAID_FOR, sums_of_seat
from muster.institutions.errors import SecondFactorRequired
from muster.web.enrollments.payment_list import place_of_payment
from muster.web.enrollments.words import LOOKS, PAYMENT_LOOKS, balance_words
from muster.web.institutions.sign_in import second_step_page
from muster.web.requests import ActorRequest
from muster.web.ui.downloads import response_of
from muster.web.ui.pages import page
from muster.web.ui.tables import Empty, Facet, Filters, Table, list_page
from muster.web.ui.widgets import percent, pill, unbroken_days

NUMBERS = {"td": {"class": "num"}, "th": {"class": "num"}}


def _place(row: Any) -> str:
    return row.batch.marked(row.batch.name) if row.batch else str(row.course)


class PeopleFilters(Filters):
    """By person and place."""

    search = ("student__full_name", "batch__name", "course__title")
    search_hint = gettext_lazy("Name, batch or course")

    status = Facet(gettext_lazy("Status"), value="status", words=Enrollment.Status.choices)
    course = Facet(gettext_lazy("Course"), value="course_id", text="course__title")


class PeopleTable(Table):
    """The seats that an organisation pays for."""

    counted = ngettext_lazy("%(count)s seat", "%(count)s seats", "count")
    caption = gettext_lazy("People")
    cards = {"person": "title", "status": "status", "place": "meta", "days": "meta"}

    person = Column(accessor="student__full_name", verbose_name=gettext_lazy("Student"))
    place = Column(empty_values=(), accessor="batch__name", verbose_name=gettext_lazy("Batch"))
    days = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Dates"))
    attended = Column(accessor="attendance_percent", verbose_name=gettext_lazy("Attendance"), attrs=NUMBERS)
    owed = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Owed"), attrs=NUMBERS)
    paid = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Paid"), attrs=NUMBERS)
    open = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Open"), attrs=NUMBERS)
    status = Column(verbose_name=gettext_lazy("Status"))

    class Meta(Table.Meta):
        pass

    def __init__(self, *args: Any, sees_attendance: bool, **kwargs: Any) -> None:
        super().__init__(*args, exclude=() if sees_attendance else ("attended",), **kwargs)
        self.exported = SEATS_PAID_FOR | [ATTENDED] if sees_attendance else SEATS_PAID_FOR  # type: ignore[misc]

    def render_place(self, record: Any) -> str:
        return _place(record)

    def render_days(self, record: Any) -> str:
        return unbroken_days(record.batch.start_date, record.batch.end_date) if record.batch else "–"

    def render_attended(self, value: Any) -> str:
        return percent(value)

    def render_owed(self, record: Any) -> str:
        return sums_of_seat(record, "owed")

    def render_paid(self, record: Any) -> str:
        return sums_of_seat(record, "paid")

    def render_open(self, record: Any) -> str:
        return sums_of_seat(record, "open")

    def render_status(self, record: Any) -> SafeString:
        return pill(record.get_status_display(), *LOOKS[record.status])


class OwnPaymentsTable(Table):
    """The payments of an organisation, each with its receipt."""

    counted = ngettext_lazy("%(count)s payment", "%(count)s payments", "count")
    caption = gettext_lazy("Payments")
    cards = {"what": "title", "status": "status", "person": "meta", "paid": "meta", "receipt": "meta"}
    exported = PAYMENTS

    what = Column(empty_values=(), accessor="enrollment__batch__name", verbose_name=gettext_lazy("For"))
    person = Column(accessor="enrollment__student__full_name", verbose_name=gettext_lazy("Student"))
    amount = Column(verbose_name=gettext_lazy("Amount"), attrs=NUMBERS)
    method = Column(verbose_name=gettext_lazy("Method"))
    paid = Column(accessor="created_at", verbose_name=gettext_lazy("Date"))
    status = Column(verbose_name=gettext_lazy("Status"))
    receipt = Column(accessor="receipt_number", verbose_name=gettext_lazy("Receipt"))

    class Meta(Table.Meta):
        pass

    def render_what(self, record: Any) -> str:
        return place_of_payment(record)

    def render_amount(self, record: Any) -> str:
        return money(record.amount, record.currency)

    def render_status(self, record: Any) -> SafeString:
        return pill(record.get_status_display(), *PAYMENT_LOOKS[record.status])

    def render_paid(self, value: datetime) -> str:
        return date_format(timezone.localtime(value), "j M Y")

    def render_receipt(self, record: Any) -> SafeString:
        url = reverse("own-organisation-receipt", args=[record.pk])
        return format_html('<a class="nowrap" href="{}" download>{} {}</a>', url, _("Receipt"), record.receipt)


class OrganisationPaymentFilters(Filters):
    """By person and state."""

    search = ("enrollment__student__full_name", "enrollment__batch__name", "transaction_id")
    search_hint = gettext_lazy("Name, batch or transaction")

    status = Facet(gettext_lazy("Status"), value="status", words=Payment.Status.choices)


def _people_list(
    request: HttpRequest, organisation: Organisation, seats: QuerySet[Enrollment], back: str, *, sees_attendance: bool
) -> HttpResponseBase:
    return list_page(
        request,
        table_class=PeopleTable,
        filterset_class=PeopleFilters,
        queryset=with_attendance(seats) if sees_attendance else seats,
        template="organisations/list.html",
        context={
            "nav": "organisations",
            "organisation": organisation,
            "heading": _("People of %(name)s") % {"name": organisation.name},
            "balance": [balance_words(one) for one in total_of(seats)],
            "back": back,
        },
        empty=Empty(_("No one yet"), _("People appear here once a seat of theirs is paid for."), "student"),
        export_name="people",
        table_kwargs={"sees_attendance": sees_attendance},
    )


@page(organisations["see"])
def people_page(request: ActorRequest, organisation_id: str) -> HttpResponseBase:
    """The seats that an organisation pays for, as far as the reader manages them."""
    organisation = organisations.get(request.actor, organisation_id)
    seats = enrollments.rows(request.actor, "see_payments", among=seats_of(organisation))
    back = reverse("organisations:organisation", args=[organisation.pk])
    return _people_list(request, organisation, seats, back, sees_attendance=True)


# --- for who signs in for it ----------------------------------------------------------------------------------------
def _own(request: HttpRequest, organisation_id: UUID) -> Organisation:
    """One of the organisations for which the reader signs in. Raises Missing."""
    with across_institutions(PAYS_IN_SEVERAL):
        own = organisations_of(cast("User", request.user)).filter(pk=organisation_id).first()
        if own is None:
            raise Missing
        must_have_second_step(cast("User", request.user), [own])
    enter(own.institution_id)
    return own


def second_step_first(view: Callable[..., Any]) -> Callable[..., Any]:
    """Lead who signs in for an organisation to where two-step sign-in is set up, where they have to."""

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return view(request, *args, **kwargs)
        except SecondFactorRequired:
            return second_step_page(request)

    return door


@page(SIGNED_IN)
@second_step_first
def own_people_page(request: HttpRequest, organisation_id: UUID) -> HttpResponseBase:
    """The organisation's own people and their seats; attendance where the institution allows it."""
    organisation = _own(request, organisation_id)
    allowed = organisation.institution.organisations_see_attendance
    seats, back = seats_of(organisation), reverse("own-organisation")
    return _people_list(request, organisation, seats, back, sees_attendance=allowed)


@page(SIGNED_IN)
@second_step_first
def own_payments_page(request: HttpRequest, organisation_id: UUID) -> HttpResponseBase:
    """What the organisation paid, with the receipts, and what is open."""
    organisation = _own(request, organisation_id)
    return list_page(
        request,
        table_class=OwnPaymentsTable,
        filterset_class=OrganisationPaymentFilters,
        queryset=payments_by(organisation),
        template="organisations/list.html",
        context={
            "nav": "organisations",
            "organisation": organisation,
            "heading": _("Payments of %(name)s") % {"name": organisation.name},
            "balance": [balance_words(one) for one in total_of(seats_of(organisation))],
            "back": reverse("own-organisation"),
        },
        empty=Empty(_("No payments yet"), _("Payments appear here once the institution records them."), "note"),
        export_name="payments",
    )


@page(SIGNED_IN)
@second_step_first
def own_receipt_page(request: HttpRequest, payment_id: UUID) -> HttpResponseBase:
    """The receipt of a payment that one of the reader's organisations made."""
    with across_institutions(PAYS_IN_SEVERAL):
        own = organisations_of(cast("User", request.user))
        payment = payments_by(own).filter(pk=payment_id).first()
        if payment is None:
            raise Missing
        must_have_second_step(cast("User", request.user), own.filter(pk=cast("UUID", payment.organisation_id)))
    enter(payment.institution_id)
    return response_of(receipt_of(payment))
