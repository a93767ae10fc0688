"""The results sheet of a subject. Scripts save each score behind; without them it is a plain form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.assessment.queries import titles_by_component
from muster.core.errors import DomainError, Invalid, Missing
from muster.institutions.access import Actor
from muster.progression import rules
from muster.progression.grading import Verdict
from muster.progression.grading.typed import LETTERS, cell_of_text, plain_number
from muster.progression.models import SubjectMapping
from muster.progression.permissions import results
from muster.progression.queries import attempts_of, sheet_of
from muster.web.attendance.register import kept_for, owner_of
from muster.web.attendance.words import words_of_the_page
from muster.web.progression.results_view import SHOWN, ResultsView, results_url
from muster.web.progression.results_words import reason_words, verdict_words, words_of_the_sheet
from muster.web.requests import ActorRequest
from muster.web.ui.components import Tab
from muster.web.ui.pages import page

FIGURES = "figures"


def mapping_for(actor: Actor, batch_id: UUID, mapping_id: UUID, action: str = "see") -> SubjectMapping:
    """The subject of the batch, told by `may_act` whether its scores are the actor's to enter."""
    return results.get(actor, mapping_id, action, among=_mappings(actor, batch_id))


def _mappings(actor: Actor, batch_id: UUID) -> QuerySet[SubjectMapping]:
    rows = SubjectMapping.objects.filter(batch=batch_id).select_related("subject", "instructor", "batch__institution")
    return results.with_rights(actor, "mark", rows)


def view_of(actor: Actor, mapping: SubjectMapping, attempt: int, **more: Any) -> ResultsView:
    """The sheet with what surrounds it. Raises Missing for an attempt that it does not have."""
    attempts = attempts_of(mapping)
    if attempt not in attempts:
        raise Missing(_("This subject has no attempt %(number)d yet.") % {"number": attempt})
    may_mark = mapping.may_act  # type: ignore[attr-defined]
    return ResultsView(actor, sheet_of(mapping, attempt), attempts, may_mark, **more)


@page(results["see"])
def sheet_page(request: ActorRequest, batch_id: UUID, mapping_id: UUID, attempt: int = 1) -> HttpResponse:
    """The page, or with `part` its figures alone; a POST is the plain form of browsers without scripts."""
    actor = request.actor
    if request.method == "POST":
        return _save(request, mapping_for(actor, batch_id, mapping_id, "mark"), attempt)
    shown = request.GET.get("show", "")
    view = view_of(actor, mapping_for(actor, batch_id, mapping_id), attempt, shown=shown if shown in SHOWN else "")
    if request.GET.get("part") == FIGURES:
        return render(request, "progression/results_figures.html", {"view": view})
    response = render_sheet(request, view)
    return response if request.GET else kept_for(actor, response)


def _save(request: ActorRequest, mapping: SubjectMapping, attempt: int) -> HttpResponse:
    """Save what was changed in the plain form: all or nothing. What is refused stands beside what was typed."""
    actor = request.actor
    mapping.may_act = True  # type: ignore[attr-defined]
    view = view_of(actor, mapping, attempt)
    cells, names, refused = changes_of(request, view.lines)
    if not refused and not cells:
        messages.info(request, _("No changes."))
        return redirect(view.url)
    sentence = ""
    if not refused:
        try:
            _before, outcomes = rules.save_scores(by=actor, mapping=mapping, cells=cells, attempt=attempt)
        except DomainError as error:
            refused = {names[one.field]: one.message for one in error.errors if one.field in names}
            sentence = error.message
        else:
            saved = outcomes.count(rules.ScoreOutcome.SAVED)
            words = ngettext("%(count)d score saved.", "%(count)d scores saved.", saved) % {"count": saved}
            messages.success(request, words)
            return redirect(view.url)
    typed = {name: text for name, text in request.POST.items() if name.startswith("s.")}
    again = view_of(actor, mapping, attempt, typed=typed, refused=refused)
    return render_sheet(request, again, sentence or next(iter(refused.values())), status=400)


