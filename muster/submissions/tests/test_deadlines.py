"""Deadlines: counted down until a submission holds what is due."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from muster.batches.models import Batch
from muster.batches.rules import archive_batch
from muster.institutions.models import Role
from muster.submissions.deadlines import deadlines_of
from muster.submissions.rules import withdraw_submission
from muster.submissions.tests.make import Reporting
from muster.timetable.models import ClassSession
from tests.make import slot

DAY = timedelta(days=1)


class Due(Reporting):
    """A batch that began yesterday and meets every day."""

    def __init__(self) -> None:
        super().__init__()
        self.today = self.campus.admin.today()
        self.batch = self.campus.batch(
            code="NOW",
            start_date=self.today - DAY,
            end_date=self.today + 90 * DAY,
            slots=[slot(day, "08:00", "09:00") for day in range(1, 8)],
        )
        self.campus.enroll(self.batch)

    def found(self, **settings: Any) -> list[tuple[str, int]]:
        self.campus.let(**settings)
        return [(str(one.type), one.days_left) for one in deadlines_of(self.campus.admin, self.batch)]


@pytest.fixture
def due(db: None) -> Due:
    return Due()


def test_without_the_settings_nothing_is_due_and_nothing_is_asked(due: Due, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert deadlines_of(due.campus.admin) == []


def test_the_enrollment_list_is_due_so_many_days_after_the_start(due: Due) -> None:
    assert due.found(enrollment_file_days=5) == [("ENROLMENT_LIST", 4)]
    assert due.found(enrollment_file_days=0) == [("ENROLMENT_LIST", -1)]
    assert due.found(enrollment_file_days=30) == []


def test_it_is_met_by_a_submission_that_is_in_force(due: Due) -> None:
    days = {"batch": due.batch, "from_date": due.today, "to_date": due.today}
    due.draft(due.item("ENROLMENT_LIST", **days))
    due.submitted(due.item("RESULTS", **days))
    assert due.found(enrollment_file_days=5) == [("ENROLMENT_LIST", 4)]
    sent = due.submitted(due.item("ENROLMENT_LIST", **days))
    assert due.found() == []
    withdraw_submission(by=due.campus.admin, submission=sent, reason="Wrong.")
    assert due.found() == [("ENROLMENT_LIST", 4)]
    template = due.template({"source": "full_name"}, format="csv")
    due.submitted(due.item("TEMPLATE", template=template, **days))
    assert due.found() == []


def month_of(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + 32 * DAY).replace(day=1) - DAY


def test_the_attendance_of_a_month_is_due_on_a_day_of_the_next(due: Due) -> None:
    due.campus.let(attendance_file_day=7)
    months = {one.from_date: one for one in deadlines_of(due.campus.admin, due.batch)}
    for first, one in months.items():
        assert one.due_on == (month_of(first)[1] + 7 * DAY)
        assert one.from_date == max(month_of(first)[0], due.today - DAY)
        assert one.days_left <= 14


def test_attendance_is_met_by_the_whole_month_as_far_as_the_batch_runs_in_it(due: Due) -> None:
    batch = due.batch
    first, last = month_of(due.today - 31 * DAY)
    Batch.objects.filter(pk=batch.pk).update(start_date=first + 9 * DAY)
    batch.refresh_from_db()
    ClassSession.objects.create(
        institution=due.campus.institution, meeting_id=batch.pk, date=last, is_edited=True, status="held"
    )
    due.campus.let(attendance_file_day=1)

    def open_months() -> set[date]:
        return {one.from_date for one in deadlines_of(due.campus.admin, batch)}

    asked = first + 9 * DAY
    assert asked in open_months()
    due.submitted(due.item(batch=batch, from_date=asked, to_date=last - DAY))
    assert asked in open_months()
    due.submitted(due.item(batch=batch, from_date=asked, to_date=last))
    assert asked not in open_months()


def test_archived_batches_and_other_roles_have_no_deadlines(due: Due) -> None:
    due.campus.let(enrollment_file_days=5, attendance_file_day=7)
    assert deadlines_of(due.campus.actor(due.campus.person(Role.BRANCH_MANAGER, branch=due.campus.branch()))) == []
    archive_batch(by=due.campus.admin, batch=due.batch)
    assert deadlines_of(due.campus.admin, due.batch) == []


def test_all_deadlines_cost_the_same_for_many_batches(due: Due, django_assert_num_queries: Any) -> None:
    due.campus.let(enrollment_file_days=5, attendance_file_day=7)
    for number in (0, 4):
        for _each in range(number):
            due.campus.batch(start_date=due.today, end_date=due.today + 40 * DAY)
        with django_assert_num_queries(4):
            deadlines_of(due.campus.admin)
