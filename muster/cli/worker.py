"""`muster worker`: the background jobs alone."""

import click
from django.core.management import call_command

from muster.cli.base import DatabaseCommand
from muster.cli.children import GRACE, end_with_parent


@click.command(cls=DatabaseCommand)
@click.option("--concurrency", default=4, show_default=True, type=click.IntRange(1))
@click.option("--child", is_flag=True, hidden=True)
def command(concurrency: int, child: bool) -> None:
    """Run background jobs only, for installations that run web and jobs apart."""
    if child:
        end_with_parent()
    call_command(
        "procrastinate",
        "worker",
        f"--concurrency={concurrency}",
        f"--shutdown-graceful-timeout={GRACE - 5}",
        "--delete-jobs=never",
    )
