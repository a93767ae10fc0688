"""Feedback rounds, what came of them, and answers, which go in and never come out one by one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query
from typing_extensions import TypedDict

from muster.allocation.models import IndividualAssignment
from muster.allocation.permissions import mentees
from muster.api.kit import (
    Date,
    Day,
    Door,
    In,
    Moment,
    Paging,
    Stamped,
    answer,
    key,
    page_of,
    request_actor,
    request_object,
    stamp,
    timestamp,
)
from muster.batches.permissions import batches
from muster.core.database import single
from muster.core.errors import FieldError, Invalid
from muster.core.search import with_words
from muster.feedback import rules
from muster.feedback.models import FeedbackRound
from muster.feedback.permissions import feedback_rounds
from muster.feedback.queries import IN_FULL, QUESTIONS, is_open, rounds_listed_to, summary_of
from muster.institutions.access import Actor
from muster.mentoring.errors import NoMentor

round_router = Door()


# --- bodies and answers -----------------------------------------------------------------------------------------------
class FeedbackRoundIn(In):
    """Whom to ask: the students of a batch, or one who is mentored."""

    batch_id: str | None = Field(None, description="This, or student_id")
    student_id: str | None = Field(None, description="This, or batch_id: asked about their mentoring")
    kind: str = Field(description="midpoint or end")
    accept_small_group: bool = Field(
        False, description="Required to ask a batch of fewer than five, although nothing of it will ever be shown"
    )
    closes_on: Day | None = Field(None, description="The last day to answer, of a batch; null: as the institution says")


class FeedbackIn(In):
    """An answer. It is kept without who gave it or when, and can't be read back or changed."""

    content: int = Field(description="1 to 5")
    instructor: int = Field(description="1 to 5")
    value: int = Field(description="1 to 5")
    comment: str = ""


class AskedBatchOut(TypedDict):
    """A batch by its name and code."""

    _id: str
    name: str
    code: str


class AskedPersonOut(TypedDict):
    """A person by name."""

    _id: str
    full_name: str


class FeedbackRoundOut(Stamped):
    """A round. `asked` and `answers` are null to students, and of mentoring; `answered` says of the caller whether they
    did, and is null where they aren't asked."""

    kind: str
    batch: AskedBatchOut | None
    student: AskedPersonOut | None
    instructor: AskedPersonOut | None
    closes_on: Date
    closed_at: Moment | None
    is_open: bool
    reminded_on: Date | None
    asked: int | None
    answers: int | None
    answered: bool | None


class FeedbackQuestionOut(TypedDict):
    """What came of a question: the average, and how many gave 1, 2, 3, 4 and 5."""

    average: float
    counts: list[int]


class FeedbackRatingsOut(TypedDict):
    """What came of the three questions."""

    content: FeedbackQuestionOut
    instructor: FeedbackQuestionOut
    value: FeedbackQuestionOut


class FeedbackSummaryOut(TypedDict):
    """What may be shown of a round: ratings and comments only once it has closed with five answers or more. Of a
    mentoring, those of all whom the mentor mentors or mentored, in steps of five answers at least."""

    answers: int
    response_rate: float | None
    ratings: FeedbackRatingsOut | None
    comments: list[str]


class FeedbackRemindedOut(TypedDict):
    """The day on which those who hadn't answered were reminded."""

    reminded_on: Date


def _person(person: Any) -> AskedPersonOut | None:
    return {"_id": key(person.pk), "full_name": person.full_name} if person else None


def _round_json(row: Any) -> FeedbackRoundOut:
    batch, reads = row.batch, row.may_act
    return {
        **stamp(row),
        "kind": row.kind,
        "batch": {"_id": key(batch.pk), "name": batch.name, "code": batch.code} if batch else None,
        "student": _person(row.assignment.student if row.assignment else None),
        "instructor": _person(row.instructor),
        "closes_on": row.closes_on.isoformat(),
        "closed_at": timestamp(row.closed_at),
        "is_open": is_open(row),
        "reminded_on": row.reminded_on.isoformat() if row.reminded_on and reads else None,
        "asked": row.asked if reads else None,
        "answers": row.answers if reads else None,
        "answered": row.answered,
    }


