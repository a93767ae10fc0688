"""A number of analytics opens exactly the rows that it counts, and is the same on the page, in its file, the API and on
Home."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker
from python_calamine import CalamineWorkbook

from benchmarks.people import people
from muster.attendance.models import AttendanceRecord, CountedMark
from muster.batches.models import Batch
from muster.batches.rules import archive_batch
from muster.core.ownership import as_owner
from muster.core.spreadsheets import sheet_name
from muster.enrollments.models import SeatPeriod
from muster.insights.low import SaidMark, reason_of
from muster.institutions.models import Role
from muster.messaging.models import Message
from muster.oversight.tests.make import Inspected
from tests import database
from tests.client import Api
from tests.judged import Judged
from tests.pages import words_of

EVERYTHING = "?compare=none"


def numbers_of(page: Any) -> Iterator[tuple[str, int, str]]:
    """The numbers that lead somewhere: what each is of, the number, and its address."""
    shown = [*page.context["all_figures"], *page.context.get("mentor_figures", ())]
    for one in shown:
        if one.url:
            yield f"{one.figure.name}, numerator", int(one.figure.part), one.url
        if one.whole_url:
            yield f"{one.figure.name}, denominator", int(one.figure.whole), one.whole_url
    for table in page.context["tables"].values():
        for row, line in zip(table.table.rows, table.lines, strict=False):
            for place, cell in enumerate(line):
                if place and cell.url:
                    yield f"{table.table.key}, {table.table.columns[place].key}", int(row.cells[place]), cell.url


def wrong(browser: Client, path: str, *, most: int = 1000) -> tuple[dict[str, Any], set[str]]:
    """The numbers of a page that open another number of rows, and what the others were of; so many of each kind."""
    found, kinds, tried = {}, set(), dict[str, int]()
    for what, number, url in numbers_of(browser.get(path)):
        tried[what] = tried.get(what, 0) + 1
        if tried[what] > most:
            continue
        kinds.add(what)
        shown = browser.get(url).context["listing"].shown
        if shown != number:
            found[f"{what} {url}"] = f"{number}, opens {shown}"
    return found, kinds


@pytest.fixture(scope="module")
def places(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Any]]:
    with django_db_blocker.unblock(), database.generated() as objects:
        yield objects


def test_marks_and_seats_open_what_they_count(places: dict[str, Any]) -> None:
    """On a generated institution, as everybody who may: attendance told apart in every way, seats, and enrollments."""
    for person in people(places):
        if person.role == "student" or (person.role, person.where) == ("admin", "the large one"):
            continue
        with transaction.atomic():
            browser = Client(headers=person.browser)
            found, kinds = wrong(browser, f"/analytics/{EVERYTHING}", most=2)
            of_batch, kinds_of_batch = wrong(browser, f"/batches/{person.objects['batch_id']}/analytics/", most=2)
            transaction.set_rollback(True)
        assert found | of_batch == {}, person.role
        assert {"students, came", "students, marks"} <= kinds_of_batch
        for table in ("weeks", "weekdays", "hours", "types", "batches", "instructors"):
            assert {f"{table}, came", f"{table}, marks"} <= kinds
        assert {"attendance, numerator", "registers_taken, denominator", "seats_filled, numerator"} <= kinds


@pytest.fixture
def judged(db: None) -> Judged:
    made = Judged(1)
    chance = made.chance
    for batch in made.batches:
        for seat in batch.enrollments.all():
            AttendanceRecord.objects.create(
                **made.here,
                enrollment=seat,
                record_date=made.today,
                status=chance.choice(["PRESENT", "ABSENT", "EXCUSED"]),
                marked_at=timezone.now(),
            )
    return made


def signed_in(judged: Judged) -> Client:
    browser = Client()
    browser.force_login(judged.admin.user)
    return browser


def addresses(judged: Judged) -> dict[str, str]:
    """A page of each level, over the time in which everything came about."""
    days = f"?first={judged.today - timedelta(days=110)}&last={judged.today}&compare=none"
    branch, department = judged.parts[0]["branch"].pk, judged.parts[0]["department"].pk
    student = judged.batches[0].enrollments.order_by("pk")[0].student_id
    return {
        "institution": reverse("analytics:institution") + days,
        "branch": f"{reverse('analytics:institution')}{days}&branch={branch}",
        "department": f"{reverse('analytics:institution')}{days}&department={department}",
        "batch": reverse("analytics:batch", args=[judged.batches[0].pk]) + days,
        "year": reverse("analytics:batch", args=[judged.years[0].pk]) + days,
        "instructor": reverse("analytics:instructor", args=[judged.leads[0].pk]) + days,
        "student": reverse("analytics:student", args=[student]) + days,
        "mentoring": reverse("analytics:mentoring") + days,
    }


OPENED = {
    "at_risk, numerator",
    "passed, numerator",
    "passed, denominator",
    "average_mark, denominator",
    "average_score, denominator",
    "mentored, numerator",
    "mentoring_held, numerator",
    "mentoring_engaged, denominator",
    "goals_reached, denominator",
    "answer_hours, denominator",
    "questions_answered, denominator",
    "pair_days, denominator",
    "new_enrollments, numerator",
    "batches, at_risk",
    "students, marks",
    "mentors, students",
    "months, enrollments",
}


def test_each_level_opens_what_it_counts(judged: Judged) -> None:
    browser, kinds = signed_in(judged), set[str]()
    for level, path in addresses(judged).items():
        found, told = wrong(browser, path)
        assert found == {}, level
        kinds |= told
    assert kinds >= OPENED


def test_those_below_the_minimum_are_exactly_those_and_open_their_marks(judged: Judged) -> None:
    browser, path, tried = signed_in(judged), addresses(judged)["batch"], 0
    for minimum in (40, 100):
        judged.campus.institution.__class__.objects.update(minimum_attendance_percent=minimum)
        page: Any = browser.get(path)
        students, table = page.context["students"], page.context["tables"]["students"].table
        low = {row.cells[0]: row.cells for row in table.rows if row.cells[1] < minimum}
        assert (students.below, students.number) == (len(low), len(table.rows))
        assert sum(dot.is_below for dot in students.dots) == len(low)
        shown = page.context["low_students"]
        assert len(shown) + students.left_out == len(low)
        for one in shown:
            _name, value, came, marks = low[one.name]
            assert one.value.rstrip("%") == f"{value:g}"
            assert one.marks.split() == [str(came), "of", str(marks), "mark" if marks == 1 else "marks"]
            assert browser.get(one.marks_url).context["listing"].shown == marks
            tried += 1
    assert tried > 1


def test_each_below_the_minimum_shows_the_last_five_marks_and_is_written_to(judged: Judged) -> None:
    """Discs and words are those of the API; the message goes to exactly those with a seat."""
    judged.campus.institution.__class__.objects.update(minimum_attendance_percent=100)
    batch, days = judged.batches[0], [judged.today - timedelta(days=number) for number in range(1, 8)]
    with as_owner():
        SeatPeriod.objects.filter(batch=batch).update(from_date=days[-1])
    AttendanceRecord.objects.bulk_create(
        AttendanceRecord(
            **judged.here,
            enrollment=seat,
            record_date=day,
            status=judged.chance.choice(["PRESENT", "LATE", "EXCUSED"]) if day in days[1:] else "ABSENT",
            marked_at=timezone.now(),
        )
        for seat in batch.enrollments.all()
        for day in days
    )
    gone = batch.enrollments.order_by("pk")[0]
    gone.status = "cancelled"
    gone.save()
    browser = signed_in(judged)
    page: Any = browser.get(addresses(judged)["batch"])
    told = Api(judged.campus.token()).get(f"/analytics/batches/{batch.pk}").data["students"]
    lines = {one.name: one for one in page.context["low_students"]}
    assert len(lines) == told["below"] > 1
    for row in told["lowest"]:
        seat = batch.enrollments.select_related("student").get(student=row["student"])
        said = CountedMark.objects.filter(enrollment=seat).order_by("record_date").values_list("status", flat=True)
        line = lines[seat.student.full_name]
        assert line.last == row["last_marks"] == "".join(one[0] for one in said)[-5:]
        assert line.reason == row["reason"] != ""
    dialog: Any = browser.get(page.context["message_url"])
    people = set(batch.enrollments.exclude(pk=gone.pk).values_list("student__full_name", flat=True)) & set(lines)
    assert gone.student.full_name in lines
    assert f"Send to {len(people)} students" in words_of(dialog)
    browser.post(page.context["message_url"], {"subject": "Come", "text": "We miss you."})
    [message] = Message.objects.all()
    assert (message.batch_id, {one.user.full_name for one in message.recipients.all()}) == (batch.pk, people)
    # Who may not write is not led there, and nobody is of an archived batch.
    Batch.objects.filter(pk=batch.pk).update(status="Completed", end_date=judged.today - timedelta(days=1))
    archive_batch(by=judged.admin, batch=Batch.objects.get(pk=batch.pk))
    assert browser.get(addresses(judged)["batch"]).context["message_url"] == ""


# A day of June 2030, and what was said on it in which type of session.
@pytest.mark.parametrize(
    ("marks", "reason"),
    [
        ("7TA 10TP 14TA 17TP 18TP 21TA 24TP", "3 absences, all on Fridays"),
        ("3TP 7TA 10TP 14TA 17TP 18TA 21TA 24TP 25TP", "4 absences, 3 of them on Fridays"),
        ("3TA 4PP 5TA 6PP 10PA 11TA 12PP 13PP", "4 absences, 3 of them in theory sessions"),
        ("3TP 4TA 5TA 6TA", "3 absences, the last 3 in a row"),
        ("3TP 4TA 5TA 6TA 7TE", "3 absences, the last 3 in a row"),
        ("3TP 4TP 5TP 6TP 10TA 11TA", "Below since 11 June"),
        ("3TA 4TP 5TP", "1 absence"),
        ("3TA 4TP 5TA", "2 absences"),
    ],
)
def test_the_reason_is_what_the_absences_share(marks: str, reason: str) -> None:
    kinds, states = {"T": "THEORY", "P": "PRACTICAL"}, {"P": "PRESENT", "A": "ABSENT", "E": "EXCUSED"}
    said = [SaidMark(date(2030, 6, int(one[:-2])), kinds[one[-2]], states[one[-1]]) for one in marks.split()]
    assert reason_of(said, 75) == reason


def test_page_file_api_and_home_say_the_same(judged: Judged) -> None:
    """Each figure on its page, in the file of its table, in the workbook of all, in the API, and on Home."""
    browser, api = signed_in(judged), Api(judged.campus.token())
    calls = {
        "institution": "institution",
        "branch": f"branches/{judged.parts[0]['branch'].pk}",
        "department": f"departments/{judged.parts[0]['department'].pk}",
        "batch": f"batches/{judged.batches[0].pk}",
        "student": f"students/{judged.batches[0].enrollments.order_by('pk')[0].student_id}",
        "mentoring": "mentoring",
    }
    days = f"from={judged.today - timedelta(days=110)}&to={judged.today}&compare=none"
    for level, call in calls.items():
        path = addresses(judged)[level]
        page: Any = browser.get(path)
        told = api.get(f"/analytics/{call}?{days}").data
        shown = {
            one.figure.name: (one.figure.value, float(one.figure.part), one.figure.whole)
            for one in page.context["all_figures"]
        }
        assert shown == {
            one["definition"]: (one["value"], one["numerator"], one["denominator"]) for one in told["figures"]
        }, level
        of_page = {key: table.table for key, table in page.context["tables"].items()}
        assert [one["key"] for one in told["tables"]] == list(of_page), level
        book = CalamineWorkbook.from_filelike(io.BytesIO(read(browser.get(f"{path}&export=xlsx"))))
        assert book.sheet_names[1:] == [sheet_name(table.title) for table in of_page.values()], level
        for one in told["tables"]:
            table = of_page[one["key"]]
            of_file = list(
                csv.reader(io.StringIO(read(browser.get(f"{path}&export=csv&table={table.key}")).decode("utf-8-sig")))
            )
            of_book = book.get_sheet_by_name(sheet_name(table.title)).to_python()
            of_api = [[column["heading"] for column in one["columns"]], *one["rows"]]
            assert len(of_file) == len(of_book) == len(of_api) == 1 + len(table.rows)
            for row, line, cells, values in zip(table.rows, of_file[1:], of_book[1:], of_api[1:], strict=True):
                assert line == [in_text(cell) for cell in row.cells], (level, table.key)
                assert [plain(cell) for cell in cells] == [plain(cell) for cell in row.cells], (level, table.key)
                assert values == [cell.isoformat() if hasattr(cell, "isoformat") else cell for cell in row.cells]
    home: Any = browser.get("/")
    everything = {one["definition"]: one for one in api.get("/analytics/institution").data["figures"]}
    # Each of them is in one batch.
    assert home.context["risk"].total == everything["at_risk"]["numerator"] > 0


def read(answer: Any) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def in_text(cell: Any) -> str:
    return "" if cell is None else str(cell)


def plain(cell: Any) -> Any:
    """Workbooks know days as moments, no empty text, and no difference between 4 and 4.0."""
    if hasattr(cell, "isoformat"):
        return cell.isoformat()[:10]
    return None if cell == "" else cell


def test_a_table_that_is_not_there_is_missing(judged: Judged) -> None:
    path = addresses(judged)["institution"]
    assert signed_in(judged).get(f"{path}&export=csv&table=none").status_code == 404
    assert signed_in(judged).get(reverse("analytics:rows", args=["satisfaction"])).status_code == 404


@pytest.mark.django_db
def test_regulators_see_the_attendance_of_what_is_granted_and_nothing_else() -> None:
    place = Inspected()
    campus = place.campus
    batch, other = place.batch("ALPHA"), place.batch("BRAVO")
    seats = {one.pk: [place.seat(one, f"Student {name} {one.code}") for name in "AB"] for one in (batch, other)}
    for one in (batch, other):
        for day in (1, 2, 9):
            place.session(one, day, *seats[one.pk])
    browser = Client()
    browser.force_login(place.regulator)
    path = reverse("analytics:institution")
    assert browser.get(path).context["figures"][0].figure.whole == 0
    # Two grants that overlap count no day twice.
    place.grant(batch, first=1, last=2)
    place.grant(batch, first=2, last=3)
    page: Any = browser.get(path)
    assert {one.figure.name for one in page.context["all_figures"]} == {"attendance", "registers_taken"}
    assert page.context["all_figures"][0].figure.whole == 4
    assert list(numbers_of(page)) == []
    assert {"weeks", "types", "batches"} <= set(page.context["tables"])
    assert not {"months", "seats", "completion", "moves", "satisfaction"} & set(page.context["tables"])
    assert "Student" not in page.content.decode()
    # What tells of each student of a batch stays with the institution: registers are opened one by one.
    assert browser.get(reverse("analytics:batch", args=[batch.pk])).status_code == 403
    assert Api(campus.token(place.regulator)).get(f"/analytics/batches/{batch.pk}").status == 403
    for role in (Role.STUDENT, Role.CORPORATE_STUDENT):
        browser.force_login(campus.person(role))
        assert browser.get(path).status_code == 403


def test_links_keep_the_days_and_the_part(judged: Judged) -> None:
    path = addresses(judged)["branch"]
    asked = dict(parse_qsl(urlsplit(path).query))
    for _what, _number, url in numbers_of(signed_in(judged).get(path)):
        carried = dict(parse_qsl(urlsplit(url).query))
        if "/mentoring/" not in url:
            assert carried["branch"] == asked["branch"]
        assert asked["first"] <= carried["first"] <= carried["last"] <= asked["last"]
