"""Assessments and marks: the rules, and what the database refuses whoever asks."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from muster.assessment.errors import (
    AssessmentHasMarks,
    CategoryInUse,
    MarksArePublished,
    MarkTooHigh,
    NoMarksToReopen,
    NothingNewToPublish,
    SubjectResultsPublished,
)
from muster.assessment.models import Assessment, AssessmentCategory, AssessmentMark
from muster.assessment.queries import (
    categories_of,
    marks_sheet_of,
    own_marks_of,
    statistics_of_marks,
    totals_of,
    with_marked,
)
from muster.assessment.rules import (
    CategoryInput,
    MarkGiven,
    add_assessment,
    change_assessment,
    publish_marks,
    remove_assessment,
    reopen_marks,
    save_marks,
    weigh_categories,
)
from muster.batches.errors import BatchArchived
from muster.batches.rules import archive_batch
from muster.core.database import violated_constraint
from muster.core.errors import AlreadyTaken, Invalid
from muster.progression.grading import Cell, State
from muster.progression.models import ComponentScore
from muster.progression.rules import ScoreOutcome, publish_results, reopen_results, unmap_subject
from muster.progression.tests.test_results import Class

pytestmark = pytest.mark.django_db
D = Decimal


class Marked(Class):
    """A class with a test out of 20 and an essay out of 10 that takes 2 more as extra credit."""

    def __init__(self) -> None:
        super().__init__()
        self.test = self.add("Test", category="Tests")
        self.essay = self.add("Essay", category="Assignments", maximum=D(10), extra_credit=D(2))

    def add(self, title: str, category: str = "Tests", **fields: Any) -> Assessment:
        given = {"title": title, "maximum": D(20), "due_on": self.batch.start_date, **fields}
        return add_assessment(by=self.admin, batch=self.batch, category=category, fields=given)

    def change(self, assessment: Assessment, category: str | None = None, **fields: Any) -> Assessment:
        return change_assessment(by=self.admin, assessment=assessment, category=category, fields=fields)

    def mark(self, assessment: Assessment, *cells: Cell | int | None, **more: Any) -> list[ScoreOutcome]:
        """Marks of Ann, Ben and Cat in turn."""
        given = [
            MarkGiven(
                place, assessment.pk, seat.pk, cell if isinstance(cell, State) or cell is None else D(cell), **more
            )
            for place, (seat, cell) in enumerate(zip((self.ann, self.ben, self.cat), cells, strict=False))
        ]
        return save_marks(by=self.admin, batch=self.batch, marks=given)[1]

    def show(self, assessment: Assessment) -> list[AssessmentMark]:
        return publish_marks(by=self.admin, assessment=assessment)

    def reopen(self, assessment: Assessment, *seats: Any, reason: str = "Page 2 was missed") -> list[AssessmentMark]:
        ids = [seat.pk for seat in seats] or None
        return reopen_marks(by=self.admin, assessment=assessment, reason=reason, enrollment_ids=ids)

    def map(self, assessment: Assessment) -> Assessment:
        return self.change(assessment, mapping=self.mapping, component="INT")

    def internal(self) -> dict[str, Any]:
        rows = ComponentScore.objects.filter(mapping=self.mapping, component="INT")
        return {row.enrollment.student.full_name.split()[0]: row.cell for row in rows}


@pytest.fixture
def room() -> Marked:
    return Marked()


def fields_of(error: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [one.field for one in error.value.errors]


# --- categories and assessments --------------------------------------------------------------------------------------
def test_a_batch_begins_with_categories_that_sum_to_100(room: Marked) -> None:
    found: Any = categories_of(room.batch)
    assert [(one.name, one.weight) for one in found] == [
        ("Assignments", 40),
        ("Tests", 20),
        ("Final exam", 40),
    ]
    other = room.campus.batch(course=room.batch.course, department=room.batch.department)
    assert sum(one.weight for one in categories_of(other)) == 100
    assert AssessmentCategory.objects.filter(batch=other).count() == 0


def test_categories_are_weighed_anew_and_their_names_swapped(room: Marked) -> None:
    first, second, _third = categories_of(room.batch)
    wanted = [CategoryInput("Tests", D(30), first.pk), CategoryInput("Assignments", D(70), second.pk)]
    made: Any = weigh_categories(by=room.admin, batch=room.batch, categories=wanted)
    assert [(one.pk, one.name, one.weight) for one in made] == [
        (first.pk, "Tests", 30),
        (second.pk, "Assignments", 70),
    ]


def test_a_category_with_assessments_stays(room: Marked) -> None:
    tests = next(one for one in categories_of(room.batch) if one.name == "Tests")
    with pytest.raises(CategoryInUse):
        weigh_categories(by=room.admin, batch=room.batch, categories=[CategoryInput("Tests", D(1), tests.pk)])


def test_wrong_categories_are_named(room: Marked) -> None:
    wanted = [CategoryInput("Tests", D(101)), CategoryInput("tests", D(1)), CategoryInput("", D(1), room.ann.pk)]
    with pytest.raises(Invalid) as error:
        weigh_categories(by=room.admin, batch=room.batch, categories=wanted)
    named = ["categories.0.weight", "categories.1.name", "categories.2._id", "categories.2.name"]
    assert fields_of(error) == named


def test_wrong_fields_of_an_assessment_are_named(room: Marked) -> None:
    with pytest.raises(Invalid) as error:
        room.add("", category="Quizzes", maximum=D(0), due_on=None, weight=D(-1))
    assert fields_of(error) == ["title", "maximum", "due_on", "weight", "category"]
    with pytest.raises(Invalid) as error:
        room.add("Far", due_on=room.batch.start_date - timedelta(days=400))
    assert fields_of(error) == ["due_on"]
    with pytest.raises(Invalid) as error:
        room.add("Beyond what a mark takes", maximum=D("9999.99"), extra_credit=D("0.01"))
    assert fields_of(error) == ["extra_credit"]
    # Lists of marks name an assessment by its title, however it is written.
    with pytest.raises(AlreadyTaken):
        room.add("TEST")


def test_an_assessment_is_written_to_a_component_of_a_subject_of_the_batch(room: Marked) -> None:
    with pytest.raises(Invalid) as error:
        room.change(room.test, mapping=room.mapping, component="LAB")
    assert fields_of(error) == ["component"]
    with pytest.raises(Invalid) as error:
        room.change(room.test, component="INT")
    assert fields_of(error) == ["component"]
    with pytest.raises(Invalid) as error:
        room.change(room.test, mapping=room.mapping, component="INT", weight=D(0))
    assert fields_of(error) == ["weight"]


def test_an_assessment_with_marks_is_not_removed(room: Marked) -> None:
    room.mark(room.test, 10)
    with pytest.raises(AssessmentHasMarks):
        remove_assessment(by=room.admin, assessment=room.test)
    room.mark(room.test, None)
    remove_assessment(by=room.admin, assessment=room.test)
    assert not Assessment.objects.filter(pk=room.test.pk).exists()


# --- marks -----------------------------------------------------------------------------------------------------------
def test_the_newest_mark_stands_and_a_repeat_changes_nothing(room: Marked) -> None:
    now = timezone.now()
    assert room.mark(room.test, 15, said_at=now) == [ScoreOutcome.SAVED]
    assert room.mark(room.test, 15, said_at=now) == [ScoreOutcome.UNCHANGED]
    assert room.mark(room.test, 9, said_at=now - timedelta(minutes=1)) == [ScoreOutcome.OVERTAKEN]
    assert marks_sheet_of(room.batch).by_enrollment[room.ann.pk].cell_of(room.test) == 15


def test_a_mark_exceeds_the_maximum_only_as_extra_credit(room: Marked) -> None:
    with pytest.raises(Invalid) as error:
        room.mark(room.test, D("20.01"))
    assert fields_of(error) == ["rows.0.mark"]
    assert room.mark(room.essay, 12) == [ScoreOutcome.SAVED]
    with pytest.raises(Invalid):
        room.mark(room.essay, D("12.01"))
    assert marks_sheet_of(room.batch).by_enrollment[room.ann.pk].cell_of(room.essay) == 12


def test_everything_wrong_is_named_and_nothing_is_saved(room: Marked) -> None:
    other = Marked()
    given = [
        MarkGiven(0, room.test.pk, room.ann.pk, D(5)),
        MarkGiven(1, room.test.pk, other.ann.pk, D(5)),
        MarkGiven(2, other.test.pk, room.ann.pk, D(5)),
        MarkGiven(3, room.test.pk, room.ben.pk, D("5.001")),
        MarkGiven(4, room.test.pk, room.cat.pk, D(5), comment="x" * 1001),
    ]
    with pytest.raises(Invalid) as error:
        save_marks(by=room.admin, batch=room.batch, marks=given)
    named = ["rows.1.enrollment_id", "rows.2.assessment_id", "rows.3.mark", "rows.4.comment"]
    assert fields_of(error) == named
    assert not AssessmentMark.objects.exists()


def test_a_comment_stays_with_a_mark_that_changes_and_may_stand_alone(room: Marked) -> None:
    room.mark(room.test, 15, comment="Well argued")
    room.mark(room.test, 16)
    only = MarkGiven(0, room.test.pk, room.ben.pk, None, comment="See me", has_value=False)
    assert save_marks(by=room.admin, batch=room.batch, marks=[only])[1] == [ScoreOutcome.SAVED]
    rows = marks_sheet_of(room.batch).by_enrollment
    found = [
        (rows[seat.pk].marks[room.test.pk].cell, rows[seat.pk].marks[room.test.pk].comment)
        for seat in (room.ann, room.ben)
    ]
    assert found == [(16, "Well argued"), (State.BLANK, "See me")]


# --- publishing ------------------------------------------------------------------------------------------------------
def test_students_see_what_is_published_and_what_it_comes_to(room: Marked) -> None:
    room.mark(room.test, 15, State.ABSENT, State.WITHHELD)
    room.mark(room.essay, 11)
    assert own_marks_of(room.ann).marks == {}
    assert len(room.show(room.test)) == 2
    own: Any = own_marks_of(room.ann)
    assert ({pk: mark.cell for pk, mark in own.marks.items()}, own.total.percent) == ({room.test.pk: 15}, 75)
    room.show(room.essay)
    # A third of the weight at 75, two thirds at 110.
    assert own_marks_of(room.ann).total.percent == D("98.33")
    every = totals_of([room.ann.pk, room.ben.pk, room.cat.pk])
    assert [every[seat.pk].percent for seat in (room.ann, room.ben, room.cat)] == [D("98.33"), 0, None]
    sheet = {row.enrollment.pk: row.total for row in marks_sheet_of(room.batch).rows}
    assert sheet == every


def test_what_is_left_is_published_later_and_nothing_twice(room: Marked) -> None:
    room.mark(room.test, 15)
    room.show(room.test)
    with pytest.raises(NothingNewToPublish):
        room.show(room.test)
    room.mark(room.test, 15, 12)
    assert [mark.enrollment_id for mark in room.show(room.test)] == [room.ben.pk]


def test_a_published_mark_changes_once_it_is_reopened(room: Marked) -> None:
    room.mark(room.test, 15, 12)
    room.show(room.test)
    with pytest.raises(Invalid) as error:
        room.mark(room.test, 16)
    assert fields_of(error) == ["rows.0.mark"]
    with pytest.raises(Invalid):
        room.reopen(room.test, reason=" ")
    room.reopen(room.test, room.ann)
    assert room.mark(room.test, 16) == [ScoreOutcome.SAVED]
    assert (own_marks_of(room.ann).marks, len(own_marks_of(room.ben).marks)) == ({}, 1)
    with pytest.raises(Invalid) as error:
        room.reopen(room.test, room.ben, room.cat)
    assert fields_of(error) == ["enrollment_ids.1"]
    with pytest.raises(NoMarksToReopen):
        room.reopen(room.essay)
    room.show(room.test)
    assert own_marks_of(room.ann).total.percent == 80


def test_what_published_marks_rest_on_stays(room: Marked) -> None:
    room.mark(room.test, 15)
    room.show(room.test)
    with pytest.raises(MarksArePublished):
        room.change(room.test, maximum=D(30))
    with pytest.raises(MarksArePublished):
        room.map(room.test)
    room.change(room.test, weight=D(2), title="Test 1")
    room.reopen(room.test)
    with pytest.raises(MarkTooHigh):
        room.change(room.test, maximum=D(14))
    room.change(room.test, maximum=D(30))


# --- results ---------------------------------------------------------------------------------------------------------
def test_publishing_writes_what_is_mapped_to_the_results(room: Marked) -> None:
    room.map(room.test)
    room.map(room.essay)
    room.mark(room.test, 15, State.ABSENT, State.EXEMPT)
    room.show(room.test)
    assert room.internal() == {"Ann": 30, "Ben": State.ABSENT, "Cat": State.EXEMPT}
    room.mark(room.essay, 12, 5)
    room.show(room.essay)
    # Of 40: a half at 75 and a half at 120 percent; a half of nothing.
    assert room.internal() == {"Ann": 39, "Ben": 10, "Cat": State.EXEMPT}


def test_marks_are_not_written_to_results_that_are_published(room: Marked) -> None:
    room.fill()
    room.publish()
    room.map(room.test)
    room.mark(room.test, 20)
    with pytest.raises(SubjectResultsPublished):
        room.show(room.test)
    assert (own_marks_of(room.ann).marks, room.internal()["Ann"]) == ({}, 30)
    reopen_results(by=room.admin, mapping=room.mapping, reason="A test came in late")
    room.show(room.test)
    assert room.internal()["Ann"] == 40
    publish_results(by=room.admin, mapping=room.mapping)


def test_a_subject_that_is_taught_no_more_leaves_its_assessments(room: Marked) -> None:
    room.map(room.test)
    unmap_subject(by=room.admin, mapping=room.mapping)
    room.test.refresh_from_db()
    assert (room.test.mapping_id, room.test.component) == (None, "")


# --- figures ---------------------------------------------------------------------------------------------------------
def test_lists_count_who_is_marked(room: Marked) -> None:
    room.mark(room.test, 15, State.ABSENT)
    room.show(room.test)
    rows = with_marked(Assessment.objects.filter(batch=room.batch)).order_by("title")
    assert [(one.title, one.marked, one.expected, one.published, one.scores) for one in rows] == [
        ("Essay", 0, 3, 0, []),
        ("Test", 2, 3, 2, [15]),
    ]


def test_statistics_say_how_it_went_and_who_is_missing(room: Marked) -> None:
    room.mark(room.essay, 12, 5)
    found: Any = statistics_of_marks(marks_sheet_of(room.batch), room.essay)
    assert (found.mean, found.lower_quartile, found.median, found.upper_quartile) == (
        D("8.5"),
        D("6.75"),
        D("8.5"),
        D("10.25"),
    )
    assert [row.enrollment.pk for row in found.missing] == [room.cat.pk]
    assert [(span.least, span.below, span.number) for span in found.spans if span.number] == [(5, 6, 1), (10, None, 1)]


# --- what the database refuses ---------------------------------------------------------------------------------------
def refused(deed: Any) -> str:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        deed()
    return violated_constraint(error.value)


def test_the_database_refuses_marks_beyond_the_maximum_and_of_other_batches(room: Marked) -> None:
    other = Marked()
    here = {"institution": room.campus.institution, "marked_at": timezone.now(), "assessment": room.test}
    make = AssessmentMark.objects.create
    assert refused(lambda: make(enrollment=room.ann, score=21, **here)) == "mark_fits_the_assessment"
    assert refused(lambda: make(enrollment=other.ann, score=1, **here)) in (
        "mark_fits_the_assessment",
        "assessment_mark_enrollment_of_same_institution",
    )
    room.mark(room.test, 15)
    rows = Assessment.objects.filter(pk=room.test.pk)
    assert refused(lambda: rows.update(maximum=14)) == "mark_fits_the_assessment"
    assert refused(lambda: rows.update(extra_credit=D("9999.99"))) == "assessment_can_be_marked"


def test_the_database_keeps_published_marks(room: Marked) -> None:
    room.mark(room.test, 15)
    room.show(room.test)
    rows = AssessmentMark.objects.all()
    assert refused(lambda: rows.update(score=16)) == "published_mark_is_frozen"
    assert refused(lambda: rows.update(comment="x")) == "published_mark_is_frozen"
    assert refused(rows.delete) == "published_mark_is_frozen"
    assessments = Assessment.objects.filter(pk=room.test.pk)
    assert refused(lambda: assessments.update(maximum=30)) == "published_assessment_keeps_its_scale"


def test_an_assessment_keeps_to_its_batch(room: Marked) -> None:
    other = room.campus.batch(course=room.batch.course, department=room.batch.department)
    assert refused(lambda: Assessment.objects.update(batch=other)) == "assessment_is_of_its_batch"
    assert refused(lambda: AssessmentCategory.objects.update(batch=other)) == "category_stays_in_its_batch"


def test_nothing_is_assessed_in_an_archived_batch(room: Marked) -> None:
    room.mark(room.test, 15)
    archive_batch(by=room.admin, batch=room.batch)
    for deed in (
        lambda: room.add("Late"),
        lambda: room.change(room.test, weight=D(2)),
        lambda: room.mark(room.test, 16),
        lambda: room.show(room.test),
        lambda: remove_assessment(by=room.admin, assessment=room.essay),
        lambda: weigh_categories(by=room.admin, batch=room.batch, categories=[CategoryInput("A", D(100))]),
    ):
        with pytest.raises(BatchArchived):
            deed()
