"""`muster check`"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from uuid import UUID

import click
from django.db import connection

import muster.allocation.checks as allocation
import muster.assessment.checks as assessment
import muster.attendance.checks as attendance
import muster.batches.checks as batches
import muster.enrollments.checks as enrollments
import muster.institutions.checks as institutions
import muster.materials.checks as materials
import muster.mentoring.checks as mentoring
import muster.progression.checks as progression
import muster.risk.checks as risk
import muster.timetable.checks as timetable
from muster.cli.base import DatabaseCommand
from muster.cli.institution import institution_named
from muster.core.checks import (
    AnyInvariant,
    CheckResult,
    Contradiction,
    declared_constraints,
    declared_triggers,
    institutions_kept_apart,
    references_within_owner,
    run_checks,
)
from muster.core.ownership import as_owner
from muster.institutions.models import Institution

MOST_SHOWN = 20


def invariants() -> list[AnyInvariant]:
    """All that is proved, what others rest on first: guards, references, rows, and what is derived from them."""
    return [
        declared_triggers(
            *institutions.TRIGGERS,
            *timetable.TRIGGERS,
            *batches.TRIGGERS,
            *enrollments.TRIGGERS,
            *allocation.TRIGGERS,
            *mentoring.TRIGGERS,
            *assessment.TRIGGERS,
            *attendance.TRIGGERS,
            *materials.TRIGGERS,
            *progression.TRIGGERS,
            *risk.TRIGGERS,
        ),
        declared_constraints(*enrollments.CONSTRAINTS),
        institutions_kept_apart(),
        references_within_owner(),
        *institutions.INVARIANTS,
        # Who may not teach any more books nothing, so that comes before the bookings.
        *allocation.INVARIANTS,
        *enrollments.INVARIANTS,
        # Meetings follow batches and who teaches their subjects, sessions and bookings follow meetings.
        *progression.INVARIANTS,
        *batches.INVARIANTS,
        *timetable.INVARIANTS,
        *attendance.INVARIANTS,
        *risk.INVARIANTS,
    ]


def findings(owner: UUID | None, repair: bool) -> Iterator[CheckResult]:
    """What is found and repaired, as the owner of the tables: what is derived nobody else may write."""
    with as_owner() if repair else nullcontext():
        yield from run_checks(invariants(), owner=owner, repair=repair)


@click.command(cls=DatabaseCommand)
@click.option("--repair", is_flag=True, help="Repair what can be derived from other rows, and report what was done.")
@click.option("--institution", metavar="SLUG", help="Check this institution only.")
@click.pass_context
def command(context: click.Context, repair: bool, institution: str | None) -> None:
    """Check all stored data against the rules that the database keeps. Exits with 1 if one is broken."""
    places = dict(Institution.objects.values_list("pk", "name"))
    owner = institution_named(institution).pk if institution else None
    started, count, broken, repaired = time.monotonic(), 0, 0, 0
    for finding in findings(owner, repair):
        count += 1
        broken += not finding.holds
        repaired += finding.holds and bool(finding.contradictions)
        click.echo(f"{'ok      ' if finding.holds else 'BROKEN  '}{finding.fact}")
        for words in finding.repaired:
            click.echo(f"        {words}")
        for line in _lines(finding.left, places):
            click.echo(f"        {line}")
    click.echo()
    seconds = f"{time.monotonic() - started:.1f} s"
    if broken:
        advice = "" if repair else " `muster check --repair` repairs what can be derived from other rows."
        click.echo(f"{broken} of {count} rules are broken ({seconds}).{advice}")
        context.exit(1)
    mended = f", {repaired} of them after repair" if repaired else ""
    click.echo(f"All {count} rules hold{mended} ({seconds}, {connection.settings_dict['NAME']}).")


def _lines(left: Sequence[Contradiction], places: Mapping[UUID, str]) -> list[str]:
    """The first contradictions in words, and how many more there are."""

    def place(one: Contradiction) -> str:
        return places.get(one.owner_id, "") if one.owner_id else ""

    shown = [f"{place(one)}: {one.words}".removeprefix(": ") for one in left[:MOST_SHOWN]]
    if more := Counter(place(one) for one in left[MOST_SHOWN:]):
        shown.append(
            "and " + ", ".join(f"{number} more{f' of {name}' if name else ''}" for name, number in more.items())
        )
    return shown
