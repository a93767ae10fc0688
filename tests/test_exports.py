"""Every list's export is a file, and one and the same by every door."""

from __future__ import annotations

import io
import re
from datetime import datetime, time, timedelta
from html import unescape
from typing import Any
from urllib.parse import urljoin

import pytest
from click.testing import CliRunner
from django.test import Client, TestCase
from django.utils import timezone
from python_calamine import CalamineWorkbook

from muster.attendance.tests.test_register_files import Class, mark
from muster.cli import main
from muster.core.spreadsheets import csv_lines
from muster.exchange.exports import KINDS
from muster.exchange.files import read_lines
from muster.institutions.models import SecurityEvent
from muster.institutions.security import MOST_IN_AN_HOUR
from muster.reports.models import ReportSchedule
from muster.reports.rules import schedule_report
from tests.access.routes import routes
from tests.access.world import World
from tests.client import Api
from tests.make import Campus, slot
from tests.pages import csv_lines_of

# The pages that show a kind whole.
PAGES = {
    "batches": "/batches/",
    "students": "/students/",
    "instructors": "/instructors/",
    "branches": "/settings/branches/",
    "rooms": "",
    "holidays": "/settings/holidays/",
    "terms": "/settings/terms/",
    "departments": "/departments/",
    "courses": "/courses/",
}
# A day in words, a span, one number out of another, a percentage: as pages word them.
IN_WORDS = re.compile(r"\b\d{1,2} [A-Z][a-z]{2,8} \d{4}\b|\d – \d|^\d+ ?/ ?\d+|^[\d.]+ ?%$")
TOLD_IN_WORDS = ("/settings/audit/",)
MENU = re.compile(r'href="([^"]*\bexport=[^"]*)"')


class Menus(TestCase):
    """Each link of each Export menu, followed; the world is built once."""

    world: World

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = World.built()

    def test_every_export_menu_leads_to_a_file(self) -> None:
        found, wrong = self.followed("admin")
        self.assertEqual(wrong, [])
        self.assertGreater(found, 20)

    def test_so_does_each_that_others_see(self) -> None:
        # The others see what one of these sees.
        for role in ("branch-manager", "instructor", "student", "regulator"):
            with self.subTest(role=role):
                _found, wrong = self.followed(role)
                self.assertEqual(wrong, [])

    def followed(self, role: str) -> tuple[int, list[Any]]:
        """How many links of menus there are for a role, and which of them don't lead where they say."""
        browser, found, wrong = self.world.browser(role), 0, list[Any]()
        # More than one person takes out in an hour.
        patch = self.enterContext(pytest.MonkeyPatch.context())
        patch.setitem(MOST_IN_AN_HOUR, SecurityEvent.Kind.EXPORTED, 10_000)
        for route in routes():
            if route.method != "GET" or route.is_api or route.who.expected(role, "own") != "reach":
                continue
            address = route.address(self.world.objects["own"])
            page = browser.get(address)
            if page.streaming or page.status_code != 200:
                continue
            links = MENU.findall(page.content.decode())
            listing = page.context and page.context.get("listing")
            if "list-export" in page.content.decode() and len(links) != 2 and b"m-export" in page.content:
                wrong.append((address, links))
            for link in links:
                found += 1
                file = browser.get(urljoin(address, unescape(link)))
                kind = re.search(r"export=(csv|xlsx)", link)
                content = b"".join(file) if file.streaming else b""
                begins = {"csv": b"\xef\xbb\xbf", "xlsx": b"PK\x03"}[kind[1]] if kind else None
                if content[:3] != begins or "attachment" not in file.headers.get("Content-Disposition", ""):
                    wrong.append((address, link))
                    continue
                # As many lines as the page has rows, on all of its pages; but the log of exports has this one too.
                is_whole = listing and begins == b"\xef\xbb\xbf" and address != "/settings/security/"
                # A cell holds one thing, a day as a day; what stands in the history was written by people.
                cells = [cell for line in csv_lines_of(content)[1:] for cell in line] if is_whole else []
                if address not in TOLD_IN_WORDS and (told := [cell for cell in cells if IN_WORDS.search(cell)]):
                    wrong.append((address, link, told[:3]))
                # A blank that keeps a line together is the page's alone.
                if is_whole and "\xa0" in content.decode():
                    wrong.append((address, link))
                if is_whole and len(csv_lines_of(content)) - 1 != listing.shown:
                    wrong.append((address, link, len(csv_lines_of(content)) - 1, listing.shown))
        return found, wrong


@pytest.fixture
def room():
    # Neither the clock of the server nor that of its settings.
    campus = Campus.found("Export College").let(time_zone="Pacific/Auckland")
    today = campus.admin.today()
    daily = [slot(day, "09:00", "10:00") for day in range(1, 8)]
    campus.batch(lead=campus.instructor(), start_date=today, end_date=today + timedelta(days=9), slots=daily)
    room = Class(campus)
    room.enrollments[0].student.phone = "+27821234567"
    room.enrollments[0].student.save()
    mark(room.sessions[0], room.enrollments[0], "PRESENT")
    return room


