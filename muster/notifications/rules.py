"""Every write of notifications: telling, sending, reading, choosing, forgetting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from email.utils import parseaddr
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from muster.accounts.mails import Letter, MailSender, send
from muster.accounts.models import User
from muster.core.database import atomic
from muster.core.errors import FieldError, Invalid
from muster.core.isolation import only_in
from muster.core.site import link_to, link_to_path
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation
from muster.notifications.kinds import kind_of, opens_by_its_link
from muster.notifications.models import Notification, NotificationChoice
from muster.notifications.queries import choices_of, inbox_of

JOB = "notifications.send_mail"
MOST_TRIES = 8
# Longer than all tries together take; by then whoever was to send the mail is gone.
LOST_AFTER = timedelta(days=7)
MOST_ERROR = 500


class MailIsBeingSent(Exception):
    """Somebody else is sending this mail at this moment."""


def leave_to_the_background(rows: Iterable[Notification]) -> None:
    """One job for each mail, in one statement; they run after the commit and not without it."""
    jobs: list[dict[str, Any]] = [{"notification_id": str(row.pk)} for row in rows]
    if jobs:
        app.configure_task(JOB).batch_defer(*jobs)


def deliver(*, notification_id: str) -> None:
    """Send the mail of a notification, if it still waits. Bears being run again.

    While the mail server is asked, a lock on the mail's own word is held, and no row: reading goes on, and a second
    worker raises MailIsBeingSent. Raises what the mail server did while there are tries left; the last one, and a
    refusal that no other try would change, are kept with the notification instead.
    """
    with transaction.atomic():
        if not _claim_mail(notification_id):
            raise MailIsBeingSent(notification_id)
        waiting = Notification.objects.filter(pk=notification_id, mail_status=Notification.Mail.WAITING)
        row = waiting.select_related("user", "institution").first()
        if row is None:
            return
        error: Exception | None = None
        with only_in(row.institution_id):
            if not row.user.is_active or not _belongs(row):
                status = Notification.Mail.NONE
            else:
                status, error = _try_to_send(row)
            Notification.objects.filter(pk=row.pk).update(
                mail_status=status,
                mail_attempts=row.mail_attempts + 1,
                mail_tried_at=timezone.now(),
                mail_error=_sentence(error) if error else "",
            )
    if error is not None and status == Notification.Mail.WAITING:
        raise error


def _try_to_send(row: Notification) -> tuple[Notification.Mail, Exception | None]:
    try:
        with translation.override(settings.LANGUAGE_CODE):
            send(_letter(row))
    except Exception as error:  # whatever it was, it is kept for the administrator to see
        is_last = _is_final(error) or row.mail_attempts + 1 >= MOST_TRIES
        return (Notification.Mail.FAILED if is_last else Notification.Mail.WAITING), error
    return Notification.Mail.SENT, None


def _claim_mail(notification_id: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"mail:{notification_id}"])
        found = cursor.fetchone()
    return bool(found and found[0])


def _belongs(row: Notification) -> bool:
    return Affiliation.objects.filter(institution=row.institution_id, user=row.user_id, is_active=True).exists()


def _letter(row: Notification) -> Letter:
    kind, settings_url = kind_of(row.kind), link_to("notification-choices")
    notes, stop_url = [_("Change which emails you get: %(url)s") % {"url": settings_url}], ""
    if kind.stops is not None:
        stop_url = link_to_path(kind.stops(row))
        notes.insert(0, _("Stop this email: %(url)s") % {"url": stop_url})
    return Letter(
        to=row.user.email,
        greeting=_("Hello %(name)s,") % {"name": row.user.full_name},
        subject=row.title,
        # The subject alone often says who and what; a letter that is read in full says it too.
        paragraphs=[row.title, *filter(None, row.text.split("\n"))],
        place=MailSender(str(row.institution_id), row.institution.name),
        action=(_("Open in Muster"), _page_of(row)),
        notes=notes,
        # A mail that the server took twice, because the answer was lost, is known as one by this.
        message_id=f"<{row.pk}@{parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition('@')[2] or 'localhost'}>",
        calendar=kind.calendar(row) if kind.calendar else None,
        settings_url=stop_url or settings_url,
    )


def _page_of(row: Notification) -> str:
    return link_to_path(row.url) if opens_by_its_link(row.kind) else link_to("notification", notification_id=row.pk)


def _is_final(error: Exception) -> bool:
    """Whether the server refused this mail for good (5xx), rather than us, or for now (4xx)."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _words in error.recipients.values())
    return isinstance(error, SMTPDataError) and error.smtp_code >= 500


