"""Seats against a simple model: whatever is done in whatever order, the counts, the periods and the refusals agree."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from muster.core.errors import DomainError
from muster.enrollments.models import Enrollment, SeatPeriod
from muster.enrollments.rules import (
    cancel_enrollment,
    change_capacity,
    enroll_student,
    hold_enrollment,
    resume_enrollment,
)
from tests.make import Campus

STUDENTS = 5
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["enroll", "enroll", "enroll", "cancel", "hold", "resume", "capacity"]),
        st.integers(0, STUDENTS - 1),
    ),
    max_size=25,
)


@dataclass
class Model:
    """A batch as a child would keep it: a number of chairs, and who has which."""

    capacity: int = 3
    status: dict[int, str] = field(default_factory=dict)

    @property
    def held(self) -> int:
        return sum(status in ("active", "on_hold") for status in self.status.values())

    def act(self, action: str, number: int) -> bool:
        """Do it if it may be done, and say whether it may."""
        seated = self.status.get(number) in ("active", "on_hold")
        match action:
            case "enroll":
                if seated or self.held >= self.capacity:
                    return False
                self.status[number] = "active"
            case "cancel":
                if number not in self.status:
                    return False
                self.status[number] = "cancelled"
            case "hold" | "resume":
                wanted = "on_hold" if action == "hold" else "active"
                if not seated:
                    return False
                self.status[number] = wanted
            case "capacity":
                if number < max(self.held, 1):
                    return False
                self.capacity = number
        return True


class SeatsAgreeWithTheModel(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.campus = Campus.found()
        cls.people = [cls.campus.student() for _each in range(STUDENTS)]
        cls.course = cls.campus.course()

    def act(self, batch, action, number):
        person = self.people[number]
        if action == "enroll":
            enroll_student(by=self.campus.admin, student=person, batch=batch)
        elif action == "capacity":
            change_capacity(by=self.campus.admin, batch=batch, capacity=number)
        else:
            rule = {"cancel": cancel_enrollment, "hold": hold_enrollment, "resume": resume_enrollment}[action]
            rule(by=self.campus.admin, enrollment=self.last(batch, person))

    def last(self, batch, person):
        found = Enrollment.objects.filter(batch=batch, student=person).order_by("created_at", "pk").last()
        if found is None:
            raise DomainError("nobody")
        return found

    @settings(max_examples=40, deadline=None)
    @given(ACTIONS)
    def test_every_order_of_actions(self, actions):
        batch, model = self.campus.batch(course=self.course, capacity=3), Model()
        for action, number in actions:
            try:
                self.act(batch, action, number)
                done = True
            except DomainError:
                done = False
            self.assertEqual(done, model.act(action, number), (action, number))
            batch.refresh_from_db()
            self.assertEqual((batch.enrolled_students, batch.capacity), (model.held, model.capacity))
        active = {number for number, status in model.status.items() if status == "active"}
        open_periods = SeatPeriod.objects.filter(batch=batch, until_date__isnull=True)
        self.assertEqual(
            {period.enrollment.student_id for period in open_periods.select_related("enrollment")},
            {self.people[number].pk for number in active},
        )
