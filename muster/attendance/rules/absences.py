"""Announcing that somebody is, was or will be away, and withdrawing it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.attendance.errors import AlreadyAnnounced, NoClassThen, SessionCancelled
from muster.attendance.models import MOST_DAYS, MOST_REASON, AbsenceNotice
from muster.attendance.notices import tell_announced, tell_asked
from muster.attendance.queries.absences import missed_in
from muster.attendance.rules.corrections import ask_for_corrections, drop_corrections
from muster.attendance.rules.evidence import AddedEvidence, StoredUpload, Upload, attach_evidence, with_files
from muster.batches.errors import BatchArchived
from muster.batches.models import Batch
from muster.batches.participants import batch_ids_of
from muster.core.database import atomic, lock_word, refused_as, single
from muster.core.errors import FieldError, Invalid
from muster.core.history import recorded
from muster.core.text import clean_lines
from muster.enrollments.models import Enrollment, SeatPeriod
from muster.institutions.access import Actor
from muster.timetable.models import ClassSession

# How far back and ahead an absence may lie.
REACH = timedelta(days=MOST_DAYS)


def announce_absence(
    *,
    by: Actor,
    student: User,
    reason: str,
    first_date: date | None = None,
    last_date: date | None = None,
    enrollment: Enrollment | None = None,
    session: ClassSession | None = None,
    uploads: Sequence[Upload] = (),
) -> AddedEvidence:
    """Announce that a learner is away: from a session, or from one day to another; in one batch, or in all.

    Those who teach then are told. Files ask for corrections where registers are locked. Locks the learner's word.
    Raises Invalid naming every field, FileRefused, NoClassThen, SessionCancelled, AlreadyAnnounced, TooManyFiles,
    BatchArchived.
    """
    if session is not None:
        first_date = last_date = session.date
    last_date = last_date or first_date
    reason = clean_lines(reason)
    first, last = _days(by, first_date, last_date, reason, reach=None if session is not None else REACH)
    return with_files(
        uploads,
        lambda kept: _announce(
            by,
            AbsenceNotice(
                institution=by.institution,
                student=student,
                enrollment=enrollment,
                session=session,
                first_date=first,
                last_date=last,
                reason=reason,
                announced_by=by.user,
            ),
            kept,
        ),
    )


def _days(
    by: Actor, first: date | None, last: date | None, reason: str, *, reach: timedelta | None
) -> tuple[date, date]:
    """The days, where nothing speaks against them. Raises Invalid naming every field."""
    wrong = {}
    today = by.today()
    if first is None:
        wrong["first_date"] = _("Enter the first day of the absence.")
    elif reach is not None and not today - reach <= first <= today + reach:
        wrong["first_date"] = _("Choose a day within a year of today.")
    if first is not None and last is not None:
        if last < first:
            wrong["last_date"] = _("The last day is before the first.")
        elif last - first >= REACH:
            wrong["last_date"] = _("An absence can last up to a year.")
    if not reason:
        wrong["reason"] = _("Give a short reason.")
    elif len(reason) > MOST_REASON:
        wrong["reason"] = _("Keep the reason to %(most)d characters or fewer.") % {"most": MOST_REASON}
    if wrong or first is None or last is None:
        raise Invalid.fields([FieldError(name, words) for name, words in wrong.items()])
    return first, last


@atomic
def _announce(by: Actor, notice: AbsenceNotice, kept: Sequence[StoredUpload]) -> AddedEvidence:
    lock_word("absence", by.institution.pk, notice.student_id)
    if notice.session is not None:
        notice.session = ClassSession.objects.get(pk=notice.session.pk)
        if notice.session.is_cancelled:
            raise SessionCancelled(notice.session)
    _place(notice)
    same = AbsenceNotice.objects.not_withdrawn().filter(
        institution=by.institution,
        student=notice.student_id,
        enrollment=notice.enrollment_id,
        session=notice.session_id,
        first_date=notice.first_date,
        last_date=notice.last_date,
    )
    if (before := single(same)) is not None:
        raise AlreadyAnnounced(before.pk)
    with recorded(by, "announce_absence"), _refusals(notice):
        notice.save(force_insert=True)
    files = attach_evidence(by, kept, notice=notice) if kept else []
    asked = ask_for_corrections(by, notice) if kept else []
    tell_announced(by, notice, missed_in(notice))
    tell_asked(by, notice, asked)
    return AddedEvidence(files, notice, asked)


def _place(notice: AbsenceNotice) -> None:
    """See that the learner has a seat then; of a session, in which batch. Raises NoClassThen."""
    seats = SeatPeriod.objects.filter(
        Q(until_date__isnull=True) | Q(until_date__gte=notice.first_date),
        institution=notice.institution,
        enrollment__student=notice.student_id,
        from_date__lte=notice.last_date,
    )
    if notice.enrollment_id:
        seats = seats.filter(enrollment=notice.enrollment_id)
    if notice.session is not None:
        seats = seats.filter(batch__in=batch_ids_of(notice.session))
    seat = seats.select_related("enrollment").order_by("-from_date", "pk").first()
    if seat is None:
        raise NoClassThen("session_id" if notice.session is not None else "first_date")
    if notice.session is not None:
        notice.enrollment = seat.enrollment


@atomic
def withdraw_absence(*, by: Actor, notice: AbsenceNotice) -> AbsenceNotice:
    """Take an announcement back; those who teach then are told. The files stay until they are removed.

    What it asked for and nobody has decided is rejected with it.

    Locks the learner's word and the notice. Withdrawn already, it stays as it is. Raises BatchArchived.
    """
    lock_word("absence", notice.institution_id, notice.student_id)
    notice = AbsenceNotice.objects.select_for_update(no_key=True, of=("self",)).get(pk=notice.pk)
    if notice.is_withdrawn:
        return notice
    notice.status = AbsenceNotice.Status.WITHDRAWN
    notice.withdrawn_at, notice.withdrawn_by = timezone.now(), by.user
    with recorded(by, "withdraw_absence"), _refusals(notice):
        notice.save(update_fields=["status", "withdrawn_at", "withdrawn_by", "updated_at"])
    drop_corrections(by, notice)
    tell_announced(by, notice, missed_in(notice))
    return notice


def _refusals(notice: AbsenceNotice) -> AbstractContextManager[None]:
    """An absence from one batch is a part of that."""
    return refused_as(
        archived_batch_does_not_change=lambda: BatchArchived(Batch.objects.get(enrollments=notice.enrollment_id))
    )
