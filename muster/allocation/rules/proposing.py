"""Plans are asked for, and worked out in the background."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from muster.allocation.models import Plan, PlanItem
from muster.allocation.permissions import plans
from muster.allocation.planning import (
    NOBODY,
    Answer,
    PlanningInput,
    StaffingProblem,
    greedy_answer,
    inputs_for_batches,
    inputs_for_students,
    optimal_answer,
    reasons_for,
    solver_is_here,
    unassigned_students,
    unstaffed_batches,
    why_nobody,
)
from muster.allocation.rules.applying import MOST_ITEMS
from muster.allocation.rules.assigning import MOST_AT_ONCE
from muster.core.database import atomic, lock_word
from muster.core.errors import Invalid
from muster.core.history import recorded
from muster.core.isolation import only_in
from muster.core.retries import LOST_DATABASE
from muster.institutions.access import Actor
from muster.institutions.models import Branch, Department

log = structlog.get_logger(__name__)

JOB = "allocation.make_plan"
# From the first look to the last improvement; a search is given at least the shortest.
SECONDS, SHORTEST = 14.0, 3.0
PLANS_ARE_KEPT_FOR = timedelta(days=90)
# How far each stage has come when it begins.
PROGRESS = {
    Plan.Stage.WAITING: 0,
    Plan.Stage.READING: 5,
    Plan.Stage.FIRST: 20,
    Plan.Stage.SEARCHING: 35,
    Plan.Stage.EXPLAINING: 90,
    Plan.Stage.OVER: 100,
}
Tell = Callable[[Plan.Stage], None]


@atomic
def propose_plan(
    *,
    by: Actor,
    kind: str,
    branch: Branch | None = None,
    department: Department | None = None,
    keep_to_limits: bool = True,
    least_score: int = 0,
) -> Plan:
    """Ask for a plan, which the background then works out; whoever asks again meanwhile is given the same.

    Locks the asker's word for the kind. Raises Invalid for an unknown kind or score, and where there is nothing to
    staff.
    """
    if kind not in Plan.Kind.values:
        known = ", ".join(Plan.Kind.values)
        raise Invalid(_("Choose one of these kinds: %(known)s.") % {"known": known}, field="kind")
    if not 0 <= least_score <= 100:
        raise Invalid(_("Enter a score from 0 to 100."), field="least_score")
    lock_word("plan", by.institution.pk, by.history_id, kind)
    asked: dict[str, Any] = {
        "kind": kind,
        "branch": branch,
        "department": department,
        "keep_to_limits": keep_to_limits,
        "least_score": least_score,
    }
    waiting = Q(status__in=(Plan.Status.QUEUED, Plan.Status.RUNNING))
    same = Plan.objects.filter(waiting, institution=by.institution, asked_by=by.user, **asked).first()
    if same is not None:
        return same
    if not _rows_to_staff(by, kind, branch, department).exists():
        words = {
            Plan.Kind.BATCHES.value: _("Every batch has a lead, so there is nothing to plan."),
            Plan.Kind.STUDENTS.value: _("Every student has a mentor, so there is nothing to plan."),
        }
        raise Invalid(words[kind], field="kind", code="nothing_to_plan")
    with recorded(by, "propose_plan"):
        plan = Plan.objects.create(institution=by.institution, asked_by=by.user, **asked)
    # In the same transaction, so that there is never a plan without a job.
    app.configure_task(JOB, lock=f"plans of {by.institution.pk}").defer(plan_id=str(plan.pk))
    return plan


def _rows_to_staff(by: Actor, kind: str, branch: Branch | None, department: Department | None) -> Any:
    find = unstaffed_batches if kind == Plan.Kind.BATCHES else unassigned_students
    return find(by, branch=branch, department=department)


def work_out_plan(*, plan_id: UUID, seconds: float = SECONDS) -> None:
    """Work out what a plan proposes and keep it, in about `seconds` at most and what writing it down takes.

    Bears being run twice: one that is over stays as it is, and of two workers the first to finish writes. While it
    searches nothing is locked and no transaction is open. A plan whose asker may plan no longer fails.
    """
    plan = Plan.objects.select_related("institution", "asked_by", "branch", "department").filter(pk=plan_id).first()
    if plan is None or plan.is_over:
        return
    with only_in(plan.institution_id):
        _work_out_here(plan, seconds)


def _work_out_here(plan: Plan, seconds: float) -> None:
    by = Actor.of(plan.asked_by, plan.institution) if plan.asked_by else Actor.system(plan.institution)
    if by is None or not plans.may(by, "propose"):
        _fail(plan)
        return
    begun = time.monotonic()
    running = Plan.objects.filter(pk=plan.pk, status__in=(Plan.Status.QUEUED, Plan.Status.RUNNING))

    def tell(stage: Plan.Stage) -> None:
        running.update(stage=stage, progress=PROGRESS[stage])

    running.filter(status=Plan.Status.QUEUED).update(status=Plan.Status.RUNNING, started_at=timezone.now())
    try:
        tell(Plan.Stage.READING)
        situation, left_out = _planning_input(by, plan)
        problem = situation.problem()
        answer = _solve(problem, max(SHORTEST, seconds - (time.monotonic() - begun)), tell)
        tell(Plan.Stage.EXPLAINING)
        items = _items(plan, situation, problem, answer)
        _keep(by, plan, situation, problem, answer, items, left_out, time.monotonic() - begun)
    except LOST_DATABASE:
        # It is tried again, and nothing could be told now.
        raise
    except Exception:
        log.exception("plan_failed", plan=str(plan.pk))
        _fail(plan)
        raise


def _fail(plan: Plan) -> None:
    with recorded(Actor.system(plan.institution), "work_out_plan"):
        Plan.objects.filter(pk=plan.pk, status__in=(Plan.Status.QUEUED, Plan.Status.RUNNING)).update(
            status=Plan.Status.FAILED, stage=Plan.Stage.OVER, finished_at=timezone.now()
        )


def _planning_input(by: Actor, plan: Plan) -> tuple[PlanningInput, int]:
    """What the plan is worked out from, and how many more there would have been."""
    wanted = _rows_to_staff(by, plan.kind, plan.branch, plan.department)
    options: dict[str, Any] = {"keep_to_limits": plan.keep_to_limits, "least_score": plan.least_score}
    of_batches = plan.kind == Plan.Kind.BATCHES
    most = MOST_ITEMS if of_batches else MOST_AT_ONCE
    left_out = max(0, wanted.count() - most)
    if not of_batches:
        return inputs_for_students(by, list(wanted.order_by("full_name__plain", "pk")[:most]), **options), left_out
    if left_out:
        first = wanted.order_by("start_date", "code", "pk").values_list("pk", flat=True)
        wanted = wanted.filter(pk__in=list(first[:most]))
    return inputs_for_batches(by, wanted, **options), left_out


def _solve(problem: StaffingProblem, seconds: float, tell: Tell) -> Answer:
    tell(Plan.Stage.FIRST)
    begun = time.monotonic()
    first = greedy_answer(problem, seconds=seconds / 5)
    if not solver_is_here():
        return first
    tell(Plan.Stage.SEARCHING)
    return optimal_answer(problem, first, seconds=seconds - (time.monotonic() - begun))


def _items(plan: Plan, situation: PlanningInput, problem: StaffingProblem, answer: Answer) -> list[PlanItem]:
    """A row for each batch or student, those without anybody first, then by the number in the plan."""
    order = sorted(problem.wanted, key=lambda number: (answer.chosen[number] != NOBODY, number))
    items = []
    for position, number in enumerate(order):
        wanted, person = situation.wanted[number], answer.chosen[number]
        item = PlanItem(
            institution=plan.institution,
            plan=plan,
            batch_id=None if situation.of_students else wanted.need.id,
            student_id=wanted.need.id if situation.of_students else None,
            basis="" if situation.of_students else wanted.basis,
            position=position,
        )
        if person == NOBODY:
            item.why_not = why_nobody(situation, problem, answer.chosen, number)
        else:
            item.instructor_id = situation.people[person].id
            item.score = problem.points[number][person]
            item.reasons = reasons_for(situation, number, person)
        items.append(item)
    return items


@atomic
def _keep(
    by: Actor,
    plan: Plan,
    situation: PlanningInput,
    problem: StaffingProblem,
    answer: Answer,
    items: list[PlanItem],
    left_out: int,
    seconds: float,
) -> None:
    now = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    if now.is_over:
        return
    staffed, _over, points, _spread = problem.value(answer.chosen)
    now.status, now.stage, now.progress = Plan.Status.READY, Plan.Stage.OVER, PROGRESS[Plan.Stage.OVER]
    now.finished_at = timezone.now()
    now.solver, now.wanted, now.staffed = answer.solver, len(items), staffed
    now.objective, now.bound = points, answer.points_bound
    now.staffed_bound, now.gap = answer.staffed_bound, answer.gap(problem)
    now.seconds, now.left_out = round(seconds, 3), left_out
    now.fingerprint = situation.fingerprint
    now.workload = [
        {
            "_id": str(who.id),
            "full_name": who.name,
            "carries": situation.carries(who),
            "limit": situation.limit(who),
        }
        for who in situation.people
    ]
    with recorded(by, "work_out_plan"):
        now.save()
        PlanItem.objects.bulk_create(items)


@atomic
def forget_plans() -> int:
    """Forget plans that nobody applied within ninety days. Returns how many."""
    old = Plan.objects.filter(created_at__lt=timezone.now() - PLANS_ARE_KEPT_FOR, applied_at__isnull=True)
    return old.delete()[1].get(Plan._meta.label, 0)
