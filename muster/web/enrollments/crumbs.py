"""The way to an action, and back from it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from muster.batches.models import Batch


def crumbs_to(batch: Batch, *more: str) -> list[str]:
    """Batches, this batch, and further steps."""
    return [_("Batches"), reverse("batches:list"), batch.code, url_of(batch), *more]


def url_of(batch: Batch, name: str = "batches:batch") -> str:
    """A page of the batch."""
    return reverse(name, args=[batch.pk])


def with_all() -> Any:
    """Batches with what the rules read of them."""
    return Batch.objects.select_related("institution", "branch", "course", "department")
