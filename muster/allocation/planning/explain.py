"""The words of a plan: why somebody is proposed, and why for some there is nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from muster.allocation.planning.inputs import PlanningInput
from muster.allocation.planning.problem import NOBODY, DatedHour, StaffingProblem, bits
from muster.allocation.scoring import Suggestion, parts_of
from muster.core.weekdays import Weekday

# How many people are named where nobody could be proposed.
MOST_NAMED = 5


def reasons_for(situation: PlanningInput, wanted: int, person: int) -> list[dict[str, Any]]:
    """Each part of the score, with its words, the weightiest first."""
    need, who = situation.wanted[wanted].need, situation.people[person]
    return reasons_of(Suggestion(who, need, parts_of(need, who), situation.weights))


def reasons_of(suggestion: Suggestion) -> list[dict[str, Any]]:
    """The parts of a suggestion as they are stored and sent."""
    return [
        {
            "kind": part.kind,
            "label": part.label,
            "points": part.percent,
            "weight": part.weight,
            "reason": part.sentence,
            "speaks": part.speaks,
        }
        for part in suggestion.parts
    ]


def why_nobody(situation: PlanningInput, problem: StaffingProblem, chosen: Sequence[int], wanted: int) -> list[str]:
    """Why the plan proposes nobody: first in numbers, then of those who would suit best, each by name."""
    if not situation.people:
        return [_("There are no active instructors yet.")]
    zone = situation.wanted[wanted].need.zone
    if wanted in situation.overlaps.itself:
        one, other = situation.overlaps.itself[wanted]
        return [
            _("Its weekly slots overlap, so one person can't lead it: %(one)s and %(other)s.")
            % {"one": hour_in_words(one, zone), "other": hour_in_words(other, zone)}
        ]
    held = [0] * len(situation.people)
    for number, person in enumerate(chosen):
        if person != NOBODY:
            held[person] |= 1 << number
    found: dict[str, list[tuple[int, int, str]]] = {}
    for person, who in enumerate(situation.people):
        kind, words = _why_not(situation, problem, held[person], wanted, person, zone)
        found.setdefault(kind, []).append((-situation.score(wanted, person), person, f"{who.name} {words}"))
    named = sorted(row for rows in found.values() for row in rows)[:MOST_NAMED]
    counts = ", ".join(SUMMED[kind] % {"count": len(found[kind])} for kind in SUMMED if kind in found)
    return [f"{capfirst(counts)}.", *(f"{words}." for _score, _person, words in named)]


def _why_not(
    situation: PlanningInput, problem: StaffingProblem, held: int, wanted: int, person: int, zone: tzinfo
) -> tuple[str, str]:
    who = situation.people[person]
    busy = situation.overlaps.busy[wanted].get(person)
    if busy is not None:
        return "busy", _("is busy on %(hour)s") % {"hour": hour_in_words(busy, zone)}
    carries, limit = situation.carries(who), situation.limit(who)
    if situation.keep_to_limits and carries >= limit:
        return "limit", _("is at their limit, %(carries)d of %(limit)d") % {"carries": carries, "limit": limit}
    score = situation.score(wanted, person)
    if score < situation.least_score:
        return "score", _("scores %(score)d, below the minimum of %(least)d") % {
            "score": score,
            "least": situation.least_score,
        }
    for other in bits(held & problem.excluded[wanted]):
        return "needed", _("is proposed for %(batch)s at that time") % {"batch": situation.wanted[other].need.name}
    if held:
        number = held.bit_count()
        more = ngettext("is proposed for %(count)d other", "is proposed for %(count)d others", number)
        return "full", f"{more % {'count': number}}, {_('and has no capacity left')}"
    return "other", _("is not available")


SUMMED = {
    "busy": ngettext_lazy(
        "%(count)d instructor is busy during one of its slots",
        "%(count)d instructors are busy during one of its slots",
        "count",
    ),
    "limit": ngettext_lazy(
        "%(count)d instructor is at their limit", "%(count)d instructors are at their limit", "count"
    ),
    "needed": ngettext_lazy(
        "%(count)d instructor is proposed elsewhere at that time",
        "%(count)d instructors are proposed elsewhere at that time",
        "count",
    ),
    "full": ngettext_lazy(
        "%(count)d instructor reaches their limit in this plan",
        "%(count)d instructors reach their limit in this plan",
        "count",
    ),
    "score": ngettext_lazy(
        "%(count)d instructor is below the minimum score", "%(count)d instructors are below the minimum score", "count"
    ),
    "other": ngettext_lazy("%(count)d instructor is not available", "%(count)d instructors are not available", "count"),
}


def hour_in_words(meeting: DatedHour, zone: tzinfo) -> str:
    """The weekly hour of a meeting, at the clock of a place."""
    start, end = datetime.fromtimestamp(meeting.start, zone), datetime.fromtimestamp(meeting.end, zone)
    words = {"day": Weekday(start.isoweekday()).label, "start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
    return _("%(day)s %(start)s to %(end)s") % words
