"""Reports over generated data say what the page and the API say, in every format, and also where there is nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Count
from django.test import Client
from pytest_django import DjangoDbBlocker
from python_calamine import CalamineWorkbook

from muster.attendance.models import CountedMark
from muster.core.files.downloads import Download
from muster.insights.leads import figures_by_lead
from muster.insights.periods import Period
from muster.insights.queries import insight_into
from muster.insights.scope import scope_of, scope_of_instructor
from muster.institutions.access import Actor
from muster.institutions.models import Institution, Membership, Role
from muster.institutions.rules import make_token
from muster.reports.kinds import KINDS
from muster.reports.kinds.work import ReportWork
from tests import database


@pytest.fixture(scope="module")
def actor(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Actor]:
    """An administrator of the small institution among the generated ones."""
    with django_db_blocker.unblock(), database.generated() as objects:
        place = Institution.objects.get(slug=sorted(objects)[1])
        admin = Membership.objects.filter(institution=place, role=Role.ADMIN).order_by("pk")[0]
        found = Actor.of(admin.user, place)
        assert found
        yield found


@pytest.fixture(scope="module")
def asked(actor: Actor) -> dict[str, dict[str, Any]]:
    """Filters that tell of something, for each kind."""
    marks = CountedMark.objects.filter(institution=actor.institution).order_by()
    of_departments = marks.filter(batch__department__isnull=False).values("batch", "batch__department")
    busiest = of_departments.annotate(number=Count("pk")).order_by("-number")[0]
    batch, department = busiest["batch"], busiest["batch__department"]
    days = marks.filter(batch=batch).values_list("record_date", flat=True).order_by("record_date")
    first, last = days[0], days.reverse()[0]
    some = {"from": str(max(first, last - timedelta(days=200))), "to": str(last)}
    return {
        "institution_month": some,
        "department_kpi": {"department": str(department), **some},
        "batch_progress": {"batch": str(batch), **some},
        "instructor_performance": some,
        "attendance_sheet": {"batch": str(batch), **some},
        "attended_days": {"batch": str(batch), **some},
        "mentoring": some,
    }


def made(actor: Actor, kind: str, filters: dict[str, Any], form: str) -> bytes:
    """The file of a report."""
    definition = KINDS[kind]
    _subject, file = definition.write(ReportWork(actor, definition.read(actor, filters), form))
    assert isinstance(file, Download)
    return b"".join(part if isinstance(part, bytes) else part.encode() for part in file.content)


def table_of(content: bytes, number: int = 1) -> list[dict[str, Any]]:
    """A sheet of a workbook, each row by its headings; the first after the one that says what the report is about."""
    headings, *rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(number).to_python()
    return [dict(zip(headings, row, strict=True)) for row in rows]


def told(actor: Actor, path: str, filters: dict[str, Any]) -> dict[str, Any]:
    """What the API says of the same days, against the time before, its figures by their names."""
    query = {**{name: filters[name] for name in ("from", "to")}, "compare": "before"}
    with transaction.atomic():
        token = make_token(by=actor, name="Reports")[1]
        answer = Client(headers={"authorization": f"Bearer {token}"}).get(f"/api/analytics/{path}", query)
        transaction.set_rollback(True)
    assert answer.status_code == 200, answer.content
    return {one["definition"]: one for one in answer.json()["data"]["figures"]}


def opened(actor: Actor, address: str, query: dict[str, Any]) -> Any:
    """A page, or what it gives out."""
    assert actor.user
    client = Client()
    with transaction.atomic():
        client.force_login(actor.user)
        found: Any = client.get(address, query)
        found.whole = b"".join(found) if found.streaming else found.content
        transaction.set_rollback(True)
    assert found.status_code == 200
    return found


def figures_in(content: bytes, number: int = 1) -> dict[str, dict[str, Any]]:
    return {row["Definition"]: row for row in table_of(content, number)}


@pytest.mark.parametrize(
    ("kind", "path", "sheet"),
    [
        ("institution_month", "institution", 1),
        ("department_kpi", "departments/{department}", 1),
        ("batch_progress", "batches/{batch}", 2),
        ("mentoring", "mentoring", 2),
    ],
)
def test_its_figures_are_those_of_the_api(actor: Actor, asked: Any, kind: str, path: str, sheet: int) -> None:
    filters = asked[kind]
    api = told(actor, path.format(**filters), filters)
    report = figures_in(made(actor, kind, filters, "xlsx"), sheet)
    assert set(api) <= set(report)
    for name, one in api.items():
        row = report[name]
        assert (row["Value"], row["Numerator"], row["Denominator"]) == (
            "" if one["value"] is None else one["value"],
            one["numerator"],
            "" if one["denominator"] is None else one["denominator"],
        ), name
        if kind in ("institution_month", "department_kpi"):
            assert (row["Before"], row["Change"]) == (
                "" if one["before"] is None else one["before"],
                "" if one["change"] is None else one["change"],
            ), name
    assert any(row["Numerator"] for row in report.values())


def test_the_page_says_the_same(actor: Actor, asked: Any) -> None:
    filters = asked["institution_month"]
    page = opened(actor, "/analytics/", {"first": filters["from"], "last": filters["to"]})
    report = figures_in(made(actor, "institution_month", filters, "xlsx"))
    for one in page.context["all_figures"]:
        assert report[one.figure.name]["Numerator"] == float(one.figure.part)


def test_each_instructor_is_as_the_api_tells_of_them(actor: Actor, asked: Any) -> None:
    filters = asked["instructor_performance"]
    rows = table_of(made(actor, "instructor_performance", filters, "xlsx"))
    assert rows
    for row in rows:
        api = told(actor, f"instructors/{row['instructor_id']}", filters)
        for heading, name in (("Attendance", "attendance"), ("Registers taken", "registers_taken")):
            assert row[heading] == ("" if api[name]["value"] is None else api[name]["value"])


def test_all_instructors_are_asked_for_at_once(
    actor: Actor, asked: Any, django_assert_num_queries: Callable[[int], AbstractContextManager[Any]]
) -> None:
    """Seven statements for every lead of the institution, and each figure as it is of them alone."""
    filters = KINDS["instructor_performance"].read(actor, asked["instructor_performance"])
    scope, period = scope_of(actor), filters.days(Period.of(None, None, actor.today()), actor.today())
    with django_assert_num_queries(7):
        found = figures_by_lead(scope, period)
    assert len(found) > 2
    for lead, one in list(found.items())[:5]:
        alone = scope_of_instructor(actor, lead)
        touched = [part for part in alone.parts if part.last is None or part.last >= period.first]
        within = replace(alone, parts=[part for part in touched if part.first is None or part.first <= period.last])
        figures = insight_into(within, period).figures
        assert one.figures == {name: figures[name] for name in one.figures}


def test_attended_days_equal_the_plain_count(actor: Actor, asked: Any) -> None:
    filters = asked["attended_days"]
    marks = CountedMark.objects.filter(
        batch=filters["batch"], record_date__range=(filters["from"], filters["to"]), status__in=["PRESENT", "LATE"]
    )
    rows = list(csv.DictReader(io.StringIO(made(actor, "attended_days", filters, "csv").decode("utf-8-sig"))))
    attended = len(set(marks.values_list("enrollment", "record_date")))
    assert sum(int(row["Attended"]) for row in rows) == attended > 0


def test_the_sheet_is_the_one_of_the_batch_itself(actor: Actor, asked: Any) -> None:
    filters = asked["attendance_sheet"]
    query = {"sheet": "attendance", "from": filters["from"], "to": filters["to"], "format": "csv"}
    page = opened(actor, f"/institution/attendance/cohorts/{filters['batch']}/sheets/", query)
    assert made(actor, "attendance_sheet", filters, "csv") == page.whole


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["pdf", "xlsx", "csv"])
def test_every_kind_is_made_in_every_format_with_and_without_anything_to_tell(
    actor: Actor, asked: Any, kind: str, form: str
) -> None:
    begin = {"pdf": b"%PDF", "xlsx": b"PK", "csv": b"\xef\xbb\xbf"}[form]
    nothing = {**asked[kind], "from": "2001-01-01", "to": "2001-02-01"}
    for filters in (asked[kind], nothing):
        content = made(actor, kind, filters, form)
        assert content.startswith(begin)
        if form == "pdf":
            # Tagged for screen readers.
            assert b"/StructTreeRoot" in content or b"/ObjStm" in content
