"""Files are read with suspicion and refused in sentences."""

import io
import zipfile
from contextlib import suppress
from datetime import date, time

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.core.cell import csv_rows, ods_rows, xlsx_rows
from muster.core.cell.reading import CellRefusal
from muster.exchange.errors import ImportFileRefused
from muster.exchange.files import MOST_BYTES, read_lines, read_table
from muster.exchange.sections import COLUMNS, sections_in
from muster.exchange.tests.sample_files import REAL_FILE, as_csv, as_ods, as_workbook, row
from tests.files import workbook

ZIP = b"PK\x03\x04"


def refusal(content: bytes) -> str:
    """The sentence that a file is refused with."""
    with pytest.raises(ImportFileRefused) as refused:
        read_lines(content, required=("name", "room"))
    assert [wrong.field for wrong in refused.value.errors] == ["file"]
    return refused.value.message


def cells(content: bytes) -> list[tuple[int, str, str]]:
    """Line number and the two cells of every line."""
    lines = read_lines(content, required=("name", "room"))
    return [(line.number, line.cells["name"], line.cells["room"]) for line in lines]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"name,room\nA,1\n", [(2, "A", "1")]),
        (b"\xef\xbb\xbfname,room\r\nA,1\r\n", [(2, "A", "1")]),
        (b"Room , NAME\n1,A\n", [(2, "A", "1")]),
        (b"name,extra,room\nA,x,1\n", [(2, "A", "1")]),
        (b"\n\nname,room\n\nA,1\n,\n", [(5, "A", "1")]),
        (b'name,room\n"A\nB",1\nC,2\n', [(2, "A B", "1"), (4, "C", "2")]),
        (b"name,room\n", []),
        (b"name;room\nA;1,5\n", [(2, "A", "1,5")]),
        (b"name\troom\nA, B\t1\n", [(2, "A, B", "1")]),
        (b"name|room\nA|1\n", [(2, "A", "1")]),
        (b'sep=;\r\n"name,x";name;room\r\nx;A;1\r\n', [(3, "A", "1")]),
        ("name,room\nÄ,1".encode("latin-1"), [(2, "Ä", "1")]),
        ("name;room\nÄ–ü;1".encode("cp1252"), [(2, "Ä–ü", "1")]),
        ("name,room\nÄ,1".encode("utf-16"), [(2, "Ä", "1")]),
        ("name,room\nÄ,1".encode("utf-16-be"), [(2, "Ä", "1")]),
        (as_ods(["name", "room"], ["Ä", 7.0], [None, "07"]), [(2, "Ä", "7"), (3, "", "07")]),
    ],
    ids=[
        *("plain", "BOM and CRLF", "order and case", "extra column", "empty lines", "quoted newline", "heading alone"),
        *("semicolons", "tabs", "bars", "said separator", "Latin-1", "Windows", "UTF-16", "UTF-16 unsaid", "ODS"),
    ],
)
def test_file_is_read_by_its_columns(content, expected):
    assert cells(content) == expected


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \r\n ", "empty"),
        (b"name,place\nA,1", "column room is missing"),
        (b"a,b\n", "columns name, room are missing"),
        (b"name,room,name\nA,1,B", "name twice"),
        (b"name,room\nA\0,1", "a text file"),
        (b'name,room\n"A,1\nB,2\n', "read from line 2. A quotation mark"),
        (b"name,room\n" + b"A" * 200_000 + b",1", "a cell is too long"),
        (b"A" * (MOST_BYTES + 1), "larger than 10 MB"),
        (b"name,room\n" + b"A,1\n" * 20_001, "more than 20000 lines"),
        (b"name,room\n" + (b"A" + b"," * 250 + b"\n") * 8_000, "more than 2000000 cells"),
        (b"PK\x03\x04 and no more", "looks like a workbook but can't be read"),
    ],
)
def test_unreadable_file_is_refused_with_a_reason(content, words):
    assert words in refusal(content)


@pytest.mark.parametrize(
    ("line", "words"),
    [(b"A", "1 cells"), (b"A,1,2", "more cells"), (b"A," + b"x" * 10_001, "more than 10000 characters")],
)
def test_line_of_another_shape_is_marked_and_the_others_are_read(line, words):
    lines = read_lines(b"name,room\n" + line + b"\nB,2\n", required=("name", "room"))
    assert words in lines[0].problem
    assert (lines[1].problem, lines[1].cells) == ("", {"name": "B", "room": "2"})


