"""Home of a student: the next class, own batches, and what is open to enroll in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from muster.allocation.queries import instructor_of
from muster.batches.meetings import week_in_words
from muster.batches.models import Batch
from muster.batches.occurrences import occurrences_of
from muster.enrollments.models import Enrollment, Payment
from muster.institutions.access import Actor
from muster.people.links import batch_url, student_url
from muster.web.home.attendance_cards import attendance_card
from muster.web.home.queries import current_enrollments_of, offered_to
from muster.web.home.words import day_name, then_of, until_moment
from muster.web.ui.components import Tab, Tone

HORIZON = timedelta(days=120)
MOST_STANDINGS = 4

STATES: dict[str, tuple[Tone, str]] = {
    Enrollment.Status.ACTIVE: ("good", "okc"),
    Enrollment.Status.ON_HOLD: ("warn", "pause"),
    Enrollment.Status.COMPLETED: ("info", "award"),
    Enrollment.Status.CANCELLED: ("", "xc"),
    Enrollment.Status.EXPIRED: ("", "clock"),
}


@dataclass(frozen=True)
class CurrentEnrollment:
    """An enrollment of the student, in words."""

    enrollment: Enrollment
    title: str
    url: str
    lines: Sequence[str]
    tone: Tone
    icon: str


@dataclass(frozen=True)
class BatchOffer:
    """A batch that the student may enroll in, and what would clash."""

    batch: Batch
    url: str
    lines: Sequence[str]
    clash: str

    @property
    def enroll_url(self) -> str:
        return reverse("enrollments:enroll-self", args=(self.batch.pk,))

    @property
    def enroll_words(self) -> SafeString:
        """The label of its button; screen readers also hear of which batch."""
        return format_html('{}<span class="vh"> {}</span>', _("Enroll"), self.batch)


def student_home(request: HttpRequest, actor: Actor, tabs: Sequence[Tab]) -> HttpResponse:
    """The page, in a number of statements that does not grow with enrollments or batches."""
    assert actor.user is not None  # noqa: S101
    now = actor.now()
    today = now.date()
    places = list(current_enrollments_of(actor))
    seated = [
        place for place in places if place.status == Enrollment.Status.ACTIVE and place.batch and not place.frozen
    ]
    held = Batch.objects.filter(pk__in=[place.batch_id for place in seated])
    ahead = occurrences_of(actor, held, today, today + HORIZON) if seated else []
    to_come = [meeting for meeting in ahead if not meeting.is_over(now)]
    soon = today + timedelta(days=14 - today.isoweekday())
    offers = list(offered_to(actor))
    minimum = actor.institution.minimum_attendance_percent
    current = sorted(
        (place for place in places if place.holds_a_seat), key=lambda place: place.status != Enrollment.Status.ACTIVE
    )
    return render(
        request,
        "home/student.html",
        {
            "tabs": tabs,
            "now": now,
            "next": to_come[0] if to_come else None,
            "next_day": day_name(to_come[0].day, today) if to_come else "",
            "next_in": until_moment(to_come[0].starts_at, now) if to_come else "",
            "then": then_of(to_come),
            "soon": [meeting for meeting in to_come[1:] if meeting.day <= soon][:8],
            "current": [enrollment_in_words(place) for place in current],
            "past": [enrollment_in_words(place) for place in places if not place.holds_a_seat][:5],
            "standings": [one for place in seated[:MOST_STANDINGS] if (one := attendance_card(place, minimum))],
            "offers": [_offer(batch, [place.batch for place in seated if place.batch]) for batch in offers],
            "me_url": student_url(actor.user.pk),
            "mentor": instructor_of(actor, actor.user),
        },
    )


def enrollment_in_words(place: Enrollment) -> CurrentEnrollment:
    """What a student asks of an enrollment: when it meets, until when, whether it is paid."""
    batch, lines = place.batch, []
    if batch is not None:
        if place.holds_a_seat and (week := week_in_words(batch.week)):
            lines.append(week)
        lines.append(days_of(batch))
    if place.holds_a_seat:
        seats = payment_in_words(place.payments.all())
        if seats:
            lines.append(seats)
        if place.access_expiry_date:
            lines.append(_("Access until %(day)s") % {"day": date_format(place.access_expiry_date, "j M Y")})
    elif place.cancelled_at:
        lines.append(_("Cancelled on %(day)s") % {"day": date_format(place.cancelled_at, "j M Y")})
    tone, icon = STATES[place.status]
    title = batch.name if batch else str(place.course)
    return CurrentEnrollment(
        place, title, batch_url(batch.pk) if batch else "", [one for one in lines if one], tone, icon
    )


def days_of(batch: Batch) -> str:
    """The dates of a batch in short."""
    if batch.start_date is None or batch.end_date is None:
        return ""
    first = date_format(batch.start_date, "j M" if batch.start_date.year == batch.end_date.year else "j M Y")
    return _("%(first)s to %(last)s") % {"first": first, "last": date_format(batch.end_date, "j M Y")}


def payment_in_words(payments: Iterable[Payment]) -> str:
    """The last payment, in short."""
    last = max(payments, key=lambda payment: payment.created_at, default=None)
    if last is None:
        return ""
    said: dict[str, Any] = {
        Payment.Status.PENDING: _("%(sum)s to pay"),
        Payment.Status.COMPLETED: _("%(sum)s paid"),
        Payment.Status.FAILED: _("payment of %(sum)s failed"),
        Payment.Status.REFUNDED: _("%(sum)s refunded"),
    }
    return str(said[last.status] % {"sum": f"{last.currency} {last.amount}"})


def _offer(batch: Batch, held: Sequence[Batch]) -> BatchOffer:
    seats = batch.available_spots or 0
    lines = [
        week_in_words(batch.week),  # type: ignore[attr-defined]
        ", ".join(part for part in (days_of(batch), batch.branch.name if batch.branch else "") if part),
    ]
    if batch.course and batch.course.price:
        lines.append(f"{batch.course.currency} {batch.course.price}")
    lines.append(_("%(free)d of %(seats)d seats free") % {"free": seats, "seats": batch.capacity or 0})
    return BatchOffer(batch, batch_url(batch.pk), [one for one in lines if one], _clash(batch, held))


def _clash(batch: Batch, held: Sequence[Batch]) -> str:
    """The first of the student's batches that meets at the same time, if any."""
    for other in held:
        if _apart(batch, other):
            continue
        for one in batch.week:  # type: ignore[attr-defined]
            for two in other.week:  # type: ignore[attr-defined]
                if (
                    one["weekday"] == two["weekday"]
                    and one["start_time"] < two["end_time"]
                    and two["start_time"] < one["end_time"]
                ):
                    return _("At the same time as %(batch)s") % {"batch": other.name}
    return ""


def _apart(one: Batch, two: Batch) -> bool:
    return bool(
        (one.end_date and two.start_date and one.end_date < two.start_date)
        or (two.end_date and one.start_date and two.end_date < one.start_date)
    )
