"""`muster create-super-admin`"""

import click

from muster.cli.base import DatabaseCommand
from muster.cli.setup import bring_database_up_to_date
from muster.institutions.rules import make_super_admin


@click.command(cls=DatabaseCommand)
@click.option("--email", required=True, help="Their sign-in email.")
@click.option("--password", required=True, envvar="MUSTER_ADMIN_PASSWORD", help="Or set MUSTER_ADMIN_PASSWORD.")
@click.option("--name", default="", help="Their name. Taken from the email by default.")
def command(email: str, password: str, name: str) -> None:
    """Create an administrator of the whole platform, who may do everything in every institution.

    Asks no questions, and changes nothing when repeated.
    """
    bring_database_up_to_date()
    user = make_super_admin(email=email, password=password, full_name=name)
    click.echo(f"{user.full_name} <{user.email}> administers the whole platform.")
    if not user.check_password(password):
        click.echo("They already had a sign-in and keep its password.")
