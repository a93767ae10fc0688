"""Progress: one formula of what was due so far, never typed, the same wherever it is shown."""

import random
from datetime import datetime, time, timedelta
from fractions import Fraction

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.allocation.rules import assign_student
from muster.assessment.models import Assessment, AssessmentCategory, AssessmentMark
from muster.assessment.queries import BY_PROGRESS, ProgressPart, progress_of, with_progress
from muster.assessment.queries.progress import WEIGHTS
from muster.attendance.models import AttendanceRecord
from muster.enrollments.models import Enrollment
from muster.enrollments.rules import complete_enrollment
from muster.mentoring.models import MentoringGoal
from muster.mentoring.rules import agree_goal, change_goal, schedule_sessions
from muster.progression.grading import State
from muster.timetable.models import ClassSession
from tests.client import Api
from tests.make import Campus

pytestmark = pytest.mark.django_db
PART = st.tuples(st.integers(0, 3000), st.integers(0, 3000)).map(lambda pair: (min(pair), max(pair)))


def percent_by_hand(parts):
    """Fractions, rounded once: of (done, due) of sessions, assessments and milestones."""
    asked = [(weight, done, due) for weight, (done, due) in zip(WEIGHTS.values(), parts, strict=True) if due]
    whole = sum(weight for weight, _done, _due in asked)
    reached = sum((Fraction(weight * done, due) for weight, done, due in asked), Fraction(0))
    return int(100 * reached / whole) if whole else 0


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.tuples(PART, PART, PART))
def test_the_database_rounds_down_once_and_loses_nothing_before(db, parts):
    done, due = ([part[place] for part in parts] for place in (0, 1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT muster_progress_percent(%s, %s, %s)", [done, due, list(WEIGHTS.values())])
        [found] = cursor.fetchone()
    assert found == percent_by_hand(parts)
    assert 0 <= found <= 100


class Course:
    """A batch that began a month ago, with a student who was there from the first day and has a mentor."""

    def __init__(self):
        self.campus = campus = Campus.found()
        self.today = campus.admin.today()
        first = self.today - timedelta(days=30)
        self.batch = campus.batch(start_date=first, end_date=self.today + timedelta(days=30))
        self.seat = self.enroll()
        self.mentor = campus.instructor()
        self.meeting = {"by": campus.actor(self.mentor), "student": self.seat.student}
        self.pair = assign_student(by=campus.admin, student=self.seat.student, instructor=self.mentor)
        self.of = {"institution": campus.institution}
        self.category = AssessmentCategory.objects.create(**self.of, batch=self.batch, name="Tests", weight=100)

    def enroll(self, batch=None, **fields):
        began = {"enrollment_date": self.today - timedelta(days=30), **fields}
        return self.campus.enroll(batch or self.batch, **began)

    def mark(self, status, days_ago, seat=None):
        """A daily record."""
        AttendanceRecord.objects.create(
            **self.of,
            enrollment=seat or self.seat,
            record_date=self.today - timedelta(days=days_ago),
            status=status,
            marked_at=timezone.now(),
        )

    def assess(self, due, *, is_out=True):
        """An assessment that is due in so many days, with or without its results."""
        return Assessment.objects.create(
            **self.of,
            batch=self.batch,
            category=self.category,
            title=f"Test {Assessment.objects.count()}",
            maximum=10,
            due_on=self.today + timedelta(days=due),
            published_at=timezone.now() if is_out else None,
        )

    def give(self, assessment, score=None, state="", *, is_out=True, seat=None):
        AssessmentMark.objects.create(
            **self.of,
            assessment=assessment,
            enrollment=seat or self.seat,
            score=score,
            state=state,
            marked_at=timezone.now(),
            published_at=timezone.now() if is_out else None,
        )

    def progress(self, seat=None):
        seat = seat or self.seat
        return progress_of([seat])[seat.pk]


@pytest.fixture
def course():
    return Course()


def test_nothing_due_is_no_progress(course):
    found = course.progress()
    assert (found.percent, found.is_begun) == (0, False)


def test_a_part_of_which_nothing_was_due_leaves_its_weight_to_the_others(course):
    for days_ago, status in enumerate(("PRESENT", "LATE", "ABSENT", "EXCUSED"), start=1):
        course.mark(status, days_ago)
    found = course.progress()
    assert (found.percent, found.sessions, found.last_attended) == (
        66,
        ProgressPart(2, 3),
        course.today - timedelta(days=1),
    )
    agree_goal(**course.meeting, title="Read chapter 1", due_on=None)
    # 40 * 2/3 of 60.
    assert course.progress().percent == 44
    assert [course.progress().milestones, course.progress().assessments] == [ProgressPart(0, 1), ProgressPart(0, 0)]


def test_an_assessment_counts_once_its_result_is_out(course):
    done, absent, exempt = (course.assess(-1) for _each in range(3))
    course.give(done, 0)
    course.give(absent, state=State.ABSENT)
    course.give(exempt, state=State.EXEMPT)
    assert course.progress().assessments == ProgressPart(1, 2)
    # Marked, and kept back; not marked at all; not due yet; due before the student came.
    course.give(course.assess(-1), 5, is_out=False)
    course.give(course.assess(-1), state=State.WITHHELD, is_out=False)
    course.assess(-1, is_out=False)
    course.assess(0)
    course.assess(-40)
    assert course.progress().assessments == ProgressPart(1, 2)
    # Others have their results, this student handed nothing in.
    course.assess(-1)
    assert course.progress().assessments == ProgressPart(1, 3)
    course.give(course.assess(3), 7)
    assert course.progress().assessments == ProgressPart(2, 4)


def test_goals_count_from_the_first_enrollment_in_the_course_until_it_ends(course):
    goals = [agree_goal(**course.meeting, title=title, due_on=None) for title in ("One", "Two", "Three", "Four")]
    for goal, status in zip(goals[1:], ("reached", "dropped", "open"), strict=True):
        change_goal(by=course.campus.admin, goal=goal, changes={"status": status})
    assert course.progress().milestones == ProgressPart(1, 3)
    long_ago = timezone.now() - timedelta(days=60)
    MentoringGoal.objects.filter(pk=goals[0].pk).update(created_at=long_ago)
    assert course.progress().milestones == ProgressPart(1, 2)
    complete_enrollment(by=course.campus.admin, enrollment=course.seat)
    Enrollment.objects.filter(pk=course.seat.pk).update(completed_at=timezone.now() - timedelta(days=2))
    assert course.progress().milestones == ProgressPart(0, 0)


def test_in_individual_study_sessions_are_those_with_the_mentor(course):
    campus = course.campus
    alone = campus.enroll(None, course.seat.student, course=campus.course())
    # At the first minute of the day, which has begun whenever this is tried.
    then = datetime.combine(course.today + timedelta(days=40), time(), campus.admin.zone)
    [row] = schedule_sessions(**course.meeting, starts_at=then)
    for outcome, came in (("held", ProgressPart(1, 1)), ("missed", ProgressPart(0, 1))):
        ClassSession.objects.filter(mentoring=row).update(date=course.today)
        type(row).objects.filter(pk=row.pk).update(outcome=outcome)
        assert course.progress(alone).sessions == came
    # In a batch they are its own.
    assert course.progress().sessions == ProgressPart(0, 0)
    ClassSession.objects.filter(mentoring=row).update(date=course.today - timedelta(days=1))
    assert course.progress(alone).sessions == ProgressPart(0, 0)


@pytest.mark.parametrize("seed", range(3))
def test_it_is_what_counting_by_hand_gives_for_everyone_in_one_statement(course, seed, django_assert_num_queries):
    rnd = random.Random(seed)
    seats = [course.seat, *(course.enroll() for _each in range(5))]
    for seat in seats:
        for days_ago in rnd.sample(range(1, 29), rnd.randrange(6)):
            course.mark(rnd.choice(["PRESENT", "LATE", "ABSENT", "EXCUSED"]), days_ago, seat)
    for _each in range(4):
        assessment = course.assess(rnd.choice([-40, -5, -1, 0, 4]), is_out=rnd.random() < 0.7)
        for seat in rnd.sample(seats, 4):
            state = rnd.choice(["", "", "blank", "absent", "exempt", "withheld"])
            out = assessment.published_at is not None and state not in ("blank", "withheld")
            course.give(assessment, None if state else rnd.randrange(11), state, is_out=out, seat=seat)
    for number in range(rnd.randrange(4)):
        goal = agree_goal(**course.meeting, title=f"Goal {number}", due_on=None)
        change_goal(by=course.campus.admin, goal=goal, changes={"status": rnd.choice(["open", "reached", "dropped"])})
    with django_assert_num_queries(1):
        found = progress_of(seats)
    for seat in seats:
        parts = parts_by_hand(seat, course.today)
        assert [(part.done, part.due) for part in (found[seat.pk].sessions, found[seat.pk].assessments,
                found[seat.pk].milestones)] == parts  # fmt: skip
        assert found[seat.pk].percent == percent_by_hand(parts)
    by_progress = with_progress(Enrollment.objects.filter(batch=course.batch)).order_by(BY_PROGRESS)
    percents = [found[row.pk].percent for row in by_progress]
    assert percents == sorted(percents)


def parts_by_hand(seat, today):
    records = [one.status for one in AttendanceRecord.objects.filter(enrollment=seat) if one.status != "EXCUSED"]
    done = due = 0
    for one in Assessment.objects.filter(batch=seat.batch):
        mark = AssessmentMark.objects.filter(assessment=one, enrollment=seat).first()
        if mark is None or mark.state == "blank":
            due += bool(one.published_at) and seat.enrollment_date <= one.due_on < today
        elif mark.published_at and mark.state != "exempt":
            due, done = due + 1, done + (mark.score is not None)
    goals = [one.status for one in MentoringGoal.objects.filter(assignment__student=seat.student)]
    agreed = [one for one in goals if one != "dropped"]
    return [
        (sum(one != "ABSENT" for one in records), len(records)),
        (done, due),
        (agreed.count("reached"), len(agreed)),
    ]


def test_it_is_the_same_wherever_it_is_shown_and_never_typed(course):
    for days_ago, status in enumerate(("PRESENT", "PRESENT", "ABSENT"), start=1):
        course.mark(status, days_ago)
    campus, seat = course.campus, course.seat
    api = Api(campus.token())
    typed = api.put(f"/enrollments/{seat.pk}", {"progress": 100})
    assert [one["field"] for one in typed.body["warnings"]] == ["progress"]
    shown = [
        typed.data["progress"],
        api.get(f"/enrollments/{seat.pk}").data["progress"],
        *(one["progress"] for one in api.get("/enrollments?sort=progress").data),
        *(one["progress"] for one in api.get(f"/batches/{course.batch.pk}/students").data),
        *(one["progress"] for one in api.get("/exports/enrollments?format=json").data),
    ]
    assert shown == [66] * 5
