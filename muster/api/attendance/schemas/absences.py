"""Absences, evidence and corrections as the API speaks of them."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict

from muster.api.attendance.schemas.registers import DoerOut, doer_json
from muster.api.kit import Date, Moment, PersonOut, Stamped, key, stamp, timestamp
from muster.attendance.models import AbsenceNotice, CorrectionRequest, Evidence
from muster.attendance.queries.absences import MissedSession


class EvidenceFileOut(Stamped):
    """A file that shows why. `url` gives it out; null once it was removed."""

    record_id: str | None
    absence_id: str | None
    kind: str
    file_name: str
    file_size: int
    media_type: str
    note: str
    uploaded_by: DoerOut | None
    url: str | None


class AddedEvidenceOut(EvidenceFileOut):
    """A file that was kept, and the corrections that were asked for, since it came after the lock."""

    corrections: list[str]


class LookOut(TypedDict):
    """Somebody who was given the file."""

    looked_by: DoerOut | None
    looked_at: Moment


class MissedOut(TypedDict):
    """A session that falls into an absence, with the mark that stands."""

    session_id: str
    enrolment_id: str
    cohort_id: str
    date: Date
    start_time: str | None
    title: str
    record_id: str | None
    status: str | None
    is_locked: bool


class AbsenceOut(Stamped):
    """An absence. Without `enrolment_id` it is from all classes; `session_id` names one session alone."""

    learner: PersonOut
    enrolment_id: str | None
    cohort_id: str | None
    session_id: str | None
    first_date: Date
    last_date: Date
    reason: str
    status: str
    announced_by: DoerOut | None
    withdrawn_at: Moment | None
    evidence: list[EvidenceFileOut]
    pending_corrections: int


class WholeAbsenceOut(AbsenceOut):
    """An absence with the sessions that fall into it."""

    sessions: list[MissedOut]


class AnnouncedAbsenceOut(WholeAbsenceOut):
    """An absence that was announced, and the corrections that were asked for because of it."""

    corrections: list[str]


class CorrectionOut(Stamped):
    """A mark in a locked register that shall become another one."""

    session_id: str
    enrolment_id: str
    absence_id: str
    learner: PersonOut
    date: Date
    from_status: str | None
    to_status: str
    status: str
    asked_by: DoerOut | None
    decided_by: DoerOut | None
    decided_at: Moment | None
    decision_reason: str


def evidence_json(row: Evidence) -> EvidenceFileOut:
    """A file, from `evidence_in_full`."""
    by = row.uploaded_by
    return {
        **stamp(row),
        "record_id": key(row.record_id),
        "absence_id": key(row.notice_id),
        "kind": row.kind,
        "file_name": row.file_name,
        "file_size": row.file_size,
        "media_type": row.media_type,
        "note": row.note,
        "uploaded_by": doer_json(by.pk, by.full_name) if by else None,
        "url": None if row.removed_at else f"/api/evidence/{row.pk}",
    }


def missed_json(one: MissedSession) -> MissedOut:
    """A session of an absence."""
    return {
        "session_id": str(one.session_id),
        "enrolment_id": str(one.enrollment_id),
        "cohort_id": str(one.batch_id),
        "date": one.day.isoformat(),
        "start_time": f"{one.start_time:%H:%M}" if one.start_time else None,
        "title": one.title,
        "record_id": key(one.record_id),
        "status": one.status,
        "is_locked": one.is_locked,
    }


def absence_json(notice: AbsenceNotice) -> AbsenceOut:
    """An absence, from `notices_in_full`."""
    full: Any = notice
    by = notice.announced_by
    return {
        **stamp(notice),
        "learner": person_json(notice.student),
        "enrolment_id": key(notice.enrollment_id),
        "cohort_id": key(notice.enrollment.batch_id) if notice.enrollment else None,
        "session_id": key(notice.session_id),
        "first_date": notice.first_date.isoformat(),
        "last_date": notice.last_date.isoformat(),
        "reason": notice.reason,
        "status": notice.status,
        "announced_by": doer_json(by.pk, by.full_name) if by else None,
        "withdrawn_at": timestamp(notice.withdrawn_at),
        "evidence": [evidence_json(row) for row in full.files],
        "pending_corrections": full.waiting,
    }


def person_json(person: Any) -> PersonOut:
    """A learner."""
    return {"_id": str(person.pk), "full_name": person.full_name, "email": person.email}


def correction_json(row: CorrectionRequest) -> CorrectionOut:
    """A correction, from `corrections_in_full`."""
    asker, decider = row.asked_by, row.decided_by
    return {
        **stamp(row),
        "session_id": str(row.session_id),
        "enrolment_id": str(row.enrollment_id),
        "absence_id": str(row.notice_id),
        "learner": person_json(row.enrollment.student),
        "date": row.session.date.isoformat(),
        "from_status": row.from_status,
        "to_status": row.to_status,
        "status": row.status,
        "asked_by": doer_json(asker.pk, asker.full_name) if asker else None,
        "decided_by": doer_json(decider.pk, decider.full_name) if decider else None,
        "decided_at": timestamp(row.decided_at),
        "decision_reason": row.decision_reason,
    }
