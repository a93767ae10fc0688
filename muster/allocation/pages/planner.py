"""The planner: what is unstaffed, plans that were asked for, and one plan to be looked at, changed and applied."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django_htmx.http import HttpResponseClientRedirect
from django_tables2 import Column

from muster.allocation import rules
from muster.allocation.errors import PlanOvertaken
from muster.allocation.forms import ItemForm, ProposeForm
from muster.allocation.models import Plan, PlanItem
from muster.allocation.permissions import plans
from muster.allocation.planning import (
    situation_of_batches,
    situation_of_students,
    unassigned_students,
    unstaffed_batches,
    workload_after,
)
from muster.allocation.queries import active_instructors
from muster.batches.models import Batch
from muster.core.errors import DomainError, Missing
from muster.core.pages import form_refused, page, vary_on_htmx, wants_fragment
from muster.core.permissions import any_id
from muster.core.sheets import done, sheet
from muster.core.tables import (
    Bucket,
    Buckets,
    Empty,
    Facet,
    Filters,
    PickColumn,
    Table,
    TitleColumn,
    list_page,
)
from muster.core.templatetags.muster import icon, local_time, pill, score, sheet_link
from muster.institutions.access import Actor

# Reasons that stand in the list; the others are folded away.
MOST_SHOWN = 2
# How many of the unstaffed are named beside the form.
MOST_NAMED = 6

LOOKS = {
    Plan.Status.QUEUED: ("", "clock"),
    Plan.Status.RUNNING: ("accent", "half"),
    Plan.Status.READY: ("info", "eye"),
    Plan.Status.APPLIED: ("good", "okc"),
    Plan.Status.PARTLY_APPLIED: ("good", "half"),
    Plan.Status.FAILED: ("bad", "alert"),
    Plan.Status.OVERTAKEN: ("warn", "history"),
}


def state_of(plan: Plan) -> SafeString:
    """Where a plan stands, as a pill."""
    tone, name = LOOKS[Plan.Status(plan.status)]
    return pill(plan.get_status_display(), tone, name)


# --- the plans --------------------------------------------------------------------------------------------------------
class PlanTable(Table):
    """Plans in a list."""

    counted = ngettext_lazy("%(count)d plan", "%(count)d plans", "count")
    caption = gettext_lazy("Plans")
    cards = {"kind": "title", "status": "status", "staffed": "figure", "asked_by": "meta", "created_at": "meta"}

    kind = TitleColumn(
        verbose_name=gettext_lazy("Plan"),
        url=lambda plan: reverse("planner:plan", args=[plan.pk]),
        sub=lambda plan: ", ".join(str(part) for part in (plan.branch, plan.department) if part),
    )
    status = Column(verbose_name=gettext_lazy("State"))
    staffed = Column(verbose_name=gettext_lazy("Proposed"), orderable=False)
    asked_by = Column(verbose_name=gettext_lazy("By"), accessor="asked_by__full_name")
    created_at = Column(verbose_name=gettext_lazy("When"))

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

    kind = Facet(gettext_lazy("What for"), value="kind", words=Plan.Kind.choices)
    status = Facet(gettext_lazy("State"), value="status", words=Plan.Status.choices)


@page(plans["propose"])
def planner(request: HttpRequest) -> HttpResponseBase:
    """What is unstaffed, the form that asks for a plan, and the plans so far."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    batches = unstaffed_batches(actor)
    students = unassigned_students(actor)
    counts = {Plan.Kind.BATCHES.value: batches.count(), Plan.Kind.STUDENTS.value: students.count()}
    first = Plan.Kind.BATCHES if counts["batches"] or not counts["students"] else Plan.Kind.STUDENTS
    posted = request.method == "POST"
    form = ProposeForm(request.POST if posted else None, initial={"kind": first}, actor=actor, counts=counts)
    if posted and form.is_valid():
        given = form.cleaned_data
        try:
            plan = rules.propose_plan(
                by=actor,
                kind=given["kind"],
                branch=given["branch_id"],
                department=given["department_id"],
                keep_to_limits=given["keep_to_limits"],
                least_score=given["least_score"],
            )
        except DomainError as error:
            form_refused(form, error)
        else:
            return redirect("planner:plan", plan.pk)
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
            _("A plan proposes instructors for all of them at once. You look at it before anything changes."),
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
        return _("Everything is staffed")
    words = [
        ngettext("%(count)d batch without a lead", "%(count)d batches without a lead", batches) % {"count": batches},
        ngettext("%(count)d student without a mentor", "%(count)d students without a mentor", students)
        % {"count": students},
    ]
    return ", ".join(word for word, count in zip(words, (batches, students), strict=True) if count)


# --- one plan ---------------------------------------------------------------------------------------------------------
NOBODY = Q(instructor__isnull=True)


