"""Rounds: when they open, whom they ask, what closes them, and what is said then."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.allocation.models import IndividualAssignment
from muster.allocation.rules import unassign_student
from muster.batches.errors import BatchArchived
from muster.batches.models import Batch
from muster.batches.rules import archive_batch
from muster.core.errors import DomainError
from muster.core.ownership import without_triggers
from muster.feedback.errors import (
    AlreadyAsked,
    AnsweredAlready,
    NobodyToAsk,
    RemindedAlready,
    RoundClosed,
    TooFewToShow,
)
from muster.feedback.models import FeedbackRound
from muster.feedback.queries import due_kind, invitations_of, missing_from, rounds_seen_by, summary_of
from muster.feedback.rules import (
    answer_round,
    close_round,
    follow_rounds,
    open_batch_round,
    open_due_rounds,
    open_mentoring_round,
    remind_of_round,
)
from muster.institutions.access import Actor
from muster.notifications.models import Notification
from muster.people.models import InstructorProfile
from tests.asking import FINE, answer, asked, asked_batch, closed, mentored_rounds, moved_back, paired, running
from tests.make import Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


def told(kind):
    return sorted(Notification.objects.filter(kind=kind).values_list("user__full_name", "title"))


def test_a_batch_is_asked_once_at_a_time_and_everybody_in_it_is_told(campus):
    teacher = campus.instructor("Thandi Nkosi")
    batch = running(campus, 5, lead=teacher, name="Data Analytics")
    row = open_batch_round(by=campus.admin, batch=batch, kind="midpoint")
    assert (row.instructor, row.closes_on) == (teacher, batch.today() + timedelta(days=7))
    assert [one for one, _title in told("feedback_asked")] == sorted(one.full_name for one in asked(row))
    assert {title for _one, title in told("feedback_asked")} == {"How is it going? Data Analytics"}
    with pytest.raises(AlreadyAsked, match="Data Analytics is being asked already"):
        open_batch_round(by=campus.admin, batch=batch, kind="end")


def test_a_small_group_is_warned_about_before_it_is_asked(campus):
    batch = running(campus, 4)
    with pytest.raises(TooFewToShow, match="Only 4 can answer") as refusal:
        open_batch_round(by=campus.admin, batch=batch, kind="end")
    assert refusal.value.facts == {"can_answer": 4, "needed": 5}
    assert open_batch_round(by=campus.admin, batch=batch, kind="end", accept_small_group=True).kind == "end"
    with pytest.raises(NobodyToAsk):
        open_batch_round(by=campus.admin, batch=running(campus, 0), kind="end")


def test_one_answers_once_and_only_who_was_asked(campus):
    row = asked_batch(campus, 5)
    student, *_others = asked(row)
    answer_round(by=campus.actor(student), row=row, ratings=FINE, comment="Good pace.")
    with pytest.raises(AnsweredAlready):
        answer_round(by=campus.actor(student), row=row, ratings=FINE)
    with pytest.raises(DomainError, match="doesn't exist"):
        answer_round(by=campus.actor(campus.student()), row=row, ratings=FINE)
    assert student not in missing_from(row)
    assert missing_from(row).count() == 4


def test_every_wrong_field_of_an_answer_is_named(campus):
    row = asked_batch(campus, 5)
    with pytest.raises(DomainError) as refusal:
        answer_round(
            by=campus.actor(asked(row)[0]), row=row, ratings={"content": 6, "instructor": 1}, comment="x" * 1001
        )
    assert [one.field for one in refusal.value.errors] == ["content", "value", "comment"]


def test_a_closed_round_takes_no_answer_and_stays_closed(campus):
    row = asked_batch(campus, 6)
    answer(campus, row, [3])
    over = moved_back(row, 8)
    with pytest.raises(RoundClosed):
        answer(campus, over, [3])
    closed(campus, over)
    with pytest.raises(RoundClosed):
        close_round(by=campus.admin, row=over)
    # The row as it was read before: the database says so too.
    with pytest.raises(RoundClosed):
        answer(campus, row, [3])


def test_an_archived_batch_takes_no_answers(campus):
    row = asked_batch(campus, 5)
    archive_batch(by=campus.admin, batch=row.batch)
    with pytest.raises(BatchArchived):
        answer(campus, row, [3])


def test_the_round_of_a_batch_that_is_archived_is_closed_and_shown(campus):
    teacher = campus.instructor()
    row = asked_batch(campus, 6, lead=teacher)
    answer(campus, row, [4] * 5)
    archive_batch(by=campus.admin, batch=row.batch)
    assert follow_rounds(by=campus.admin) == 1
    row.refresh_from_db()
    assert row.closed_at is not None
    assert summary_of(row).figures.answers == 5
    assert InstructorProfile.objects.get(user=teacher).average_rating == 4
    assert follow_rounds(by=campus.admin) == 0


def test_who_has_not_answered_is_reminded_once(campus):
    row = moved_back(asked_batch(campus, 6), 5)
    answer(campus, row, [4, 4])
    left = sorted(one.full_name for one in missing_from(row))
    Notification.objects.all().delete()
    assert follow_rounds(by=Actor.system(campus.institution)) == 1
    assert [one for one, _title in told("feedback_asked")] == left
    assert follow_rounds(by=Actor.system(campus.institution)) == 0
    with pytest.raises(RemindedAlready):
        remind_of_round(by=campus.admin, row=row)


def test_rounds_that_have_time_cost_the_hourly_look_nothing(campus):
    system = Actor.system(campus.institution)
    asked_of = []
    for number in (1, 4):
        mentored_rounds(campus, campus.instructor(), number)
        asked_batch(campus, 1)
        with CaptureQueriesContext(connection) as captured:
            assert follow_rounds(by=system) == 0
        asked_of.append(len(captured))
    assert asked_of == [1, 1]


def test_what_is_over_closes_by_itself_and_those_who_teach_are_told(campus):
    teacher = campus.instructor("Thandi Nkosi")
    row = asked_batch(campus, 5, lead=teacher, name="Data Analytics")
    answer(campus, row, [5, 4, 4, 3, 5])
    moved_back(row, 8)
    assert follow_rounds(by=Actor.system(campus.institution)) == 1
    assert told("feedback_results") == [("Thandi Nkosi", "Feedback is in: Data Analytics")]
    summary = summary_of(row)
    assert (summary.asked, summary.answers, summary.response_rate) == (5, 5, 100.0)
    assert summary.figures.ratings["content"].average == 4.2
    assert summary.figures.ratings["content"].counts == (0, 0, 1, 2, 2)
    profile = InstructorProfile.objects.get(user=teacher)
    assert (float(profile.average_rating), profile.ratings) == (4.2, 5)


def test_four_answers_are_shown_to_nobody_and_rate_nobody(campus):
    teacher = campus.instructor()
    row = asked_batch(campus, 6, lead=teacher)
    answer(campus, row, [5, 5, 5, (5, "Thank you")])
    closed(campus, row)
    summary = summary_of(row)
    assert (summary.answers, summary.response_rate) == (4, 66.6)
    assert (summary.figures.ratings, summary.figures.comments) == (None, [])
    assert told("feedback_results") == []
    assert not InstructorProfile.objects.filter(ratings__gt=0).exists()


def test_a_mentors_answers_are_shown_in_steps_of_five_at_least(campus):
    mentor = campus.instructor("Naledi Mokoena")
    rounds = mentored_rounds(campus, mentor, 11)
    seen = []
    for number, row in enumerate(rounds):
        answer(campus, row, [(5 if number % 2 else 3, f"comment {number}")])
        closed(campus, row)
        figures = summary_of(row).figures
        seen.append((figures.answers, len(figures.comments)))
    assert seen == [(0, 0)] * 4 + [(5, 5)] * 5 + [(10, 10)] * 2
    assert {summary_of(row).answers for row in rounds} == {None}
    assert InstructorProfile.objects.get(user=mentor).ratings == 10
    assert told("feedback_results") == [("Naledi Mokoena", "Feedback is in from those you mentor")] * 2


def test_several_mentoring_rounds_close_while_others_wait(campus):
    """Who answered while others had closed is shown with those who answered next."""
    rounds = mentored_rounds(campus, campus.instructor(), 6)
    for row in rounds:
        answer(campus, row, [4])
    closed(campus, rounds[0])
    assert summary_of(rounds[0]).figures.answers == 6
    for row in rounds[1:]:
        closed(campus, row)
    assert summary_of(rounds[5]).figures.answers == 6


def due_by_day(length):
    """What a batch of so many days is due on each of them, by the number of the day."""
    today = date(2030, 1, 1)
    ends = {"start_date": today, "end_date": today + timedelta(days=length)}
    return [due_kind(Batch(**ends), today + timedelta(days=number)) for number in range(length + 2)]


def test_a_batch_is_due_in_its_middle_and_in_its_last_week():
    every = due_by_day(60)
    assert [number for number, kind in enumerate(every) if kind == "midpoint"] == [30, 31, 32, 33]
    assert [number for number, kind in enumerate(every) if kind == "end"] == [54, 55, 56, 57, 58, 59, 60]
    assert due_by_day(20) == [""] * 14 + ["end"] * 7 + [""]
    assert due_kind(Batch(start_date=date(2030, 1, 1)), date(2030, 1, 1)) == ""


def test_what_is_due_opens_by_itself_once_unless_that_is_off(campus):
    today = campus.admin.today()
    dates = {"start_date": today - timedelta(days=40), "end_date": today + timedelta(days=40)}
    large, small = (running(campus, number, lead=campus.instructor(), **dates) for number in (5, 4))
    system = Actor.system(campus.institution)
    assert {large.status, small.status} == {"Active"}
    campus.let(feedback_opens_by_itself=False)
    assert open_due_rounds(by=system) == 0
    campus.let(feedback_opens_by_itself=True)
    assert open_due_rounds(by=system) == 1
    row = FeedbackRound.objects.get()
    assert (row.batch, row.kind, row.opened_by) == (large, "midpoint", None)
    closed(campus, row)
    assert open_due_rounds(by=system) == 0


def test_pairs_are_asked_after_three_months_and_when_they_end(campus):
    system = Actor.system(campus.institution)
    pairs = [paired(campus, campus.instructor()) for _each in range(3)]
    for pair, began in zip(pairs, (92, 40, 10), strict=True):
        with without_triggers("allocation.IndividualAssignment:assignment_is_ended_and_never_rewritten"):
            at = pair.assigned_at - timedelta(days=began)
            IndividualAssignment.objects.filter(pk=pair.pk).update(assigned_at=at)
    for pair in pairs[1:]:
        unassign_student(by=campus.admin, student=pair.student)
    assert open_due_rounds(by=system) == 2
    assert open_due_rounds(by=system) == 0
    assert set(FeedbackRound.objects.values_list("assignment", "kind")) == {
        (pairs[0].pk, "midpoint"),
        (pairs[1].pk, "end"),
    }


def test_a_student_is_shown_what_is_left_to_answer(campus):
    row = asked_batch(campus, 5)
    actor = campus.actor(asked(row)[0])
    assert [one.round for one in invitations_of(actor)] == [row]
    answer(campus, row, [4])
    assert invitations_of(actor) == []


def test_a_pair_is_asked_once_at_a_time(campus):
    [row] = mentored_rounds(campus, campus.instructor(), 1)
    with pytest.raises(AlreadyAsked):
        open_mentoring_round(by=campus.admin, pair=row.assignment, kind="end")


def test_the_number_of_answers_moves_in_steps_of_five_while_the_round_is_open(campus):
    row = asked_batch(campus, 12)
    numbers = []
    for _each in range(11):
        answer(campus, row, [4])
        numbers.append(summary_of(row).answers)
    assert numbers == [0] * 4 + [5] * 5 + [10] * 2
    closed(campus, row)
    assert summary_of(row).answers == 11


def test_of_many_rounds_a_list_costs_the_same(campus, django_assert_num_queries):

    for _each in range(3):
        asked_batch(campus, 1)
    with django_assert_num_queries(1):
        assert [one.asked for one in rounds_seen_by(campus.admin)] == [1, 1, 1]
