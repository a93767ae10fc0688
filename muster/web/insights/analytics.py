"""Analytics: what the batches that somebody manages or teaches come to, at a glance and told apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.allocation.permissions import mentees
from muster.batches.permissions import batches
from muster.core.files.downloads import rows_download, sheets_download
from muster.insights.batch import insight_into_batch, offered_for
from muster.insights.definitions import DEFINITIONS
from muster.insights.low import SAYS as LOW_SAYS
from muster.insights.mentoring import MentoringScope, insight_into_mentoring
from muster.insights.periods import Period
from muster.insights.permissions import analytics
from muster.insights.queries import insight_into, insight_into_student
from muster.insights.ratings import SAYS as RATINGS_SAY
from muster.insights.scope import Scope, scope_of, scope_of_batch, scope_of_instructor
from muster.insights.siblings import SAYS, TYPES_SAY, WEEKS_SAY, Siblings
from muster.insights.students import SAYS as STUDENTS_SAY
from muster.insights.tables import FigureTable, figures_table, names_of, sheets_of, table_named, tables_of
from muster.insights.tables import tables_of_mentoring as mentoring_tables
from muster.insights.weak import weak_spot_of
from muster.people.permissions import instructors, students
from muster.web.batches.frame import Frame, batch_for
from muster.web.batches.tabs import BatchTab, register_tab
from muster.web.insights.beside import draw_scores, draw_siblings, stand_among
from muster.web.insights.dots import draw_low, draw_students, message_url
from muster.web.insights.drawing import (
    draw_attendance,
    draw_instructors,
    draw_months,
    draw_satisfaction,
    headline_of,
    show_figure,
)
from muster.web.insights.forms import AnalyticsForm, BatchPeriodForm, PeriodForm
from muster.web.insights.links import analytics_url
from muster.web.insights.opening import Opening, show_table
from muster.web.insights.ratings import draw_ratings
from muster.web.requests import ActorRequest
from muster.web.ui.components import Tab
from muster.web.ui.downloads import response_of
from muster.web.ui.pages import page
from muster.web.ui.tables.asking import Inquiry, ListAnswer
from muster.web.ui.tables.export import EXPORTS, announce_export
from muster.web.ui.tables.saved import narrowing_of, saved_views
from muster.web.ui.widgets import unbroken_days

# The figures at the top of the page.
SHOWN = ("attendance", "registers_taken", "seats_filled", "completed", "satisfaction", "at_risk")
MENTORING_SHOWN = ("mentored", "mentoring_held", "mentoring_engaged", "goals_reached", "answer_hours", "pair_days")
OF_MENTOR = ("mentoring_held", "mentoring_engaged", "goals_reached", "answer_hours", "pair_days", "questions_answered")

register_tab(BatchTab("analytics", gettext_lazy("Analytics"), "analytics:batch", 58, "roster"))


# --- pages ------------------------------------------------------------------------------------------------------------
@page(analytics["see"])
def analytics_page(request: ActorRequest) -> HttpResponseBase:
    """The figures of everything that the person manages or teaches, or of a branch, department or course of it."""
    actor = request.actor
    form = AnalyticsForm(actor, request.GET or None)
    if isinstance(request, Inquiry):
        return ListAnswer(form.fields)
    scope = scope_of(actor, form.part)
    opening = Opening(form.period, form.comparison, form.part_asked, opens=not scope.is_granted)
    saved = saved_views.of(request, narrowing_of(request.GET.dict(), form.fields))
    context = {"nav": "analytics", "saved": saved, "kicker": form.part_words, "granted": scope.is_granted}
    return _board(request, "insights/analytics.html", scope, form, opening, context | _tabs(request, "institution"))


@page(batches["roster"])
def batch_analytics_page(request: ActorRequest, batch_id: UUID) -> HttpResponseBase:
    """The figures of one batch: from its first day until today, unless other days are asked for."""
    actor = request.actor
    frame = Frame(actor, batch_for(actor, batch_id, "roster"), "analytics")
    batch = frame.batch
    usual = Period.of_batch(batch.start_date, batch.end_date, batch.today())
    offer = offered_for(actor, batch)
    form = BatchPeriodForm(usual, offer, request.GET or None)
    opening = Opening(form.period, form.comparison, {"batch": batch.pk})
    scope = scope_of_batch(actor, batch)
    beside = insight_into_batch(
        scope, batch, form.period, offer, assessment=form.chosen("assessment"), siblings=form.chosen("siblings")
    )
    context = {
        "extra_tables": beside.tables,
        "students": draw_students(beside.students, beside.minimum, opening),
        "low_students": draw_low(beside, opening),
        "message_url": message_url(actor, batch, beside),
        "students_say": STUDENTS_SAY,
        "low_say": LOW_SAYS,
        "ratings": draw_ratings(beside.ratings),
        "ratings_say": RATINGS_SAY,
        "histogram": draw_scores(beside),
        "siblings": draw_siblings(beside, opening),
        "siblings_say": SAYS,
        "weeks_say": WEEKS_SAY if beside.siblings else "",
        "types_say": TYPES_SAY if beside.siblings else "",
        "siblings_stand": stand_among(beside),
        "course_url": analytics_url(actor, course=batch.course_id) if beside.siblings else "",
        "frame": frame,
        "batch": batch,
        "nav": "batches",
        "minimum": beside.minimum,
    }
    return _board(request, "insights/batch.html", scope, form, opening, context, beside.siblings)


@page(instructors["see"])
def instructor_analytics_page(request: ActorRequest, instructor_id: UUID) -> HttpResponseBase:
    """The figures of the days on which an instructor led, as far as the reader sees their batches, and of mentoring."""
    actor = request.actor
    person = instructors.get(actor, instructor_id)
    form = PeriodForm(Period.of(None, None, actor.today()), request.GET or None)
    opening = Opening(form.period, form.comparison, {"instructor": person.pk})
    context: dict[str, Any] = {"nav": "instructors", "person": person, "kicker": person.full_name}
    if mentees.may(actor, "list"):
        mentoring = insight_into_mentoring(MentoringScope(actor, person.pk), form.period, form.compared)
        context["mentor_figures"] = [
            show_figure(mentoring, name, Opening(form.period, part=opening.part, route="analytics:mentoring-rows"))
            for name in OF_MENTOR
        ]
        context["extra_tables"] = {"mentoring": figures_table(mentoring.figures, mentoring.before, "mentoring")}
    scope = scope_of_instructor(actor, person.pk)
    return _board(request, "insights/analytics.html", scope, form, opening, context)


def _board(
    request: ActorRequest,
    template: str,
    scope: Scope,
    form: PeriodForm,
    opening: Opening,
    context: dict[str, Any],
    siblings: Siblings | None = None,
) -> HttpResponseBase:
    """The page of a scope, or one of its files: both of the same figures."""
    compared, period = form.compared, form.period
    insight = insight_into(scope, period, compared)
    names = names_of(insight)
    tables = {**tables_of(insight, names), **context.pop("extra_tables", {})}
    if (kind := request.GET.get("export")) in EXPORTS:
        return _file(request, str(kind), period, compared, tables)
    minimum = context.setdefault("minimum", request.actor.institution.minimum_attendance_percent)
    return render(
        request,
        template,
        {
            **context,
            **_frame(request, form, tables, opening),
            "headline": headline_of(insight, minimum),
            "weak_spot": weak_spot_of(insight.attendance),
            "batches": len(scope.batches),
            "figures": [show_figure(insight, name, opening) for name in SHOWN if name in insight.figures],
            "all_figures": [show_figure(insight, name, opening) for name in insight.figures],
            **draw_attendance(insight, names, minimum, opening, siblings),
            "seats": [
                (name or _("No department"), one, one.value)
                for name, one in sorted(insight.seats.items(), key=lambda item: -(item[1].value or 0))
            ],
            "months": draw_months(insight),
            "completion": insight.completion,
            "instructors": draw_instructors(insight),
            "satisfaction": list(draw_satisfaction(insight, names)),
        },
    )


@page(mentees["list"])
def mentoring_analytics_page(request: ActorRequest) -> HttpResponseBase:
    """What mentoring comes to, of the students whom the person may assign or mentors."""
    actor = request.actor
    form = PeriodForm(Period.of(None, None, actor.today()), request.GET or None)
    insight = insight_into_mentoring(MentoringScope(actor), form.period, form.compared)
    tables = mentoring_tables(insight)
    if (kind := request.GET.get("export")) in EXPORTS:
        return _file(request, str(kind), form.period, form.compared, tables)
    opening = Opening(form.period, form.comparison, route="analytics:mentoring-rows")
    figures = {name: show_figure(insight, name, opening) for name in insight.figures}
    context = {
        "nav": "analytics",
        "headline": _("Mentoring"),
        "figures": [figures[name] for name in MENTORING_SHOWN],
        "all_figures": list(figures.values()),
        **_tabs(request, "mentoring"),
        **_frame(request, form, tables, opening),
    }
    return render(request, "insights/figures.html", context)


@page(students["see"])
def student_analytics_page(request: ActorRequest, student_id: UUID) -> HttpResponseBase:
    """What a student's marks and results come to, in the batches in which the reader sees them."""
    actor = request.actor
    person = students.get(actor, student_id)
    form = PeriodForm(Period.of(None, None, actor.today()), request.GET or None)
    insight = insight_into_student(actor, person, form.period, form.compared)
    tables = {"figures": figures_table(insight.figures, insight.before)}
    if (kind := request.GET.get("export")) in EXPORTS:
        return _file(request, str(kind), form.period, form.compared, tables)
    opening = Opening(form.period, form.comparison, {"student": person.pk}, opens=batches.may(actor, "roster"))
    shown = [show_figure(insight, name, opening) for name in insight.figures]
    is_own = actor.user is not None and person.pk == actor.user.pk
    context = {
        "nav": "" if is_own else "students",
        "kicker": _("Your figures") if is_own else _("Analytics"),
        "headline": person.full_name,
        "figures": shown,
        "all_figures": shown,
        **_frame(request, form, tables, opening),
    }
    return render(request, "insights/figures.html", context)


