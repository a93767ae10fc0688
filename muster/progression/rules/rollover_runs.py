"""Rollovers of many batches at once, in the background; and those that Muster asks for when a semester ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from muster.batches.models import Batch
from muster.batches.rules.locks import locked_batch
from muster.core.database import atomic, sum_each
from muster.core.errors import DomainError, Invalid
from muster.institutions.access import Actor
from muster.institutions.models import Institution, Term
from muster.institutions.queries import semester_terms
from muster.progression.errors import AnotherPersonApproves
from muster.progression.models import RolloverRequest, RolloverRun
from muster.progression.permissions import batch_rollovers
from muster.progression.queries.semesters import end_of_semester, with_last_move
from muster.progression.rules.rollover import request_rollover, roll_over

log = structlog.get_logger(__name__)
JOB = "progression.roll_over_batches"
MOST_BATCHES = 500
# Into how many shares a run is divided, each carried out by a job of its own: while one waits for the database, another
# one thinks.
SHARES = 2
EXECUTED, REQUESTED, REFUSED = "executed", "requested", "refused"
OVER = (Batch.Status.COMPLETED, Batch.Status.CANCELLED)


# --- many at once -----------------------------------------------------------------------------------------------------
@atomic
def start_rollovers(*, by: Actor, batch_ids: Collection[UUID], from_semester: int) -> RolloverRun:
    """Have these batches rolled over in the background, those that are in this semester; the run tells of each.

    In shares, which are carried out side by side. Locks nothing. Raises Invalid for none, or too many.
    """
    ids = sorted({str(one) for one in batch_ids})
    if not ids:
        raise Invalid(_("Choose at least one batch."), field="batch_ids")
    if len(ids) > MOST_BATCHES:
        raise Invalid(_("Roll over up to %(most)d batches at once.") % {"most": MOST_BATCHES}, field="batch_ids")
    run = RolloverRun.objects.create(
        institution=by.institution, asked_by=by.user, from_semester=from_semester, batch_ids=ids
    )
    # In the same transaction, so that there is never a run without its jobs.
    for share in range(SHARES):
        app.configure_task(JOB, lock=f"rollovers of {by.institution.pk} {share}").defer(run_id=str(run.pk), share=share)
    return run


def carry_out_rollovers(*, run_id: UUID, share: int | None = None) -> None:
    """Roll over the batches of a run, or of a share of it, that are not done yet, each in a transaction of its own.

    Bears being run again after its worker died: a batch has left the semester that the run names. One that is refused
    keeps none of the others back. Where another person has to approve it, a rollover that nobody asked for is asked
    for. Locks the run for the moment in which it keeps what came of a batch.
    """
    run = RolloverRun.objects.select_related("institution", "asked_by").filter(pk=run_id).first()
    if run is None or run.status == RolloverRun.Status.DONE:
        return
    by = Actor.of(run.asked_by, run.institution) if run.asked_by else None
    for pk in run.batch_ids if share is None else _share_of(run, share):
        if pk not in run.outcomes:
            keep_outcome(run, pk, _outcome_of(by, run, pk))


def _share_of(run: RolloverRun, share: int) -> list[str]:
    """Neighbours stay together: batches opened one after the other have the same instructors, who are locked."""
    first, end = (len(run.batch_ids) * one // SHARES for one in (share, share + 1))
    batches: list[str] = run.batch_ids[first:end]
    return batches


@atomic
def keep_outcome(run: RolloverRun, pk: str, outcome: Mapping[str, Any]) -> None:
    """Tell what came of one batch, beside what the other shares told meanwhile."""
    now = RolloverRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    now.outcomes[pk] = outcome
    now.status, now.progress = RolloverRun.Status.RUNNING, 100 * len(now.outcomes) // len(now.batch_ids)
    if len(now.outcomes) == len(now.batch_ids):
        now.status, now.finished_at = RolloverRun.Status.DONE, timezone.now()
    now.save(update_fields=["status", "progress", "outcomes", "finished_at", "updated_at"])


def _outcome_of(by: Actor | None, run: RolloverRun, pk: str) -> dict[str, Any]:
    """What comes of one batch, in plain values."""
    if by is None:
        return {"outcome": REFUSED, "message": _("The person who started this is no longer active.")}
    try:
        batch = batch_rollovers.get(by, pk, "approve")
        request, outcome = roll_over(by=by, batch=batch, from_semester=run.from_semester, run=run), EXECUTED
    except AnotherPersonApproves:
        request, outcome = _ask_for(by, batch), REQUESTED
    except DomainError as refusal:
        # Its worker may have died before it could say so.
        done = RolloverRequest.objects.filter(run=run, batch=UUID(pk), status=RolloverRequest.Status.EXECUTED).first()
        if done is None:
            return {"outcome": REFUSED, "message": refusal.message}
        request, outcome = done, EXECUTED
    return {
        "outcome": outcome,
        "message": "",
        "rollover": str(request.pk),
        "numbers": request.outcome.get("numbers", {}),
        "missing": [one["message"] for one in request.outcome.get("missing", [])],
    }


def _ask_for(by: Actor, batch: Batch) -> RolloverRequest:
    """The rollover that waits for another person, or a new one."""
    waiting = RolloverRequest.objects.filter(batch=batch, status=RolloverRequest.Status.PENDING).first()
    return waiting or request_rollover(by=by, batch=batch)


# --- at the end of a semester -----------------------------------------------------------------------------------------
def request_due_rollovers(*, institution: Institution) -> int:
    """Ask for the rollover of each batch that wants it at the end of a semester which is over. Returns how many.

    A semester is over with the term in which the batch had at least half of it; without such a term with the batch's
    last day, by its own clock. Once for each end: what was rejected since is not asked for again. Nothing is executed.
    Each batch is a transaction of its own.
    """
    by = Actor.system(institution)
    terms = list(semester_terms(institution).order_by("end_date"))
    return sum_each(list(_waiting(institution)), lambda batch: _ask_if_due(by, batch, terms))


def _waiting(institution: Institution) -> Any:
    rollovers = RolloverRequest.objects.filter(batch=OuterRef("pk")).order_by("-created_at")
    asked = rollovers.filter(from_semester=OuterRef("current_semester"))
    rows = Batch.objects.current().filter(institution=institution, kind=Batch.Kind.ACADEMIC, auto_rollover=True)
    rows = rows.exclude(status__in=OVER).exclude(rollovers__status=RolloverRequest.Status.PENDING)
    rows = rows.select_related("institution", "branch", "course").order_by("pk")
    return with_last_move(rows).annotate(asked_at=Subquery(asked.values("created_at")[:1]))


@atomic
def _ask_if_due(by: Actor, batch: Any, terms: Sequence[Term]) -> int:
    day = end_of_semester(batch, terms)
    if day is None or (batch.asked_at and batch.asked_at.astimezone(batch.zone).date() >= day):
        return 0
    if locked_batch(batch).current_semester != batch.current_semester:
        return 0
    words = {"number": batch.current_semester, "day": date_format(day, "j F Y")}
    try:
        request_rollover(by=by, batch=batch, note=_("Semester %(number)d ended on %(day)s.") % words)
    except DomainError as refusal:
        # Somebody was quicker, or it is over by now.
        log.info("rollover_not_requested", batch=str(batch.pk), refusal=refusal.message)
        return 0
    return 1
