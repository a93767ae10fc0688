"""What is unstaffed, the form that asks for a plan, and the plans so far."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django_tables2 import Column

from muster.allocation import rules
from muster.allocation.models import Plan
from muster.allocation.permissions import plans
from muster.allocation.planning import unassigned_students, unstaffed_batches
from muster.core.exports import ExportColumn
from muster.web.allocation.forms import ProposeForm
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import submit_form
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page
from muster.web.ui.tables import Empty, Facet, Filters, NumberColumn, Table, TitleColumn, list_page
from muster.web.ui.widgets import local_time, pill

LOOKS = {
    Plan.Status.QUEUED: ("", "clock"),
    Plan.Status.RUNNING: ("accent", "half"),
    Plan.Status.READY: ("info", "eye"),
    Plan.Status.APPLIED: ("good", "okc"),
    Plan.Status.PARTLY_APPLIED: ("good", "half"),
    Plan.Status.FAILED: ("bad", "alert"),
    Plan.Status.OVERTAKEN: ("warn", "history"),
}
# How many of the unstaffed are named beside the form.
MOST_NAMED = 6


def state_of(plan: Plan) -> SafeString:
    """Where a plan stands, as a pill."""
    tone, name = LOOKS[Plan.Status(plan.status)]
    return pill(plan.get_status_display(), tone, name)


class PlanTable(Table):
    """Plans in a list."""

    counted = ngettext_lazy("%(count)s plan", "%(count)s plans", "count")
    caption = gettext_lazy("Plans")
    cards = {"kind": "title", "status": "status", "staffed": "figure", "asked_by": "meta", "created_at": "meta"}
    apart: ClassVar = {
        "staffed": [
            ExportColumn("staffed", lambda plan: plan.staffed if plan.is_over else None, gettext_lazy("Proposed")),
            ExportColumn("wanted", lambda plan: plan.wanted, gettext_lazy("Wanted")),
        ]
    }

    kind = TitleColumn(
        verbose_name=gettext_lazy("Plan"),
        url=lambda plan: reverse("planner:plan", args=[plan.pk]),
        sub=lambda plan: ", ".join(str(part) for part in (plan.branch, plan.department) if part),
    )
    status = Column(verbose_name=gettext_lazy("Status"))
    staffed = NumberColumn(verbose_name=gettext_lazy("Proposed"), orderable=False)
    asked_by = Column(verbose_name=gettext_lazy("Created by"), accessor="asked_by__full_name")
    created_at = Column(verbose_name=gettext_lazy("Created"))

    class Meta(Table.Meta):
        order_by = ("-created_at",)

    def render_status(self, record: Plan) -> SafeString:
        return state_of(record)

    def render_staffed(self, record: Plan) -> str:
        return f"{record.staffed} / {record.wanted}" if record.is_over else "–"

    def render_created_at(self, value: datetime) -> str:
        return local_time({"request": self.request}, value)  # type: ignore[arg-type]


class PlanFilters(Filters):
    """How the list of plans is narrowed."""

    kind = Facet(gettext_lazy("Plan for"), value="kind", words=Plan.Kind.choices)
    status = Facet(gettext_lazy("Status"), value="status", words=Plan.Status.choices)


@page(plans["propose"])
def planner(request: ActorRequest) -> HttpResponseBase:
    """What is unstaffed, the form that asks for a plan, and the plans so far."""
    actor = request.actor
    batches = unstaffed_batches(actor)
    students = unassigned_students(actor)
    counts = {Plan.Kind.BATCHES.value: batches.count(), Plan.Kind.STUDENTS.value: students.count()}
    first = Plan.Kind.BATCHES if counts["batches"] or not counts["students"] else Plan.Kind.STUDENTS
    form = ProposeForm(posted_data(request), initial={"kind": first}, actor=actor, counts=counts)
    if did := submit_form(form, lambda: rules.propose_plan(by=actor, **form.wanted())):
        return redirect("planner:plan", did.result.pk)
    named = batches.order_by("start_date", "code", "pk")[:MOST_NAMED] if counts["batches"] else []
    response = list_page(
        request,
        table_class=PlanTable,
        filterset_class=PlanFilters,
        queryset=plans.rows(actor).select_related("asked_by", "branch", "department"),
        template="planner/list.html",
        context={"nav": "planner", "form": form, "counts": counts, "named": named, "title": _headline(counts)},
        empty=Empty(
            _("No plans yet"),
            _(
                "A plan proposes instructors for all your unstaffed batches or students at once. You review it "
                "before anything changes."
            ),
            "plan",
        ),
        export_name="plans",
    )
    if form.errors:
        response.status_code = 400
    return response


def _headline(counts: dict[str, int]) -> str:
    batches, students = counts[Plan.Kind.BATCHES], counts[Plan.Kind.STUDENTS]
    if not batches and not students:
        return _("All batches and students are staffed")
    words = [
        ngettext("%(count)d batch without a lead", "%(count)d batches without a lead", batches) % {"count": batches},
        ngettext("%(count)d student without a mentor", "%(count)d students without a mentor", students)
        % {"count": students},
    ]
    return ", ".join(word for word, count in zip(words, (batches, students), strict=True) if count)
