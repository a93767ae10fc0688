"""`muster export`"""

import os
from pathlib import Path
from typing import Any

import click
from django.utils import timezone

from muster.cli.base import DatabaseCommand
from muster.cli.institution import institution_named
from muster.core.spreadsheets import CSV, XLSX, csv_lines, write_xlsx
from muster.exchange.exports import KINDS, export_of
from muster.institutions.access import Actor

# What a worksheet holds.
MOST_LINES = 1_048_576


@click.command(cls=DatabaseCommand)
@click.argument("kind", metavar="KIND", type=click.Choice(list(KINDS)))
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--institution", required=True, metavar="SLUG", help="The short name of the institution.")
def command(kind: str, file: Path, institution: str) -> None:
    """Export an institution's data to FILE, as .csv or .xlsx depending on its extension.

    KIND is `batches`, `students`, `instructors`, `enrollments`, `registers` (every current mark), `sections` (batches
    that came from a course catalog, as it lists them), or a list of the settings such as `branches`. An existing file
    is replaced once the new one is complete. Only its owner can read it.
    """
    ending = file.suffix.lower().lstrip(".")
    if ending not in (CSV, XLSX):
        raise click.BadParameter("Use a file name that ends in .csv or .xlsx.", param_hint="FILE")
    place = institution_named(institution)
    actor = Actor.system(place)
    with timezone.override(actor.zone):
        exported = export_of(kind, actor)
        count = exported.count
        if ending == XLSX and count >= MOST_LINES:
            raise click.ClickException(
                f"A worksheet holds up to {MOST_LINES:,} lines, but there are {count:,}. Use .csv."
            )
        with click.progressbar(exported.lines(), length=count + 1, label="Exporting") as shown:
            _write(file, ending, shown, kind)
    click.echo(f"Exported {count} lines of {place.name} to {file}.")


def _write(file: Path, ending: str, rows: Any, kind: str) -> None:
    """Write beside the file and then put it in its place, so that a break leaves the old one whole."""
    part = file.with_name(f"{file.name}.part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            if ending == CSV:
                for line in csv_lines(rows):
                    target.write(line.encode())
            else:
                write_xlsx(rows, target, name=kind)
        part.replace(file)
    except OSError as error:
        raise click.ClickException(f"{file} can't be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
