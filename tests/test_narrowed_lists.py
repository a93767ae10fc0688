"""Department, batch and semester narrow every list of what hangs on batches, over the API and on the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from muster.attendance.models import Mark
from muster.attendance.rules.daily import mark_day
from muster.attendance.rules.marking import MarkInput
from muster.batches.models import Batch
from muster.enrollments.rules import enroll_student
from tests.client import Api
from tests.make import NOBODY, Campus, slot

pytestmark = pytest.mark.django_db


@dataclass
class Two:
    """Two batch years of two departments in two semesters, each with a student, a past session and a daily mark."""

    campus: Campus
    own: Batch
    other: Batch

    def asked(self) -> dict[str, Any]:
        return {"dept": self.own.department_id, "batch": self.own.pk, "semester": self.own.current_semester}


@pytest.fixture
def two() -> Two:
    campus = Campus.found()
    today = campus.admin.today()
    made = []
    for semester in (3, 4):
        batch = campus.batch(
            kind="academic",
            year=2029,
            department=campus.department(),
            current_semester=semester,
            start_date=today - timedelta(days=10),
            end_date=today + timedelta(days=10),
            slots=[slot(day, "08:00", "08:30") for day in range(1, 8)],
        )
        enrollment = enroll_student(
            by=campus.admin, student=campus.student(), batch=batch, enrollment_date=batch.start_date
        )
        mark_day(
            by=campus.admin, batch=batch, day=today, marks=[MarkInput(enrollment.pk, Mark.PRESENT.value, None, "")]
        )
        made.append(batch)
    return Two(campus, *made)


def test_calls_are_narrowed_by_department_batch_and_semester(two: Two) -> None:
    api, own = Api(two.campus.token()), two.own
    student = str(own.enrollments.get().student_id)
    lists = {
        "/enrollments": ("student", {student}),
        "/students": ("_id", {student}),
        "/institution/attendance/calendar": ("cohort_id", {str(own.pk)}),
        "/institution/attendance/not-taken": ("cohort_id", {str(own.pk)}),
        "/institution/attendance/daily": ("cohort_id", {str(own.pk)}),
        "/institution/cohorts": ("cohort_id", {str(own.pk)}),
    }
    for path, (name, wanted) in lists.items():
        whole = {row[name] for row in api.get(path).data}
        assert len(whole) == 2, path
        for asked, value in two.asked().items():
            assert {row[name] for row in api.get(f"{path}?{asked}={value}").data} == wanted, (path, asked)
        both = f"dept={two.own.department_id}&semester={two.other.current_semester}"
        assert api.get(f"{path}?{both}").data == [], path
        assert api.get(f"{path}?dept={NOBODY}").data == [], path
        assert api.get(f"{path}?batch=no-id").fields == ["batch"], path


def test_pages_are_narrowed_by_department_batch_and_semester(two: Two) -> None:
    browser = Client()
    browser.force_login(two.campus.admin.user)
    department, semester, batch = two.own.department_id, two.own.current_semester, two.own.pk
    for name in ("students:list", "attendance:daily", "attendance:not-taken"):
        whole = browser.get(reverse(name)).context["listing"].shown
        for asked in ({"department": department}, {"semester": semester}, {"batch": batch}):
            shown = browser.get(reverse(name), asked).context["listing"].shown
            assert shown * 2 == whole > 0, (name, asked)
        both = {"department": department, "semester": two.other.current_semester}
        assert browser.get(reverse(name), both).context["listing"].shown == 0, name


def test_calendar_offers_the_batches_of_the_chosen_department(two: Two) -> None:
    browser = Client()
    browser.force_login(two.campus.admin.user)
    path = reverse("attendance:calendar")
    for asked in ({"dept": two.own.department_id}, {"semester": two.own.current_semester}):
        page = browser.get(path, {"view": "week", **asked}).context
        assert [one.pk for one in page["offered"]] == [two.own.pk]
        codes = {row.event.code for _day, rows in page["days"] for row in rows}
        assert codes == {two.own.code}
    # A batch of another department is dropped with the choice of that.
    both = browser.get(path, {"dept": two.own.department_id, "cohort_id": two.other.pk}).context["shown"]
    assert (both.dept, both.batch) == (str(two.own.department_id), None)
