"""An old register becomes daily records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.attendance.models import AttendanceRecord
from muster.attendance.rules.daily import AT_ONCE, FIRST_DAY, TakenOver, take_over_daily
from muster.batches.models import Batch
from muster.core.database import atomic, lock_word
from muster.enrollments.models import Enrollment
from muster.exchange.lists import ListRow, RowChange
from muster.exchange.registers import OldMark
from muster.exchange.report import Report
from muster.exchange.rules.progress import Progress, no_progress
from muster.exchange.sections import SkippedLine
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation
from muster.institutions.numbers import AmbiguousNumber, ByNumber, has_number

MOST_PROBLEMS = 1000
STAYS = gettext_lazy("The mark here stays.")
# An enrollment and a date.
Key = tuple[UUID, date]


@atomic
def import_register(
    *, by: Actor, marks: Sequence[OldMark], problems: Sequence[SkippedLine] = (), progress: Progress = no_progress
) -> Report:
    """Bring the marks in as daily records; what is there already stays as it is.

    A learner is found by number or e-mail among those who were ever enrolled in the batch; whoever is not there is
    reported and left out, and so is what lies in the future or in an archived batch. Holds a lock on the institution's
    imports; `progress` is told how many marks of how many are written.
    """
    lock_word("import", by.institution.pk)
    report = Report.of_register()
    left_out = list(problems)
    batches = {
        batch.code.lower(): batch
        for batch in Batch.objects.existing()
        .filter(institution=by.institution)
        .select_related("institution", "branch")
        .annotate(lower=Lower("code"))
        .filter(lower__in={mark.batch.lower() for mark in marks})
    }
    by_student, by_email = _enrollments(batches.values())
    named = Affiliation.objects.filter(
        has_number("student_number", {mark.student_number for mark in marks}), institution=by.institution
    )
    numbers = ByNumber(named.values_list("student_number", "user_id"))
    wanted: dict[tuple[UUID, date], TakenOver] = {}
    reported: set[tuple[int, str]] = set()

    def find(mark: OldMark) -> tuple[UUID | None, str]:
        """The enrollment that a mark is of, or why it is left out."""
        batch = batches.get(mark.batch.lower())
        if batch is None:
            return None, _("The batch %(code)s doesn't exist.") % {"code": mark.batch[:40]}
        if batch.is_archived:
            return None, _("The batch %(code)s is archived.") % {"code": batch.code}
        if number := mark.student_number:
            try:
                enrollment = by_student.get((batch.pk, numbers.find(number)))
            except AmbiguousNumber as refusal:
                return None, refusal.message
        else:
            enrollment = by_email.get((batch.pk, mark.email))
        if enrollment is None:
            return None, _("This student was never enrolled in %(code)s.") % {"code": batch.code}
        if not FIRST_DAY <= mark.day <= batch.today():
            return None, _("%(day)s is in the future or too far in the past.") % {"day": mark.day.isoformat()}
        return enrollment, _("This student is in the file twice.") if (enrollment, mark.day) in wanted else ""

    said: dict[tuple[UUID, date], OldMark] = {}
    for mark in marks:
        enrollment, wrong = find(mark)
        if enrollment is not None and not wrong:
            wanted[enrollment, mark.day] = (enrollment, mark.day, mark.mark, mark.minutes_late, mark.notes)
            said[enrollment, mark.day] = mark
            continue
        report.skipped("daily_records")
        if (mark.line, wrong) not in reported:
            reported.add((mark.line, wrong))
            left_out.append(SkippedLine(mark.line, mark.who[:60], wrong))
    _write(by, list(wanted.values()), said, report, progress)
    left_out.sort(key=lambda problem: problem.line)
    report.problems = [asdict(problem) for problem in left_out[:MOST_PROBLEMS]]
    if len(left_out) > MOST_PROBLEMS:
        report.warnings.append(_("%(count)d more lines were skipped.") % {"count": len(left_out) - MOST_PROBLEMS})
    return report


def _enrollments(
    batches: Iterable[Batch],
) -> tuple[dict[tuple[UUID, UUID | None], UUID], dict[tuple[UUID, str], UUID]]:
    """The latest enrollment of each student in each batch, by student and by e-mail, in one statement."""
    rows = (
        Enrollment.objects.filter(batch__in=list(batches))
        .order_by("created_at")
        .values_list("batch_id", "student_id", Lower("student__email"), "pk")
    )
    by_student: dict[tuple[UUID, UUID | None], UUID] = {}
    by_email: dict[tuple[UUID, str], UUID] = {}
    for batch_id, student, email, pk in rows:
        by_email[batch_id, email] = by_student[batch_id, student] = pk
    return by_student, by_email


def _write(
    by: Actor, rows: Sequence[TakenOver], said: Mapping[Key, OldMark], report: Report, progress: Progress
) -> None:
    differing: dict[int, ListRow] = {}
    for first in range(0, len(rows), AT_ONCE):
        part = rows[first : first + AT_ONCE]
        added = take_over_daily(by=by, rows=part)
        report.made("daily_records", len(added))
        made = report.made_rows.setdefault("daily_records", {})
        for enrollment, day in added:
            made.setdefault(str(enrollment), []).append(day.isoformat())
        there = [row for row in part if (row[0], row[1]) not in added]
        if there:
            standing = _standing(there)
            other = [row for row in there if standing.get((row[0], row[1])) != (str(row[2]), row[3])]
            report.unchanged("daily_records", len(there) - len(other))
            report.kept("daily_records", len(other))
            for row in other:
                mark = said[row[0], row[1]]
                line = differing.setdefault(mark.line, ListRow(mark.line, {"name": mark.who}))
                before = _in_words(*standing.get((row[0], row[1]), ("", None)))
                change = RowChange(row[1].isoformat(), before, _in_words(str(row[2]), row[3]), str(STAYS))
                line.differs([*line.changes, change])
        progress(min(first + AT_ONCE, len(rows)), len(rows))
    report.rows = [differing[line].as_json() for line in sorted(differing)]


def _in_words(mark: str | None, minutes: int | None) -> str:
    return f"{mark} {minutes}" if minutes is not None else mark or ""


def _standing(rows: Sequence[TakenOver]) -> dict[Key, tuple[str | None, int | None]]:
    """How these records stand here."""
    return {
        (enrollment, day): (status, minutes)
        for enrollment, day, status, minutes in AttendanceRecord.objects.filter(
            session__isnull=True, enrollment__in={row[0] for row in rows}, record_date__in={row[1] for row in rows}
        ).values_list("enrollment_id", "record_date", "status", "minutes_late")
    }
