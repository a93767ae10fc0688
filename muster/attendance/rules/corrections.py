"""Corrections of locked registers: asked for when evidence comes late, and decided once."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from muster.attendance.errors import AlreadyDecided, NotOnRegister
from muster.attendance.models import AbsenceNotice, AttendanceRecord, CorrectionRequest, Evidence, Mark
from muster.attendance.notices import tell_decided
from muster.attendance.queries import register_of, sessions_in_full
from muster.attendance.queries.absences import corrections_in_full, missed_in
from muster.attendance.rules.locking import needed_reason
from muster.attendance.rules.marking import MarkInput, changed_rows, hold_session, must_be_on, write_marks
from muster.core.database import atomic, lock_word
from muster.core.history import recorded
from muster.core.ids import new_id
from muster.institutions.access import Actor
from muster.timetable.models import ClassSession
from muster.timetable.rules import unlock


def ask_for_corrections(by: Actor, notice: AbsenceNotice) -> list[CorrectionRequest]:
    """Ask for EXCUSED in each locked register of the absence where the learner is marked otherwise, or not at all.

    Who is marked as having come asks only by a notice of that very session. What is asked for already, or belongs to an
    archived batch, is passed over. Part of a use case that holds the learner's word.
    """
    doubted = (Mark.ABSENT, Mark.LATE, None, *((Mark.PRESENT,) if notice.session_id else ()))
    rows = [
        CorrectionRequest(
            pk=new_id(),
            institution=by.institution,
            enrollment_id=one.enrollment_id,
            session_id=one.session_id,
            notice=notice,
            from_status=one.status,
            asked_by=by.user,
        )
        for one in missed_in(notice)
        if one.is_locked and not one.is_archived and one.mark in doubted
    ]
    with recorded(by, "ask_for_correction"):
        CorrectionRequest.objects.bulk_create(rows, ignore_conflicts=True)
    return list(CorrectionRequest.objects.filter(pk__in=[row.pk for row in rows])) if rows else []


def decide_correction(*, by: Actor, request: CorrectionRequest, approve: bool, reason: str) -> CorrectionRequest:
    """Approve or reject one correction, as `decide_corrections` does."""
    return decide_corrections(by=by, requests=[request], approve=approve, reason=reason)[0]


@atomic
def decide_corrections(
    *, by: Actor, requests: Sequence[CorrectionRequest], approve: bool, reason: str
) -> list[CorrectionRequest]:
    """Approve or reject corrections of one learner, all or none, with a reason that is kept.

    Approving makes each mark in its locked register and hangs the files on a record. Locks the learner's word, then for
    each, in the order of the sessions, the batches and the session as marking does, so that whoever marks meanwhile
    waits and then meets the lock: the registers are open to this transaction alone. Then the request. Raises Invalid
    without a reason, AlreadyDecided, BatchArchived, NotOnRegister.
    """
    reason = needed_reason(reason, _("Give a reason. It's kept and shared with the people affected."))
    lock_word("absence", requests[0].institution_id, requests[0].enrollment.student_id)
    ordered = sorted(requests, key=lambda request: request.session_id)
    decided = [_decide(by, request, approve=approve, reason=reason) for request in ordered]
    tell_decided(by, decided)
    return decided


def _decide(by: Actor, request: CorrectionRequest, *, approve: bool, reason: str) -> CorrectionRequest:
    session = sessions_in_full(by, ClassSession.objects.filter(pk=request.session_id)).get()
    hold_session(session)
    waiting = CorrectionRequest.objects.select_for_update(no_key=True, of=("self",))
    request = corrections_in_full(waiting).get(pk=request.pk)
    if not request.is_pending:
        raise AlreadyDecided
    if approve:
        _correct(by, session, request, reason)
    request.status = CorrectionRequest.Status.APPROVED if approve else CorrectionRequest.Status.REJECTED
    request.decided_by, request.decided_at, request.decision_reason = by.user, timezone.now(), reason
    with recorded(by, "approve_correction" if approve else "reject_correction", reason=reason):
        request.save(update_fields=["status", "decided_by", "decided_at", "decision_reason", "updated_at"])
    return request


def drop_corrections(by: Actor, notice: AbsenceNotice) -> None:
    """Reject what an absence asked for and nobody has decided, since it is withdrawn. Part of that use case.

    What was asked in a batch that is archived by now stays with it.
    """
    waiting = CorrectionRequest.objects.filter(notice=notice, status=CorrectionRequest.Status.PENDING)
    with recorded(by, "withdraw_absence"):
        waiting.filter(enrollment__frozen=False).update(
            status=CorrectionRequest.Status.REJECTED,
            decided_by=by.user,
            decided_at=timezone.now(),
            decision_reason=_("Absence withdrawn."),
            updated_at=timezone.now(),
        )


def _correct(by: Actor, session: ClassSession, request: CorrectionRequest, reason: str) -> None:
    """Make the one mark. A locked register is opened and locked again as it was, in a transaction that holds it."""
    lock = {"is_locked": session.is_locked, "locked_at": session.locked_at, "locked_by": session.locked_by_id}
    with recorded(by, "approve_correction", reason=reason, correction=str(request.pk)):
        if session.is_locked:
            unlock(session, reason)
        register = register_of(by, session, last=False)
        plan = MarkInput(request.enrollment_id, request.to_status)
        must_be_on(register, [plan])
        line = register.line_of(request.enrollment_id)
        assert line is not None  # noqa: S101  (on the register)
        changed = changed_rows(by, [(line, plan)])
        write_marks(by, changed.values(), day=session.date, session=session, use_case="approve_correction")
        record = AttendanceRecord.objects.filter(session=session, enrollment=line.enrollment_id).first()
        if record is None:
            raise NotOnRegister([0])
        Evidence.objects.kept().filter(notice=request.notice_id, record__isnull=True).update(
            record=record, updated_at=timezone.now()
        )
        if lock["is_locked"]:
            ClassSession.objects.filter(pk=session.pk).update(**lock)
