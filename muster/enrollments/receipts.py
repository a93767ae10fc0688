"""Receipts: what is known of a payment, on paper."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _

from muster.core.days import days_in_words
from muster.core.files.downloads import Download
from muster.core.money import money
from muster.core.printing import breakable, print_pdf
from muster.enrollments.errors import NoReceipt
from muster.enrollments.models import Payment
from muster.institutions.models import zone_of
from muster.institutions.queries import logo_of

TEMPLATE = Path(__file__).with_name("print") / "receipt.typ"


def with_receipts(rows: QuerySet[Payment]) -> QuerySet[Payment]:
    """The payments with all that their receipts tell."""
    return rows.select_related(
        "institution", "organisation", "enrollment__student", "enrollment__batch", "enrollment__course"
    )


def receipt_of(payment: Payment) -> Download:
    """The receipt of a payment of `with_receipts`, as PDF. Raises NoReceipt, NotPrinted."""
    if not payment.receipt:
        raise NoReceipt
    name = f"{slugify(_('Receipt'))}-{payment.receipt}.pdf"
    pdf = print_pdf(TEMPLATE, receipt_content(payment), logo=logo_of(payment.institution))
    return Download(name, "application/pdf", [pdf])


def receipt_content(payment: Payment) -> dict[str, Any]:
    """What the receipt of a payment of `with_receipts` tells, as `receipt.typ` reads it."""
    place, enrollment = payment.institution, payment.enrollment
    amount = money(payment.amount, payment.currency)
    rows = [{"what": breakable(_for_what(payment)), "note": _dates(payment), "amount": amount}]
    total = {"label": _("Paid"), "amount": amount}
    if payment.refunded_at is not None:
        words = _("Refunded on %(day)s") % {"day": _day(payment, payment.refunded_at)}
        rows.append({"what": words, "note": "", "amount": f"−{amount}"})
        total = {"label": _("Left after the refund"), "amount": money(0, payment.currency)}
    facts = [
        (_("Student"), enrollment.student.full_name),
        (_("Method"), payment.method),
        (_("Transaction"), payment.transaction_id),
    ]
    return {
        "title": _("Receipt %(number)s") % {"number": payment.receipt},
        "institution": breakable(place.name),
        "contact": " · ".join(filter(None, (place.contact_email, place.contact_phone))),
        "dated": _("Paid on %(day)s") % {"day": _day(payment, payment.completed_at)},
        "parties": [_payer(payment)],
        "words": {"what": _("For"), "amount": _("Amount")},
        "rows": rows,
        "total": total,
        "facts": [[word, breakable(value)] for word, value in facts if value],
        "foot": _("%(place)s, receipt %(number)s") % {"place": place.name, "number": payment.receipt},
    }


def _payer(payment: Payment) -> dict[str, Any]:
    """Who paid: an organisation with its address for invoices, somebody who is named, or the student."""
    organisation, lines = payment.organisation, []
    if organisation is not None:
        lines = organisation.invoice_address.splitlines()
        if organisation.reference:
            lines.append(_("Reference: %(reference)s") % {"reference": organisation.reference})
    name = payment.payer_name or payment.enrollment.student.full_name
    return {"label": _("Received from"), "name": breakable(name), "lines": [breakable(line) for line in lines]}


def _for_what(payment: Payment) -> str:
    batch, course = payment.enrollment.batch, payment.enrollment.course
    if batch is None:
        return str(course)
    return f"{batch.name} ({batch.code})"


def _dates(payment: Payment) -> str:
    batch, course = payment.enrollment.batch, payment.enrollment.course
    days = days_in_words(batch.start_date, batch.end_date) if batch else _("Individual study")
    title = course.title if batch and course and course.title not in batch.name else ""
    return ", ".join(filter(None, (title, days)))


def _day(payment: Payment, moment: datetime | None) -> str:
    """A day by the clock of the institution."""
    return date_format(moment.astimezone(zone_of(payment.institution, None)), "j F Y") if moment else ""
