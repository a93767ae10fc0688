"""Reading bytes that somebody else wrote: whatever they say about themselves may be wrong."""

from __future__ import annotations


class Broken(Exception):
    """The content ends too early, or contradicts itself."""


def part(content: bytes | bytearray, at: int, size: int) -> bytes:
    """Exactly so many bytes from a place. Raises Broken where they are not there."""
    if at < 0 or size < 0 or at + size > len(content):
        raise Broken
    return bytes(content[at : at + size])


def number(content: bytes | bytearray, at: int, size: int, *, little: bool = False) -> int:
    """An unsigned number of so many bytes. Raises Broken where they are not there."""
    return int.from_bytes(part(content, at, size), "little" if little else "big")
