"""What is told to whom, and how each person wants to be told."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from muster.core.text import Line, Lines
from muster.institutions.models import InstitutionPart, owned_key, person_of_institution


class Notification(InstitutionPart):
    """Something told to one person, written in the transaction of what it tells of.

    It is the outbox too: a row whose mail is waiting is a mail to be sent.
    """

    class Mail(models.TextChoices):
        NONE = "none", _("not by email")
        WAITING = "waiting", _("waiting to be sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    user = owned_key(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = Line(_("kind"), max_length=60)
    title = Line(_("title"), max_length=200)
    text = Lines(_("text"), blank=True)
    url = models.CharField(_("address"), max_length=300, blank=True)
    # The row that it is about, where its mail brings something that is made of that.
    about = models.UUIDField(null=True, editable=False)
    in_app = models.BooleanField(_("shown in Muster"), default=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    mail_status = models.CharField(_("mail"), max_length=10, choices=Mail, default=Mail.NONE)
    mail_attempts = models.PositiveSmallIntegerField(_("attempts to send the mail"), default=0)
    mail_tried_at = models.DateTimeField(_("last attempt"), null=True, blank=True)
    mail_error = models.TextField(_("last error"), blank=True)

    class Meta:
        constraints: ClassVar = [
            person_of_institution("notification", "user"),
            models.CheckConstraint(
                condition=Q(mail_status__in=["none", "waiting", "sent", "failed"]), name="notification_mail_is_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["institution", "user", "-id"], condition=Q(in_app=True), name="notification_inbox"),
            models.Index(
                fields=["institution", "user"],
                condition=Q(in_app=True, read_at__isnull=True),
                name="notification_unread",
            ),
            models.Index(
                fields=["institution", "mail_status"],
                condition=Q(mail_status__in=["waiting", "failed"]),
                name="notification_mail_open",
            ),
        ]
        # Ids sort by the time they were made.
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.title


class NotificationChoice(InstitutionPart):
    """How one person wants to be told of one kind; without a row, as the kind says."""

    user = owned_key(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = Line(_("kind"), max_length=60)
    in_app = models.BooleanField(_("in Muster"))
    mail = models.BooleanField(_("by email"))

    class Meta:
        constraints: ClassVar = [
            person_of_institution("notification_choice", "user"),
            models.UniqueConstraint(
                fields=["institution", "user", "kind"], name="one_notification_choice_for_each_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"
