"""Reads around absences: what falls into one, what shows a register why, and what waits to be decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    F,
    Prefetch,
    Q,
    QuerySet,
    UUIDField,
    Value,
    When,
)

from muster.attendance.models import AbsenceNotice, AttendanceRecord, CorrectionRequest, Evidence, Mark
from muster.attendance.permissions import absences, corrections, evidence
from muster.core.prepared import prepared_cursor
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor
from muster.timetable.models import ClassSession


class MissedSession(NamedTuple):
    """A session that falls into an absence, with the mark that stands."""

    session_id: UUID
    enrollment_id: UUID
    batch_id: UUID
    batch_code: str
    day: date
    start_time: time | None
    title: str
    is_locked: bool
    is_archived: bool
    record_id: UUID | None
    status: str | None

    @property
    def mark(self) -> Mark | None:
        return Mark(self.status) if self.status else None


# Sessions of the learner's batches on days on which the seat was theirs.
MISSED = """
SELECT class.id, enrollment.id, batch.id, batch.code, class.date, class.start_time,
       coalesce(nullif(class.title, ''), subject.title, ''), class.is_locked, batch.archived_at IS NOT NULL,
       record.id, record.status
FROM enrollments_enrollment AS enrollment
JOIN enrollments_seatperiod AS period ON period.enrollment_id = enrollment.id
JOIN batches_batch AS batch ON batch.id = enrollment.batch_id
JOIN timetable_classsession AS class ON class.institution_id = enrollment.institution_id
    AND class.date BETWEEN %(first)s AND %(last)s AND class.status <> 'cancelled'
    AND class.date >= period.from_date AND (period.until_date IS NULL OR class.date <= period.until_date)
    AND class.meeting_id IN (SELECT meeting_id FROM batches_batchmeeting WHERE batch_id = enrollment.batch_id)
LEFT JOIN courses_subject AS subject ON subject.id = class.subject_id
LEFT JOIN attendance_attendancerecord AS record ON record.session_id = class.id AND record.enrollment_id = enrollment.id
WHERE enrollment.institution_id = %(institution)s AND enrollment.student_id = %(student)s
    AND (%(enrollment)s::uuid IS NULL OR enrollment.id = %(enrollment)s)
    AND (%(session)s::uuid IS NULL OR class.id = %(session)s)
ORDER BY class.date, class.start_time NULLS FIRST, class.id
LIMIT %(most)s
"""
MOST_MISSED = 500


def missed_in(notice: AbsenceNotice) -> list[MissedSession]:
    """The sessions that fall into an absence, the first ones first, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            MISSED,
            {
                "first": notice.first_date,
                "last": notice.last_date,
                "institution": notice.institution_id,
                "student": notice.student_id,
                "enrollment": notice.enrollment_id,
                "session": notice.session_id,
                "most": MOST_MISSED,
            },
        )
        return [MissedSession._make(row) for row in cursor.fetchall()]


class FileSent(NamedTuple):
    """A file, as a register names it."""

    pk: UUID
    file_name: str
    kind: str


class AnnouncedAbsence(NamedTuple):
    """An absence, as a register tells of it."""

    pk: UUID
    reason: str
    first_date: date
    last_date: date


@dataclass
class AbsenceEvidence:
    """What shows why a learner did not come to one session."""

    files: list[FileSent] = field(default_factory=list)
    notice: AnnouncedAbsence | None = None
    # A correction of the locked mark is asked for.
    is_pending: bool = False


# Most registers have nothing of the kind, and then nothing more is asked.
ANY_PROOF = """
SELECT EXISTS (
    SELECT FROM attendance_absencenotice
    WHERE student_id = ANY(%(students)s) AND institution_id = %(institution)s
    AND first_date <= %(date)s AND last_date >= %(date)s
) OR EXISTS (
    SELECT FROM attendance_evidence AS evidence
    JOIN attendance_attendancerecord AS record ON record.id = evidence.record_id
    WHERE record.session_id = %(session)s
) OR EXISTS (SELECT FROM attendance_correctionrequest WHERE session_id = %(session)s)
"""


def _has_any_evidence(session: ClassSession, students: Iterable[UUID]) -> bool:
    about: dict[str, Any] = {"institution": session.institution_id, "date": session.date, "session": session.pk}
    with prepared_cursor() as cursor:
        cursor.execute(ANY_PROOF, {"students": list(students), **about})
        return bool(cursor.fetchone()[0])


