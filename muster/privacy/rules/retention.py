"""Erasing what is no longer kept, by the periods that an institution set."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import structlog
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.core.database import atomic, sum_each
from muster.core.files import forget
from muster.core.history import recorded
from muster.core.isolation import only_in
from muster.institutions.access import Actor
from muster.institutions.models import Institution
from muster.privacy.queries import STUDENTS, erase, periods_of, students_who_left
from muster.privacy.rules.erasing import erase_person

log = structlog.get_logger(__name__)

# Each is a transaction of its own; the rest waits for the next night.
STUDENTS_A_NIGHT = 200


def run_retention(*, by: Actor) -> Mapping[str, int]:
    """Erase what the institution's periods no longer keep; answers how many rows of each period.

    A period that fails keeps none of the others back.
    """
    erased: dict[str, int] = {}

    def run(period: tuple[str, int | None]) -> int:
        kind, days = period
        if days is None:
            return 0
        erased[kind] = _erase_students(by, days) if kind == STUDENTS else _erase_older(by=by, kind=kind, days=days)
        return erased[kind]

    sum_each(periods_of(by.institution), run)
    return erased


@atomic
def _erase_older(*, by: Actor, kind: str, days: int) -> int:
    """Erase what is older than so many days. What there is nothing of leaves no row behind."""
    until = timezone.now() - timedelta(days=days)
    if not sum(erase(by=by, kind=kind, until=until, pretend=True)[0].values()):
        return 0
    with recorded(by, "run_retention"):
        counts, files = erase(by=by, kind=kind, until=until)
    for name in files:
        forget(name)
    return sum(counts.values())


def _erase_students(by: Actor, days: int) -> int:
    reason = _("Kept for %(count)d days after leaving.") % {"count": days}
    people = list(students_who_left(by, days)[:STUDENTS_A_NIGHT])
    return sum_each(people, lambda one: len([erase_person(by=by, person=one, reason=reason)]))


def run_all_retention() -> int:
    """Erase what the periods of all institutions no longer keep."""

    def run(by: Actor) -> int:
        with only_in(by.owner_id):
            erased = run_retention(by=by)
        log.info("retention_ran", institution=by.institution.slug, **erased)
        return sum(erased.values())

    return sum_each(map(Actor.system, Institution.objects.all()), run)
