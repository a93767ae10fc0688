"""Messages that staff write to students: what was written, by whom, and to whom."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from muster.batches.models import Batch
from muster.batches.triggers import batch_is_open
from muster.core.history import tracked
from muster.core.ids import new_id
from muster.core.ownership import only_added_to
from muster.core.text import Line, ShortLines
from muster.institutions.models import (
    InstitutionPart,
    InstitutionRow,
    one_key,
    owned_key,
    person_of_institution,
    same_institution,
)
from muster.timetable.triggers import after_statement

MOST_SUBJECT, MOST_TEXT = 150, 4000


@only_added_to
@tracked(exclude=("text", "once"), part_of="batch")
class Message(InstitutionRow):
    """Plain text to students: to a batch, or to those who were chosen. What was sent stays as it was written."""

    batch = owned_key(Batch, null=True, blank=True, related_name="messages", db_index=False)
    subject = Line(_("subject"), max_length=MOST_SUBJECT)
    text = ShortLines(_("message"), max_length=MOST_TEXT)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    # Of what the form came with and its words: sent as it was, it is one message, however often it arrives.
    once = models.UUIDField(default=new_id, editable=False)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints: ClassVar = [
            one_key("message"),
            same_institution("message", "batch", "batches.Batch"),
            models.UniqueConstraint(fields=["institution", "sent_by", "once"], name="a_message_is_sent_once"),
            models.CheckConstraint(condition=~Q(subject="") & ~Q(text=""), name="message_says_something"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["batch", "-created_at"], name="message_by_batch"),
            models.Index(fields=["institution", "-created_at"], name="message_by_time"),
        ]
        triggers: ClassVar = [batch_is_open("archived_message_is_frozen")]
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.subject


recipients_are_of_an_open_batch = after_statement(
    "recipients_are_of_an_open_batch",
    pgtrigger.Insert,
    """
        PERFORM muster_must_be_open_batches(ARRAY(
            SELECT DISTINCT batch_id FROM messaging_message WHERE id IN (SELECT message_id FROM new_rows)
        ));
    """,
)


@only_added_to
class MessageRecipient(InstitutionPart):
    """One student to whom a message was sent."""

    message = owned_key(Message, related_name="recipients", db_index=False)
    user = owned_key(settings.AUTH_USER_MODEL, related_name="+")

    class Meta:
        constraints: ClassVar = [
            same_institution("message_recipient", "message", "messaging.Message"),
            person_of_institution("message_recipient", "user"),
            models.UniqueConstraint(fields=["message", "user"], name="a_message_reaches_a_person_once"),
        ]
        triggers: ClassVar = [recipients_are_of_an_open_batch]
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.message_id} to {self.user_id}"
