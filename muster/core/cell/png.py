"""PNG (W3C, third edition): walked by its chunks, each checksum compared; texts, times and Exif data go."""

from __future__ import annotations

import zlib

from muster.core.cell.reading import Broken, Parsed, number, part, picture

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_CHUNKS = 20_000
KEPT = frozenset(b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP bKGD hIST pHYs sPLT acTL fcTL fdAT".split())


def parse(content: bytes) -> Parsed:
    """The picture alone, ending where it ends. Raises Broken."""
    kept = [SIGNATURE]
    kinds: list[bytes] = []
    at = len(SIGNATURE)
    while not kinds or kinds[-1] != b"IEND":
        size = number(content, at, 4)
        chunk = part(content, at, size + 12)
        if zlib.crc32(chunk[4:-4]) != number(chunk, size + 8, 4):
            raise Broken
        kinds.append(chunk[4:8])
        if len(kinds) > MOST_CHUNKS:
            raise Broken
        if chunk[4:8] in KEPT:
            kept.append(chunk)
        at += len(chunk)
    if kinds[0] != b"IHDR" or b"IDAT" not in kinds:
        raise Broken
    return picture(b"".join(kept), [(number(content, 16, 4), number(content, 20, 4))])
