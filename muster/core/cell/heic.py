"""HEIC (ISO/IEC 23008-12): walked by its boxes; Exif, XMP and whatever else is no part of the picture are blanked.

Everything in it is found by its distance from the beginning, so what goes is overwritten in place. How the picture is
turned stands in a property of its own, and stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from muster.core.cell.reading import Broken, Parsed, number, part, picture

TELLING = {b"Exif", b"mime", b"uri "}
OF_THE_PICTURE = {b"ftyp", b"meta", b"mdat", b"free", b"skip"}
# More than any picture has; reading stays quick whatever is sent.
MOST_PARTS = 10_000
# An empty TIFF behind the four bytes that say where it begins: what is left of an Exif item.
NO_EXIF = b"\x00\x00\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00"


@dataclass(frozen=True)
class Box:
    """A box of a kind, its content from one place to another."""

    kind: bytes
    start: int
    begin: int
    end: int


def parse(content: bytes) -> Parsed:
    """The picture alone. Raises Broken."""
    blank = bytearray(content)
    end = len(content)
    found: dict[bytes, Box] = {}
    for box in _boxes(content, 0, end, lenient=True):
        found.setdefault(box.kind, box)
        end_of_boxes = box.end
        if box.kind not in OF_THE_PICTURE:
            blank[box.start + 4 : box.start + 8] = b"free"
        if box.kind not in OF_THE_PICTURE or box.kind in (b"free", b"skip"):
            blank[box.begin : box.end] = bytes(box.end - box.begin)
    if not {b"ftyp", b"meta", b"mdat"} <= found.keys():
        raise Broken
    meta = {box.kind: box for box in _boxes(content, found[b"meta"].begin + 4, found[b"meta"].end)}
    if b"iinf" not in meta or b"iloc" not in meta:
        raise Broken
    kinds = dict(_items(content, meta[b"iinf"]))
    if not kinds:
        raise Broken
    blanked = 0
    for item, first, length in _places(content, meta[b"iloc"], meta.get(b"idat")):
        kind = kinds.get(item)
        if kind not in TELLING:
            continue
        blanked += length
        # Without a length it would be all of the file; and no byte needs blanking twice.
        if not length or first + length > len(content) or blanked > len(content):
            raise Broken
        blank[first : first + length] = NO_EXIF[:length].ljust(length, b"\x00") if kind == b"Exif" else b" " * length
    return picture(bytes(blank[:end_of_boxes]), _sizes(content, meta.get(b"iprp")))


def _boxes(content: bytes, at: int, end: int, *, lenient: bool = False) -> Iterator[Box]:
    """The boxes from one place to another. Leniently, what stands behind the last whole one is passed over."""
    for _each in range(MOST_PARTS):
        if at >= end:
            return
        try:
            size, kind, begin = number(content, at, 4), part(content, at + 4, 4), at + 8
            if size == 1:
                size, begin = number(content, at + 8, 8), at + 16
            elif size == 0:
                size = end - at
            if at + size > end or at + size < begin:
                raise Broken
        except Broken:
            if lenient:
                return
            raise
        yield Box(kind, at, begin, at + size)
        at += size
    raise Broken


def _sizes(content: bytes, iprp: Box | None) -> list[tuple[int, int]]:
    """Width and height of the picture and of the tiles it is put together from. Raises Broken."""
    if iprp is None:
        raise Broken
    return [
        (number(content, size.begin + 4, 4), number(content, size.begin + 8, 4))
        for box in _boxes(content, iprp.begin, iprp.end)
        if box.kind == b"ipco"
        for size in _boxes(content, box.begin, box.end)
        if size.kind == b"ispe"
    ]


def _items(content: bytes, iinf: Box) -> Iterator[tuple[int, bytes]]:
    """The number and kind of each item."""
    version = number(content, iinf.begin, 1)
    counted = iinf.begin + 4 + (2 if version == 0 else 4)
    for box in _boxes(content, counted, iinf.end):
        if box.kind == b"infe":
            version = number(content, box.begin, 1)
            if version < 2:
                raise Broken
            wide = 2 if version == 2 else 4
            yield number(content, box.begin + 4, wide), part(content, box.begin + 4 + wide + 2, 4)


def _places(content: bytes, iloc: Box, idat: Box | None) -> Iterator[tuple[int, int, int]]:
    """Each stretch of each item: the item's number, where the stretch begins, and its length."""
    at = iloc.begin
    version = number(content, at, 1)
    if version > 2:
        raise Broken
    sizes = number(content, at + 4, 2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version else 0
    wide = 4 if version == 2 else 2
    count, at = number(content, at + 6, wide), at + 6 + wide
    read = 0
    for _each in range(count):
        item, at = number(content, at, wide), at + wide
        method = 0
        if version:
            method, at = number(content, at, 2) & 15, at + 2
        if method > 1 or (method == 1 and idat is None):
            raise Broken
        at += 2
        base, at = number(content, at, base_size), at + base_size
        if method == 1 and idat is not None:
            base += idat.begin
        stretches, at = number(content, at, 2), at + 2
        read += 1 + stretches
        if at > iloc.end or read > MOST_PARTS:
            raise Broken
        for _other in range(stretches):
            at += index_size
            offset, at = number(content, at, offset_size), at + offset_size
            length, at = number(content, at, length_size), at + length_size
            yield item, base + offset, length
