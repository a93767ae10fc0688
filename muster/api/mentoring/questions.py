"""What students ask their mentors between two sessions."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query

from muster.api.kit import Deleted, Door, In, Moment, Stamped, answer, in_shape, page_of, request_actor, request_object
from muster.api.mentoring.sessions import MentoringPersonOut, StudentQuery, name_person, student_asked_for
from muster.core.errors import Invalid
from muster.core.search import with_words
from muster.mentoring import rules
from muster.mentoring.models import MentoringQuestion
from muster.mentoring.permissions import mentored, questions
from muster.mentoring.queries import questions_seen_by

question_router = Door()


class QuestionIn(In):
    """What a student asks."""

    student_id: str = Field(description="Oneself")
    question: str


class QuestionChanges(In):
    """The answer of the mentor, or other words of the student, while it waits."""

    question: str | None = Field(None, description="By the student, before it is answered; this or answer")
    answer: str | None = Field(None, description="By the mentor; this or question")


class QuestionOut(Stamped):
    """A question of a student to their mentor. `hours` is how long the answer took."""

    student: MentoringPersonOut
    mentor: MentoringPersonOut
    question: str
    answer: str
    answered_at: Moment | None
    hours: float | None


def _question_json(row: MentoringQuestion) -> QuestionOut:
    pair = row.assignment
    return in_shape(
        QuestionOut,
        row,
        student=name_person(pair.student),
        mentor=name_person(pair.instructor),
        hours=None if row.hours is None else round(row.hours, 1),
    )


@question_router.get("", allow=questions["see"], rows=QuestionOut)
def list_questions(request: HttpRequest, asked: Query[StudentQuery]) -> HttpResponse:
    """Questions, those that wait first, then those answered last."""
    actor = request_actor(request)
    rows = with_words(questions_seen_by(actor, student_asked_for(actor, asked)), asked.q, "question", "answer")
    return page_of(rows, asked, _question_json, {"created_at": "created_at", "answered_at": "answered_at"})


@question_router.post("", allow=mentored["ask"], data=QuestionOut, status=201)
def ask_question(request: HttpRequest, body: QuestionIn) -> HttpResponse:
    """Ask one's mentor."""
    actor = request_actor(request)
    student = mentored.get_named(actor, body.student_id, "student_id", "ask")
    row = rules.ask_question(by=actor, student=student, question=body.question)
    return answer(_question_json(row), _("Question sent."), status=201)


@question_router.put("/{question_id}", allow=questions["change"], on="question_id", data=QuestionOut)
def change_question(request: HttpRequest, question_id: str, body: QuestionChanges) -> HttpResponse:
    """Answer a question, or, as its student, word it anew."""
    actor, row = request_actor(request), request_object(request, MentoringQuestion)
    if body.answer is not None:
        row = rules.answer_question(by=actor, question=row, answer=body.answer)
    elif body.question is not None:
        row = rules.reword_question(by=actor, question=row, words=body.question)
    else:
        raise Invalid(_("Give an answer, or other words for the question."), field="answer")
    return answer(_question_json(row), _("Saved."))


@question_router.delete("/{question_id}", allow=questions["withdraw"], on="question_id", data=Deleted)
def withdraw_question(request: HttpRequest, question_id: str) -> HttpResponse:
    """Take one's question back before it is answered."""
    row = request_object(request, MentoringQuestion)
    key = str(row.pk)
    rules.withdraw_question(by=request_actor(request), question=row)
    return answer({"_id": key}, _("Question withdrawn."))