def evidence_of_sessions(
    actor: Actor, session: ClassSession, learners: Mapping[UUID, UUID]
) -> dict[UUID, AbsenceEvidence]:
    """What shows why, for those learners of a register of whom there is something, in two statements at most.

    `learners` are the students by their enrollments; the answer goes by enrollment. Only what the actor may see.
    """
    if not learners or not _has_any_evidence(session, learners.values()):
        return {}
    enrollment_of = {student: enrollment for enrollment, student in learners.items()}
    covering = AbsenceNotice.objects.not_withdrawn().covering(
        session=session.pk, day=session.date, enrollments=list(learners), students=list(enrollment_of)
    )
    notices = absences.rows(actor, among=covering)
    files = evidence.rows(actor, among=Evidence.objects.kept()).filter(
        Q(record__session=session) | Q(notice__in=notices.values("pk"))
    )
    waiting = corrections.rows(actor).filter(session=session, status=CorrectionRequest.Status.PENDING)
    on_record = Case(When(record__session=session, then=F("record__enrollment_id")), output_field=UUIDField())
    words, day, nobody = Value("", CharField()), Value(None, DateField()), Value(None, UUIDField())
    parts: tuple[tuple[QuerySet[Any], tuple[Any, ...]], ...] = (
        (notices, ("enrollment_id", "student_id", "reason", words, "first_date", "last_date")),
        (files, (on_record, "notice_id", "file_name", "kind", day, day)),
        (waiting, ("enrollment_id", nobody, words, words, day, day)),
    )
    said, sent, asked = (
        rows.order_by().values_list(Value(str(place), CharField()), "pk", "created_at", *columns)
        for place, (rows, columns) in enumerate(parts, 1)
    )
    found: dict[UUID, AbsenceEvidence] = {}
    of_notice: dict[UUID, UUID] = {}
    rows = sorted(said.union(sent, asked, all=True), key=itemgetter(0, 2, 1))
    for what, pk, _at, of, other, words, kind, first, last in rows:
        if what == "1":
            of_notice[pk] = of or enrollment_of[other]
            found.setdefault(of_notice[pk], AbsenceEvidence()).notice = AnnouncedAbsence(pk, words, first, last)
        elif what == "2":
            # A notice of several days carries the files of other sessions' records too.
            enrollment = of or of_notice.get(other)
            if enrollment is not None and enrollment in learners:
                found.setdefault(enrollment, AbsenceEvidence()).files.append(FileSent(pk, words, kind))
        elif of in learners:
            found.setdefault(of, AbsenceEvidence()).is_pending = True
    return found


def evidence_of_record(actor: Actor, record: AttendanceRecord) -> list[Evidence]:
    """The files of a record, and those of the notices that cover it, which the actor may see; the oldest first."""
    return evidence_of_learner(actor, record.enrollment, record.record_date, session=record.session_id, record=record)


def evidence_of_learner(
    actor: Actor, enrollment: Enrollment, day: date, *, session: UUID | None, record: AttendanceRecord | None
) -> list[Evidence]:
    """The same for a line of a register, whether it is marked or not."""
    covering = (
        AbsenceNotice.objects.not_withdrawn()
        .covering(session=session, day=day, enrollments=[enrollment.pk], students=[enrollment.student_id])
        .filter(institution=enrollment.institution_id)
    )
    hanging = Q(notice__in=covering.values("pk"))
    rows = evidence.rows(actor, among=Evidence.objects.kept())
    return list(evidence_in_full(rows.filter(hanging | Q(record=record) if record else hanging)))


def evidence_in_full(rows: QuerySet[Evidence]) -> QuerySet[Evidence]:
    """Evidence with who sent it, the oldest first."""
    return rows.select_related("uploaded_by").order_by("created_at", "id")


def notices_in_full(actor: Actor, rows: QuerySet[AbsenceNotice]) -> QuerySet[AbsenceNotice]:
    """Notices with learner, batch, session, files and waiting corrections, in three statements."""
    kept = evidence_in_full(evidence.rows(actor, among=Evidence.objects.kept()))
    return (
        rows.select_related("student", "enrollment__batch", "session", "announced_by", "withdrawn_by")
        .prefetch_related(Prefetch("evidence", kept, to_attr="files"))
        .annotate(waiting=Count("correction_requests", filter=Q(correction_requests__status="pending")))
    )


def corrections_in_full(rows: QuerySet[CorrectionRequest]) -> QuerySet[CorrectionRequest]:
    """Corrections with everything that a decision looks at."""
    return rows.select_related(
        "enrollment__student", "enrollment__batch", "session", "notice", "asked_by", "decided_by"
    )


def waiting_corrections(actor: Actor) -> QuerySet[CorrectionRequest]:
    """The corrections that wait for the actor's decision, those who wait longest first."""
    rows = corrections.rows(actor, "decide").filter(status=CorrectionRequest.Status.PENDING)
    return corrections_in_full(rows).order_by("created_at", "id")
