"""`muster create-admin`"""

import click

from muster.cli.base import DatabaseCommand
from muster.cli.upkeep import bring_database_up_to_date
from muster.institutions.rules import found_institution


@click.command(cls=DatabaseCommand)
@click.option("--institution", required=True, help="Its name; it is made when it is not there.")
@click.option("--email", required=True, help="What the administrator signs in with.")
@click.option("--password", required=True, envvar="MUSTER_ADMIN_PASSWORD", help="Or in MUSTER_ADMIN_PASSWORD.")
@click.option("--name", default="", help="The administrator's name; from the email when not given.")
@click.option("--time-zone", default="UTC", show_default=True, help="Of a new institution, such as Africa/Lagos.")
def command(institution: str, email: str, password: str, name: str, time_zone: str) -> None:
    """Make an institution, if it is not there, and its admin.

    Asks no questions, and changes nothing when repeated: somebody who has a sign-in keeps their password.
    """
    bring_database_up_to_date()
    actor = found_institution(
        name=institution, admin_email=email, admin_password=password, admin_name=name, time_zone=time_zone
    )
    user = actor.user
    assert user is not None  # noqa: S101
    click.echo(f"{user.full_name} <{user.email}> administers {actor.institution.name}.")
    if not user.check_password(password):
        click.echo("They had a sign-in already and keep its password.")
