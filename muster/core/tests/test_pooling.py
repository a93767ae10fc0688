"""Whether a connection of the pool lives is mostly known without asking the server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from psycopg_pool import ConnectionPool

from muster.core import pooling

pytestmark = pytest.mark.django_db

Pool = ConnectionPool[pooling.PooledConnection]


@pytest.fixture
def pool() -> Iterator[Pool]:
    """One connection to the tests' database, as Django's pool makes it."""
    reached = connection.get_connection_params() | {"user": settings.DATABASE_APPLICATION, "autocommit": True}
    with ConnectionPool(
        kwargs=reached,
        connection_class=pooling.PooledConnection,
        min_size=1,
        check=ConnectionPool.check_connection,
        timeout=20,
    ) as pool:
        yield pool


def answered_at(pid: int) -> object:
    """When the connection was last asked anything."""
    with connection.cursor() as cursor:
        # Within a transaction it would be what was seen first.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT state_change FROM pg_stat_activity WHERE pid = %s", [pid])
        return cursor.fetchone()[0]


def lent(pool: Pool) -> int:
    """The backend of the connection that is lent, and taken back."""
    with pool.connection() as line:
        return line.info.backend_pid


def test_a_connection_just_used_is_lent_without_a_round_trip(pool: Pool) -> None:
    pid = lent(pool)
    before = answered_at(pid)
    assert lent(pool) == pid
    assert answered_at(pid) == before


def test_an_idle_connection_is_asked_first(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = lent(pool)
    before = answered_at(pid)
    monkeypatch.setattr(pooling, "IDLE_SECONDS", 0.0)
    assert lent(pool) == pid
    assert answered_at(pid) > before


def test_a_connection_that_the_server_ended_is_not_lent_again(pool: Pool) -> None:
    pid = lent(pool)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        assert cursor.fetchone()[0]
    with pool.connection() as line:
        assert line.execute("SELECT 1").fetchone() == (1,)
        assert line.info.backend_pid != pid
