"""Files that show why somebody was away: taken in, looked at, removed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.attendance.errors import (
    EnoughForToday,
    EvidenceGone,
    EvidenceStands,
    NotOnRegister,
    RegisterLocked,
    TooManyFiles,
    Withdrawn,
)
from muster.attendance.models import (
    MOST_NOTE,
    AbsenceNotice,
    AttendanceRecord,
    CorrectionRequest,
    Evidence,
    EvidenceLook,
)
from muster.attendance.notices import tell_asked
from muster.attendance.rules.corrections import ask_for_corrections
from muster.attendance.rules.marking import hold_session
from muster.batches.errors import BatchArchived
from muster.batches.models import Batch
from muster.batches.participants import batch_ids_of
from muster.core.database import atomic, lock_word, refused_as, refused_at_last, single
from muster.core.errors import DomainError, FieldError, Invalid
from muster.core.files import AcceptedFile, forget, keep_for, sweep_folder, take_in
from muster.core.history import recorded
from muster.enrollments.models import Enrollment, SeatPeriod
from muster.institutions.access import STAFF_ROLES, Actor
from muster.timetable.models import ClassSession

FOLDER = "evidence"
MOST_FILES = 10
# From one student, so that nobody fills the disk: far more than any illness takes.
MOST_FILES_A_DAY = 30

R = TypeVar("R")


@dataclass(frozen=True)
class Upload:
    """A file as it was sent."""

    content: bytes
    name: str
    kind: str = Evidence.Kind.MEDICAL
    note: str = ""


@dataclass(frozen=True)
class StoredUpload:
    """A file that was judged and written, and that no row names yet."""

    columns: dict[str, Any]
    kind: str
    note: str


@dataclass(frozen=True)
class AddedEvidence:
    """What became of files: where they hang, and what is asked for since they came late."""

    evidence: list[Evidence]
    notice: AbsenceNotice | None = None
    corrections: list[CorrectionRequest] = field(default_factory=list)


def with_files(uploads: Sequence[Upload], use_case: Callable[[list[StoredUpload]], R]) -> R:
    """Judge and write the files, then do what they were sent for; where that is refused, they go again.

    Raises FileRefused and Invalid, naming `file`, `kind` or `note`.
    """
    with keep_for(FOLDER, [_judge_upload(one) for one in uploads]) as written:
        sent = zip(written, uploads, strict=True)
        return use_case([StoredUpload(columns, one.kind, one.note.strip()) for columns, one in sent])


def _judge_upload(upload: Upload) -> AcceptedFile:
    found = []
    if upload.kind not in Evidence.Kind.values:
        known = ", ".join(Evidence.Kind.values)
        found.append(FieldError("kind", _("Choose one of these kinds: %(known)s.") % {"known": known}))
    if len(upload.note.strip()) > MOST_NOTE:
        found.append(FieldError("note", _("Keep the note to %(most)d characters or fewer.") % {"most": MOST_NOTE}))
    if found:
        raise Invalid.fields(found)
    return take_in(upload.content, upload.name)


def add_evidence(*, by: Actor, to: AttendanceRecord | AbsenceNotice, uploads: Sequence[Upload]) -> AddedEvidence:
    """Hang files on a record or on an absence notice.

    Files for a record whose register is locked go to an absence notice of that session and ask for a correction; files
    for a notice do so for each locked session in it where the learner is not excused. Locks the learner's word, the
    batches and the session. Raises FileRefused, Invalid, TooManyFiles, Withdrawn, BatchArchived.
    """
    return with_files(uploads, lambda kept: _add(by, to, kept))


@atomic
def _add(by: Actor, to: AttendanceRecord | AbsenceNotice, kept: Sequence[StoredUpload]) -> AddedEvidence:
    if isinstance(to, AbsenceNotice):
        return _add_to_notice(by, to, kept)
    if to.session is None:
        lock_word("absence", to.institution_id, to.enrollment.student_id)
        return AddedEvidence(attach_evidence(by, kept, record=to))
    return _add_for_learner(by, to.session, to.enrollment, kept)


def add_evidence_for_learner(
    *, by: Actor, session: ClassSession, enrollment: Enrollment, uploads: Sequence[Upload]
) -> AddedEvidence:
    """Hang files on a learner's line of a register, marked or not: on the record, else on an absence notice.

    Locks and refusals as `add_evidence`; NotOnRegister where the learner has no seat on the session's day.
    """
    return with_files(uploads, lambda kept: _add_for_learner(by, session, enrollment, kept))


@atomic
def _add_for_learner(
    by: Actor, session: ClassSession, enrollment: Enrollment, kept: Sequence[StoredUpload]
) -> AddedEvidence:
    lock_word("absence", by.institution.pk, enrollment.student_id)
    hold_session(session)
    record = single(AttendanceRecord.objects.filter(session=session, enrollment=enrollment))
    if record is not None and not session.is_locked:
        return AddedEvidence(attach_evidence(by, kept, record=record))
    seats = SeatPeriod.objects.on(session.date).filter(enrollment=enrollment, batch__in=batch_ids_of(session))
    if record is None and not seats.exists():
        raise NotOnRegister([0])
    reason = next((one.note for one in kept if one.note), "") or _("Evidence sent.")
    return _add_to_notice(by, _notice_of(by, session, enrollment, reason), kept)


def _notice_of(by: Actor, session: ClassSession, enrollment: Enrollment, reason: str) -> AbsenceNotice:
    """The notice of this session that stands, else a new one."""
    said = {
        "institution": by.institution,
        "student_id": enrollment.student_id,
        "enrollment": enrollment,
        "session": session,
        "first_date": session.date,
        "last_date": session.date,
    }
    notice = single(AbsenceNotice.objects.not_withdrawn().filter(**said))
    if notice is None:
        with recorded(by, "announce_absence"):
            notice = AbsenceNotice.objects.create(**said, reason=reason, announced_by=by.user)
    return notice


def _add_to_notice(by: Actor, notice: AbsenceNotice, kept: Sequence[StoredUpload]) -> AddedEvidence:
    lock_word("absence", notice.institution_id, notice.student_id)
    notice = AbsenceNotice.objects.select_for_update(no_key=True, of=("self",)).get(pk=notice.pk)
    if notice.is_withdrawn:
        raise Withdrawn
    files = attach_evidence(by, kept, notice=notice)
    asked = ask_for_corrections(by, notice)
    tell_asked(by, notice, asked)
    return AddedEvidence(files, notice, asked)


def attach_evidence(
    by: Actor,
    kept: Sequence[StoredUpload],
    *,
    record: AttendanceRecord | None = None,
    notice: AbsenceNotice | None = None,
) -> list[Evidence]:
    """Write the rows. Part of a use case that holds the learner's word.

    Raises TooManyFiles, EnoughForToday, RegisterLocked, BatchArchived.
    """
    there = Evidence.objects.kept().filter(record=record, notice=notice).count()
    if there + len(kept) > MOST_FILES:
        raise TooManyFiles(MOST_FILES)
    if by.user is not None and not by.is_any(*STAFF_ROLES):
        since = timezone.now() - timedelta(days=1)
        if Evidence.objects.filter(uploaded_by=by.user, created_at__gte=since).count() + len(kept) > MOST_FILES_A_DAY:
            raise EnoughForToday(MOST_FILES_A_DAY)
    rows = [
        Evidence(
            institution=by.institution,
            record=record,
            notice=notice,
            kind=one.kind,
            note=one.note,
            uploaded_by=by.user,
            **one.columns,
        )
        for one in kept
    ]
    with recorded(by, "add_evidence"), refused_as(**_refusals(record, notice)):
        return Evidence.objects.bulk_create(rows)


def _refusals(record: AttendanceRecord | None, notice: AbsenceNotice | None) -> dict[str, Callable[[], DomainError]]:
    seats = [one.enrollment_id for one in (record, notice) if one is not None]
    archived = Batch.objects.filter(enrollments__in=seats, archived_at__isnull=False)
    found: dict[str, Callable[[], DomainError]] = {
        "archived_batch_does_not_change": lambda: BatchArchived(archived[0]),
    }
    if record is not None:
        found["locked_register_does_not_change"] = lambda: RegisterLocked(record.session)
    return found


@atomic
def remove_evidence(*, by: Actor, evidence: Evidence) -> Evidence:
    """Take a file away; that it was there, whose it was and who looked stays.

    Locks the learner's word and the evidence; the database takes the register in share mode. Removed already, it stays
    as it is. Raises EvidenceStands where a locked register has it or stands on it.
    """
    about = Evidence.objects.select_related("record__enrollment", "notice").get(pk=evidence.pk)
    learner = about.notice.student_id if about.notice else about.record.enrollment.student_id
    lock_word("absence", evidence.institution_id, learner)
    evidence = Evidence.objects.select_for_update(no_key=True, of=("self",)).get(pk=evidence.pk)
    if evidence.removed_at is not None:
        return evidence
    stored = evidence.file.name or ""
    evidence.file, evidence.removed_at, evidence.removed_by = "", timezone.now(), by.user
    with (
        recorded(by, "remove_evidence"),
        refused_at_last(**{**_refusals(about.record, about.notice), "locked_register_does_not_change": EvidenceStands}),
    ):
        evidence.save(update_fields=["file", "removed_at", "removed_by", "updated_at"])
    forget(stored)
    return evidence


@atomic
def look_at(*, by: Actor, evidence: Evidence) -> str:
    """Record that somebody is given the file, and answer where it is kept. Locks nothing. Raises EvidenceGone."""
    if not evidence.file:
        raise EvidenceGone
    request = structlog.contextvars.get_contextvars().get("request_id", "")
    with recorded(by, "look_at_evidence"):
        EvidenceLook.objects.create(
            institution_id=evidence.institution_id, evidence=evidence, looked_by=by.user, request_id=str(request)[:100]
        )
    return str(evidence.file.name)


def sweep_evidence() -> int:
    """Delete the files that no row names since what they were sent for was undone; answers how many."""
    return sweep_folder(FOLDER, Evidence)
