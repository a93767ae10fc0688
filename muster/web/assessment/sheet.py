"""The marks sheet of a batch: its students by its assessments. It is typed, pasted and kept as the results sheet is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.assessment.models import Assessment
from muster.assessment.permissions import assessments, batch_assessments
from muster.assessment.queries import MarksRow, MarksSheet, marks_sheet_of, statistics_of_marks
from muster.assessment.rules import MarkGiven, save_marks
from muster.batches.models import Batch
from muster.core.errors import DomainError, Invalid
from muster.core.files.downloads import rows_download
from muster.core.spreadsheets import CSV, XLSX
from muster.exchange.lists.columns import LISTS
from muster.institutions.access import Actor
from muster.institutions.permissions import users
from muster.progression.grading import Cell, State
from muster.progression.grading.typed import plain_number, text_of_cell
from muster.progression.rules import ScoreOutcome
from muster.web.attendance.register import kept_for
from muster.web.batches.dialogs import batches_for_rules
from muster.web.progression.results_sheet import changes_of, sheet_config, states_to_type
from muster.web.progression.results_view import ScoreColumn, ScoreField, StudentLine
from muster.web.requests import ActorRequest
from muster.web.ui.downloads import response_of
from muster.web.ui.pages import page


@dataclass(frozen=True)
class MarksLine(StudentLine):
    """A student as a row of the page."""

    no: int
    row: MarksRow
    view: MarksView

    @cached_property
    def fields(self) -> list[tuple[ScoreField, bool]]:
        """The cells, and whether each is closed."""
        return [self._field(column, one) for column, one in zip(self.view.columns, self.view.shown, strict=True)]

    def _field(self, column: ScoreColumn, one: Assessment) -> tuple[ScoreField, bool]:
        name, cell = f"s.{self.key}.{column.code}", self.row.cell_of(one)
        text = text_of_cell(cell)
        state = (text or "blank") if isinstance(cell, State) else ""
        typed, refused = self.view.typed.get(name, text), self.view.refused.get(name, "")
        closed = one.pk not in self.view.changed or self.row.is_locked(one)
        return ScoreField(column, name, typed, state, False, refused), closed

    @property
    def total(self) -> str:
        percent = self.row.total.percent
        return "–" if percent is None else plain_number(percent)

    @property
    def verdict(self) -> str:
        """Whether a mark is missing."""
        return "missing" if any(self.row.cell_of(one) == State.BLANK for one in self.view.shown) else ""

    def takes(self, field: ScoreField) -> bool:
        """Whether what was typed there may be saved."""
        return any(one == field and not closed for one, closed in self.fields)


@dataclass
class MarksView:
    """The sheet with what the page says around it. `changed` are the assessments that this person marks."""

    actor: Actor
    sheet: MarksSheet
    changed: set[UUID]
    typed: Mapping[str, str]
    refused: Mapping[str, str]

    @property
    def batch(self) -> Batch:
        return self.sheet.batch

    @property
    def shown(self) -> list[Assessment]:
        return list(self.sheet.assessments)

    @cached_property
    def columns(self) -> list[ScoreColumn]:
        made = []
        for one in self.sheet.assessments:
            mean = statistics_of_marks(self.sheet, one).mean
            most = plain_number(one.maximum)
            most = f"{most} + {plain_number(one.extra_credit)}" if one.extra_credit else most
            made.append(ScoreColumn(str(one.pk), one.title, most, "", "–" if mean is None else plain_number(mean)))
        return made

    @property
    def heads(self) -> list[tuple[ScoreColumn, Assessment, str]]:
        """Each column with its assessment and where that stands."""
        return [
            (column, one, reverse("assessment:assessment", args=[self.batch.pk, one.pk]))
            for column, one in zip(self.columns, self.sheet.assessments, strict=True)
        ]

    @cached_property
    def lines(self) -> list[MarksLine]:
        return [MarksLine(no, row, self) for no, row in enumerate(self.sheet.rows, 1)]

    @property
    def takes_scores(self) -> bool:
        return bool(self.changed)

    @property
    def was(self) -> str:
        """What the form shows, to tell what was changed in it."""
        return json.dumps({field.name: field.text for line in self.lines for field, _closed in line.fields})

    @property
    def figures(self) -> tuple[int, int]:
        """How many marks there are, and should be."""
        found = [statistics_of_marks(self.sheet, one) for one in self.sheet.assessments]
        return sum(one.marked for one in found), sum(one.expected for one in found)

    @property
    def url(self) -> str:
        return reverse("assessment:sheet", args=[self.batch.pk])


def view_of(actor: Actor, batch: Batch, typed: Any = None, refused: Any = None) -> MarksView:
    """The sheet of the batch for this person."""
    rows = assessments.rows(actor, "change").filter(batch=batch)
    changed = set() if batch.is_archived else set(rows.values_list("pk", flat=True))
    return MarksView(actor, marks_sheet_of(batch), changed, typed or {}, refused or {})


@page(batch_assessments["sheet"])
def sheet_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """The page; a POST is the plain form of browsers without scripts."""
    actor = request.actor
    if request.method == "POST":
        return _save(request, batch_assessments.get(actor, batch_id, "assess", among=batches_for_rules()))
    batch = batch_assessments.get(actor, batch_id, "sheet", among=batches_for_rules())
    return kept_for(actor, render_sheet(request, view_of(actor, batch)))


def _save(request: ActorRequest, batch: Batch) -> HttpResponse:
    """Save what was changed in the plain form: all or nothing. What is refused stands beside what was typed."""
    actor = request.actor
    view = view_of(actor, batch)
    lines = [_PlainLine(line) for line in view.lines]
    cells, names, refused = changes_of(request, lines)
    if not refused and not cells:
        messages.info(request, _("No changes."))
        return redirect(view.url)
    sentence = ""
    if not refused:
        given = [MarkGiven(place, UUID(one.component), one.enrollment_id, one.value) for place, one in enumerate(cells)]
        try:
            _before, outcomes = save_marks(by=actor, batch=batch, marks=given)
        except DomainError as error:
            where = {
                f"rows.{place}": names[f"rows.{one.row}.components.{one.component}"] for place, one in enumerate(cells)
            }
            refused = {
                where[key]: one.message for one in error.errors if (key := one.field.rpartition(".")[0]) in where
            }
            sentence = error.message
        else:
            saved = outcomes.count(ScoreOutcome.SAVED)
            words = ngettext("%(count)d mark saved.", "%(count)d marks saved.", saved) % {"count": saved}
            messages.success(request, words)
            return redirect(view.url)
    typed = {name: text for name, text in request.POST.items() if name.startswith("s.")}
    again = view_of(actor, batch, typed, refused)
    return render_sheet(request, again, sentence or next(iter(refused.values())), status=400)


@dataclass(frozen=True)
class _PlainLine:
    """A line with its fields alone, as the plain form reads them."""

    line: MarksLine

    @property
    def row(self) -> MarksRow:
        return self.line.row

    @property
    def fields(self) -> list[ScoreField]:
        return [field for field, _closed in self.line.fields]

    def takes(self, field: ScoreField) -> bool:
        """Whether what was typed there may be saved."""
        return self.line.takes(field)


def render_sheet(request: ActorRequest, view: MarksView, refused: str = "", status: int = 200) -> HttpResponse:
    """The page as it now stands."""
    batch, (marked, expected) = view.batch, view.figures
    config = {
        **sheet_config(request, view.actor, _("Marks, %(batch)s") % {"batch": batch.code}),
        "session": f"{batch.pk}/marks/",
        "api": f"/api/batches/{batch.pk}/marks",
        "open": view.takes_scores,
        "narrowed": False,
        "columns": {
            str(one.pk): {"most": float(one.most), "least": 0, "closed": one.pk not in view.changed}
            for one in view.shown
        },
    }
    shown = {
        "view": view,
        "batch": batch,
        "states": states_to_type(),
        "config": config,
        "refused": refused,
        "marked": marked,
        "expected": expected,
        "nav": "batches",
    }
    return render(request, "assessment/sheet.html", shown, status=status)


@page(batch_assessments["sheet"])
def sheet_export(request: ActorRequest, batch_id: UUID) -> HttpResponseBase:
    """The sheet as a file. With `rows` there is a row for each mark, which the import of marks takes as it is."""
    actor, kind = request.actor, request.GET.get("format", XLSX)
    if kind not in (CSV, XLSX):
        raise Invalid(_("Choose csv or xlsx."), field="format")
    sheet = marks_sheet_of(batch_assessments.get(actor, batch_id, "sheet", among=batches_for_rules()))
    rows = _marks_of(sheet, emails=users.may(actor, "list")) if "rows" in request.GET else _rows_of(sheet)
    return response_of(rows_download(rows, slugify(f"{sheet.batch.code} marks"), kind))


def _rows_of(sheet: MarksSheet) -> Iterator[list[Any]]:
    yield [_("Student"), _("Student number"), *(one.title for one in sheet.assessments), _("Total so far, percent")]
    for row in sheet.rows:
        percent = row.total.percent
        total = "" if percent is None else _number(percent)
        cells = [_cell_of(row.cell_of(one)) for one in sheet.assessments]
        yield [row.enrollment.student.full_name, _number_of(row), *cells, total]


def _marks_of(sheet: MarksSheet, *, emails: bool) -> Iterator[list[Any]]:
    """Under the headings of the import; emails only for whoever sees those of the students."""
    yield [str(column.label) for column in LISTS["marks"].columns]
    for row in sheet.rows:
        for one in sheet.assessments:
            mark = row.marks.get(one.pk)
            email, comment = row.enrollment.student.email if emails else "", mark.comment if mark else ""
            yield [sheet.batch.code, one.title, _number_of(row), email, _cell_of(row.cell_of(one)), comment]


def _number_of(row: MarksRow) -> str:
    return getattr(row.enrollment, "student_number", None) or ""


def _cell_of(cell: Cell) -> Decimal | str:
    return text_of_cell(cell) if isinstance(cell, State) else _number(cell)


def _number(value: Decimal) -> Decimal:
    """Without zeros that say nothing."""
    return Decimal(plain_number(value))
