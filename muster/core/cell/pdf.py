"""PDF (ISO 32000): read whole and written anew, without whatever runs, hides or tells of its maker."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from pikepdf import (
    Array,
    Dictionary,
    Name,
    Object,
    ObjectStreamMode,
    PasswordError,
    Pdf,
    PdfError,
    Stream,
    StreamDecodeLevel,
    String,
)
from pikepdf.settings import set_qpdf_limits

from muster.core.cell.limits import MEGABYTE
from muster.core.cell.reading import Broken, Parsed

# Programs that append to a file put some bytes behind its end.
TAIL = 2048
# One part, unpacked. Only lists of objects are unpacked; pictures and text stay as they are.
MOST_UNPACKED = 64 * MEGABYTE

# What starts something when a page is opened or a field is filled, holds files, sound and film, or tells of the maker.
LEFT_OUT = {
    *("/AA", "/OpenAction", "/JS", "/JavaScript", "/XFA", "/EmbeddedFiles", "/EF", "/AF", "/Collection", "/Metadata"),
    *("/Movie", "/Sound", "/RichMediaContent", "/RichMediaSettings", "/3DD", "/PieceInfo"),
}
# Where an action may stand, and the ones that only lead somewhere.
HOLDERS = ("/A", "/PA", "/Next")
LEADING = ("/GoTo", "/URI", "/Named")
SCHEMES = (b"http://", b"https://", b"mailto:", b"tel:")
# In these, keys are names that the maker chose: `/AA` may be a font.
CHOSEN = {
    *("/Font", "/XObject", "/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/Properties"),
    *("/CharProcs", "/Dests"),
}


set_qpdf_limits(
    flate_max_memory=MOST_UNPACKED,
    png_max_memory=MOST_UNPACKED,
    tiff_max_memory=MOST_UNPACKED,
    run_length_max_memory=MOST_UNPACKED,
    doc_max_warnings=1000,
)


def parse(content: bytes) -> Parsed:
    """The pages without scripts, actions, files inside and metadata; links and filled fields stay.

    A signature inside no longer fits the file; of a clean one, the same. Raises Broken where it cannot be read, is
    encrypted, or has no pages.
    """
    tail = content[-TAIL:]
    if b"%%EOF" not in tail or b"startxref" not in tail:
        raise Broken
    try:
        with Pdf.open(BytesIO(content)) as pdf:
            if pdf.is_encrypted or not pdf.pages:
                raise Broken
            for key in set(pdf.trailer.keys()) - {"/Root", "/Size"}:
                del pdf.trailer[key]
            for thing in _things(pdf.Root):
                _strip(thing)
            written = BytesIO()
            pdf.save(
                written,
                compress_streams=False,
                deterministic_id=True,
                fix_metadata_version=False,
                object_stream_mode=ObjectStreamMode.preserve,
                stream_decode_level=StreamDecodeLevel.none,
            )
    except (PdfError, PasswordError, RuntimeError, TypeError, AttributeError, KeyError, ValueError) as error:
        # Whatever contradicts itself in there shows in one of these.
        raise Broken from error
    return {}, written.getvalue()


def _things(root: Object) -> Iterator[Object]:
    """Every dictionary that can be reached, as it is by then; not those whose keys are names somebody chose."""
    seen: set[tuple[tuple[int, int], bool]] = set()
    waiting: list[tuple[Object, bool]] = [(root, False)]
    while waiting:
        thing, chosen = waiting.pop()
        if thing.is_indirect:
            if (thing.objgen, chosen) in seen:
                continue
            seen.add((thing.objgen, chosen))
        if isinstance(thing, Array):
            waiting += [(inner, False) for inner in thing if isinstance(inner, Object)]
        elif isinstance(thing, Dictionary | Stream):
            if not chosen:
                yield thing
            waiting += [(inner, key in CHOSEN) for key, inner in thing.items() if isinstance(inner, Object)]


def _strip(thing: Object) -> None:
    for key in LEFT_OUT.intersection(thing.keys()):
        del thing[key]
    for key in HOLDERS:
        held = thing.get(key)
        for action in held if isinstance(held, Array) else [held]:
            if isinstance(action, Dictionary) and "/S" in action and not _leads(action):
                del thing[key]
                break


def _leads(action: Dictionary) -> bool:
    if action.S == Name.URI:
        target = action.get("/URI")
        return isinstance(target, String) and bytes(target).lower().startswith(SCHEMES)
    return action.S in LEADING
