"""Identifiers: UUID version 7, made in Python, so that rows sort by the time they were made."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A new UUIDv7 (RFC 9562): time-ordered to the millisecond, unique across servers."""
    return uuid7()
