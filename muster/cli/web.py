"""`muster web`: the web server alone, granian with Muster's WSGI application."""

import multiprocessing
import os
import tempfile
from importlib import import_module
from typing import Any

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from muster.cli import set_up_django
from muster.cli.children import GRACE, end_with_parent
from muster.cli.wsgi import WsgiOverRsgi
from muster.core.postgres import EmbeddedPostgresError, ensure_running

# Each worker keeps at most eight connections (config.settings), so more threads would only wait for them.
THREADS = min(8, (os.cpu_count() or 1) * 2 + 1)


def default_workers() -> int:
    return max(1, min(4, os.cpu_count() or 1))


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=default_workers, type=click.IntRange(1), help="Processes. One per core by default.")
@click.option("--child", is_flag=True, hidden=True)
def command(host: str, port: int, workers: int, child: bool) -> None:
    """Serve the web only, for installations that run web and jobs separately."""
    # Where its processes keep what they count; looked at when the library is imported. In memory where that is a
    # folder: a full disk would end whoever writes into a file by its pages.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a folder of its own is made in it
    with tempfile.TemporaryDirectory(prefix="muster-figures-", dir=memory) as figures:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = figures
        _serve(host, port, workers, child)


def _serve(host: str, port: int, workers: int, child: bool) -> None:
    set_up_django()
    # Known once Django is set up.
    import_module("muster.cli.base").refuse_missing_address()
    try:
        # A part of `muster serve`, which has made the database.
        ensure_running(make=not child)
    except EmbeddedPostgresError as error:
        raise click.ClickException(str(error)) from error
    application = load_application()
    if child:
        end_with_parent()
    # Workers are copies of this process, so that one that is lost is back at once instead of loading everything anew.
    multiprocessing.set_start_method("fork")
    server = Granian(
        "config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=workers,
        backpressure=THREADS * 16,
        websockets=False,
        workers_kill_timeout=int(GRACE) - 5,
        respawn_failed_workers=True,
        # Requests are logged by django-structlog, with their ids.
        log_access=False,
        log_level=LogLevels.warning,
        log_dictconfig=_logging(),
    )

    def load() -> Any:
        # In each worker: a killed main process would leave it behind, holding the port.
        if child:
            end_with_parent()
        return WsgiOverRsgi(application, THREADS)

    server.serve(target_loader=load, wrap_loader=False)


def load_application() -> Any:
    """The application with all its pages and calls, which Django would load when the first request comes.

    Opens no connection: copies of this process could not share one.
    """
    application = import_module("config.wsgi").application
    import_module("django.urls").get_resolver().url_patterns  # noqa: B018 - read to be loaded
    return application


def _logging() -> dict[str, Any]:
    settings: dict[str, Any] = import_module("config.logs").LOGGING
    quiet = {"level": "WARNING", "handlers": ["stderr"], "propagate": False}
    return settings | {"loggers": settings["loggers"] | {"_granian": quiet, "granian.access": quiet}}
