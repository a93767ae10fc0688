"""The planner's pages: asking, looking, changing, applying."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from muster.allocation.models import IndividualAssignment, Plan
from muster.batches.models import InstructorAssignment
from muster.batches.rules import assign_lead
from muster.institutions.models import Role
from tests.jobs import run_jobs
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus() -> Campus:
    return Campus.found()


@pytest.fixture
def browser(campus: Campus) -> Client:
    client = Client()
    client.force_login(campus.admin.user)
    return client


def morning(campus: Campus, day: int = 1, **fields):
    return campus.batch(slots=[slot(day, "08:00", "10:00")], **fields)


def planned(browser: Client, **fields) -> str:
    """The address of a plan that is ready."""
    asked = browser.post("/planner/", {"kind": "batches", "least_score": "0", "keep_to_limits": "on", **fields})
    assert asked.status_code == 302
    run_jobs()
    return asked["Location"]


def text_of(browser: Client, url: str, **headers) -> str:
    return browser.get(url, headers=headers).content.decode()


def test_empty_planner_says_that_everything_is_staffed(browser):
    page = text_of(browser, "/planner/")
    assert "All batches and students are staffed" in page
    assert "Create plan" not in page


def test_a_plan_is_asked_for_followed_and_applied(campus, browser):
    campus.instructor("Ann Bell")
    morning(campus, name="Welding")
    page = text_of(browser, "/planner/")
    assert "1 batch without a lead" in page
    asked = browser.post("/planner/", {"kind": "batches", "least_score": "0", "keep_to_limits": "on"})
    url = asked["Location"]
    waiting = text_of(browser, url)
    assert 'hx-trigger="every 1s"' in waiting
    part = text_of(browser, url, **{"HX-Request": "true", "HX-Target": "plan"})
    assert part.lstrip().startswith('<div id="plan"')
    run_jobs()
    over = browser.get(url, headers={"HX-Request": "true", "HX-Target": "plan"})
    assert over["HX-Redirect"] == url
    page = text_of(browser, url)
    for words in ("Lead proposed for 1 of 1 batch", "Ann Bell", "Best possible plan", "Apply all 1", "Welding"):
        assert words in page
    assert browser.post(url).status_code == 302
    page = text_of(browser, url)
    assert "1 proposal applied." in page
    assert "Apply all" not in page
    assert InstructorAssignment.objects.count() == 1


def test_a_plan_opens_at_its_proposals(campus, browser):
    campus.instructor()
    morning(campus)
    page = text_of(browser, planned(browser))
    places = [page.index(words) for words in ("Apply all 1", 'id="proposals"', "Workload after this plan")]
    assert places == sorted(places)


def test_only_what_was_picked_is_applied(campus, browser):
    campus.instructor(), campus.instructor()
    morning(campus), morning(campus, 2)
    url = planned(browser)
    first, second = Plan.objects.get().items.all()
    nothing = browser.post(url, {"picked": "1"})
    assert nothing.status_code == 400
    assert "There are no proposals to apply." in nothing.content.decode()
    assert browser.post(url, {"picked": "1", "items": [str(first.pk)]}).status_code == 302
    assert list(InstructorAssignment.objects.values_list("batch", flat=True)) == [first.batch_id]
    assert "Apply all 1" in text_of(browser, url)
    assert browser.post(url, {"picked": "1", "items": ["nonsense", str(second.pk)]}).status_code == 400


def test_overtaken_plan_says_what_changed_and_offers_the_rest(campus, browser):
    campus.instructor(), campus.instructor()
    batch = morning(campus)
    morning(campus)
    url = planned(browser)
    assign_lead(by=campus.admin, batch=batch, instructor=campus.instructor("Dan Fox"))
    refused = browser.post(url)
    page = refused.content.decode()
    assert refused.status_code == 400
    assert f"{batch.code} is now led by Dan Fox." in page
    assert "Apply the 1 that is still valid" in page
    assert InstructorAssignment.objects.count() == 1
    assert browser.post(url, {"partial": "1"}).status_code == 302
    assert InstructorAssignment.objects.count() == 2
    assert "1 proposal was out of date and was skipped." in text_of(browser, url)


def test_another_is_chosen_from_those_who_have_the_hours(campus, browser):
    campus.instructor("Ann Bell")
    busy = campus.instructor("Busy Bee")
    morning(campus, lead=busy)
    morning(campus)
    url = planned(browser)
    ben = campus.instructor("Ben Cook")
    item = Plan.objects.get().items.get()
    form = f"{url}items/{item.pk}/"
    page = text_of(browser, form)
    assert "Ben Cook: match" in page
    assert "Busy Bee" not in page
    assert browser.post(form, {"instructor_id": str(busy.pk)}).status_code == 400
    assert browser.post(form, {"instructor_id": "nonsense"}).status_code == 400
    assert browser.post(form, {"instructor_id": str(ben.pk)}).status_code == 302
    item.refresh_from_db()
    assert (item.instructor_id, item.by_hand) == (ben.pk, True)
    page = text_of(browser, url)
    assert "Changed manually" in page
    assert "Best possible plan" not in page
    assert browser.post(form, {"instructor_id": ""}).status_code == 302
    item.refresh_from_db()
    assert item.instructor_id is None
    browser.post(form, {"instructor_id": str(ben.pk)})
    browser.post(url)
    assert browser.post(form, {"instructor_id": ""}).status_code == 400


def test_students_are_planned_too(campus, browser):
    campus.instructor("Ann Bell")
    student = campus.student("Thandi Zulu")
    url = planned(browser, kind="students")
    assert "Mentor proposed for 1 of 1 student" in text_of(browser, url)
    form = f"{url}items/{Plan.objects.get().items.get().pk}/"
    assert "Ann Bell: match" in text_of(browser, form)
    browser.post(url)
    assert IndividualAssignment.objects.get().student == student


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": ""}, "required"),
        ({"kind": "rooms"}, "not one of the available choices"),
        ({"least_score": "x"}, "whole number"),
        ({"least_score": "101"}, "less than or equal to 100"),
        ({"least_score": "9" * 40}, "less than or equal to 100"),
        ({"branch_id": "x"}, 'href="#id_branch_id"'),
        ({"department_id": "\0"}, 'href="#id_department_id"'),
        ({"kind": "students"}, "Every student has a mentor"),
    ],
)
def test_asking_says_beside_the_field_what_is_wrong(campus, browser, fields, words):
    morning(campus)
    answer = browser.post("/planner/", {"kind": "batches", "least_score": "0", **fields})
    assert answer.status_code == 400
    assert words in answer.content.decode()


def test_batches_without_anybody_say_why(campus, browser):
    morning(campus)
    url = planned(browser)
    assert "There are no active instructors yet." in text_of(browser, url)
    exported = b"".join(browser.get(f"{url}?export=csv").streaming_content).decode()
    assert "There are no active instructors yet." in exported


def test_only_managers_have_the_planner_in_the_navigation(campus):
    for role, there in ((Role.DEPT_ADMIN, True), (Role.INSTRUCTOR, False)):
        client = Client()
        narrowed = {"department": campus.department()} if there else {}
        client.force_login(campus.person(role, **narrowed))
        assert ('href="/planner/"' in text_of(client, "/")) is there


def test_pages_cost_the_same_for_one_and_for_many(campus, browser):
    def statements(url: str) -> int:
        with CaptureQueriesContext(connection) as counted:
            assert browser.get(url).status_code == 200
        return len(counted)

    campus.instructor(), morning(campus)
    urls = [planned(browser), "/planner/"]
    for url in urls:
        statements(url)
    one = [statements(url) for url in urls]
    for day in range(2, 7):
        campus.instructor(), morning(campus, day)
    urls[0] = planned(browser)
    assert [statements(url) for url in urls] == one
    assert max(one) <= 12
