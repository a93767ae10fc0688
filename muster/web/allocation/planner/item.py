"""One proposal of a plan, changed by hand."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from muster.allocation import rules
from muster.allocation.models import PlanItem
from muster.allocation.permissions import plans
from muster.allocation.planning import inputs_for_batches, inputs_for_students
from muster.allocation.queries import instructor_named
from muster.batches.models import Batch
from muster.core.errors import Missing
from muster.core.permissions import any_id
from muster.institutions.access import Actor
from muster.web.allocation.forms import ItemForm
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page


@page(plans["change"])
def plan_item(request: ActorRequest, plan_id: str, item_id: str) -> HttpResponse:
    """Choose somebody else for one batch or student, the best suited who can take it first."""
    actor = request.actor
    plan = plans.get(actor, plan_id, "change")
    item = plan.items.in_full().filter(pk=any_id(item_id)).first()
    if item is None:
        raise Missing
    back = reverse("planner:plan", args=[plan.pk])
    offered = _alternatives(actor, item)
    form = ItemForm(posted_data(request), initial={"instructor_id": str(item.instructor_id or "")}, offered=offered)
    name = {"name": item.about}

    def change() -> PlanItem:
        chosen = form.cleaned_data["instructor_id"]
        person = instructor_named(actor, chosen, "instructor_id") if chosen else None
        return rules.change_item(by=actor, item=item, instructor=person)

    if submit_form(form, change):
        return redirect_with_message(request, back, _("Proposal for %(name)s updated.") % name)
    return render_dialog(
        request,
        form,
        title=_("Choose an instructor for %(name)s") % name,
        button=_("Save choice"),
        back=back,
        text=[
            _("Best matches first. Instructors who are busy during one of the slots are not listed.")
            if item.batch_id
            else _("Best matches first.")
        ],
        crumbs=[_("Planner"), reverse("planner:list"), _("Plan"), back],
    )


def _alternatives(actor: Actor, item: PlanItem) -> list[tuple[str, str]]:
    """The instructors who have the hours, the best suited first, each with their score and what they carry."""
    if item.batch is not None:
        situation = inputs_for_batches(actor, Batch.objects.filter(pk=item.batch.pk), keep_to_limits=False)
    else:
        situation = inputs_for_students(actor, [item.student] if item.student else [], keep_to_limits=False)
    if not situation.wanted:
        return []
    points = situation.problem().points[0]
    ranked = sorted(points, key=lambda person: (-points[person], person))
    found = []
    for person in ranked:
        who = situation.people[person]
        facts = {"name": who.name, "score": points[person], "has": situation.carries(who), "most": situation.limit(who)}
        words = (
            _("%(name)s: match %(score)d of 100, %(has)d of %(most)d students")
            if situation.of_students
            else _("%(name)s: match %(score)d of 100, %(has)d of %(most)d batches")
        )
        found.append((str(who.id), words % facts))
    return found
