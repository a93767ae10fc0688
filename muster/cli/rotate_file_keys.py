"""`muster rotate-file-keys`"""

import click

from muster.core.files.keys import Undecipherable
from muster.core.files.rotation import rotate_file_keys


@click.command()
def command() -> None:
    """Encrypt all uploaded files with a new key.

    Muster may run meanwhile. The keys before are deleted once no file needs them; backups bring their own along.
    """
    try:
        count = rotate_file_keys()
    except Undecipherable as error:
        raise click.ClickException(f"{error} No key was deleted.") from error
    click.echo(f"Encrypted with the new key: {count} {'file' if count == 1 else 'files'}.")
