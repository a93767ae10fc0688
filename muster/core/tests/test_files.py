"""What people send is judged by its content, cleaned, kept in private and given out as a download."""

import io
import stat
import struct
import zlib
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django.core.exceptions import RequestDataTooBig
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpRequest, StreamingHttpResponse
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Encryption, Pdf

from muster.core.cell.reading import CellRefusal
from muster.core.errors import Missing
from muster.core.files import (
    MOST_BYTES,
    FileRefused,
    FileTooLarge,
    attachment,
    forget,
    keep,
    kept_before,
    kind_of,
    read_whole,
    take_in,
)
from muster.core.files.limits import LimitedUploads
from muster.core.files.names import clean_name
from muster.web.ui.pages import bad_request
from tests.files import PDF, PLACE, box, chunk, heic, jpeg, lossy, pdf, photo, png, riff, segment, webp

PICTURES = {"jpg": photo(), "png": png(), "webp": webp(), "heic": heic()}
GOOD = {"pdf": pdf(), **PICTURES}


@pytest.mark.parametrize("ending", GOOD)
def test_a_file_is_what_is_in_it_whatever_it_is_called(ending):
    taken = take_in(GOOD[ending], "note.exe")
    assert (taken.name, taken.kind.ending) == (f"note.{ending}", ending)
    # Taking in what was taken in changes nothing more.
    assert take_in(taken.content, "note").digest == taken.digest


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00", "unknown_kind"),
        (b"<html><script>alert(1)</script>", "unknown_kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "unknown_kind"),
        (b"GIF89a" + bytes(20), "unknown_kind"),
        (b"PK\x03\x04" + PDF, "unknown_kind"),
        (b" " + PDF, "unknown_kind"),
        (heic(brand=b"mp42"), "unknown_kind"),
        (heic(brand=b"avif"), "unknown_kind"),
        (b"%PDF-1.7\n<script>", "broken"),
        (PDF + b"x" * 3000, "broken"),
        (PDF.replace(b"/Pages ", b"/Pagos "), "broken"),
        (b"%PDF-1.7\n" + b"<<" * 100_000 + b"startxref%%EOF", "broken"),
        (b"\xff\xd8\xff\xe0<?php system($_GET['c']); ?>", "broken"),
        (b"\xff\xd8\xff" + b"\xff" * 100_000, "broken"),
        (jpeg()[:-2], "broken"),
        (jpeg()[:40], "broken"),
        (b"\xff\xd8\xff\xd9", "broken"),
        (b"\xff\xd8" + segment(0xE0, b"JFIF\x00") * 20_000 + b"\xff\xd9", "broken"),
        (b"\x89PNG\r\n\x1a\n<script>alert(1)</script>", "broken"),
        (png()[:-1], "broken"),
        (png().replace(b"IHDR", b"IHDr"), "broken"),
        (png(about=chunk(b"tEXt", b"") * 20_001), "broken"),
        (webp()[:-1], "broken"),
        (webp(riff(b"EXIF", PLACE)), "broken"),
        (b"RIFF\xff\xff\xff\xffWEBP", "broken"),
        (heic()[:60], "broken"),
        (box(b"ftyp", b"heic\x00\x00\x00\x00heic"), "broken"),
        (heic(size=(0, 0)), "broken"),
        (heic().replace(b"iprp", b"skip"), "broken"),
        *(
            (one, "too_many_pixels")
            for size in [(50_000, 50_000)]
            for one in (jpeg(size=size), png(size=size), heic(size=size))
        ),
        (webp(riff(b"VP8X", bytes(4) + 2 * (49_999).to_bytes(3, "little")), lossy()), "too_many_pixels"),
        (webp(riff(b"VP8L", b"\x2f" + (0x0FFFFFFF).to_bytes(4, "little"))), "too_many_pixels"),
        (webp(lossy(16_383, 16_383)), "too_many_pixels"),
        # Items that would be blanked again and again.
        (heic().replace(b"\x01\x00\x00\x00\x44\x00\x00\x03", b"\x01\x00\x00\x00\x00\x00\xff\xff"), "broken"),
    ],
)
def test_what_only_looks_like_a_document_is_refused(content, code):
    with pytest.raises(FileRefused) as refused:
        take_in(content, "note.pdf")
    assert (refused.value.code, refused.value.errors[0].field) == (code, "file")


