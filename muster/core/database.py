"""Locks, refusals and retries."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

import structlog
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Model, QuerySet

from muster.core.errors import Conflict, DomainError

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=Model)
T = TypeVar("T")

log = structlog.get_logger(__name__)

# PostgreSQL: deadlock_detected and serialization_failure.
COLLISIONS = {"40P01", "40001"}
TRIES = 3


def violated_constraint(error: BaseException) -> str:
    """The name of the constraint that refused, or an empty string."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return (diagnosis and diagnosis.constraint_name) or ""


@contextmanager
def refused_as(**refusals: DomainError | Callable[[], DomainError]) -> Iterator[None]:
    """Turn the violation of a named constraint into the sentence for people.

    Names match by their beginning, since a distributed PostgreSQL adds a suffix. The body runs in a savepoint, so a
    refusal made by a function may still ask the database.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = violated_constraint(error)
        for constraint, refusal in refusals.items():
            if name.startswith(constraint):
                raise (refusal() if callable(refusal) else refusal) from error
        raise


class _Refused(Exception):
    """A violated constraint on its way out of the rule whose last write met it."""

    def __init__(self, refusal: DomainError | Callable[[], DomainError]) -> None:
        super().__init__()
        self.refusal = refusal

    def made(self) -> DomainError:
        return self.refusal() if callable(self.refusal) else self.refusal


@contextmanager
def refused_at_last(**refusals: DomainError | Callable[[], DomainError]) -> Iterator[None]:
    """As `refused_as`, around the last write of an `@atomic` rule, without the two statements of a savepoint.

    The refusal is made after the rule was rolled back, so a function may ask the database, and lock nothing.
    """
    try:
        yield
    except IntegrityError as error:
        name = violated_constraint(error)
        for constraint, refusal in refusals.items():
            if name.startswith(constraint):
                raise _Refused(refusal) from error
        raise


def atomic(rule: Callable[P, R]) -> Callable[P, R]:
    """Run a use case in one transaction; when it collides with another, repeat it from the start, at most three times.

    Inside another transaction it is a plain part of it: only the outermost can be repeated.
    """

    @functools.wraps(rule)
    def use_case(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return tried(*args, **kwargs)
        except _Refused as refused:
            raise refused.made() from refused.__cause__

    def tried(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            with transaction.atomic():
                return rule(*args, **kwargs)
        for tries_left in reversed(range(TRIES)):
            try:
                with transaction.atomic():
                    return rule(*args, **kwargs)
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", "") not in COLLISIONS:
                    raise
                if not tries_left:
                    message = "Somebody else changed the same things at the same moment. Try again."
                    raise Conflict(message, code="collision") from error
        raise AssertionError("unreachable")

    return use_case


def sum_each(parts: Iterable[T], do: Callable[[T], int]) -> int:
    """The sum of what `do`, an `@atomic` rule, answers for each part; one that fails keeps none of the others back.

    Each failure is logged as it happens. Raises all of them at the end as an ExceptionGroup, so that a job that asked
    is seen to have failed.
    """
    total, failures = 0, list[Exception]()
    for part in parts:
        try:
            total += do(part)
        except ExceptionGroup as group:
            # Parts of the part, logged already.
            failures += group.exceptions
        except Exception as failure:
            log.exception("part_failed", part=str(part))
            failures.append(failure)
    if failures:
        raise ExceptionGroup("Some parts failed; the others are done.", failures)
    return total


def single(rows: QuerySet[M, R]) -> R | None:
    """The one row that a unique key leaves, or None, without the order that `first()` would ask for."""
    return next(iter(rows.order_by()), None)


def lock_word(*words: object) -> None:
    """Hold a lock on a word until the transaction ends; for what has no row to lock yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [":".join(map(str, words))])
