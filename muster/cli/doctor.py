"""`muster doctor`: what is set up, what is missing, and the command that mends it."""

import importlib.metadata
import importlib.util
import os
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from muster.cli import set_up_django
from muster.cli.base import ADDRESS_REMEDY, refuse_old_server
from muster.core.backups import scheduled_backups
from muster.core.folders import in_checkout
from muster.core.ownership import excess_of_role
from muster.core.postgres import EmbeddedPostgresError, ServerPaths, abandoned_folders, binaries, ensure_running
from muster.core.replica import REPLICA, keeps_up
from muster.core.site import AT_HOME, is_local, missing_address

# Seconds: a night was left out.
OLDEST_BACKUP = 36 * 3600
MIGRATE = "muster migrate (serve does it too)"


@dataclass(frozen=True)
class Diagnosis:
    """One thing looked at. `remedy` is the command that mends it, empty when nothing is to be done."""

    what: str
    words: str
    remedy: str = ""
    needed: bool = True
    """Whether Muster cannot be served before it is mended."""

    @property
    def mark(self) -> str:
        if not self.remedy:
            return "ok"
        return "MISSING" if self.needed else "note"


@click.command()
def command() -> None:
    """Show what is set up, what is missing and how to fix it. Fails when Muster can't be served as it is.

    Changes nothing; an embedded database that exists is started to look at it.
    """
    findings = list(look())
    width = max(len(finding.what) for finding in findings)
    for finding in findings:
        click.echo(f"{finding.mark:8} {finding.what:{width}}  {finding.words}")
        if finding.remedy:
            click.echo(f"{'':8} {'':{width}}  -> {finding.remedy}")
    if any(finding.mark == "MISSING" for finding in findings):
        sys.exit(1)


def look() -> Iterator[Diagnosis]:
    """Everything worth knowing, one after the other; a look that fails is a finding itself."""
    yield Diagnosis("Python", sys.version.split()[0])
    try:
        set_up_django()
    except Exception as error:
        yield Diagnosis("Settings", f"can't be loaded: {error}", "fix the variable it names; see docs/operations.md")
        return
    yield from _home()
    yield from _database()
    yield from _replica()
    yield from _static()
    yield _backups()
    yield from _mail()
    yield from _web()
    yield from _planner()
    yield from _tests()


def _home() -> Iterator[Diagnosis]:
    home: Path = settings.MUSTER_HOME
    unwritable = (f"{home} is not writable", "set MUSTER_HOME to a folder you can write to")
    yield _judge("Data folder", os.access(home, os.W_OK), str(home), *unwritable)
    if os.environ.get("MUSTER_SECRET_KEY"):
        yield Diagnosis("Secret key", "from MUSTER_SECRET_KEY")
        return
    key = home / "secret_key"
    is_private = not key.exists() or not stat.S_IMODE(key.stat().st_mode) & 0o077
    readable = (f"{key} can be read by others", f"chmod 600 {key}")
    yield _judge("Secret key", is_private, f"in {key}", *readable, needed=False)


def _database() -> Iterator[Diagnosis]:
    for folder in abandoned_folders():
        yield Diagnosis("Abandoned data", f"{folder}, whose MUSTER_HOME is gone", f"rm -r {folder}", needed=False)
    if os.environ.get("DATABASE_URL"):
        yield Diagnosis("Database", "external PostgreSQL, from DATABASE_URL")
    else:
        places = ServerPaths.of(settings.MUSTER_HOME)
        try:
            if places.account:
                yield Diagnosis("PostgreSQL binaries", str(binaries(places.account)))
            places.may_use()
            if not places.data.exists():
                yield Diagnosis("Database", f"not created yet ({places.data})", "muster migrate")
                return
            ensure_running()
        except EmbeddedPostgresError as error:
            yield Diagnosis("Database", str(error), "see the message")
            return
        yield Diagnosis("Database", f"embedded, in {places.data}")
    try:
        version = refuse_old_server()
    except click.ClickException as error:
        yield Diagnosis("Database server", error.message, "see the message")
        return
    except Exception as error:
        yield Diagnosis("Database server", f"does not answer: {error}".strip(), "check DATABASE_URL")
        return
    yield Diagnosis("Database server", f"PostgreSQL {version}")
    if excess := excess_of_role():
        yield Diagnosis(
            "Database role",
            f"{connection.settings_dict['USER']} {' and '.join(excess)}, so it gets around the rules",
            "see 'Two roles' in docs/operations.md",
            needed=False,
        )
    else:
        yield Diagnosis("Database role", f"{connection.settings_dict['USER']}, which can't get around the rules")
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    yield _judge("Migrations", not missing, "all applied", f"{missing} not applied", MIGRATE)


