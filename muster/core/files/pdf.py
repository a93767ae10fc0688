"""PDF (ISO 32000): taken as it is, since nothing can be cut out of it without reading all of it."""

from __future__ import annotations

from muster.core.files.reading import Broken

# Programs that append to a file put some bytes behind its end.
TAIL = 2048


def begins(content: bytes) -> bool:
    """Whether it says it is a PDF in its very first bytes; readers look further, and so could somebody hiding one."""
    return content.startswith((b"%PDF-1.", b"%PDF-2."))


def cleaned(content: bytes) -> bytes:
    """The same content. Raises Broken where its end is missing."""
    tail = content[-TAIL:]
    if b"%%EOF" not in tail or b"startxref" not in tail:
        raise Broken
    return content
