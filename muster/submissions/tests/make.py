"""A class to submit something of."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from muster.accounts.models import User
from muster.attendance.models import AttendanceRecord
from muster.batches.models import Batch
from muster.core.ownership import without_triggers
from muster.enrollments.models import Enrollment
from muster.institutions.models import Role
from muster.submissions.models import ExportTemplate, Submission
from muster.submissions.resources import EXPORT_TEMPLATES, TEMPLATE_COLUMNS
from muster.submissions.rules import ResourceInput, draft_submission, submit_submission
from tests.make import Campus

JANUARY = (date(2030, 1, 1), date(2030, 1, 31))


class Reporting:
    """An institution with a regulator, and a batch with a student who was marked twice in January."""

    def __init__(self, campus: Campus | None = None) -> None:
        self.campus = campus or Campus.found()
        self.regulator: User = self.campus.person(Role.REGULATOR, "Lindiwe Radebe")
        self.batch: Batch = self.campus.batch(code="DA-JAN-2030")
        self.seat: Enrollment = self.campus.enroll(self.batch, self.campus.student("Ada Byron"))
        self.mark(date(2030, 1, 8), "PRESENT")
        self.mark(date(2030, 1, 9), "ABSENT")

    def mark(self, day: date, status: str) -> None:
        """A daily record of the student, as if the day had come."""
        record = AttendanceRecord(
            institution=self.campus.institution,
            enrollment=self.seat,
            record_date=day,
            status=status,
            marked_at=timezone.now(),
        )
        with without_triggers("attendance.AttendanceRecord:marks_are_kept"):
            record.save(force_insert=True)

    def item(self, what: str = "ATTENDANCE_REGISTER", **fields: Any) -> ResourceInput:
        """Something of January."""
        plan = {"batch": self.batch, "from_date": JANUARY[0], "to_date": JANUARY[1], **fields}
        return ResourceInput(what, **plan)

    def draft(self, *items: ResourceInput, **fields: Any) -> Submission:
        """A draft for the regulator, of registers and the enrollment list unless items are named."""
        plan: dict[str, Any] = {
            "title": "Attendance, January",
            "regulator": self.regulator,
            "resources": items or [self.item(), self.item("ENROLMENT_LIST")],
            **fields,
        }
        return draft_submission(by=self.campus.admin, **plan)

    def submitted(self, *items: ResourceInput, **fields: Any) -> Submission:
        """The same, handed in."""
        return submit_submission(by=self.campus.admin, submission=self.draft(*items, **fields))

    def template(self, *columns: dict[str, Any], **fields: Any) -> ExportTemplate:
        """A template with these columns."""
        plan = {
            "name": f"Template {ExportTemplate.objects.count()}",
            "format": "fixed",
            "has_headings": False,
            **fields,
        }
        template = EXPORT_TEMPLATES.add(by=self.campus.admin, fields=plan)
        for place, column in enumerate(columns, 1):
            given = {"heading": column["source"], "place": place, **column}
            TEMPLATE_COLUMNS.add(by=self.campus.admin, within=template, fields=given)
        return template
