"""Reads around messages."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, Func, IntegerField, OuterRef, QuerySet, Subquery

from muster.accounts.models import User, by_family_name
from muster.institutions.access import Actor
from muster.messaging.models import Message, MessageRecipient
from muster.messaging.permissions import messages


def messages_in_full(actor: Actor, rows: QuerySet[Message]) -> QuerySet[Message]:
    """The messages with sender and batch, with `reached`, how many people they went to, and with whether the actor
    `may_act`: know to whom; the newest first."""
    people = MessageRecipient.objects.filter(message=OuterRef("pk")).order_by()
    count = people.annotate(number=Func(F("pk"), function="count")).values("number")
    return (
        messages.with_rights(actor, "see_recipients", rows)
        .select_related("sent_by", "batch")
        .annotate(reached=Subquery(count, IntegerField()))
        .order_by("-created_at", "-pk")
    )


def messages_seen_by(actor: Actor) -> QuerySet[Message]:
    """The messages that the actor may read, in full."""
    return messages_in_full(actor, messages.rows(actor))


def messages_to(actor: Actor, student_id: UUID) -> QuerySet[Message]:
    """What was written to a student, as far as the actor is, or may know, who received it, in full."""
    received = MessageRecipient.objects.filter(user=student_id)
    is_own = actor.user is not None and actor.user.pk == student_id
    rows = messages.rows(actor, "see" if is_own else "see_recipients")
    return messages_in_full(actor, rows.filter(pk__in=received.values("message")))


def recipients_of(message: Message) -> QuerySet[User]:
    """To whom a message went, by name."""
    return User.objects.filter(pk__in=message.recipients.values("user")).order_by(by_family_name(), "pk")
