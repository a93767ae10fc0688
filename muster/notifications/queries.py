"""What was told to a person, how they want to be told, and which mails did not arrive."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from muster.institutions.access import Actor
from muster.institutions.models import Institution, Role
from muster.notifications.kinds import NotificationKind, kinds_for
from muster.notifications.models import Notification, NotificationChoice
from muster.notifications.permissions import notifications


@dataclass(frozen=True)
class KindChoice:
    """A kind and how the person is told of it."""

    kind: NotificationKind
    in_app: bool
    mail: bool


def inbox_of(actor: Actor, *, unread: bool = False) -> QuerySet[Notification]:
    """What stands in the actor's list, newest first."""
    rows = notifications.rows(actor).filter(in_app=True).order_by("-id")
    return rows.filter(read_at=None) if unread else rows


def unread_of(actor: Actor) -> int:
    """How much of it is unread."""
    return inbox_of(actor, unread=True).count()


def choices_of(actor: Actor) -> list[KindChoice]:
    """The kinds that the actor may be told of here, with their choice, or what holds without one."""
    # A platform administrator who does not belong here is told nothing here.
    offered = kinds_for(actor.roles - {Role.SUPER_ADMIN})
    if not offered or actor.user is None:
        return []
    rows = NotificationChoice.objects.filter(institution=actor.institution, user=actor.user)
    stored = {row.kind: (row.in_app, row.mail) for row in rows}
    return [KindChoice(kind, *stored.get(kind.key, (kind.in_app, kind.mail))) for kind in offered]


def failed_mails(institution: Institution) -> QuerySet[Notification]:
    """The notifications whose mail could not be sent, newest first."""
    rows = Notification.objects.filter(institution=institution, mail_status=Notification.Mail.FAILED)
    return rows.select_related("user").order_by("-id")


def mail_counts(institution: Institution) -> dict[str, int]:
    """How many mails of an institution are still `waiting` to be sent, and how many `failed`, in one statement."""
    open_ones = (Notification.Mail.WAITING, Notification.Mail.FAILED)
    counts: dict[str, int] = Notification.objects.filter(institution=institution, mail_status__in=open_ones).aggregate(
        waiting=Count("pk", filter=Q(mail_status=Notification.Mail.WAITING)),
        failed=Count("pk", filter=Q(mail_status=Notification.Mail.FAILED)),
    )
    return counts
