"""Reading bytes that somebody else wrote: whatever they say about themselves may be wrong."""

from __future__ import annotations

from typing import Any, TypeAlias

# What a kind of file is parsed to: what is to be said of it, and what is left of it.
Parsed: TypeAlias = tuple[dict[str, Any], bytes]


class CellRefusal(Exception):
    """A file that is not taken: a word for the reason, and the numbers that its sentence needs."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code, facts)
        self.code, self.facts = code, facts


class Broken(CellRefusal):
    """The content ends too early, or contradicts itself."""

    def __init__(self) -> None:
        super().__init__("broken")


def part(content: bytes | bytearray, at: int, size: int) -> bytes:
    """Exactly so many bytes from a place. Raises Broken where they are not there."""
    if at < 0 or size < 0 or at + size > len(content):
        raise Broken
    return bytes(content[at : at + size])


def number(content: bytes | bytearray, at: int, size: int, *, little: bool = False) -> int:
    """An unsigned number of so many bytes. Raises Broken where they are not there."""
    return int.from_bytes(part(content, at, size), "little" if little else "big")


def picture(kept: bytes, sizes: list[tuple[int, int]]) -> Parsed:
    """A picture and how many pixels it is drawn with: those of its largest part. Raises Broken without any."""
    pixels = max((width * height for width, height in sizes), default=0)
    if not pixels:
        raise Broken
    return {"pixels": pixels}, kept
