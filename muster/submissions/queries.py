"""Reads around submissions."""

from __future__ import annotations

from django.db.models import Count, Prefetch, QuerySet

from muster.institutions.access import Actor
from muster.submissions.models import Submission, SubmissionLook, SubmissionResource
from muster.submissions.permissions import submissions


def submissions_in_full(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    """The submissions with their items and everything that is told of them."""
    items = SubmissionResource.objects.select_related("batch", "template").order_by("place")
    return rows.select_related(
        "institution", "regulator", "created_by", "submitted_by", "withdrawn_by", "replaces"
    ).prefetch_related(Prefetch("resources", items))


def submissions_seen_by(actor: Actor) -> QuerySet[Submission]:
    """The submissions that the actor may see, the newest first, with the number of their items."""
    rows = submissions.rows(actor).select_related("regulator").annotate(item_count=Count("resources"))
    return rows.order_by("-created_at", "-pk")


def looks_at(submission: Submission) -> QuerySet[SubmissionLook]:
    """Who opened it, or one of its files, the last first."""
    return SubmissionLook.objects.filter(submission=submission).select_related("looked_by").order_by("-pk")
