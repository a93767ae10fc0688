"""One plan: its progress, what it proposes and why, what everybody would carry, and applying it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
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
from muster.allocation.models import Plan, PlanItem
from muster.allocation.permissions import plans
from muster.allocation.planning import workload_after
from muster.core.errors import DomainError
from muster.core.permissions import any_id
from muster.institutions.access import Actor
from muster.web.allocation.planner.list import state_of
from muster.web.requests import ActorRequest
from muster.web.ui.pages import page, vary_on_htmx, wants_fragment
from muster.web.ui.tables import Bucket, Buckets, Empty, Facet, Filters, PickColumn, Table, TitleColumn, list_page
from muster.web.ui.widgets import dialog_link, icon, percent, pill, score

# Reasons that stand in the list; the others are folded away.
MOST_SHOWN = 2

NOBODY = Q(instructor__isnull=True)


class ItemFilters(Filters):
    """How the proposals of a plan are narrowed."""

    search = ("batch__name", "batch__code", "student__full_name")
    search_hint = gettext_lazy("Name or code")

    state = Buckets(
        gettext_lazy("Proposal"),
        Bucket("nobody", gettext_lazy("No one"), NOBODY),
        Bucket("open", gettext_lazy("Not applied yet"), ~NOBODY & Q(applied_at__isnull=True)),
        Bucket("applied", gettext_lazy("Applied"), Q(applied_at__isnull=False)),
        Bucket("hand", gettext_lazy("Changed manually"), Q(by_hand=True)),
    )
    instructor = Facet(
        gettext_lazy("Instructor"), value="instructor_id", text="instructor__full_name", none=gettext_lazy("No one")
    )


class ItemPicks(PickColumn):
    """A box where there is something to apply."""

    def render(self, value: Any, record: Any) -> Any:
        if record.instructor_id is None or record.applied_at is not None:
            return ""
        return super().render(value, record)


class ItemTable(Table):
    """What a plan proposes, row by row."""

    counted = ngettext_lazy("%(count)s proposal", "%(count)s proposals", "count")
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
    name = TitleColumn(verbose_name=gettext_lazy("For"), url=lambda item: _url_of(item), sub=lambda item: item.code)
    code = Column(verbose_name=gettext_lazy("Code"), visible=False)
    instructor = Column(
        verbose_name=gettext_lazy("Instructor"), accessor="instructor__full_name", default=gettext_lazy("No one")
    )
    score = Column(verbose_name=gettext_lazy("Match"), default="")
    reasons = Column(verbose_name=gettext_lazy("Why"), empty_values=(), orderable=False)
    state = Column(verbose_name=gettext_lazy("Status"), empty_values=(), orderable=False)
    acts = Column(verbose_name=gettext_lazy("Actions"), empty_values=(), orderable=False, exclude_from_export=True)

    class Meta(Table.Meta):
        row_attrs: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, plan: Plan, refused: dict[Any, str], **kwargs: Any) -> None:
        super().__init__(*args, exclude=() if plan.is_open else ("pick", "acts"), **kwargs)
        self._plan, self._refused = plan, refused

    def render_score(self, value: int) -> SafeString:
        return score(value, _("Match score"))

    def value_score(self, record: Any) -> Any:
        return record.score

    def render_reasons(self, record: Any) -> SafeString:
        if record.instructor_id is None:
            first, rest = record.why_not[:1], record.why_not[1:]
            return format_html(
                '<div class="whys-short">{}{}</div>',
                format_html_join("", "<p>{}</p>", ((line,) for line in first)),
                _fold_away(format_html_join("", "<li>{}</li>", ((line,) for line in rest)), _("Best matches")),
            )
        parts = sorted(record.reasons, key=lambda part: (part["speaks"] == "", -part["weight"]))
        return format_html(
            '<div class="whys-short"><ul>{}</ul>{}</div>',
            _parts(parts[:MOST_SHOWN]),
            _fold_away(_parts(parts[MOST_SHOWN:]), _("More reasons")),
        )

    def value_reasons(self, record: Any) -> str:
        if record.instructor_id is None:
            return " ".join(record.why_not)
        return "; ".join(f"{part['label']}: {part['reason']}" for part in record.reasons)

    def render_state(self, record: Any) -> SafeString:
        if why := self._refused.get(record.pk, "" if record.applied_at else record.refusal):
            return format_html('{}<p class="s small">{}</p>', pill(_("Out of date"), "warn", "history"), why)
        return pill(*_state_of(record))

    def value_state(self, record: Any) -> str:
        return record.refusal if record.refusal and not record.applied_at else str(_state_of(record)[0])

    def render_acts(self, record: Any) -> SafeString | str:
        if record.applied_at is not None:
            return ""
        word = _("Choose") if record.instructor_id is None else _("Change")
        label = format_html('{}<span class="vh"> {}</span>', word, record.name)
        url = reverse("planner:item", args=[record.plan_id, record.pk])
        return format_html('<span class="row-acts">{}</span>', dialog_link(label, url, tone="quiet"))


def _state_of(item: Any) -> tuple[str, str, str]:
    if item.applied_at is not None:
        return _("Applied"), "good", "okc"
    if item.instructor_id is None:
        return _("No one"), "warn", "ring"
    return (_("Manual"), "accent", "person") if item.by_hand else (_("Proposed"), "info", "plan")


def _url_of(item: Any) -> str:
    if item.batch_id:
        return reverse("batches:batch", args=[item.batch_id])
    return reverse("mentoring:student", args=[item.student_id])


SIGNS = {"for": ("okc", gettext_lazy("Strength")), "against": ("alert", gettext_lazy("Concern"))}


def _parts(parts: Sequence[dict[str, Any]]) -> SafeString:
    rows = []
    for part in parts:
        name, word = SIGNS.get(part["speaks"], ("ring", gettext_lazy("Neutral")))
        rows.append((icon(name, str(word)), part["label"], part["reason"]))
    return format_html_join("", '<li>{}<span><span class="k">{}</span> {}</span></li>', rows)


def _fold_away(content: SafeString, word: str) -> SafeString | str:
    return format_html("<details><summary>{}</summary><ul>{}</ul></details>", word, content) if content else ""


@page(plans["apply"])
def plan_page(request: ActorRequest, plan_id: str) -> HttpResponseBase:
    """One plan: its progress while it runs, then what it proposes; sent, it is applied, whole or what was picked."""
    actor = request.actor
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


def _tell(request: HttpRequest, outcome: rules.PlanApplication) -> None:
    number = len(outcome.applied)
    if number:
        words = ngettext("%(count)d proposal applied.", "%(count)d proposals applied.", number)
        messages.success(request, words % {"count": number})
    if outcome.refused:
        left = len(outcome.refused)
        words = ngettext(
            "%(count)d proposal was out of date and was skipped.",
            "%(count)d proposals were out of date and were skipped.",
            left,
        )
        messages.warning(request, words % {"count": left})


def _proposal(request: HttpRequest, actor: Actor, plan: Plan, refused: dict[Any, str], words: str) -> HttpResponseBase:
    everything = list(plan.items.only("plan_id", "instructor_id", "applied_at", "by_hand"))
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
            "proof": _quality_of(plan, by_hand=any(item.by_hand for item in everything)),
            "to_apply": to_apply,
            "applied": sum(1 for item in everything if item.applied_at),
            "loads": [_load(one) for one in loads if one["given"]],
            "idle": sum(1 for one in loads if not one["given"]),
            "words": words,
            "holding": to_apply - len(refused) if refused and "picked" not in request.POST else 0,
            "apply_words": ngettext("Apply all %(count)d", "Apply all %(count)d", to_apply) % {"count": to_apply},
        },
        empty=Empty(_("No proposals"), "", "plan"),
        export_name="plan",
        table_kwargs={"plan": plan, "refused": refused},
    )


def _title_of(plan: Plan) -> str:
    if plan.status == Plan.Status.FAILED:
        return _("The plan failed")
    counts = {"staffed": plan.staffed, "count": plan.wanted}
    if plan.kind == Plan.Kind.STUDENTS:
        words = ngettext(
            "Mentor proposed for %(staffed)d of %(count)d student",
            "Mentors proposed for %(staffed)d of %(count)d students",
            plan.wanted,
        )
    else:
        words = ngettext(
            "Lead proposed for %(staffed)d of %(count)d batch",
            "Leads proposed for %(staffed)d of %(count)d batches",
            plan.wanted,
        )
    return words % counts


def _quality_of(plan: Plan, *, by_hand: bool) -> tuple[SafeString, str]:
    """How good the plan is known to be: a pill, and a sentence."""
    if by_hand:
        sentence = _("Someone changed the computed plan, for reasons the score doesn't include.")
        return pill(_("Changed manually"), "accent", "person"), sentence
    if plan.gap == 0:
        sentence = _("No other plan staffs more or has a higher total score.")
        return pill(_("Best possible plan"), "good", "okc"), sentence
    if plan.gap is not None and plan.solver != Plan.Solver.GREEDY:
        sentence = _("No more than %(percent)s below the best possible plan.")
        return pill(_("Close to the best plan"), "info", "half"), sentence % {
            "percent": percent(round(plan.gap * 100, 1))
        }
    sentence = _("Time ran out before the best plan was confirmed. A better one may exist.")
    if plan.solver == Plan.Solver.GREEDY:
        sentence = _(
            "Found without a solver, so a better plan may exist. Install muster[planner] to find the best "
            "possible plan."
        )
    return pill(_("A good plan"), "info", "info"), sentence


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
