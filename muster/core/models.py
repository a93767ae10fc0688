"""What every table has, and the tables of the house itself."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from muster.core.ids import new_id


class Row(models.Model):
    """A table with a UUIDv7 key and the two times that the API shows as `createdAt` and `updatedAt`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        abstract = True


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
            ),
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.key}"
