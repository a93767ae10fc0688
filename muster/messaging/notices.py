"""How students learn of a message: in Muster, and by mail unless they turned that off."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts.models import User
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES
from muster.messaging.models import Message
from muster.notifications.kinds import NotificationKind, register_kind
from muster.notifications.rules import notify

MESSAGE = "message"

register_kind(
    NotificationKind(
        MESSAGE,
        gettext_lazy("Someone writes to me"),
        frozenset(map(str, STUDENT_ROLES)),
        gettext_lazy("A message from an instructor, or from the institution."),
    )
)


def tell_message(by: Actor, message: Message, people: Iterable[User]) -> None:
    """Tell each of the people, once."""
    sender = [_("From %(name)s.") % {"name": by.user.full_name}] if by.user else []
    notify(
        by=by,
        to=people,
        kind=MESSAGE,
        title=message.subject,
        text="\n".join([message.text, *sender]),
        url=reverse("messaging:message", args=[message.pk]),
    )
