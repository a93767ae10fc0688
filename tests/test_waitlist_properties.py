"""Waitlists against a simple model: whatever is done in whatever order, seats, offers and the order of the line agree,
and no seat stays free while somebody waits for it."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from muster.core.errors import DomainError
from muster.enrollments.models import Enrollment, WaitlistEntry
from muster.enrollments.rules import (
    accept_offer,
    cancel_enrollment,
    change_capacity,
    change_enrollment,
    decline_offer,
    enroll_student,
    hold_enrollment,
    join_waitlist,
    lapse_offers,
    leave_waitlist,
    prioritize,
    resume_enrollment,
    transfer_students,
)
from tests.make import Campus

STUDENTS, BATCHES = 4, 2
SEATED, CURRENT = ("active", "on_hold"), ("waiting", "offered")
# Each as often as it takes for lines to come about and move.
OFTEN = {"enroll": 3, "join": 6, "cancel": 3, "accept": 4, "decline": 2, "transfer": 3}
SELDOM = ("complete", "hold", "resume", "capacity", "leave", "lapse", "prioritize")
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from([*SELDOM, *(action for action, times in OFTEN.items() for _each in range(times))]),
        st.integers(0, STUDENTS - 1),
        st.integers(0, BATCHES - 1),
        # Whether it is done to somebody to whom it can be done, if there is one.
        st.sampled_from([True, True, True, False]),
    ),
    min_size=10,
    max_size=40,
)


# Both batches are full, and in each line stands somebody, in one with a seat in the other.
START = [("enroll", 0, 0, False), ("enroll", 1, 1, False), ("join", 0, 1, False), ("join", 2, 0, False)]


@dataclass
class Chairs:
    """A batch as a child would keep it: chairs, who has one, and who stands in line with what number."""

    capacity: int = 1
    seats: dict[int, str] = field(default_factory=dict)
    places: dict[int, str] = field(default_factory=dict)
    numbers: dict[int, tuple[int, int]] = field(default_factory=dict)

    def has(self, number):
        return self.seats.get(number) in SEATED

    @property
    def enrolled(self):
        return sum(map(self.has, self.seats))

    @property
    def offered(self):
        return sum(place == "offered" for place in self.places.values())

    @property
    def free(self):
        return self.capacity - self.enrolled - self.offered

    @property
    def line(self):
        waiting = [number for number, place in self.places.items() if place == "waiting"]
        return sorted(waiting, key=self.numbers.__getitem__)


class Model:
    """Two batches of one course, with one line each."""

    def __init__(self, mode):
        self.mode = mode
        self.batches = [Chairs() for _each in range(BATCHES)]
        self.joined = 0

    def move(self, number, to):
        """Give the student a chair, and take the one that they had; the batches whose line goes on."""
        self.batches[to].seats[number] = "active"
        left = [place for place in range(BATCHES) if place != to and self.batches[place].has(number)]
        for place in left:
            self.batches[place].seats[number] = "cancelled"
        return left

    def fill(self, *lines):
        todo = list(lines)
        while todo:
            place = todo.pop(0)
            batch = self.batches[place]
            for number in batch.line[: max(batch.free, 0)]:
                if self.mode == "offer":
                    batch.places[number] = "offered"
                else:
                    batch.places[number] = "accepted"
                    todo += self.move(number, place)

    def aim(self, action, number, place):
        """The student and the batch among those to whom it can be done."""
        chairs = dict(enumerate(self.batches))
        wanted = {
            "enroll": lambda who, at: not any(one.has(who) for one in self.batches),
            "join": lambda who, at: not at.has(who) and at.places.get(who) not in CURRENT and at.free <= 0,
            "accept": lambda who, at: at.places.get(who) == "offered",
            "transfer": lambda who, at: not at.has(who) and any(one.has(who) for one in self.batches),
            "decline": lambda who, at: at.places.get(who) == "offered",
            "leave": lambda who, at: at.places.get(who) in CURRENT,
            "prioritize": lambda who, at: at.places.get(who) == "waiting",
        }.get(action, lambda who, at: at.has(who))
        able = [(who, spot) for spot, at in chairs.items() for who in range(STUDENTS) if wanted(who, at)]
        if action in ("capacity", "lapse") or not able:
            return number, place
        return able[(number * BATCHES + place) % len(able)]

    def act(self, action, number, place):
        """Do it if it may be done, and say whether it may."""
        batch = self.batches[place]
        seat, waits = batch.seats.get(number), batch.places.get(number)
        match action:
            case "enroll":
                is_seated = any(one.has(number) for one in self.batches)
                if is_seated or (waits != "offered" and (batch.free <= 0 or batch.line)):
                    return False
                batch.seats[number] = "active"
                if waits == "offered":
                    batch.places[number] = "accepted"
            case "join":
                if batch.has(number) or waits in CURRENT or (batch.free > 0 and not batch.line):
                    return False
                self.joined += 1
                batch.places[number], batch.numbers[number] = "waiting", (0, self.joined)
            case "transfer":
                # Whoever is on hold stays so.
                held = [one.seats[number] for one in self.batches if one.has(number)]
                if not held or batch.has(number) or (waits != "offered" and batch.free <= 0):
                    return False
                if waits == "offered":
                    batch.places[number] = "accepted"
                left = self.move(number, place)
                batch.seats[number] = held[0]
                self.fill(*left)
            case "cancel":
                if seat is None or seat == "completed":
                    return False
                batch.seats[number] = "cancelled"
            case "complete":
                if seat is None:
                    return False
                batch.seats[number] = "completed"
            case "hold" | "resume":
                if seat not in SEATED:
                    return False
                batch.seats[number] = "on_hold" if action == "hold" else "active"
            case "capacity":
                if number < max(batch.enrolled + batch.offered, 1):
                    return False
                batch.capacity = number
            case "prioritize":
                if waits != "waiting":
                    return False
                batch.numbers[number] = (-number, batch.numbers[number][1])
            case "leave":
                if waits not in (*CURRENT, "cancelled"):
                    return False
                batch.places[number] = "cancelled"
            case "accept":
                if waits != "offered":
                    return waits == "accepted"
                batch.places[number] = "accepted"
                self.fill(*self.move(number, place))
            case "decline":
                if waits not in ("offered", "declined"):
                    return False
                batch.places[number] = "declined"
            case "lapse":
                for one in self.batches:
                    one.places = {who: "expired" if how == "offered" else how for who, how in one.places.items()}
                self.fill(*range(BATCHES))
        self.fill(place)
        return True


class WaitlistsAgreeWithTheModel(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.campus = Campus.found()
        cls.people = [cls.campus.student() for _each in range(STUDENTS)]

    def act(self, batches, action, number, place):
        batch, person, by = batches[place], self.people[number], self.campus.admin
        match action:
            case "enroll":
                enroll_student(by=by, student=person, batch=batch)
            case "join":
                join_waitlist(by=by, student=person, batch=batch)
            case "capacity":
                change_capacity(by=by, batch=batch, capacity=number)
            case "lapse":
                lapse_offers(institution=self.campus.institution, now=timezone.now() + timedelta(days=3))
            case "prioritize":
                prioritize(by=by, place=self.last(WaitlistEntry, batch, person), priority=number)
            case "leave" | "accept" | "decline":
                rule = {"leave": leave_waitlist, "accept": accept_offer, "decline": decline_offer}[action]
                rule(by=by, place=self.last(WaitlistEntry, batch, person))
            case "transfer":
                seat = self.last(Enrollment, batches[1 - place], person)
                transfer_students(by=by, enrollments=[seat], to=batch)
            case "complete":
                enrollment = self.last(Enrollment, batch, person)
                change_enrollment(by=by, enrollment=enrollment, changes={"status": "completed"})
            case _:
                rule = {"cancel": cancel_enrollment, "hold": hold_enrollment, "resume": resume_enrollment}[action]
                rule(by=by, enrollment=self.last(Enrollment, batch, person))

    def last(self, model, batch, person):
        found = model.objects.filter(batch=batch, student=person).order_by("created_at", "pk").last()
        if found is None:
            raise DomainError("nobody")
        return found

    def stands(self, batch):
        """What is stored of a batch, in the words of the model."""
        batch.refresh_from_db()
        who = {person.pk: number for number, person in enumerate(self.people)}
        rows = {}
        for model in (Enrollment, WaitlistEntry):
            found = model.objects.filter(batch=batch).order_by("created_at", "pk")
            rows[model] = {who[student]: status for student, status in found.values_list("student_id", "status")}
        line = WaitlistEntry.objects.waiting().filter(batch=batch).values_list("student_id", flat=True)
        counted = (batch.capacity, batch.enrolled_students, batch.seats_offered)
        return counted, rows[Enrollment], rows[WaitlistEntry], [who[student] for student in line]

    @settings(max_examples=60, deadline=None)
    @given(st.sampled_from(["auto", "offer"]), ACTIONS)
    def test_every_order_of_actions(self, mode, actions):
        self.campus.institution.waitlist_mode = mode
        self.campus.institution.save()
        course, model = self.campus.course(), Model(mode)
        batches = [self.campus.batch(course=course, capacity=1) for _each in range(BATCHES)]
        for name, number, place, aimed in [*START, *actions]:
            action = (name, *(model.aim(name, number, place) if aimed else (number, place)))
            try:
                self.act(batches, *action)
                done = True
            except DomainError:
                done = False
            self.assertEqual(done, model.act(*action), action)
            for batch, chairs in zip(batches, model.batches, strict=True):
                counted = (chairs.capacity, chairs.enrolled, chairs.offered)
                self.assertEqual(self.stands(batch), (counted, chairs.seats, chairs.places, chairs.line), action)
                self.assertFalse(chairs.free > 0 and chairs.line, action)
