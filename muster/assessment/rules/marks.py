"""Marks: entered, published to students, written to results, opened again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import NamedTuple
from uuid import UUID

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.assessment.errors import MarkPublished, NoMarksToReopen, NothingNewToPublish, SubjectResultsPublished
from muster.assessment.models import Assessment, AssessmentMark
from muster.assessment.notices import tell_marks_published
from muster.assessment.queries.sheet import MarksSheet, marks_sheet_of
from muster.assessment.totals import component_of
from muster.batches.errors import BatchArchived
from muster.batches.models import Batch
from muster.batches.rules.locks import locked_batch
from muster.core.database import atomic, refused_as
from muster.core.errors import FieldError, Invalid
from muster.core.history import recorded
from muster.core.rows import lock_row
from muster.core.text import clean_lines
from muster.institutions.access import Actor
from muster.progression.grading import Cell, State
from muster.progression.queries import sheet_of
from muster.progression.rules import ScoreInput, ScoreOutcome, save_scores
from muster.progression.rules.newest import Typed, newest_cells
from muster.progression.rules.results import TOO_MANY, reason_problems

MOST_MARKS, MOST_COMMENT = 5000, 1000
# The assessment and the student's enrollment.
MarkKey = tuple[UUID, UUID | None]
# What has been said to a student, and what has not.
SAYS_NOTHING = (State.BLANK.value, State.WITHHELD.value)


class MarkGiven(NamedTuple):
    """One mark: a score, or a state; None clears it. `comment` is None where it stays, `has_value` false where the mark
    does. `row` is where it came from, `said_at` when it was typed."""

    row: int
    assessment_id: UUID
    enrollment_id: UUID | None
    value: Cell | None
    comment: str | None = None
    said_at: datetime | None = None
    has_value: bool = True


@atomic
def save_marks(*, by: Actor, batch: Batch, marks: Sequence[MarkGiven]) -> tuple[MarksSheet, list[ScoreOutcome]]:
    """Save marks of the sheet: all or nothing, in one statement; of several for one student the newest stands.

    What stands already, and what came before, changes nothing. Locks the batch. Gives back the sheet as it was before,
    and what became of each mark. Raises BatchArchived, MarkPublished, and Invalid naming each mark.
    """
    batch = locked_batch(batch)
    sheet = marks_sheet_of(batch)
    if found := list(_problems(sheet, marks)):
        raise Invalid.fields(found)
    before: dict[MarkKey, AssessmentMark] = {
        (pk, row.enrollment.pk): mark for row in sheet.rows for pk, mark in row.marks.items()
    }
    standing = {key: Typed(mark.cell, mark.marked_at) for key, mark in before.items()}
    valued = [place for place, one in enumerate(marks) if one.has_value]
    sent = [(_key(marks[place]), marks[place].value, marks[place].said_at) for place in valued]
    now = timezone.now()
    changed, became = newest_cells(sent, standing, now)
    outcomes = [ScoreOutcome.UNCHANGED] * len(marks)
    for place, outcome in zip(valued, became, strict=True):
        outcomes[place] = outcome
    comments: dict[MarkKey, str] = {}
    for place, one in enumerate(marks):
        if one.comment is not None and clean_lines(one.comment) != _comment_of(before.get(_key(one))):
            comments[_key(one)], outcomes[place] = clean_lines(one.comment), ScoreOutcome.SAVED
    rows = []
    for key in {**changed, **comments}:
        assert key[1] is not None  # noqa: S101  (in the sheet)
        mark = before.get(key)
        typed = changed.get(key) or standing.get(key) or Typed(State.BLANK, now)
        is_state = isinstance(typed.value, State)
        rows.append(
            AssessmentMark(
                institution_id=batch.institution_id,
                assessment_id=key[0],
                enrollment_id=key[1],
                score=None if is_state else typed.value,
                state=typed.value.value if isinstance(typed.value, State) else "",
                comment=comments.get(key, _comment_of(mark)),
                marked_at=typed.at,
                marked_by=by.user,
            )
        )
    with recorded(by, "save_marks"), _explain_refusals(batch):
        AssessmentMark.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["assessment", "enrollment"],
            update_fields=["score", "state", "comment", "marked_at", "marked_by", "updated_at"],
        )
    return sheet, outcomes


def _key(one: MarkGiven) -> MarkKey:
    return one.assessment_id, one.enrollment_id


def _comment_of(mark: AssessmentMark | None) -> str:
    return mark.comment if mark else ""


def _problems(sheet: MarksSheet, marks: Sequence[MarkGiven]) -> Iterator[FieldError]:
    """Everything wrong with the marks, at the API's field names."""
    if len(marks) > MOST_MARKS:
        yield FieldError("rows", _("Send up to %(most)d marks at once.") % {"most": MOST_MARKS})
        return
    known = {one.pk: one for one in sheet.assessments}
    for one in marks:
        at = f"rows.{one.row}"
        row = sheet.by_enrollment.get(one.enrollment_id) if one.enrollment_id else None
        assessment = known.get(one.assessment_id)
        if row is None:
            yield FieldError(f"{at}.enrollment_id", _("This student isn't in this batch."))
        elif assessment is None:
            yield FieldError(f"{at}.assessment_id", _("This assessment isn't one of this batch."))
        elif row.is_locked(assessment) and _changes(row.marks[assessment.pk], one):
            yield FieldError(f"{at}.mark", MarkPublished(name=row.enrollment.student.full_name).message)
        elif problem := _problem_of(assessment, one.value):
            yield FieldError(f"{at}.mark", problem)
        elif one.comment is not None and len(one.comment) > MOST_COMMENT:
            words = _("Keep the comment to %(most)d characters or fewer.") % {"most": MOST_COMMENT}
            yield FieldError(f"{at}.comment", words)


