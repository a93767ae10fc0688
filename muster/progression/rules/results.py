"""Scores, moderation, and publishing them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from muster.batches.errors import BatchArchived
from muster.batches.models import Batch
from muster.batches.rules.locks import locked_batch
from muster.core.database import atomic, refused_as
from muster.core.errors import FieldError, Invalid
from muster.core.history import recorded
from muster.core.text import clean_lines
from muster.documents.rules import supersede_documents
from muster.institutions.access import Actor
from muster.progression.errors import NothingToPublish, NothingToReopen, ResultPublished
from muster.progression.grading import Cell, State, StepKind, Verdict
from muster.progression.models import AcademicRecord, ComponentScore, ScoreModeration, SubjectMapping, SubjectResult
from muster.progression.notices import tell_published
from muster.progression.queries.records import standing_of
from muster.progression.queries.sheet import ResultsSheet, SheetRow, basis_of, sheet_of
from muster.progression.rules.newest import ScoreOutcome, Typed, newest_cells
from muster.progression.rules.records import keep_records

MOST_CELLS = 5000
MOST_REASON = 500
TOO_MANY = Decimal("0.01")
# The student's enrollment and the component.
CellKey = tuple[UUID | None, str]


class ScoreInput(NamedTuple):
    """One cell: a score, or a state; None clears it. `row` is where it came from, `said_at` when it was typed."""

    row: int
    enrollment_id: UUID | None
    component: str
    value: Cell | None
    said_at: datetime | None = None


@atomic
def save_scores(
    *, by: Actor, mapping: SubjectMapping, cells: Sequence[ScoreInput], attempt: int = 1
) -> tuple[ResultsSheet, list[ScoreOutcome]]:
    """Save cells of the sheet: all or nothing, in one statement; of several for one cell the newest stands.

    What stands already, and what came before, changes nothing. Locks the batch. Gives back the sheet as it was before,
    and what became of each cell. Raises BatchArchived, ResultPublished, and Invalid naming each cell.
    """
    batch = locked_batch(mapping.batch)
    sheet = sheet_of(mapping, attempt)
    rows = {row.enrollment.pk: row for row in sheet.rows}
    if found := list(_problems(sheet, rows, cells)):
        raise Invalid.fields(found)
    standing: dict[CellKey, Typed] = {
        (pk, code): Typed(score.cell, score.marked_at) for pk, row in rows.items() for code, score in row.scores.items()
    }
    changed, outcomes = newest_cells(
        [((one.enrollment_id, one.component), one.value, one.said_at) for one in cells], standing, timezone.now()
    )
    with recorded(by, "save_scores"), _explain_refusals(batch):
        ComponentScore.objects.bulk_create(
            [_score_row(by, mapping, attempt, key, typed) for key, typed in changed.items()],
            update_conflicts=True,
            unique_fields=["enrollment", "mapping", "attempt", "component"],
            update_fields=["score", "state", "marked_at", "marked_by", "updated_at"],
        )
    return sheet, outcomes


def _score_row(by: Actor, mapping: SubjectMapping, attempt: int, key: CellKey, typed: Typed) -> ComponentScore:
    enrollment, component = key
    assert enrollment is not None  # noqa: S101  (in the sheet)
    is_state = isinstance(typed.value, State)
    return ComponentScore(
        institution_id=mapping.institution_id,
        enrollment_id=enrollment,
        mapping=mapping,
        attempt=attempt,
        component=component,
        score=None if is_state else typed.value,
        state=typed.value.value if isinstance(typed.value, State) else "",
        marked_at=typed.at,
        marked_by=by.user,
    )


def _problems(sheet: ResultsSheet, rows: dict[UUID, SheetRow], cells: Sequence[ScoreInput]) -> Iterator[FieldError]:
    """Everything wrong with the cells, at the API's field names."""
    if len(cells) > MOST_CELLS:
        yield FieldError("rows", _("Send up to %(most)d scores at once.") % {"most": MOST_CELLS})
        return
    most = {one.code: one.maximum for one in sheet.scheme.components}
    for cell in cells:
        at = f"rows.{cell.row}"
        row = rows.get(cell.enrollment_id) if cell.enrollment_id else None
        if row is None:
            yield FieldError(f"{at}.enrollment_id", _("This student isn't in this sheet."))
            continue
        field = f"{at}.components.{cell.component}"
        if cell.component not in most:
            known = ", ".join(most)
            yield FieldError(field, _("Choose one of these components: %(known)s.") % {"known": known})
        elif row.is_locked:
            yield FieldError(field, ResultPublished(name=row.enrollment.student.full_name).message)
        elif isinstance(cell.value, Decimal) and not 0 <= cell.value <= most[cell.component]:
            words = _("Enter a score from 0 to %(most)s.") % {"most": f"{most[cell.component].normalize():f}"}
            yield FieldError(field, words)
        elif isinstance(cell.value, Decimal) and cell.value != cell.value.quantize(TOO_MANY):
            yield FieldError(field, _("Enter a score with up to two decimals."))


