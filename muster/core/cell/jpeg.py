"""JPEG (ITU-T T.81): walked by its markers; of what stands beside the picture only colours and turning are kept.

Cameras write where and with what a picture was taken, a small copy of it, and behind its end further pictures or a
film. All of that goes.
"""

from __future__ import annotations

import re

from muster.core.cell.reading import Broken, Parsed, number, part, picture

START, END, SCAN = 0xD8, 0xD9, 0xDA
STANDALONE = {0x01, *range(0xD0, 0xD8)}
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
EXIF, TURNED = b"Exif\x00\x00", 0x0112
# Application segments that say how colours are meant.
MOST_SEGMENTS = 10_000
MARKER = re.compile(rb"\xff+([^\x00\xff])")
# In the data of a scan FF 00 is a plain FF, and restart markers are part of it.
END_OF_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
KEPT = {0xE0: b"JFIF\x00", 0xE2: b"ICC_PROFILE\x00", 0xEE: b"Adobe"}


def parse(content: bytes) -> Parsed:
    """The picture alone, ending where it ends. Raises Broken."""
    kept: list[bytes] = []
    sizes: list[tuple[int, int]] = []
    at, turned, has_scan = 2, 1, False
    for _each in range(MOST_SEGMENTS):
        at, marker = _marker(content, at)
        if marker == END:
            break
        if marker in STANDALONE:
            continue
        if marker == START:
            raise Broken
        size = number(content, at, 2)
        segment = part(content, at + 2, size - 2)
        if marker == 0xE1 and segment.startswith(EXIF):
            turned = orientation_of(segment[len(EXIF) :])
        if _is_of_the_picture(marker, segment):
            kept.append(bytes((0xFF, marker)) + part(content, at, size))
        if marker in FRAMES:
            # Behind how many bits a colour has: the height, then the width.
            sizes.append((number(segment, 3, 2), number(segment, 1, 2)))
        at += size
        if marker == SCAN:
            end = _end_of_scan(content, at)
            kept.append(content[at:end])
            at, has_scan = end, True
    else:
        raise Broken
    if not has_scan:
        raise Broken
    return picture(b"\xff\xd8" + _about_turning(turned) + b"".join(kept) + b"\xff\xd9", sizes)


def orientation_of(tiff: bytes) -> int:
    """How a picture is turned (1 to 8 of Exif 2.3), told by the first directory of a TIFF; 1 where it is not told."""
    try:
        little = {b"II*\x00": True, b"MM\x00*": False}[part(tiff, 0, 4)]
        first = number(tiff, 4, 4, little=little)
        for entry in range(number(tiff, first, 2, little=little)):
            at = first + 2 + 12 * entry
            if number(tiff, at, 2, little=little) == TURNED:
                value = number(tiff, at + 8, 2, little=little)
                return value if 1 <= value <= 8 else 1
    except (Broken, KeyError):
        pass
    return 1


def _marker(content: bytes, at: int) -> tuple[int, int]:
    """The place behind the next marker, and the marker."""
    found = MARKER.match(content, at)
    if found is None:
        raise Broken
    return found.end(), found[1][0]


def _is_of_the_picture(marker: int, segment: bytes) -> bool:
    if 0xE0 <= marker <= 0xEF:
        return marker in KEPT and segment.startswith(KEPT[marker])
    # 0xFE is a comment.
    return marker != 0xFE


def _end_of_scan(content: bytes, at: int) -> int:
    """Where the next marker begins that is not part of the scan's own data."""
    found = END_OF_SCAN.search(content, at)
    if found is None:
        raise Broken
    return found.start()


def _about_turning(turned: int) -> bytes:
    """An Exif segment that says how the picture is turned, and nothing else."""
    if turned == 1:
        return b""
    entry = TURNED.to_bytes(2, "big") + b"\x00\x03\x00\x00\x00\x01" + turned.to_bytes(2, "big") + b"\x00\x00"
    tiff = b"MM\x00*\x00\x00\x00\x08\x00\x01" + entry + b"\x00\x00\x00\x00"
    body = EXIF + tiff
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body
