"""`muster import`"""

from pathlib import Path

import click

from muster.cli.base import DatabaseCommand, institution_named
from muster.cli.setup import bring_database_up_to_date
from muster.exchange.models import ImportRun
from muster.exchange.report import lines_of
from muster.exchange.rules import import_and_keep, import_file, read_upload
from muster.institutions.access import Actor


@click.command(cls=DatabaseCommand)
@click.argument("kind", metavar="KIND", type=click.Choice(ImportRun.Kind.values))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--institution", required=True, metavar="SLUG", help="The short name of the institution.")
@click.option("--dry-run", is_flag=True, help="Show what the import would do, without changing anything.")
def command(kind: str, file: Path, institution: str, dry_run: bool) -> None:
    """Import FILE into an institution: all of it or nothing, except for what the report lists as skipped.

    KIND is `sections`, the sections of a course catalog, or `register`, an old register with a line for each student
    and a column for each date. Both can be CSV (UTF-8) or XLSX.
    """
    bring_database_up_to_date()
    place = institution_named(institution)
    by = Actor.system(place)
    with file.open("rb") as source:
        content = read_upload(source)
    with click.progressbar(length=100, label="Previewing" if dry_run else "Importing", show_pos=False) as bar:

        def progress(done: int, total: int) -> None:
            bar.update(done * 100 // max(total, 1) - bar.pos)

        if dry_run:
            data = import_file(by=by, kind=kind, content=content, dry_run=True, progress=progress).as_json()
        else:
            data = import_and_keep(by=by, kind=kind, content=content, file_name=file.name, progress=progress).report
    for line in lines_of(data):
        click.echo(line)
    click.echo()
    click.echo("Dry run: nothing was changed." if dry_run else f"Imported into {place.name}.")
