"""`muster serve`: the parent of everything that runs."""

import errno
import os
import signal
import socket
import sys
import time
from importlib import import_module
from types import FrameType

import click

from muster.cli import set_up_django
from muster.cli.children import GRACE, Backoff, Child
from muster.cli.web import default_workers
from muster.core.postgres import EmbeddedPostgresError, EmbeddedServer, embedded_server, ensure_running

# To start PostgreSQL again, over a few seconds and however long each of them takes.
ATTEMPTS = 5


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--workers", default=default_workers, type=click.IntRange(1), help="Web processes. One per core by default."
)
@click.option("--demo", is_flag=True, help="Create the demo institution first if there is no institution.")
def command(host: str, port: int, workers: int, demo: bool) -> None:
    """Start the embedded PostgreSQL unless DATABASE_URL is set, migrate, and serve web and background jobs.

    SIGTERM, SIGINT and SIGHUP stop everything. A part that ends unexpectedly is started again, and so is the embedded
    PostgreSQL. Fails when the web can't be started at all, or PostgreSQL not again.
    """
    stopping = _Stopping()
    _refuse_taken_port(host, port)
    set_up_django()
    _settle_address(host, port)
    try:
        ensure_running()
    except EmbeddedPostgresError as error:
        raise click.ClickException(str(error)) from error
    _bring_up_to_date()
    # Known once Django is set up, as is what brings the database up to date.
    greeting: str = import_module("muster.cli.demo").offer() if demo else ""
    stopping.may_be_abrupt = False

    children = [
        Child("web", "web", f"--host={host}", f"--port={port}", f"--workers={workers}", "--child"),
        Child("jobs", "worker", "--child"),
    ]
    try:
        beyond_help = _watch(children, stopping, host, port, greeting)
    finally:
        for child in children:
            child.ask_to_end()
        deadline = time.monotonic() + GRACE
        for child in children:
            child.make_end(deadline)
    if beyond_help:
        raise click.ClickException(f"{beyond_help}\nEverything else was stopped. Start again with `muster serve`.")
    click.echo("Muster has stopped.")


class _Stopping:
    """Whether somebody asked to stop. Before anything is served, asking ends the command at once."""

    def __init__(self) -> None:
        self.asked = False
        self.may_be_abrupt = True
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
        if self.may_be_abrupt:
            sys.exit(128 + number)


def _watch(children: list[Child], stopping: _Stopping, host: str, port: int, greeting: str) -> str:
    """Keep everything running until somebody asks to stop, and return "", or until nothing helps, and say why."""
    announced = False
    postgres = embedded_server()
    while not stopping.asked:
        if postgres and not postgres.is_alive() and (reason := _revive(postgres, stopping)):
            return reason
        for child in children:
            if child.exit_code is not None and child.name == "web" and not announced:
                return f"The web can't be started (exit code {child.exit_code}). Its log is above."
            if words := child.keep_running():
                click.echo(words, err=True)
        if not announced and _answers(host, port):
            announced = True
            click.echo(f"Muster is ready: http://{_address(host)}:{port}\n{greeting}".strip())
        time.sleep(0.2)
    return ""


def _revive(postgres: EmbeddedServer, stopping: _Stopping) -> str:
    """Start the embedded server again, and return "", or after some attempts why it can't be."""
    click.echo("The embedded PostgreSQL ended unexpectedly. It is started again.", err=True)
    backoff, reason = Backoff(), ""
    # Recovery may take minutes, and whoever asks to stop needn't wait for it.
    stopping.may_be_abrupt = True
    try:
        for _attempt in range(ATTEMPTS):
            try:
                postgres.revive()
            except (EmbeddedPostgresError, OSError) as error:
                reason = str(error)
                time.sleep(backoff.seconds(0))
            else:
                return ""
    finally:
        stopping.may_be_abrupt = False
    return f"The embedded PostgreSQL ended unexpectedly and can't be started again. {reason}"


def _settle_address(host: str, port: int) -> None:
    """Refuse to serve others without MUSTER_URL; on this machine alone, let the children's mails lead here."""
    from muster.cli.base import refuse_missing_address  # noqa: PLC0415

    refuse_missing_address()
    if not os.environ.get("MUSTER_URL"):
        os.environ["MUSTER_URL"] = f"http://{_address(host)}:{port}/"


def _bring_up_to_date() -> None:
    # Not at the top: both need Django to be set up.
    from muster.cli.base import refuse_old_server  # noqa: PLC0415
    from muster.cli.setup import bring_database_up_to_date, collect_static  # noqa: PLC0415

    refuse_old_server()
    bring_database_up_to_date()
    collect_static()


def _refuse_taken_port(host: str, port: int) -> None:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(address)
        except OSError as error:
            reason = "is in use by another program" if error.errno == errno.EADDRINUSE else f"fails: {error.strerror}"
            raise click.ClickException(
                f"Port {port} on {host} {reason}. Choose another port: muster serve --port {port % 65535 + 1}"
            ) from error


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((_address(host).strip("[]"), port), timeout=1).close()
    except OSError:
        return False
    return True


def _address(host: str) -> str:
    """The host as a person may type it: every interface includes this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"[{host}]" if ":" in host else host
