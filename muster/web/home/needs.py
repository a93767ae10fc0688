"""What needs the reader now, in the words of the home pages, each with its way out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from muster.allocation.queries import waiting_cover
from muster.allocation.scoring import leads_for_batches
from muster.attendance.permissions import registers as register_access
from muster.attendance.queries.missing import RegisterStates
from muster.batches.clashes import FreeInstructor
from muster.batches.models import Batch
from muster.batches.queries import BatchOverview
from muster.core.numbers import group_digits
from muster.institutions.access import Actor
from muster.people.links import batch_url, batches_url
from muster.submissions.deadlines import Deadline
from muster.timetable.models import ClassSession
from muster.timetable.queries import named_teachers
from muster.web.attendance.missing import remind_words
from muster.web.home.waiting import WaitingCard
from muster.web.home.words import on_day
from muster.web.risk.widgets import RiskCard
from muster.web.submissions.words import due_title, left_words, prepare_url
from muster.web.ui.components import Tone
from muster.web.ui.widgets import date_range

MOST_COVER = MOST_UNSTAFFED = MOST_NAMED = 3


@dataclass(frozen=True)
class ActionItem:
    """One thing that waits for the reader, with its way out: a button that does it at once, or a page to go to.

    `act` is what the button says, `act_url` where it posts `fields` to.
    """

    icon: str
    title: str
    text: str
    tone: Tone = ""
    url: str = ""
    go: str = ""
    also: str = ""
    act: str = ""
    act_url: str = ""
    act_fields: Sequence[tuple[str, str]] = ()


def run_url(**filters: str) -> str:
    """The list of the batches that the reader runs, narrowed further."""
    return batches_url(run="mine", **filters)


def watch_url(key: str) -> str:
    """The list of the batches that `batch_alerts` counts under this word."""
    return batches_url(watch=key)


def needs_of(
    actor: Actor,
    found: BatchOverview,
    registers: RegisterStates,
    risk: RiskCard,
    deadlines: Sequence[Deadline],
    waiting: WaitingCard,
) -> Iterator[ActionItem]:
    """What needs whoever runs batches, the most urgent first."""
    unstaffed = found.shown["due"][:MOST_UNSTAFFED]
    free = leads_for_batches(actor, unstaffed)
    for batch in unstaffed:
        yield _unstaffed_item(batch, free.get(batch.pk, ()))
    if (due := found.counts["due"]) > len(unstaffed):
        title = ngettext(
            "%(count)s batch without a lead has started or starts within two weeks",
            "%(count)s batches without a lead have started or start within two weeks",
            due,
        )
        yield ActionItem("person-off", title % {"count": group_digits(due)}, "", "bad", watch_url("due"), _("View all"))
    if missing := missing_registers_item(actor, registers):
        yield missing
    if risk.unowned:
        named = (f"{row.enrollment.student.full_name}, {why}" for row, why, _url in risk.rows if not row.owner)
        yield ActionItem("flag", risk.title, next(named, ""), "warn", risk.unowned_url, _("Assign owners"))
    if deadline := deadline_item(deadlines):
        yield deadline
    covers = list(_cover_items(actor))
    yield from covers
    if waiting.total > len(covers):
        yield _waiting_item(waiting, {one.title for one in covers})
    yield from _alert_items(found, actor.institution.advised_size_min)


def missing_registers_item(actor: Actor, registers: RegisterStates) -> ActionItem | None:
    """How many registers are not taken, the latest of them by name; None when every one is."""
    if not registers.missing:
        return None
    title = ngettext("%(count)s register not taken", "%(count)s registers not taken", registers.missing)
    url, go, act = reverse("attendance:not-taken"), _("View all"), ""
    if register_access.may(actor, "remind"):
        act = remind_words(registers.unasked)
    if registers.missing == 1:
        url, go = reverse("attendance:register", args=(registers.latest_missing[0].pk,)), _("Open register")
    said = [_missing_register(actor, session) for session in registers.latest_missing]
    if more := registers.missing - len(said):
        said.append(ngettext("And %(count)s more.", "And %(count)s more.", more) % {"count": group_digits(more)})
    words, text = title % {"count": group_digits(registers.missing)}, " ".join(said)
    if not act:
        return ActionItem("reg", words, text, "bad", url, go)
    return ActionItem("reg", words, text, "bad", url, also=go, act=act, act_url=reverse("attendance:remind"))


def _missing_register(actor: Actor, session: ClassSession) -> str:
    me = actor.user.pk if actor.user else None
    # Its own zone's clock: the time that stands on the timetable.
    end = f"{session.end_time:%H:%M}" if session.end_time else ""
    day = "" if end and session.date == session.today() else date_format(session.date, "D j M")
    words = {
        "batch": session.meeting.name,
        "moment": ", ".join(filter(None, (day, end))),
        "people": ", ".join(name for pk, name in named_teachers(session).items() if pk != me),
    }
    return (
        _("%(batch)s ended %(moment)s (%(people)s).") if words["people"] else _("%(batch)s ended %(moment)s.")
    ) % words


def deadline_item(due: Sequence[Deadline]) -> ActionItem | None:
    """What is due to an authority, the most urgent by name; None where nothing is."""
    if not due:
        return None
    late = sum(one.is_late for one in due)
    title = (
        ngettext("%(count)s submission is late", "%(count)s submissions are late", late) % {"count": group_digits(late)}
        if late
        else ngettext("%(count)s submission is due", "%(count)s submissions are due", len(due))
        % {"count": group_digits(len(due))}
    )
    said = [f"{due_title(one)}, {one.batch.code}: {left_words(one)}." for one in due[:MOST_NAMED]]
    if more := len(due) - len(said):
        said.append(ngettext("And %(count)s more.", "And %(count)s more.", more) % {"count": group_digits(more)})
    url, go = (prepare_url(due[0]), _("Prepare")) if len(due) == 1 else (reverse("submissions:list"), _("View all"))
    return ActionItem("shield", title, " ".join(said), "bad" if late else "warn", url, go)


def _waiting_item(waiting: WaitingCard, named: Collection[str]) -> ActionItem:
    """How many requests wait for the reader, the longest waiting of those not named before by name."""
    title = ngettext(
        "%(count)s request needs your decision", "%(count)s requests need your decision", waiting.total
    ) % {"count": group_digits(waiting.total)}
    said = " ".join(f"{one.title}. {one.asked}." for one in [row for row in waiting.rows if row.title not in named][:1])
    return ActionItem("inbox", title, said, "", waiting.url, _("Decide"))


def _cover_items(actor: Actor) -> Iterator[ActionItem]:
    """Instructors who are away and wait for a substitute, the soonest first."""
    for one in waiting_cover(actor, "settle")[:MOST_COVER]:
        title = _("%(name)s needs cover in %(batch)s") % {"name": one.instructor.full_name, "batch": one.batch.code}
        text = f"{date_range(one.first_date, one.last_date)}."
        if one.asked and one.can is not None:
            said = _("%(name)s can cover.") if one.can else _("%(name)s can't cover.")
            text = f"{text} {said % {'name': one.asked.full_name}}"
        yield ActionItem("swap", title, text, "warn", reverse("cover:request", args=(one.pk,)), _("Find substitute"))


def _unstaffed_item(batch: Batch, free: Sequence[FreeInstructor]) -> ActionItem:
    today = batch.today()
    start = batch.start_date or today
    begun, coming = _("%(batch)s started %(day)s without a lead"), _("%(batch)s starts %(day)s and has no lead")
    title = (begun if start <= today else coming) % {"batch": batch.name, "day": on_day(start, today)}
    number = batch.enrolled_students
    enrolled = ngettext("%(count)d enrolled", "%(count)d enrolled", number) % {"count": number}
    where = ", ".join([batch.code, *([batch.branch.name] if batch.branch else []), enrolled])
    lead = free[0] if free else None
    text = f"{where}. {_free_lead(lead) if lead else _('No one is free at all of its times.')}"
    staffing, others = reverse("batches:instructors", args=(batch.pk,)), len(free) - 1
    if lead is None or not lead.fits:
        return ActionItem("person-off", title, text, "bad", staffing, _("Find instructor"))
    also = ngettext("%(count)d other", "%(count)d others", others) % {"count": others} if others else ""
    return ActionItem(
        "person-off",
        title,
        text,
        "bad",
        staffing,
        also=also,
        act=_("Assign %(name)s") % {"name": lead.name},
        act_url=reverse("home-lead", args=(batch.pk,)),
        act_fields=[("instructor", str(lead.id))],
    )


def _free_lead(lead: FreeInstructor) -> str:
    load = _("%(load)d of %(limit)d batches") % {"load": lead.active_batches, "limit": lead.limit}
    if not lead.fits:
        # The best of them all the same: something speaks against everybody who is free.
        against = ", ".join(dict.fromkeys(lead.against)) or _("already has %(load)s") % {"load": load}
        return _("%(name)s is free at all of its times, but: %(against)s.") % {"name": lead.name, "against": against}
    times = {0: _("and has %(load)s"), 1: _("and has taught it once"), 2: _("and has taught it twice")}
    because = times.get(lead.taught, _("and has taught it %(count)d times")) % {"load": load, "count": lead.taught}
    return _("%(name)s is free at all of its times %(because)s.") % {"name": lead.name, "because": because}


# --- kinds of batches that are worth a look ---------------------------------------------------------------------------
def _name(batch: Batch) -> str:
    return f"{batch.name}, {batch.code}" if len(batch.name) < 30 else batch.code


def _name_and_seats(batch: Batch) -> str:
    words = {"batch": _name(batch), "held": batch.seats_held, "seats": batch.capacity or 0}
    return _("%(batch)s (%(held)d of %(seats)d)") % words


def _name_and_sibling(batch: Batch) -> str:
    sibling = seats_in_sibling(batch)
    return f"{_name(batch)} ({sibling})" if sibling else _name(batch)


def _name_and_end(batch: Batch) -> str:
    return _("%(batch)s on %(day)s") % {"batch": _name(batch), "day": date_format(batch.end_date or date.max, "j F")}


def seats_in_sibling(batch: Any) -> str:
    """Where else the course of a full batch has seats, if anywhere."""
    if not batch.sibling:
        return ""
    words = ngettext("%(seats)d seat in %(code)s", "%(seats)d seats in %(code)s", batch.sibling["seats"])
    return str(words % batch.sibling)


@dataclass(frozen=True)
class AlertWords:
    """How a kind is said, and the batches of it; where a single one is looked after."""

    icon: str
    tone: Tone
    title: Any
    name: Callable[[Batch], str]
    go: Any
    url: Callable[[UUID], str]


ALERTS = {
    "no_slots": AlertWords(
        "cal",
        "warn",
        ngettext_lazy("%(count)s batch has no weekly schedule", "%(count)s batches have no weekly schedule", "count"),
        _name,
        gettext_lazy("Add schedule"),
        lambda pk: reverse("batches:edit", args=(pk,)),
    ),
    "slow": AlertWords(
        "seat",
        "warn",
        ngettext_lazy(
            "%(count)s batch starts within 30 days with fewer than %(advised)d students",
            "%(count)s batches start within 30 days with fewer than %(advised)d students",
            "count",
        ),
        _name_and_seats,
        gettext_lazy("Enroll students"),
        batch_url,
    ),
    "full": AlertWords(
        "lock",
        "",
        ngettext_lazy("%(count)s batch is full", "%(count)s batches are full", "count"),
        _name_and_sibling,
        gettext_lazy("View batch"),
        batch_url,
    ),
    "ending": AlertWords(
        "flag",
        "",
        ngettext_lazy("%(count)s batch ends within two weeks", "%(count)s batches end within two weeks", "count"),
        _name_and_end,
        gettext_lazy("View batch"),
        batch_url,
    ),
}


def _alert_items(found: BatchOverview, advised: int) -> Iterator[ActionItem]:
    """An item for each kind of which there are any."""
    for key, alert in ALERTS.items():
        if count := found.counts[key]:
            shown = found.shown[key][:MOST_NAMED]
            names = [alert.name(batch) for batch in shown]
            if more := count - len(names):
                names.append(ngettext("%(count)s more", "%(count)s more", more) % {"count": group_digits(more)})
            url = alert.url(shown[0].pk) if count == 1 else watch_url(key)
            go = alert.go if count == 1 else _("View batches")
            title = alert.title % {"count": group_digits(count), "advised": advised}
            yield ActionItem(alert.icon, title, f"{get_text_list(names, _('and'))}.", alert.tone, url, go)
