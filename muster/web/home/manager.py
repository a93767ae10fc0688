"""Home of whoever runs batches: what needs them now, today's meetings, batches to watch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.allocation.queries import waiting_cover
from muster.attendance.queries.missing import RegisterStates, register_states
from muster.batches.clashes import FreeInstructor
from muster.batches.models import Batch
from muster.batches.occurrences import occurrences_of
from muster.batches.permissions import batches
from muster.institutions.access import Actor
from muster.people.links import batch_url, batches_url
from muster.web.home.missing import missing_of
from muster.web.home.queries import Overview, Sibling, overview_of
from muster.web.home.today import links_to, sessions_of, today_of
from muster.web.home.words import days_ago, days_until, on_day
from muster.web.ui.components import Fact, Tab, Tone
from muster.web.ui.templatetags.muster import date_range

MOST_COVER = 3


@dataclass(frozen=True)
class ActionItem:
    """One thing that waits for the reader, with its way out: a lead to assign, or a page to go to."""

    icon: str
    title: str
    text: str
    tone: Tone = ""
    url: str = ""
    go: str = ""
    also_url: str = ""
    also: str = ""
    lead: FreeInstructor | None = None
    batch_id: UUID | None = None

    @property
    def assign_url(self) -> str:
        return reverse("home-lead", args=(self.batch_id,)) if self.lead else ""


@dataclass(frozen=True)
class BatchToWatch:
    """A batch in the list beside."""

    name: str
    url: str
    text: str
    batch: Batch
    pill: str = ""
    tone: Tone = ""
    note: str = ""


def manager_home(request: HttpRequest, actor: Actor, tabs: Sequence[Tab]) -> HttpResponse:
    """The page, in a number of statements that does not grow with the batches."""
    found = overview_of(actor)
    now = actor.now()
    meetings = occurrences_of(actor, batches.rows(actor), now.date(), now.date())
    standing = register_states(actor, sessions_of(meetings))
    needs = list(_needs(actor, found, standing))
    return render(
        request,
        "home/manager.html",
        {
            "tabs": tabs,
            "title": _title(needs, found),
            "needs": needs,
            # One solid button: the first instructor to assign, else the new batch.
            "solid": next((need for need in needs if need.lead), None),
            "begins": not found.counts["all"],
            "today": today_of(meetings, now, whole=request.GET.get("today") == "all", registers=links_to(standing.of)),
            "watch": _watch(actor, found),
            "total": found.counts["all"],
            "batches_url": batches_url(),
            "new_batch_url": reverse("batches:new"),
            "numbers": _numbers(found),
        },
    )


def _title(needs: Sequence[ActionItem], found: Overview) -> str:
    if not found.counts["all"]:
        return _("Welcome")
    if not needs:
        return _("You're all caught up")
    return ngettext("%(count)d item needs your attention", "%(count)d items need your attention", len(needs)) % {
        "count": len(needs)
    }


def _needs(actor: Actor, found: Overview, standing: RegisterStates) -> Iterator[ActionItem]:
    today = actor.today()
    urgent = [*found.shown["late"], *found.shown["unstaffed_soon"]][:3]
    for batch in urgent:
        yield _unstaffed_item(batch, found.free_leads.get(batch.pk, ()), today)
    more = found.counts["late"] + found.counts["unstaffed_soon"] - len(urgent)
    if more:
        yield ActionItem(
            "person-off",
            ngettext(
                "%(count)d more batch without a lead has started or starts within two weeks",
                "%(count)d more batches without a lead have started or start within two weeks",
                more,
            )
            % {"count": more},
            "",
            "bad",
            batches_url(instructor="none"),
            _("View all"),
        )
    yield from _not_taken(actor, standing)
    yield from _cover(actor)
    yield from _batches_unscheduled(found)
    yield from _batches_filling_slowly(actor, found)
    yield from _batches_full(found)
    yield from _batches_ending(found)


def _not_taken(actor: Actor, standing: RegisterStates) -> Iterator[ActionItem]:
    if missing := missing_of(actor, standing):
        yield ActionItem("reg", missing.title, missing.text, "bad", missing.url, missing.go)


def _cover(actor: Actor) -> Iterator[ActionItem]:
    """Instructors who are away and wait for a substitute, the soonest first."""
    for one in waiting_cover(actor, "settle")[:MOST_COVER]:
        words = {"name": one.instructor.full_name, "batch": one.batch.code}
        text = f"{date_range(one.first_date, one.last_date)}."
        if one.asked and one.can is not None:
            said = _("%(name)s can cover.") if one.can else _("%(name)s can't cover.")
            text = f"{text} {said % {'name': one.asked.full_name}}"
        yield ActionItem(
            "swap",
            _("%(name)s needs cover in %(batch)s") % words,
            text,
            "warn",
            reverse("cover:request", args=(one.pk,)),
            _("Find substitute"),
        )


def _unstaffed_item(batch: Batch, free: Sequence[FreeInstructor], today: date) -> ActionItem:
    start = batch.start_date or today
    if start <= today:
        title = _("%(batch)s started %(day)s without a lead") % {"batch": batch.name, "day": days_ago(start, today)}
    else:
        title = _("%(batch)s starts %(day)s and has no lead") % {"batch": batch.name, "day": on_day(start, today)}
    where = [batch.code, *([batch.branch.name] if batch.branch else [])]
    enrolled = ngettext("%(count)d enrolled", "%(count)d enrolled", batch.enrolled_students) % {
        "count": batch.enrolled_students
    }
    text = f"{', '.join([*where, enrolled])}. "
    staffing = reverse("batches:instructors", args=(batch.pk,))
    if not free:
        text += _("No one is free at all of its times.")
        return ActionItem("person-off", title, text, "bad", staffing, _("Find instructor"), batch_id=batch.pk)
    lead, others = free[0], len(free) - 1
    text += _said_of(lead)
    if not lead.fits:
        return ActionItem("person-off", title, text, "bad", staffing, _("Find instructor"), batch_id=batch.pk)
    return ActionItem(
        "person-off",
        title,
        text,
        "bad",
        also_url=staffing if others else "",
        also=ngettext("%(count)d other", "%(count)d others", others) % {"count": others},
        lead=lead,
        batch_id=batch.pk,
    )


def _said_of(lead: FreeInstructor) -> str:
    load = _("%(load)d of %(limit)d batches") % {"load": lead.active_batches, "limit": lead.limit}
    if not lead.fits:
        # The best of them all the same: something speaks against everybody who is free.
        against = ", ".join(dict.fromkeys(lead.against)) or _("already has %(load)s") % {"load": load}
        return _("%(name)s is free at all of its times, but: %(against)s.") % {"name": lead.name, "against": against}
    if lead.taught == 1:
        because = _("and has taught it once")
    elif lead.taught == 2:
        because = _("and has taught it twice")
    elif lead.taught:
        because = _("and has taught it %(count)d times") % {"count": lead.taught}
    else:
        because = _("and has %(load)s") % {"load": load}
    return _("%(name)s is free at all of its times %(because)s.") % {"name": lead.name, "because": because}


def _batches_unscheduled(found: Overview) -> Iterator[ActionItem]:
    count, shown = found.counts["no_slots"], found.shown["no_slots"]
    if count:
        yield ActionItem(
            "cal",
            ngettext("%(count)d batch has no weekly schedule", "%(count)d batches have no weekly schedule", count)
            % {"count": count},
            _name_list((_batch_name(batch) for batch in shown), count),
            "warn",
            reverse("batches:edit", args=(shown[0].pk,)) if count == 1 else batches_url(),
            _("Add schedule") if count == 1 else _("View batches"),
        )


def _batches_filling_slowly(actor: Actor, found: Overview) -> Iterator[ActionItem]:
    count, shown = found.counts["slow"], found.shown["slow"]
    if count:
        advised = actor.institution.advised_size_min
        yield ActionItem(
            "seat",
            ngettext(
                "%(count)d batch starts within 30 days with fewer than %(advised)d students",
                "%(count)d batches start within 30 days with fewer than %(advised)d students",
                count,
            )
            % {"count": count, "advised": advised},
            _name_list(
                (
                    _("%(batch)s (%(held)d of %(seats)d)")
                    % {"batch": _batch_name(batch), "held": batch.seats_held, "seats": batch.capacity or 0}
                    for batch in shown
                ),
                count,
            ),
            "warn",
            batch_url(shown[0].pk) if count == 1 else batches_url(starts="soon"),
            _("Enroll students") if count == 1 else _("View batches"),
        )


def _batches_full(found: Overview) -> Iterator[ActionItem]:
    count, shown = found.counts["full"], found.shown["full"]
    if count:
        said = []
        for batch in shown[:3]:
            sibling = found.siblings.get(batch.pk)
            said.append(f"{_batch_name(batch)} ({_seats_in(sibling)})" if sibling else _batch_name(batch))
        yield ActionItem(
            "lock",
            ngettext("%(count)d batch is full", "%(count)d batches are full", count) % {"count": count},
            _name_list(said, count),
            "",
            batch_url(shown[0].pk) if count == 1 else batches_url(seats="full"),
            _("View batch") if count == 1 else _("View batches"),
        )


def _seats_in(sibling: Sibling) -> str:
    return ngettext("%(count)d seat in %(code)s", "%(count)d seats in %(code)s", sibling.seats) % {
        "count": sibling.seats,
        "code": sibling.code,
    }


def _batches_ending(found: Overview) -> Iterator[ActionItem]:
    count, shown = found.counts["ending"], found.shown["ending"]
    if count:
        yield ActionItem(
            "flag",
            ngettext("%(count)d batch ends within two weeks", "%(count)d batches end within two weeks", count)
            % {"count": count},
            _name_list(
                (
                    _("%(batch)s on %(day)s")
                    % {"batch": _batch_name(batch), "day": date_format(batch.end_date, "j F") if batch.end_date else ""}
                    for batch in shown
                ),
                count,
            ),
            "",
            batch_url(shown[0].pk) if count == 1 else batches_url(status="Active"),
            _("View batch") if count == 1 else _("View batches"),
        )


def _batch_name(batch: Batch) -> str:
    return f"{batch.name}, {batch.code}" if len(batch.name) < 30 else batch.code


def _name_list(said: Iterable[str], count: int) -> str:
    """Names in one sentence, with the number of those that are not named."""
    words = list(said)
    if count > len(words):
        words.append(ngettext("%(count)d more", "%(count)d more", count - len(words)) % {"count": count - len(words)})
    return f"{get_text_list(words, _('and'))}."


def _numbers(found: Overview) -> list[Fact]:
    counts = found.counts
    free = counts["seats"] - counts["held"]
    return [
        Fact(_("Active batches"), counts["active"], url=batches_url(status="Active")),
        Fact(_("Upcoming batches"), counts["upcoming"], url=batches_url(status="Upcoming")),
        Fact(_("Seats taken"), counts["enrolled"]),
        Fact(_("Seats free"), max(0, free), url=batches_url(seats="free")),
    ]


def _watch(actor: Actor, found: Overview) -> dict[str, Any]:
    today = actor.today()
    advised = actor.institution.advised_size_min
    unstaffed = [*found.shown["late"], *found.shown["unstaffed"]]
    without_lead = []
    for batch in unstaffed:
        start = batch.start_date or today
        where = f", {batch.branch.name}" if batch.branch else ""
        when = _("Started %(day)s%(where)s") if start <= today else _("Starts %(day)s%(where)s")
        without_lead.append(
            BatchToWatch(
                batch.name,
                batch_url(batch.pk),
                when % {"day": date_format(start, "D j M"), "where": where},
                batch,
                days_until(start, today),
                "bad" if (start - today).days <= 14 else "warn",
            )
        )
    filling = [
        BatchToWatch(
            batch.name,
            batch_url(batch.pk),
            date_format(batch.start_date, "j M") if batch.start_date else "",
            batch,
            note=_short_of(batch, advised),
        )
        for batch in found.shown["filling"]
    ]
    full = []
    for batch in found.shown["full"]:
        sibling = found.siblings.get(batch.pk)
        full.append(
            BatchToWatch(
                batch.name,
                batch_url(batch.pk),
                _("%(code)s, %(held)d / %(seats)d")
                % {"code": batch.code, "held": batch.seats_held, "seats": batch.capacity or 0},
                batch,
                note=_seats_in(sibling) if sibling else "",
            )
        )
    return {
        "without_lead": without_lead,
        "without_lead_count": found.counts["late"] + found.counts["unstaffed"],
        "filling": filling,
        "filling_count": found.counts["filling"],
        "full": full,
        "full_count": found.counts["full"],
    }


def _short_of(batch: Batch, advised: int) -> str:
    missing = advised - batch.seats_held
    if missing <= 0:
        return ""
    return _("%(count)d below the recommended %(advised)d") % {"count": missing, "advised": advised}
