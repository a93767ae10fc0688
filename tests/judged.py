"""An institution in which everything that figures are made of came about by chance."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.utils import timezone

from muster.allocation.models import IndividualAssignment
from muster.allocation.rules import assign_student, unassign_student
from muster.assessment.models import Assessment, AssessmentCategory, AssessmentMark
from muster.batches.models import Batch
from muster.core.ownership import without_triggers
from muster.courses.models import Subject
from muster.enrollments.models import Enrollment
from muster.feedback.models import FeedbackRound
from muster.mentoring.models import MentoringCheckIn, MentoringGoal, MentoringQuestion, MentoringSession
from muster.mentoring.rules import agree_goal, answer_question, ask_question, change_goal, check_in, schedule_sessions
from muster.progression.models import RolloverRequest, SubjectResult
from muster.progression.rules import ScoreInput, map_subject, publish_results, save_scores
from muster.risk.models import RiskFlag
from muster.timetable.models import ClassSession
from tests.asking import answer, asked_batch, closed
from tests.make import Campus

DAY = timedelta(days=1)


class Judged:
    """Two branches and departments with batches, in which students answered, were marked, flagged and mentored."""

    def __init__(self, seed: int) -> None:
        self.chance, self.campus = Random(seed), Campus.found()
        self.admin = self.campus.admin
        self.today, self.here = self.admin.today(), {"institution": self.campus.institution}
        self.parts = [{"branch": self.campus.branch(), "department": self.campus.department()} for _each in range(2)]
        self.leads = [self.campus.instructor() for _each in range(2)]
        self.batches = [self.batch(number) for number in range(4)]
        for batch in self.batches:
            self.assess(batch)
            self.flag(batch)
        self.years = [self.year(number) for number in range(2)]
        self.mentor()

    def ago(self) -> datetime:
        """A moment of the last hundred days."""
        return timezone.now() - timedelta(days=self.chance.randrange(100), minutes=self.chance.randrange(600))

    # --- batches
    def batch(self, number: int) -> Batch:
        """A batch whose round closed some time ago, with more answers than are hidden or fewer."""
        students = self.chance.randint(5, 8)
        place = {**self.parts[number % 2], "lead": self.leads[number % 2], "capacity": students + number}
        asked = asked_batch(self.campus, students, **place)
        points = [
            {"content": self.points(), "instructor": self.points(), "value": self.points()}
            for _each in range(self.chance.choice([0, 3, 5, students]))
        ]
        answer(self.campus, asked, [(one, "") for one in points])
        closed(self.campus, asked)
        with without_triggers("feedback.FeedbackRound:feedback_round_stays_as_it_was_opened"):
            FeedbackRound.objects.filter(pk=asked.pk).update(closed_at=self.ago())
        return Batch.objects.get(pk=asked.batch_id)

    def points(self) -> int:
        return self.chance.randint(1, 5)

    def assess(self, batch: Batch) -> None:
        """Assessments of any maximum, with scores, states and marks that nobody sees yet."""
        category = AssessmentCategory.objects.create(**self.here, batch=batch, name="Tests", weight=100)
        for number in range(3):
            due = self.today - DAY * self.chance.randrange(100)
            row = Assessment.objects.create(
                **self.here,
                batch=batch,
                category=category,
                title=f"Test {number}",
                maximum=self.chance.choice([7, 20, 100]),
                due_on=due,
            )
            for seat in batch.enrollments.all():
                score = Decimal(self.chance.randrange(701)) / 100
                state = self.chance.choice(["", "", "", "exempt"])
                AssessmentMark.objects.create(
                    **self.here,
                    assessment=row,
                    enrollment=seat,
                    score=None if state else score,
                    state=state,
                    marked_at=timezone.now(),
                    published_at=self.chance.choice([timezone.now(), timezone.now(), None]),
                )

    def flag(self, batch: Batch) -> None:
        """Some are at risk; of some the flag is closed."""
        for seat in batch.enrollments.all():
            if self.chance.random() < 0.5:
                row: dict[str, Any] = {"enrollment": seat, "reasons": ["missed"], "missed": 3, "due_on": self.today}
                if self.chance.random() < 0.4:
                    row |= {"closed_at": timezone.now(), "outcome": "recovered"}
                RiskFlag.objects.create(**self.here, **row)

    # --- batch years
    def year(self, number: int) -> Batch:
        """A batch year with results of any percent, and a rollover that left some behind."""
        place = self.parts[number]
        course = self.campus.course(semesters=6, department=place["department"])
        year = self.campus.batch(
            kind="academic",
            year=2030,
            current_semester=1,
            course=course,
            capacity=9,
            start_date=self.today - DAY * 200,
            end_date=self.today + DAY * 200,
            **place,
        )
        subject = Subject.objects.create(**self.here, course=course, code="S1", title="Subject", semester=1)
        mapping = map_subject(by=self.admin, batch=year, subject=subject)
        seats = [self.campus.enroll(year, enrollment_date=self.today - DAY * 150) for _each in range(6)]
        marks = [ScoreInput(0, one.pk, "MARK", Decimal(self.chance.randrange(101))) for one in seats[:-1]]
        save_scores(by=self.admin, mapping=mapping, cells=marks)
        publish_results(by=self.admin, mapping=mapping)
        with without_triggers("progression.SubjectResult:published_result_stays"):
            SubjectResult.objects.filter(mapping=mapping).update(created_at=self.ago())
        self.roll(year, seats)
        return year

    def roll(self, year: Batch, seats: list[Enrollment]) -> None:
        students = [
            {"enrollment_id": str(one.pk), "move": self.chance.choice(["moves", "moves", "held_back", "stays"])}
            for one in seats
        ]
        row = RolloverRequest.objects.create(**self.here, batch=year, from_semester=1, to_semester=2)
        RolloverRequest.objects.filter(pk=row.pk).update(
            status="executed", decided_at=self.ago(), outcome={"students": students}
        )

    # --- mentoring
    def mentor(self) -> None:
        """Pairs, some of which ended, with what they asked, agreed, said and held."""
        for number in range(9):
            student, lead = self.campus.student(), self.chance.choice(self.leads)
            if number == 0:
                continue
            assign_student(by=self.admin, student=student, instructor=lead)
            pair = IndividualAssignment.objects.get(student=student)
            self.talk(pair)
            with without_triggers("allocation.IndividualAssignment:assignment_is_ended_and_never_rewritten"):
                IndividualAssignment.objects.filter(pk=pair.pk).update(
                    assigned_at=timezone.now() - DAY * self.chance.randint(101, 108)
                )
            if number % 4 == 0:
                unassign_student(by=self.admin, student=student)

    def talk(self, pair: IndividualAssignment) -> None:
        asks, answers = self.campus.actor(pair.student), self.campus.actor(pair.instructor)
        for _each in range(self.chance.randrange(3)):
            row = ask_question(by=asks, student=pair.student, question="Why?")
            asked_at = self.ago()
            if self.chance.random() < 0.7:
                answer_question(by=answers, question=row, answer="Because.")
                took = timedelta(hours=self.chance.randint(1, 90))
                MentoringQuestion.objects.filter(pk=row.pk).update(answered_at=asked_at + took)
            MentoringQuestion.objects.filter(pk=row.pk).update(created_at=asked_at)
        for _each in range(self.chance.randrange(3)):
            row = agree_goal(by=answers, student=pair.student, title="Read on")
            status = self.chance.choice(["open", "reached", "dropped"])
            if status != "open":
                change_goal(by=answers, goal=row, changes={"status": status})
            MentoringGoal.objects.filter(pk=row.pk).update(created_at=self.ago())
        for _each in range(self.chance.randrange(4)):
            row = check_in(by=asks, student=pair.student, mood=3, progress=self.points())
            MentoringCheckIn.objects.filter(pk=row.pk).update(created_at=self.ago())
        for number in range(self.chance.randrange(3)):
            self.meet(pair, number)

    def meet(self, pair: IndividualAssignment, number: int) -> None:
        """They met, missed each other, or wrote nothing up yet."""
        # In the morning, so that it ends on its day whenever this runs.
        day = datetime.combine(self.today + DAY * (40 + number), time(8), self.admin.zone)
        starts = day + timedelta(minutes=self.chance.randrange(300))
        [row] = schedule_sessions(by=self.admin, student=pair.student, starts_at=starts)
        ago = DAY * (1 + 30 * number + self.chance.randrange(30))
        ClassSession.objects.filter(mentoring=row).update(date=self.today - ago)
        outcome = self.chance.choice(["held", "held", "missed", ""])
        MentoringSession.objects.filter(pk=row.pk).update(outcome=outcome)
