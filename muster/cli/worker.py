"""`muster worker`: the background jobs alone."""

import asyncio
import os
import signal
import time
from contextlib import suppress
from importlib import import_module

import click
import psycopg
import structlog
from django.conf import settings
from procrastinate import App, BaseConnector, PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException

from muster.cli.base import DatabaseCommand, refuse_missing_address
from muster.cli.children import GRACE, Backoff, end_with_parent

# Seconds to wait for the database before it counts as lost; in the meantime nothing notices that it is asked to end.
PATIENCE = 5.0
# Whoever waits for a page goes before what is done in the background: as many jobs as enrollments would halve those.
NICENESS = 10

log = structlog.get_logger(__name__)


class WorkerConnector(PsycopgConnector):
    """Takes jobs over connections of its own; what a job puts in itself is part of that job's transaction.

    Over its own it could begin before there is anything of it to see, and would be put in by what is rolled back.
    """

    def __init__(self, within: BaseConnector) -> None:
        super().__init__(kwargs=connector_params(), timeout=PATIENCE)
        self._within = within

    def get_sync_connector(self) -> BaseConnector:
        return self._within


@click.command(cls=DatabaseCommand)
@click.option("--concurrency", default=4, show_default=True, type=click.IntRange(1), help="Jobs at the same time.")
@click.option("--child", is_flag=True, hidden=True)
def command(concurrency: int, child: bool) -> None:
    """Run background jobs only, for installations that run web and jobs separately."""
    refuse_missing_address()
    os.nice(NICENESS)
    if child:
        end_with_parent()
    # Notices link to pages: the first of them would have its job wait for all that pages are made of.
    import_module(settings.ROOT_URLCONF)
    with suppress(asyncio.CancelledError):
        asyncio.run(_work(app, concurrency))


async def _work(jobs: App, concurrency: int) -> None:
    """Work until SIGTERM or SIGINT; when the database goes away, begin anew, waiting longer each time it fails soon."""
    working = asyncio.current_task()
    assert working is not None  # noqa: S101 - for the types
    asked_to_end = False

    def end() -> None:
        # Being cancelled alone is not enough: who waits for a connection at that moment only hears that there is none.
        nonlocal asked_to_end
        asked_to_end = True
        working.cancel()

    for ending in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(ending, end)
    backoff = Backoff()
    while True:
        begun = time.monotonic()
        try:
            # It also ends by itself, when one of the tasks beside its jobs has lost the database.
            await _work_connected(jobs, concurrency)
        except (ConnectorException, psycopg.OperationalError) as error:
            log.warning("database", reason=str(error.__cause__ or error))
        if asked_to_end:
            return
        wait = backoff.seconds(time.monotonic() - begun)
        log.warning("The jobs have lost the database and begin anew", wait=round(wait, 1))
        await asyncio.sleep(wait)


async def _work_connected(jobs: App, concurrency: int) -> None:
    with jobs.replace_connector(WorkerConnector(jobs.connector.get_sync_connector())) as open_jobs:
        try:
            await open_jobs.open_async()
            # Running jobs may finish for a while; those that do not are given back as stalled ones.
            await open_jobs.run_worker_async(
                concurrency=concurrency, shutdown_graceful_timeout=GRACE - 5, install_signal_handlers=False
            )
        finally:
            # A pool that is still connecting takes no notice of being cancelled, and would keep the process.
            await open_jobs.close_async()
