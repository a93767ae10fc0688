"""Proving and healing what is stored, by an administrator for the institution."""

from __future__ import annotations

from collections.abc import Sequence

from muster.allocation.checks import ORPHANS
from muster.core.checks import CheckResult, run_checks
from muster.core.database import atomic
from muster.enrollments.checks import COUNTED
from muster.institutions.access import Actor


@atomic
def recount_seats(*, by: Actor, dry_run: bool = True) -> Sequence[CheckResult]:
    """Compare the seat counters of the institution's batches with the enrollments; heal them unless `dry_run`.

    Locks each batch that is healed.
    """
    return list(run_checks(COUNTED, owner=by.institution.pk, repair=not dry_run, by=by))


@atomic
def mend_orphans(*, by: Actor, dry_run: bool = True) -> Sequence[CheckResult]:
    """Find assignments of people who are no longer active instructors or students; end them unless `dry_run`."""
    return list(run_checks(ORPHANS, owner=by.institution.pk, repair=not dry_run, by=by))
