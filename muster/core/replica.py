"""A read replica (`MUSTER_REPLICA_URL`): what may be a moment behind is read there, where there is one that keeps up.

Exports and lists of reports say so with `may_lag`, figures with `reads_what_may_lag`. Everything else is asked of the
database that is written to.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import structlog
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections
from django.db.backends.utils import CursorWrapper
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)
R = TypeVar("R")
P = ParamSpec("P")

REPLICA = "replica"
# Seconds: how far behind it may be, and how long it is left alone once it did not answer.
FURTHEST_BEHIND, LEFT_ALONE = 30, 15
# Without a stream it would stay behind for good. What is replayed of all that came is as new as it can be.
KEEPS_UP = """
    SELECT EXISTS (SELECT 1 FROM pg_stat_wal_receiver) AND (
        pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
        OR pg_last_xact_replay_timestamp() > now() - %s * interval '1 second')
"""

log = structlog.get_logger(__name__)
_left_alone_until = 0.0
_read_from: ContextVar[str] = ContextVar("read_from", default=DEFAULT_DB_ALIAS)


def may_lag(rows: QuerySet[M, R]) -> QuerySet[M, R]:
    """The rows as the replica has them, if there is one that answers and keeps up; else as they are."""
    return rows.using(REPLICA) if _is_of_use() else rows


def reads_what_may_lag(function: Callable[P, R]) -> Callable[P, R]:
    """What the function reads, it reads where the replica is of use, from there; raw SQL by `reading_cursor` alone.

    It has to have read all when it returns, and writes nothing.
    """

    @wraps(function)
    def reading(*args: P.args, **kwargs: P.kwargs) -> R:
        token = _read_from.set(REPLICA if _is_of_use() else DEFAULT_DB_ALIAS)
        try:
            return function(*args, **kwargs)
        finally:
            _read_from.reset(token)

    return reading


def reading_cursor() -> CursorWrapper:
    """A cursor on the replica within what `reads_what_may_lag`, else on the database that is written to."""
    cursor: CursorWrapper = connections[_read_from.get()].cursor()
    return cursor


def _is_of_use() -> bool:
    return REPLICA in settings.DATABASES and keeps_up()


def keeps_up() -> bool:
    """Whether the replica answers and is as new as it may have to be."""
    global _left_alone_until
    if time.monotonic() < _left_alone_until:
        return False
    try:
        with connections[REPLICA].cursor() as cursor:
            cursor.execute(KEEPS_UP, [FURTHEST_BEHIND])
            reason = "" if cursor.fetchone()[0] else f"more than {FURTHEST_BEHIND} s behind, or without a stream"
    except (DatabaseError, InterfaceError) as error:
        reason = str(error).strip()
    if reason:
        log.warning("replica_left_alone", reason=reason, seconds=LEFT_ALONE)
        _left_alone_until = time.monotonic() + LEFT_ALONE
    return not reason


class ReplicaRouter:
    """Nothing is written to the replica or migrated there, and its rows are the same rows."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        """Where `reads_what_may_lag` says; else where the object is from that is asked, and the primary."""
        return REPLICA if _read_from.get() == REPLICA else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return "default"

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db != REPLICA
