"""Each figure that Home shows is the same number on its page, in its file and over the API, for each who has a Home."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from muster.attendance.models import AttendanceRecord
from muster.batches.models import Batch
from muster.core.ownership import as_owner
from muster.enrollments.models import SeatPeriod
from muster.enrollments.rules import Applicant, apply_for_batch, join_waitlist
from muster.institutions.access import Actor
from muster.institutions.models import Role
from muster.risk.models import RiskFlag
from tests.client import Api
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
EVERY_DAY = [slot(day, "00:10", "00:20") for day in range(1, 8)]


class Place:
    """Two parts of an institution, with batches of every kind that Home counts, marks, flags and people who wait."""

    def __init__(self) -> None:
        self.campus = Campus.found().at_noon().let(waitlist_mode="offer", catalogue_is_public=True)
        self.today, here = self.campus.admin.today(), {"institution": self.campus.institution}
        self.parts = [(self.campus.branch(), self.campus.department()) for _each in range(2)]
        self.leads = [self.campus.instructor() for _each in self.parts]
        for number, ((branch, department), lead) in enumerate(zip(self.parts, self.leads, strict=True)):
            place = {"branch": branch, "department": department, "course": self.campus.course(department=department)}
            days = {"start_date": self.today - DAY * 5, "end_date": self.today + DAY * 40}
            led = self.campus.batch(**place, **days, lead=lead, slots=EVERY_DAY, capacity=6 + number)
            for place_in_turn in range(3 + number):
                seat = self.campus.enroll(led)
                if place_in_turn < 2:
                    flag = {"enrollment": seat, "reasons": ["missed"], "missed": 3, "due_on": self.today}
                    RiskFlag.objects.create(**here, **flag)
            with as_owner():
                SeatPeriod.objects.filter(batch=led).update(from_date=led.start_date)
            AttendanceRecord.objects.bulk_create(
                AttendanceRecord(
                    **here,
                    enrollment=seat,
                    session=session,
                    record_date=session.date,
                    status=("PRESENT", "ABSENT", "LATE")[(place_in_turn + number) % 3],
                    marked_at=timezone.now(),
                )
                for session in led.sessions.filter(date__lt=self.today)[: 2 + number]
                for place_in_turn, seat in enumerate(led.enrollments.order_by("pk"))
            )
            stranger = Actor.stranger(self.campus.institution)
            apply_for_batch(by=stranger, batch=led, applicant=Applicant("Ann", f"ann{number}@example.org"))
            full = self.campus.batch(
                **{**place, "course": self.campus.course(department=department)}, **days, capacity=1
            )
            self.campus.enroll(full)
            join_waitlist(by=self.campus.admin, student=self.campus.student(), batch=full)
            for first, last in ((3, 40), (25, 80), (60, 90), (-40, 3)):
                course = self.campus.course(department=department)
                span = {"start_date": self.today + DAY * first, "end_date": self.today + DAY * last}
                status = {"status": "Active"} if first < 0 else {}
                self.campus.batch(**{**place, "course": course}, **span, **status)

    def people(self) -> dict[str, Any]:
        branch, department = self.parts[0]
        return {
            "admin": self.campus.admin.user,
            "branch_manager": self.campus.person(Role.BRANCH_MANAGER, branch=branch),
            "dept_admin": self.campus.person(Role.DEPT_ADMIN, department=department),
            "instructor": self.leads[0],
        }


class Reader:
    """Somebody's pages, files and calls."""

    def __init__(self, campus: Campus, person: Any) -> None:
        self.browser, self.api = Browser(campus, person), Api(campus.token(person))
        page: Any = self.browser.get("/")
        self.home, self.words = page.context, words_of(page)

    def file(self, path: str, **asked: str) -> list[dict[str, str]]:
        answer: Any = self.browser.get(path, {**asked, "export": "csv"})
        assert answer.status_code == 200, path
        return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))

    def ways(self, home: int, path: str, call: str, **asked: str) -> dict[str, int]:
        """How many rows there are each way."""
        page: Any = self.browser.get(path, asked)
        total = self.api.get(call).body["total"]
        return {
            "home": home,
            "page": page.context["listing"].shown,
            "file": len(self.file(path, **asked)),
            "api": total,
        }


@pytest.fixture
def place() -> Place:
    return Place()


def test_each_figure_of_home_is_the_same_everywhere(place: Place) -> None:
    seen: dict[str, set[str]] = {}
    for role, person in place.people().items():
        reader = Reader(place.campus, person)
        told = {
            "at risk": reader.ways(reader.home["risk"].total, reverse("risk:list"), "/risk?page=1"),
            "registers not taken": not_taken(reader),
            "attendance": attendance(reader),
            "requests": requests(reader),
            **(batches(reader) if role != "instructor" else own_batches(reader)),
        }
        assert {name: ways for name, ways in told.items() if len(set(map(str, ways.values()))) > 1} == {}, role
        seen[role] = {name for name, ways in told.items() if any(ways.values())}
    assert seen["admin"] >= {
        *("at risk", "registers not taken", "attendance", "requests", "all", "active", "upcoming"),
        *(
            "seats taken",
            "seats free",
            "without_lead",
            "due",
            "full",
            "filling",
            "waiting",
            "no_slots",
            "ending",
            "slow",
        ),
    }
    assert seen["branch_manager"] >= {"at risk", "attendance", "all", "seats taken", "full"}
    assert seen["instructor"] >= {"at risk", "registers not taken", "attendance", "batches"}