@pytest.mark.parametrize(
    "content",
    [
        photo(),
        png(about=chunk(b"eXIf", PLACE) + chunk(b"iTXt", PLACE), behind=PLACE),
        webp(riff(b"VP8X", b"\x0c" + bytes(9)), lossy(), riff(b"EXIF", PLACE), riff(b"XMP ", PLACE)),
        webp(behind=PLACE),
        heic(),
        heic(method=1),
        heic(about=box(b"uuid", PLACE) + box(b"mpvd", PLACE), behind=PLACE),
    ],
)
def test_a_picture_no_longer_tells_where_it_was_taken(content):
    assert PLACE in content
    assert PLACE not in take_in(content, "photo").content


def test_a_picture_stays_as_it_was_taken_and_turned():
    """The picture itself is not written anew: what is kept of it is the very same bytes."""
    plain = jpeg()
    assert take_in(plain, "a").content == plain
    turned = take_in(photo(), "a").content
    assert turned.replace(segment(0xE1, turned[6 : 6 + 32]), b"") == plain
    assert b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06" in turned
    assert take_in(png(), "a").content == png()
    assert take_in(webp(), "a").content == webp()
    cleaned = take_in(heic(), "a").content
    assert len(cleaned) == len(heic())
    assert b"PICTURE!" in cleaned
    extended = webp(riff(b"VP8X", b"\x1c" + bytes(9)), lossy(), riff(b"EXIF", PLACE))
    assert take_in(extended, "a").content == webp(riff(b"VP8X", b"\x10" + bytes(9)), lossy())


RUNS = b"<</S/JavaScript/JS(evil)>>"


@pytest.mark.parametrize(
    "content",
    [
        pdf(catalog=b"/OpenAction" + RUNS),
        pdf(catalog=b"/AA<</WC" + RUNS + b">>"),
        pdf(catalog=b"/Names<</JavaScript<</Names[(a)4 0 R]>>>>", more=(RUNS,)),
        pdf(catalog=b"/AcroForm<</Fields[<</T(name)/FT/Tx/AA<</K" + RUNS + b">>>>]>>"),
        pdf(catalog=b"/AcroForm<</Fields[]/XFA(evil)>>"),
        pdf(catalog=b"/Outlines<</First 4 0 R/Last 4 0 R>>", more=(b"<</Title(T)/A" + RUNS + b">>",)),
        pdf(page=b"/AA<</O" + RUNS + b">>"),
        pdf(page=b"/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/Launch/F(evil)>>>>]"),
        pdf(page=b"/Annots[<</Subtype/Link/Rect[0 0 9 9]/A 4 0 R>>]", more=(b"<</S/SubmitForm/F(evil)>>",)),
        pdf(page=b"/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/GoToR/F(evil)>>>>]"),
        pdf(page=b"/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(javascript:evil)>>>>]"),
        pdf(page=b"/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/Named/N/NextPage/Next[" + RUNS + b"]>>>>]"),
        pdf(page=b"/Annots[<</Subtype/Widget/MK<<>>/A<</S/URI/URI(https://a.example)/Next" + RUNS + b">>>>]"),
        pdf(page=b"/Annots[<</Subtype/Screen/Rect[0 0 9 9]/A<</S/Rendition/JS(evil)>>>>]"),
        # The same object as a font, whose names are free, and as an action.
        pdf(page=b"/Resources<</Font 4 0 R>>/Annots[4 0 R]", more=(b"<</AA" + RUNS + b"/A" + RUNS + b">>",)),
        pdf(catalog=b"/Names<</EmbeddedFiles<</Names[(a)4 0 R]>>>>", more=(b"<</EF<</F 5 0 R>>>>", b"<</K(evil)>>")),
        pdf(catalog=b"/AF[4 0 R]", more=(b"<</Type/Filespec/F(evil)>>",)),
        pdf(page=b"/Annots[<</Subtype/FileAttachment/FS<</EF<</F 4 0 R>>>>>>]", more=(b"<</K(evil)>>",)),
        pdf(trailer=b"/Info<</Author(evil)>>"),
        pdf(catalog=b"/Metadata 4 0 R", more=(b"<</Length 4>>stream\nevil\nendstream ",)),
        pdf(page=b"/PieceInfo<</App<</Private(evil)>>>>"),
        # What was there before it was changed, and what nothing leads to.
        pdf(more=(b"(evil)",)),
    ],
)
def test_nothing_in_a_pdf_runs_hides_or_tells_of_its_maker(content):
    assert b"evil" in content
    assert b"evil" not in take_in(content, "a").content


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        (pdf(page=b"/Annots[<</Subtype/Link/A<</S/URI/URI(https://a.example/x)>>>>]"), b"https://a.example/x"),
        (pdf(page=b"/Annots[<</Subtype/Link/A<</S/GoTo/D[3 0 R/Fit]>>>>]"), b"/Fit"),
        (pdf(catalog=b"/AcroForm<</Fields[<</T(name)/FT/Tx/V(filled)>>]>>"), b"filled"),
        (pdf(page=b"/Resources<</Font<</AA<</BaseFont/Helvetica>>>>>>"), b"/AA"),
        (pdf(page=b"/Contents 4 0 R", more=(b"<</Length 8>>stream\n(words)T\nendstream ",)), b"(words)T"),
        (pdf(catalog=b"/StructTreeRoot<</K<</S/P/A<</O/Layout/Width 7>>>>>>"), b"/Layout"),
    ],
)
def test_what_a_pdf_shows_stays(content, kept):
    assert kept in take_in(content, "a").content


