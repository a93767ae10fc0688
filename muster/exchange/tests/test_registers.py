"""Old registers become daily records, row by row."""

import csv
import io
import random
from contextlib import suppress
from datetime import date, datetime, time, timedelta

import pytest
import xlsxwriter
from click.testing import CliRunner

from muster.accounts.models import User
from muster.attendance.models import AttendanceRecord, MarkEntry
from muster.batches.rules import archive_batch
from muster.cli import main
from muster.core.errors import DomainError
from muster.core.spreadsheets import csv_lines
from muster.exchange.errors import ImportFileRefused
from muster.exchange.exports import export_of
from muster.exchange.models import ImportRun
from muster.exchange.rules import import_file, start_import
from muster.exchange.rules.runs import carry_out
from muster.institutions.models import Affiliation
from tests.client import Api
from tests.make import Campus
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
# How the old system wrote marks, and what they are here.
WRITTEN = {
    "P": ("PRESENT", None),
    "a": ("ABSENT", None),
    "L 12": ("LATE", 12),
    "Late": ("LATE", None),
    "excused": ("EXCUSED", None),
    "": None,
    "-": None,
}


class Old:
    """What an old system kept: batches, learners with numbers, and a mark for each day."""

    def __init__(self, campus, batches=3, learners=6, days=20):
        chance = random.Random(7)
        self.campus, self.days = campus, [date(2024, 2, 5) + timedelta(days=day) for day in range(days)]
        self.batches = [campus.batch(code=f"OLD-{number}", capacity=30) for number in range(batches)]
        self.lines = []
        for place, batch in enumerate(self.batches):
            for number in range(learners):
                student = campus.student(f"Learner {place}{number}")
                known = f"S{place}{number}"
                Affiliation.objects.filter(user=student).update(student_number=known)
                enrollment = campus.enroll(batch, student)
                cells = [chance.choice(list(WRITTEN)) for _day in self.days]
                self.lines.append((batch, student, known, enrollment, cells))

    @property
    def heading(self):
        return ["batch", "student_number", "email", "name", *[day.isoformat() for day in self.days]]

    def rows(self):
        """Half of the learners by number, half by e-mail."""
        for place, (batch, student, known, _enrollment, cells) in enumerate(self.lines):
            who = [known, ""] if place % 2 else ["", student.email.upper()]
            yield [batch.code.lower(), *who, student.full_name, *cells]

    def csv(self):
        text = io.StringIO()
        csv.writer(text).writerows([self.heading, *self.rows()])
        return text.getvalue().encode()

    def xlsx(self):
        target = io.BytesIO()
        with xlsxwriter.Workbook(target) as book:
            sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
            sheet.write_row(0, 0, self.heading[:4])
            for place, one in enumerate(self.days):
                sheet.write_datetime(0, 4 + place, datetime.combine(one, time()), day)
            for number, row in enumerate(self.rows(), start=1):
                sheet.write_row(number, 0, row)
        return target.getvalue()

    def expected(self):
        """Every record that there should be."""
        return {
            (enrollment.pk, day): WRITTEN[cell]
            for _batch, _student, _known, enrollment, cells in self.lines
            for day, cell in zip(self.days, cells, strict=True)
            if WRITTEN[cell]
        }


def stored(campus):
    """Every daily record that there is."""
    rows = AttendanceRecord.objects.filter(institution=campus.institution, session__isnull=True)
    return {(row.enrollment_id, row.record_date): (row.status, row.minutes_late) for row in rows}


@pytest.fixture
def old():
    return Old(Campus.found())


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_every_row_of_a_filled_old_register_arrives(old, form):
    report = import_file(by=old.campus.admin, kind="register", content=getattr(old, form)())
    assert report.problems == []
    assert stored(old.campus) == old.expected()
    assert report.counts["daily_records"].made == len(old.expected()) > 200
    # Every one is in the log, and the daily view shows every one.
    assert MarkEntry.objects.count() == len(old.expected())
    api, shown = Api(old.campus.token()), {}
    for page in (1, 2, 3):
        for row in api.get(f"/institution/attendance/daily?page={page}&page_size=200").data:
            shown[row["enrolment_id"], row["date"]] = (row["status"], row["minutes_late"])
    assert shown == {(str(pk), day.isoformat()): mark for (pk, day), mark in old.expected().items()}


def test_importing_again_changes_nothing(old):
    import_file(by=old.campus.admin, kind="register", content=old.csv())
    before = list(AttendanceRecord.objects.order_by("pk").values())
    report = import_file(by=old.campus.admin, kind="register", content=old.csv())
    count = report.counts["daily_records"]
    assert (count.made, count.unchanged, count.skipped) == (0, len(old.expected()), 0)
    assert list(AttendanceRecord.objects.order_by("pk").values()) == before


