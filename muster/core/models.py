"""What every table has, and the tables of the house itself."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.encoding import force_str

from muster.core.ids import new_id
from muster.core.ownership import kept_by_triggers
from muster.core.triggers import refusing_trigger


class Row(models.Model):
    """A table with a UUIDv7 key and the two times that the API shows as `createdAt` and `updatedAt`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        abstract = True

    def _get_FIELD_display(self, field: models.Field[Any, Any]) -> Any:  # noqa: N802 - Django's name
        # Django makes a dictionary of the choices for each word, which in a list costs more than the row.
        value = getattr(self, field.attname)
        return force_str(_words_of(field).get(value, value), strings_only=True)


@cache
def _words_of(field: models.Field[Any, Any]) -> dict[Any, Any]:
    return dict(field.flatchoices)


@kept_by_triggers
class AuditEntry(models.Model):
    """What happened to one row: written by the trigger of its table (`muster_audit`), and never changed.

    A row that came has no `before`, one that went no `after`; of one that changed both hold the columns that did.
    Without a use case somebody wrote straight in the database.
    """

    at = models.DateTimeField()
    # Whose the row is, and the row that it is part of.
    owner_id = models.UUIDField(null=True)
    table_name = models.CharField(max_length=63)
    row_id = models.UUIDField()
    part_of = models.UUIDField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    by_id = models.UUIDField(null=True)
    by_name = models.TextField()
    use_case = models.TextField()
    # What one call did belongs together; without a call, what one use case did.
    request = models.TextField(null=True)
    # What else is known, such as a reason.
    facts = models.JSONField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["row_id", "at"], name="audit_of_a_row"),
            models.Index(
                fields=["part_of", "at"], condition=models.Q(part_of__isnull=False), name="audit_of_the_parts"
            ),
            models.Index(fields=["owner_id", "at", "id"], name="audit_of_an_owner"),
            models.Index(fields=["request"], condition=models.Q(request__isnull=False), name="audit_of_a_request"),
        ]
        triggers: ClassVar = [
            refusing_trigger(
                "audit_is_only_added_to",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when="TRUE",
                reason="What happened is only added to",
            )
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_id}"


@kept_by_triggers
class Erasing(models.Model):
    """The transaction in which the owner erases at the moment: there as long as that lasts, and seen by nobody else."""

    id = models.BigIntegerField(primary_key=True)

    def __str__(self) -> str:
        return str(self.pk)


class RememberedAnswer(models.Model):
    """The first answer to a POST that carried an `Idempotency-Key`, given again to its repeats for a day."""

    KEPT_FOR = timedelta(hours=24)

    owner_id = models.UUIDField()
    user_id = models.UUIDField()
    path = models.CharField(max_length=300)
    key = models.CharField(max_length=200)
    body_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user_id", "owner_id", "path", "key"], name="one_answer_for_each_idempotency_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.key}"
