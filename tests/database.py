"""The tests' databases: migrated once, copied for every process, emptied quickly after a test that commits."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import django
from django.apps import apps
from django.conf import settings
from django.db import connections
from django.test import override_settings

from benchmarks.people import furnish as furnish_people
from muster.cli.check import invariants
from muster.cli.setup import bring_database_up_to_date
from muster.core.checks import run_checks
from muster.core.ownership import as_owner
from muster.exchange.demo.college import TIME_ZONE
from muster.exchange.generate import SCALES, generate
from tests.copies import with_rows
from tools import demo_data
from tools.demo_server import furnish

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "muster_template_"
# Templates of other states of the checkout that are kept: somebody may go back and forth between two branches. Of the
# demonstration none is, which follows from every line of the product.
KEPT = {"empty": 2, "demonstration": 0, "generated": 0}
COPY = "demonstration_"
# What the demonstration and the static files collected for it follow from.
PRODUCT = {".py", ".sql", ".csv", ".css", ".js", ".svg"}
# Any number that no other advisory lock uses: "templ" in ASCII.
LOCK = 0x74656D706C


def template() -> str:
    """The name of a database that is migrated and empty, made when there is none for the migrations as they now are.

    Migrating takes a processor seconds, copying a fraction of one.
    """

    def fill(draft: str) -> None:
        with _connected_to(draft):
            bring_database_up_to_date()
            _leave_alone()

    return _made("empty", _fingerprint(), "template1", fill)


def demonstration() -> Path:
    """The home of the demonstration as browser tests look at it, made when it is not there for today and this code.

    Its database is a template of the same name. Building it takes a processor ten seconds.
    """
    today = datetime.now(ZoneInfo(TIME_ZONE)).date()
    name = _digest(_product(), _fingerprint(), today.isoformat())
    homes: Path = settings.MUSTER_HOME / "demonstrations"

    def fill(draft: str) -> None:
        shutil.rmtree(homes, ignore_errors=True)
        furnish(homes / name, url_of(draft))
        with _connected_to(draft), connections["default"].cursor() as cursor:
            cursor.execute("ANALYZE")

    return homes / _made("demonstration", name, template(), fill, homes / name).removeprefix(f"{PREFIX}demonstration_")


@contextmanager
def generated() -> Iterator[dict[str, dict[str, str]]]:
    """Meanwhile the connection is to a generated data set, made when it is not there for today and these tables.

    Gives the objects of its largest institution and of a small one. It is to be read alone.
    """
    today = datetime.now(UTC).date()
    sources = sorted((ROOT / "muster" / "exchange" / "generate").glob("*.py"))
    name = _digest(_fingerprint(), *sources, today.isoformat())
    # Another server has another data set, with files of its own.
    place = "generated-elsewhere" if os.environ.get("DATABASE_URL") else "generated"
    file = settings.MUSTER_HOME / place / f"{name}.json"

    def fill(draft: str) -> None:
        shutil.rmtree(file.parent, ignore_errors=True)
        file.parent.mkdir(parents=True)
        with _connected_to(draft):
            generate(SCALES["small"], today=today)
            file.write_text(json.dumps(furnish_people()))
            with connections["default"].cursor() as cursor:
                # Look at every row: what a sample happens to hold decides which plans are made.
                cursor.execute("SET default_statistics_target = 2000")
                cursor.execute("VACUUM ANALYZE")

    # Its files stand beside it, whichever process made it.
    with (
        override_settings(MEDIA_ROOT=file.parent / "files"),
        _connected_to(_made("generated", name, template(), fill, file)),
    ):
        yield json.loads(file.read_text())


def copied(home: Path) -> tuple[Path, str]:
    """The demonstration to do with as one likes: a home with its files, and the URL of its database."""
    mine = home.parent.with_name(f"{COPY}{os.getpid()}")
    shutil.copytree(home, mine)
    with _maintenance() as cursor:
        cursor.execute(f'CREATE DATABASE "{mine.name}" TEMPLATE "{PREFIX}demonstration_{home.name}"')
    return mine, url_of(mine.name)


def contradictions(mine: Path) -> list[str]:
    """What `muster check` finds in such a copy, after others worked in it."""
    with override_settings(MEDIA_ROOT=mine / "files"), _connected_to(mine.name), as_owner():
        return [f"{found.fact}: {found.left}" for found in run_checks(invariants()) if not found.holds]


def drop(mine: Path) -> None:
    """Remove what `copied` made."""
    shutil.rmtree(mine)
    with _maintenance() as cursor:
        cursor.execute(f'DROP DATABASE "{mine.name}" WITH (FORCE)')


def url_of(name: str) -> str:
    """How other programs reach a database of the tests' server, as a DATABASE_URL."""
    chosen = connections["default"].settings_dict
    who = ":".join(quote(str(chosen[part]), safe="") for part in ("USER", "PASSWORD") if chosen[part])
    # A folder may be named beside the URL: `?host=`.
    host = str(chosen["HOST"] or chosen.get("OPTIONS", {}).get("host", ""))
    if host.startswith("/"):
        return f"postgres://{who}@/{name}?host={quote(host, safe='/')}"
    return f"postgres://{who}@{host}:{chosen['PORT']}/{name}"


