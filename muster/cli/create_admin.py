"""`muster create-admin`"""

import click

from muster.cli.base import DatabaseCommand
from muster.cli.setup import bring_database_up_to_date
from muster.institutions.rules import found_institution


@click.command(cls=DatabaseCommand)
@click.option("--institution", required=True, help="Its name. Created if it doesn't exist.")
@click.option("--email", required=True, help="The administrator's sign-in email.")
@click.option("--password", required=True, envvar="MUSTER_ADMIN_PASSWORD", help="Or set MUSTER_ADMIN_PASSWORD.")
@click.option("--name", default="", help="The administrator's name. Taken from the email by default.")
@click.option("--time-zone", default="UTC", show_default=True, help="For a new institution, for example Africa/Lagos.")
def command(institution: str, email: str, password: str, name: str, time_zone: str) -> None:
    """Create an institution, if it doesn't exist, and its administrator.

    Asks no questions, and changes nothing when repeated. A person who already has a sign-in keeps their password,
    unless an institution gave it to them and they never accepted: then this one takes its place.
    """
    bring_database_up_to_date()
    actor = found_institution(
        name=institution, admin_email=email, admin_password=password, admin_name=name, time_zone=time_zone
    )
    user = actor.user
    assert user is not None  # noqa: S101
    click.echo(f"{user.full_name} <{user.email}> administers {actor.institution.name}.")
    if not (user.account or user).check_password(password):
        click.echo("They already had a sign-in and keep its password.")
