"""What needs somebody on a student's page: attendance that is too low, evidence that waits, money that is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.attendance.models import AbsenceNotice, CorrectionRequest
from muster.attendance.permissions import corrections
from muster.attendance.queries.student import BatchAttendance
from muster.core.money import money
from muster.enrollments.balances import balances_of
from muster.institutions.access import Actor
from muster.risk.notices import url_of
from muster.risk.permissions import flags
from muster.risk.queries import flags_in_full, open_flags_seen_by, reasons_in_words
from muster.web.ui.components import Tone
from muster.web.ui.widgets import percent, unbroken_days

MOST_OPEN = 3


@dataclass(frozen=True)
class StudentNeed:
    """One thing, with its way out: a page, or a dialog over this one."""

    icon: str
    title: str
    text: str = ""
    tone: Tone = ""
    go: str = ""
    url: str = ""
    is_dialog: bool = False


def needs_of(
    actor: Actor,
    current: Sequence[Any],
    attended: Sequence[BatchAttendance],
    away: Sequence[AbsenceNotice],
    *,
    own: bool,
) -> list[StudentNeed]:
    """What needs the reader, or what the student waits for, the gravest first. One statement at most."""
    return [*_too_low(attended, own=own), *_waiting(actor, away, own=own), *_open_sums(current, own=own)]


def risk_needs(actor: Actor, person: User) -> list[StudentNeed]:
    """The open flags of the student that the reader may see, with owner and next step. One statement at most."""
    if not flags.may(actor, "see"):
        return []
    rows = flags_in_full(open_flags_seen_by(actor).filter(enrollment__student=person)).order_by("due_on", "pk")
    found = []
    for flag in rows:
        words = {
            "since": date_format(flag.created_at, "D j M"),
            "batch": flag.enrollment.batch.code,
            "reasons": ", ".join(reasons_in_words(flag)),
            "owner": flag.owner.full_name if flag.owner else "",
            "day": date_format(flag.due_on, "D j M"),
        }
        whose = _("Owner: %(owner)s. Contact by %(day)s.") if flag.owner else _("No owner yet. Contact by %(day)s.")
        title = _("At risk in %(batch)s since %(since)s: %(reasons)s")
        found.append(StudentNeed("flag", title % words, whose % words, "bad", _("View"), url_of(flag)))
    return found


def _too_low(attended: Sequence[BatchAttendance], *, own: bool) -> list[StudentNeed]:
    """The batch in which attendance is lowest, where it is below what is required."""
    held = [one for one in attended if one.enrollment.holds_a_seat and one.projection.percent is not None]
    low = [one for one in held if (one.projection.percent or 0) < one.projection.minimum]
    if not low:
        return []
    one = min(low, key=lambda each: each.projection.percent or 0)
    found = one.projection
    words = {"now": percent(found.percent), "needed": percent(found.minimum), "batch": one.enrollment.batch.name}
    title = (
        _("Your attendance is %(now)s. You need %(needed)s.") if own else _("Attendance %(now)s, %(needed)s required")
    )
    return [StudentNeed("alert", title % words, words["batch"], "warn" if own else "bad")]


def _waiting(actor: Actor, away: Sequence[AbsenceNotice], *, own: bool) -> list[StudentNeed]:
    """The absences with evidence that waits for a decision."""
    if not away:
        return []
    waiting = set(
        CorrectionRequest.objects.filter(
            notice__in=[notice.pk for notice in away], status=CorrectionRequest.Status.PENDING
        ).values_list("notice", flat=True)
    )
    decides = corrections.may(actor, "decide") and not own
    found = []
    for notice in away:
        if notice.pk in waiting:
            days = {"days": unbroken_days(notice.first_date, notice.last_date)}
            title = _("Your evidence for %(days)s is being reviewed") if own else _("Evidence for %(days)s is waiting")
            go, url = (_("Review"), reverse("requests")) if decides else ("", "")
            url = url or reverse("attendance:absence", args=[notice.pk])
            found.append(StudentNeed("clip", title % days, notice.reason, "warn", go or _("View"), url))
    return found


def _open_sums(current: Sequence[Any], *, own: bool) -> list[StudentNeed]:
    """What of the current enrollments is not paid, as far as the reader sees payments."""
    found = []
    for row in current:
        for one in balances_of(row) if row.sees_payments and row.organisation is None else ():
            if one.open:
                place = row.batch.name if row.batch else str(row.course)
                title = _("%(sum)s to pay") if own else _("%(sum)s open")
                sums = {"sum": money(one.open, one.currency), "paid": money(one.paid, one.currency), "place": place}
                text = _("%(place)s, %(paid)s paid") % sums
                url = reverse("enrollments:payments", args=[row.pk])
                found.append(StudentNeed("card", title % sums, text, go=_("Payments"), url=url, is_dialog=True))
    return found[:MOST_OPEN]