def _made(kind: str, fingerprint: str, origin: str, fill: Callable[[str], None], files: Path | None = None) -> str:
    """The name of the database of this kind and fingerprint, made anew where the files that go with it are gone.

    Processes that ask at once wait for the first.
    """
    name, draft = f"{PREFIX}{kind}_{fingerprint}", f"{PREFIX}draft"
    with _maintenance() as cursor:
        # Given back when this connection ends.
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY oid", [f"{PREFIX}{kind}_%"])
        there = [row[0] for row in cursor.fetchall()]
        if name not in there or (files is not None and not files.exists()):
            for old in {draft, name, *there[: len(there) - KEPT[kind]]}:
                cursor.execute(f'DROP DATABASE IF EXISTS "{old}"')
            cursor.execute(f'CREATE DATABASE "{draft}" TEMPLATE "{origin}"')
            fill(draft)
            # It bears its name only when it is whole.
            cursor.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')
    return name


@contextmanager
def _maintenance() -> Iterator[Any]:
    """As the owner: the application's role makes no databases."""
    with connections["default"]._nodb_cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        yield cursor


def _fingerprint() -> str:
    """Of all that the migrated database follows from."""
    core = ("constraints.py", "ids.py", "ownership.py", "sql.py")
    helpers = [Path(__file__), *(ROOT / "muster" / "core" / name for name in core)]
    folders = [Path(app.path) for app in apps.get_app_configs()]
    migrations = (file for folder in folders for file in folder.glob("migrations/*.py") if file.is_file())
    functions = (file for folder in folders for file in folder.glob("sql/**/*.sql"))
    return _digest(django.__version__, *sorted([*migrations, *functions, *helpers]))


def _product() -> str:
    """Of the product's own sources, and of what furnishes the demonstration."""
    sources = (file for file in (ROOT / "muster").rglob("*") if file.suffix in PRODUCT and "tests" not in file.parts)
    return _digest(*sorted(sources), Path(demo_data.__file__))


def _digest(*parts: str | Path) -> str:
    """Of texts, and of files with their names."""
    seen = hashlib.sha256()
    for part in parts:
        seen.update(f"{part} ".encode() + (part.read_bytes() if isinstance(part, Path) else b""))
    return seen.hexdigest()[:16]


def _leave_alone() -> None:
    """Keep PostgreSQL from looking after the tables by itself.

    It would look between two tests, find them empty, and take the next test's thousands of rows for none or one: then
    an import that takes seconds takes minutes, at one run and not at another. Of tables it never looked at it thinks
    soberly.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        for (table,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE "{table}" SET (autovacuum_enabled = off)')


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    connection = connections["default"]
    connection.close()
    before = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def check_what_was_put_off() -> None:
    """Make the checks now that wait for the end of the transaction, and put off again only what is put off by default.

    Django's `check_constraints` would put off all that can be, which a booking's overlap is not.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS {_put_off_by_default()} DEFERRED")


@functools.cache
def _put_off_by_default() -> str:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT string_agg(DISTINCT quote_ident(conname), ', ') FROM pg_constraint WHERE condeferred")
        return str(cursor.fetchone()[0])


def empty() -> None:
    """Delete every row of every table, jobs included, but for what stands there from the beginning.

    What Django does instead, one TRUNCATE of all tables and then making the permissions anew, takes twenty times as
    long: most tables are empty. Neither triggers nor foreign keys are asked, so the order does not matter.
    """
    with connections["default"].cursor() as cursor:
        if dirty := with_rows(cursor):
            deletes = " ".join(f'DELETE FROM "{table}";' for table in dirty)  # noqa: S608 - our own tables
            cursor.execute(
                f"BEGIN; SET LOCAL ROLE NONE; SET LOCAL session_replication_role = replica; {deletes} COMMIT"
            )
