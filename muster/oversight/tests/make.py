"""An institution with batches that were taught and marked, with evidence, and a regulator who asks to see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from muster.attendance.models import AbsenceNotice, AttendanceRecord, Evidence
from muster.attendance.queries import sessions_in_full
from muster.attendance.rules import MarkInput, mark_learners
from muster.batches.models import Batch, BatchMeeting
from muster.core.files import keep
from muster.core.ownership import as_owner, without_triggers
from muster.enrollments.models import Enrollment, SeatPeriod
from muster.institutions.models import Role
from muster.notifications.rules import quietly
from muster.oversight.models import AccessRequest
from muster.oversight.rules import ask_for_access, grant_access
from muster.timetable.models import ClassSession
from tests.make import Campus


@contextmanager
def as_if_long_ago() -> Iterator[None]:
    """The application cannot move the end of a grant; time does."""
    with as_owner(), without_triggers("oversight.AccessRequest:access_is_decided_once"):
        yield


class Inspected:
    """A campus, a regulator, and batches that began two months ago."""

    def __init__(self, campus: Campus | None = None) -> None:
        self.campus = campus or Campus.found()
        self.today = self.campus.admin.today()
        self.first = self.today - timedelta(days=60)
        self.regulator = self.campus.person(Role.REGULATOR, "Lindiwe Radebe")
        self.by = self.campus.actor(self.regulator)

    def batch(self, code: str, **fields: Any) -> Batch:
        dates = {"start_date": self.first, "end_date": self.today + timedelta(days=60)}
        return self.campus.batch(code=code, name=f"Batch {code}", **(dates | fields))

    def seat(self, batch: Batch, name: str = "") -> Enrollment:
        """A student who has been in the batch since its first day."""
        seat = self.campus.enroll(batch, self.campus.student(name), enrollment_date=self.first)
        with as_owner():
            SeatPeriod.objects.filter(enrollment=seat).update(from_date=self.first)
        return seat

    def day(self, number: int) -> date:
        return self.first + timedelta(days=number)

    def session(self, batch: Batch, number: int, *seats: Enrollment, mark: str = "ABSENT") -> ClassSession:
        """One on a day, in which these are marked."""
        session = ClassSession.objects.create(
            institution=self.campus.institution, meeting_id=batch.pk, date=self.day(number), is_edited=True
        )
        if seats:
            full = sessions_in_full(self.campus.admin).get(pk=session.pk)
            mark_learners(
                by=self.campus.admin, session=full, marks=[MarkInput(seat.pk, mark, notes="Private") for seat in seats]
            )
        return session

    def evidence(self, session: ClassSession, seat: Enrollment, *, on_notice: bool = False) -> Evidence:
        """A file behind a mark: on its record, or on an absence of that day."""
        here: dict[str, Any] = {"institution": self.campus.institution}
        about: dict[str, Any] = {"record": AttendanceRecord.objects.get(session=session, enrollment=seat)}
        if on_notice:
            days = {"first_date": session.date, "last_date": session.date}
            about = {
                "notice": AbsenceNotice.objects.create(
                    student=seat.student, enrollment=seat, reason="Flu", **days, **here
                )
            }
        stored = keep("evidence", b"%PDF-1.7 a note")
        return Evidence.objects.create(
            file=stored,
            file_name=f"note-{seat.student_id}.pdf",
            file_size=15,
            file_digest="0" * 64,
            media_type="application/pdf",
            **about,
            **here,
        )

    def share(self, batch: Batch, other: Batch) -> None:
        """The other batch meets where this one does."""
        BatchMeeting.objects.create(institution=self.campus.institution, meeting_id=batch.pk, batch=other)

    def ask(self, *batches: Batch, first: int = 0, last: int = 60, **fields: Any) -> AccessRequest:
        """Ask for these batches, or for all."""
        with quietly():
            return ask_for_access(
                by=self.by,
                **{
                    "batches": list(batches) or None,
                    "first_date": self.day(first),
                    "last_date": self.day(last),
                    "purpose": "Accreditation visit 2030/114",
                    **fields,
                },
            )

    def grant(self, *batches: Batch, days: float = 30, **fields: Any) -> AccessRequest:
        """The same, and granted."""
        with quietly():
            asked = self.ask(*batches, **fields)
            return grant_access(by=self.campus.admin, request=asked, expires_at=self.later(days))

    def later(self, days: float) -> datetime:
        return timezone.now() + timedelta(days=days)

    def expire(self, grant: AccessRequest) -> None:
        """Let its time be over."""
        then = timezone.now() - timedelta(days=40)
        with as_if_long_ago():
            AccessRequest.objects.filter(pk=grant.pk).update(decided_at=then, expires_at=then + timedelta(days=39))
