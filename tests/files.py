"""Files as people send them, made by hand so that a test knows every byte."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from muster.core.cell.pdf import parse

# Grahamstown, as cameras write it.
PLACE = b"S 33.3085 E 26.5333"


def pdf(*, catalog: bytes = b"", page: bytes = b"", trailer: bytes = b"", more: tuple[bytes, ...] = ()) -> bytes:
    """A PDF of one empty page; `more` are its objects 4 and on."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R" + catalog + b">>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]" + page + b">>",
        *more,
    )
    written, places = b"%PDF-1.7\n", [b"0000000000 65535 f \n"]
    for number, body in enumerate(objects, 1):
        places.append(b"%010d 00000 n \n" % len(written))
        written += b"%d 0 obj" % number + body + b"endobj\n"
    table = b"xref\n0 %d\n" % len(places) + b"".join(places)
    head = b"trailer<</Root 1 0 R/Size %d" % len(places) + trailer + b">>"
    return written + table + head + b"\nstartxref\n%d\n%%%%EOF\n" % len(written)


# As it is kept, so that a test can tell it by its bytes.
PDF = parse(pdf())[1]


def segment(marker: int, body: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def exif(*, turned: int = 6) -> bytes:
    """What a camera writes: how the picture is turned, and where it was taken."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, turned, 0)
    return b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01" + entry + b"\x00\x00\x00\x00" + PLACE


def jpeg(
    *,
    about: bytes = b"",
    behind: bytes = b"",
    scan: bytes = b"\x12\xff\x00\x34\xff\xd0\x56",
    size: tuple[int, int] = (1, 1),
) -> bytes:
    """A JPEG of one grey dot, or one that says it is larger, with what stands before it and behind its end."""
    return (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
        + about
        + segment(0xDB, bytes(65))
        + segment(0xC0, b"\x08" + struct.pack(">HH", *size) + b"\x01\x01\x11\x00")
        + segment(0xC4, bytes(19))
        + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
        + scan
        + b"\xff\xd9"
        + behind
    )


def photo() -> bytes:
    """What a phone sends: turned, with its place, an address in XMP, and a film behind its end."""
    about = segment(0xE1, exif()) + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + PLACE) + segment(0xFE, PLACE)
    return jpeg(about=about, behind=b"\x00\x00\x00\x18ftypmp42" + PLACE)


def chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*, about: bytes = b"", behind: bytes = b"", size: tuple[int, int] = (1, 1)) -> bytes:
    """A PNG of one dot, or one that says it is larger."""
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0))
        + about
        + chunk(b"IDAT", zlib.compress(b"\x00\x80"))
        + chunk(b"IEND", b"")
        + behind
    )


def lossy(width: int = 1, height: int = 1) -> bytes:
    """The beginning of a picture in VP8, which says how large it is."""
    return riff(b"VP8 ", b"\x10\x00\x00\x9d\x01\x2a" + struct.pack("<HH", width, height))


def riff(kind: bytes, body: bytes) -> bytes:
    """A chunk of a WebP."""
    return kind + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2)


def webp(*chunks: bytes, behind: bytes = b"") -> bytes:
    """A WebP with these chunks."""
    inside = b"WEBP" + b"".join(chunks or (riff(b"VP8L", b"\x2f\x00\x00\x00\x00"),))
    return b"RIFF" + struct.pack("<I", len(inside)) + inside + behind


def box(kind: bytes, body: bytes) -> bytes:
    """A box of a HEIC."""
    return struct.pack(">I", len(body) + 8) + kind + body


def heic(
    *,
    brand: bytes = b"heic",
    about: bytes = b"",
    behind: bytes = b"",
    method: int = 0,
    size: tuple[int, int] = (1, 1),
) -> bytes:
    """A HEIC of a picture (item 1) of that size, its Exif (item 2) and its XMP (item 3)."""
    items = (b"PICTURE!", b"\x00\x00\x00\x00" + exif()[6:], b"<x>" + PLACE + b"</x>")
    start = box(b"ftyp", brand + b"\x00\x00\x00\x00mif1" + brand)

    def meta(first: int) -> bytes:
        infe = b"".join(
            box(b"infe", b"\x02\x00\x00\x00" + struct.pack(">HH", number, 0) + kind + b"\x00")
            for number, kind in ((1, b"hvc1"), (2, b"Exif"), (3, b"mime"))
        )
        places, at = b"", first
        for number, item in enumerate(items, 1):
            places += struct.pack(">HHHHII", number, method, 0, 1, at, len(item))
            at += len(item)
        return box(
            b"meta",
            b"\x00\x00\x00\x00"
            + box(b"iinf", b"\x00\x00\x00\x00" + struct.pack(">H", 3) + infe)
            + box(b"iloc", b"\x01\x00\x00\x00\x44\x00" + struct.pack(">H", 3) + places)
            + box(b"iprp", box(b"ipco", box(b"ispe", struct.pack(">III", 0, *size))))
            + (box(b"idat", b"".join(items)) if method else b""),
        )

    data = box(b"mdat", b"" if method else b"".join(items))
    first = 0 if method else len(start) + len(meta(0)) + 8
    return start + meta(first) + data + about + behind


def workbook(
    parts: Mapping[str, bytes] | None = None, *, book: bytes = b"<workbook/>", leave_out: str = "", **more: bytes
) -> bytes:
    """An archive that calls itself an XLSX workbook."""
    stream = io.BytesIO()
    usual = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": book}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [*usual.items(), *(parts or {}).items(), *more.items()]:
            if name != leave_out:
                archive.writestr(name, content)
    return stream.getvalue()


def spreadsheet_bomb() -> bytes:
    """A workbook that is none: for its reader it is ODS, where one cell is there a hundred million times."""
    cells = b'<table:table-cell table:number-columns-repeated="100" office:value-type="string"><text:p>x</text:p>'
    return workbook(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": b"<manifest:manifest/>",
            "content.xml": b"<office:document-content><office:body><office:spreadsheet>"
            b'<table:table table:name="A"><table:table-row table:number-rows-repeated="1000000">'
            + cells
            + b"</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>"
            b"</office:document-content>",
        },
        book=b"",
    )
