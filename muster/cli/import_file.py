"""`muster import`"""

from pathlib import Path

import click

from muster.cli.base import DatabaseCommand
from muster.cli.setup import bring_database_up_to_date
from muster.exchange.files import MOST_BYTES
from muster.exchange.models import ImportRun
from muster.exchange.report import Report, lines_of
from muster.exchange.rules import import_and_keep, import_file
from muster.institutions.access import Actor
from muster.institutions.models import Institution


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
    if file.stat().st_size > MOST_BYTES:
        raise click.ClickException(
            f"The file is larger than {MOST_BYTES // 1024 // 1024} MB. Split it into smaller files."
        )
    bring_database_up_to_date()
    place = Institution.objects.filter(slug=institution).first()
    if place is None:
        known = ", ".join(Institution.objects.order_by("slug").values_list("slug", flat=True)[:20])
        raise click.ClickException(
            f"The institution {institution!r} doesn't exist. Existing institutions: {known or 'none'}."
        )
    by, content = Actor.system(place), file.read_bytes()
    with click.progressbar(length=100, label="Previewing" if dry_run else "Importing", show_pos=False) as bar:

        def progress(done: int, total: int) -> None:
            bar.update(done * 100 // max(total, 1) - bar.pos)

        if dry_run:
            report: Report = import_file(by=by, kind=kind, content=content, dry_run=True, progress=progress)
            data = report.as_json()
        else:
            run = import_and_keep(by=by, kind=kind, content=content, file_name=file.name, progress=progress)
            data = run.report
    for line in lines_of(data):
        click.echo(line)
    click.echo()
    click.echo("Dry run: nothing was changed." if dry_run else f"Imported into {place.name}.")