def not_taken(reader: Reader) -> dict[str, Any]:
    """The registers not taken, in the sentence of Home."""
    titles = [one.title for one in reader.home.get("needs", ())] + [getattr(reader.home.get("missing"), "title", "")]
    said = [int(one.split()[0]) for one in titles if "not taken" in str(one)]
    return reader.ways(sum(said), reverse("attendance:not-taken"), "/institution/attendance/not-taken")


def attendance(reader: Reader) -> dict[str, Any]:
    """The rate with both its numbers, and each week."""
    trend = reader.home["trend"]
    if trend is None:
        return {}
    page: Any = reader.browser.get(reverse("analytics:institution"), {"compare": "none"})
    figures = {one.figure.name: one.figure for one in page.context["all_figures"]}
    told = reader.api.get("/analytics/institution").data
    [called] = [one for one in told["figures"] if one["definition"] == "attendance"]
    asked = {"compare": "none"}
    in_file = reader.file(reverse("analytics:institution"), table="figures", **asked)
    [row] = [one for one in in_file if one["Figure"] == "Attendance"]
    of_weeks = reader.file(reverse("analytics:institution"), table="weeks", **asked)
    came, counted = (int(part) for part in trend.of.split(" of "))
    one = figures["attendance"]
    whole = {
        "home": (float(trend.value.rstrip("%")), came, counted),
        "page": (one.value, int(one.part), one.whole),
        "file": (float(row["Value"]), int(row["Numerator"]), int(row["Denominator"])),
        "api": (called["value"], int(called["numerator"]), called["denominator"]),
    }
    weeks = {
        "home": [(one.value, one.part, one.whole) for _name, one, _others in trend.weeks],
        "page": [tuple(row.cells[1:]) for row in page.context["tables"]["weeks"].table.rows],
        "api": [(one["value"], one["numerator"], one["denominator"]) for one in told["attendance"]["by_week"]],
        "file": [
            (float(value), int(came), int(marks)) for _week, value, came, marks in (row.values() for row in of_weeks)
        ],
    }
    return {way: (whole[way], weeks[way]) for way in whole}


def requests(reader: Reader) -> dict[str, Any]:
    """What awaits a decision of theirs: on the card, in the navigation, and on its page."""
    page: Any = reader.browser.get(reverse("requests"))
    told = {"home": reader.home["waiting"].total}
    if page.status_code != 200:
        return told
    return {**told, "page": page.context["total"], "kinds": sum(kind["total"] for kind in page.context["kinds"])}


def batches(reader: Reader) -> dict[str, Any]:
    """Of whoever runs batches: how many of each kind, and their seats."""
    home, found = reader.home, {}
    numbers = {str(one.term): int(one.value) for one in home["numbers"]}
    rows = reader.file(reverse("batches:list"), run="mine")
    called = reader.api.get("/batches?watch=mine&page_size=100").data
    found["all"] = reader.ways(home["total"], reverse("batches:list"), "/batches?watch=mine&page=1", run="mine")
    for status, term in (("Active", "Active batches"), ("Upcoming", "Upcoming batches")):
        path = f"/batches?watch=mine&page=1&status={status}"
        found[status.lower()] = reader.ways(numbers[term], reverse("batches:list"), path, run="mine", status=status)
    found["seats taken"] = {
        "home": numbers["Seats taken"],
        "file": sum(int(row["Enrolled"]) for row in rows),
        "api": sum(one["enrolled_students"] for one in called),
    }
    found["seats free"] = {
        "home": numbers["Seats free"],
        "file": sum(int(row["Seats left"] or 0) for row in rows),
        "api": sum(one["available_spots"] or 0 for one in called),
    }
    watch = home["watch"]
    counts = {
        "without_lead": watch["without_lead_count"],
        "filling": watch["filling_count"],
        "full": watch["full_count"],
        "waiting": watch["lines_count"],
    }
    # In the sentences of what needs somebody: how many there are of a kind.
    for key, words in (("no_slots", "weekly schedule"), ("ending", "within two weeks"), ("slow", "within 30 days")):
        titles = [one.title for one in home["needs"] if words in str(one.title) and "lead" not in str(one.title)]
        counts[key] = sum(int(one.split()[0]) for one in titles)
    named = [one for one in home["needs"] if one.icon == "person-off"]
    more = [int(one.title.split()[0]) for one in named if "without a lead ha" in str(one.title)]
    counts["due"] = more[0] if more else len(named)
    for key, number in counts.items():
        found[key] = reader.ways(number, reverse("batches:list"), f"/batches?watch={key}&page=1", watch=key)
    return found


def own_batches(reader: Reader) -> dict[str, Any]:
    """Of whoever teaches: the students and seats of each batch."""
    shown = {batch.code: (batch.enrolled_students, batch.capacity) for batch, _meeting in reader.home["batches"]}
    called = {one["batch_code"]: one for one in reader.api.get("/batches").data}
    file = {row["Code"]: row for row in reader.file(reverse("batches:list"))}
    assert all(Batch.objects.filter(code=code).exists() for code in shown)
    return {
        "batches": {
            "home": shown,
            "file": {code: (int(file[code]["Enrolled"]), int(file[code]["Capacity"])) for code in shown},
            "api": {code: (called[code]["enrolled_students"], called[code]["capacity"]) for code in shown},
        }
    }
