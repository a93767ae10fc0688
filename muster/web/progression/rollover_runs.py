"""Many batch years in one go: the question, and what comes of each while it runs."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.core.errors import Invalid
from muster.core.permissions import as_id
from muster.progression.models import RolloverRun
from muster.progression.permissions import batch_rollovers, rollover_runs
from muster.progression.rules import start_rollovers
from muster.web.batches.dialogs import batches_for_rules
from muster.web.progression.rollover import needs_another
from muster.web.requests import ActorRequest
from muster.web.ui.bulk import names_in_words, picked_rows
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page, vary_on_htmx, wants_fragment
from muster.web.ui.widgets import pill

MOST_RUNS = 10
OUTCOMES: dict[str, tuple[Any, str, str]] = {
    "executed": (gettext_lazy("Rolled over"), "good", "okc"),
    "requested": (gettext_lazy("Requested"), "warn", "half"),
    "refused": (gettext_lazy("Not rolled over"), "bad", "xc"),
}


@page(batch_rollovers["approve"])
def roll_over_many(request: ActorRequest) -> HttpResponse:
    """Promote the selected batch years, in the background, each from the semester that it is in now."""
    actor = request.actor
    rows = picked_rows(request, batch_rollovers.rows(actor, "approve", among=batches_for_rules()))
    years = [one for one in rows if one.kind == Batch.Kind.ACADEMIC and one.takes_enrollments]
    if not years:
        raise Invalid(_("Select batch years that aren't over or archived."))
    form, number = ConfirmForm(posted_data(request)), len(years)

    def start() -> list[RolloverRun]:
        semesters = sorted({one.current_semester or 1 for one in years})
        return [
            start_rollovers(by=actor, batch_ids=_in_semester(years, semester), from_semester=semester)
            for semester in semesters
        ]

    if submit_form(form, start):
        done = _("Started. You can leave this page; it will continue.")
        return redirect_with_message(request, reverse("progression:rollover-runs"), done)
    title = ngettext("Promote %(count)d batch year?", "Promote %(count)d batch years?", number) % {"count": number}
    button = ngettext("Promote %(count)d batch year", "Promote %(count)d batch years", number) % {"count": number}
    skipped = len(rows) - number
    words = ngettext("%(count)d other is skipped.", "%(count)d others are skipped.", skipped) % {"count": skipped}
    text = [
        *_semesters_in_words(years),
        _("Students below the limits of your institution are held back. Each batch year keeps its own Undo."),
        *([_("Someone else has to approve each of them, so they're requested.")] if needs_another(actor) else []),
        *([words] if skipped else []),
        names_in_words(years, lambda one: one.code),
    ]
    crumbs = [_("Batch years"), reverse("batches:list") + "?kind=academic"]
    back = reverse("batches:list") + "?kind=academic"
    return render_dialog(
        request, form, title=title, button=button, back=back, text=text, crumbs=crumbs, context={"nav": "batches"}
    )


def _in_semester(years: list[Batch], semester: int) -> list[Any]:
    return [one.pk for one in years if (one.current_semester or 1) == semester]


def _semesters_in_words(years: list[Batch]) -> list[str]:
    """How many go from which semester to which, and how many are completed."""
    found = Counter((one.current_semester or 1, (one.current_semester or 1) >= one.last_semester) for one in years)
    said = []
    for (semester, is_last), number in sorted(found.items()):
        facts = {"count": number, "now": semester, "next": semester + 1}
        if is_last:
            words = ngettext(
                "%(count)d has finished its last semester, %(now)d, and is completed.",
                "%(count)d have finished their last semester, %(now)d, and are completed.",
                number,
            )
        else:
            words = ngettext(
                "%(count)d goes from semester %(now)d to %(next)d.",
                "%(count)d go from semester %(now)d to %(next)d.",
                number,
            )
        said.append(words % facts)
    return said


@page(rollover_runs["see"])
def run_list(request: ActorRequest) -> HttpResponse:
    """What came of the latest runs of the reader, asked for again while one is not over. Two statements."""
    runs = list(rollover_runs.rows(request.actor).order_by("-created_at", "-pk")[:MOST_RUNS])
    keys = {key for run in runs for text in run.batch_ids if (key := as_id(text))}
    named = {str(one.pk): one for one in batches.rows(request.actor).filter(pk__in=keys)}
    context = {
        "nav": "batches",
        "runs": [_run_context(run, named) for run in runs],
        "is_over": all(run.status == RolloverRun.Status.DONE for run in runs),
    }
    template = "progression/runs_part.html" if wants_fragment(request, "runs") else "progression/runs.html"
    return vary_on_htmx(render(request, template, context))


def _run_context(run: RolloverRun, named: dict[str, Batch]) -> dict[str, Any]:
    rows = []
    for key in run.batch_ids:
        batch, found = named.get(key), run.outcomes.get(key)
        if batch is None:
            continue
        word, tone, shape = OUTCOMES[found["outcome"]] if found else (_("Waiting"), "", "half")
        said = [found["message"], *found.get("missing", [])] if found else []
        rows.append(
            {
                "code": batch.code,
                "name": batch.name,
                "url": reverse("progression:rollover", args=[batch.pk]),
                "lines": [line for line in said if line],
                "pill": pill(word, tone, shape),
            }
        )
    number = len(run.batch_ids)
    title = ngettext("Semester %(now)d, %(count)d batch year", "Semester %(now)d, %(count)d batch years", number) % {
        "now": run.from_semester,
        "count": number,
    }
    return {"run": run, "title": title, "rows": rows, "is_over": run.status == RolloverRun.Status.DONE}
