"""The results sheet as its page draws it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.institutions.access import Actor
from muster.people.links import student_url
from muster.progression.grading import Reason, State, Verdict
from muster.progression.grading.typed import plain_number, text_of_cell
from muster.progression.models import SubjectMapping
from muster.progression.queries import ResultsSheet, SheetRow, statistics_of
from muster.web.progression.results_words import grade_of, reason_words, why_of

MOST_NAMES = 4
# What the rows are narrowed by, from the figures beside them.
SHOWN = (Verdict.MISSING, Verdict.FAILED, Verdict.WITHHELD)


def results_url(mapping: SubjectMapping, attempt: int = 1) -> str:
    """Where a sheet stands."""
    where = [mapping.batch_id, mapping.pk]
    if attempt == 1:
        return reverse("progression:results-sheet", args=where)
    return reverse("progression:results-attempt", args=[*where, attempt])


class ScoreColumn(NamedTuple):
    """A component as the head of a column."""

    code: str
    name: str
    most: str
    least: str
    mean: str

    @property
    def about(self) -> str:
        """What is asked for, where the head is not seen."""
        if not self.least:
            return _("of %(most)s") % {"most": self.most}
        return _("of %(most)s, min %(least)s") % {"most": self.most, "least": self.least}


class ScoreField(NamedTuple):
    """A cell as a text field; `state` is AB, EX, WH, or blank."""

    column: ScoreColumn
    name: str
    text: str
    state: str
    is_low: bool
    refused: str = ""


class StudentLine:
    """A student as a row of a sheet."""

    row: Any

    @property
    def key(self) -> str:
        return str(self.row.enrollment.pk)

    @property
    def name(self) -> str:
        return str(self.row.enrollment.student.full_name)

    @property
    def number(self) -> str:
        return getattr(self.row.enrollment, "student_number", None) or ""

    @property
    def url(self) -> str:
        return student_url(self.row.enrollment.student_id)


@dataclass(frozen=True)
class SheetLine(StudentLine):
    """A student as a row of the page. `typed` is what was sent instead of what stands, `refused` why not taken."""

    no: int
    row: SheetRow
    view: ResultsView
    typed: Mapping[str, str]
    refused: Mapping[str, str]

    def takes(self, field: ScoreField) -> bool:
        """Whether what was typed there may be saved."""
        return not self.row.is_locked

    @property
    def fields(self) -> list[ScoreField]:
        return [self._field(column) for column in self.view.columns]

    def _field(self, column: ScoreColumn) -> ScoreField:
        name, cell = f"s.{self.key}.{column.code}", self.row.cells[column.code]
        text, state = text_of_cell(cell), ""
        least = self.view.least[column.code]
        if isinstance(cell, State):
            state = text or "blank"
        is_low = not isinstance(cell, State) and cell < least
        return ScoreField(column, name, self.typed.get(name, text), state, is_low, self.refused.get(name, ""))

    @property
    def total(self) -> str:
        total = self.row.outcome.total
        return "–" if total is None else plain_number(total)

    @property
    def grade(self) -> str:
        return grade_of(self.row.outcome)

    @property
    def why(self) -> str:
        return why_of(self.view.sheet.scheme, self.row.outcome)


class ToLookAt(NamedTuple):
    """A group of rows that ask for a look, and where they stand alone."""

    verdict: str
    label: str
    tone: str
    number: int
    text: str
    url: str


class GradeBar(NamedTuple):
    """How many have a grade; `width` is of the largest, in percent."""

    grade: str
    number: int
    share: int
    width: int
    failed: bool


@dataclass
class ResultsView:
    """The sheet with everything the page says around it. `shown` narrows the rows to a verdict."""

    actor: Actor
    sheet: ResultsSheet
    attempts: range
    may_mark: bool
    shown: str = ""
    typed: Mapping[str, str] | None = None
    refused: Mapping[str, str] | None = None

    @property
    def mapping(self) -> SubjectMapping:
        return self.sheet.mapping

    @property
    def batch(self) -> Any:
        return self.mapping.batch

    @property
    def is_open(self) -> bool:
        """Whether this person may enter scores now."""
        return self.may_mark and not self.batch.is_archived

    @property
    def takes_scores(self) -> bool:
        """Whether a row is left that does."""
        return self.is_open and any(not row.is_locked for row in self.sheet.rows)

    @cached_property
    def statistics(self) -> dict[str, Any]:
        return statistics_of(self.sheet)

    @cached_property
    def least(self) -> dict[str, Any]:
        return {one.code: one.minimum for one in self.sheet.scheme.components}

    @cached_property
    def columns(self) -> list[ScoreColumn]:
        means = self.statistics["means"]
        return [
            ScoreColumn(
                one.code,
                getattr(one, "name", "") or one.code,
                plain_number(one.maximum),
                plain_number(one.minimum) if one.minimum else "",
                "–" if means[one.code] is None else str(means[one.code]),
            )
            for one in self.sheet.scheme.components
        ]

    @cached_property
    def lines(self) -> list[SheetLine]:
        """The students, numbered as in the whole sheet."""
        numbered = enumerate(self.sheet.rows, 1)
        return [
            SheetLine(no, row, self, self.typed or {}, self.refused or {})
            for no, row in numbered
            if self.shown in ("", row.outcome.verdict)
        ]

    @property
    def was(self) -> str:
        """What the form shows, to tell what was changed in it."""
        return json.dumps({field.name: field.text for line in self.lines for field in line.fields})

    @property
    def weight(self) -> str:
        return f"{float(self.sheet.scheme.weight):g}"

    @property
    def pass_mark(self) -> str:
        return plain_number(self.sheet.scheme.pass_percent)

    @property
    def done(self) -> int:
        """How many have a result."""
        return sum(self.statistics[one] for one in (Verdict.PASSED, Verdict.FAILED, Verdict.EXEMPT))

    @property
    def due(self) -> int:
        """How many would be published."""
        return len(self.sheet.due)

    @property
    def pass_words(self) -> str:
        graded = self.statistics["passed"] + self.statistics["failed"]
        if not graded:
            return "–"
        share = round(100 * self.statistics["passed"] / graded)
        return _("%(passed)d of %(all)d, %(share)d%%") % {
            "passed": self.statistics["passed"],
            "all": graded,
            "share": share,
        }

    @property
    def grades(self) -> list[GradeBar]:
        """The grades from the highest, as the scheme has them; passed and failed where it has none."""
        scheme, counts = self.sheet.scheme, dict(self.statistics["grades"])
        names = [band.grade for band in sorted(scheme.bands, key=lambda band: band.from_percent, reverse=True)]
        failing = scheme.failing.grade if scheme.failing else _("Failed")
        if not scheme.bands:
            names = [_("Passed"), failing]
            counts = {names[0]: self.statistics["passed"], failing: self.statistics["failed"]}
        names += [name for name in counts if name not in names]
        most, every = max(counts.values(), default=0) or 1, sum(counts.values()) or 1
        return [
            GradeBar(
                name,
                number := counts.get(name, 0),
                round(100 * number / every),
                round(100 * number / most),
                name == failing,
            )
            for name in names
        ]

    @property
    def to_look_at(self) -> list[ToLookAt]:
        """Who misses a score, failed, or is withheld."""
        made = []
        labels = {Verdict.MISSING: _("Missing"), Verdict.FAILED: _("Failed"), Verdict.WITHHELD: _("Withheld")}
        for verdict in SHOWN:
            rows = [row for row in self.sheet.rows if row.outcome.verdict == verdict]
            if rows:
                tone = {Verdict.MISSING: "warn", Verdict.FAILED: "bad"}.get(verdict, "")
                text = self._reasons(rows) if verdict == Verdict.FAILED else self._names(rows)
                made.append(ToLookAt(verdict, labels[verdict], tone, len(rows), text, self.narrowed_url(verdict)))
        return made

    def narrowed_url(self, verdict: str) -> str:
        """The rows of a verdict alone."""
        return f"{self.url}?{urlencode({'show': verdict})}"

    def _reasons(self, rows: list[SheetRow]) -> str:
        words = reason_words(self.sheet.scheme)
        said = [row.outcome.reasons[0].value for row in rows if row.outcome.reasons]
        return ", ".join(f"{said.count(reason)} {words[reason]}" for reason in Reason if reason in said)

    def _names(self, rows: list[SheetRow]) -> str:
        names = [str(row.enrollment.student.full_name) for row in rows]
        if len(names) <= MOST_NAMES:
            return ", ".join(names)
        left = len(names) - MOST_NAMES + 1
        more = ngettext("%(count)d more", "%(count)d more", left) % {"count": left}
        return ", ".join([*names[: MOST_NAMES - 1], more])

    @cached_property
    def is_published(self) -> bool:
        return any(row.result is not None for row in self.sheet.rows)

    @property
    def version(self) -> int:
        """The newest version that anybody has."""
        return max((row.result.version for row in self.sheet.rows if row.result is not None), default=0)

    @property
    def published_at(self) -> Any:
        return max(row.result.created_at for row in self.sheet.rows if row.result is not None)

    @property
    def left_open(self) -> int:
        return sum(not row.is_locked for row in self.sheet.rows)

    @property
    def url(self) -> str:
        return results_url(self.mapping, self.sheet.attempt)

    def action_url(self, name: str) -> str:
        return reverse(f"progression:results-{name}", args=[self.batch.pk, self.mapping.pk, self.sheet.attempt])

    @property
    def publish_url(self) -> str:
        return self.action_url("publish")

    @property
    def reopen_url(self) -> str:
        return self.action_url("reopen")

    @property
    def moderate_url(self) -> str:
        return self.action_url("moderate")

    @property
    def versions_url(self) -> str:
        return self.action_url("versions")

    @property
    def export_url(self) -> str:
        return self.action_url("export")
