"""What the files of a submission hold: registers, the enrollment list, results, or what an export template lays out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy

from muster.accounts.models import by_family_name
from muster.attendance.register_files import MARKS, marks_of
from muster.core.exports import Export, ExportColumn
from muster.core.spreadsheets import csv_lines
from muster.exchange.exports import ENROLLMENTS, enrollment_rows
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation
from muster.progression.models import SubjectResult
from muster.submissions.filling import CSV_TYPE, MadeFile, file_stem, fill_template, students_of_batches
from muster.submissions.models import SubmissionResource

RESULTS = Export(
    [
        ExportColumn("batch_code", lambda row: row.mapping.batch.code, gettext_lazy("Batch")),
        ExportColumn("student_number", lambda row: row.student_number, gettext_lazy("Student number")),
        ExportColumn("full_name", lambda row: row.enrollment.student.full_name, gettext_lazy("Student")),
        ExportColumn("subject_code", lambda row: row.mapping.subject.code, gettext_lazy("Subject code")),
        ExportColumn("subject", lambda row: row.mapping.subject.title, gettext_lazy("Subject")),
        ExportColumn("semester", lambda row: row.mapping.semester, gettext_lazy("Semester")),
        ExportColumn("attempt", lambda row: row.attempt, gettext_lazy("Attempt")),
        ExportColumn("total", lambda row: row.total, gettext_lazy("Total")),
        ExportColumn("percent", lambda row: row.percent, gettext_lazy("Percent")),
        ExportColumn("grade", lambda row: row.grade, gettext_lazy("Grade")),
        ExportColumn("credits", lambda row: row.earned, gettext_lazy("Credits earned")),
        ExportColumn("verdict", lambda row: row.verdict, gettext_lazy("Verdict")),
        ExportColumn("version", lambda row: row.version, gettext_lazy("Version")),
        ExportColumn("published_on", lambda row: row.created_at.date(), gettext_lazy("Published on")),
        ExportColumn("enrollment_id", lambda row: str(row.enrollment_id)),
    ]
)
# How the file of each type begins its name.
STEMS = {"ATTENDANCE_REGISTER": "registers", "ENROLMENT_LIST": "enrollment", "RESULTS": "results"}


def make_file(actor: Actor, resource: SubmissionResource) -> MadeFile:
    """The file of an item, as the records stand now. Email addresses and phone numbers are left out of the lists.

    Raises RowsRefused where a template can't write a row.
    """
    batch, first, last = resource.batch, resource.from_date, resource.to_date
    if resource.template is not None:
        filled = fill_template(resource.template, [batch], first, last)
        return filled.as_file(file_stem(resource.template.name, batch.code, first, last))
    stem = file_stem(STEMS[resource.type], batch.code, first, last)
    if resource.type == SubmissionResource.Type.ATTENDANCE_REGISTER:
        marks = marks_of(actor).filter(enrollment__batch=batch, record_date__range=(first, last))
        return _as_csv(stem, MARKS, list(marks))
    if resource.type == SubmissionResource.Type.ENROLMENT_LIST:
        there = students_of_batches([batch], first, last).order_by().values("pk")
        return _as_csv(stem, ENROLLMENTS, list(enrollment_rows(actor).filter(pk__in=there)))
    return _as_csv(stem, RESULTS, list(_results(resource)))


def _results(resource: SubmissionResource) -> Iterable[Any]:
    """The results of the batch that were published on these days and still stand."""
    number = Affiliation.objects.filter(institution=OuterRef("institution"), user=OuterRef("enrollment__student"))
    return (
        SubjectResult.objects.filter(
            mapping__batch=resource.batch,
            is_current=True,
            created_at__date__range=(resource.from_date, resource.to_date),
        )
        .select_related("enrollment__student", "mapping__subject", "mapping__batch")
        .annotate(student_number=Subquery(number.values("student_number")[:1]))
        .order_by(
            by_family_name("enrollment__student__"), "mapping__semester", "mapping__subject__code", "attempt", "pk"
        )
    )


def _as_csv(stem: str, export: Export, rows: Sequence[Any]) -> MadeFile:
    text = "".join(csv_lines(export.lines(rows, contacts=False)))
    return MadeFile(f"{stem}.csv", CSV_TYPE, text.encode(), len(rows))
