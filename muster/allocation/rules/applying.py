"""Plans are changed by hand, and applied: whole or in part, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.allocation.errors import CannotTake, ItemApplied, NobodyProposed, PlanNotReady, PlanOvertaken
from muster.allocation.models import Plan, PlanItem
from muster.allocation.planning import Vacancy, meetings_of, outdated_items, reasons_of
from muster.allocation.rules.assigning import Wish, assign_many, lock_people
from muster.allocation.scoring import (
    Suggestion,
    Weights,
    candidates_of,
    needs_of_batches,
    needs_of_students,
    parts_of,
)
from muster.batches.errors import NotAnInstructor
from muster.batches.models import Batch
from muster.batches.rules import assign_leads, lock_leads
from muster.core.database import atomic
from muster.core.errors import Invalid
from muster.core.history import recorded
from muster.institutions.access import Actor

# As many as a plan can have.
MOST_ITEMS = 1000


@dataclass
class PlanApplication:
    """What became of an application: the items that were applied, and of the others why not."""

    plan: Plan
    applied: list[PlanItem] = field(default_factory=list)
    refused: dict[UUID, str] = field(default_factory=dict)


@atomic
def apply_plan(
    *, by: Actor, plan: Plan, items: Collection[UUID] | None = None, partial: bool = False
) -> PlanApplication:
    """Apply what the plan proposes: all of it that is still to be applied, or the `items` named.

    Everything is looked at again under locks. Where something no longer holds nothing is written at all; with
    `partial` the part that holds is, and the items say why the others are not. Locks the plan, then the batches
    ascending, the instructors, the rooms; of students the people in the order of their ids.
    Raises PlanNotReady, PlanOvertaken, NobodyProposed, Invalid.
    """
    plan = _lock_plan(plan, by)
    asked = _items_to_apply(plan, items)
    if plan.kind == Plan.Kind.BATCHES:
        list(Batch.objects.locked().filter(pk__in=[item.batch_id for item in asked]).values_list("pk"))
        lock_leads(by, {item.batch_id: item.instructor for item in asked})
    else:
        lock_people(by, {person for item in asked for person in (item.student_id, item.instructor_id)})
    # Batches as they are now that nobody changes them any more.
    asked = _items_to_apply(plan, items)
    refused = outdated_items(by, plan, asked)
    holding = [item for item in asked if item.pk not in refused]
    if refused and not partial:
        raise PlanOvertaken(refused, len(holding))
    _write(by, plan, holding)
    _note(by, plan, asked, refused)
    return PlanApplication(plan, holding, refused)


def _lock_plan(plan: Plan, by: Actor) -> Plan:
    now = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk, institution=by.institution)
    if not now.is_open:
        raise PlanNotReady(state=now.get_status_display().lower())
    return now


def _items_to_apply(plan: Plan, items: Collection[UUID] | None) -> list[Any]:
    """The items to be applied, in the order of the plan. Raises Invalid, NobodyProposed."""
    rows = plan.items.in_full()
    if items is None:
        found = list(rows.filter(instructor__isnull=False, applied_at__isnull=True))
    else:
        found = list(rows.filter(pk__in=items))
        if len(found) < len(set(items)):
            raise Invalid(_("One of these proposals doesn't belong to this plan."), field="items", code="unknown")
        for item in found:
            if item.instructor_id is None:
                raise NobodyProposed(name=item.about)
        found = [item for item in found if item.applied_at is None]
    if not found:
        raise Invalid(_("There are no proposals to apply."), field="items", code="nothing_to_apply")
    return found


def _write(by: Actor, plan: Plan, items: Sequence[Any]) -> None:
    """Through the rules for many: leads for the batches, mentors for the students."""
    if not items:
        return
    if plan.kind == Plan.Kind.BATCHES:
        assign_leads(by=by, leads={item.batch_id: item.instructor for item in items}, reason=_("Staffing plan"))
    else:
        assign_many(by=by, wishes=[Wish(item.student, item.instructor) for item in items])


def _note(by: Actor, plan: Plan, asked: Sequence[PlanItem], refused: dict[UUID, str]) -> None:
    """Keep on each item what became of it, and on the plan what became of all."""
    moment = timezone.now()
    for item in asked:
        item.refusal, item.updated_at = refused.get(item.pk, ""), moment
        if item.pk not in refused:
            item.applied_at = moment
    with recorded(by, "apply_plan"):
        PlanItem.objects.bulk_update(asked, ["refusal", "applied_at", "updated_at"])
        proposed = plan.items.filter(instructor__isnull=False)
        if proposed.filter(applied_at__isnull=False).exists():
            rest = proposed.filter(applied_at__isnull=True).exists()
            plan.status = Plan.Status.PARTLY_APPLIED if rest else Plan.Status.APPLIED
            plan.applied_at, plan.applied_by = moment, by.user
        elif not proposed.filter(refusal="").exists():
            plan.status = Plan.Status.OVERTAKEN
        plan.save(update_fields=["status", "applied_at", "applied_by", "updated_at"])


@atomic
def change_item(*, by: Actor, item: PlanItem, instructor: User | None) -> PlanItem:
    """Propose somebody else for one item, or nobody.

    A person may go beyond limits, never into two places: whoever is booked at one of the hours, or proposed by the same
    plan for another batch then, is refused. Locks the plan. Raises PlanNotReady, ItemApplied, NotAnInstructor,
    CannotTake.
    """
    plan = _lock_plan(item.plan, by)
    item = plan.items.in_full().get(pk=item.pk)
    if item.applied_at is not None:
        raise ItemApplied(name=item.about)
    if instructor is None:
        item.instructor, item.score, item.reasons, item.why_not = None, None, [], [_("Removed manually.")]
    else:
        _choose(by, plan, item, instructor)
    item.by_hand, item.refusal = True, ""
    with recorded(by, "change_plan_item"):
        item.save()
        plan.staffed = plan.items.filter(instructor__isnull=False).count()
        plan.objective = sum(score or 0 for score in plan.items.values_list("score", flat=True))
        # What was proved is no longer what is proposed.
        plan.gap = None
        plan.save(update_fields=["staffed", "objective", "gap", "updated_at"])
    return item


def _choose(by: Actor, plan: Plan, item: Any, instructor: User) -> None:
    candidates = candidates_of(by.institution)
    who = candidates.get(instructor.pk)
    if who is None:
        raise NotAnInstructor("instructor_id")
    if instructor.pk == item.student_id:
        raise CannotTake(_("You can't assign someone as their own instructor. Choose someone else."))
    if plan.kind == Plan.Kind.BATCHES:
        [need] = needs_of_batches(Batch.objects.filter(pk=item.batch_id))
        item.basis = Vacancy(need, tuple(meetings_of([need.id]).get(need.id, ()))).basis
    else:
        [need] = needs_of_students(by, [item.student])
    item.instructor, item.by_hand = instructor, True
    same = plan.items.in_full().filter(instructor=instructor, applied_at__isnull=True).exclude(pk=item.pk)
    if why := outdated_items(by, plan, [*same, item]).get(item.pk):
        raise CannotTake(why)
    suggestion = Suggestion(who, need, parts_of(need, who), Weights.of(by.institution))
    item.score, item.reasons, item.why_not = suggestion.score, reasons_of(suggestion), []
