"""A cell parses one file: whatever is in it, the worst that comes of it is a refusal."""

import io
import random
import resource
import subprocess
import tempfile
import time

import pytest

from muster.core.cell import process
from muster.core.cell.process import COMMAND, ROOT, parse_in_cell
from muster.core.cell.reading import CellRefusal
from muster.core.files import FileRefused, take_in
from muster.core.spreadsheets import write_xlsx
from tests.files import PDF, heic, pdf, photo, png, spreadsheet_bomb, webp
from tests.files import workbook as packed


def of_hog(words: bytes) -> str:
    return parse_in_cell("muster.core.tests.hogs", words)[1].decode()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (b"take_memory", "too_much_memory"),
        (b"open_spreadsheet " + spreadsheet_bomb(), "too_much_memory"),
        (b"spin", "too_slow"),
        (b"die", "stopped"),
        (b"fail", "stopped"),
        (b"answer_much", "too_large"),
        (b"write_much", "stopped"),
    ],
)
def test_a_parser_that_takes_too_much_or_dies_costs_a_refusal(words, code, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(CellRefusal) as refused:
        of_hog(words)
    assert refused.value.code == code
    assert process.LIMITS[code] % refused.value.facts
    assert list(tmp_path.iterdir()) == []
    # And the next one is parsed.
    assert parse_in_cell("muster.core.cell.png", png()) == ({"pixels": 1}, png())


def test_a_parser_has_half_a_gigabyte_and_no_more():
    assert of_hog(b"take 200") == str(200 * 1024 * 1024)
    with pytest.raises(CellRefusal, match="too_much_memory"):
        of_hog(b"take 512")


def test_a_parser_that_does_not_end_is_stopped(monkeypatch):
    monkeypatch.setattr(process, "LONGEST", 1)
    with pytest.raises(CellRefusal, match="too_slow"):
        of_hog(b"sleep")


def test_a_cell_has_nothing_to_give_away_and_no_door_to_go_through(monkeypatch):
    monkeypatch.setenv("MUSTER_SECRET_KEY", "secret")
    assert [of_hog(words) for words in (b"environment", b"modules", b"tries")] == ["[]", "[]", "[]"]


def test_nobody_waits_forever_for_a_cell(monkeypatch):
    monkeypatch.setattr(process, "LONGEST", 0.01)
    with process._desk, process._desk, pytest.raises(FileRefused, match="Try again in a minute") as refused:
        take_in(PDF, "a")
    assert refused.value.code == "busy"


def test_a_bomb_costs_the_one_who_asks_neither_memory_nor_time():
    """Of 800 bytes; opened without a cell it took half a minute and three gigabytes."""
    bomb = spreadsheet_bomb()
    assert len(bomb) < 2000
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    with pytest.raises(CellRefusal, match="not_a_workbook"):
        parse_in_cell("muster.core.cell.xlsx_rows", bomb)
    assert time.monotonic() - began < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (packed(), "broken"),
        (packed(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "not_a_workbook"),
        (packed({"Content.xml": b"<office/>"}), "not_a_workbook"),
        (packed({"xl/workbook.bin": b""}), "not_a_workbook"),
        (packed({"/META-INF\\manifest.xml": b""}), "not_a_workbook"),
        (packed(leave_out="[Content_Types].xml"), "not_a_workbook"),
        (packed(leave_out="xl/workbook.xml"), "not_a_workbook"),
        (packed({"XL/workbook.xml": b""}), "broken"),
        (packed(sheet=b" " * 105_000_000), "unpacks_too_large"),
        (packed(sheet=b" " * 20_000_000), "packed_too_tightly"),
        (packed(**{f"part{number}": b"" for number in range(1000)}), "broken"),
        (packed(sheet=b'<c r="XFD1048576"/>'), "far_outside"),
    ],
)
def test_an_archive_that_is_not_what_it_says_is_not_opened(content, code):
    with pytest.raises(CellRefusal) as refused:
        parse_in_cell("muster.core.cell.xlsx_rows", content)
    assert refused.value.code == code


ODS = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<office/>"}


@pytest.mark.parametrize(
    "content",
    [
        packed(ODS),
        packed(ODS, leave_out="[Content_Types].xml"),
        packed(ODS, leave_out="xl/workbook.xml"),
        packed(),
    ],
)
def test_neither_is_a_document_that_is_a_workbook_too(content):
    with pytest.raises(CellRefusal, match="not_a_workbook"):
        parse_in_cell("muster.core.cell.ods_rows", content)


def csv_table() -> bytes:
    return b"name,room\n" + b'"Ann, B.",1\nBo,2\n' * 20


def xlsx_table() -> bytes:
    stream = io.BytesIO()
    write_xlsx([("name", "room"), *(("Ann", number) for number in range(20))], stream, name="A")
    return stream.getvalue()


GOOD = {"csv_rows": csv_table(), "xlsx_rows": xlsx_table(), "pdf": pdf(), "jpeg": photo(), "png": png(), "webp": webp()}
GOOD["heic"] = heic()
# One cell that parses many files, which a cell for people never does.
MANY = """
import sys
from importlib import import_module
from muster.core.cell.__main__ import answer
from muster.core.cell.limits import confine
parse = import_module("muster.core.cell." + sys.argv[1]).parse
confine()
while size := int.from_bytes(sys.stdin.buffer.read(4), "big"):
    told = answer(parse, sys.stdin.buffer.read(size))
    sys.stdout.buffer.write(told.partition(b"\\n")[0] + b"\\n")
"""


@pytest.mark.parametrize("kind", GOOD)
def test_mutated_files_are_parsed_or_refused(kind):
    """Two hundred of each kind, with all doors closed as they are for people's."""
    good, chance, files = GOOD[kind], random.Random(7), [GOOD[kind]]
    for turn in range(200):
        one = bytearray(good)
        for _each in range(chance.randint(1, 6)):
            place = chance.randrange(len(one))
            one[place : place + chance.choice((0, 1, 1, 1, 9))] = chance.randbytes(chance.choice((0, 1, 1, 1, 4)))
        files.append(bytes(one if turn % 5 else one[: chance.randrange(1, len(one))]))
    sent = b"".join(len(one).to_bytes(4, "big") + one for one in files if one)
    command = [part for part in COMMAND if part not in ("-m", "muster.core.cell")]
    done = subprocess.run(
        [*command, "-c", MANY, kind], cwd=ROOT, env={}, input=sent + bytes(4), capture_output=True, check=False
    )
    answers = done.stdout.splitlines()
    assert (done.returncode, len(answers)) == (0, 201), done.stderr.decode()[-2000:]
    refused = [one for one in answers if b"refused" in one]
    assert b"refused" not in answers[0]
    assert 0 < len(refused) < 201
