"""Whether people can be served: what `/readyz` looks at."""

from __future__ import annotations

import functools

import psycopg
import structlog
from django.db.migrations.loader import MigrationLoader

from muster.core.jobs import SECONDS_WITHOUT_HEARTBEAT
from muster.web.monitoring.probe import probing

log = structlog.get_logger(__name__)

OK = "ok"
WORKING = "SELECT EXISTS (SELECT 1 FROM procrastinate_workers WHERE last_heartbeat > now() - %s * interval '1 s')"


def readiness() -> dict[str, str]:
    """What is looked at, each `ok` or what is wrong with it. The reason stands in the log: anybody may ask."""
    try:
        with probing() as connection:
            applied = set(connection.execute("SELECT app, name FROM django_migrations").fetchall())
            is_working = connection.execute(WORKING, [SECONDS_WITHOUT_HEARTBEAT]).fetchone()
    except psycopg.errors.UndefinedTable:
        return {"database": OK, "migrations": "missing", "worker": "unknown"}
    except psycopg.Error as error:
        log.warning("not_ready", reason=str(error))
        return {"database": "unreachable", "migrations": "unknown", "worker": "unknown"}
    return {
        "database": OK,
        "migrations": OK if newest_migrations() <= applied else "missing",
        "worker": OK if is_working and is_working[0] else "missing",
    }


@functools.cache
def newest_migrations() -> frozenset[tuple[str, str]]:
    """The last migration of each app, which is applied after all others."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())
