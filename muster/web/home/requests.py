"""The one inbox: whatever awaits a decision of the reader, the longest waiting first; and what the reader asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.allocation.models import CoverRequest
from muster.allocation.permissions import covers
from muster.allocation.queries import cover_requests, waiting_cover
from muster.attendance.models import CorrectionRequest, UnlockRequest
from muster.attendance.permissions import corrections, unlocks
from muster.attendance.queries.absences import corrections_in_full, waiting_corrections
from muster.attendance.queries.unlocks import unlocks_in_full, waiting_unlocks
from muster.batches.notices import when_of
from muster.core.numbers import group_digits
from muster.enrollments.models import Application, TransferRequest
from muster.enrollments.permissions import applications, transfers
from muster.enrollments.queries import waiting_applications, waiting_transfers
from muster.institutions.access import Actor
from muster.mentoring.models import MentoringTimeRequest, MentorRequest
from muster.mentoring.notices import when_wanted
from muster.mentoring.permissions import mentor_requests, time_requests
from muster.mentoring.queries import waiting_mentor_requests, waiting_time_requests
from muster.oversight.models import AccessRequest
from muster.oversight.permissions import access_requests
from muster.oversight.queries import batches_in_sentence, waiting_access
from muster.progression.models import HeldBack, RolloverRequest
from muster.progression.permissions import rollovers
from muster.progression.queries import rollovers_awaiting
from muster.web.enrollments.transfers import asked_in_words
from muster.web.home.words import asked_at
from muster.web.requests import ActorRequest
from muster.web.ui.components import Action, Tone
from muster.web.ui.pages import page
from muster.web.ui.widgets import date_range, pill

MOST_OF_A_KIND = 50
# So long what was answered stays among the reader's own requests.
ANSWERED_FOR = timedelta(days=30)


@dataclass(frozen=True)
class AwaitedDecision:
    """One request as it stands in the inbox, with what may be done about it at once.

    Of the `actions` each is a dialog over this page; `answers` are buttons that post a value of `field` to `url`.
    """

    title: str
    lines: Sequence[str]
    asked: str
    actions: Sequence[Action]
    url: str = ""
    field: str = ""
    answers: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True)
class OwnRequest:
    """What the reader asked for: when, and what became of it."""

    title: str
    asked: str
    pill: Any
    answer: str
    url: str


@dataclass(frozen=True)
class RequestKind:
    """A kind of decision: who may make it, which rows await it, and how one is told."""

    title: Any
    permission: Any
    rows: Callable[[Actor], QuerySet[Any]]
    told: Callable[[Actor, Any], AwaitedDecision]


def _here(url: str) -> str:
    """The address of a dialog that leads back to this page."""
    return f"{url}?next={reverse('requests')}"


def _cover(actor: Actor, one: CoverRequest) -> AwaitedDecision:
    lines = [date_range(one.first_date, one.last_date)]
    answers = []
    if one.asked and one.can is not None:
        said = _("%(name)s can cover.") if one.can else _("%(name)s can't cover.")
        lines.append(said % {"name": one.asked.full_name})
        if one.can:
            answers = [(str(one.asked_id), _("Assign %(name)s") % {"name": one.asked.full_name}, "okc")]
    elif one.asked:
        lines.append(_("%(name)s was asked and hasn't answered.") % {"name": one.asked.full_name})
    return AwaitedDecision(
        title=_("%(name)s needs cover in %(batch)s") % {"name": one.instructor.full_name, "batch": one.batch.code},
        lines=[*lines, *([one.note] if one.note else [])],
        asked=_asked_by(actor, one, one.instructor),
        actions=[
            Action(_("Choose a substitute"), _here(reverse("cover:fill", args=[one.pk])), "person"),
            Action(_("Decline"), _here(reverse("cover:decline", args=[one.pk])), "xc"),
        ],
        url=reverse("cover:fill", args=[one.pk]),
        field="instructor_id",
        answers=answers,
    )


def _wanted_cover(actor: Actor, one: CoverRequest) -> AwaitedDecision:
    words = {"name": one.instructor.full_name, "batch": one.batch.name}
    return AwaitedDecision(
        title=_("Can you cover %(batch)s for %(name)s?") % words,
        lines=[date_range(one.first_date, one.last_date), *([one.note] if one.note else [])],
        asked=_asked_by(actor, one, one.instructor),
        actions=[],
        url=reverse("cover:answer", args=[one.pk]),
        field="can",
        answers=[("yes", _("I can"), "okc"), ("no", _("I can't"), "xc")],
    )


def _unlock(actor: Actor, one: UnlockRequest) -> AwaitedDecision:
    return AwaitedDecision(
        title=_("Unlock the register of %(batch)s, %(day)s")
        % {"batch": one.session.meeting.code, "day": date_format(one.session.date, "j F Y")},
        lines=[one.reason],
        asked=_asked_by(actor, one, one.asked_by),
        actions=[Action(_("Decide"), _here(reverse("attendance:unlock-request", args=[one.pk])))],
    )


def _correction(actor: Actor, one: CorrectionRequest) -> AwaitedDecision:
    before = one.get_from_status_display() if one.from_status else _("Not marked")
    batch = one.enrollment.batch.code if one.enrollment.batch else ""
    return AwaitedDecision(
        title=f"{one.enrollment.student.full_name}: {before} → {one.get_to_status_display()}",
        lines=[f"{batch}, {date_format(one.session.date, 'j F Y')}", one.notice.reason],
        asked=_asked_by(actor, one, one.asked_by),
        actions=[Action(_("Decide"), _here(reverse("attendance:correction", args=[one.pk])))],
    )


def _application(actor: Actor, one: Application) -> AwaitedDecision:
    words = {"name": one.full_name, "batch": one.batch.name}
    return AwaitedDecision(
        title=_("%(name)s applies for %(batch)s") % words,
        lines=[" · ".join(filter(None, (one.email, one.phone))), *([one.note] if one.note else [])],
        asked=asked_at(one.created_at, actor.now()),
        actions=[Action(_("Decide"), _here(reverse("catalogue:application", args=[one.pk])))],
    )


def _transfer(actor: Actor, one: TransferRequest) -> AwaitedDecision:
    return AwaitedDecision(
        title=asked_in_words(one),
        lines=[one.reason],
        asked=asked_at(one.created_at, actor.now()),
        actions=[Action(_("Decide"), _here(reverse("enrollments:transfer-request", args=[one.pk])))],
    )


def _mentor(actor: Actor, one: MentorRequest) -> AwaitedDecision:
    words = {"student": one.assignment.student.full_name, "name": one.assignment.instructor.full_name}
    return AwaitedDecision(
        title=_("%(student)s requests a mentor other than %(name)s") % words,
        lines=[one.reason],
        asked=asked_at(one.created_at, actor.now()),
        actions=[
            Action(
                _("Choose a mentor"),
                _here(reverse("mentoring-sessions:approve-mentor-request", args=[one.pk])),
                "mentor",
            ),
            Action(_("Reject"), _here(reverse("mentoring-sessions:reject-mentor-request", args=[one.pk])), "xc"),
        ],
    )


def _time(actor: Actor, one: MentoringTimeRequest) -> AwaitedDecision:
    words = {"name": one.session.assignment.student.full_name, "wanted": when_wanted(one)}
    return AwaitedDecision(
        title=_("%(name)s asks to meet at another time: %(wanted)s") % words,
        lines=[
            _("Instead of %(now)s") % {"now": when_of(one.session.session)},
            *([one.note] if one.note else []),
        ],
        asked=asked_at(one.created_at, actor.now()),
        actions=[Action(_("Decline"), _here(reverse("mentoring-sessions:decline-time", args=[one.pk])), "xc")],
        url=reverse("mentoring-sessions:accept-time", args=[one.pk]),
        field="decision",
        answers=[("accept", _("Accept"), "okc")],
    )


def _rollover(actor: Actor, one: RolloverRequest) -> AwaitedDecision:
    number = one.held_number or 0  # type: ignore[attr-defined]
    words = ngettext("%(count)d student is held back.", "%(count)d students are held back.", number)
    return AwaitedDecision(
        title=_rollover_title(one),
        lines=[*([words % {"count": number}] if number else []), *([one.note] if one.note else [])],
        asked=_asked_by(actor, one, one.requested_by),
        actions=[
            Action(_("Approve"), _here(reverse("progression:roll-over", args=[one.batch_id])), "promote"),
            Action(_("Reject"), _here(reverse("progression:reject-rollover", args=[one.pk])), "xc"),
        ],
    )


def _access(actor: Actor, one: AccessRequest) -> AwaitedDecision:
    words = {"name": one.asked_by.full_name, "batches": batches_in_sentence(one)}
    return AwaitedDecision(
        title=_("%(name)s asks to see the registers of %(batches)s") % words,
        lines=[date_range(one.first_date, one.last_date), one.purpose],
        asked=asked_at(one.created_at, actor.now()),
        actions=[
            Action(_("Grant access"), _here(reverse("oversight:grant", args=[one.pk])), "okc"),
            Action(_("Reject"), _here(reverse("oversight:reject", args=[one.pk])), "xc"),
        ],
    )


def _awaiting_rollovers(actor: Actor) -> QuerySet[Any]:
    """With how many are held back, which is all that the inbox says of them."""
    held = HeldBack.objects.filter(request=OuterRef("pk")).order_by().values("request").annotate(number=Count("pk"))
    return rollovers_awaiting(actor).prefetch_related(None).annotate(held_number=Subquery(held.values("number")))


def _rollover_title(one: RolloverRequest) -> str:
    words = {"batch": one.batch.name, "now": one.from_semester, "next": one.to_semester}
    title = _("Complete %(batch)s") if one.completes else _("Promote %(batch)s from semester %(now)d to %(next)d")
    return title % words


def _asked_by(actor: Actor, one: Any, person: Any) -> str:
    when = asked_at(one.created_at, actor.now())
    return f"{person.full_name}. {when}" if person else when


KINDS = (
    RequestKind(
        gettext_lazy("Your answer to a colleague"),
        covers["answer"],
        lambda actor: waiting_cover(actor, "answer").filter(can__isnull=True).order_by("created_at", "pk"),
        _wanted_cover,
    ),
    RequestKind(
        gettext_lazy("Cover for instructors who are away"),
        covers["settle"],
        lambda actor: waiting_cover(actor, "settle").order_by("created_at", "pk"),
        _cover,
    ),
    RequestKind(
        gettext_lazy("Applications from the catalog"), applications["decide"], waiting_applications, _application
    ),
    RequestKind(gettext_lazy("Transfers to another batch"), transfers["decide"], waiting_transfers, _transfer),
    RequestKind(gettext_lazy("Another time for mentoring"), time_requests["decide"], waiting_time_requests, _time),
    RequestKind(gettext_lazy("Another mentor"), mentor_requests["decide"], waiting_mentor_requests, _mentor),
    RequestKind(gettext_lazy("Batch years to promote"), rollovers["decide"], _awaiting_rollovers, _rollover),
    RequestKind(gettext_lazy("Registers to unlock"), unlocks["decide"], waiting_unlocks, _unlock),
    RequestKind(
        gettext_lazy("Corrections to locked registers"), corrections["decide"], waiting_corrections, _correction
    ),
    RequestKind(gettext_lazy("Access for regulators"), access_requests["decide"], waiting_access, _access),
)


def waiting_requests(actor: Actor) -> list[QuerySet[Any]]:
    """What awaits the actor's decision, of each kind that they decide: the navigation counts it, the page shows it."""
    return [kind.rows(actor) for kind in KINDS if kind.permission.may(actor)]