class ItemFilters(Filters):
    """How the proposals of a plan are narrowed."""

    search = ("batch__name", "batch__code", "student__full_name")
    search_hint = gettext_lazy("Name or code")

    state = Buckets(
        gettext_lazy("Proposal"),
        Bucket("nobody", gettext_lazy("Nobody"), NOBODY),
        Bucket("open", gettext_lazy("To be applied"), ~NOBODY & Q(applied_at__isnull=True)),
        Bucket("applied", gettext_lazy("Applied"), Q(applied_at__isnull=False)),
        Bucket("hand", gettext_lazy("Changed by hand"), Q(by_hand=True)),
    )
    instructor = Facet(
        gettext_lazy("Instructor"),
        value="instructor_id",
        text="instructor__full_name",
        none=gettext_lazy("Nobody"),
    )


class ItemPicks(PickColumn):
    """A box where there is something to apply."""

    def render(self, value: Any, record: Any) -> Any:
        if record.instructor_id is None or record.applied_at is not None:
            return ""
        return super().render(value, record)


class ItemTable(Table):
    """What a plan proposes, row by row."""

    counted = ngettext_lazy("%(count)d proposal", "%(count)d proposals", "count")
    caption = gettext_lazy("Proposals")
    cards = {
        "pick": "meta",
        "name": "title",
        "state": "status",
        "instructor": "labelled",
        "score": "bar",
        "reasons": "meta",
        "acts": "figure",
    }

    pick = ItemPicks(form="apply", name_of=lambda item: item.name, name="items")
    name = TitleColumn(
        verbose_name=gettext_lazy("For"),
        url=lambda item: _url_of(item),
        sub=lambda item: item.code,
    )
    code = Column(verbose_name=gettext_lazy("Code"), visible=False)
    instructor = Column(
        verbose_name=gettext_lazy("Instructor"), accessor="instructor__full_name", default=gettext_lazy("Nobody")
    )
    score = Column(verbose_name=gettext_lazy("Suits"), default="")
    reasons = Column(verbose_name=gettext_lazy("Why"), empty_values=(), orderable=False)
    state = Column(verbose_name=gettext_lazy("State"), empty_values=(), orderable=False)
    acts = Column(verbose_name=gettext_lazy("Actions"), empty_values=(), orderable=False, exclude_from_export=True)

    class Meta(Table.Meta):
        row_attrs: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, plan: Plan, refused: dict[Any, str], **kwargs: Any) -> None:
        super().__init__(*args, exclude=() if plan.is_open else ("pick", "acts"), **kwargs)
        self._plan, self._refused = plan, refused

    def render_score(self, value: int) -> SafeString:
        return score(value, _("How well they suit"))

    def value_score(self, record: Any) -> Any:
        return record.score

    def render_reasons(self, record: Any) -> SafeString:
        if record.instructor_id is None:
            first, rest = record.why_not[:1], record.why_not[1:]
            return format_html(
                '<div class="whys-short">{}{}</div>',
                format_html_join("", "<p>{}</p>", ((line,) for line in first)),
                _folded(format_html_join("", "<li>{}</li>", ((line,) for line in rest)), _("Who would suit best")),
            )
        parts = sorted(record.reasons, key=lambda part: (part["speaks"] == "", -part["weight"]))
        return format_html(
            '<div class="whys-short"><ul>{}</ul>{}</div>',
            _parts(parts[:MOST_SHOWN]),
            _folded(_parts(parts[MOST_SHOWN:]), _("All reasons")),
        )

    def value_reasons(self, record: Any) -> str:
        if record.instructor_id is None:
            return " ".join(record.why_not)
        return "; ".join(f"{part['label']}: {part['reason']}" for part in record.reasons)

    def render_state(self, record: Any) -> SafeString:
        if why := self._refused.get(record.pk, "" if record.applied_at else record.refusal):
            return format_html('{}<p class="s small">{}</p>', pill(_("Overtaken"), "warn", "history"), why)
        return pill(*_state_of(record))

    def value_state(self, record: Any) -> str:
        return record.refusal if record.refusal and not record.applied_at else str(_state_of(record)[0])

    def render_acts(self, record: Any) -> SafeString | str:
        if record.applied_at is not None:
            return ""
        word = _("Choose") if record.instructor_id is None else _("Change")
        label = format_html('{}<span class="vh"> {}</span>', word, record.name)
        url = reverse("planner:item", args=[record.plan_id, record.pk])
        return format_html('<span class="row-acts">{}</span>', sheet_link(label, url, tone="quiet"))