def _replica() -> Iterator[Diagnosis]:
    if REPLICA in settings.DATABASES:
        unread = "isn't read: it doesn't answer, is behind or has lost its stream"
        remedy = "see 'A read replica' in docs/operations.md"
        yield _judge("Read replica", keeps_up(), "answers and keeps up", unread, remedy, needed=False)


def _static() -> Iterator[Diagnosis]:
    vendor = settings.VENDOR / "static"
    if not any(vendor.rglob("*.css")):
        yield Diagnosis("Third-party styles", f"not in {vendor}", "make vendor")
    folders = [str(folder) for folder in settings.FONT_FOLDERS]
    has_fonts = any(font for folder in settings.FONT_FOLDERS for font in folder.glob("*.[ot]tf"))
    fontless = (f"none in {' or '.join(folders)}: PDF files would have no text", "make vendor")
    yield _judge("Fonts of printed sheets", has_fonts, ", ".join(folders), *fontless)
    is_collected = (Path(settings.STATIC_ROOT) / "staticfiles.json").exists()
    yield _judge("Static files", is_collected, str(settings.STATIC_ROOT), "not collected yet", MIGRATE)


def _backups() -> Diagnosis:
    if not settings.BACKUP_FOLDER:
        remedy = "set MUSTER_BACKUP_FOLDER to a folder on another disk, or run `muster backup FILE`"
        return Diagnosis("Backups", "none by themselves", remedy, needed=False)
    made = scheduled_backups()
    if not made or time.time() - made[-1].stat().st_mtime > OLDEST_BACKUP:
        words = (
            f"the newest in {settings.BACKUP_FOLDER} is {made[-1].name}"
            if made
            else f"none in {settings.BACKUP_FOLDER}"
        )
        return Diagnosis("Backups", words, "see whether `muster serve` runs at night, and its log", needed=False)
    return Diagnosis("Backups", f"{len(made)} in {settings.BACKUP_FOLDER}, the newest is {made[-1].name}")


def _mail() -> Iterator[Diagnosis]:
    sent = f"sent through {settings.EMAIL_HOST or settings.EMAIL_BACKEND}"
    saved = (f"saved as files in {settings.MUSTER_HOME / 'mails'}", "set MUSTER_EMAIL_URL to send email")
    yield _judge("Mail", bool(os.environ.get("MUSTER_EMAIL_URL")), sent, *saved, needed=False)


def _web() -> Iterator[Diagnosis]:
    if settings.DEBUG:
        yield Diagnosis(
            "Debug", "on: error pages show code and settings", "unset MUSTER_DEBUG before others use it", needed=False
        )
    hosts = ", ".join(settings.ALLOWED_HOSTS)
    alone = (f"this machine only ({hosts})", "set MUSTER_ALLOWED_HOSTS for others")
    yield _judge("Host names", not is_local(), hosts, *alone, needed=False)
    home = settings.MUSTER_URL or AT_HOME
    yield _judge(
        "Links in emails", not missing_address(), f"start with {home}", missing_address(), f"set {ADDRESS_REMEDY}"
    )


def _planner() -> Iterator[Diagnosis]:
    if importlib.util.find_spec("ortools") is not None:
        yield Diagnosis("Planner", f"OR-Tools {importlib.metadata.version('ortools')} finds the best staffing plans")
    else:
        remedy = f'{sys.executable} -m pip install "ortools>=9.12"'
        yield Diagnosis("Planner", "no solver, so the best possible plan may not be found", remedy, needed=False)


def _tests() -> Iterator[Diagnosis]:
    if not in_checkout():
        return
    for what, found, remedy in (
        ("Chromium, for browser tests", shutil.which("chromium") or shutil.which("google-chrome"), "chromium"),
        ("A second PostgreSQL, for CI", next(Path("/usr/lib/postgresql").glob("*/bin/initdb"), None), "postgresql"),
    ):
        yield _judge(what, bool(found), str(found), "not installed", f"apt-get install {remedy}", needed=False)


def _judge(what: str, is_fine: bool, words: str, otherwise: str, remedy: str, *, needed: bool = True) -> Diagnosis:
    """That it is fine in these words, or otherwise, and how that is mended."""
    return Diagnosis(what, words) if is_fine else Diagnosis(what, otherwise, remedy, needed)
