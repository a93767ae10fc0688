"""From one mentor to the next: students ask for another one, and the former one hands over."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.allocation.rules import assign_student
from muster.allocation.rules.assigning import lock_people
from muster.core.database import atomic, refused_as
from muster.core.errors import Forbidden, Invalid, Missing
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.mentoring.errors import AlreadyAskedForMentor, MentorRequestDecided
from muster.mentoring.models import Handover, MentoringSession, MentorRequest
from muster.mentoring.notices import (
    tell_handover_wanted,
    tell_handover_written,
    tell_mentor_request_rejected,
    tell_mentor_wanted,
)
from muster.mentoring.queries import is_mentor
from muster.mentoring.rules.pairs import MOST_NOTES, MOST_REASON, clean, lock_pair

# So long after the change the former mentor is asked to hand over.
ASKED_WITHIN = timedelta(days=14)


@atomic
def ask_for_another_mentor(*, by: Actor, student: User, reason: str) -> MentorRequest:
    """Ask the administrators for another mentor; the present one learns neither of it nor why. The student alone does.

    Locks both people. Raises Forbidden, NoMentor, Invalid, AlreadyAskedForMentor.
    """
    if by.user is None or by.user.pk != student.pk:
        raise Forbidden
    reason = clean("reason", reason, MOST_REASON)
    if not reason:
        raise Invalid(_("Say why. Only administrators read it."), field="reason")
    pair = lock_pair(by, student)
    with (
        recorded(by, "ask_for_another_mentor"),
        refused_as(one_waiting_request_for_another_mentor=AlreadyAskedForMentor),
    ):
        row = MentorRequest.objects.create(institution_id=pair.institution_id, assignment=pair, reason=reason)
    tell_mentor_wanted(by, row)
    return row


@atomic
def approve_mentor_request(*, by: Actor, request: MentorRequest, instructor: User) -> MentorRequest:
    """Give the student the mentor who is named; both mentors and the student are told as of any assignment.

    Locks the three people, then the request. Raises what `assign_student` raises, MentorRequestDecided.
    """
    pair = request.assignment
    lock_people(by, [pair.student_id, pair.instructor_id, instructor.pk])
    row = _lock_waiting(request)
    _decide(by, row, MentorRequest.Status.APPROVED, "approve_mentor_request")
    kind = row.assignment.assignment_type
    assign_student(by=by, student=row.assignment.student, instructor=instructor, assignment_type=kind, replace=True)
    return row


@atomic
def reject_mentor_request(*, by: Actor, request: MentorRequest, note: str) -> MentorRequest:
    """Leave the student with their mentor, with a note that tells them why. Locks the request.

    Raises Invalid without a note, MentorRequestDecided.
    """
    note = clean("note", note, MOST_REASON)
    if not note:
        raise Invalid(_("Tell the student why. They get the note with the answer."), field="note")
    row = _lock_waiting(request)
    _decide(by, row, MentorRequest.Status.REJECTED, "reject_mentor_request", note)
    tell_mentor_request_rejected(by, row)
    return row


@atomic
def withdraw_mentor_request(*, by: Actor, request: MentorRequest) -> MentorRequest:
    """Take one's request back. Withdrawing twice changes nothing. Locks the request. Raises MentorRequestDecided."""
    row = _lock(request)
    if row.status != MentorRequest.Status.WITHDRAWN:
        _must_wait(row)
        _decide(by, row, MentorRequest.Status.WITHDRAWN, "withdraw_mentor_request")
    return row


@atomic
def hand_over(*, by: Actor, handover: Handover, note: str, notes_released: bool) -> Handover:
    """Say what the next mentor should know, and whether they may read one's private notes.

    The former mentor alone does. Locks the handover. Raises Forbidden, Missing, Invalid.
    """
    rows = Handover.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("former__student", "former__instructor", "following__instructor").filter(pk=handover.pk)
    if (found := row.first()) is None:
        raise Missing
    if not is_mentor(by, found.former):
        raise Forbidden
    found.note, found.notes_released = clean("note", note, MOST_NOTES), notes_released
    is_first, found.written_at = found.written_at is None, found.written_at or timezone.now()
    with recorded(by, "hand_over"):
        found.save(update_fields=["note", "notes_released", "written_at", "updated_at"])
    if is_first and found.following.ended_at is None:
        tell_handover_written(by, found)
    return found


@atomic
def ask_for_handovers(*, by: Actor) -> int:
    """Ask each former mentor once to hand over what a next one should know. Locks each handover. Answers how many."""
    held = MentoringSession.objects.filter(assignment=OuterRef("former"), outcome="held")
    rows = (
        Handover.objects.filter(Exists(held), institution=by.institution, asked_at=None, written_at=None)
        .filter(created_at__gte=timezone.now() - ASKED_WITHIN)
        .select_for_update(of=("self",), no_key=True, skip_locked=True)
        .select_related("former__student", "former__instructor", "following__instructor")
        .order_by("pk")
    )
    asked = list(rows)
    for row in asked:
        row.asked_at = timezone.now()
        row.save(update_fields=["asked_at"])
        tell_handover_wanted(by, row)
    return len(asked)


def _lock(request: MentorRequest) -> MentorRequest:
    rows = MentorRequest.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("assignment__student", "assignment__instructor").filter(pk=request.pk).first()
    if row is None:
        raise Missing
    return row


def _must_wait(row: MentorRequest) -> None:
    if not row.is_pending:
        raise MentorRequestDecided


def _lock_waiting(request: MentorRequest) -> MentorRequest:
    row = _lock(request)
    _must_wait(row)
    return row


def _decide(by: Actor, row: MentorRequest, status: str, use_case: str, note: str = "") -> None:
    row.status, row.decided_by, row.decided_at, row.decision_note = status, by.user, timezone.now(), note
    with recorded(by, use_case):
        row.save(update_fields=["status", "decided_by", "decided_at", "decision_note", "updated_at"])
