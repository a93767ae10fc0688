"""What commands have in common, without the tables: the doctor looks at Muster before it is set up."""

from typing import Any

import click
from django.db import connection

from muster.core.errors import DomainError
from muster.core.isolation import see_all_in_this_process
from muster.core.postgres import EmbeddedPostgresError, ensure_running
from muster.core.site import missing_address

OLDEST_SERVER = 15
ADDRESS_REMEDY = "MUSTER_URL=https://muster.example.org/"


class DatabaseCommand(click.Command):
    """A command that needs the database: it starts the embedded server first, and prints refusals as sentences."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            # A part of `muster serve`, which has made the database.
            ensure_running(make=not ctx.params.get("child", False))
            refuse_old_server()
            # Commands are of operators, who may look at every institution.
            see_all_in_this_process("commands")
            return super().invoke(ctx)
        except (DomainError, EmbeddedPostgresError) as error:
            raise click.ClickException(str(error)) from error


def refuse_old_server() -> int:
    """Return the major version of the database's server. Raise ClickException when Muster's rules need a newer one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('server_version')")
        number, words = cursor.fetchone()
    if number < OLDEST_SERVER * 10_000:
        raise click.ClickException(
            f"DATABASE_URL points to PostgreSQL {words}. Muster needs PostgreSQL {OLDEST_SERVER} or newer: "
            "upgrade that server, or unset DATABASE_URL to use the embedded one."
        )
    return int(number) // 10_000


def refuse_missing_address() -> None:
    """Raise ClickException when mails could not lead back here."""
    if words := missing_address():
        raise click.ClickException(f"{words} Set it to the address that people use: {ADDRESS_REMEDY}")
