"""Staffing plans: asked for, followed, changed by hand, applied."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from ninja import Field, Query
from pydantic import StrictBool, StrictInt
from typing_extensions import TypedDict

from muster.allocation import rules
from muster.allocation.models import Plan, PlanItem
from muster.allocation.permissions import plans as access
from muster.allocation.planning import workload_after
from muster.api.allocation.cover import ShortBatchOut, short_batch
from muster.api.kit import (
    Door,
    In,
    Moment,
    Paging,
    PersonOut,
    Stamped,
    answer,
    in_shape,
    page_of,
    request_actor,
    request_object,
)
from muster.core.errors import Missing
from muster.core.permissions import any_id
from muster.core.search import with_words
from muster.institutions.permissions import branches, departments
from muster.institutions.queries import person_named

plans = Door()


# --- bodies and answers -----------------------------------------------------------------------------------------------
class PlanIn(In):
    """What is to be planned."""

    kind: str = Field(description="batches (leads for batches without one) or students (mentors)")
    branch_id: str | None = Field(None, description="Only this branch")
    department_id: str | None = Field(None, description="Only this department")
    keep_to_limits: StrictBool = Field(True, description="Keep everyone within their limits of batches or mentees")
    least_score: StrictInt = Field(0, ge=0, le=100, description="The minimum match score")


class PlanItemIn(In):
    """Somebody else for one item; null proposes nobody."""

    instructor_id: str | None


class PlanApplyIn(In):
    """What of the plan is to be applied."""

    items: list[str] | None = Field(None, max_length=rules.MOST_ITEMS, description="Ids of items; all when absent")
    partial: StrictBool = Field(False, description="Apply what is still valid, instead of nothing")


class PlanOut(Stamped):
    """A plan. `gap` is what the best could be better by, 0 where the plan is proved to be the best, null where nothing
    is known; `objective` the sum of the scores, `bound` the most it could be, `staffed_bound` how many could be staffed
    at most. `left_out` counts what one plan was too small for."""

    kind: str
    status: str
    progress: int
    stage: str
    asked_by: PersonOut | None
    branch_id: str | None
    department_id: str | None
    keep_to_limits: bool
    least_score: int
    wanted: int
    staffed: int
    left_out: int
    solver: str
    objective: int | None
    bound: int | None
    staffed_bound: int | None
    gap: float | None
    proved: bool
    seconds: float | None
    fingerprint: str
    started_at: Moment | None
    finished_at: Moment | None
    applied_at: Moment | None
    applied_by: PersonOut | None


class PlanReasonOut(TypedDict):
    """One part of a score: from 0 to 100, how much it counts (0 to 10), and why so much."""

    kind: str
    label: str
    points: int
    weight: int
    reason: str
    speaks: str


class PlanItemOut(Stamped):
    """What is proposed for one batch or student. Where nobody is, `why_not` says why; `refusal` says why it could not
    be applied."""

    batch: ShortBatchOut | None
    student: PersonOut | None
    instructor: PersonOut | None
    by_hand: bool
    score: int | None
    reasons: list[PlanReasonOut]
    why_not: list[str]
    applied_at: Moment | None
    refusal: str


class PlanLoadOut(TypedDict):
    """What an instructor carries, batches or mentees: before, and with all that the plan proposes."""

    _id: str
    full_name: str
    before: int
    after: int
    limit: int


class WholePlanOut(PlanOut):
    """A plan with all it proposes, those without anybody first."""

    items: list[PlanItemOut]
    workload: list[PlanLoadOut]


class OvertakenOut(TypedDict):
    """An item that no longer holds, and why."""

    item_id: str
    message: str


class PlanAppliedOut(TypedDict):
    """What became of the plan: how many items were applied, and which no longer hold."""

    status: str
    applied: int
    refused: list[OvertakenOut]


def plan_json(plan: Plan) -> Any:
    """A plan without what it proposes."""
    return in_shape(PlanOut, plan, proved=plan.gap == 0)


def item_json(item: PlanItem) -> Any:
    """One proposal."""
    return in_shape(PlanItemOut, item, batch=item.batch and short_batch(item.batch))


# --- the routes -------------------------------------------------------------------------------------------------------
@plans.get("", allow=access["see"], rows=PlanOut)
def list_plans(request: HttpRequest, paging: Query[Paging]) -> HttpResponse:
    """Plans, newest first, without their proposals."""
    rows = access.rows(request_actor(request)).select_related("asked_by", "applied_by")
    rows = with_words(rows, paging.q, "asked_by__full_name")
    return page_of(rows, paging, plan_json, {"kind": "kind", "status": "status"})


@plans.post("", allow=access["propose"], data=PlanOut, status=201)
def propose_plan(request: HttpRequest, body: PlanIn) -> HttpResponse:
    """Request a plan; read it to follow its progress. Requesting again in the meantime returns the same plan."""
    actor = request_actor(request)
    branch, department = body.branch_id, body.department_id
    plan = rules.propose_plan(
        by=actor,
        kind=body.kind,
        branch=None if branch is None else branches.get_named(actor, branch, "branch_id"),
        department=None if department is None else departments.get_named(actor, department, "department_id"),
        keep_to_limits=body.keep_to_limits,
        least_score=body.least_score,
    )
    return answer(plan_json(plan), _("Plan requested"), status=201)


@plans.get("/{plan_id}", allow=access["see"], on="plan_id", data=WholePlanOut)
def read_plan(request: HttpRequest, plan_id: str) -> HttpResponse:
    """A plan with its progress and, once it's ready, its proposals and everyone's workload."""
    plan = request_object(request, Plan)
    items = list(plan.items.in_full())
    workload = [
        {
            "_id": one["_id"],
            "full_name": one["full_name"],
            "before": one["carries"],
            "after": one["carries"] + one["given"],
            "limit": one["limit"],
        }
        for one in workload_after(plan, items)
    ]
    return answer({**plan_json(plan), "items": [item_json(item) for item in items], "workload": workload})


@plans.put("/{plan_id}/items/{item_id}", allow=access["change"], on="plan_id", data=PlanItemOut)
def change_plan_item(request: HttpRequest, plan_id: str, item_id: str, body: PlanItemIn) -> HttpResponse:
    """Change the proposal for one batch or student, or clear it. Busy instructors are refused."""
    actor, plan = request_actor(request), request_object(request, Plan)
    item = plan.items.in_full().filter(pk=any_id(item_id)).first()
    if item is None:
        raise Missing
    chosen = None if body.instructor_id is None else person_named(actor, body.instructor_id, "instructor_id")
    return answer(item_json(rules.change_item(by=actor, item=item, instructor=chosen)))


@plans.post("/{plan_id}/apply", allow=access["apply"], on="plan_id", data=PlanAppliedOut)
def apply_plan(request: HttpRequest, plan_id: str, body: PlanApplyIn) -> HttpResponse:
    """Apply a plan, whole or in part, in one transaction.

    If anything has changed since, nothing is applied and `errors` names the items; with `partial`, the rest is.
    """
    items = None if body.items is None else [any_id(text) for text in body.items]
    done = rules.apply_plan(
        by=request_actor(request), plan=request_object(request, Plan), items=items, partial=body.partial
    )
    number = len(done.applied)
    data = {
        "status": done.plan.status,
        "applied": number,
        "refused": [{"item_id": str(item), "message": words} for item, words in done.refused.items()],
    }
    words = ngettext("%(count)d proposal applied.", "%(count)d proposals applied.", number) % {"count": number}
    return answer(data, words)
