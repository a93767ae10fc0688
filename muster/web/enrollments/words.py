"""Enrollments as pages speak of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.assessment.queries import WEIGHTS, EnrollmentProgress, progress_in
from muster.assessment.totals import Total
from muster.core.money import money
from muster.courses.models import Course
from muster.enrollments.balances import Balance
from muster.enrollments.models import Enrollment, Payment, WaitlistEntry
from muster.enrollments.offers import key_of
from muster.people.links import batch_url
from muster.progression.grading.typed import plain_number
from muster.web.ui.components import Tone
from muster.web.ui.widgets import percent

# The tone and the icon of each status.
LOOKS: dict[str, tuple[Tone, str]] = {
    Enrollment.Status.ACTIVE: ("good", "okc"),
    Enrollment.Status.ON_HOLD: ("warn", "pause"),
    Enrollment.Status.COMPLETED: ("info", "award"),
    Enrollment.Status.CANCELLED: ("", "xc"),
    Enrollment.Status.EXPIRED: ("", "clock"),
}


PAYMENT_LOOKS: dict[str, tuple[Tone, str]] = {
    Payment.Status.PENDING: ("warn", "clock"),
    Payment.Status.COMPLETED: ("good", "okc"),
    Payment.Status.FAILED: ("bad", "alert"),
    Payment.Status.REFUNDED: ("info", "undo"),
}


PLACE_LOOKS: dict[str, tuple[Tone, str]] = {
    WaitlistEntry.Status.WAITING: ("", "clock"),
    WaitlistEntry.Status.OFFERED: ("info", "seat"),
    WaitlistEntry.Status.ACCEPTED: ("good", "okc"),
    WaitlistEntry.Status.DECLINED: ("", "xc"),
    WaitlistEntry.Status.EXPIRED: ("", "clock"),
    WaitlistEntry.Status.CANCELLED: ("", "xc"),
}


def state_of_seat(enrollment: Enrollment) -> tuple[str, Tone, str]:
    """How an enrollment stands: in a word, with its tone and icon."""
    if enrollment.transferred_to_id:
        return _("Transferred"), "", "swap"
    return enrollment.get_status_display(), *LOOKS[enrollment.status]


def offer_url(place: WaitlistEntry) -> str:
    """The page of the offer that is open for the place."""
    return reverse("enrollments:offer", args=[key_of(place)])


def offer_words(place: WaitlistEntry, now: datetime) -> str:
    """How long an offer still holds, and until when, by the zone of the moment that is given."""
    ends = place.offer_expires_at
    if ends is None or ends <= now:
        return _("The time to answer is up.")
    hours = int((ends - now).total_seconds() // 3600)
    days = hours // 24
    left = ngettext("%(count)d hour left", "%(count)d hours left", hours) % {"count": hours}
    if days > 1:
        left = ngettext("%(count)d day left", "%(count)d days left", days) % {"count": days}
    elif not hours:
        left = _("Less than an hour left")
    until = date_format(ends.astimezone(now.tzinfo), "D j M, H:i")
    return _("%(left)s, until %(until)s.") % {"left": left, "until": until}


def moved_words(count: int) -> str:
    """How fast a line moves."""
    words = ngettext(
        "%(count)d seat went to this waitlist in the last 30 days.",
        "%(count)d seats went to this waitlist in the last 30 days.",
        count,
    )
    return words % {"count": count} if count else _("No seat went to this waitlist in the last 30 days.")


def place_words(place: WaitlistEntry) -> str:
    """Where somebody stands in line, of `with_positions`."""
    return _("Number %(number)d in line") % {"number": place.position}  # type: ignore[attr-defined]


def balance_words(balance: Balance) -> str:
    """What is owed, paid, open and pending, in one line."""
    said = []
    if balance.owed:
        said.append(_("%(sum)s owed") % {"sum": money(balance.owed, balance.currency)})
    said.append(_("%(sum)s paid") % {"sum": money(balance.paid, balance.currency)})
    if balance.open:
        said.append(_("%(sum)s open") % {"sum": money(balance.open, balance.currency)})
    if balance.pending:
        said.append(_("%(sum)s pending") % {"sum": money(balance.pending, balance.currency)})
    return ", ".join(said)


def price_words(course: Course | None) -> str:
    """What the course costs."""
    if course is None or course.price is None:
        return ""
    return _("The price is %(price)s.") % {"price": money(course.price, course.currency)}


def kept_back_words(kept: int) -> str:
    """That some of the free seats are kept back, and what for."""
    words = ngettext(
        "%(count)d more is kept back for transfers and repeats: your institution gives it away.",
        "%(count)d more are kept back for transfers and repeats: your institution gives them away.",
        kept,
    )
    return words % {"count": kept}


def progress_words(progress: EnrollmentProgress) -> str:
    """What makes it: such as "12 of 14 sessions attended, 1 of 2 goals reached". Empty where nothing was due yet."""
    came, done, reached = progress.sessions, progress.assessments, progress.milestones
    parts = (
        (came, ngettext("%(done)d of %(due)d session attended", "%(done)d of %(due)d sessions attended", came.due)),
        (done, ngettext("%(done)d of %(due)d assessment done", "%(done)d of %(due)d assessments done", done.due)),
        (reached, ngettext("%(done)d of %(due)d goal reached", "%(done)d of %(due)d goals reached", reached.due)),
    )
    return ", ".join(words % {"done": part.done, "due": part.due} for part, words in parts if part.due)


def progress_rule() -> str:
    """How progress is counted, in words."""
    words = _(
        "Progress is what was done of what was due so far: sessions attended count %(sessions)s, assessments done "
        "%(assessments)s, goals reached %(milestones)s. What nothing was due of yet leaves its share to the others."
    )
    return words % {name: percent(weight) for name, weight in WEIGHTS.items()}


def progress_cell(enrollment: Enrollment) -> Any:
    """The progress in a table: in percent, and below it what makes it."""
    progress = progress_in(enrollment)
    if not progress.is_begun:
        return "–"
    return format_html('{}<span class="s">{}</span>', percent(progress.percent), progress_words(progress))


@dataclass(frozen=True)
class EnrollmentRow:
    """An enrollment in a list (`enrollments/row.html`), with what the reader may do about it: label, URL, icon."""

    enrollment: Enrollment
    lines: Sequence[str]
    actions: Sequence[tuple[str, str, str]] = ()
    # Of the marks that are published, and the page on which they stand; rows with `opens_marks` say who opens it.
    total: Total | None = None
    marks_page: str = "assessment:marks"

    @property
    def title(self) -> str:
        batch = self.enrollment.batch
        return batch.marked(batch.name) if batch else str(self.enrollment.course)

    @property
    def url(self) -> str:
        batch = self.enrollment.batch
        return batch_url(batch.pk) if batch and batch.deleted_at is None else ""

    @property
    def state(self) -> tuple[str, Tone, str]:
        return state_of_seat(self.enrollment)

    @property
    def marks(self) -> str:
        """The total so far; empty where nothing counts yet."""
        return f"{plain_number(self.total.percent)}%" if self.total and self.total.percent is not None else ""

    @property
    def marks_url(self) -> str:
        """Where the marks stand that make it; empty where the reader's access ended."""
        opens = getattr(self.enrollment, "opens_marks", False)
        return reverse(self.marks_page, args=[self.enrollment.batch_id]) if opens else ""

    @property
    def progress(self) -> EnrollmentProgress | None:
        """None where nothing was due yet, and of a seat that was given up."""
        progress = progress_in(self.enrollment)
        return progress if progress.is_begun and self.enrollment.status != Enrollment.Status.CANCELLED else None

    @property
    def progress_words(self) -> str:
        return progress_words(self.progress) if self.progress else ""
