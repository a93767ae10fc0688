"""Feedback as it comes about: a batch that is asked, and students who answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection

from muster.allocation.rules import assign_student
from muster.batches.models import Batch
from muster.core.ownership import as_owner, without_triggers
from muster.feedback.models import FeedbackRound
from muster.feedback.queries import IN_FULL
from muster.feedback.rules import answer_round, close_round, open_batch_round, open_mentoring_round
from tests.make import Campus

FINE = {"content": 4, "instructor": 5, "value": 4}


def running(campus: Campus, students: int, **fields: Any) -> Batch:
    """A batch in its middle, with so many students."""
    today = campus.admin.today()
    dates = {"start_date": today - timedelta(days=40), "end_date": today + timedelta(days=40)}
    batch = campus.batch(**{**dates, "capacity": max(students, 1), **fields})
    for _each in range(students):
        campus.enroll(batch)
    return batch


def asked_batch(campus: Campus, students: int, **fields: Any) -> FeedbackRound:
    """A round of a new batch with so many students."""
    batch = running(campus, students, **fields)
    return open_batch_round(by=campus.admin, batch=batch, kind="midpoint", accept_small_group=True)


def asked(row: FeedbackRound) -> list[Any]:
    """Who is asked, always in the same order."""
    return [one.student for one in row.invitations.select_related("student").order_by("student")]


def answer(campus: Campus, row: FeedbackRound, answers: Sequence[Any]) -> None:
    """Let so many of those who are asked answer: with a number for all questions, or ratings and a comment."""
    left = [one.student for one in row.invitations.filter(answered=False).select_related("student").order_by("student")]
    for student, given in zip(left, answers, strict=False):
        ratings, comment = given if isinstance(given, tuple) else (given, "")
        points = ratings if isinstance(ratings, dict) else dict.fromkeys(FINE, ratings)
        answer_round(by=campus.actor(student), row=row, ratings=points, comment=comment)


def closed(campus: Campus, row: FeedbackRound) -> FeedbackRound:
    """The round, closed."""
    return close_round(by=campus.admin, row=row)


def mentored_rounds(campus: Campus, mentor: Any, number: int) -> list[FeedbackRound]:
    """An open round with each of so many students of a mentor."""
    pairs = [paired(campus, mentor) for _each in range(number)]
    return [open_mentoring_round(by=campus.admin, pair=pair, kind="midpoint") for pair in pairs]


def paired(campus: Campus, mentor: Any) -> Any:
    """A new student whom somebody mentors."""
    return assign_student(by=campus.admin, student=campus.student(), instructor=mentor).assignment


def moved_back(row: FeedbackRound, days: int) -> FeedbackRound:
    """The round, as if it ended so many days earlier."""
    with without_triggers("feedback.FeedbackRound:feedback_round_stays_as_it_was_opened"):
        FeedbackRound.objects.filter(pk=row.pk).update(closes_on=row.closes_on - timedelta(days=days))
    return IN_FULL.get(pk=row.pk)


def read_all_answers(query: str = "SELECT content_rating, comment FROM feedback_feedbackanswer") -> list[Any]:
    """What stands in the table of answers, which only its owner reads."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(query)
        rows: list[Any] = cursor.fetchall()
        return rows
