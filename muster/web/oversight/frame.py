"""What all pages of oversight share: their tabs, and how a request, its time left and its looks are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.institutions.access import Actor
from muster.oversight import rules
from muster.oversight.models import AccessLook, AccessRequest
from muster.oversight.permissions import granted_registers
from muster.oversight.queries import (
    AccessReach,
    batches_in_sentence,
    batches_in_words,
    reach_of,
    status_of,
    status_words,
)
from muster.submissions.permissions import submissions
from muster.web.ui.components import Fact, Tab, Tone
from muster.web.ui.widgets import date_range, pill

# So many days before the end the time left is a warning.
SOON = 7
STATES: dict[str, tuple[Tone, str]] = {
    "pending": ("accent", "half"),
    "approved": ("good", "okc"),
    "rejected": ("bad", "xc"),
    "revoked": ("bad", "xc"),
    "expired": ("", "clock"),
}
LOOKS: dict[str, tuple[Tone, str]] = {
    AccessLook.How.OPENED: ("", "eye"),
    AccessLook.How.EVIDENCE: ("info", "clip"),
    AccessLook.How.DENIED: ("bad", "xc"),
}


def tabs_of(actor: Actor, current: str) -> Sequence[Tab]:
    """The tabs of oversight, as the actor may open them."""
    pages = [("overview", _("Overview")), ("requests", _("Requests")), ("looks", _("Looks"))]
    if granted_registers.may(actor, "see"):
        pages.insert(1, ("registers", _("Registers")))
    tabs = [Tab(label, reverse(f"oversight:{key}"), key == current) for key, label in pages]
    if submissions.may(actor, "see"):
        tabs.insert(-1, Tab(_("Submissions"), reverse("submissions:list"), current == "submissions"))
    return tabs


def state_pill(one: AccessRequest, now: datetime) -> SafeString:
    """The status, of a grant in force the time that is left."""
    status = status_of(one, now)
    if status == AccessRequest.Status.APPROVED and one.expires_at:
        left = one.expires_at - now
        days = days_left(left)
        if left < timedelta(days=1):
            hours = ceil(left / timedelta(hours=1))
            word = ngettext("%(count)d hour left", "%(count)d hours left", hours) % {"count": hours}
        else:
            word = ngettext("%(count)d day left", "%(count)d days left", days) % {"count": days}
        return pill(word, "warn" if days <= SOON else "", "clock")
    return pill(status_words(status), *STATES[status])


def days_left(left: timedelta) -> int:
    """Days that have begun count whole."""
    return ceil(left / timedelta(days=1))


def end_of(one: AccessRequest, actor: Actor) -> str:
    """The moment at which access ends, by the institution's clock."""
    return date_format(one.expires_at.astimezone(actor.zone), "D j F Y, H:i") if one.expires_at else ""


def look_pill(look: AccessLook) -> SafeString:
    return pill(look.get_how_display(), *LOOKS.get(look.how, ("info", "download")))


def registers_in_words(reach: AccessReach) -> str:
    """How much it is, in one line."""
    registers = ngettext("%(count)d register", "%(count)d registers", reach.registers) % {"count": reach.registers}
    students = ngettext("%(count)d student", "%(count)d students", reach.students) % {"count": reach.students}
    return f"{registers}, {students}"


@dataclass(frozen=True)
class DrawnRequest:
    """A request as lists and cards show it."""

    row: AccessRequest
    title: str
    in_sentence: str
    days: str
    reach: AccessReach
    much: str
    state: SafeString
    end: str
    # Of the time from the decision to the end, how much is over, in percent.
    spent: int
    looks: str
    sees: Sequence[tuple[str, str, str]]


def drawn_requests(actor: Actor, rows: Iterable[AccessRequest]) -> list[DrawnRequest]:
    """Requests out of `requests_in_full`, with what each comes to: one statement more."""
    found = list(rows)
    reach, now = reach_of(found), actor.now()
    return [_draw_request(actor, one, reach[one.pk], now) for one in found]


def _draw_request(actor: Actor, one: AccessRequest, reach: AccessReach, now: datetime) -> DrawnRequest:
    spent = 0
    if one.expires_at and one.decided_at:
        spent = round(100 * min((now - one.decided_at) / (one.expires_at - one.decided_at), 1))
    number = one.look_count  # type: ignore[attr-defined]
    return DrawnRequest(
        row=one,
        title=batches_in_words(one),
        in_sentence=batches_in_sentence(one),
        days=date_range(one.first_date, one.last_date),
        reach=reach,
        much=registers_in_words(reach),
        state=state_pill(one, now),
        end=end_of(one, actor),
        spent=spent,
        looks=ngettext("%(count)d look", "%(count)d looks", number) % {"count": number},
        sees=sees_of(reach, with_evidence=one.with_evidence),
    )


def sees_of(reach: AccessReach, *, with_evidence: bool) -> list[tuple[str, str, str]]:
    """What is seen and what is not: the same list for who asks and for who decides. Class, icon, sentence."""
    registers = ngettext(
        "%(count)d register with the names and marks of its students, to read and to save as PDF, XLSX or CSV",
        "%(count)d registers with the names and marks of their students, to read and to save as PDF, XLSX or CSV",
        reach.registers,
    ) % {"count": reach.registers}
    files = (
        ("yes", "check", _("Evidence files behind these marks, such as doctors' notes"))
        if with_evidence
        else ("no", "x", _("No evidence files"))
    )
    return [
        ("yes", "check", registers),
        files,
        ("no", "x", _("No notes, contact details, results or payments")),
        ("no", "eye", _("Every look is recorded and shown to the institution")),
    ]


def facts_of(one: AccessRequest, actor: Actor) -> list[Fact]:
    """What was asked and decided."""
    facts = [
        _act(_("Asked"), one.asked_by, one.created_at, actor),
        Fact(_("Purpose"), one.purpose),
        Fact(_("Batches"), batches_in_words(one, rules.MOST_BATCHES)),
        Fact(_("Dates"), date_range(one.first_date, one.last_date)),
        Fact(_("Evidence files"), _("Yes") if one.with_evidence else _("No")),
    ]
    if one.needed_until:
        facts.append(Fact(_("Needed until"), date_format(one.needed_until, "j M Y")))
    if one.decided_at:
        word = _("Rejected") if one.status == AccessRequest.Status.REJECTED else _("Granted")
        facts.append(_act(word, one.decided_by, one.decided_at, actor))
    if one.decision_note:
        facts.append(Fact(_("Note"), one.decision_note))
    if one.expires_at:
        facts += [Fact(_("Access ends"), end_of(one, actor)), Fact(_("Grant"), one.reference)]
    if one.revoked_at:
        facts += [_act(_("Revoked"), one.revoked_by, one.revoked_at, actor), Fact(_("Reason"), one.revoke_note)]
    return facts


def _act(word: str, person: Any, moment: datetime, actor: Actor) -> Fact:
    """Who did it, and when."""
    when = date_format(moment.astimezone(actor.zone), "j M Y, H:i")
    return Fact(word, ", ".join(filter(None, [person.full_name if person else "", when])))
