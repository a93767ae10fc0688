"""WebP (RFC 9649): walked by its chunks; Exif and XMP go."""

from __future__ import annotations

from muster.core.files.reading import Broken, number, part

KEPT = (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP")
PICTURES = {b"VP8 ", b"VP8L", b"ANMF"}
MOST_CHUNKS = 20_000
# Bits of the first byte of VP8X: there is Exif, there is XMP.
TELLS = 0x08 | 0x04


def begins(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def clean_picture(content: bytes) -> bytes:
    """The picture alone, ending where it says it ends. Raises Broken."""
    end = 8 + number(content, 4, 4, little=True)
    part(content, 0, end)
    kept: list[bytes] = []
    kinds: list[bytes] = []
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
        if kind in KEPT:
            kept.append(kind + size.to_bytes(4, "little") + body + b"\x00" * (size % 2))
    if PICTURES.isdisjoint(kinds):
        raise Broken
    inside = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(inside).to_bytes(4, "little") + inside
