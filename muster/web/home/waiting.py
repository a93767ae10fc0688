"""The requests that have waited longest for the reader, as the home pages show them beside the whole inbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Value
from django.http import HttpRequest
from django.urls import reverse

from muster.institutions.access import Actor
from muster.web.home.header_counts import numbers_waiting
from muster.web.home.requests import KINDS, AwaitedDecision

MOST_SHOWN = 4


@dataclass(frozen=True)
class WaitingCard:
    """The longest waiting of all kinds, how many there are, and where all of them stand."""

    rows: Sequence[AwaitedDecision]
    total: int
    url: str


def waiting_card(request: HttpRequest, actor: Actor) -> WaitingCard:
    """What the home pages show. A statement over all kinds of which there are any, and one for each that is shown."""
    mine = [kind for kind in KINDS if kind.permission.may(actor)]
    numbers = numbers_waiting(request)
    lines = [
        kind.rows(actor).order_by().values_list("created_at", "pk", Value(place))
        for place, (kind, number) in enumerate(zip(mine, numbers, strict=True))
        if number
    ]
    first: Any = lines[0].union(*lines[1:], all=True).order_by("created_at", "pk")[:MOST_SHOWN] if lines else []
    found = [(pk, mine[place]) for _asked, pk, place in first]
    told: dict[Any, AwaitedDecision] = {}
    for kind in dict.fromkeys(kind for _pk, kind in found):
        rows = kind.rows(actor).filter(pk__in=[pk for pk, one in found if one is kind])
        told |= {row.pk: kind.told(actor, row) for row in rows}
    # What was decided in between is no longer there.
    shown = [told[pk] for pk, _kind in found if pk in told]
    return WaitingCard(shown, sum(numbers), reverse("requests"))
