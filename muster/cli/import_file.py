"""`muster import`"""

from pathlib import Path
from typing import Any

import click

from muster.cli.base import DatabaseCommand
from muster.cli.institution import institution_named
from muster.cli.setup import bring_database_up_to_date
from muster.exchange.lists import ImportChoices
from muster.exchange.models import ImportRun
from muster.exchange.report import lines_of
from muster.exchange.rules import import_and_keep, import_file, read_upload
from muster.institutions.access import Actor


@click.command(cls=DatabaseCommand)
@click.argument("kind", metavar="KIND", type=click.Choice(ImportRun.Kind.values))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--institution", required=True, metavar="SLUG", help="The short name of the institution.")
@click.option("--dry-run", is_flag=True, help="Show what the import would do, without changing anything.")
@click.option(
    "--map", "mapping", multiple=True, metavar="HEADING=FIELD", help="Which field a column is. An empty FIELD skips it."
)
@click.option("--take-file", is_flag=True, help="Also change what was edited in Muster.")
@click.option("--all-or-none", is_flag=True, help="Import nothing if a row is wrong.")
@click.option("--confirm", type=int, metavar="NUMBER", help="How many rows it may change, as the dry run tells.")
def command(
    kind: str,
    file: Path,
    institution: str,
    dry_run: bool,
    mapping: tuple[str, ...],
    take_file: bool,
    all_or_none: bool,
    confirm: int | None,
) -> None:
    """Import FILE into an institution: all of it or nothing, except for what the report lists as skipped or wrong.

    KIND is `students`, `instructors`, `batches` or `enrollments` (a row for each), `sections`, the sections of a course
    catalog, or `register`, an old register with a line for each student and a column for each date, or with a line for
    each mark as the export of registers has it. A file can be CSV (any separator and encoding), XLSX or ODS.
    """
    columns = dict(_heading_and_field(one) for one in mapping)
    choices = ImportChoices(columns or None, take_file, not all_or_none, confirm)
    bring_database_up_to_date()
    place = institution_named(institution)
    by = Actor.system(place)
    with file.open("rb") as source:
        content = read_upload(source)
    with click.progressbar(length=100, label="Previewing" if dry_run else "Importing", show_pos=False) as bar:

        def progress(done: int, total: int) -> None:
            bar.update(done * 100 // max(total, 1) - bar.pos)

        asked: Any = {"by": by, "kind": kind, "content": content, "choices": choices, "progress": progress}
        if dry_run:
            report = import_file(**asked, dry_run=True)
            data, rows = report.as_json(), report.rows
        else:
            run = import_and_keep(**asked, file_name=file.name)
            data, rows = run.report, run.rows
    for line in lines_of(data, kind, rows):
        click.echo(line)
    click.echo()
    click.echo("Dry run: nothing was changed." if dry_run else f"Imported into {place.name}.")


def _heading_and_field(text: str) -> tuple[str, str]:
    heading, sign, name = text.rpartition("=")
    if not sign:
        raise click.BadParameter("Write HEADING=FIELD.", param_hint="--map")
    return heading, name
