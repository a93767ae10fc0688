"""How instructors are scored and ranked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.allocation.rules import assign_student
from muster.allocation.scoring import (
    Candidate,
    Need,
    Weights,
    candidates_of,
    needs_of_batches,
    needs_of_students,
    parts_of,
    proposals_for_students,
    rank_candidates,
    score_of,
    suggestions_for_batch,
    suggestions_for_student,
)
from muster.allocation.scoring.points import (
    KINDS,
    availability_points,
    familiarity_points,
    language_points,
    rating_points,
    skill_points,
    style_points,
    total_of,
    workload_points,
)
from muster.batches.clashes import Hour
from muster.batches.models import Batch
from muster.people.models import InstructorProfile
from muster.people.queries import TeachingProfile
from muster.people.rules import SkillInput, WindowInput, add_time_off, change_profile, replace_availability
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db

MORNING = Hour(1, time(8), time(10))
NEED = Need(
    id=UUID(int=1),
    name="PY-1",
    skills=("Python", "SQL"),
    about="data science · computing",
    languages=("English",),
    styles=("Workshop", "Lecture"),
    courses=frozenset({UUID(int=9)}),
    hours=(MORNING, Hour(3, time(8), time(10))),
    first=date(2030, 1, 7),
    last=date(2030, 2, 3),
)


def who(number: int = 1, name: str = "Ann", **facts: object) -> Candidate:
    said = {key: facts.pop(key) for key in list(facts) if key in TeachingProfile.__dataclass_fields__}
    return Candidate(UUID(int=number), name, f"{name}@example.org", TeachingProfile(**said), **facts)


@pytest.mark.parametrize(
    ("domain", "about", "is_about"),
    [
        ("Computing", "python · computing", True),
        ("data analytics", "data analytics, evenings", True),
        ("C++", "c++ for engineers", True),
        ("Art", "start-up management", False),
        ("IT", "quality · hospitality", False),
    ],
)
def test_a_field_of_work_is_found_as_a_word_of_its_own(domain: str, about: str, is_about: bool) -> None:
    need, ann = replace(NEED, about=about), who(domain=domain)
    assert (skill_points(need, ann) == 700) == is_about
    part = rank_candidates(need, [ann], Weights()).ranked[0].parts[0]
    assert ("works in" in part.sentence) == is_about


@pytest.mark.parametrize(
    ("said", "points"),
    [
        ({}, 500),
        ({"domain": "Data Science"}, 700),
        ({"skills": {"python": 5, "sql": 5}}, 1000),
        ({"skills": {"python": 1, "sql": 1}}, 600),
        ({"skills": {"python": 5}}, 500),
        ({"skills": {"welding": 5}}, 0),
        ({"skills": {"welding": 5}, "domain": "Computing"}, 500),
        ({"skills": {"python": 5, "sql": 1}, "domain": "Computing"}, 800),
    ],
)
def test_each_asked_skill_counts_by_its_level(said: dict[str, object], points: int) -> None:
    assert skill_points(NEED, who(**said)) == points


@pytest.mark.parametrize(
    ("said", "points"),
    [
        ({}, 500),
        ({"windows": ((1, 480, 600), (3, 420, 720))}, 1000),
        ({"windows": ((1, 480, 540), (1, 540, 600))}, 500),
        ({"windows": ((1, 480, 599),)}, 0),
        # One of eight meetings falls into the day away.
        ({"times_off": ((date(2030, 1, 7), date(2030, 1, 8)),)}, 437),
        ({"windows": ((1, 0, 1439), (3, 0, 1439)), "times_off": ((date(2029, 1, 1), date(2031, 1, 1)),)}, 0),
    ],
)
def test_hours_and_days_away_make_the_availability(said: dict[str, object], points: int) -> None:
    assert availability_points(NEED, who(**said)) == points


@pytest.mark.parametrize(
    ("facts", "points"),
    [
        ({}, 900),
        ({"batches": 3}, 250),
        ({"batches": 5}, 0),
        ({"minutes": 18 * 60}, 450),
        ({"windows": ((1, 480, 720), (3, 480, 720)), "minutes": 0}, 500),
        ({"batch_limit": 0}, 0),
    ],
)
def test_what_is_left_of_batches_and_of_the_week_makes_room(facts: dict[str, object], points: int) -> None:
    assert workload_points(NEED, who(**facts)) == points


def test_days_away_before_the_batch_begins_miss_nothing() -> None:
    far = replace(NEED, first=date.max, last=date.max)
    away = ((date(2030, 1, 7), date(2030, 1, 8)),)
    assert availability_points(far, who(windows=((1, 0, 1439), (3, 0, 1439)), times_off=away)) == 1000


def test_a_student_takes_of_the_mentees_alone() -> None:
    student = Need(id=UUID(int=2), name="Sam", of_student=True)
    assert workload_points(student, who(mentees=3, batches=4)) == 700
    assert workload_points(student, who(mentees=3, mentee_limit=0)) == 0


@pytest.mark.parametrize(("said", "points"), [([], 500), (["english "], 1000), (["French"], 0)])
def test_one_asked_language_is_enough(said: list[str], points: int) -> None:
    assert language_points(NEED, who(languages=tuple(said))) == points


@pytest.mark.parametrize(("said", "points"), [([], 500), (["workshop"], 500), (["LECTURE", "Workshop"], 1000)])
def test_styles_count_by_their_share(said: list[str], points: int) -> None:
    assert style_points(NEED, who(teaching_styles=tuple(said))) == points


@pytest.mark.parametrize(
    ("rating", "ratings", "points"), [(None, 0, 500), (5.0, 1, 625), (5.0, 97, 985), (1.0, 3, 250), (3.0, 50, 500)]
)
def test_few_ratings_are_drawn_towards_the_middle(rating: float | None, ratings: int, points: int) -> None:
    assert rating_points(NEED, who(rating=rating, ratings=ratings)) == points


def test_who_has_taught_the_course_knows_it() -> None:
    assert familiarity_points(NEED, who(taught=frozenset({UUID(int=9)}))) == 1000
    assert familiarity_points(replace(NEED, defaults=frozenset({UUID(int=1)})), who()) == 1000
    assert familiarity_points(NEED, who()) == 0


def test_what_is_not_asked_for_does_not_count() -> None:
    bare = Need(id=UUID(int=3), name="X")
    parts = rank_candidates(bare, [who()], Weights()).ranked[0].parts
    assert [part.kind for part in parts] == ["workload", "rating"]


def test_what_is_lacking_never_speaks_for_somebody() -> None:
    part = rank_candidates(NEED, [who(domain="Computing", skills={"welding": 5})], Weights()).ranked[0].parts[0]
    assert (part.sentence, part.speaks) == ("missing Python, SQL, works in Computing", "")


def test_every_part_says_why() -> None:
    silent, able = (
        who(2, "Silent"),
        who(
            skills={"python": 4},
            windows=((1, 480, 600),),
            times_off=((date(2030, 1, 7), date(2030, 1, 8)),),
            languages=("English",),
            teaching_styles=("Workshop",),
            rating=4.6,
            ratings=12,
            taught=frozenset({UUID(int=9)}),
            batches=1,
            minutes=90,
        ),
    )
    found = {
        one.who.name: {part.kind: part.sentence for part in one.parts}
        for one in rank_candidates(NEED, [silent, able], Weights()).ranked
    }
    assert found == {
        "Ann": {
            "skills": "Python (4 of 5), missing SQL",
            "availability": "not available Wednesday 08:00 to 10:00, away for 1 of 8 sessions",
            "workload": "1 of 4 batches, 1.5 of 2 hours in the busiest week",
            "language": "teaches in English",
            "style": "matches the preferred teaching style: Workshop",
            "rating": "rated 4.6 out of 5 (12 ratings)",
            "familiarity": "has taught this course before",
        },
        "Silent": {
            "skills": "no skills listed",
            "availability": "no weekly availability set",
            "workload": "0 of 4 batches, 0 of 40 hours in the busiest week",
            "language": "no languages listed",
            "style": "no teaching styles listed",
            "rating": "not rated yet",
            "familiarity": "has not taught this course yet",
        },
    }


POINTS = st.integers(min_value=0, max_value=1000)
WEIGHT = st.integers(min_value=0, max_value=10)


@settings(deadline=None)
@given(
    st.lists(st.tuples(*[POINTS] * len(KINDS)), min_size=2, max_size=6),
    st.tuples(*[WEIGHT] * len(KINDS)),
    st.sampled_from(range(len(KINDS))),
    st.integers(min_value=1, max_value=10),
)
def test_a_higher_weight_never_lowers_who_is_best_in_that_part(
    people: list[tuple[int, ...]], given_weights: tuple[int, ...], part: int, more: int
) -> None:
    before = Weights(**dict(zip(KINDS, given_weights, strict=True)))
    after = replace(before, **{KINDS[part]: given_weights[part] + more})
    best = max(range(len(people)), key=lambda one: people[one][part])

    def rank(weights: Weights) -> int:
        order = sorted(range(len(people)), key=lambda one: (-total_of(people[one], weights)[0], one))
        return order.index(best)

    assert rank(after) <= rank(before)


@settings(deadline=None)
@given(st.lists(st.tuples(POINTS, POINTS), min_size=1, max_size=5), st.tuples(*[WEIGHT] * len(KINDS)))
def test_scores_lie_between_0_and_100(pairs: list[tuple[int, int]], given_weights: tuple[int, ...]) -> None:
    weights = Weights(**dict(zip(KINDS, given_weights, strict=True)))
    for pair in pairs:
        total, counted = total_of((*pair, None, None, None, None, None), weights)
        assert 0 <= total <= counted * 1000


@pytest.fixture
def campus() -> Campus:
    return Campus.found(time_zone="UTC")


def fill(campus: Campus, number: int) -> list[Batch]:
    for _each in range(number):
        ann = campus.instructor()
        change_profile(
            by=campus.admin,
            instructor=ann,
            changes={"skills": [SkillInput("Python", 4)], "languages": ["English"], "teaching_styles": ["Workshop"]},
        )
        replace_availability(by=campus.admin, instructor=ann, windows=[WindowInput(1, time(8), time(18))])
        add_time_off(by=campus.admin, instructor=ann, first_date=date(2030, 1, 7), last_date=date(2030, 1, 9))
        assign_student(by=campus.admin, student=campus.student(), instructor=ann)
        campus.batch(lead=ann, slots=[slot(5, "08:00", "10:00")])
    course = campus.course(required_skills=["Python"], language="English", teaching_styles=["Workshop"])
    return [campus.batch(course=course, slots=[slot(1, "08:00", "10:00")]) for _each in range(number)]


@pytest.mark.parametrize("number", [1, 8])
def test_the_scores_of_many_take_four_statements(campus: Campus, number: int) -> None:
    batches = fill(campus, number)
    students = [campus.enroll(batches[0]).student for _each in range(number)]
    today = campus.admin.today()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        needs = needs_of_batches(Batch.objects.filter(pk__in=[batch.pk for batch in batches]), today)
        people = candidates_of(campus.institution)
        needs += needs_of_students(campus.admin, students)
        weights = Weights.of(campus.institution)
        scores = [score_of(parts_of(need, who), weights) for need in needs for who in people.values()]
    assert len(asked) == 4
    assert len(scores) == 2 * number * len(people)
    assert all(0 <= score <= 100 for score in scores)


@pytest.mark.parametrize("number", [1, 8])
def test_suggestions_for_a_batch_take_the_same_statements(campus: Campus, number: int) -> None:
    batch = fill(campus, number)[0]
    busy = campus.instructor("Bea Busy")
    campus.batch(lead=busy, slots=[slot(1, "09:00", "11:00")])
    with CaptureQueriesContext(connection) as asked:
        found = suggestions_for_batch(campus.admin, batch)
        assert found.ranked[0].against == ["away from 7 January 2030 to 9 January 2030"]
    assert len(asked) == 9
    assert [(one.who.name, one.kind) for one in found.left_out] == [("Bea Busy", "busy")]
    assert found.left_out[0].reason.startswith("Bea Busy teaches Batch ")


@pytest.mark.parametrize("number", [1, 8])
def test_suggestions_for_students_take_the_same_statements(campus: Campus, number: int) -> None:
    batch = fill(campus, number)[0]
    students = [campus.enroll(batch).student for _each in range(number)]
    with CaptureQueriesContext(connection) as asked:
        found = suggestions_for_student(campus.admin, students[0])
    assert (len(asked), len(found.ranked)) == (4, number)
    with CaptureQueriesContext(connection) as asked:
        assert len(proposals_for_students(campus.admin, students)) == number
    assert len(asked) == 3


def test_who_teaches_the_student_and_has_room_stands_first(campus: Campus) -> None:
    other, teacher = campus.instructor("Ann Other"), campus.instructor("Tea Cher")
    student = campus.enroll(campus.batch(lead=teacher, slots=[slot(1, "08:00", "10:00")])).student
    found = suggestions_for_student(campus.admin, student)
    assert [one.who.id for one in found.ranked] == [teacher.pk, other.pk]
    assert any(reason.startswith("teaches them in ") for reason in found.ranked[0].reasons)


def test_who_has_reached_the_limit_is_left_out(campus: Campus) -> None:
    full = campus.instructor("Fay Full")
    change_profile(by=campus.admin, instructor=full, changes={"max_active_batches": 1, "max_mentees": 0})
    campus.batch(lead=full, slots=[slot(1, "08:00", "10:00")])
    of_batch = suggestions_for_batch(campus.admin, campus.batch(slots=[slot(2, "08:00", "10:00")]))
    of_student = suggestions_for_student(campus.admin, campus.student())
    assert [(one.kind, one.reason) for one in (*of_batch.left_out, *of_student.left_out)] == [
        ("full", "has reached their limit: 1 of 1 batch"),
        ("full", "has reached their limit: 0 of 0 students"),
    ]


def test_the_present_instructor_is_left_out(campus: Campus) -> None:
    ann, student = campus.instructor("Ann"), campus.student()
    assign_student(by=campus.admin, student=student, instructor=ann)
    found = suggestions_for_student(campus.admin, student)
    assert [(one.who.id, one.reason) for one in found.left_out] == [(ann.pk, "is already assigned to them")]


def test_proposals_spread_students_over_who_has_room(campus: Campus) -> None:
    first, second = campus.instructor("Ann"), campus.instructor("Bea")
    for one in (first, second):
        InstructorProfile.objects.create(institution=campus.institution, user=one, max_mentees=1)
    students = [campus.student() for _each in range(3)]
    found = proposals_for_students(campus.admin, students)
    assert {one.who.id for one in found.values()} == {first.pk, second.pk}
    assert list(found) == [students[0].pk, students[1].pk]


def test_ratings_that_are_written_are_read(campus: Campus) -> None:
    ann = campus.instructor()
    InstructorProfile.objects.create(institution=campus.institution, user=ann, average_rating="4.50", ratings=8)
    assert candidates_of(campus.institution)[ann.pk].said.rating == 4.5