def test_what_is_marked_here_stays(old):
    (enrollment, day), (status, minutes) = next(iter(old.expected().items()))
    other = "ABSENT" if status != "ABSENT" else "PRESENT"
    AttendanceRecord.objects.create(
        institution=old.campus.institution,
        enrollment_id=enrollment,
        record_date=day,
        status=other,
        marked_at=old.campus.admin.now(),
    )
    report = import_file(by=old.campus.admin, kind="register", content=old.csv())
    assert stored(old.campus)[enrollment, day] == (other, None)
    assert report.counts["daily_records"].kept == 1
    (row,) = report.rows
    assert [(one["before"], one["after"], one["kept"]) for one in row["changes"]] == [
        (other, f"{status} {minutes}" if minutes else status, "The mark here stays.")
    ]


def test_a_dry_run_counts_and_leaves_nothing(old):
    report = import_file(by=old.campus.admin, kind="register", content=old.csv(), dry_run=True)
    assert report.counts["daily_records"].made == len(old.expected())
    assert not AttendanceRecord.objects.exists()
    assert not MarkEntry.objects.exists()


def lines_left_out(campus, text):
    report = import_file(by=campus.admin, kind="register", content=text.encode())
    return [(problem["line"], problem["crn"], problem["message"]) for problem in report.problems]


def test_lines_that_cannot_be_taken_are_listed_and_the_others_arrive(old):
    archived = old.campus.batch(code="GONE", status="Completed")
    archive_batch(by=old.campus.admin, batch=archived)
    text = (
        "batch,student_number,email,2024-02-05,2999-01-01\n"
        "OLD-0,S00,,P,\n"
        "OLD-0,S99,,P,\n"
        "NONE,S00,,P,\n"
        "GONE,S00,,P,\n"
        "OLD-0,,,P,\n"
        "OLD-0,S01,,Q,A\n"
        "OLD-0,S00,,A,\n"
        "OLD-0,S02,\n"
        "OLD-1,,S10@x,L 9999,\n"
    )
    assert lines_left_out(old.campus, text) == [
        (3, "S99", "This student was never enrolled in OLD-0."),
        (4, "S00", "The batch NONE doesn't exist."),
        (5, "S00", "The batch GONE is archived."),
        (6, "", "A line needs a batch, and a student number or an email."),
        (7, "S01", "2024-02-05: “Q” isn't a mark. Use P, A, L (with minutes: L 10) or E."),
        (7, "S01", "2999-01-01 is in the future or too far in the past."),
        (8, "S00", "This student is in the file twice."),
        (9, "S02", "The line has 3 cells, but the header row has 5 columns."),
        (10, "s10@x", "2024-02-05: “L 9999” isn't a mark. Use P, A, L (with minutes: L 10) or E."),
    ]
    assert len(stored(old.campus)) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("batch,student_number\nOLD-0,S00\n", "no date columns"),
        ("student_number,2024-02-05\nS00,P\n", "The column batch is missing"),
        ("batch,student_number,05/02/2024\nOLD-0,S00,P\n", "Write dates as 2025-01-31"),
        ("batch,student_number,2024-02-30\nOLD-0,S00,P\n", "a date or one of"),
        ("batch,student_number,2024-02-05,2024-02-05\nOLD-0,S00,P,P\n", "twice"),
        ("batch,student_number,2024-02-05,2024-02-05 00:00\nOLD-0,S00,P,P\n", "have the same date"),
        ("batch,student_number,2024-02-05\nOLD-0,S00,\n", "no marks"),
    ],
)
def test_a_file_that_is_no_register_is_refused_in_words(old, text, words):
    with pytest.raises(ImportFileRefused, match=words):
        import_file(by=old.campus.admin, kind="register", content=text.encode())


