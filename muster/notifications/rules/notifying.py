"""Telling people: rows in the transaction of what they are told of, mails after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from muster.accounts.models import User
from muster.core.database import atomic
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation
from muster.notifications.kinds import kind_of
from muster.notifications.models import Notification, NotificationChoice
from muster.notifications.rules.mailing import leave_to_the_background

MOST_TITLE = 200
_quiet: ContextVar[bool] = ContextVar("notifications_quiet", default=False)


@contextmanager
def quietly() -> Iterator[None]:
    """Tell nobody of what happens inside: for whole timetables that are taken over from elsewhere."""
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)


@atomic
def notify(*, by: Actor, to: Iterable[User], kind: str, title: str, text: str = "", url: str = "") -> int:
    """Tell people something, each the way they chose; answers how many are told. Part of the caller's transaction.

    Nobody is told of what they did themselves, nor somebody who is not active here; who has no password yet finds it
    in Muster later and gets no mail. `url` is a path of this installation. Locks nothing, and its statements do not
    grow with the people. Raises KeyError for a kind that no app declared.
    """
    declared = kind_of(kind)
    if url and (not url.startswith("/") or url.startswith("//")):
        raise ValueError(url)
    ids = {person.pk for person in to} - {by.user.pk if by.user else None}
    if not ids or _quiet.get():
        return 0
    people = Affiliation.objects.filter(
        institution=by.institution, user_id__in=ids, is_active=True, user__is_active=True
    ).select_related("user")
    chosen = {
        row.user_id: (row.in_app, row.mail)
        for row in NotificationChoice.objects.filter(institution=by.institution, kind=kind, user_id__in=ids)
    }
    rows = []
    for affiliation in people.order_by("user_id"):
        in_app, mail = chosen.get(affiliation.user_id, (declared.in_app, declared.mail))
        mail = mail and affiliation.user.has_come_in
        if in_app or mail:
            status = Notification.Mail.WAITING if mail else Notification.Mail.NONE
            rows.append(
                Notification(
                    institution=by.institution,
                    user_id=affiliation.user_id,
                    kind=kind,
                    title=title[:MOST_TITLE],
                    text=text,
                    url=url,
                    in_app=in_app,
                    mail_status=status,
                )
            )
    Notification.objects.bulk_create(rows)
    leave_to_the_background(row for row in rows if row.mail_status == Notification.Mail.WAITING)
    return len(rows)
