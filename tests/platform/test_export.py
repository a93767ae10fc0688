"""`muster export`: the lists of the pages, and every mark, as files."""

import csv
import stat
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from muster.allocation.rules import assign_student
from muster.attendance.models import AttendanceRecord
from muster.attendance.tests.test_register_files import Class, mark
from muster.cli import main
from muster.cli.export import KINDS
from muster.enrollments.rules import PaymentInput, add_payment
from muster.exchange.rules import carry_out, start_import
from muster.exchange.tests.sample_files import as_csv, row
from muster.institutions.models import Holiday, Term
from muster.mentoring.rules import schedule_sessions
from tests.make import Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    campus = Campus.found("Export College")
    room = Class(campus)
    campus.room()
    campus.department()
    Holiday.objects.create(
        institution=campus.institution, name="New year", start_date="2030-01-01", end_date="2030-01-01"
    )
    Term.objects.create(
        institution=campus.institution, name="2030", start_date="2030-01-01", end_date="2030-12-31", school_year="2030"
    )
    add_payment(by=campus.admin, enrollment=room.enrollments[0], payment=PaymentInput(Decimal(100), "ZAR"))
    mark(room.sessions[0], room.enrollments[0], "LATE", minutes_late=5, notes="=1+1", marked_by=room.teacher)
    mark(None, room.enrollments[1], "ABSENT", on=date(2018, 12, 3))
    student, noon = room.enrollments[0].student, datetime.combine(campus.admin.today() + timedelta(days=2), time(12))
    assign_student(by=campus.admin, student=student, instructor=campus.instructor())
    schedule_sessions(by=campus.admin, student=student, starts_at=noon)
    return room


def exported(room, kind, file):
    done = CliRunner().invoke(main, ["export", kind, str(file), "--institution", room.campus.institution.slug])
    assert done.exit_code == 0, done.output
    return done.output


def lines(file):
    return list(csv.reader(file.read_text("utf-8-sig").splitlines()))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_written_as_csv_and_as_a_workbook(room, kind, tmp_path):
    if kind == "sections":
        listed = {"kind": kind, "content": as_csv(row("1")), "file_name": "sections.csv", "dry_run": False}
        carry_out(run_id=start_import(by=room.campus.admin, **listed).pk)
    said = exported(room, kind, tmp_path / "out.csv")
    told = lines(tmp_path / "out.csv")
    assert len(told) > 1
    assert f"{len(told) - 1} lines of Export College to" in said
    exported(room, kind, tmp_path / "out.xlsx")
    sheet = CalamineWorkbook.from_path(tmp_path / "out.xlsx").get_sheet_by_index(0).to_python()
    assert len(sheet) == len(told)
    assert sheet[0] == told[0]
    assert not list(tmp_path.glob("*.part"))


def test_the_lists_hold_what_their_pages_hold(room, tmp_path):
    exported(room, "batches", tmp_path / "b.csv")
    assert lines(tmp_path / "b.csv")[1][:2] == ["Python, mornings", "PY-07"]
    exported(room, "students", tmp_path / "s.csv")
    assert [line[0] for line in lines(tmp_path / "s.csv")[1:]] == ["Anna Dube", "Bongani Zulu", "Chen Zungu"]
    exported(room, "enrollments", tmp_path / "e.csv")
    assert [line[:3] for line in lines(tmp_path / "e.csv")[1:]] == [
        ["PY-07", room.batch.course.title, name] for name in ("Anna Dube", "Bongani Zulu", "Chen Zungu")
    ]


def test_registers_hold_every_mark_that_stands(room, tmp_path):
    exported(room, "registers", tmp_path / "r.csv")
    daily, late = lines(tmp_path / "r.csv")[1:]
    late_record = AttendanceRecord.objects.get(status="LATE")
    assert daily[:4] == ["PY-07", "2018-12-03", "", ""]
    assert daily[5:8] == ["Bongani Zulu", room.enrollments[1].student.email, "Absent"]
    assert late[1:4] == ["2019-01-08", "08:00", "10:00"]
    assert late[7:12] == ["Late", "5", "'=1+1", "Thandi Zulu", "2019-01-08 07:30:00"]
    assert late[12:] == ["LATE", *(str(pk) for pk in (late_record.pk, room.sessions[0].pk, room.enrollments[0].pk))]


def test_nothing_of_another_institution_is_in_it(room, tmp_path):
    other = Class(Campus.found(), learners=["Somebody Else"])
    mark(other.sessions[0], other.enrollments[0], "PRESENT")
    for kind in KINDS:
        exported(room, kind, tmp_path / "out.csv")
        assert "Somebody Else" not in (tmp_path / "out.csv").read_text()


def test_the_file_is_its_owners_alone(room, tmp_path):
    exported(room, "students", tmp_path / "s.csv")
    assert stat.S_IMODE((tmp_path / "s.csv").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["students", "out.pdf", "--institution", "export-college"], ".csv or .xlsx"),
        (["marks", "out.csv", "--institution", "export-college"], "'marks' is not one of"),
        (["students", "out.csv", "--institution", "nowhere"], "The institution 'nowhere' doesn't exist."),
        (["students", "missing/out.csv", "--institution", "export-college"], "can't be written"),
    ],
)
def test_what_cannot_be_exported_is_told(room, arguments, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments = [room.campus.institution.slug if word == "export-college" else word for word in arguments]
    done = CliRunner().invoke(main, ["export", *arguments])
    assert done.exit_code != 0
    assert words in done.output
    assert not list(tmp_path.iterdir())
