"""`muster rotate-badge-keys`"""

import click

from muster.certificates.badges import rotate_keys


@click.command()
def command() -> None:
    """Sign Open Badges with a new key from now on.

    Badges that were signed before stay valid: the public part of each key is kept and served. The private part of the
    key before is deleted. Download a badge again to have it signed with the new key.
    """
    click.echo(f"Badges are signed with the key {rotate_keys()} from now on.")