def _changes(mark: AssessmentMark, one: MarkGiven) -> bool:
    """Whether it says something else; what was published may be sent again as it is."""
    value = State.BLANK if one.value is None else one.value
    has_comment = one.comment is not None and clean_lines(one.comment) != mark.comment
    return has_comment or (one.has_value and value != mark.cell)


def _problem_of(assessment: Assessment, value: Cell | None) -> str:
    """What is wrong with a mark, or nothing. Beyond the maximum there is only extra credit."""
    if not isinstance(value, Decimal):
        return ""
    if not 0 <= value <= assessment.most:
        most, extra = _plain(assessment.maximum), _plain(assessment.extra_credit)
        if assessment.extra_credit:
            words = _("Enter a score from 0 to %(most)s, and up to %(extra)s more as extra credit.")
            return words % {"most": most, "extra": extra}
        return _("Enter a score from 0 to %(most)s.") % {"most": most}
    return "" if value == value.quantize(TOO_MANY) else _("Enter a score with up to two decimals.")


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


@atomic
def publish_marks(*, by: Actor, assessment: Assessment) -> list[AssessmentMark]:
    """Publish every mark that says something and is not published yet; who has none, or is withheld, stays open.

    Students see theirs and are told. Mapped to a component of a subject, what the marks of all such assessments come to
    is written into its results. Locks the batch. Raises Missing, BatchArchived, NothingNewToPublish,
    SubjectResultsPublished.
    """
    batch = locked_batch(assessment.batch)
    row = lock_row(assessment)
    row.batch = batch
    fresh = row.marks.filter(published_at__isnull=True, enrollment__batch=F("assessment__batch"))
    fresh = fresh.exclude(state__in=SAYS_NOTHING).select_related("enrollment__student")
    made, now = list(fresh), timezone.now()
    if not made:
        raise NothingNewToPublish(title=row.title)
    with recorded(by, "publish_marks"), _explain_refusals(batch):
        AssessmentMark.objects.filter(pk__in=[one.pk for one in made]).update(published_at=now, updated_at=now)
        if row.published_at is None:
            row.published_at = now
            row.save(update_fields=["published_at", "updated_at"])
        if row.mapping_id is not None:
            _write_to_results(by, row)
    tell_marks_published(by, row, made)
    return made


def _write_to_results(by: Actor, assessment: Assessment) -> None:
    """Bring the component of the results sheet in step with what is published of all that is mapped to it."""
    mapping = assessment.mapping
    assert mapping is not None  # noqa: S101  (asked before)
    sheet = sheet_of(mapping)
    component = next((one for one in sheet.scheme.components if one.code == assessment.component), None)
    if component is None:
        words = _("The results of %(subject)s no longer have the component %(code)s. Choose another one.")
        raise Invalid(words % {"subject": mapping.subject.title, "code": assessment.component}, field="component")
    given: dict[UUID, list[tuple[Decimal, Decimal, Cell]]] = {}
    published = AssessmentMark.objects.filter(
        assessment__mapping=mapping, assessment__component=component.code, published_at__isnull=False
    )
    for mark in published.select_related("assessment"):
        of = mark.assessment
        given.setdefault(mark.enrollment_id, []).append((of.weight, of.maximum, mark.cell))
    cells: list[ScoreInput] = []
    for row in sheet.rows:
        value = component_of(given.get(row.enrollment.pk, ()), component.maximum)
        if value is None or value == row.cells[component.code]:
            continue
        if row.is_locked:
            raise SubjectResultsPublished(subject=mapping.subject.title)
        cells.append(ScoreInput(len(cells), row.enrollment.pk, component.code, value))
    if cells:
        save_scores(by=by, mapping=mapping, cells=cells)


@atomic
def reopen_marks(
    *, by: Actor, assessment: Assessment, reason: str, enrollment_ids: Sequence[UUID | None] | None = None
) -> list[AssessmentMark]:
    """Let published marks change again, of everybody or of some; their students see them no more until they are
    published again. What was written to results stays until then.

    Locks the batch. Raises Missing, BatchArchived, NoMarksToReopen, and Invalid without a reason, or naming each of
    those who have nothing to reopen.
    """
    batch = locked_batch(assessment.batch)
    row = lock_row(assessment)
    if found := reason_problems(reason):
        raise Invalid.fields(found)
    marks = list(row.marks.filter(published_at__isnull=False).order_by("pk"))
    known = {one.enrollment_id for one in marks}
    words = _("This student has no published mark to reopen.")
    if found := [
        FieldError(f"enrollment_ids.{place}", words) for place, pk in enumerate(enrollment_ids or ()) if pk not in known
    ]:
        raise Invalid.fields(found)
    if enrollment_ids is not None and not enrollment_ids:
        raise Invalid(_("Choose at least one student."), field="enrollment_ids")
    opened = [one for one in marks if enrollment_ids is None or one.enrollment_id in enrollment_ids]
    if not opened:
        raise NoMarksToReopen(title=row.title)
    with recorded(by, "reopen_marks", reason=reason.strip()), _explain_refusals(batch):
        AssessmentMark.objects.filter(pk__in=[one.pk for one in opened]).update(
            published_at=None, updated_at=timezone.now()
        )
    return opened


def _explain_refusals(batch: Batch) -> AbstractContextManager[None]:
    return refused_as(
        archived_batch_does_not_change=partial(BatchArchived, batch),
        published_mark_is_frozen=partial(MarkPublished, name=_("This student")),
    )
