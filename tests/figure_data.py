"""Small data of which every figure is made, filled anew by chance for each example of a property test."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.utils import timezone

from muster.allocation.models import IndividualAssignment
from muster.allocation.rules import assign_student
from muster.assessment.models import Assessment, AssessmentCategory, AssessmentMark
from muster.attendance.models import AttendanceRecord
from muster.batches.models import Batch, InstructorAssignment
from muster.certificates.models import Certificate
from muster.core.ownership import without_triggers
from muster.courses.models import Subject
from muster.documents.models import IssuedDocument
from muster.enrollments.models import Enrollment, WaitlistEntry
from muster.feedback.models import FeedbackRound
from muster.feedback.rules import open_batch_round
from muster.mentoring.models import MentoringCheckIn, MentoringGoal, MentoringQuestion, MentoringSession
from muster.mentoring.rules import schedule_sessions
from muster.people.models import InstructorProfile
from muster.progression.models import RolloverRequest, SubjectResult
from muster.progression.rules import map_subject
from muster.risk.models import RiskFlag
from muster.timetable.models import ClassSession
from tests.asking import answer, closed
from tests.make import Campus, slot

DAY = timedelta(days=1)
# Nothing is older or later, in days from today.
BEFORE, AFTER = 40, 8
# Five answers are the fewest that are shown.
STUDENTS = 6
MARKS = ["PRESENT", "PRESENT", "LATE", "ABSENT", "EXCUSED", None]
NEVER_REWRITTEN = (
    "allocation.IndividualAssignment:assignment_is_ended_and_never_rewritten",
    "feedback.FeedbackRound:feedback_round_stays_as_it_was_opened",
    "progression.SubjectResult:published_result_stays",
)


class FigureData:
    """Two branches and departments with a batch each and one without, a batch year, and pairs who talk.

    Far from the clock of the machine, so that a day taken by the wrong one is another day.
    """

    def __init__(self) -> None:
        self.campus = Campus.found(time_zone="Pacific/Auckland")
        self.admin = self.campus.admin
        self.today, self.here = self.admin.today(), {"institution": self.campus.institution}
        self.parts = [{"branch": self.campus.branch(), "department": self.campus.department()} for _each in range(2)]
        self.leads = [self.campus.instructor() for _each in range(2)]
        self.batches = [self._batch(number) for number in range(3)]
        self.rounds = [open_batch_round(by=self.admin, batch=one, kind="midpoint") for one in self.batches]
        self.tests = [self._assessment(one, number) for one in self.batches for number in range(2)]
        self.year = self._year()
        subjects = [
            Subject.objects.create(**self.here, course=self.year.course, code=code, title=code, semester=1)
            for code in ("S1", "S2")
        ]
        self.mappings = [map_subject(by=self.admin, batch=self.year, subject=one) for one in subjects]
        self.pairs = [self._pair(number) for number in range(4)]

    def _batch(self, number: int) -> Batch:
        place = self.parts[number] if number < len(self.parts) else {}
        start = 8 + 3 * number
        batch = self.campus.batch(
            **place,
            lead=self.leads[number % 2],
            start_date=self.today - DAY * BEFORE,
            end_date=self.today + DAY * AFTER,
            capacity=STUDENTS,
            slots=[slot(day, f"{start:02}:00", f"{start + 2:02}:00") for day in (1, 4)],
        )
        for _each in range(STUDENTS):
            self.campus.enroll(batch, enrollment_date=self.today - DAY * BEFORE)
        return batch

    def _assessment(self, batch: Batch, number: int) -> Assessment:
        category, _is_new = AssessmentCategory.objects.get_or_create(
            **self.here, batch=batch, name="Tests", defaults={"weight": 100}
        )
        maximum = (7, 20)[number]
        return Assessment.objects.create(
            **self.here, batch=batch, category=category, title=f"Test {number}", maximum=maximum, due_on=self.today
        )

    def _year(self) -> Batch:
        course = self.campus.course(semesters=6, department=self.parts[0]["department"])
        dates = {"start_date": self.today - DAY * 200, "end_date": self.today + DAY * 200}
        fields = {"kind": "academic", "year": 2030, "current_semester": 1, "course": course, "capacity": 9}
        year = self.campus.batch(**fields, **dates, **self.parts[0])
        for _each in range(3):
            self.campus.enroll(year, enrollment_date=self.today - DAY * BEFORE)
        return year

    def _pair(self, number: int) -> IndividualAssignment:
        student = self.campus.student()
        assign_student(by=self.admin, student=student, instructor=self.leads[number % 2])
        # In the evening, when nobody teaches, each at an hour of its own: the day comes by chance.
        day = datetime.combine(self.today + DAY * 20, time(18 + number), self.admin.zone)
        schedule_sessions(by=self.admin, student=student, starts_at=day)
        return IndividualAssignment.objects.get(student=student)

    # --- one example ------------------------------------------------------------------------------------------------
    def fill(self, chance: Random) -> None:
        """What happened, by chance. Every status and every side of every day comes about."""
        self.chance = chance
        for batch in self.batches:
            self._dates(batch)
            self._attend(batch)
            self._leave(batch)
        for row in self.tests:
            self._mark(row)
        # A batch year may have no limit, and no last day.
        dates = {"end_date": self.chance.choice([None, self.year.end_date]), "capacity": self.chance.choice([None, 9])}
        Batch.objects.filter(pk=self.year.pk).update(**dates)
        self._results()
        self._roll()
        for pair in self.pairs:
            self._talk(pair)
        for row in self.rounds:
            self._answer(row)
        with without_triggers(*NEVER_REWRITTEN):
            for row in FeedbackRound.objects.filter(closed_at__isnull=False):
                FeedbackRound.objects.filter(pk=row.pk).update(closed_at=self.ago())
            for result in SubjectResult.objects.all():
                SubjectResult.objects.filter(pk=result.pk).update(created_at=self.ago())
            for pair in self.pairs:
                began = self.ago()
                ended = self.chance.choice([None, None, began + DAY * self.chance.randrange(9)])
                ended = min(ended, timezone.now()) if ended else None
                IndividualAssignment.objects.filter(pk=pair.pk).update(assigned_at=began, ended_at=ended)
        most = self.chance.choice([None, 1, 3])
        profile = {"max_active_batches": most}
        InstructorProfile.objects.update_or_create(**self.here, user=self.leads[0], defaults=profile)

    def ago(self) -> datetime:
        """A moment of the last days, until now."""
        return timezone.now() - timedelta(days=self.chance.randrange(BEFORE), minutes=self.chance.randrange(1440))

    def day(self) -> Any:
        """A day around today."""
        return self.today + DAY * self.chance.randrange(-BEFORE, AFTER)

    def _dates(self, batch: Batch) -> None:
        """Batches that ended or run, of any size; a lead who left, with or without a successor."""
        ends_on = self.chance.choice([batch.end_date, self.today - DAY * self.chance.randrange(BEFORE)])
        Batch.objects.filter(pk=batch.pk).update(end_date=ends_on, capacity=STUDENTS + self.chance.randrange(3))
        if self.chance.random() < 0.5:
            until = self.today - DAY * self.chance.randrange(1, BEFORE)
            lead = InstructorAssignment.objects.leads().get(batch=batch)
            InstructorAssignment.objects.filter(pk=lead.pk).update(until_date=until)
            if self.chance.random() < 0.5:
                other = next(one for one in self.leads if one.pk != lead.instructor_id)
                InstructorAssignment.objects.create(
                    **self.here, batch=batch, instructor=other, role="lead", from_date=until + DAY
                )

    def _attend(self, batch: Batch) -> None:
        """Registers of some sessions, some of which were canceled afterwards; and marks of days."""
        seats = list(batch.enrollments.order_by("pk"))[:3]
        sessions = list(ClassSession.objects.filter(meeting__batch_links__batch=batch, date__lt=self.today))
        made, marked_days = [], set()
        for session in self.chance.sample(sessions, min(4, len(sessions))):
            ClassSession.objects.filter(pk=session.pk).update(session_type=self.chance.choice(["THEORY", "PRACTICAL"]))
            marks = [(seat, session, session.date) for seat in seats] if self.chance.random() < 0.8 else []
            days = [
                (seat, None, self.chance.choice([session.date, self.today - DAY * self.chance.randrange(BEFORE + 9)]))
                for seat in seats[:1]
            ]
            for seat, of, day in [*marks, *days]:
                if of is None and day in marked_days:
                    continue
                marked_days |= {day} if of is None else set()
                mark = {"status": self.chance.choice(MARKS), "marked_at": timezone.now()}
                made.append(AttendanceRecord(**self.here, **mark, enrollment=seat, session=of, record_date=day))
        AttendanceRecord.objects.bulk_create(made)
        for session in sessions:
            if self.chance.random() < 0.2:
                ClassSession.objects.filter(pk=session.pk).update(status="cancelled")

    def _leave(self, batch: Batch) -> None:
        """Students came later, paused, completed, left, are at risk, waited, or hold a certificate."""
        for seat in batch.enrollments.order_by("pk"):
            if self.chance.random() < 0.3:
                over = self.chance.choice([{}, {"closed_at": timezone.now(), "outcome": "recovered"}])
                flag = {"enrollment": seat, "reasons": ["missed"], "missed": 3, "due_on": self.today}
                RiskFlag.objects.create(**self.here, **flag, **over)
            if self.chance.random() < 0.3:
                self._certify(seat, is_over=self.chance.random() < 0.5)
            status = self.chance.choice(["active", "active", "on_hold", "completed", "cancelled", "expired"])
            Enrollment.objects.filter(pk=seat.pk).update(status=status, enrollment_date=self.day())
            if self.chance.random() < 0.3:
                status = self.chance.choice(["accepted", "declined", "expired", "cancelled"])
                WaitlistEntry.objects.create(
                    **self.here, student=seat.student, batch=batch, joined_at=self.ago(), status=status
                )

    def _certify(self, seat: Enrollment, *, is_over: bool) -> None:
        over = {"ended_at": timezone.now(), "ending": "revoked"} if is_over else {}
        paper = IssuedDocument.objects.create(
            **self.here, kind="certificate", holder=seat.student, series=str(seat.pk), digest="0", content={}
        )
        Certificate.objects.create(**self.here, enrollment=seat, document=paper)
        IssuedDocument.objects.filter(pk=paper.pk).update(**over)

    def _mark(self, row: Assessment) -> None:
        Assessment.objects.filter(pk=row.pk).update(due_on=self.day())
        marks = []
        for seat in list(row.batch.enrollments.order_by("pk"))[:3]:
            state = self.chance.choice(["", "", "exempt"])
            score = None if state else Decimal(self.chance.randrange(int(row.maximum) * 100)) / 100
            told = {"marked_at": timezone.now(), "published_at": self.chance.choice([timezone.now(), None])}
            marks.append(AssessmentMark(**self.here, assessment=row, enrollment=seat, score=score, state=state, **told))
        AssessmentMark.objects.bulk_create(marks)

    def _results(self) -> None:
        """Results of one attempt or two, of one version or two, whatever each says."""
        rows = []
        for mapping in self.mappings:
            for seat in self.year.enrollments.order_by("pk"):
                for attempt in range(self.chance.randrange(3)):
                    versions = self.chance.choice([1, 1, 2])
                    for version in range(1, versions + 1):
                        told = {
                            "verdict": self.chance.choice(["passed", "failed", "exempt"]),
                            "percent": Decimal(self.chance.randrange(1001)) / 10,
                            "is_current": version == versions,
                            "worth": 4,
                            "earned": 0,
                            "counts": True,
                        }
                        key = {"enrollment": seat, "mapping": mapping, "attempt": attempt, "version": version}
                        rows.append(SubjectResult(**self.here, **key, **told))
        SubjectResult.objects.bulk_create(rows)

    def _roll(self) -> None:
        moves = [{"move": self.chance.choice(["moves", "held_back", "stays"])} for _each in range(3)]
        row = RolloverRequest.objects.create(**self.here, batch=self.year, from_semester=1, to_semester=2)
        status = self.chance.choice(["executed", "executed", "rejected"])
        RolloverRequest.objects.filter(pk=row.pk).update(
            status=status, decided_at=self.ago(), outcome={"students": moves}
        )

    def _talk(self, pair: IndividualAssignment) -> None:
        chance = self.chance
        for _each in range(chance.randrange(2)):
            asked = self.ago()
            answered = chance.choice([None, asked + timedelta(hours=chance.randrange(90))])
            said = {"question": "Why?", "answer": "Because." if answered else "", "answered_at": answered}
            row = MentoringQuestion.objects.create(**self.here, assignment=pair, **said)
            MentoringQuestion.objects.filter(pk=row.pk).update(created_at=asked)
        for _each in range(chance.randrange(3)):
            status = chance.choice(["open", "reached", "dropped"])
            settled = None if status == "open" else timezone.now()
            goal = MentoringGoal.objects.create(
                **self.here, assignment=pair, title="Read on", status=status, settled_at=settled
            )
            MentoringGoal.objects.filter(pk=goal.pk).update(created_at=self.ago())
        for _each in range(chance.randrange(4)):
            talk = MentoringCheckIn.objects.create(
                **self.here, assignment=pair, by_student=True, mood=3, progress=chance.randint(1, 5)
            )
            MentoringCheckIn.objects.filter(pk=talk.pk).update(created_at=self.ago())
        [met] = MentoringSession.objects.filter(assignment=pair)
        ClassSession.objects.filter(pk=met.session_id).update(date=self.today - DAY * chance.randrange(1, BEFORE))
        outcome = chance.choice(["held", "held", "missed", ""])
        MentoringSession.objects.filter(pk=met.pk).update(outcome=outcome)

    def _answer(self, row: FeedbackRound) -> None:
        """Some answered, more than are hidden or fewer; it closed, or is open still."""
        names = ("content", "instructor", "value")
        number = self.chance.choice([0, 4, 5, 6])
        points = [{name: self.chance.randint(1, 5) for name in names} for _each in range(number)]
        answer(self.campus, row, [(one, "") for one in points])
        if self.chance.random() < 0.8:
            closed(self.campus, row)