@atomic
def moderate_scores(
    *, by: Actor, mapping: SubjectMapping, component: str, kind: str, amount: Decimal, reason: str, attempt: int = 1
) -> ScoreModeration:
    """Scale, raise or cap all scores of a component, as a step of its own: scores stay as they were given.

    Results that are published stay as they are. Locks the batch. Raises BatchArchived, Invalid.
    """
    batch = locked_batch(mapping.batch)
    sheet, found = sheet_of(mapping, attempt), []
    if component not in {one.code for one in sheet.scheme.components}:
        known = ", ".join(one.code for one in sheet.scheme.components)
        words = _("Choose one of these components: %(known)s.") % {"known": known}
        found.append(FieldError("component", words))
    elif not sheet.rows:
        found.append(
            FieldError("component", _("There are no students in this sheet yet. Moderate when there are scores."))
        )
    if kind not in set(StepKind):
        known = ", ".join(one.value for one in StepKind)
        found.append(FieldError("kind", _("Choose one of %(known)s.") % {"known": known}))
    least = Decimal(-1000) if kind == StepKind.ADD else Decimal(0)
    if not amount.is_finite() or not least <= amount <= 1000 or amount != amount.quantize(Decimal("0.001")):
        found.append(FieldError("amount", _("Enter a number up to 1000 with up to three decimals.")))
    found += reason_problems(reason)
    if found:
        raise Invalid.fields(found)
    with recorded(by, "moderate_scores", reason=reason), _explain_refusals(batch):
        return ScoreModeration.objects.create(
            institution_id=mapping.institution_id,
            mapping=mapping,
            attempt=attempt,
            component=component,
            kind=kind,
            amount=amount,
            reason=reason.strip(),
            by=by.user,
        )


@atomic
def publish_results(*, by: Actor, mapping: SubjectMapping, attempt: int = 1) -> list[SubjectResult]:
    """Publish whoever has a result and is not published as they are; who misses a score, or is withheld, stays open.

    Each result is kept with the scores and the scheme behind it, as the next version of what was opened again; its
    scores are frozen. Academic records follow, documents on what was corrected are superseded, students are told. Locks
    the batch. Raises BatchArchived, NothingToPublish.
    """
    batch = locked_batch(mapping.batch)
    sheet = sheet_of(mapping, attempt)
    if not sheet.due:
        raise NothingToPublish(subject=mapping.subject.title)
    replaced = [row.result for row in sheet.due if row.result is not None]
    made = [_result_of(by, sheet, row) for row in sheet.due]
    with recorded(by, "publish_results"), _explain_refusals(batch):
        SubjectResult.objects.filter(pk__in=[one.pk for one in replaced]).update(
            is_current=False, updated_at=timezone.now()
        )
        SubjectResult.objects.bulk_create(made)
        keep_semester(batch, mapping.semester, [one.enrollment_id for one in made])
    if replaced:
        supersede_documents(by=by, about=[one.pk for one in replaced])
    tell_published(by, mapping, made)
    return made


