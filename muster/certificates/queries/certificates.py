"""Reads around certificates."""

from __future__ import annotations

from django.db.models import QuerySet

from muster.certificates.models import Certificate
from muster.certificates.permissions import certificates
from muster.institutions.access import Actor


def certificates_in_full(rows: QuerySet[Certificate]) -> QuerySet[Certificate]:
    """The certificates with everything that is told of them."""
    return rows.select_related(
        "document__institution",
        "document__holder",
        "document__issued_by",
        "enrollment__student",
        "enrollment__batch__course",
        "enrollment__course",
    )


def certificates_seen_by(actor: Actor) -> QuerySet[Certificate]:
    """The certificates that the actor may see, in full, the newest first."""
    return certificates_in_full(certificates.rows(actor)).order_by("-created_at", "-pk")


def own_certificates(actor: Actor) -> QuerySet[Certificate]:
    """The actor's own certificates, in full, the newest first."""
    return certificates_in_full(certificates.rows(actor, "own")).order_by("-created_at", "-pk")


def valid_certificates(rows: QuerySet[Certificate]) -> QuerySet[Certificate]:
    """Those that are neither revoked nor replaced."""
    return rows.filter(document__ended_at__isnull=True)
