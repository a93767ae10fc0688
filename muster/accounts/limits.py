"""How often signing in may fail, and how often strangers may apply and look.

Pages and API count together, what matters in the cache that all processes share.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID

from allauth.core.internal import ratelimit
from django.core.cache import cache, caches
from django.http import HttpRequest

from muster.accounts.errors import TooManyLooks
from muster.core.errors import DomainError

APP = "allauth.account"
A_MINUTE = 60


class Left(NamedTuple):
    """What is left of a limit: how many in the time, how many of them, and the seconds until there are more."""

    limit: int
    remaining: int
    reset: int


def consume_attempt(request: HttpRequest, action: str, key: str | None = None) -> ratelimit.RateLimitUsage | None:
    """Count one attempt; None when that is one too many. What was counted can be rolled back."""
    usage: ratelimit.RateLimitUsage | None = ratelimit.consume(request, app=APP, action=action, key=key)
    _keep_narrowest(request, action, key)
    return usage


def _keep_narrowest(request: HttpRequest, action: str, key: str | None) -> None:
    """Keep with the request what is left of the limit that will be reached first: `rate_limit`, for its answer."""
    for rate in ratelimit.get_rates(app=APP, action=action):
        if rate.per == "key" and key is None:
            continue
        history = cache.get(ratelimit.get_cache_key(request, app=APP, action=action, rate=rate, key=key), [])
        reset = math.ceil(history[-1] + rate.duration - time.time()) if history else 0
        found = Left(rate.amount, max(0, rate.amount - len(history)), max(0, reset))
        known: Left | None = getattr(request, "rate_limit", None)
        if known is None or found.remaining < known.remaining:
            request.rate_limit = found  # type: ignore[attr-defined]


def seconds_to_wait(request: HttpRequest, action: str, key: str | None = None) -> int:
    """How long until the next attempt is counted as the first one again."""
    waits = [1]
    for rate in ratelimit.get_rates(app=APP, action=action):
        if rate.per == "key" and key is None:
            continue
        history = cache.get(ratelimit.get_cache_key(request, app=APP, action=action, rate=rate, key=key), [])
        if len(history) >= rate.amount:
            waits.append(math.ceil(history[-1] + rate.duration - time.time()))
    return max(waits)


MOST_LOOKS = 300


def count_look(request: HttpRequest) -> None:
    """Count a look at a public page, in this process. Raises TooManyLooks beyond `MOST_LOOKS` from one address in a
    minute."""
    _count("looks", request, MOST_LOOKS)


def _count(what: str, request: HttpRequest, most: int) -> None:
    counts, key = caches["memory"], f"{what}:{ratelimit.get_ip(request)}:{int(time.time() // A_MINUTE)}"
    counts.add(key, 0, 2 * A_MINUTE)
    if counts.incr(key) > most:
        raise TooManyLooks(A_MINUTE)


MOST_REPORTS = 20


def count_report(request: HttpRequest) -> None:
    """Count a report of somebody's browser, in this process. Raises TooManyLooks beyond `MOST_REPORTS` from one address
    in a minute."""
    _count("reports", request, MOST_REPORTS)


@contextmanager
def counted_application(request: HttpRequest, institution_id: UUID, email: str) -> Iterator[None]:
    """Count an application of a stranger, by address and by e-mail; one that is refused does not count.

    Raises TooManyLooks.
    """
    key = f"{institution_id}:{email.strip().lower()}"
    usage = consume_attempt(request, "apply", key)
    if usage is None:
        raise TooManyLooks(seconds_to_wait(request, "apply", key))
    try:
        yield
    except DomainError:
        usage.rollback()
        raise