def test_workbook_is_read_like_the_csv():
    typed = row("", year=2026, number=101, start_time=time(9, 0), end_time=time(10, 50), crn=12345)
    from_book, problems = sections_in(read_lines(as_workbook(typed), required=COLUMNS))
    from_text, _none = sections_in(read_lines(as_csv(row("12345")), required=COLUMNS))
    assert problems == []
    assert from_book == from_text


@pytest.mark.parametrize(("down", "right"), [(0, 0), (2, 1), (0, 3)])
def test_a_workbooks_cells_are_read_as_they_are_shown(down, right):
    """Leading zeros of a format, numbers typed as text, whole numbers, and days, as days or as text."""
    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as workbook:
        sheet, zeros = workbook.add_worksheet(), workbook.add_format({"num_format": "00000"})
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        for place, heading in enumerate(("number", "phone", "day")):
            sheet.write(down, right + place, heading)
        sheet.write_number(down + 1, right, 7, zeros)
        sheet.write_number(down + 1, right + 1, 7.0)
        sheet.write_datetime(down + 1, right + 2, date(2026, 1, 5), day)
        sheet.write_string(down + 2, right, "0042")
        sheet.write_string(down + 2, right + 1, "+27821234567")
        sheet.write_string(down + 2, right + 2, "2026-01-05")
        sheet.write_number(down + 3, right, 123456, zeros)
        sheet.write_number(down + 3, right + 1, 7.5, zeros)
    lines = read_lines(book.getvalue(), required=["number", "phone", "day"])
    assert [tuple(line.cells.values()) for line in lines] == [
        ("00007", "7", "2026-01-05"),
        ("0042", "+27821234567", "2026-01-05"),
        ("123456", "7.5", ""),
    ]


def test_workbook_that_unpacks_to_too_much_is_refused():
    bomb = workbook(bomb=b" " * (101 * 1024 * 1024))
    assert len(bomb) < 200_000
    assert "larger than 100 MB when unpacked" in refusal(bomb)


def test_workbook_that_lies_about_its_size_is_refused():
    honest = workbook(sheet=b" " * 100_000)
    lying = honest.replace((100_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lying != honest
    assert "be read. Save it again" in refusal(lying)


def test_workbook_with_a_cell_far_out_is_refused():
    assert "far outside the table" in refusal(as_workbook(row("1"), row=1_000_000, column=16_000))


def test_other_archives_are_no_workbooks():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("holiday.jpg", b"sea")
    assert "not an XLSX or ODS workbook" in refusal(stream.getvalue())


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_is_sent_is_parsed_or_refused(content):
    """Asked of the parsers themselves, whose process makes no difference."""
    for parser, begin in (
        (csv_rows, b""),
        (csv_rows, b"name,room\n"),
        (xlsx_rows, ZIP),
        (ods_rows, ZIP),
    ):
        with suppress(CellRefusal):
            parser.parse(begin + content)


BOOK = as_workbook(row("1"), row("2"))
ODS = as_ods(["name", "room"], ["A", 7.0])


@settings(max_examples=80, deadline=None)
@given(st.integers(0, len(ODS) - 1), st.binary(min_size=1, max_size=20), st.integers(0, 40))
def test_damaged_ods_is_parsed_or_refused(place, splinter, gap):
    with suppress(CellRefusal):
        ods_rows.parse(ODS[:place] + splinter + ODS[place + gap :])


def test_ods_that_repeats_what_it_says_too_often_is_refused():
    assert "far outside the table" in refusal(as_ods(["name", "room"], ["A", "B"], times=1_048_570))


def test_columns_of_one_name_are_told_apart_and_a_guess_is_said():
    table = read_table("name,name, ,room\nÄ,B,x,1\n".encode("latin-1"))
    assert (table.headings, table.lines[0].cells) == (
        ["name", "name (2)", "room"],
        {"name": "Ä", "name (2)": "B", "room": "1"},
    )
    assert table.warnings == ["The file isn't in UTF-8. Check that accents are right."]


@settings(max_examples=80, deadline=None)
@given(st.integers(0, len(BOOK) - 1), st.binary(min_size=1, max_size=20), st.integers(0, 40))
def test_damaged_workbook_is_parsed_or_refused(place, splinter, gap):
    with suppress(CellRefusal):
        xlsx_rows.parse(BOOK[:place] + splinter + BOOK[place + gap :])


def test_real_file_has_every_section():
    sections, problems = sections_in(read_lines(REAL_FILE.read_bytes(), required=COLUMNS))
    assert problems == []
    assert len(sections) == 357
    assert len({section.course_code for section in sections}) == 237
    assert sum(len(section.meetings) for section in sections) == 398
    assert len({section.code for section in sections}) == 357
