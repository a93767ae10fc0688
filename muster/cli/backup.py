"""`muster backup`"""

import os
from pathlib import Path

import click
import pyrage

from muster.cli.base import DatabaseCommand
from muster.core.backups import DATABASE, BackupError, write_backup


@click.command(cls=DatabaseCommand)
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--to", "recipients", multiple=True, metavar="age1...", help="Encrypt it for this public key. Repeatable."
)
@click.option(
    "--new-key",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Make a secret key in this file, and print its public key.",
)
def command(file: Path | None, recipients: tuple[str, ...], new_key: Path | None) -> None:
    """Back up database and files into FILE, while Muster runs or not.

    The database is as it was at one moment, with every file it names and the secret key of this Muster. Keep the
    backup as private as the data folder, or encrypt it with --to: then only whoever has the secret key can read it,
    and that key belongs somewhere else.
    """
    if new_key:
        recipients += (_make_key(new_key),)
        click.echo(
            f"Public key: {recipients[-1]}\nKeep {new_key} somewhere else: without it, the backups can't be read."
        )
    if file is None:
        if not new_key:
            raise click.UsageError("Name the file to write, such as muster-backup.tar.")
        return
    try:
        manifest = write_backup(file, recipients)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    files = len(manifest["sha256"].keys() - {DATABASE})
    click.echo(f"Backed up the database and {files} files to {file} ({file.stat().st_size / 1e6:.1f} MB).")
    click.echo(f"To restore: muster restore {file}{' --key FILE' if recipients else ''}")


def _make_key(file: Path) -> str:
    """Write a new secret key and return the public one. Raises ClickException where the file is there."""
    secret = pyrage.x25519.Identity.generate()
    public = str(secret.to_public())
    try:
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as target:
            target.write(f"# public key: {public}\n{secret}\n")
    except OSError as error:
        raise click.ClickException(f"{file} can't be written: {error.strerror}.") from error
    return public
