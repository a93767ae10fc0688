"""What the frame of every page counts for the reader: notices not read yet, and requests to decide. One statement."""

from __future__ import annotations

import functools
from typing import Any, cast

from django.db.models import F, Func, IntegerField, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse

from muster.core.compiled import Compiled
from muster.institutions.access import Actor, ActorShape
from muster.institutions.models import Institution
from muster.notifications.queries import inbox_of
from muster.web.home.requests import waiting_requests
from muster.web.requests import ActorRequest
from muster.web.ui.shell import Bell

NAMES = tuple(f"number_{place}" for place in range(20))


def bell(request: HttpRequest) -> Bell:
    """The button of the top bar."""
    return Bell(reverse("notifications"), _counts_of(request)[0])


def requests_waiting(request: HttpRequest) -> int:
    """How many requests the reader has to decide."""
    return sum(numbers_waiting(request))


def numbers_waiting(request: HttpRequest) -> tuple[int, ...]:
    """The same of each kind that they decide."""
    return _counts_of(request)[1:]


def _counts_of(request: HttpRequest) -> tuple[int, ...]:
    # Asked for once by the navigation and once by the bell of the same page.
    found: tuple[int, ...] | None = getattr(request, "_awaiting", None)
    if found is None:
        found = unread_and_waiting(cast("ActorRequest", request).actor)
        request._awaiting = found  # type: ignore[attr-defined]
    return found


def unread_and_waiting(actor: Actor) -> tuple[int, ...]:
    """How many notices the actor has not read, then of each kind how many requests wait for their decision."""
    counted = _counting(actor.shape).one(**actor.particulars)
    return tuple(counted.__dict__[name] for name in NAMES if name in counted.__dict__)


@functools.lru_cache(maxsize=4096)
def _counting(shape: ActorShape) -> Compiled[Institution]:
    """The statement for all actors of a shape: every page asks it, and building it costs more than its answer."""

    def build(**samples: Any) -> QuerySet[Institution]:
        actor = shape.stand_in(**samples)
        rows = [inbox_of(actor, unread=True), *waiting_requests(actor)]
        numbers = dict(zip(NAMES, map(_number_of, rows), strict=False))
        return Institution.objects.filter(pk=actor.institution.pk).only("pk").annotate(**numbers)

    return Compiled(build, asks_all=False, **shape.samples)


def _number_of(rows: QuerySet[Any]) -> Subquery:
    """How many rows there are, inside another statement."""
    return Subquery(rows.order_by().annotate(number=Func(F("pk"), function="count")).values("number"), IntegerField())
