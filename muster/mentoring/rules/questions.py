"""What students ask their mentors between two sessions."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.core.database import atomic
from muster.core.errors import Forbidden, Invalid
from muster.core.history import recorded
from muster.core.rows import lock_row
from muster.institutions.access import Actor
from muster.mentoring.errors import AlreadyAnswered
from muster.mentoring.models import MentoringQuestion
from muster.mentoring.notices import tell_answered, tell_asked
from muster.mentoring.queries import is_mentor
from muster.mentoring.rules.pairs import MOST_NOTES, clean, lock_pair


@atomic
def ask_question(*, by: Actor, student: User, question: str) -> MentoringQuestion:
    """Ask the mentor, who is told. The student alone does. Locks both people. Raises Forbidden, NoMentor, Invalid."""
    if by.user is None or by.user.pk != student.pk:
        raise Forbidden
    pair = lock_pair(by, student)
    with recorded(by, "ask_question"):
        row = MentoringQuestion.objects.create(
            institution_id=pair.institution_id, assignment=pair, question=_question_words(question)
        )
    tell_asked(by, row)
    return row


@atomic
def reword_question(*, by: Actor, question: MentoringQuestion, words: str) -> MentoringQuestion:
    """Ask it in other words, before it is answered. The student alone does. Locks the question.

    Raises Missing, Forbidden, AlreadyAnswered, Invalid.
    """
    row = _lock_waiting(by, question)
    row.question = _question_words(words)
    with recorded(by, "reword_question"):
        row.save(update_fields=["question", "updated_at"])
    return row


@atomic
def withdraw_question(*, by: Actor, question: MentoringQuestion) -> None:
    """Take a question back before it is answered. The student alone does. As `reword_question`."""
    row = _lock_waiting(by, question)
    with recorded(by, "withdraw_question"):
        row.delete()


@atomic
def answer_question(*, by: Actor, question: MentoringQuestion, answer: str) -> MentoringQuestion:
    """Answer a question, or word the answer anew; the student is told of the first. The mentor alone does.

    How long it took is read from the first answer. Locks the question. Raises Missing, Forbidden, Invalid.
    """
    row = _lock(question)
    if not is_mentor(by, row.assignment):
        raise Forbidden
    row.answer = clean("answer", answer, MOST_NOTES)
    if not row.answer:
        raise Invalid(_("Write an answer."), field="answer")
    is_first = row.answered_at is None
    row.answered_at = row.answered_at or timezone.now()
    with recorded(by, "answer_question"):
        row.save(update_fields=["answer", "answered_at", "updated_at"])
    if is_first:
        tell_answered(by, row)
    return row


def _lock(question: MentoringQuestion) -> MentoringQuestion:
    row = lock_row(question, for_delete=True)
    row.assignment = type(row.assignment).objects.select_related("student", "instructor").get(pk=row.assignment_id)
    return row


def _lock_waiting(by: Actor, question: MentoringQuestion) -> MentoringQuestion:
    row = _lock(question)
    if by.user is None or by.user.pk != row.assignment.student_id:
        raise Forbidden
    if row.answered_at is not None:
        raise AlreadyAnswered
    return row


def _question_words(words: str) -> str:
    text = clean("question", words, MOST_NOTES)
    if not text:
        raise Invalid(_("Write your question."), field="question")
    return text
