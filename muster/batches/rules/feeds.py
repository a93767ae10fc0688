"""Calendar feeds: made, fetched, revoked."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.batches.models import Batch, CalendarFeed
from muster.core.database import atomic
from muster.core.errors import Conflict, Invalid
from muster.core.isolation import across_institutions
from muster.institutions.access import Actor
from muster.institutions.sign_in import digest_of

FEEDS_AT_MOST = 50
# How exactly it is told when a link was last used; each fetch would be a write otherwise.
USE_IS_TOLD_EVERY = timedelta(minutes=15)


@atomic
def make_feed(
    *, by: Actor, kind: str, batch: Batch | None = None, instructor: User | None = None
) -> tuple[CalendarFeed, str]:
    """A calendar link for the actor, and its secret, which is told this once.

    That they may see the batch is the caller's to ask. Locks nothing. Raises Invalid, and Conflict when the person has
    too many.
    """
    owner = by.user
    assert owner is not None  # noqa: S101 - the house itself reads no calendars
    if kind not in CalendarFeed.Kind.values:
        known = ", ".join(CalendarFeed.Kind.values)
        raise Invalid(_("Choose one of these kinds: %(known)s.") % {"known": known}, field="kind")
    if kind == CalendarFeed.Kind.BATCH and batch is None:
        raise Invalid(_("Choose the batch."), field="cohort_id")
    if kind == CalendarFeed.Kind.INSTRUCTOR and instructor is None:
        raise Invalid(_("Choose the instructor."), field="instructor_id")
    mine = CalendarFeed.objects.filter(user=owner, institution=by.institution, revoked_at__isnull=True)
    if mine.count() >= FEEDS_AT_MOST:
        words = _("You have %(count)d calendar links, the maximum. Revoke one you no longer use.")
        raise Conflict(words % {"count": FEEDS_AT_MOST}, code="too_many_feeds")
    secret = secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(
        institution=by.institution,
        user=owner,
        kind=kind,
        batch=batch if kind == CalendarFeed.Kind.BATCH else None,
        instructor=instructor if kind == CalendarFeed.Kind.INSTRUCTOR else None,
        digest=digest_of(secret),
    )
    return feed, secret


def revoke_feed(*, feed: CalendarFeed) -> None:
    """End a calendar link; repeating changes nothing."""
    CalendarFeed.objects.filter(pk=feed.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())


@across_institutions("a secret opens it")
def feed_behind(secret: str) -> CalendarFeed | None:
    """The feed that a secret opens, with its use noted; None for a wrong or revoked one."""
    rows = CalendarFeed.objects.filter(digest=digest_of(secret), revoked_at__isnull=True)
    feed = rows.select_related("user", "institution", "batch", "instructor").order_by().first()
    if feed is not None:
        now = timezone.now()
        rows.filter(Q(last_read_at__isnull=True) | Q(last_read_at__lt=now - USE_IS_TOLD_EVERY)).update(last_read_at=now)
    return feed
