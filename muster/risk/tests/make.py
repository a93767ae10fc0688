"""A batch that began a month ago, and a student in it who is marked day by day."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from muster.assessment.rules import MarkGiven, add_assessment, publish_marks, save_marks
from muster.attendance.queries import sessions_in_full
from muster.attendance.rules import MarkInput, mark_learners
from muster.core.ownership import as_owner
from muster.enrollments.models import Enrollment, SeatPeriod
from muster.institutions.access import Actor
from muster.risk.models import RiskFlag
from muster.risk.rules import keep_flags
from muster.timetable.models import ClassSession
from tests.make import Campus


class RiskClass:
    """One batch with a lead, one student, and what the institution looks for."""

    def __init__(self, campus: Campus | None = None, **batch: Any) -> None:
        self.campus = campus or Campus.found()
        self.today = self.campus.admin.today()
        self.first = self.today - timedelta(days=30)
        self.lead = self.campus.instructor("Naledi Mokoena")
        given: dict[str, Any] = {
            "lead": self.lead,
            "start_date": self.first,
            "end_date": self.today + timedelta(days=60),
        }
        self.batch = self.campus.batch(**(given | batch))
        self.seat = self.enroll("Sipho Ndaba")
        self.system = Actor.system(self.campus.institution)
        self.days = 0

    def enroll(self, name: str) -> Enrollment:
        seat = self.campus.enroll(self.batch, self.campus.student(name), enrollment_date=self.first)
        with as_owner():
            SeatPeriod.objects.filter(enrollment=seat).update(from_date=self.first)
        return seat

    def session(self) -> ClassSession:
        """The one of the next day."""
        self.days += 1
        return ClassSession.objects.create(
            institution=self.campus.institution,
            meeting_id=self.batch.pk,
            date=self.first + timedelta(days=self.days),
            is_edited=True,
        )

    def mark(self, letters: str, seat: Enrollment | None = None) -> None:
        """A session for each letter: present, absent, late or excused."""
        words = {"P": "PRESENT", "A": "ABSENT", "L": "LATE", "E": "EXCUSED"}
        for one in letters:
            full = sessions_in_full(self.campus.admin).get(pk=self.session().pk)
            mark_learners(by=self.campus.admin, session=full, marks=[MarkInput((seat or self.seat).pk, words[one])])

    def give(self, score: int) -> None:
        """A published mark of 100 in a test of its own."""
        by = self.campus.admin
        self.days += 1
        fields = {"title": f"Test {self.days}", "maximum": Decimal(100), "due_on": self.first}
        test = add_assessment(by=by, batch=self.batch, category="Tests", fields=fields)
        save_marks(by=by, batch=self.batch, marks=[MarkGiven(0, test.pk, self.seat.pk, Decimal(score))])
        publish_marks(by=by, assessment=test)

    def keep(self) -> tuple[int, int]:
        """How many flags opened and closed."""
        found = keep_flags(by=self.system)
        return found.opened, found.closed

    def flag(self, seat: Enrollment | None = None) -> RiskFlag:
        """The latest flag of the student."""
        return RiskFlag.objects.filter(enrollment=seat or self.seat).order_by("-created_at", "-pk")[0]

    def flagged(self, letters: str = "AAA") -> RiskFlag:
        """The flag that these marks open."""
        self.mark(letters)
        self.keep()
        return self.flag()