@page(covers["see"])
def request_list(request: ActorRequest) -> HttpResponse:
    """Everything that awaits a decision, then what the reader asked for. A further kind is one more line in `KINDS`."""
    actor = request.actor
    kinds = [_shown_kind(actor, kind) for kind in KINDS if kind.permission.may(actor)]
    total = sum(kind["total"] for kind in kinds)
    head = (
        ngettext("%(count)s request needs your decision", "%(count)s requests need your decision", total)
        % {"count": group_digits(total)}
        if total
        else _("No requests to decide")
    )
    shown = {"kinds": [kind for kind in kinds if kind["total"]], "own": list(_own_requests(actor))}
    return render(request, "home/requests.html", {"nav": "requests", "total": total, "head": head, **shown})


def _shown_kind(actor: Actor, kind: RequestKind) -> dict[str, Any]:
    """A kind from its rows: one statement, and a second one where there are many."""
    rows = kind.rows(actor)
    found = list(rows[: MOST_OF_A_KIND + 1])
    total = len(found) if len(found) <= MOST_OF_A_KIND else rows.count()
    shown = [kind.told(actor, row) for row in found[:MOST_OF_A_KIND]]
    return {"title": kind.title, "total": total, "rows": shown, "left_out": total - len(shown)}


# --- what the reader asked for --------------------------------------------------------------------------------------
def _own_requests(actor: Actor) -> Iterator[OwnRequest]:
    """The reader's own requests: those that wait, and those answered lately, the latest first. Three statements."""
    since = actor.now() - ANSWERED_FOR
    found: list[tuple[Any, OwnRequest]] = []
    if covers.may(actor, "withdraw"):
        rows = cover_requests(actor).filter(instructor=actor.user, created_at__gte=since)
        found += [(one.created_at, _own_cover(actor, one)) for one in rows.order_by("-created_at")[:MOST_OF_A_KIND]]
    asked = {"asked_by": actor.user, "created_at__gte": since}
    mine = unlocks_in_full(unlocks.rows(actor).filter(**asked)).order_by("-created_at")
    found += [(one.created_at, _own_unlock(actor, one)) for one in mine[:MOST_OF_A_KIND]]
    wanted = corrections_in_full(corrections.rows(actor).filter(**asked)).order_by("-created_at")
    found += [(one.created_at, _own_correction(actor, one)) for one in wanted[:MOST_OF_A_KIND]]
    if rollovers.may(actor, "decide"):
        asked = {"requested_by": actor.user, "created_at__gte": since}
        promoted = rollovers.rows(actor).filter(**asked).select_related("batch", "decided_by").order_by("-created_at")
        found += [(one.created_at, _own_rollover(actor, one)) for one in promoted[:MOST_OF_A_KIND]]
    found.sort(key=lambda pair: pair[0], reverse=True)
    return (own for _moment, own in found[:MOST_OF_A_KIND])


