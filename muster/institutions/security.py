"""The security log: what happened to sign-ins and left the institution, written beside what it tells of."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from muster.accounts.models import User
from muster.core.database import atomic, lock_word
from muster.core.isolation import across_institutions
from muster.institutions.access import Actor
from muster.institutions.errors import TooManyThisHour
from muster.institutions.models import SecurityEvent

log = structlog.get_logger(__name__)
Kind = SecurityEvent.Kind

# What one person may do in an hour: far more than work needs, far less than somebody who empties an institution.
MOST_IN_AN_HOUR = {Kind.EXPORTED: settings.MUSTER_EXPORTS_AN_HOUR, Kind.INVITED: 100}
REFUSALS_AN_HOUR = 20


def note_event(*, by: Actor, kind: str, person: User | None = None, detail: str = "") -> SecurityEvent:
    """Write down what the actor did, to somebody else where a person is named."""
    about = person or by.user
    return SecurityEvent.objects.create(
        institution=by.institution,
        kind=kind,
        # A platform administrator belongs to no institution.
        person=about if about is not None and about.home == by.institution.pk else None,
        name=about.full_name if about is not None else "",
        done_by=by.user,
        done_by_name=by.history_name,
        detail=detail[:200],
        address=caller_address(),
    )


def note_of_account(*, account: User, kind: str, detail: str = "") -> None:
    """Write down what happened to a sign-in, in each institution that it opens."""
    behind = User.objects.behind(account.account or account).filter(affiliations__is_active=True)
    with across_institutions("what happens to a sign-in is told to each institution that it opens"):
        SecurityEvent.objects.bulk_create(
            SecurityEvent(
                institution_id=person.home,
                kind=kind,
                person=person,
                name=person.full_name,
                detail=detail[:200],
                address=caller_address(),
            )
            for person in behind
            if person.home
        )


def note_failure(*, email: str, detail: str = "") -> None:
    """Write down that somebody failed to sign in, in the log of the system too. Of an email that nobody has, that keeps
    a word by which it is known again, and not the email."""
    account = User.objects.sign_in_of(email)
    if account is not None:
        log.warning("sign_in_failed", account=str(account.pk))
        note_of_account(account=account, kind=Kind.SIGN_IN_FAILED, detail=detail)
    else:
        known_by = salted_hmac("muster.security.email", email.strip().lower(), algorithm="sha256").hexdigest()[:16]
        log.warning("sign_in_failed", unknown_email=known_by)


@atomic
def note_limited(*, by: Actor, kind: Kind, person: User | None = None, detail: str = "") -> None:
    """Write down what a person may do so often in an hour. Locks on the doer, so that none slips through beside
    another. Raises TooManyThisHour."""
    if by.user is None:
        return
    lock_word("security", kind, by.user.pk)
    done = _in_the_last_hour(by, kind)
    if done.count() >= MOST_IN_AN_HOUR[kind]:
        raise TooManyThisHour(kind, MOST_IN_AN_HOUR[kind])
    note_event(by=by, kind=kind, person=person, detail=detail)


def note_export(*, by: Actor, name: str) -> None:
    """Write down that the actor takes a list out. Raises TooManyThisHour."""
    note_limited(by=by, kind=Kind.EXPORTED, detail=name)


def note_refusal(*, by: Actor, what: str) -> None:
    """Write down what the actor asked for and may not; a few an hour, which is enough to be noticed."""
    if by.user is not None and _in_the_last_hour(by, Kind.REFUSED).count() < REFUSALS_AN_HOUR:
        note_event(by=by, kind=Kind.REFUSED, detail=what)


def _in_the_last_hour(by: Actor, kind: str) -> QuerySet[SecurityEvent]:
    begin = timezone.now() - timedelta(hours=1)
    return SecurityEvent.objects.filter(done_by=by.user, kind=kind, created_at__gt=begin).order_by()


def caller_address() -> str:
    """From where the request in hand came, as the log says it."""
    return str(structlog.contextvars.get_contextvars().get("ip") or "")[:45]
