"""What the batch years of a department come to: against a plain reckoning, and over the API."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from muster.attendance.models import AttendanceRecord, CountedMark
from muster.batches.models import Batch
from muster.batches.rules import archive_batch
from muster.core.ownership import without_triggers
from muster.courses.models import Subject
from muster.enrollments.models import SeatPeriod
from muster.institutions.models import Role, Term
from muster.institutions.resources import TERMS
from muster.progression.models import SubjectResult
from muster.progression.queries import Figures, figures_of
from muster.progression.rules import ScoreInput, map_subject, publish_results, reopen_results, save_scores
from muster.progression.tests.test_rollover import College
from tests.client import Api
from tests.make import Campus

pytestmark = pytest.mark.django_db
FIGURES = ("pass_percent", "average_marks", "attendance_rate", "fill_rate")


class School:
    """A department with two batch years, marks and results over two semesters, and a batch year of another one."""

    def __init__(self, learners: int = 6) -> None:
        self.campus = Campus.found()
        self.by, self.today = self.campus.admin, self.campus.admin.today()
        self.department, self.other = self.campus.department(), self.campus.department()
        self.course = self.campus.course(semesters=6, department=self.department)
        self.years = [self.year(self.department, semester) for semester in (1, 3)]
        self.year(self.other, 1)
        self.random = Random(7)
        for batch in self.years:
            self._fill(batch, learners)
        self.api = Api(self.campus.token())

    def year(self, department: Any, semester: int) -> Batch:
        return self.campus.batch(
            kind="academic",
            year=2030 - semester,
            current_semester=semester,
            department=department,
            course=self.course,
            start_date=self.today - timedelta(days=300),
            end_date=self.today + timedelta(days=300),
            capacity=9,
        )

    def term(self, name: str, ago: int, **fields: Any) -> Term:
        first = self.today - timedelta(days=ago)
        given = {"name": name, "start_date": first, "end_date": first + timedelta(days=90), "school_year": first.year}
        return TERMS.add(by=self.by, fields={**given, **fields})

    def calendar(self) -> None:
        """A year, its two semesters, a grading period, and one that is to come."""
        whole = self.term("Year", 200, end_date=self.today + timedelta(days=200))
        self.term("Autumn", 200, parent=whole)
        spring = self.term("Spring", 60, parent=whole)
        self.term("Period", 30, parent=spring, end_date=self.today - timedelta(days=1))
        self.term("To come", -40, parent=whole)

    def _fill(self, batch: Batch, learners: int) -> None:
        semester = batch.current_semester or 1
        subject = Subject.objects.create(
            institution=self.campus.institution,
            course=self.course,
            code=f"S{semester}",
            title=f"Subject {semester}",
            semester=semester,
        )
        mapping = map_subject(by=self.by, batch=batch, subject=subject)
        began = self.today - timedelta(days=250)
        seated = [self.campus.enroll(batch, enrollment_date=began) for _each in range(learners)]
        for ago in (150, 20):
            day = self.today - timedelta(days=ago)
            rows = [(one, self.random.choice(["PRESENT", "ABSENT", "LATE", "EXCUSED"])) for one in seated]
            for one, status in rows:
                AttendanceRecord.objects.create(
                    institution=self.campus.institution,
                    enrollment=one,
                    record_date=day,
                    status=status,
                    marked_at=timezone.now(),
                    minutes_late=5 if status == "LATE" else None,
                )
        scores = [ScoreInput(0, one.pk, "MARK", Decimal(self.random.randint(20, 99))) for one in seated[:-1]]
        save_scores(by=self.by, mapping=mapping, cells=scores)
        publish_results(by=self.by, mapping=mapping)

    def move_results(self, batch: Batch, ago: int) -> None:
        """As if the results of a batch year had been published so many days ago."""
        with without_triggers("progression.SubjectResult:published_result_stays"):
            rows = SubjectResult.objects.filter(mapping__batch=batch)
            rows.update(created_at=timezone.now() - timedelta(days=ago))


def reckon(batch: Batch, first: date, last: date) -> tuple[float | None, ...]:
    """The four figures of a batch year in a span, row by row."""
    percents: list[Decimal] = []
    passed = came = counted = 0
    for result in SubjectResult.objects.filter(mapping__batch=batch, is_current=True):
        day = result.created_at.astimezone(batch.zone).date()
        if first <= day <= last and result.verdict != "exempt":
            percents.append(result.percent or Decimal(0))
            passed += result.verdict == "passed"
    for mark in CountedMark.objects.filter(batch=batch):
        if first <= mark.record_date <= last and mark.status != "EXCUSED":
            counted += 1
            came += mark.status in ("PRESENT", "LATE")
    held = sum(
        period.from_date <= last and (period.until_date is None or period.until_date >= last)
        for period in SeatPeriod.objects.filter(batch=batch)
    )
    return (
        (1000 * passed // len(percents)) / 10 if percents else None,
        float(round(sum(percents, Decimal(0)) / len(percents), 1)) if percents else None,
        (1000 * came // counted) / 10 if counted else None,
        (1000 * held // (batch.capacity or 1)) / 10 if held else None,
    )


def told(figures: Figures) -> tuple[float | None, ...]:
    return tuple(getattr(figures, name) for name in FIGURES)


@pytest.fixture
def school() -> School:
    return School()


def test_figures_are_those_of_a_plain_reckoning(school: School) -> None:
    school.calendar()
    school.move_results(school.years[1], 100)
    found = figures_of(school.by, school.department)
    assert [span.name for span, _figures in found.spans] == ["Autumn", "Spring"]
    assert [span.is_current for span, _figures in found.spans] == [False, True]
    since = school.today - timedelta(days=60)
    assert {year.pk: told(figures) for year, figures in found.years} == {
        year.pk: reckon(year, since, school.today) for year in school.years
    }
    # What only one of the batch years has in a span is the department's.
    autumn = {span.name: told(figures) for span, figures in found.spans}["Autumn"]
    assert autumn[:2] == reckon(school.years[1], school.today - timedelta(days=200), since - timedelta(days=1))[:2]
    assert told(found.total) == told(found.spans[-1][1])
    assert found.total.held == 12
    assert found.total.seats == 18
    assert found.total.fill_rate == 66.6


def test_without_terms_all_counts_and_nothing_is_compared(school: School) -> None:
    found = figures_of(school.by, school.department)
    assert not found.spans
    assert [told(figures) for year, figures in found.years] == [
        reckon(year, date.min, school.today) for year, _figures in found.years
    ]


def test_a_resit_replaces_the_result_where_the_first_one_was_published(school: School) -> None:
    school.calendar()
    batch = school.years[0]
    before = figures_of(school.by, school.department).total
    school.move_results(batch, 100)
    mapping = batch.subject_mappings.get()
    failed = SubjectResult.objects.filter(mapping=mapping, verdict="failed")
    again = [ScoreInput(0, one.enrollment_id, "MARK", Decimal(80)) for one in failed]
    assert again
    save_scores(by=school.by, mapping=mapping, cells=again, attempt=2)
    publish_results(by=school.by, mapping=mapping, attempt=2)
    autumn, spring = (figures for _span, figures in figures_of(school.by, school.department).spans)
    assert (autumn.pass_percent, autumn.decided) == (100.0, 5)
    assert autumn.decided + spring.decided == before.decided


def test_a_semester_by_its_number(school: School) -> None:
    school.calendar()
    found = figures_of(school.by, school.department, 3)
    third = school.years[1]
    assert told(found.total) == reckon(third, date.min, school.today)
    assert not found.spans
    assert told(figures_of(school.by, school.department, 5).total) == (None, None, None, None)


def test_nothing_is_told_of_what_is_not_there(school: School) -> None:
    empty = figures_of(school.by, school.campus.department())
    assert (empty.years, told(empty.total)) == ([], (None, None, None, None))
    archived = school.years[0]
    archive_batch(by=school.by, batch=archived)
    years = {year.pk: one for year, one in figures_of(school.by, school.department).years}
    assert years[archived.pk].fill_rate is None


@pytest.mark.parametrize("learners", [2, 8])
def test_the_figures_cost_the_same_however_many_there_are(learners: int) -> None:
    school = School(learners)
    school.calendar()
    with CaptureQueriesContext(connection) as statements:
        figures_of(school.by, school.department)
    assert len(statements) == 6


def test_a_manager_of_a_branch_is_told_of_its_batch_years_alone(school: School) -> None:
    branch = school.campus.branch()
    Batch.objects.filter(pk=school.years[0].pk).update(branch=branch)
    manager = school.campus.person(Role.BRANCH_MANAGER, branch=branch)
    found = figures_of(school.campus.actor(manager), school.department)
    assert [year.pk for year, _figures in found.years] == [school.years[0].pk]


def test_the_api_tells_the_same(school: School) -> None:
    school.calendar()
    path = f"/departments/{school.department.pk}/kpis"
    data = school.api.get(path).data
    found = figures_of(school.by, school.department)
    assert tuple(data[name] for name in FIGURES) == told(found.total)
    assert [tuple(row[name] for name in FIGURES) for row in data["batches"]] == [told(one) for _y, one in found.years]
    assert [(row["name"], row["until"]) for row in data["trend"]] == [
        ("Autumn", (school.today - timedelta(days=61)).isoformat()),
        ("Spring", None),
    ]
    third = school.api.get(f"{path}?semester=3").data
    assert (third["semester"], third["trend"]) == (3, [])
    assert tuple(third[name] for name in FIGURES) == told(figures_of(school.by, school.department, 3).total)
    assert school.api.get(f"{path}?semester=0").status == 400


def test_a_first_attempt_that_is_corrected_to_passed_counts_before_a_second_that_failed() -> None:
    college = College()
    college.grade(college.m1, ben=20)
    again = [ScoreInput(0, college.ben.pk, "MARK", Decimal(10))]
    save_scores(by=college.admin, mapping=college.m1, cells=again, attempt=2)
    publish_results(by=college.admin, mapping=college.m1, attempt=2)
    reopen_results(by=college.admin, mapping=college.m1, reason="Sum was wrong")
    college.grade(college.m1, ben=60)
    found = figures_of(college.admin, college.department).total
    assert (found.passed, found.decided, float(found.percents)) == (1, 1, 60)
