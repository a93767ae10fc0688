"""Certificates of the demonstration: a course that is over, most of whose students have theirs."""

from __future__ import annotations

from muster.batches.models import Batch
from muster.certificates.queries import completion_of, seats_of_certificates
from muster.certificates.rules import issue_certificate
from muster.institutions.access import Actor

# How many who are ready wait for theirs.
LEFT = 3


def issue_certificates(by: Actor, batch: Batch) -> None:
    """Certificates for those who have met all requirements, but for the last few by name."""
    found = completion_of(list(seats_of_certificates(batch).values_list("pk", flat=True)))
    ready = [one.enrollment for one in found.values() if one.is_ready]
    for enrollment in ready[:-LEFT]:
        issue_certificate(by=by, enrollment=enrollment)
