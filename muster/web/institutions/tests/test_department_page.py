"""The page of a department: what it tells to whom, and the switches of its batch years."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from muster.batches.models import Batch
from muster.batches.rules import archive_batch, change_batch
from muster.institutions.models import Role
from muster.progression.tests.test_figures import School
from tests.client import Api
from tests.make import Campus
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


def page_of(department: Any) -> str:
    return reverse("departments:department", args=[department.pk])


def year(campus: Campus, department: Any, number: int = 2030, **fields: Any) -> Batch:
    plan = {"year": number, "code": f"Y-{number}", "start_date": None, "end_date": None, **fields}
    return campus.batch(kind="academic", department=department, **plan)


@pytest.fixture
def school() -> School:
    school = School()
    school.calendar()
    return school


def test_the_page_tells_figures_batch_years_and_faculty(school: School) -> None:
    teacher = school.campus.instructor("Ada Ford")
    school.campus.batch(course=school.course, department=school.department, lead=teacher, start_date=school.today)
    answer = Browser(school.campus).get(page_of(school.department))
    shown = words_of(answer)
    figures = answer.context["key"].figures
    assert [one.label for one in figures] == ["Pass rate", "Average mark", "Attendance", "Seats filled"]
    assert figures[3].value == "66.6%"
    # The semester before had marks and students, and no results.
    assert [bool(one.spark) for one in figures] == [False, False, True, True]
    assert "12 students in 2 batch years" in shown
    assert "1 of 6" in shown
    assert "3 of 6" in shown
    assert [one["name"] for one in answer.context["faculty"]["people"]] == ["Ada Ford"]
    assert answer.context["years"].data.data[0].year > answer.context["years"].data.data[1].year


def test_each_role_is_told_what_it_may_know(school: School) -> None:
    campus, department = school.campus, school.department
    teacher = campus.instructor()
    campus.batch(course=school.course, department=department, lead=teacher)
    learner = campus.student()
    campus.enroll(school.years[0], learner)
    people = {
        "admin": campus.admin.user,
        "branch-manager": campus.person(Role.BRANCH_MANAGER, branch=campus.branch()),
        "dept-admin": campus.person(Role.DEPT_ADMIN, department=department),
        "dept-admin elsewhere": campus.person(Role.DEPT_ADMIN, department=school.other),
        "instructor": teacher,
        "student": learner,
    }
    told = {}
    for role, person in people.items():
        answer = Browser(campus, person).get(page_of(department))
        assert answer.status_code == 200
        html = answer.content.decode()
        switches = html.count('role="switch"')
        years = len(answer.context["years"].rows) if answer.context["years"] else 0
        told[role] = (bool(answer.context["key"]), answer.context["faculty"] is not None, years, switches)
    assert told == {
        "admin": (True, True, 2, 4),
        # Managers of a branch see what is in their branch.
        "branch-manager": (True, True, 0, 0),
        # They archive, and can't take it back: that is asked before.
        "dept-admin": (True, True, 2, 2),
        "dept-admin elsewhere": (False, True, 0, 0),
        "instructor": (False, False, 0, 0),
        "student": (False, False, 1, 0),
    }


@pytest.mark.parametrize("number", [2, 7])
def test_the_page_costs_the_same_however_much_there_is(number: int) -> None:
    school = School(number)
    school.calendar()
    for place in range(number):
        year(school.campus, school.department, 2040 + place)
    browser = Browser(school.campus)
    browser.get(page_of(school.department))
    with CaptureQueriesContext(connection) as statements:
        browser.get(page_of(school.department))
    assert len(statements) == COSTS


COSTS = 22


def test_an_empty_department_says_how_to_begin() -> None:
    campus = Campus.found()
    shown = words_of(Browser(campus).get(page_of(campus.department())))
    assert "No batch years yet." in shown
    assert "No one teaches in this department yet." in shown
    assert "Nothing to count yet." in shown


# --- switches --------------------------------------------------------------------------------------------------------
def test_the_switch_saves_at_once_and_says_so() -> None:
    campus = Campus.found()
    department = campus.department()
    one, browser = year(campus, department), Browser(campus)
    here = page_of(department)
    url, name = reverse("batches:auto-rollover", args=[one.pk]), f"auto-{one.pk}"
    htmx = {"HX-Request": "true", "HX-Target": name}
    answer = browser.post(url, {"auto_rollover": "on", "next": here}, **htmx)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'aria-checked="true"' in html
    assert "Saved" in words_of(answer)
    assert "Undo" in words_of(answer)
    # Undo leads back to the page on which the switch was pressed.
    assert f'name="next" value="{here}"' in html
    one.refresh_from_db()
    assert one.auto_rollover
    # Without JavaScript the page comes anew, with the same.
    plain = browser.post(url, {"auto_rollover": "", "next": here})
    assert (plain.status_code, plain["Location"]) == (302, here)
    one.refresh_from_db()
    assert not one.auto_rollover


def test_the_archive_switch_says_whom_it_concerns_and_comes_back() -> None:
    campus = Campus.found()
    department = campus.department()
    one, browser = year(campus, department), Browser(campus)
    campus.enroll(one)
    here = page_of(department)
    answer = browser.post(reverse("batches:archive", args=[one.pk]), {"next": here})
    assert answer["Location"] == here
    shown = words_of(browser.get(here))
    assert "Y-2030 archived. 1 current enrollment is frozen. Undo" in shown
    # It is still in the list, and can be switched back; auto-rollover can't.
    assert "[ARCHIVED]" in shown
    assert browser.get(here).content.decode().count('role="switch"') == 1
    browser.post(reverse("batches:unarchive", args=[one.pk]), {"next": here})
    one.refresh_from_db()
    assert not one.is_archived


def test_a_switch_that_is_refused_says_why_and_changes_nothing() -> None:
    campus = Campus.found()
    one = year(campus, campus.department())
    archive_batch(by=campus.admin, batch=one)
    url = reverse("batches:auto-rollover", args=[one.pk])
    answer = Browser(campus).post(url, {"auto_rollover": "on"}, **{"HX-Request": "true", "HX-Target": f"auto-{one.pk}"})
    assert answer.status_code == 400
    assert answer["HX-Retarget"] == "#toasts"
    one.refresh_from_db()
    assert not one.auto_rollover


# --- a batch year that is there already ---------------------------------------------------------------------------
def test_a_second_batch_year_is_named_before_it_is_made() -> None:
    campus = Campus.found()
    department, course = campus.department(name="Commerce"), campus.course(semesters=6)
    year(campus, department, course=course)
    browser = Browser(campus)
    typed = {"kind": "academic", "dept_id": department.pk, "year": 2030, "course_id": course.pk, "current_semester": 1}
    words = "Commerce already has a batch year 2030 in this course: Y-2030."
    assert words in words_of(browser.post(reverse("batches:check"), typed))
    assert words not in words_of(browser.post(reverse("batches:check"), {**typed, "year": 2031}))
    assert words not in words_of(browser.post(reverse("batches:check"), {**typed, "course_id": ""}))
    api = Api(campus.token())
    body = {"year": 2030, "dept_id": str(department.pk), "course_id": str(course.pk)}
    answer = api.post("/batches", body)
    assert answer.status == 201
    assert [(one["field"], one["message"]) for one in answer.body["warnings"]] == [("year", words)]
    twin = Batch.objects.exclude(code="Y-2030").get()
    change_batch(by=campus.admin, batch=twin, changes={"year": 2032})
    assert "warnings" not in api.post("/batches", {**body, "year": 2031}).body
