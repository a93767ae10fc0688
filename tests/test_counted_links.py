"""A number that is a link opens exactly the rows that it counts, and the counts beside a filter add up."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from muster.batches.models import Batch
from muster.enrollments.rules import change_status, enroll_student
from muster.institutions.models import Membership, Role
from muster.web.batches.list import WATCHED
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db


class Links(HTMLParser):
    """The links of a page, each with its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._open: list[str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "a":
            self._open = [dict(attrs).get("href") or "", ""]

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open[1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._open is not None:
            self.found.append((self._open[0], " ".join(unescape(self._open[1]).split())))
            self._open = None


def rows_of(answer: HttpResponse) -> int | None:
    """How many rows the list shows; None of a page that is no list."""
    context = getattr(answer, "context", None)
    listing = context.get("listing") if context is not None else None
    return None if listing is None else listing.shown


MADE = r"(Batch|Branch|Department|Course|Instructor|Student|Admin|Room|Branch-Manager|Dept-Admin) \d+$"


def counted(browser: Client, path: str) -> dict[tuple[str, str], tuple[int, int]]:
    """Of each link to a list that says one number: what it says, and how many rows it opens."""
    found = {}
    page = browser.get(path)
    # The number of what needs somebody stands in its title, beside the link.
    needs = [(need.url, need.title) for need in (page.context or {}).get("needs", ())]
    for href, words in dict.fromkeys([*needs, *Links(page.content.decode()).found]):
        numbers = re.findall(r"(?<![\w-])\d+(?![\w-])", words)
        # What is made for tests is called "Batch 7".
        if len(numbers) != 1 or re.match(MADE, words) or not href.startswith(("/", "?")):
            continue
        shown = rows_of(browser.get(href if href.startswith("/") else path + href))
        if shown is not None:
            found[href, words] = (int(numbers[0]), shown)
    return found


def wrong(found: dict[tuple[str, str], tuple[int, int]]) -> dict[tuple[str, str], tuple[int, int]]:
    return {link: numbers for link, numbers in found.items() if numbers[0] != numbers[1]}


@pytest.fixture
def campus() -> Campus:
    """Batches of every kind that a page counts, in two parts of the institution, and some that none should count."""
    campus = Campus.found()
    today, lead = campus.admin.today(), campus.instructor()
    parts = [(campus.branch(), campus.department()) for _ in range(2)]
    week = [slot(day, "10:00", "11:00") for day in range(1, 8)]
    for branch, department in parts:
        course = campus.course(department=department)
        place = {"course": course, "branch": branch, "department": department}
        for first, last in ((-20, 40), (-5, 10), (3, 40), (25, 80), (60, 90), (-40, -3)):
            days = {"start_date": today + timedelta(days=first), "end_date": today + timedelta(days=last)}
            campus.batch(**place, **days)
            if first != -20:
                campus.batch(**place, **days, status="Active" if first < 0 else "Upcoming", capacity=1)
        led = campus.batch(
            **place,
            lead=campus.instructor(),
            start_date=today - timedelta(days=20),
            end_date=today + timedelta(days=40),
            slots=week,
        )
        enroll_student(by=campus.admin, student=campus.student(), batch=led, enrollment_date=led.start_date)
        full = campus.batch(
            **place, start_date=today - timedelta(days=9), end_date=today + timedelta(days=9), capacity=1, lead=lead
        )
        campus.enroll(full)
        for status in (Batch.Status.COMPLETED, Batch.Status.CANCELLED):
            over = campus.batch(**place, start_date=today - timedelta(days=20), end_date=today + timedelta(days=40))
            if status == Batch.Status.COMPLETED:
                change_status(by=campus.admin, batch=over, status=Batch.Status.ACTIVE)
            change_status(by=campus.admin, batch=over, status=status)
        campus.batch(kind="academic", department=department, branch=branch, year=2030, start_date=None, end_date=None)
    campus.student()
    return campus


def signed_in(person: Any) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def one_of_each_part(campus: Campus) -> list[Batch]:
    """A batch with a student and a week in each of the two branches."""
    rows = Batch.objects.filter(institution=campus.institution, enrolled_students=1, capacity=10)
    return list(rows.order_by("created_at"))


def managers(campus: Campus) -> dict[str, Any]:
    """Whoever runs batches: an administrator, and managers of a part who teach in the other one."""
    batch, other = one_of_each_part(campus)
    found = {"admin": campus.admin.user}
    for role, part in ((Role.BRANCH_MANAGER, "branch"), (Role.DEPT_ADMIN, "department")):
        person = campus.person(role, **{part: getattr(batch, part)})
        Membership.objects.create(institution=campus.institution, user=person, role=Role.INSTRUCTOR)
        other.instructor_assignments.create(
            institution=campus.institution, instructor=person, role="assistant", from_date=campus.admin.today()
        )
        found[role.value] = person
    return found


def test_numbers_on_home_open_what_they_count(campus: Campus) -> None:
    for role, person in managers(campus).items():
        found = counted(signed_in(person), "/")
        assert wrong(found) == {}, role
        words = " ".join(words for _href, words in found)
        for counted_there in ("All ", "Without a lead: ", "Full: ", "weekly schedule", "registers not taken"):
            assert counted_there in words or role != "admin", (counted_there, words)


def test_numbers_on_lists_and_objects_open_what_they_count(campus: Campus) -> None:
    led, _other = one_of_each_part(campus)
    pages = [
        reverse("batches:list"),
        reverse("mentoring:list"),
        reverse("planner:list"),
        reverse("students:list"),
        reverse("instructors:list"),
        reverse("courses:list"),
        reverse("departments:list"),
        reverse("settings:branches"),
        reverse("batches:batch", args=(led.pk,)),
        reverse("departments:department", args=(led.department_id,)),
        reverse("courses:course", args=(led.course_id,)),
        reverse("settings:branch", args=(led.branch_id,)),
        reverse("instructors:instructor", args=(led.instructor_assignments.get().instructor_id,)),
        reverse("attendance:cohorts"),
    ]
    for role, person in managers(campus).items():
        browser = signed_in(person)
        assert {path: found for path in pages if (found := wrong(counted(browser, path)))} == {}, role


LISTS = (
    "batches:list",
    "students:list",
    "instructors:list",
    "mentoring:list",
    "users",
    "attendance:cohorts",
    "attendance:not-taken",
)


def test_each_choice_of_a_filter_shows_as_many_rows_as_it_says(campus: Campus) -> None:
    browser = signed_in(campus.admin.user)
    for path in map(reverse, LISTS):
        listing = browser.get(path).context["listing"]
        for facet in listing.facets:
            if facet.hidden:
                # Counted once a link has chosen one.
                chosen = next(iter(listing.filters.facets[facet.name].buckets or WATCHED))
                shown = browser.get(path, {facet.name: chosen}).context["listing"].facets
                [facet] = [one for one in shown if one.name == facet.name]
            # A few of many: what is counted wrongly is so for each.
            for option in facet.options[:3]:
                shown = browser.get(path, {facet.name: option.value}).context["listing"].shown
                assert shown == option.count, (path, facet.name, option)


def test_counts_beside_a_filter_add_up_to_the_total(campus: Campus) -> None:
    browser = signed_in(campus.admin.user)
    for path in map(reverse, LISTS):
        listing = browser.get(path).context["listing"]
        for facet in listing.facets:
            one = listing.filters.facets[facet.name]
            # Buckets overlap, and who leads is asked of batches that run alone.
            if hasattr(one, "buckets") or (path, facet.name) == (reverse("batches:list"), "instructor"):
                continue
            numbers = sum(option.count or 0 for option in facet.options)
            # A row with several values counts for each of them.
            assert numbers >= listing.shown if one.many else numbers == listing.shown, (path, facet.name)
            assert facet.all_label == f"All ({listing.shown})"


def test_a_department_narrows_the_batches_of_the_students(campus: Campus) -> None:
    browser = signed_in(campus.admin.user)
    own, other = one_of_each_part(campus)
    student = own.enrollments.get().student
    campus.enroll(other, student)
    asked = {"department": str(own.department_id)}
    facets = {one.name: one for one in browser.get(reverse("students:list"), asked).context["listing"].facets}
    offered = {option.value for option in facets["batch"].options}
    assert str(own.pk) in offered
    assert str(other.pk) not in offered
    both = browser.get(reverse("students:list"), asked | {"batch": str(other.pk)}).context["listing"]
    assert both.shown == 0
    assert browser.get(reverse("students:list"), {"department": "none-such", "batch": "x"}).status_code == 200