def _sentence(error: Exception) -> str:
    words: bytes | str
    if isinstance(error, SMTPRecipientsRefused) and error.recipients:
        code, words = next(iter(error.recipients.values()))
    elif isinstance(error, SMTPResponseException):
        code, words = error.smtp_code, error.smtp_error
    else:
        return (str(error) or type(error).__name__).replace("\x00", "")[:MOST_ERROR]
    said = words.decode(errors="replace") if isinstance(words, bytes) else str(words)
    return f"{code} {said}".replace("\x00", "")[:MOST_ERROR]


@atomic
def send_again(*, by: Actor) -> int:
    """Try the mails of the actor's institution that failed once more; answers how many. Locks those rows."""
    failed = Notification.objects.filter(institution=by.institution, mail_status=Notification.Mail.FAILED)
    rows = list(failed.order_by("id").select_for_update())
    Notification.objects.filter(pk__in=[row.pk for row in rows]).update(
        mail_status=Notification.Mail.WAITING, mail_attempts=0, mail_tried_at=None, mail_error=""
    )
    leave_to_the_background(rows)
    return len(rows)


def give_up_on_lost_mails() -> int:
    """Call those mails failed that have waited longer than all tries take; answers how many."""
    before = timezone.now() - LOST_AFTER
    lost = Notification.objects.filter(mail_status=Notification.Mail.WAITING, created_at__lt=before).exclude(
        mail_tried_at__gte=before
    )
    return lost.update(mail_status=Notification.Mail.FAILED)


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


def is_quiet() -> bool:
    """Whether nobody is told of anything at this moment."""
    return _quiet.get()


@atomic
def notify(
    *,
    by: Actor,
    to: Iterable[User],
    kind: str,
    title: str,
    text: str = "",
    url: str = "",
    about: UUID | None = None,
) -> int:
    """Tell people something, each the way they chose; answers how many are told. Part of the caller's transaction.

    Nobody is told of what they did themselves, nor somebody who is not active here; who has no password yet finds it
    in Muster later and gets no mail. `url` is a path of this installation, `about` the row of which
    the mail brings more. Locks nothing, and its statements do not
    grow with the people. Raises KeyError for a kind that no app declared.
    """
    declared = kind_of(kind)
    if url and (not url.startswith("/") or url.startswith("//")):
        raise ValueError(url)
    ids = {person.pk for person in to} - {by.user.pk if by.user else None}
    if not ids or is_quiet():
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
                    about=about,
                    in_app=in_app,
                    mail_status=status,
                )
            )
    Notification.objects.bulk_create(rows)
    leave_to_the_background(row for row in rows if row.mail_status == Notification.Mail.WAITING)
    return len(rows)


KEPT_AFTER_READING = timedelta(days=180)


@atomic
def mark_read(*, notification: Notification) -> Notification:
    """Note that it was read, now. Repeating changes nothing."""
    now = timezone.now()
    if Notification.objects.filter(pk=notification.pk, read_at=None).update(read_at=now, updated_at=now):
        notification.read_at = notification.updated_at = now
    return notification


@atomic
def mark_all_read(*, by: Actor) -> int:
    """Note that everything in the actor's list was read; answers how much of it was new. Locks those rows."""
    # In one order, so that two calls of the same person never wait for each other.
    rows = list(inbox_of(by, unread=True).order_by("id").select_for_update().values_list("pk", flat=True))
    now = timezone.now()
    return Notification.objects.filter(pk__in=rows).update(read_at=now, updated_at=now)


@atomic
def choose(*, by: Actor, choices: Mapping[str, tuple[bool, bool]]) -> None:
    """Store how the actor wants to be told: for each kind in the app, by e-mail. Kinds not named stay as they are.

    Locks the actor's choices. Raises Invalid for a kind that is not told to somebody with the actor's roles.
    """
    offered = {chosen.kind.key for chosen in choices_of(by)}
    if unknown := [kind for kind in choices if kind not in offered]:
        sentence = _("You don't receive this kind of notification.")
        raise Invalid(sentence, errors=[FieldError(kind, sentence) for kind in unknown])
    NotificationChoice.objects.bulk_create(
        [
            NotificationChoice(institution=by.institution, user=by.user, kind=kind, in_app=in_app, mail=mail)
            for kind, (in_app, mail) in sorted(choices.items())
        ],
        update_conflicts=True,
        unique_fields=["institution", "user", "kind"],
        update_fields=["in_app", "mail", "updated_at"],
    )


def forget_old() -> int:
    """Remove what was read half a year ago, and what was only ever a mail; answers how much."""
    before = timezone.now() - KEPT_AFTER_READING
    old = Notification.objects.filter(Q(read_at__lt=before) | Q(in_app=False, created_at__lt=before))
    return old.exclude(mail_status=Notification.Mail.WAITING).delete()[0]