def by_page(room: Any, path: str) -> list[list[str]]:
    client = Client()
    client.force_login(room.campus.admin.user)
    return csv_lines_of(b"".join(client.get(f"{path}?export=csv")))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_page_api_and_command_line_give_out_the_same(room, kind, tmp_path):
    room.campus.room()
    api = Api(room.campus.token())
    told = csv_lines_of(api.get(f"/exports/{kind}?format=csv").content)
    done = CliRunner().invoke(
        main, ["export", kind, str(tmp_path / "x.csv"), "--institution", room.campus.institution.slug]
    )
    assert done.exit_code == 0, done.output
    assert csv_lines_of((tmp_path / "x.csv").read_bytes()) == told
    if page := PAGES.get(kind):
        assert (by_page(room, page)[0], sorted(by_page(room, page)[1:])) == (told[0], sorted(told[1:]))
    objects = api.get(f"/exports/{kind}").data
    assert [len(one) for one in objects] == [len(told[0])] * (len(told) - 1)


@pytest.mark.django_db
def test_the_attendance_stands_in_the_export_of_enrollments(room):
    percents = {
        row["student_name"]: row["attendance_percent"]
        for row in Api(room.campus.token()).get("/exports/enrollments").data
    }
    assert percents == {"Anna Dube": 100.0, "Bongani Zulu": None, "Chen Zungu": None}


@pytest.mark.django_db
def test_numbers_and_days_are_cells_of_their_kind(room):
    api = Api(room.campus.token())
    book = CalamineWorkbook.from_filelike(io.BytesIO(api.get("/exports/batches?format=xlsx").content))
    headings, *lines = book.get_sheet_by_index(0).to_python()
    batch = room.batch
    [told] = [one for one in (dict(zip(headings, line, strict=True)) for line in lines) if one["Code"] == batch.code]
    assert (told["First day"], told["Last day"]) == (batch.start_date, batch.end_date)
    assert (told["Capacity"], told["Enrolled"]) == (batch.capacity, 3)
    assert (told["batch_id"], told["status"], told["archived"]) == (str(batch.pk), batch.status, False)


@pytest.mark.django_db
def test_the_next_session_of_an_instructor_is_a_moment_by_its_own_clock_with_its_zone_and_batch_beside(room):
    lead = room.campus.instructor()
    day = room.campus.admin.today() + timedelta(days=1)
    there = room.campus.branch(time_zone="Asia/Tokyo")
    days = {"start_date": day, "end_date": day + timedelta(days=6)}
    batch = room.campus.batch(lead=lead, branch=there, slots=[slot(day.isoweekday(), "09:00", "10:00")], **days)
    content = Api(room.campus.token()).get("/exports/instructors?format=xlsx").content
    headings, *lines = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    told = {line[headings.index("instructor_id")]: dict(zip(headings, line, strict=True)) for line in lines}
    asked = ("Next session", "Time zone", "Session of")
    assert [told[str(lead.pk)][one] for one in asked] == [
        datetime.combine(day, time(9)),
        "Asia/Tokyo",
        batch.name,
    ]
    idle = room.campus.instructor()
    rows = Api(room.campus.token()).get("/exports/instructors").data
    [none] = [one for one in rows if one["instructor_id"] == str(idle.pk)]
    assert [none[f"next_session{one}"] for one in ("", "_zone", "_name")] == [None] * 3


@pytest.mark.django_db
def test_a_report_schedule_tells_its_format_and_why_it_paused_in_columns_of_their_own():
    campus = Campus.found()
    schedule = schedule_report(by=campus.admin, kind="institution_month", filters={}, often="weekly")
    stop = "Nobody may see it"
    ReportSchedule.objects.filter(pk=schedule.pk).update(paused_at=timezone.now(), stopped_because=stop)
    client = Client()
    client.force_login(campus.admin.user)
    headings, line = csv_lines_of(b"".join(client.get("/reports/schedules/?export=csv")))
    told = dict(zip(headings, line, strict=True))
    assert [told[one] for one in ("Report", "Format", "Status", "Reason")] == [
        "Institution's month",
        "PDF",
        "Paused",
        stop,
    ]


@pytest.mark.django_db
def test_what_is_no_kind_or_no_format_is_refused(room):
    api = Api(room.campus.token())
    assert api.get("/exports/secrets").status == 404
    assert api.get("/exports/batches?format=pdf").fields == ["format"]
    assert Api(room.campus.token(room.enrollments[0].student)).get("/exports/students").status == 403


@pytest.mark.django_db
def test_contacts_are_for_who_may_see_them(room):
    assert Api(room.campus.token()).get("/exports/students").data[0]["phone"] == "+27821234567"
    assert "phone" not in Api(room.campus.token(room.teacher)).get("/exports/students").data[0]


SAID = ["+27821234567", "+27 (0)82 123 4567", "-5", "=1+1", "+cmd|calc", "@x", "-", "'quoted'", "00007", "O'Brien"]


def test_what_is_exported_is_imported_as_it_was():
    content = "".join(csv_lines([["said"], *([text] for text in SAID)])).encode()
    assert [line.cells["said"] for line in read_lines(content, required=["said"])] == SAID


@pytest.mark.parametrize("phone", ["+27821234567", "+27 (0)82 123 4567", "082 123 4567"])
def test_a_phone_number_stands_in_a_file_as_it_was_typed(phone):
    assert csv_lines_of("".join(csv_lines([[phone]])).encode()) == [[phone]]


def test_no_text_is_a_formula_in_a_file():
    lines = "".join(csv_lines([[text] for text in ["=1+1", "+cmd|calc", "@x", "+1+cmd()", "-1+2"]])).splitlines()
    assert all(line.lstrip("\ufeff").startswith("'") for line in lines)
