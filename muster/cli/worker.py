"""`muster worker`: the background jobs alone."""

import asyncio

import click
from procrastinate import App
from procrastinate.contrib.django import app, django_connector

from muster.cli.base import DatabaseCommand, refuse_missing_address
from muster.cli.children import GRACE, end_with_parent


@click.command(cls=DatabaseCommand)
@click.option("--concurrency", default=4, show_default=True, type=click.IntRange(1), help="Jobs at the same time.")
@click.option("--child", is_flag=True, hidden=True)
def command(concurrency: int, child: bool) -> None:
    """Run background jobs only, for installations that run web and jobs separately."""
    refuse_missing_address()
    if child:
        end_with_parent()
    asyncio.run(_work(app, concurrency))


async def _work(jobs: App, concurrency: int) -> None:
    connector = jobs.connector
    assert isinstance(connector, django_connector.DjangoConnector)  # noqa: S101 - for the types; Django's app has no other
    with jobs.replace_connector(connector.get_worker_connector()) as open_jobs:
        async with open_jobs.open_async():
            # SIGTERM lets running jobs finish for a while; those that do not are given back as stalled ones.
            await open_jobs.run_worker_async(concurrency=concurrency, shutdown_graceful_timeout=GRACE - 5)
