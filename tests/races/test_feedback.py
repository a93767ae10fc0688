"""The same student twice at once, many students at once, and a round that closes meanwhile."""

from contextlib import contextmanager
from functools import partial

import pytest
from django.db import connection

from muster.core.ownership import as_owner
from muster.feedback.errors import AnsweredAlready, RoundClosed
from muster.feedback.models import FeedbackInvitation
from muster.feedback.queries import summary_of
from muster.feedback.rules import answer_round, close_round
from tests.asking import FINE, asked, asked_batch, mentored_rounds, read_all_answers
from tests.make import Campus
from tests.races.rush import in_the_middle, refused, rush, won

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campus():
    return Campus.found()


def answering(campus, row, student):
    return partial(answer_round, by=campus.actor(student), row=row, ratings=FINE)


def test_the_same_student_answers_once(campus):
    row = asked_batch(campus, 5)
    [student, *_others] = asked(row)
    outcomes = rush([answering(campus, row, student)] * 8)
    assert len(won(outcomes)) == 1, outcomes
    assert {type(one) for one in refused(outcomes)} == {AnsweredAlready}
    assert len(read_all_answers()) == 1


def test_of_many_students_no_answer_is_lost(campus):
    row = asked_batch(campus, 8)
    outcomes = rush([answering(campus, row, student) for student in asked(row)])
    assert len(won(outcomes)) == 8, outcomes
    assert len(read_all_answers()) == FeedbackInvitation.objects.filter(answered=True).count() == 8


def test_those_who_are_mentored_answer_beside_each_other(campus):
    rounds = mentored_rounds(campus, campus.instructor(), 6)
    outcomes = rush([answering(campus, row, asked(row)[0]) for row in rounds])
    assert len(won(outcomes)) == 6, outcomes
    assert len(read_all_answers()) == 6


def test_an_answer_is_in_before_the_round_closes_or_refused(campus):
    row = asked_batch(campus, 6)
    *first, last, late = asked(row)
    for student in first:
        answering(campus, row, student)()
    in_the_middle(answering(campus, row, last), partial(close_round, by=campus.admin, row=row))
    assert summary_of(row).figures.answers == 5
    with pytest.raises(RoundClosed):
        answering(campus, row, late)()


@contextmanager
def round_not_held():
    """A control: the function as it would be without its lock on the round."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('muster_answer_feedback'::regproc)")
        [whole] = cursor.fetchone()
        held = "closed_at IS NULL FOR NO KEY UPDATE"
        assert held in whole
        cursor.execute(whole.replace(held, "closed_at IS NULL"))
    try:
        yield
    finally:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(whole)


def test_control_without_the_lock_the_same_student_answers_twice(campus):
    row = asked_batch(campus, 5)
    [student, *_others] = asked(row)
    with round_not_held():
        outcomes = in_the_middle(answering(campus, row, student), answering(campus, row, student))
    assert len(won(outcomes)) == 2, outcomes
    assert len(read_all_answers()) == 2
    assert FeedbackInvitation.objects.filter(answered=True).count() == 1
