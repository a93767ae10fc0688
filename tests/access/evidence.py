"""Why somebody did not come: absences, files, corrections. The student of the part announced and sent it all."""

from datetime import date
from typing import Any

from django.utils import timezone

from muster.attendance.models import AbsenceNotice, AttendanceRecord, CorrectionRequest, Evidence
from muster.core.files import keep
from muster.timetable.models import ClassSession
from tests.access.cases import ADMINS, MANAGERS, Case
from tests.access.world import FURTHER
from tests.files import PDF
from tests.make import House


def excused(house: House, found: dict[str, Any]) -> dict[str, Any]:
    """A learner who was absent from one session of the part's batch, with a file, and from a locked one."""
    here: dict[str, Any] = {"institution": house.institution}
    taught: dict[str, Any] = {**here, "batch_id": found["cohort_id"], "is_edited": True, "notes": "Evidence"}
    session = ClassSession.objects.create(date=date(2030, 1, 17), **taught)
    record = AttendanceRecord.objects.create(
        enrollment_id=found["learner_id"],
        session=session,
        record_date=session.date,
        status="ABSENT",
        marked_at=timezone.now(),
        **here,
    )
    notice = AbsenceNotice.objects.create(
        student=found["learner"],
        first_date=date(2030, 1, 22),
        last_date=date(2030, 1, 25),
        reason="Flu",
        announced_by=found["learner"],
        **here,
    )
    row = Evidence.objects.create(
        record=record,
        file=keep("evidence", PDF),
        file_name="note.pdf",
        file_size=len(PDF),
        file_digest="0" * 64,
        media_type="application/pdf",
        uploaded_by=found["learner"],
        **here,
    )
    locked = ClassSession.objects.create(
        date=date(2030, 1, 24), is_locked=True, locked_at=timezone.now(), status="held", **taught
    )
    asked = CorrectionRequest.objects.create(
        enrollment_id=found["learner_id"], session=locked, notice=notice, asked_by=found["learner"], **here
    )
    return {
        "record_id": record.pk,
        "missed_id": session.pk,
        "absence_id": notice.pk,
        "evidence_id": row.pk,
        "correction_id": asked.pk,
    }


FURTHER.append(excused)

ANYBODY = f"{MANAGERS} instructor student corporate-student"
NARROWED = "branch-manager dept-admin"
CONCERNED: dict[str, Any] = {
    "own": f"{MANAGERS} instructor student",
    "sibling": ADMINS,
    "elsewhere": f"{NARROWED} instructor corporate-student",
}
# Instructors see it, and leave it to whoever sent it or manages the batch.
SENDERS: dict[str, Any] = {
    "own": f"{MANAGERS} student",
    "sees_own": "instructor",
    "sibling": ADMINS,
    "elsewhere": f"{NARROWED} instructor corporate-student",
}
DECIDERS: dict[str, Any] = {"own": ADMINS, "sibling": ADMINS}
LINE = {"session_id": "missed_id", "enrollment_id": "learner_id"}

CASES = [
    Case("GET /api/institution/absences", own=ANYBODY),
    Case("POST /api/institution/absences", own=ANYBODY),
    Case("GET /api/institution/absences/{absence_id}", **CONCERNED),
    Case("DELETE /api/institution/absences/{absence_id}", **SENDERS),
    Case("POST /api/institution/absences/{absence_id}/evidence", **CONCERNED),
    Case("GET /api/institution/attendance/records/{record_id}/evidence", **CONCERNED),
    Case("POST /api/institution/attendance/records/{record_id}/evidence", **CONCERNED),
    Case("GET /api/evidence/{evidence_id}", **CONCERNED),
    Case("DELETE /api/evidence/{evidence_id}", **SENDERS),
    Case(
        "GET /api/evidence/{evidence_id}/looks", own=f"{ADMINS} student", sibling=ADMINS, elsewhere="corporate-student"
    ),
    Case("GET /api/institution/attendance/corrections", own=ANYBODY),
    Case("PUT /api/institution/attendance/corrections/{correction_id}", **DECIDERS),
    Case("GET /absences/", own=ANYBODY),
    Case("GET /attendance/mine/", own="student corporate-student"),
    Case("GET /absences/{absence_id}/", **CONCERNED),
    Case("GET /evidence/{evidence_id}/", **CONCERNED),
    Case("GET /requests/", **DECIDERS),
    *(Case(f"{method} /absences/new/", own=ANYBODY) for method in ("GET", "POST")),
    *(Case(f"{method} /absences/{{absence_id}}/evidence/", **CONCERNED) for method in ("GET", "POST")),
    *(Case(f"{method} /absences/{{absence_id}}/withdraw/", **SENDERS) for method in ("GET", "POST")),
    *(Case(f"{method} /attendance/records/{{record_id}}/evidence/", **CONCERNED) for method in ("GET", "POST")),
    *(Case(f"{method} /evidence/{{evidence_id}}/remove/", **SENDERS) for method in ("GET", "POST")),
    *(Case(f"{method} /corrections/{{correction_id}}/", **DECIDERS) for method in ("GET", "POST")),
    *(
        Case(
            f"{method} /institution/attendance/sessions/{{session_id}}/learners/{{enrollment_id}}/evidence/",
            fill=LINE,
            **CONCERNED,
        )
        for method in ("GET", "POST")
    ),
]
