"""Which institution's rows a session of the database sees, whatever a query asks for.

Every table with an owner has a policy (`ownership`): the application's role sees, adds, changes and deletes rows of the
institution that the session is told, and none where it is told nothing. Doors say `enter` as soon as they know where
the caller works; jobs say `only_in`; what has to look at several institutions says `across_institutions`, and why.

What is said belongs to the request or the task, never to the connection: before each statement the connection is told,
if it was told something else. So a connection of the pool carries nothing over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from psycopg import OperationalError
from psycopg.pq import ExecStatus, TransactionStatus

NOWHERE, EVERYWHERE = "", "*"
# Statements that look at no row: the connection is told before the next one that does.
LOOK_AT_NO_ROW = ("SAVEPOINT ", "RELEASE SAVEPOINT ", "ROLLBACK TO ")

_said: ContextVar[str | None] = ContextVar("institution", default=None)
# What holds for a process that does not serve.
_unless_said = [NOWHERE]


@contextmanager
def _saying(what: str) -> Iterator[None]:
    token = _said.set(what)
    try:
        yield
    finally:
        _said.reset(token)


@contextmanager
def nowhere() -> Iterator[None]:
    """Meanwhile no institution's rows are there, until `enter` says whose."""
    with _saying(NOWHERE):
        yield


@contextmanager
def only_in(institution_id: UUID) -> Iterator[None]:
    """Meanwhile rows of this institution alone are there."""
    with _saying(str(institution_id)):
        yield


@contextmanager
def across_institutions(reason: str) -> Iterator[None]:
    """Meanwhile the rows of all institutions are there. Around as little as possible; queries are to end within it."""
    with _saying(EVERYWHERE):
        yield


def enter(institution_id: UUID) -> None:
    """From now on rows of this institution alone are there, until the request ends."""
    _said.set(str(institution_id))


def see_all_in_this_process(reason: str) -> None:
    """Rows of all institutions are there where nothing else is said: in commands, and in what developers run."""
    _unless_said[0] = EVERYWHERE


def while_sent(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The parts of an answer, each made where the request is now, though it be sent later."""
    said, left = _whose(), iter(parts)
    while True:
        with _saying(said):
            part = next(left, None)
        if part is None:
            return
        yield part


def _whose() -> str:
    said = _said.get()
    return _unless_said[0] if said is None else said


def _tell_first(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Tell the connection whose rows are there, in front of a statement that looks at any."""
    if not isinstance(sql, str) or not sql.startswith(LOOK_AT_NO_ROW):
        tell(context["connection"])
        return execute(sql, params, many, context)
    line = context["connection"].connection
    _forget_what_is_over(line)
    if sql.startswith("ROLLBACK"):
        # It may take back what was told.
        line.told_institution = None
    return execute(sql, params, many, context)


def tell(connection: BaseDatabaseWrapper) -> None:
    """Tell the connection whose rows are there, where that differs from what it was told."""
    line = connection.connection
    _forget_what_is_over(line)
    wanted = _whose()
    if wanted != getattr(line, "told_institution", NOWHERE):
        with connection.wrap_database_errors:
            _tell(line, wanted)


def _forget_what_is_over(line: Any) -> None:
    if getattr(line, "told_for_now", False) and line.pgconn.transaction_status == TransactionStatus.IDLE:
        # Told in a transaction that is over by now: committed or not, who knows.
        line.told_institution, line.told_for_now = None, False


def _tell(line: Any, what: str) -> None:
    state = line.pgconn.transaction_status
    # In a transaction that failed nothing can be told, nor asked.
    if state == TransactionStatus.INERROR:
        return
    # Each request begins with two of these, so they go the shortest way; by it no transaction begins.
    told = line.pgconn.exec_(f"SET muster.institution = '{what}'".encode())
    if told.status != ExecStatus.COMMAND_OK:
        raise OperationalError(line.pgconn.get_error_message())
    line.told_institution, line.told_for_now = what, state == TransactionStatus.INTRANS


def _tell_on(sender: object, connection: BaseDatabaseWrapper, **_rest: Any) -> None:
    # First, since others that come later go by being the last.
    if _tell_first not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _tell_first)


connection_created.connect(_tell_on)