def _result_of(by: Actor, sheet: ResultsSheet, row: SheetRow) -> SubjectResult:
    outcome, before = row.outcome, row.result
    exempt = outcome.verdict == Verdict.EXEMPT
    return SubjectResult(
        institution_id=sheet.mapping.institution_id,
        enrollment=row.enrollment,
        mapping=sheet.mapping,
        attempt=sheet.attempt,
        version=before.version + 1 if before else 1,
        verdict=outcome.verdict.value,
        total=outcome.total,
        percent=outcome.percent,
        grade=outcome.grade,
        points=outcome.points,
        worth=Decimal(0) if exempt else sheet.mapping.subject.credits,
        earned=outcome.credits,
        counts=outcome.counts,
        grace=outcome.grace,
        basis=basis_of(sheet, row),
        reason=before.reopen_reason if before else "",
        published_by=by.user,
    )


@atomic
def reopen_results(
    *,
    by: Actor,
    mapping: SubjectMapping,
    reason: str,
    enrollment_ids: Sequence[UUID | None] | None = None,
    attempt: int = 1,
) -> list[SubjectResult]:
    """Let the scores behind published results change again, of everybody or of some.

    What is published stays until the next version is. Locks the batch. Raises BatchArchived, NothingToReopen, and
    Invalid without a reason, or naming each of those who have nothing to reopen.
    """
    batch = locked_batch(mapping.batch)
    if found := reason_problems(reason):
        raise Invalid.fields(found)
    rows = SubjectResult.objects.filter(
        mapping=mapping, attempt=attempt, is_current=True, reopened_at__isnull=True
    ).order_by("pk")
    opened = [one for one in rows if enrollment_ids is None or one.enrollment_id in enrollment_ids]
    if not opened:
        raise NothingToReopen(subject=mapping.subject.title)
    known = {one.enrollment_id for one in opened}
    words = _("This student has no published result to reopen.")
    if found := [
        FieldError(f"enrollment_ids.{place}", words) for place, pk in enumerate(enrollment_ids or ()) if pk not in known
    ]:
        raise Invalid.fields(found)
    now = timezone.now()
    for one in opened:
        one.reopened_at, one.reopen_reason, one.updated_at = now, clean_lines(reason), now
        one.reopened_by_id = by.user.pk if by.user else None
    with recorded(by, "reopen_results", reason=reason), _explain_refusals(batch):
        SubjectResult.objects.bulk_update(opened, ["reopened_at", "reopened_by", "reopen_reason", "updated_at"])
    return opened


def reason_problems(reason: str) -> list[FieldError]:
    if not clean_lines(reason):
        return [FieldError("reason", _("Give a reason. It's kept with the results."))]
    if len(reason) > MOST_REASON:
        return [FieldError("reason", _("Keep the reason to %(most)d characters or fewer.") % {"most": MOST_REASON})]
    return []


def keep_semesters(batch: Batch, semesters: Collection[int]) -> None:
    """Work these semesters out anew, whose subjects changed, for whoever has a result in them."""
    here = SubjectResult.objects.filter(mapping__batch=batch, mapping__semester__in=semesters, is_current=True)
    found: dict[int, set[UUID]] = {}
    for semester, enrollment in here.values_list("mapping__semester", "enrollment"):
        found.setdefault(semester, set()).add(enrollment)
    for semester, enrollments in sorted(found.items()):
        keep_semester(batch, semester, sorted(enrollments))


def keep_semester(batch: Batch, semester: int, enrollment_ids: Sequence[UUID]) -> None:
    """Work the semester out anew for these students, from what is published now. Whoever was held back stays so."""
    in_semester = SubjectMapping.objects.filter(batch=batch, semester=semester)
    core = {one.pk for one in in_semester if not one.is_elective}
    results = SubjectResult.objects.filter(
        enrollment__in=enrollment_ids, mapping__in=in_semester.values("pk"), is_current=True
    )
    records = AcademicRecord.objects.filter(enrollment__in=enrollment_ids, semester=semester)
    detained = set(records.filter(status=AcademicRecord.Status.DETAINED).values_list("enrollment", flat=True))
    by_student: dict[UUID, list[SubjectResult]] = {pk: [] for pk in enrollment_ids}
    for one in standing_of(results):
        by_student[one.enrollment_id].append(one)
    keep_records(batch.institution_id, semester, by_student, core, detained)


def _explain_refusals(batch: Any) -> Any:
    return refused_as(
        archived_batch_does_not_change=partial(BatchArchived, batch),
        published_score_is_frozen=partial(ResultPublished, name=_("This student")),
    )
