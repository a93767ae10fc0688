"""WebP (RFC 9649): walked by its chunks; Exif and XMP go."""

from __future__ import annotations

from collections.abc import Callable

from muster.core.cell.reading import Broken, Parsed, number, part, picture

KEPT = (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP")
PICTURES = {b"VP8 ", b"VP8L", b"ANMF"}
MOST_CHUNKS = 20_000
# Bits of the first byte of VP8X: there is Exif, there is XMP.
TELLS = 0x08 | 0x04


def parse(content: bytes) -> Parsed:
    """The picture alone, ending where it says it ends. Raises Broken."""
    end = 8 + number(content, 4, 4, little=True)
    part(content, 0, end)
    kept: list[bytes] = []
    kinds: list[bytes] = []
    sizes: list[tuple[int, int]] = []
    at = 12
    while at < end:
        kind = part(content, at, 4)
        size = number(content, at + 4, 4, little=True)
        body = part(content, at + 8, size)
        at += 8 + size + size % 2
        kinds.append(kind)
        if at > end or len(kinds) > MOST_CHUNKS:
            raise Broken
        if kind == b"VP8X":
            body = bytes([number(body, 0, 1) & ~TELLS]) + body[1:]
        if kind in SIZES:
            sizes.append(SIZES[kind](body))
        if kind in KEPT:
            kept.append(kind + size.to_bytes(4, "little") + body + b"\x00" * (size % 2))
    if PICTURES.isdisjoint(kinds):
        raise Broken
    inside = b"WEBP" + b"".join(kept)
    return picture(b"RIFF" + len(inside).to_bytes(4, "little") + inside, sizes)


def _canvas(body: bytes, at: int = 4) -> tuple[int, int]:
    return number(body, at, 3, little=True) + 1, number(body, at + 3, 3, little=True) + 1


def _lossy(body: bytes) -> tuple[int, int]:
    # The two highest bits of each say how it is scaled.
    return number(body, 6, 2, little=True) & 0x3FFF, number(body, 8, 2, little=True) & 0x3FFF


def _lossless(body: bytes) -> tuple[int, int]:
    bits = number(body, 1, 4, little=True)
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


# Where each chunk that is drawn says how large it is.
SIZES: dict[bytes, Callable[[bytes], tuple[int, int]]] = {
    b"VP8X": _canvas,
    b"VP8 ": _lossy,
    b"VP8L": _lossless,
    b"ANMF": lambda body: _canvas(body, 6),
}
