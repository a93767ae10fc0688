"""`muster generate`: data sets to measure on."""

import time
from datetime import date, datetime

import click
from django.utils import timezone

from muster.attendance.models import AttendanceRecord
from muster.cli.base import DatabaseCommand
from muster.cli.setup import bring_database_up_to_date
from muster.exchange.generate import GENERATED_PASSWORD, SCALES, generate


@click.command(cls=DatabaseCommand)
@click.option("--scale", type=click.Choice(list(SCALES)), required=True, help="How much of everything.")
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same data on the same day.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day the data lead up to. Default: today.")
@click.option("--beside-others", is_flag=True, help="Add it to a database that already has institutions.")
def command(scale: str, seed: int, today: datetime | None, beside_others: bool) -> None:
    """Generate institutions with two years of registers, for measurements.

    `small` has about 100,000 marks in 4 institutions, `medium` 1,000,000 in 10, `large` 5,000,000 in 20. The first
    institution holds a quarter of everything.
    """
    bring_database_up_to_date()
    begun = time.monotonic()
    day: date = today.date() if today else timezone.now().date()
    generate(
        SCALES[scale],
        seed=seed,
        today=day,
        beside_others=beside_others,
        progress=lambda words: click.echo(f"  {words} ..."),
    )
    marks = AttendanceRecord.objects.count()
    seconds = time.monotonic() - begun
    click.echo(f"Generated {SCALES[scale].institutions} institutions with {marks:,} marks in {seconds:.0f} s.")
    click.echo(f"Sign in with the password {GENERATED_PASSWORD}, for example as:")
    for role in ("admin", "branch-manager", "instructor", "student"):
        click.echo(f"  {role}1@generated-01.example")
