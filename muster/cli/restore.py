"""`muster restore`"""

from pathlib import Path

import click
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from muster.cli.base import DatabaseCommand
from muster.cli.setup import bring_database_up_to_date
from muster.core.backups import DATABASE, BackupError, Manifest, load_database, put_files_back, unpacked
from muster.institutions.models import Institution


@click.command(cls=DatabaseCommand)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The secret key, if it is encrypted."
)
@click.option("--replace", is_flag=True, help="Replace the institutions that are here.")
def command(file: Path, key: Path | None, replace: bool) -> None:
    """Restore database and files from FILE, made by this or an older Muster.

    Stop Muster first. Nothing changes before the whole backup was read and proved, and the database is replaced once
    the restored one is complete.
    """
    try:
        with unpacked(file, key) as (folder, manifest):
            _refuse_newer(manifest)
            if not replace and _names_of_institutions():
                there = ", ".join(_names_of_institutions()[:3])
                raise click.ClickException(f"This Muster has data ({there}). To replace all of it: --replace")
            load_database(folder / DATABASE)
            put_files_back(folder)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    bring_database_up_to_date()
    names = _names_of_institutions()
    click.echo(f"Restored the backup of {manifest['made_at']}: {', '.join(names) or 'no institution'}.")
    click.echo("`muster check` proves its data; `muster serve` starts it.")


def _refuse_newer(manifest: Manifest) -> None:
    """Raise ClickException where the backup's tables are newer than this Muster knows."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(connection).disk_migrations}
    ours = {one.split(".")[0] for one in known}
    unknown = [one for one in manifest["migrations"] if one not in known and one.split(".")[0] in ours]
    if unknown:
        raise click.ClickException(
            f"The backup was made by a newer Muster ({manifest['muster']}; it has {unknown[0]}). Update Muster first."
        )


def _names_of_institutions() -> list[str]:
    """None where the tables aren't there yet."""
    if Institution._meta.db_table not in connection.introspection.table_names():
        return []
    return list(Institution.objects.order_by("name").values_list("name", flat=True))
