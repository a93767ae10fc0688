"""The database as somebody sees it who comes from outside: over a connection of its own, which nobody waits for.

A pool that is used up, or a database that is away, must not keep a probe for as long as it keeps people.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from procrastinate.contrib.django.utils import connector_params

# Until a database counts as away, and until a statement is too slow.
SECONDS = 2


@contextmanager
def probing() -> Iterator[psycopg.Connection[Any]]:
    """A connection for a few short statements. Raises psycopg.Error."""
    patience = {"connect_timeout": SECONDS, "options": f"-c statement_timeout={SECONDS}s"}
    with psycopg.connect(**{**connector_params(), **patience, "autocommit": True}) as connection:
        yield connection