# --- routes -----------------------------------------------------------------------------------------------------------
class RoundQuery(Paging):
    """Of which batch."""

    batch_id: str = Field("", description="Only those of this batch")


@round_router.get("", allow=feedback_rounds["see"], rows=FeedbackRoundOut)
def list_feedback_rounds(request: HttpRequest, asked: Query[RoundQuery]) -> HttpResponse:
    """Feedback rounds, those that last longest first: of one's batches and mentoring, or to which one is asked."""
    actor = request_actor(request)
    rows = rounds_listed_to(actor)
    if asked.batch_id:
        rows = rows.filter(batch=batches.get_named(actor, asked.batch_id, "batch_id"))
    rows = with_words(rows, asked.q, "batch__name", "batch__code", "instructor__full_name")
    return page_of(rows, asked, _round_json, {"closes_on": "closes_on", "kind": "kind"})


@round_router.post("", allow=feedback_rounds["open"], data=FeedbackRoundOut, status=201)
def open_feedback_round(request: HttpRequest, body: FeedbackRoundIn) -> HttpResponse:
    """Ask the students of a batch, or one about their mentoring."""
    actor = request_actor(request)
    if bool(body.batch_id) == bool(body.student_id):
        words = _("Send either batch_id or student_id.")
        raise Invalid.fields([FieldError("batch_id", words), FieldError("student_id", words)])
    if body.batch_id:
        batch = batches.get_named(actor, body.batch_id, "batch_id", "change")
        row = rules.open_batch_round(
            by=actor,
            batch=batch,
            kind=body.kind,
            accept_small_group=body.accept_small_group,
            closes_on=body.closes_on,
        )
    else:
        row = rules.open_mentoring_round(by=actor, pair=_pair_of(actor, body.student_id), kind=body.kind)
    return answer(_round_json(rounds_listed_to(actor).get(pk=row.pk)), _("Students asked."), status=201)


def _pair_of(actor: Actor, student_id: str | None) -> IndividualAssignment:
    student = mentees.get_named(actor, student_id, "student_id", "assign")
    rows = IndividualAssignment.objects.current().select_related("institution", "student")
    pair = single(rows.filter(institution=actor.institution, student=student))
    if pair is None:
        raise NoMentor(student=student.full_name)
    return pair


@round_router.get("/{round_id}/summary", allow=feedback_rounds["read"], on="round_id", data=FeedbackSummaryOut)
def read_feedback_summary(request: HttpRequest, round_id: str) -> HttpResponse:
    """What came of a round, as far as it may be shown. Answers are counted in steps of five while the round is open."""
    summary = summary_of(request_object(request, FeedbackRound))
    figures = summary.figures
    found = figures.ratings or {}
    ratings = {name: {"average": one.average, "counts": list(one.counts)} for name, one in found.items()}
    number = figures.answers if summary.answers is None else summary.answers
    shown = {"answers": number, "response_rate": summary.response_rate}
    return answer({**shown, "ratings": ratings or None, "comments": figures.comments})


@round_router.post(
    "/{round_id}/answers", allow=feedback_rounds["answer"], on="round_id", among=lambda actor: IN_FULL.all(),
    data=None, status=201, repeatable=False,
)  # fmt: skip
def answer_feedback_round(request: HttpRequest, round_id: str, body: FeedbackIn) -> HttpResponse:
    """Answer, once. Idempotency-Key is ignored here: to remember an answer with its caller would betray it."""
    ratings = {name: getattr(body, name) for name in QUESTIONS}
    row = request_object(request, FeedbackRound)
    rules.answer_round(by=request_actor(request), row=row, ratings=ratings, comment=body.comment)
    return answer(None, _("Answered."), status=201)


@round_router.post("/{round_id}/remind", allow=feedback_rounds["open"], on="round_id", data=FeedbackRemindedOut)
def remind_of_feedback(request: HttpRequest, round_id: str) -> HttpResponse:
    """Remind everyone who hasn't answered, once. Whom stays unsaid."""
    row = request_object(request, FeedbackRound)
    rules.remind_of_round(by=request_actor(request), row=row)
    row.refresh_from_db()
    assert row.reminded_on is not None  # noqa: S101
    return answer({"reminded_on": row.reminded_on.isoformat()}, _("Reminder sent."))