@pytest.mark.parametrize("password", ["", "secret"])
def test_an_encrypted_pdf_is_refused(password):
    locked = io.BytesIO()
    with Pdf.open(io.BytesIO(PDF)) as opened:
        opened.save(locked, encryption=Encryption(owner="owner", user=password))
    with pytest.raises(FileRefused) as refused:
        take_in(locked.getvalue(), "a")
    assert refused.value.code == "broken"


def test_a_pdf_that_swells_is_refused_before_it_fills_the_memory():
    """A list of objects of 200 kB that is 200 MB when it is unpacked, as a pages tree needs it."""
    swollen = zlib.compress(b"4 0 " + b" " * 200_000_000 + b"<</Type/Pages/Count 0/Kids[]>>", 9)
    listed = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(swollen)
    base = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 4 0 R>>endobj\n"
    table = base + b"2 0 obj" + listed + swollen + b"\nendstream endobj\n"
    places = b"".join(
        struct.pack(">BIB", kind, at, 0) for kind, at in ((0, 0), (1, 9), (1, len(base)), (1, len(table)), (2, 2))
    )
    index = b"3 0 obj<</Type/XRef/Size 5/W[1 4 1]/Root 1 0 R/Length %d>>stream\n" % len(places)
    content = table + index + places + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % len(table)
    assert len(content) < 1_000_000
    with pytest.raises(FileRefused):
        take_in(content, "a")


def kept_of(content):
    """What is left of a file, asked of the parser itself, whose process makes no difference; None for a refusal."""
    kind = kind_of(content)
    try:
        return import_module(kind.module).parse(content)[1] if kind else None
    except CellRefusal:
        return None


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(list(PICTURES.values())), st.integers(0, 400), st.integers(0, 40))
def test_whatever_bytes_come_they_are_taken_or_refused(noise, good, at, cut):
    """Each kind with something in the middle of it overwritten, inserted or cut out."""
    for content in (noise, good[:12] + noise, good[:at] + noise + good[at + cut :], good[: len(good) - cut]):
        kept = kept_of(content)
        assert kept is None or kept_of(kept) == kept


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 700), st.integers(0, 40))
def test_whatever_bytes_come_as_a_pdf_they_are_cleaned_or_refused(noise, at, cut):
    good = pdf(catalog=b"/AA<</WC" + RUNS + b">>", page=b"/Annots[<</A" + RUNS + b">>]/Contents 4 0 R", more=(RUNS,))
    for content in (b"%PDF-1.7" + noise, good[:at] + noise + good[at + cut :], good[: len(good) - cut]):
        kept = kept_of(content)
        assert kept is None or kept_of(kept) == kept


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("note.pdf", "note.pdf"),
        ("IMG_2041.HEIC", "IMG_2041.pdf"),
        ("Dr. Smith", "Dr. Smith.pdf"),
        ("letter v1.2", "letter v1.2.pdf"),
        ("note.pdf.exe", "note.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\note.pdf", "note.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("", "file.pdf"),
        ("...", "file.pdf"),
        ("a\x00b\r\n: c.pdf", "ab - c.pdf"),
        ("note\u202efdp.exe", "notefdp.pdf"),
        ("\ud800.pdf", "file.pdf"),
        ("Krankmeldung März.pdf", "Krankmeldung März.pdf"),
        ("診断書.pdf", "診断書.pdf"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
    ],
)
def test_names_say_what_is_in_the_file_and_nothing_else(given_name, name):
    assert clean_name(given_name, "pdf") == name