# --- what they share --------------------------------------------------------------------------------------------------
def _frame(
    request: ActorRequest, form: PeriodForm, tables: Mapping[str, FigureTable], opening: Opening
) -> dict[str, Any]:
    """What is asked, and every table with its files."""
    compared, period = form.compared, form.period
    here = request.GET.copy()
    for name in ("export", "table"):
        here.pop(name, None)
    everything = here.copy()
    everything["export"] = "xlsx"
    return {
        "form": form,
        "days": unbroken_days(period.first, period.last),
        "compared": unbroken_days(compared.first, compared.last) if compared else "",
        "definitions": DEFINITIONS,
        "counted_at": request.actor.now(),
        "tables": {key: show_table(table, opening, here) for key, table in tables.items()},
        "export_url": f"?{everything.urlencode()}",
    }


def _file(
    request: ActorRequest, kind: str, period: Period, compared: Period | None, tables: Mapping[str, FigureTable]
) -> HttpResponseBase:
    """One table as CSV or XLSX, or all of them as one workbook."""
    days = f"{period.first.isoformat()}-{period.last.isoformat()}"
    if key := request.GET.get("table"):
        table = table_named(tables, key)
        announce_export(request, f"analytics-{table.key}")
        return response_of(rows_download(table.lines(), f"{slugify(table.title)}-{days}", kind))
    announce_export(request, "analytics")
    return response_of(sheets_download(sheets_of(period, compared, tables), f"analytics-{days}"))


def _tabs(request: ActorRequest, current: str) -> dict[str, Any]:
    """The institution and mentoring, for whoever sees both."""
    if not mentees.may(request.actor, "list"):
        return {"tabs": []}
    named = (("institution", _("Batches")), ("mentoring", _("Mentoring")))
    return {"tabs": [Tab(label, reverse(f"analytics:{key}"), current=key == current) for key, label in named]}
