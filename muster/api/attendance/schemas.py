"""What the API says of registers and absences: cohort, enrolment, facilitator and learner are the contract's words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NotRequired
from uuid import UUID

from django.utils import timezone
from typing_extensions import TypedDict

from muster.accounts.models import User
from muster.api.kit import Date, Moment, PersonOut, Stamped, in_shape, key, timestamp
from muster.api.photos import photo_url
from muster.attendance.models import AbsenceNotice, AttendanceRecord, CorrectionRequest, Evidence, Mark
from muster.attendance.queries import MarkCounts, Register, RegisterRow, late_from, proposed_mark, signature_of
from muster.attendance.queries.absences import AbsenceEvidence, AnnouncedAbsence, MissedSession, evidence_of_sessions
from muster.institutions.access import Actor
from muster.timetable.models import ClassSession


class CohortNameOut(TypedDict):
    """A batch, by name."""

    cohort_id: str
    name: str
    code: str


class DoerOut(TypedDict):
    """Somebody who did something."""

    _id: str
    full_name: str


class CohortOut(Stamped):
    """A batch by its cohort name. `marked_count` are the registers taken; the rate is in percent, null without any."""

    cohort_id: str
    institution_id: str
    qualification_id: str | None
    qualification_title: str | None
    name: str
    code: str
    start_date: Moment | None
    end_date: Moment | None
    status: str
    facilitators: list[PersonOut]
    learner_count: int
    session_count: int
    marked_count: int
    attendance_rate: float | None


class SignatureOut(TypedDict):
    """Who signed a register, and what they stated. Unlocking voids it."""

    signed_by_user_id: str | None
    name: str
    statement: str
    signed_at: Moment


class SessionOut(Stamped):
    """A class session. Clock times `HH:MM` are local to the batch; a shared session has several `cohorts`."""

    session_id: str
    cohort_id: str
    cohort_name: str
    cohorts: list[CohortNameOut]
    date: Date
    start_time: str | None
    end_time: str | None
    session_type: str
    title: str
    subject: str | None
    instructor: DoerOut | None
    location: str
    notes: str
    status: str
    is_locked: bool
    locked_at: Moment | None
    locked_by_user_id: str | None
    locked_by: DoerOut | None
    signature: SignatureOut | None
    version: int


class LearnerOut(PersonOut):
    """A student on a register."""

    student_number: str | None
    photo_url: str | None


class EvidenceOut(TypedDict):
    """A file that shows why."""

    _id: str
    file_name: str
    kind: str


class AnnouncedOut(TypedDict):
    """An absence that was announced: the mark to expect is `proposes`."""

    _id: str
    reason: str
    first_date: Date
    last_date: Date
    proposes: str


class RegisterRowOut(TypedDict):
    """One learner and the mark that stands; null where there is none.

    `last_sessions` are the letters P, A, L, E of the five sessions before, the newest last, a dash where there is no
    mark. `outcome` is told of marks that were sent: `saved`, `unchanged` (it stood already) or `overtaken` (a newer
    one stands).
    """

    enrolment_id: str
    cohort_id: str
    learner: LearnerOut
    record_id: str | None
    status: str | None
    minutes_late: int | None
    notes: str
    marked_at: Moment | None
    marked_by: DoerOut | None
    evidence: list[EvidenceOut]
    absence: AnnouncedOut | None
    correction_pending: bool
    last_sessions: NotRequired[str]
    outcome: NotRequired[str]


class SummaryOut(TypedDict):
    """How many of each mark."""

    PRESENT: int
    ABSENT: int
    LATE: int
    EXCUSED: int
    unmarked: int
    total: int


class ProposedMarkOut(TypedDict):
    """How somebody who comes in now is to be marked."""

    status: str
    minutes_late: int | None


class RegisterOut(TypedDict):
    """The register of one session.

    `late_from` is when arrivals become late, by the institution's setting; `proposed` how to mark who comes in now,
    null while the session isn't on.
    """

    session: SessionOut
    register: list[RegisterRowOut]
    summary: SummaryOut
    late_from: Moment | None
    proposed: ProposedMarkOut | None


class FilledOut(TypedDict):
    """Filled in: as present, and as excused where an absence was announced."""

    PRESENT: int
    EXCUSED: int


class MarkedOut(SummaryOut):
    """The summary of a register after it was marked. `filled` are those who were not named and had no mark."""

    session_id: str
    status: str
    filled: FilledOut


class DailyRecordOut(Stamped):
    """One record without a session. `left_out` says why it doesn't count towards attendance: `session` (there is a mark
    in a session that day), `dates` (outside the batch's dates) or `seat` (not enrolled that day).
    """

    record_id: str
    enrolment_id: str
    cohort_id: str | None
    cohort_name: str | None
    learner: LearnerOut
    date: Date
    status: str
    minutes_late: int | None
    notes: str
    marked_at: Moment
    marked_by: DoerOut | None
    left_out: str | None


class DayOut(TypedDict):
    """The daily records of one batch on one date; null where a learner has none."""

    cohort_id: str
    date: Date
    records: list[RegisterRowOut]
    summary: SummaryOut


def session_json(session: ClassSession) -> SessionOut:
    """A session that came through `queries.sessions_in_full`."""
    full: Any = session
    cohorts: list[CohortNameOut] = [
        {"cohort_id": one["id"], "name": one["name"], "code": one["code"]} for one in full.batches
    ]
    return in_shape(
        SessionOut,
        session,
        session_id=key(session.pk),
        cohort_id=cohorts[0]["cohort_id"] if cohorts else "",
        cohort_name=", ".join(one["name"] for one in cohorts),
        cohorts=cohorts,
        subject=session.subject.title if session.subject else None,
        instructor=doer_of(session.instructor),
        location=session.location or (session.room.name if session.room else ""),
        locked_by_user_id=key(session.locked_by_id),
        locked_by=doer_of(session.locked_by),
        signature=_signature_json(session),
    )


def _signature_json(session: ClassSession) -> SignatureOut | None:
    """The signature that stands."""
    signature = signature_of(session)
    if signature is None or not signature.stands:
        return None
    return {
        "signed_by_user_id": signature.by_id,
        "name": signature.name,
        "statement": signature.statement,
        "signed_at": timestamp(signature.at) or "",
    }


def doer_json(pk: Any, name: str | None) -> DoerOut | None:
    """Somebody who did something; None where nobody is known."""
    return {"_id": str(pk), "full_name": name or ""} if pk else None


def doer_of(person: User | None) -> DoerOut | None:
    """The same, of somebody at hand."""
    return doer_json(person.pk, person.full_name) if person else None


def row_json(row: RegisterRow, proof: AbsenceEvidence | None = None) -> RegisterRowOut:
    """One learner of a register, with what shows why they did not come."""
    return {
        "enrolment_id": str(row.enrollment_id),
        "cohort_id": str(row.batch_id),
        "learner": {
            "_id": str(row.student_id),
            "full_name": row.full_name,
            "email": row.email or None,
            "student_number": row.student_number or None,
            "photo_url": photo_url(row.student_id, row.photo),
        },
        "record_id": str(row.record_id) if row.record_id else None,
        "status": row.status,
        "minutes_late": row.minutes_late,
        "notes": row.notes,
        "marked_at": timestamp(row.marked_at),
        "marked_by": doer_json(row.marked_by_id, row.marked_by_name),
        "evidence": [
            {"_id": str(file.pk), "file_name": file.file_name, "kind": file.kind}
            for file in (proof.files if proof else ())
        ],
        "absence": _absence_json(proof.notice) if proof and proof.notice else None,
        "correction_pending": proof is not None and proof.is_pending,
    }


def daily_json(record: AttendanceRecord) -> DailyRecordOut:
    """A record that came through `queries.daily_records`."""
    student, batch = record.enrollment.student, record.enrollment.batch
    return in_shape(
        DailyRecordOut,
        record,
        record_id=key(record.pk),
        enrolment_id=key(record.enrollment_id),
        cohort_id=key(batch.pk) if batch else None,
        cohort_name=batch.name if batch else None,
        learner={
            **person_json(student),
            "student_number": record.student_number or None,  # type: ignore[attr-defined]
            "photo_url": photo_url(student.pk, student.photo.name),
        },
        date=record.record_date.isoformat(),
        status=record.status or "",
        marked_by=doer_of(record.marked_by),
        left_out=record.left_out or None,  # type: ignore[attr-defined]
    )


def summary_json(summary: MarkCounts) -> SummaryOut:
    """How many of each mark."""
    return {
        "PRESENT": summary.present,
        "ABSENT": summary.absent,
        "LATE": summary.late,
        "EXCUSED": summary.excused,
        "unmarked": summary.unmarked,
        "total": summary.total,
    }


def _absence_json(notice: AnnouncedAbsence) -> AnnouncedOut:
    return {
        "_id": str(notice.pk),
        "reason": notice.reason,
        "first_date": notice.first_date.isoformat(),
        "last_date": notice.last_date.isoformat(),
        "proposes": Mark.EXCUSED.value,
    }


def evidence_out_of(
    actor: Actor, register: Register, rows: Iterable[RegisterRow] | None = None
) -> dict[UUID, AbsenceEvidence]:
    """What shows why, for the rows of a register, all unless some are given."""
    shown = register.rows if rows is None else rows
    return evidence_of_sessions(actor, register.session, {row.enrollment_id: row.student_id for row in shown})


def register_json(actor: Actor, register: Register, rows: list[RegisterRowOut]) -> RegisterOut:
    """The register with these rows, and how to mark who comes in now."""
    session, institution = register.session, actor.institution
    proposed = proposed_mark(session, institution, timezone.now())
    return {
        "session": session_json(session),
        "register": rows,
        "summary": summary_json(register.summary),
        "late_from": timestamp(late_from(session, institution)),
        "proposed": {"status": proposed.status.value, "minutes_late": proposed.minutes_late} if proposed else None,
    }


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
    return in_shape(
        EvidenceFileOut,
        row,
        absence_id=key(row.notice_id),
        uploaded_by=doer_of(row.uploaded_by),
        url=None if row.removed_at else f"/api/evidence/{row.pk}",
    )


def missed_json(one: MissedSession) -> MissedOut:
    """A session of an absence."""
    return in_shape(
        MissedOut, one, enrolment_id=key(one.enrollment_id), cohort_id=key(one.batch_id), date=one.day.isoformat()
    )


def absence_json(notice: AbsenceNotice) -> AbsenceOut:
    """An absence, from `notices_in_full`."""
    full: Any = notice
    return in_shape(
        AbsenceOut,
        notice,
        learner=person_json(notice.student),
        enrolment_id=key(notice.enrollment_id),
        cohort_id=key(notice.enrollment.batch_id) if notice.enrollment else None,
        announced_by=doer_of(notice.announced_by),
        evidence=[evidence_json(row) for row in full.files],
        pending_corrections=full.waiting,
    )


def person_json(person: User) -> PersonOut:
    """A learner."""
    return {"_id": str(person.pk), "full_name": person.full_name, "email": person.email or None}


def correction_json(row: CorrectionRequest) -> CorrectionOut:
    """A correction, from `corrections_in_full`."""
    return in_shape(
        CorrectionOut,
        row,
        enrolment_id=key(row.enrollment_id),
        absence_id=key(row.notice_id),
        learner=person_json(row.enrollment.student),
        date=row.session.date.isoformat(),
        asked_by=doer_of(row.asked_by),
        decided_by=doer_of(row.decided_by),
    )
