"""Lists of marks: a line for each student in an assessment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.assessment.models import Assessment, AssessmentMark
from muster.assessment.permissions import assessments, batch_assessments
from muster.assessment.rules import MarkGiven, save_marks
from muster.assessment.rules.marks import MOST_MARKS
from muster.batches.models import Batch
from muster.core.errors import DomainError, Invalid
from muster.core.text import clean_line
from muster.enrollments.models import Enrollment
from muster.exchange.lists import ListRow, RowChange, RowOutcome
from muster.exchange.rules.lists import ListImport, edited_by_hand
from muster.exchange.rules.progress import Progress
from muster.institutions.models import Affiliation
from muster.institutions.numbers import AmbiguousNumber, ByNumber, has_number
from muster.progression.grading import Cell, State
from muster.progression.grading.typed import cell_of_text, text_of_cell

PUBLISHED = gettext_lazy("The mark is published. Reopen it first.")
# What the import changes of a mark that is here.
COLUMNS = ("score", "state", "comment")


class MarkFound(NamedTuple):
    """What a line is about."""

    assessment: Assessment
    enrollment_id: UUID
    value: Cell | None
    comment: str | None


class MarksImport(ListImport):
    """Marks: a student, found by number or email, in an assessment of a batch, by its title."""

    kind = "marks"

    def look(self) -> None:
        self.found: dict[int, MarkFound] = {}
        rows = self.of(RowOutcome.NEW)
        batches, titles = self._batches(rows), self._assessments(rows)
        self._find_students(rows)
        said: dict[tuple[UUID, UUID], int] = {}
        for row in rows:
            found = self._find(row, batches, titles)
            if found is None:
                continue
            key = found.assessment.pk, found.enrollment_id
            if key in said:
                row.skip("", _("The same as line %(line)d.") % {"line": said[key]})
                continue
            said[key] = row.line
            self.found[row.line] = found
        self._compare()

    def here(self) -> int:
        return AssessmentMark.objects.filter(assessment__in=self._own().order_by().values("pk")).count()

    def _own(self) -> QuerySet[Assessment]:
        """The assessments that the actor marks."""
        return assessments.rows(self.by, "change")

    def _batches(self, rows: Sequence[ListRow]) -> dict[str, Batch]:
        codes = {row.cells["batch"].lower() for row in rows if row.cells.get("batch")}
        here = batch_assessments.rows(self.by, "assess", among=Batch.objects.existing()).annotate(lower=Lower("code"))
        return {one.code.lower(): one for one in here.filter(lower__in=codes).select_related("institution")}

    def _assessments(self, rows: Sequence[ListRow]) -> dict[tuple[UUID, str], Assessment]:
        titles = {row.cells["assessment"].lower() for row in rows if row.cells.get("assessment")}
        here = self._own().annotate(lower=Lower("title"))
        return {(one.batch_id, one.title.lower()): one for one in here.filter(lower__in=titles)}

    def _find_students(self, rows: Sequence[ListRow]) -> None:
        """The students who are named, by number and by email, and the latest enrollment of each in each batch."""
        numbers = {row.cells["number"] for row in rows if row.cells.get("number")}
        emails = {row.cells["email"].lower() for row in rows if row.cells.get("email")}
        people = Affiliation.objects.filter(institution=self.by.institution).select_related("user")
        named = people.annotate(address=Lower("user__email")).filter(
            has_number("student_number", numbers) | Q(address__in=emails)
        )
        self.numbers = ByNumber((one.student_number, one.user_id) for one in named)
        self.emails = {one.user.email.lower(): one.user_id for one in named if one.user.email}
        seats = Enrollment.objects.filter(
            student__in=[one.user_id for one in named], institution=self.by.institution, batch__isnull=False
        )
        self.seats: dict[tuple[UUID | None, UUID | None], Enrollment] = {
            (seat.student_id, seat.batch_id): seat for seat in seats.order_by("created_at", "pk")
        }

    def _find(
        self,
        row: ListRow,
        batches: Mapping[str, Batch],
        titles: Mapping[tuple[UUID, str], Assessment],
    ) -> MarkFound | None:
        cells = row.cells
        batch = batches.get(cells.get("batch", "").lower())
        if batch is None:
            row.wrong("batch", _("The batch %(code)s doesn't exist.") % {"code": cells.get("batch", "")[:40]})
            return None
        if batch.is_archived:
            row.wrong("batch", _("The batch %(code)s is archived.") % {"code": batch.code})
            return None
        assessment = titles.get((batch.pk, cells.get("assessment", "").lower()))
        if assessment is None:
            words = _("%(code)s has no assessment called %(title)s.")
            row.wrong("assessment", words % {"code": batch.code, "title": cells.get("assessment", "")[:60]})
        name = "number" if cells.get("number") else "email"
        seat = None
        try:
            text = cells.get(name, "")
            student = self.numbers.find(text) if name == "number" else self.emails.get(text.lower())
            seat = self.seats.get((student, batch.pk))
            if seat is None:
                row.wrong(name, _("This student isn't in %(code)s.") % {"code": batch.code})
        except AmbiguousNumber as refusal:
            row.wrong(name, refusal.message)
        value: Cell | None = None
        try:
            value = cell_of_text(cells.get("mark", ""))
        except Invalid as refusal:
            row.wrong("mark", refusal.message)
        if assessment is None or seat is None or row.outcome != RowOutcome.NEW:
            return None
        assessment.batch = batch
        return MarkFound(assessment, seat.pk, value, cells.get("comment") or None)

    def _compare(self) -> None:
        """An empty cell changes nothing; a mark that is published stays."""
        keys = {(one.assessment.pk, one.enrollment_id) for one in self.found.values()}
        rows = AssessmentMark.objects.filter(assessment__in={pk for pk, _seat in keys})
        self.stored = {(one.assessment_id, one.enrollment_id): one for one in rows}
        by_hand = edited_by_hand({one.pk for key, one in self.stored.items() if key in keys})
        for row in self.of(RowOutcome.NEW):
            found = self.found[row.line]
            mark = self.stored.get((found.assessment.pk, found.enrollment_id))
            if mark is None:
                if found.value is None and not found.comment:
                    row.outcome = RowOutcome.SAME
                continue
            reason = str(PUBLISHED) if mark.published_at else ""
            said = []
            if found.value is not None and found.value != mark.cell:
                edited = mark.cell != State.BLANK and bool({(mark.pk, "score"), (mark.pk, "state")} & by_hand)
                change = RowChange("mark", text_of_cell(mark.cell), text_of_cell(found.value))
                said.append(self.keep_back(change, edited=edited, reason=reason))
            # A cell is one line.
            if found.comment is not None and found.comment != clean_line(mark.comment):
                edited = bool(mark.comment) and (mark.pk, "comment") in by_hand
                change = RowChange("comment", mark.comment, found.comment)
                said.append(self.keep_back(change, edited=edited, reason=reason))
            row.differs(said)

    def write(self, progress: Progress) -> None:
        by_batch: dict[UUID, list[ListRow]] = defaultdict(list)
        for row in self.of(RowOutcome.NEW, RowOutcome.CHANGED):
            by_batch[self.found[row.line].assessment.batch_id].append(row)
        done, total = 0, sum(map(len, by_batch.values()))
        for rows in by_batch.values():
            for first in range(0, len(rows), MOST_MARKS):
                self._save(rows[first : first + MOST_MARKS])
            done += len(rows)
            progress(done, total)

    def _save(self, rows: list[ListRow]) -> None:
        """Marks of one batch; lines that the rule refuses are wrong, and the others are saved without them."""
        batch = self.found[rows[0].line].assessment.batch
        try:
            save_marks(by=self.by, batch=batch, marks=[self._given(place, row) for place, row in enumerate(rows)])
        except DomainError as refusal:
            refused = {int(parts[1]): one for one in refusal.errors if len(parts := one.field.split(".")) == 3}
            for place, row in enumerate(rows):
                if not refused or place in refused:
                    row.wrong("mark", refused[place].message if refused else refusal.message)
            if left := [row for place, row in enumerate(rows) if refused and place not in refused]:
                self._save(left)
        else:
            self._remember(rows)

    def _given(self, place: int, row: ListRow) -> MarkGiven:
        found = self.found[row.line]
        takes = row.takes if row.outcome == RowOutcome.CHANGED else {"mark", "comment"}
        has_value = "mark" in takes and found.value is not None
        comment = found.comment if "comment" in takes else None
        key = found.assessment.pk, found.enrollment_id
        return MarkGiven(place, *key, found.value, comment, has_value=has_value)

    def _remember(self, rows: Sequence[ListRow]) -> None:
        """What was made, and what changed of what was there, so that it can be undone."""
        keys = [(self.found[row.line].assessment.pk, self.found[row.line].enrollment_id) for row in rows]
        stored = AssessmentMark.objects.filter(assessment__in={pk for pk, _seat in keys})
        now = {(one.assessment_id, one.enrollment_id): one for one in stored}
        self.report.keep(self.kind, [now[key] for key in keys if key not in self.stored and key in now])
        for key in keys:
            before = self.stored.get(key)
            if before is None or key not in now:
                continue
            told: dict[str, list[Any]] = {}
            for name in COLUMNS:
                was, is_now = getattr(before, name), getattr(now[key], name)
                if was != is_now:
                    told[name] = [None if was is None else str(was), None if is_now is None else str(is_now)]
            self.changed.append((AssessmentMark._meta.label, str(before.pk), told))
