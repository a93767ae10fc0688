"""Proving and healing what is stored, by an administrator for the institution."""

from __future__ import annotations

from collections.abc import Sequence

from muster.allocation.proof import ORPHANS
from muster.core.database import atomic
from muster.core.proof import Finding, look
from muster.enrollments.proof import COUNTED
from muster.institutions.access import Actor


@atomic
def recount(*, by: Actor, dry_run: bool = True) -> Sequence[Finding]:
    """Compare the seat counters of the institution's batches with the enrollments; heal them unless `dry_run`.

    Locks each batch that is healed.
    """
    return list(look(COUNTED, owner=by.institution.pk, repair=not dry_run, by=by))


@atomic
def mend_orphans(*, by: Actor, dry_run: bool = True) -> Sequence[Finding]:
    """Find assignments of people who are no longer active instructors or students; end them unless `dry_run`."""
    return list(look(ORPHANS, owner=by.institution.pk, repair=not dry_run, by=by))
