"""The list of batches: who sees what, what narrows it, what it costs."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.batches.models import Batch
from muster.batches.rules import BatchInput, archive_batch, open_batch
from muster.enrollments.rules import delete_batch
from muster.institutions.models import Role
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


def listed(browser, query=""):
    """The codes of the batches that the list shows, in order."""
    response = browser.get(f"/batches/{query}")
    assert response.status_code == 200
    return [row.record.code for row in response.context["listing"].table.paginated_rows]


def test_a_batch_stands_in_the_list_with_its_dates_week_lead_and_seats(campus):
    campus.batch(
        name="Data analytics, mornings",
        code="DA-1",
        lead=campus.instructor("Naledi Mokoena"),
        slots=[slot(1, "09:00", "11:00"), slot(3, "09:00", "11:00"), slot(6, "08:30", "10:00")],
    )
    campus.enroll(Batch.objects.get())
    words = words_of(Browser(campus).get("/batches/"))
    assert "Data analytics, mornings DA-1" in words
    assert "7 Jan – 28 Jun 2030 Mon Wed 09:00, Sat 08:30" in words
    assert "Naledi Mokoena" in words
    assert "Seats taken: 1 / 10" in words
    assert "Upcoming Enrollment" in words


def test_a_batch_without_a_lead_says_so(campus):
    campus.batch()
    assert "No lead" in words_of(Browser(campus).get("/batches/"))


def test_archived_batches_are_hidden_until_asked_for_and_then_marked(campus):
    browser, batch = Browser(campus), campus.batch(code="OLD")
    archive_batch(by=campus.admin, batch=batch)
    assert listed(browser) == []
    assert listed(browser, "?archived=only") == ["OLD"]
    assert "[ARCHIVED] OLD" in words_of(browser.get("/batches/?archived=all"))


def test_deleted_batches_are_only_among_the_deleted(campus):
    browser, batch = Browser(campus), campus.batch(code="GONE")
    delete_batch(by=campus.admin, batch=batch)
    assert listed(browser, "?archived=all") == []
    assert "GONE" in words_of(browser.get("/batches/deleted/"))


def test_filters_narrow_together_and_stay_in_the_address(campus):
    browser, branch, department = Browser(campus), campus.branch(), campus.department()
    campus.batch(code="A", branch=branch, department=department, year=2030)
    campus.batch(code="B", branch=branch)
    campus.batch(code="C", department=department, year=2031)
    assert listed(browser, f"?branch={branch.pk}&department={department.pk}") == ["A"]
    assert listed(browser, f"?department={department.pk}&year=2031") == ["C"]
    assert listed(browser, "?department=none") == ["B"]
    assert listed(browser, "?q=b") == listed(browser, "?q=B")
    response = browser.get(f"/batches/?branch={branch.pk}&department={department.pk}&sort=name")
    listing = response.context["listing"]
    assert listing.url == f"/batches/?branch={branch.pk}&department={department.pk}&sort=name"
    assert {chip.label for chip in listing.chips} == {branch.name, department.name}


def test_instructors_are_filtered_by_what_they_teach_now_or_later(campus):
    browser, naledi, farid = Browser(campus), campus.instructor("Naledi"), campus.instructor("Farid")
    campus.batch(code="LED", lead=naledi)
    campus.batch(code="HELPED", lead=farid, assistants=[naledi])
    campus.batch(code="UNLED")
    assert sorted(listed(browser, f"?instructor={naledi.pk}")) == ["HELPED", "LED"]
    assert listed(browser, "?instructor=none") == ["UNLED"]
    facet = next(one for one in browser.get("/batches/").context["listing"].facets if one.name == "instructor")
    assert [(option.label, option.count) for option in facet.options] == [("No lead", 1), ("Farid", 1), ("Naledi", 2)]


@pytest.mark.parametrize(
    "query", ["?instructor=x", "?branch=x", "?year=x", "?year=99999999999", "?kind=x", "?q=%00", "?sort=x", "?page=x"]
)
def test_nonsense_in_the_address_finds_nothing_and_breaks_nothing(campus, query):
    campus.batch()
    assert Browser(campus).get(f"/batches/{query}").status_code == 200


def test_saved_views_count_and_lead_to_their_batches(campus):
    today, course = campus.admin.today(), campus.course()
    soon = {"start_date": today + timedelta(days=7), "end_date": today + timedelta(days=90)}
    campus.batch(code="SOON", course=course, lead=campus.instructor(), **soon)
    full = campus.batch(code="FULL", capacity=1, lead=campus.instructor())
    campus.enroll(full)
    campus.batch(code="UNLED")
    browser = Browser(campus)
    views = {str(view.label): view for view in browser.get("/batches/").context["listing"].views}
    numbers = {label: view.count for label, view in views.items()}
    assert numbers == {"All": 3, "No lead": 1, "Starting soon": 1, "Full": 1}
    shown = {label: listed(browser, view.url.removeprefix("/batches/")) for label, view in views.items()}
    assert shown["No lead"] == ["UNLED"]
    assert shown["Starting soon"] == ["SOON"]
    assert shown["Full"] == ["FULL"]
    assert browser.get("/batches/?starts=soon").context["listing"].views[2].current


def test_batch_years_show_department_year_semester_and_the_switch(campus):
    department = campus.department(name="Computing")
    year = campus.batch(
        kind="academic", department=department, year=2030, code="C-2030", start_date=None, end_date=None
    )
    campus.batch(code="COURSE")
    browser = Browser(campus)
    assert listed(browser, "?kind=academic") == ["C-2030"]
    switched_off = f'id="auto-{year.pk}-switch" aria-checked="false" aria-label="Auto-rollover of C-2030"'
    assert switched_off in browser.get("/batches/?kind=academic").content.decode()
    answer = browser.post(
        f"/batches/{year.pk}/auto-rollover/", {"auto_rollover": "on", "next": "/batches/?kind=academic&sort=name"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/batches/?kind=academic&sort=name")
    year.refresh_from_db()
    assert year.auto_rollover
    elsewhere = browser.post(f"/batches/{year.pk}/auto-rollover/", {"next": "https://example.org/"})
    assert elsewhere["Location"] == "/batches/?kind=academic"


def test_the_switch_is_for_batch_years_alone(campus):
    answer = Browser(campus).post(f"/batches/{campus.batch().pk}/auto-rollover/", {"auto_rollover": "on"})
    assert answer.status_code == 400


def test_each_role_sees_its_own_rows(campus):
    branch, department, teacher = campus.branch(), campus.department(), campus.instructor()
    campus.batch(code="BRANCH", branch=branch)
    campus.batch(code="DEPT", department=department)
    campus.batch(code="TAUGHT", lead=teacher)
    manager = campus.person(Role.BRANCH_MANAGER, branch=branch)
    head = campus.person(Role.DEPT_ADMIN, department=department)
    assert sorted(listed(Browser(campus))) == ["BRANCH", "DEPT", "TAUGHT"]
    assert listed(Browser(campus, manager)) == ["BRANCH"]
    assert listed(Browser(campus, head)) == ["DEPT"]
    assert listed(Browser(campus, teacher)) == ["TAUGHT"]
    assert Browser(campus, campus.person(Role.REGULATOR)).get("/batches/").status_code == 403


def test_students_see_their_own_batches_first_and_enroll_in_open_ones(campus):
    student, own, other = (
        campus.student(),
        campus.batch(code="OWN"),
        campus.batch(code="OPEN", lead=campus.instructor("Lea")),
    )
    done = campus.batch(code="DONE", status="Completed")
    campus.enroll(own, student)
    browser = Browser(campus, student)
    assert listed(browser) == ["OWN", "OPEN"]
    page = browser.get("/batches/")
    words = words_of(page)
    assert "Enrolled" in words
    assert f"/batches/{other.pk}/enroll/" in page.content.decode()
    # Who leads a batch is for those in it.
    assert "Lea" not in words
    assert done.code not in words


def test_a_full_batch_offers_students_no_seat(campus):
    batch = campus.batch(capacity=1)
    campus.enroll(batch)
    page = Browser(campus, campus.student()).get("/batches/")
    assert f"/batches/{batch.pk}/enroll/" not in page.content.decode()
    assert "Full" in words_of(page)


def test_the_list_of_another_institution_shows_nothing_of_ours(campus):
    campus.batch()
    assert listed(Browser(Campus.found())) == []


def test_an_empty_list_says_what_belongs_there(campus):
    words = words_of(Browser(campus).get("/batches/"))
    assert "No batches yet" in words
    assert "A batch is a group that learns together" in words


def test_exports_hold_all_that_matches_with_codes(campus):
    campus.batch(code="=DA", name="Data", lead=campus.instructor("Naledi"), slots=[slot(1, "09:00", "11:00")])
    campus.batch(code="PY")
    answer = Browser(campus).get("/batches/?export=csv&instructor=none")
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert rows[0][:4] == ["Batch", "Code", "Course", "Branch"]
    assert [row[1] for row in rows[1:]] == ["PY"]
    everything = b"".join(Browser(campus).get("/batches/?export=csv")).decode("utf-8-sig")
    one = next(row for row in csv.DictReader(io.StringIO(everything)) if row["Batch"] == "Data")
    assert (one["Code"], one["First day"], one["Last day"], one["Lead"]) == (
        "'=DA",
        "2030-01-07",
        "2030-06-28",
        "Naledi",
    )
    sheet = Browser(campus).get("/batches/?export=xlsx")
    assert sheet["Content-Type"].endswith("spreadsheetml.sheet")


@pytest.mark.parametrize("path", ["/batches/", "/batches/?kind=academic", "/batches/deleted/"])
def test_the_list_costs_the_same_however_many_batches_there_are(campus, path):
    department = campus.department()

    def fill(count):
        for _number in range(count):
            batch = campus.batch(slots=[slot(2, "09:00", "10:00")], department=department)
            campus.enroll(batch)
            campus.batch(kind="academic", department=department, year=2030, start_date=None, end_date=None)
            delete_batch(by=campus.admin, batch=campus.batch())

    def cost():
        with CaptureQueriesContext(
            connection,
        ) as statements:
            assert Browser(campus).get(path).status_code == 200
        return len(statements)

    fill(1)
    cost()
    at_one = cost()
    fill(4)
    assert cost() == at_one


def test_a_person_without_a_role_in_a_batch_year_cannot_switch_it(campus):
    year = open_batch(
        by=campus.admin, fields=BatchInput(kind="academic", department=campus.department(), year=2030, code="Y")
    )
    manager = campus.person(Role.BRANCH_MANAGER, branch=campus.branch())
    assert Browser(campus, manager).post(f"/batches/{year.pk}/auto-rollover/").status_code == 404
