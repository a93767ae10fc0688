"""One of each kind that a period erases, a hundred days old."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from muster.accounts.models import User
from muster.attendance.models import AbsenceNotice, Evidence, EvidenceLook
from muster.core.files import keep
from muster.core.models import AuditEntry
from muster.core.ownership import as_owner, without_triggers
from muster.enrollments.models import Application, Enrollment
from muster.enrollments.rules import cancel_enrollment
from muster.exchange.models import ImportRun
from muster.institutions.models import SecurityEvent
from muster.messaging.models import Message
from muster.messaging.rules import send_message
from muster.notifications.models import Notification
from muster.people.models import StaffNote
from muster.people.notes import add_note
from muster.reports.models import ReportOrder
from tests.files import PDF
from tests.make import Campus

AGE, LONG_AGO = timedelta(days=100), timedelta(days=4 * 365)


def everything_a_hundred_days_old(campus: Campus) -> User:
    """A student who left then, with a note, a file of evidence that somebody opened, a message, an import of then, and
    somebody who was rejected; answers the student."""
    here: dict[str, Any] = {"institution": campus.institution}
    then, today = timezone.now() - AGE, campus.admin.today()
    batch = campus.batch()
    seat = campus.enroll(batch)
    person: User = seat.student
    add_note(by=campus.admin, student=person, text="Comes late on Mondays")
    notice = AbsenceNotice.objects.create(student=person, first_date=today, last_date=today, reason="Flu", **here)
    evidence = Evidence.objects.create(
        notice=notice,
        file=keep("evidence", PDF),
        file_name="note.pdf",
        file_size=len(PDF),
        file_digest="0" * 64,
        media_type="application/pdf",
        **here,
    )
    EvidenceLook.objects.create(evidence=evidence, looked_by=campus.admin.user, **here)
    send_message(by=campus.admin, batch=batch, subject="Monday", text="We start at nine.")
    ImportRun.objects.create(file_name="students.csv", status="done", rows=[{"full_name": "A"}], **here)
    made = {"kind": "mentoring", "status": "done", "file": keep("reports", PDF), "file_name": "mentoring.pdf"}
    ReportOrder.objects.create(by=campus.admin.user, **made, **here)
    application = Application.objects.create(batch=batch, full_name="Ada", email="ada@example.org", **here)
    Application.objects.filter(pk=application.pk).update(status="rejected", decision_note="Full", decided_at=then)
    cancel_enrollment(by=campus.admin, enrollment=seat)
    Notification.objects.filter(**here).exclude(pk=Notification.objects.filter(**here).first().pk).delete()
    Enrollment.objects.filter(pk=seat.pk).update(cancelled_at=then)
    aged: tuple[tuple[Any, str], ...] = (
        (Evidence, "created_at"),
        (Message, "created_at"),
        (Notification, "created_at"),
        (ImportRun, "created_at"),
        (ReportOrder, "created_at"),
        (EvidenceLook, "looked_at"),
        (StaffNote, "created_at"),
    )
    kept = (
        "attendance.Evidence:evidence_keeps_its_file",
        "attendance.EvidenceLook:looks_are_only_added_to",
    )
    with as_owner(), without_triggers(*kept):
        for model, column in aged:
            model.objects.filter(**here).update(**{column: then})
    return person


def logs_of_four_years_ago(campus: Campus) -> None:
    """An entry of the security log and one of history from then."""
    here, then = {"institution": campus.institution}, timezone.now() - LONG_AGO
    event = SecurityEvent.objects.create(kind="signed-in", name="Ada Admin", **here)
    with as_owner(), without_triggers("institutions.SecurityEvent:security_events_are_only_added_to"):
        SecurityEvent.objects.filter(pk=event.pk).update(created_at=then)
    with as_owner(), without_triggers("core.AuditEntry:audit_is_only_added_to"):
        newest = AuditEntry.objects.filter(owner_id=campus.institution.pk).latest("pk")
        AuditEntry.objects.filter(pk=newest.pk).update(at=then)
