"""`muster migrate`"""

import click

from muster.cli.base import DatabaseCommand
from muster.cli.setup import bring_database_up_to_date, collect_static


@click.command(cls=DatabaseCommand)
def command() -> None:
    """Update the database and the collected static files. `serve` does this too."""
    bring_database_up_to_date()
    click.echo("The database is up to date.")
    if collect_static():
        click.echo("Static files collected.")