STATES: dict[str, tuple[Tone, str]] = {
    "pending": ("warn", "half"),
    "open": ("warn", "half"),
    "approved": ("good", "okc"),
    "filled": ("good", "okc"),
    "rejected": ("bad", "xc"),
    "declined": ("bad", "xc"),
    "withdrawn": ("", "undo"),
    "executed": ("good", "okc"),
    "reverted": ("", "undo"),
}


def _state(one: Any) -> Any:
    return pill(one.get_status_display(), *STATES[one.status])


def _decision(one: Any) -> str:
    """Who decided, and why."""
    if one.is_pending:
        return ""
    words = {"name": one.decided_by.full_name if one.decided_by else "", "reason": one.decision_reason}
    return _("%(name)s: “%(reason)s”") % words


def _own_cover(actor: Actor, one: CoverRequest) -> OwnRequest:
    words = {"batch": one.batch.code, "days": date_range(one.first_date, one.last_date)}
    answer = one.close_reason
    if one.substitute:
        answer = _("Covered by %(name)s") % {"name": one.substitute.full_name}
    return OwnRequest(
        _("Cover in %(batch)s, %(days)s") % words,
        asked_at(one.created_at, actor.now()),
        _state(one),
        answer,
        reverse("cover:request", args=[one.pk]),
    )


