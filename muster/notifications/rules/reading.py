"""Reading, choosing, forgetting."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.core.database import atomic
from muster.core.errors import FieldError, Invalid
from muster.institutions.access import Actor
from muster.notifications.models import Notification, NotificationChoice
from muster.notifications.queries import choices_of, inbox_of

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
