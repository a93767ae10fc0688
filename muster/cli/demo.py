"""`muster demo`: a believable college to try things on."""

import click
from django.db import connection

from muster.cli.base import DatabaseCommand
from muster.cli.setup import bring_database_up_to_date
from muster.core.isolation import across_institutions
from muster.core.ownership import as_owner
from muster.exchange.demo import DEMO_PASSWORD, build_demo, demo_sign_ins
from muster.institutions.models import Institution


@click.command(cls=DatabaseCommand)
@click.option("--fresh", is_flag=True, help="Delete everything in the database first.")
@click.option("--yes", is_flag=True, help="Don't ask before deleting.")
def command(fresh: bool, yes: bool) -> None:
    """Create the demo institution, the same every time. Does nothing if it already exists."""
    bring_database_up_to_date()
    if fresh:
        if not yes:
            click.confirm("This deletes everything in the database. Continue?", abort=True)
        empty_database()
    build_demo(progress=lambda words: click.echo(f"  {words} ..."))
    click.echo(greeting())


def offer() -> str:
    """Make the demonstration in a database without any institution; tell who can sign in to it, if it is there."""
    with across_institutions("the demonstration is made before anybody is served"):
        if not Institution.objects.exists():
            build_demo()
        return greeting()


def greeting() -> str:
    """Who can sign in to the demonstration, in lines for a terminal; empty when it is not there."""
    people = [f"  {person.role:<18} {person.email:<34} {person.name}" for person in demo_sign_ins()]
    return "\n".join([f"Sign in with the password {DEMO_PASSWORD}:", *people]) if people else ""


def empty_database() -> None:
    """Remove every row of every institution, and the sign-ins. TRUNCATE fires no row triggers, so archives go too."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename !~ '^(django_|procrastinate_)'"
        )
        tables = ", ".join(connection.ops.quote_name(row[0]) for row in cursor.fetchall())
        cursor.execute(f"TRUNCATE {tables}, django_session RESTART IDENTITY CASCADE")