def _own_unlock(actor: Actor, one: UnlockRequest) -> OwnRequest:
    words = {"batch": one.session.meeting.code, "day": date_format(one.session.date, "j F Y")}
    return OwnRequest(
        _("Unlock the register of %(batch)s, %(day)s") % words,
        asked_at(one.created_at, actor.now()),
        _state(one),
        _decision(one),
        reverse("attendance:register", args=[one.session_id]),
    )


def _own_correction(actor: Actor, one: CorrectionRequest) -> OwnRequest:
    words = {"name": one.enrollment.student.full_name, "day": date_format(one.session.date, "j F Y")}
    return OwnRequest(
        _("Correction for %(name)s, %(day)s") % words,
        asked_at(one.created_at, actor.now()),
        _state(one),
        _decision(one),
        reverse("attendance:absence", args=[one.notice_id]),
    )


def _own_rollover(actor: Actor, one: RolloverRequest) -> OwnRequest:
    answer = ""
    if one.decided_by:
        answer = f"{one.decided_by.full_name}: {one.decision_note}" if one.decision_note else one.decided_by.full_name
    return OwnRequest(
        _rollover_title(one),
        asked_at(one.created_at, actor.now()),
        _state(one),
        answer,
        reverse("progression:rollover", args=[one.batch_id]),
    )