def changes_of(
    request: HttpRequest, lines: Sequence[Any]
) -> tuple[list[rules.ScoreInput], dict[str, str], dict[str, str]]:
    """The cells that differ from what the form showed, their names by the rule's, and why some are no scores."""
    try:
        was = orjson.loads(request.POST.get("was", ""))
    except ValueError:
        was = {}
    was = was if isinstance(was, dict) else {}
    cells: list[rules.ScoreInput] = []
    names, refused = {}, {}
    for place, line in enumerate(lines):
        for field in line.fields:
            text = request.POST.get(field.name)
            if text is None or text == was.get(field.name, field.text) or not line.takes(field):
                continue
            code = field.column.code
            names[f"rows.{place}.components.{code}"] = field.name
            try:
                cells.append(rules.ScoreInput(place, line.row.enrollment.pk, code, cell_of_text(text)))
            except Invalid as error:
                refused[field.name] = error.message
    return cells, names, refused


def config_of(request: HttpRequest, view: ResultsView) -> dict[str, Any]:
    """What the scripts need to know."""
    mapping, attempt = view.mapping, view.sheet.attempt
    shared = sheet_config(request, view.actor, f"{mapping.subject.title}, {mapping.batch.code}")
    return {
        **shared,
        # The queue's name for the sheet: a part of its address.
        "session": results_url(mapping, attempt).split("/subjects/")[1],
        "api": f"/api/batches/{mapping.batch_id}/results?subject={mapping.subject_id}&attempt={attempt}",
        "figures": f"{view.url}?part={FIGURES}",
        "open": view.takes_scores,
        "narrowed": bool(view.shown),
        "columns": {one.code: {"most": float(one.most), "least": float(one.least or 0)} for one in view.columns},
        "words": {
            **shared["words"],
            **{f"reason_{key}": words for key, words in reason_words(view.sheet.scheme).items()},
        },
    }


def sheet_config(request: HttpRequest, actor: Actor, title: str) -> dict[str, Any]:
    """What the scripts need to know of any sheet, whatever is typed in it."""
    return {
        "owner": owner_of(actor),
        "person": str(actor.user.full_name if actor.user else ""),
        "token": get_token(request),
        "now": timezone.now().isoformat(),
        "zone": str(actor.zone),
        "locked": False,
        "title": title,
        "file_name": slugify(title),
        "icons": static("icons.svg"),
        "login": reverse("account_login"),
        "states": {state.value: letters for state, letters in LETTERS.items()},
        "words": {
            **words_of_the_page(),
            **words_of_the_sheet(),
            **{f"verdict_{key}": words for key, words in verdict_words().items()},
        },
    }


def states_to_type() -> list[tuple[str, str]]:
    """What may be typed instead of a score, with what it means."""
    return [(letters, verdict_words().get(state.value, _("absent"))) for state, letters in LETTERS.items()]


def render_sheet(request: HttpRequest, view: ResultsView, refused: str = "", status: int = 200) -> HttpResponse:
    """The page as it now stands."""
    attempts = [
        Tab(_("Attempt %(number)d") % {"number": one}, results_url(view.mapping, one), one == view.sheet.attempt)
        for one in view.attempts
    ]
    fed = titles_by_component(view.mapping)
    shown = {
        "view": view,
        "subject": view.mapping.subject,
        "batch": view.batch,
        "attempts": attempts if len(attempts) > 1 else [],
        "states": states_to_type(),
        "credits": plain_number(view.mapping.subject.credits) if view.mapping.subject.credits else "",
        "fed": [(one.name, ", ".join(fed[one.code])) for one in view.columns if one.code in fed],
        "config": config_of(request, view),
        "refused": refused,
        "failed": Verdict.FAILED,
        "nav": "results",
    }
    return render(request, "progression/results_sheet.html", shown, status=status)
