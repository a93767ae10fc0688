"""Scores, moderation, and publishing them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from muster.batches.errors import BatchArchived
from muster.batches.rules.locks import locked_batch
from muster.core.database import atomic, refused_as
from muster.core.errors import FieldError, Invalid
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.progression.errors import NothingToPublish, NothingToReopen, ResultPublished
from muster.progression.grading import Cell, State, StepKind, Verdict
from muster.progression.models import AcademicRecord, ComponentScore, ScoreModeration, SubjectMapping, SubjectResult
from muster.progression.queries.records import average_of, latest_of
from muster.progression.queries.sheet import ResultsSheet, SheetRow, basis_of, sheet_of

MOST_CELLS = 5000
MOST_REASON = 500
TOO_MANY = Decimal("0.01")


class ScoreInput(NamedTuple):
    """One cell: a score, or a state; None clears it. `row` is where it came from, `said_at` when it was typed."""

    row: int
    enrollment_id: UUID | None
    component: str
    value: Cell | None
    said_at: datetime | None = None


class ScoreOutcome(Enum):
    """What became of a cell that was sent."""

    SAVED = "saved"
    UNCHANGED = "unchanged"
    OVERTAKEN = "overtaken"


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
    now, outcomes = timezone.now(), [ScoreOutcome.UNCHANGED] * len(cells)
    standing = {(pk, code): score for pk, row in rows.items() for code, score in row.scores.items()}
    changed: dict[tuple[UUID, str], tuple[int, ComponentScore]] = {}
    for place in sorted(range(len(cells)), key=lambda place: cells[place].said_at or now):
        cell = cells[place]
        assert cell.enrollment_id is not None  # noqa: S101  (in the sheet)
        key = cell.enrollment_id, cell.component
        at = min(cell.said_at or now, now)
        before = changed[key][1] if key in changed else standing.get(key)
        if before is None and cell.value is None:
            continue
        if before is not None and _value_of(before) == (cell.value if cell.value is not None else State.BLANK):
            continue
        if before is not None and key not in changed and before.marked_at > at:
            outcomes[place] = ScoreOutcome.OVERTAKEN
            continue
        if key in changed:
            outcomes[changed[key][0]] = ScoreOutcome.OVERTAKEN
        changed[key] = place, _score_row(by, mapping, attempt, cell, at)
        outcomes[place] = ScoreOutcome.SAVED
    with recorded(by, "save_scores"), _explain_refusals(batch):
        ComponentScore.objects.bulk_create(
            [row for _place, row in changed.values()],
            update_conflicts=True,
            unique_fields=["enrollment", "mapping", "attempt", "component"],
            update_fields=["score", "state", "marked_at", "marked_by", "updated_at"],
        )
    return sheet, outcomes


def _score_row(by: Actor, mapping: SubjectMapping, attempt: int, cell: ScoreInput, at: datetime) -> ComponentScore:
    assert cell.enrollment_id is not None  # noqa: S101  (in the sheet)
    value = State.BLANK if cell.value is None else cell.value
    return ComponentScore(
        institution_id=mapping.institution_id,
        enrollment_id=cell.enrollment_id,
        mapping=mapping,
        attempt=attempt,
        component=cell.component,
        score=None if isinstance(value, State) else value,
        state=value.value if isinstance(value, State) else "",
        marked_at=at,
        marked_by=by.user,
    )


def _value_of(score: ComponentScore) -> Cell:
    return State(score.state) if score.score is None else score.score


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
    found += _reason_problems(reason)
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
    scores are frozen. Academic records follow. Locks the batch. Raises BatchArchived, NothingToPublish.
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
        _keep_records(mapping, [one.enrollment_id for one in made])
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
    if found := _reason_problems(reason):
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
        one.reopened_at, one.reopen_reason, one.updated_at = now, reason.strip(), now
        one.reopened_by_id = by.user.pk if by.user else None
    with recorded(by, "reopen_results", reason=reason), _explain_refusals(batch):
        SubjectResult.objects.bulk_update(opened, ["reopened_at", "reopened_by", "reopen_reason", "updated_at"])
    return opened


def _reason_problems(reason: str) -> list[FieldError]:
    if not reason.strip():
        return [FieldError("reason", _("Give a reason. It's kept with the results."))]
    if len(reason) > MOST_REASON:
        return [FieldError("reason", _("Keep the reason to %(most)d characters or fewer.") % {"most": MOST_REASON})]
    return []


def _keep_records(mapping: SubjectMapping, enrollment_ids: Sequence[UUID]) -> None:
    """Work the semester out anew for these students, from what is published now."""
    in_semester = SubjectMapping.objects.filter(batch=mapping.batch_id, semester=mapping.semester)
    core = {one.pk for one in in_semester if not one.is_elective}
    results = SubjectResult.objects.filter(
        enrollment__in=enrollment_ids, mapping__in=in_semester.values("pk"), is_current=True
    )
    by_student: dict[UUID, list[SubjectResult]] = {pk: [] for pk in enrollment_ids}
    for one in latest_of(results):
        by_student[one.enrollment_id].append(one)
    rows = [
        AcademicRecord(
            institution_id=mapping.institution_id,
            enrollment_id=pk,
            semester=mapping.semester,
            status=_status_of(found, core),
            sgpa=average_of(found),
            worth=sum((one.worth for one in found), Decimal(0)),
            earned=sum((one.earned for one in found), Decimal(0)),
        )
        for pk, found in by_student.items()
    ]
    AcademicRecord.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["enrollment", "semester"],
        update_fields=["status", "sgpa", "worth", "earned", "updated_at"],
    )


def _status_of(results: Sequence[SubjectResult], core: set[UUID]) -> str:
    """In progress while a core subject has no result; else failed while one of them all is."""
    if core - {one.mapping_id for one in results}:
        return AcademicRecord.Status.IN_PROGRESS
    failed = any(one.verdict == Verdict.FAILED for one in results)
    return AcademicRecord.Status.FAILED if failed else AcademicRecord.Status.PASSED


def _explain_refusals(batch: Any) -> Any:
    return refused_as(
        archived_batch_does_not_change=partial(BatchArchived, batch),
        published_score_is_frozen=partial(ResultPublished, name=_("This student")),
    )