def test_a_mutated_file_neither_crashes_nor_half_imports(old):
    good, chance = old.csv(), random.Random(3)
    for _turn in range(25):
        broken = bytearray(good)
        for _each in range(chance.randint(1, 8)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        # Whatever is refused, is refused in words.
        with suppress(DomainError):
            import_file(by=old.campus.admin, kind="register", content=bytes(broken), dry_run=True)
    assert not AttendanceRecord.objects.exists()


def test_nothing_of_another_institution_is_touched(old):
    other = Old(Campus.found())
    import_file(by=old.campus.admin, kind="register", content=old.csv())
    assert stored(other.campus) == {}


def test_by_the_pages_it_is_tried_and_then_imported(old):
    run = start_import(by=old.campus.admin, kind="register", content=old.csv(), file_name="old.csv", dry_run=True)
    carry_out(run_id=run.pk)
    browser = Browser(old.campus)
    words = words_of(browser.get(f"/settings/imports/{run.pk}/"))
    assert f"Import {len(old.expected())} daily records" in words
    assert f"Daily records {len(old.expected())} 0 0" in words
    assert not AttendanceRecord.objects.exists()
    browser.post(f"/settings/imports/{run.pk}/import/")
    carry_out(run_id=ImportRun.objects.exclude(pk=run.pk).get().pk)
    assert stored(old.campus) == old.expected()


def test_by_the_command_line(old, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://in.use/by-the-tests")
    monkeypatch.setattr("muster.cli.import_file.bring_database_up_to_date", lambda: None)
    file = tmp_path / "old.csv"
    file.write_bytes(old.csv())
    done = CliRunner().invoke(main, ["import", "register", str(file), "--institution", old.campus.institution.slug])
    assert done.exit_code == 0, done.output
    assert f"Daily records  {len(old.expected()):>9}" in done.output
    assert stored(old.campus) == old.expected()


def brought(campus, content):
    return import_file(by=campus.admin, kind="register", content=content)


def marks_of(campus):
    """What the export of registers says, but for keys and for who marked when."""
    header, *lines = export_of("registers", campus.admin).lines()
    keep = [place for place, name in enumerate(header) if not name.endswith("_id") and not name.startswith("Marked")]
    return "".join(csv_lines([[row[place] for place in keep] for row in (header, *lines)]))


def test_an_exported_register_comes_back_as_it_was():
    old = Old(Campus.found(), batches=2, learners=4, days=6)
    brought(old.campus, old.csv())
    AttendanceRecord.objects.filter(status="LATE").update(notes="The bus, again")
    file = marks_of(old.campus)
    other = Campus.found()
    for batch in old.batches:
        there = other.batch(code=batch.code, capacity=30)
        for _batch, student, known, _enrollment, _cells in [line for line in old.lines if line[0] == batch]:
            copy = other.student(student.full_name)
            User.objects.filter(pk=copy.pk).update(email=student.email, signs_in=False)
            Affiliation.objects.filter(user=copy).update(student_number=known)
            other.enroll(there, copy)
    report = brought(other, file.encode())
    assert (report.problems, marks_of(other)) == ([], file)
    assert brought(other, file.encode()).counts["daily_records"].made == 0


def test_of_a_list_of_marks_what_is_wrong_is_named_and_the_rest_comes():
    campus = Campus.found()
    batch = campus.batch(code="OLD-1")
    student = campus.student()
    campus.enroll(batch, student)
    lines = ["2024-02-05,PRESENT,", "2024-02-30,PRESENT,", "2024-02-06,SLEPT,", "2024-02-07,LATE,12"]
    text = "\n".join(["batch_code,email,date,status,minutes_late", *(f"OLD-1,{student.email},{one}" for one in lines)])
    report = brought(campus, text.encode())
    assert [problem["line"] for problem in report.problems] == [3, 4]
    assert [*AttendanceRecord.objects.order_by("record_date").values_list("status", "minutes_late")] == [
        ("PRESENT", None),
        ("LATE", 12),
    ]


def test_a_number_is_found_in_whatever_case_unless_two_differ_in_nothing_else():
    campus = Campus.found()
    batch = campus.batch(code="Old-1")
    ann, ben, cat = (campus.enroll(batch, campus.student(name)) for name in ("Ann", "Ben", "Cat"))
    # Somebody who never was in the batch has the number that is written.
    for student, number in (
        (ann.student, "ab1"),
        (ben.student, "AB1"),
        (cat.student, "Cd2"),
        (campus.student(), "cD2"),
    ):
        Affiliation.objects.filter(user=student).update(student_number=number)
    day = date(2024, 2, 5)
    text = "batch,student_number,2024-02-05\nOLD-1,ab1,P\nold-1,A\u200bB1,A\nOLD-1,aB1,P\nOLD-1,cD2,P\nOLD-1,Cd2,E\n"
    report = import_file(by=campus.admin, kind="register", content=text.encode())
    assert stored(campus) == {
        (ann.pk, day): ("PRESENT", None),
        (ben.pk, day): ("ABSENT", None),
        (cat.pk, day): ("EXCUSED", None),
    }
    assert [(one["line"], one["message"]) for one in report.problems] == [
        (4, "Several people's numbers differ from aB1 only in upper and lower case. Write it as it is here."),
        (5, "This student was never enrolled in Old-1."),
    ]
    assert import_file(by=campus.admin, kind="register", content=text.encode()).counts["daily_records"].unchanged == 3
