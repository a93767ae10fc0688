"""From a batch and a department to the reports about them: for whoever may order these, with the form filled in."""

from __future__ import annotations

import re
from typing import Any

import pytest

from muster.institutions.models import Role
from tests.make import Campus
from tests.pages import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus() -> Campus:
    return Campus.found()


def links_on(browser: Browser, path: str) -> list[str]:
    found = re.findall(r'href="(/reports/order/[^"]*)"', browser.get(path).content.decode())
    return [one.replace("&amp;", "&") for one in found]


def test_a_batch_leads_its_staff_to_its_reports_and_nobody_else(campus: Campus) -> None:
    branch, lead = campus.branch(), campus.instructor()
    batch = campus.batch(lead=lead, branch=branch, department=campus.department())
    student = campus.enroll(batch).student
    wanted = [f"/reports/order/?kind={kind}&batch={batch.pk}" for kind in ("batch_progress", "attendance_sheet")]
    path = f"/batches/{batch.pk}/"
    for user in (None, lead, campus.person(Role.BRANCH_MANAGER, branch=branch)):
        browser = Browser(campus, user)
        assert links_on(browser, path) == wanted
        for link in wanted:
            form: Any = browser.get(link).context["form"]
            assert list(form["batch"].field.queryset.filter(pk=form["batch"].value())) == [batch]
    assert links_on(Browser(campus, student), path) == []


def test_a_department_leads_whoever_sees_its_figures_to_its_report(campus: Campus) -> None:
    department, lead = campus.department(), campus.instructor()
    campus.batch(lead=lead, department=department, branch=campus.branch())
    path, link = f"/departments/{department.pk}/", f"/reports/order/?kind=department_kpi&department={department.pk}"
    for user in (None, campus.person(Role.DEPT_ADMIN, department=department)):
        browser = Browser(campus, user)
        assert links_on(browser, path) == [link]
        form: Any = browser.get(link).context["form"]
        assert list(form["department"].field.queryset.filter(pk=form["department"].value())) == [department]
    # Who teaches in it sees it, but not its figures.
    assert Browser(campus, lead).get(path).status_code == 200
    assert links_on(Browser(campus, lead), path) == []
    other = campus.person(Role.DEPT_ADMIN, department=campus.department())
    assert links_on(Browser(campus, other), path) == []