def _state_of(item: Any) -> tuple[str, str, str]:
    if item.applied_at is not None:
        return _("Applied"), "good", "okc"
    if item.instructor_id is None:
        return _("Nobody"), "warn", "ring"
    return (_("By hand"), "accent", "person") if item.by_hand else (_("Proposed"), "info", "plan")


def _url_of(item: Any) -> str:
    if item.batch_id:
        return reverse("batches:batch", args=[item.batch_id])
    return reverse("mentoring:student", args=[item.student_id])


SIGNS = {"for": ("okc", gettext_lazy("Speaks for them")), "against": ("alert", gettext_lazy("Speaks against them"))}


def _parts(parts: Sequence[dict[str, Any]]) -> SafeString:
    rows = []
    for part in parts:
        name, word = SIGNS.get(part["speaks"], ("ring", gettext_lazy("Neither for nor against")))
        rows.append((icon(name, str(word)), part["label"], part["reason"]))
    return format_html_join("", '<li>{}<span><span class="k">{}</span> {}</span></li>', rows)


def _folded(content: SafeString, word: str) -> SafeString | str:
    return format_html("<details><summary>{}</summary><ul>{}</ul></details>", word, content) if content else ""


@page(plans["apply"])
def plan_page(request: HttpRequest, plan_id: str) -> HttpResponseBase:
    """One plan: its progress while it runs, then what it proposes; sent, it is applied, whole or what was picked."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    among = Plan.objects.select_related("asked_by", "applied_by", "branch", "department")
    plan = plans.get(actor, plan_id, "apply" if request.method == "POST" else "see", among=among)
    if not plan.is_over and request.method != "POST":
        template = "planner/progress.html" if wants_fragment(request, "plan") else "planner/running.html"
        return vary_on_htmx(render(request, template, {"nav": "planner", "plan": plan, "state": state_of(plan)}))
    if wants_fragment(request, "plan"):
        # What follows is another page; the part that asked is not.
        return HttpResponseClientRedirect(reverse("planner:plan", args=[plan.pk]))
    refused: dict[Any, str] = {}
    words = ""
    if request.method == "POST":
        picked = [any_id(text) for text in request.POST.getlist("items")] if "picked" in request.POST else None
        try:
            outcome = rules.apply_plan(by=actor, plan=plan, items=picked, partial="partial" in request.POST)
        except PlanOvertaken as error:
            refused, words = dict(error.overtaken), error.message
        except DomainError as error:
            words = error.message
        else:
            _tell(request, outcome)
            return redirect("planner:plan", plan.pk)
    response = _proposal(request, actor, plan, refused, words)
    if words:
        response.status_code = 400
    return response


def _tell(request: HttpRequest, outcome: rules.Applied) -> None:
    number = len(outcome.applied)
    if number:
        words = ngettext("%(count)d proposal is applied.", "%(count)d proposals are applied.", number)
        messages.success(request, words % {"count": number})
    if outcome.refused:
        left = len(outcome.refused)
        words = ngettext(
            "%(count)d proposal no longer held and was left out.",
            "%(count)d proposals no longer held and were left out.",
            left,
        )
        messages.warning(request, words % {"count": left})


def _proposal(request: HttpRequest, actor: Actor, plan: Plan, refused: dict[Any, str], words: str) -> HttpResponseBase:
    everything = list(plan.items.only("plan_id", "instructor_id", "applied_at"))
    to_apply = sum(1 for item in everything if item.instructor_id and item.applied_at is None)
    loads = workload_after(plan, everything)
    rows: QuerySet[PlanItem] = plan.items.select_related("instructor").annotate(
        name=Coalesce(F("batch__name"), F("student__full_name")), code=Coalesce(F("batch__code"), Value(""))
    )
    return list_page(
        request,
        table_class=ItemTable,
        filterset_class=ItemFilters,
        queryset=rows.order_by("position", "pk"),
        template="planner/plan.html",
        context={
            "nav": "planner",
            "plan": plan,
            "state": state_of(plan),
            "title": _title_of(plan),
            "proof": _proof_of(plan),
            "to_apply": to_apply,
            "applied": sum(1 for item in everything if item.applied_at),
            "loads": [_load(one) for one in loads if one["given"]],
            "idle": sum(1 for one in loads if not one["given"]),
            "words": words,
            "holding": to_apply - len(refused) if refused and "picked" not in request.POST else 0,
            "apply_words": ngettext("Apply all %(count)d", "Apply all %(count)d", to_apply) % {"count": to_apply},
        },
        empty=Empty(_("Nothing was proposed"), "", "plan"),
        export_name="plan",
        table_kwargs={"plan": plan, "refused": refused},
    )


def _title_of(plan: Plan) -> str:
    if plan.status == Plan.Status.FAILED:
        return _("The plan came to nothing")
    counts = {"staffed": plan.staffed, "count": plan.wanted}
    if plan.kind == Plan.Kind.STUDENTS:
        words = ngettext(
            "%(staffed)d of %(count)d student has a mentor proposed",
            "%(staffed)d of %(count)d students have a mentor proposed",
            plan.wanted,
        )
    else:
        words = ngettext(
            "%(staffed)d of %(count)d batch has a lead proposed",
            "%(staffed)d of %(count)d batches have a lead proposed",
            plan.wanted,
        )
    return words % counts


def _proof_of(plan: Plan) -> tuple[SafeString, str]:
    """How good the plan is known to be: a pill, and a sentence."""
    if plan.gap == 0:
        sentence = _("No other plan staffs more, or has a higher sum of scores.")
        return pill(_("Proved to be the best"), "good", "okc"), sentence
    if plan.solver == Plan.Solver.GREEDY:
        return (
            pill(_("A good plan"), "info", "info"),
            _("Found without a solver, so that nothing is proved. With the extra muster[planner] it would be."),
        )
    if plan.gap is None:
        return pill(_("A good plan"), "info", "info"), _("The time was over before anything was proved.")
    percent = f"{plan.gap * 100:.1f}"
    return (
        pill(_("Close to the best"), "info", "half"),
        _("At most %(percent)s percent below the best that there could be.") % {"percent": percent},
    )


def _load(one: dict[str, Any]) -> dict[str, Any]:
    """What one instructor carries before and after, drawn as a bar."""
    before, given, limit = one["carries"], one["given"], one["limit"]
    whole = max(limit, before + given, 1)
    had, more = round(1000 * before / whole) / 10, round(1000 * given / whole) / 10
    bar = format_html(
        '<span class="seats load"><svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="held" width="{}" height="8"/><rect class="given" x="{}" width="{}" height="8"/></svg>'
        '<span class="n"><span class="vh">{} </span>{}<span aria-hidden="true"> → </span><span class="vh"> {} </span>'
        "<b>{}</b><span> / {}</span></span></span>",
        had,
        had,
        more,
        _("Before:"),
        before,
        _("after:"),
        before + given,
        limit,
    )
    return {"name": one["full_name"], "bar": bar, "over": before + given > limit}


# --- one proposal -----------------------------------------------------------------------------------------------------
@page(plans["change"])
def plan_item(request: HttpRequest, plan_id: str, item_id: str) -> HttpResponse:
    """Choose somebody else for one batch or student, the best suited who can take it first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    plan = plans.get(actor, plan_id, "change")
    item = plan.items.select_related("batch", "student", "instructor").filter(pk=any_id(item_id)).first()
    if item is None:
        raise Missing
    back = reverse("planner:plan", args=[plan.pk])
    offered = _alternatives(actor, item)
    form = ItemForm(
        request.POST if request.method == "POST" else None,
        initial={"instructor_id": str(item.instructor_id or "")},
        offered=offered,
    )
    name = rules.name_of(item)
    if form.is_bound and form.is_valid():
        chosen = form.cleaned_data["instructor_id"]
        person = active_instructors(actor.institution).filter(pk=any_id(chosen)).first() if chosen else None
        try:
            rules.change_item(by=actor, item=item, instructor=person)
        except DomainError as error:
            form_refused(form, error)
        else:
            return done(request, back, _("The proposal for %(name)s is changed.") % {"name": name})
    return sheet(
        request,
        form,
        title=_("Who for %(name)s?") % {"name": name},
        button=_("Keep this choice"),
        back=back,
        text=[
            _("The best suited stand first. Whoever is booked at one of the hours is not offered.")
            if item.batch_id
            else _("The best suited stand first.")
        ],
        crumbs=[_("Planner"), reverse("planner:list"), _("Plan"), back],
    )


def _alternatives(actor: Actor, item: PlanItem) -> list[tuple[str, str]]:
    """The instructors who have the hours, the best suited first, each with their score and what they carry."""
    if item.batch is not None:
        situation = situation_of_batches(actor, Batch.objects.filter(pk=item.batch.pk), keep_to_limits=False)
    else:
        situation = situation_of_students(actor, [item.student] if item.student else [], keep_to_limits=False)
    if not situation.wanted:
        return []
    points = situation.problem().points[0]
    ranked = sorted(points, key=lambda person: (-points[person], person))
    found = []
    for person in ranked:
        who = situation.people[person]
        facts = {"name": who.name, "score": points[person], "has": situation.carries(who), "most": situation.limit(who)}
        words = (
            _("%(name)s, suits %(score)d of 100, has %(has)d of %(most)d students")
            if situation.of_students
            else _("%(name)s, suits %(score)d of 100, has %(has)d of %(most)d batches")
        )
        found.append((str(who.id), words % facts))
    return found
