"""Staffing plans."""

from typing import Any

from muster.allocation.models import Plan, PlanItem
from tests.access.cases import ADMINS, MANAGERS, Case
from tests.access.world import FURTHER
from tests.make import House

NARROWED = "branch-manager dept-admin"


def planned(house: House, found: dict[str, Any]) -> dict[str, Any]:
    """A plan for the part alone, with one proposal."""
    plan = Plan.objects.create(
        institution=house.institution,
        asked_by=house.admin.user,
        branch=found["branch"],
        department=found["department"],
        status="ready",
        wanted=1,
        staffed=1,
    )
    item = PlanItem.objects.create(
        institution=house.institution, plan=plan, batch_id=found["batch_id"], instructor=found["teacher"], score=50
    )
    return {"plan_id": plan.pk, "item_id": item.pk}


FURTHER.append(planned)

OF_PLAN: dict[str, Any] = {"own": MANAGERS, "sibling": ADMINS, "elsewhere": NARROWED}

CASES = [
    Case("GET /api/allocation/plans", own=MANAGERS),
    Case("POST /api/allocation/plans", own=MANAGERS),
    Case("GET /api/allocation/plans/{plan_id}", **OF_PLAN),
    Case("PUT /api/allocation/plans/{plan_id}/items/{item_id}", **OF_PLAN),
    Case("POST /api/allocation/plans/{plan_id}/apply", **OF_PLAN),
    # --- the pages
    Case("GET /planner/", own=MANAGERS),
    Case("POST /planner/", own=MANAGERS),
    Case("GET /planner/{plan_id}/", **OF_PLAN),
    Case("POST /planner/{plan_id}/", **OF_PLAN),
    Case("GET /planner/{plan_id}/items/{item_id}/", **OF_PLAN),
    Case("POST /planner/{plan_id}/items/{item_id}/", **OF_PLAN),
]