@given(st.text(max_size=200))
def test_any_name_becomes_one_that_can_be_kept(given_name):
    name = clean_name(given_name, "pdf")
    assert len(name) <= 100
    assert "/" not in name
    assert "\x00" not in name
    assert clean_name(name, "pdf") == name
    name.encode()


def test_a_file_that_is_too_large_is_refused_with_its_own_status():
    assert read_whole(SimpleUploadedFile("a", bytes(10)), most=10) == bytes(10)
    with pytest.raises(FileTooLarge) as refused:
        read_whole(SimpleUploadedFile("a", bytes(11)), most=10)
    assert (refused.value.status, refused.value.errors[0].field) == (413, "file")


def posted(size):
    request = RequestFactory().post("/", {"file": SimpleUploadedFile("a.pdf", bytes(size)), "note": "x"})
    assert isinstance(request, HttpRequest)
    return request


def test_no_more_of_a_file_is_kept_than_tells_that_it_is_too_large():
    request = posted(MOST_BYTES + 5_000_000)
    assert MOST_BYTES < request.FILES["file"].size < MOST_BYTES + 1_000_000
    assert request.POST["note"] == "x"
    with pytest.raises(FileTooLarge):
        read_whole(request.FILES["file"])
    assert read_whole(posted(MOST_BYTES).FILES["file"]) == bytes(MOST_BYTES)


def test_a_request_of_any_length_is_not_read_to_its_end():
    with pytest.raises(RequestDataTooBig) as refused:
        LimitedUploads().handle_raw_input(io.BytesIO(), {}, 64 * 1024 * 1024 + 1, b"")
    assert bad_request(RequestFactory().get("/"), refused.value).status_code == 413


@pytest.mark.django_db
def test_files_are_kept_under_random_names_readable_by_their_owner_alone():
    names = [keep("tried", b"content"), keep("tried", b"content")]
    assert len(set(names)) == 2
    path = Path(default_storage.path(names[0]))
    assert b"content" not in path.read_bytes()
    assert default_storage.open(names[0]).read() == b"content"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with pytest.raises(ValueError, match="no address"):
        default_storage.url(names[0])
    old = set(kept_before("tried", timezone.now() + timedelta(minutes=1)))
    assert set(names) <= old
    assert not set(names) & set(kept_before("tried", timezone.now() - timedelta(minutes=1)))
    assert list(kept_before("none", timezone.now())) == []


@pytest.mark.django_db(transaction=True)
def test_a_file_goes_only_when_what_forgot_it_is_certain():
    name = keep("tried", b"content")
    with transaction.atomic():
        forget(name)
        transaction.set_rollback(True)
    assert default_storage.exists(name)
    with transaction.atomic():
        forget(name)
        assert default_storage.exists(name)
    assert not default_storage.exists(name)
    forget("")


def test_a_file_is_given_out_as_a_download_that_no_browser_runs_or_keeps():
    name = default_storage.save("tried/one", ContentFile(PDF))
    response = StreamingHttpResponse(
        (download := attachment(name, name='no"te\u202e.pdf', media_type="application/pdf")).content,
        headers=download.headers,
    )
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    with pytest.raises(Missing):
        attachment("tried/none", name="a", media_type="application/pdf")
