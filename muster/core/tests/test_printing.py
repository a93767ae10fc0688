"""What the printer makes of a template and data, and of pictures that are none."""

import io
import struct
import zlib

import pytest
from django.utils import translation
from pypdf import PdfReader

from muster.core import printing
from muster.core.printing import LONGEST_WORD, NotPrinted, PrinterError, breakable, picture_kind, print_pdf
from tests.files import PDF, jpeg, webp

TEMPLATE = """
#let data = json(bytes(sys.inputs.data))
#set document(title: "Sheet")
#let fonts = ("Noto Sans", "Noto Sans Hebrew", "Noto Naskh Arabic", "Noto Sans S Chinese", "NanumGothic")
#set text(font: fonts, lang: data.lang)
#if data.logo != none { image(data.logo, width: 20mm, alt: "Logo") }
#for word in data.words [#word #parbreak()]
#if data.at("fails", default: false) { panic("no such luck") }
"""


@pytest.fixture
def template(tmp_path):
    file = tmp_path / "sheet.typ"
    file.write_text(TEMPLATE)
    return file


def png(width=2, height=2):
    """A small white picture."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    lines = b"".join(b"\x00" + b"\xff" * 3 * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def read(pdf):
    return PdfReader(io.BytesIO(pdf))


def test_words_are_text_whatever_signs_they_hold(template):
    words = ["#panic()", "$x$ *bold* _it_ \\ `raw` @ref <label>", "O'Brien & Søn"]
    text = read(print_pdf(template, {"words": words})).pages[0].extract_text()
    for word in words:
        assert word in text


def test_many_scripts_are_printed(template):
    pdf = read(print_pdf(template, {"words": ["שלום", "محمد", "张伟", "김민준", "Жанна", "Ễ"]}))
    fonts = {str(font["/BaseFont"]).split("+")[-1] for font in _fonts(pdf)}
    assert len(fonts) == 5, fonts
    assert "Жанна" in pdf.pages[0].extract_text()


def _fonts(pdf):
    return [font.get_object() for font in pdf.pages[0]["/Resources"]["/Font"].values()]


def test_a_sign_that_no_font_has_does_not_stop_the_printer(template):
    assert "Anna" in read(print_pdf(template, {"words": ["Anna \U00012000"]})).pages[0].extract_text()


def test_the_language_is_that_of_the_person(template):
    with translation.override("fr"):
        assert read(print_pdf(template, {"words": ["Bonjour"]})).root_object["/Lang"] == "fr"


def test_it_is_tagged_for_screen_readers(template):
    root = read(print_pdf(template, {"words": ["Anna"]})).root_object
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root


def test_a_picture_is_drawn(template):
    assert len(read(print_pdf(template, {"words": ["Anna"]}, logo=png())).pages[0].images) == 1


@pytest.mark.parametrize(
    "broken", [b"", b"hello", b"<svg/>", png()[:40], png()[:60] + b"0" * 40, b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]
)
def test_a_picture_that_is_none_is_left_out(template, broken):
    assert "Anna" in read(print_pdf(template, {"words": ["Anna"]}, logo=broken)).pages[0].extract_text()


def test_the_kind_of_a_picture_comes_from_its_content():
    assert [picture_kind(one) for one in (jpeg(), png(), webp(), PDF, b"")] == ["jpg", "png", "", "", ""]


def test_a_template_that_fails_is_a_fault(template):
    with pytest.raises(PrinterError, match="no such luck"):
        print_pdf(template, {"words": [], "fails": True})


def test_what_takes_too_long_is_refused(template, monkeypatch):
    monkeypatch.setattr(printing, "LONGEST", 0.001)
    with pytest.raises(NotPrinted):
        print_pdf(template, {"words": ["Anna"]})


def test_words_longer_than_a_line_may_be_broken():
    assert breakable("Anna  van der Merwe") == "Anna van der Merwe"
    long = "x" * (LONGEST_WORD * 2 + 1)
    assert [len(part) for part in breakable(long).split("\u200b")] == [LONGEST_WORD, LONGEST_WORD, 1]
