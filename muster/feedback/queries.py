"""Reads around feedback. Every figure on answers, wherever it stands, is `figures_of`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Avg,
    Case,
    Count,
    DateField,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.utils.translation import gettext_lazy as _

from muster.accounts.models import User
from muster.allocation.models import IndividualAssignment
from muster.batches.models import Batch
from muster.core.clocks import today_in
from muster.enrollments.models import Enrollment
from muster.feedback.models import LEAST, FeedbackInvitation, FeedbackRound, ShownAnswer
from muster.feedback.permissions import feedback_rounds
from muster.institutions.access import Actor
from muster.institutions.models import Membership, zone_of
from muster.mentoring.queries import branch_of

QUESTIONS = {"content": _("Content"), "instructor": _("Instructor"), "value": _("Value")}
POINTS = (1, 2, 3, 4, 5)
# A batch is asked in its last week, one that lasts at least four in its middle too; a pair after half of the six months
# that mentoring takes at most. What was missed by then is not asked for later.
LAST_DAYS, SHORTEST, MENTORED, MISSED = 6, 27, 91, 4


# --- what was answered ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Rating:
    """What came of one question: the average to two decimals, and how many gave 1, 2, 3, 4 and 5."""

    average: float
    counts: tuple[int, ...]


@dataclass(frozen=True)
class FeedbackFigures:
    """What may be shown: without ratings nothing may."""

    answers: int
    ratings: dict[str, Rating] | None
    comments: list[str]


def figures_of(shown: QuerySet[ShownAnswer], *, with_comments: bool = True) -> FeedbackFigures:
    """The figures of pools. `shown` is narrowed by rounds or people, never by anything of an answer.

    The view leaves out each pool that has fewer than five answers or is not closed, so what is added up is a union of
    whole pools, and two unions differ by none or by five answers at least. Comments come in the order of their ids,
    which are random. Two statements.
    """
    columns = {name: f"{name}_rating" for name in QUESTIONS}
    asked: dict[str, Any] = {"number": Count("pk")}
    for name, column in columns.items():
        asked[f"{name}_average"] = Avg(column)
        asked |= {f"{name}_{points}": Count("pk", filter=Q(**{column: points})) for points in POINTS}
    found = shown.order_by().aggregate(**asked)
    if found["number"] < LEAST:
        return FeedbackFigures(0, None, [])
    ratings = {
        name: Rating(round(float(found[f"{name}_average"]), 2), tuple(found[f"{name}_{points}"] for points in POINTS))
        for name in QUESTIONS
    }
    words = shown.exclude(comment="").order_by("pk").values_list("comment", flat=True) if with_comments else ()
    return FeedbackFigures(found["number"], ratings, list(words))


def shown_of_round(row: FeedbackRound) -> QuerySet[ShownAnswer]:
    """The answers to a round of a batch; of a mentoring those of all who are mentored by the same person."""
    if row.batch_id is not None:
        return ShownAnswer.objects.filter(round=row)
    return shown_of_mentor(row.institution_id, row.instructor_id)


def shown_of_mentor(institution_id: Any, mentor_id: Any) -> QuerySet[ShownAnswer]:
    """What those whom somebody mentors or mentored answered, pooled."""
    return ShownAnswer.objects.filter(institution=institution_id, instructor=mentor_id, round__isnull=True)


def shown_of_instructor(institution_id: Any, instructor_id: Any) -> QuerySet[ShownAnswer]:
    """What was answered about an instructor, in batches and by those whom they mentor."""
    return ShownAnswer.objects.filter(institution=institution_id, instructor=instructor_id)


@dataclass(frozen=True)
class FeedbackSummary:
    """What came of a round."""

    figures: FeedbackFigures
    # Of a batch alone: one who is mentored would be told apart.
    asked: int | None
    answers: int | None

    @property
    def response_rate(self) -> float | None:
        return response_rate(self.asked, self.answers)


def response_rate(asked: int | None, answers: int | None) -> float | None:
    """How many percent of those who were asked answered, rounded down to one decimal."""
    return None if not asked or answers is None else answers * 1000 // asked / 10


def summary_of(row: FeedbackRound) -> FeedbackSummary:
    """What came of a round, as far as it may be seen. Three statements."""
    found: Any = with_numbers(FeedbackRound.objects.filter(pk=row.pk)).get()
    return FeedbackSummary(figures_of(shown_of_round(row)), found.asked, found.answers)


# --- their clock ------------------------------------------------------------------------------------------------------
def today_of(row: FeedbackRound) -> date:
    """What day it is for those who are asked: where the batch meets, or the student belongs."""
    if row.batch is not None:
        day: date = row.batch.today()
        return day
    pair: Any = row.assignment
    return today_in(zone_of(pair.institution, branch_of(pair)))


def takes_answers(row: FeedbackRound) -> bool:
    """Whether it is open."""
    return row.closed_at is None and today_of(row) <= row.closes_on


def is_open(row: FeedbackRound) -> bool:
    """The same for lists, without a statement for each row: a mentoring is open until the job of the hour closes it."""
    return row.closed_at is None and (row.batch is None or row.batch.today() <= row.closes_on)


# --- rounds -----------------------------------------------------------------------------------------------------------
def _number_of(rows: Any) -> Subquery:
    counted = rows.filter(round=OuterRef("pk")).order_by().annotate(number=Func(F("pk"), function="count"))
    return Subquery(counted.values("number"), IntegerField())


def with_numbers(rows: QuerySet[FeedbackRound]) -> QuerySet[FeedbackRound]:
    """The rounds with `asked` and `answers`: null of a mentoring, and in steps of five while answers come in, so that
    nobody who looks twice learns who has just answered."""
    invited = FeedbackInvitation.objects.all()
    answered = _number_of(invited.filter(answered=True))
    in_steps = Func(answered, Value(LEAST), template="(%(expressions)s)", arg_joiner=" / ") * Value(LEAST)
    return rows.annotate(
        asked=Case(When(batch__isnull=False, then=_number_of(invited))),
        answers=Case(
            When(batch__isnull=True, then=None),
            When(closed_at__isnull=False, then=answered),
            default=in_steps,
            output_field=IntegerField(),
        ),
    )


def with_ratings(rows: QuerySet[FeedbackRound]) -> QuerySet[FeedbackRound]:
    """The rounds of batches with the averages of what is shown of each."""
    shown = ShownAnswer.objects.filter(round=OuterRef("pk")).order_by().values("round")
    return rows.annotate(
        **{f"{name}_average": Subquery(shown.annotate(a=Avg(f"{name}_rating")).values("a")) for name in QUESTIONS}
    )


IN_FULL = FeedbackRound.objects.select_related(
    "institution", "batch__institution", "batch__branch", "assignment__institution", "assignment__student", "instructor"
)


def rounds_seen_by(actor: Actor, action: str = "read") -> QuerySet[FeedbackRound]:
    """The rounds that the actor may see, those that last longest first, with their numbers and averages."""
    rows = feedback_rounds.rows(actor, action, among=IN_FULL.all())
    return with_ratings(with_numbers(rows)).order_by("-closes_on", "-pk")


def recent_rounds(actor: Actor) -> QuerySet[FeedbackRound]:
    """The rounds that the actor may read, open ones and those that ended in the last month. One statement."""
    month_ago = actor.now().date() - timedelta(days=30)
    return rounds_seen_by(actor).filter(Q(closed_at__isnull=True) | Q(closes_on__gte=month_ago), batch__isnull=False)


def rounds_listed_to(actor: Actor) -> QuerySet[FeedbackRound]:
    """Those and the ones to which the actor is asked, each told by `may_act` whether the actor may read what came of
    it, and by `answered` whether they answered themself: null where they weren't asked. One statement."""
    own = FeedbackInvitation.objects.filter(round=OuterRef("pk"), student=actor.user)
    rows = feedback_rounds.with_rights(actor, "read", rounds_seen_by(actor, "see"))
    return rows.annotate(answered=Subquery(own.values("answered")))


def invitations_of(actor: Actor) -> list[FeedbackInvitation]:
    """The rounds to which the actor is asked and has not answered, the one that closes first before the others."""
    rows = FeedbackInvitation.objects.filter(
        institution=actor.institution, student=actor.user, answered=False, round__closed_at__isnull=True
    ).filter(Q(round__batch__isnull=True) | Q(round__batch__deleted_at=None, round__batch__archived_at=None))
    rows = rows.select_related(
        "round__batch__institution",
        "round__batch__branch",
        "round__instructor",
        "round__assignment__institution",
        "round__assignment__instructor",
    )
    return [one for one in rows.order_by("round__closes_on", "pk") if is_open(one.round)]


def missing_from(row: FeedbackRound) -> QuerySet[User]:
    """Who was asked and has not answered: for reminding them, and for nobody's eyes."""
    left = FeedbackInvitation.objects.filter(round=row, answered=False)
    here = Membership.objects.filter(institution=row.institution_id).values("user")
    return User.objects.filter(pk__in=left.values("student"), is_active=True).filter(pk__in=here).order_by("pk")


def students_to_ask(batch: Batch) -> QuerySet[Enrollment]:
    """Those who have a seat in the batch."""
    return Enrollment.objects.filter(batch=batch, status__in=Enrollment.SEATED)


# --- what is due ------------------------------------------------------------------------------------------------------
def due_kind(batch: Batch, day: date) -> str:
    """Which round a batch is to open on that day by its own dates; empty for none."""
    if batch.start_date is None or batch.end_date is None:
        return ""
    length = (batch.end_date - batch.start_date).days
    if batch.end_date - timedelta(days=LAST_DAYS) <= day <= batch.end_date:
        return FeedbackRound.Kind.END
    middle = batch.start_date + timedelta(days=length // 2)
    is_middle = middle <= day < middle + timedelta(days=MISSED)
    return FeedbackRound.Kind.MIDPOINT if is_middle and length >= SHORTEST else ""


def batches_near_their_rounds(actor: Actor) -> QuerySet[Batch]:
    """The batches that run and are about their middle or end, for `due_kind` to say by their own clock."""
    today = actor.today()
    middle = Func(F("start_date"), F("end_date"), function="muster_middle", output_field=DateField())
    rows = Batch.objects.current().filter(institution=actor.institution, status=Batch.Status.ACTIVE)
    near = Q(end_date__range=(today - timedelta(days=1), today + timedelta(days=LAST_DAYS + 1)))
    near |= Q(middle__range=(today - timedelta(days=MISSED + 1), today + timedelta(days=1)))
    return rows.annotate(middle=middle).filter(near).select_related("institution", "branch").order_by("pk")


def pairs_near_their_rounds(actor: Actor) -> list[tuple[IndividualAssignment, str]]:
    """The pairs that are half through, or have just ended after four weeks at least, with the kind of their round.

    Not those whose student or mentor has left.
    """
    now = actor.now()
    pairs = IndividualAssignment.objects.filter(institution=actor.institution).exclude(
        end_reason__in=("student_left", "instructor_left")
    )
    pairs = pairs.select_related("institution", "student", "instructor").order_by("pk")
    half = now - timedelta(days=MENTORED)
    begun = pairs.current().filter(assigned_at__range=(half - timedelta(days=MISSED), half))
    ended = pairs.filter(
        ended_at__range=(now - timedelta(days=MISSED), now), assigned_at__lt=F("ended_at") - timedelta(days=SHORTEST)
    )
    kinds = FeedbackRound.Kind
    return [
        *((one, kinds.MIDPOINT) for one in begun.exclude(feedback_rounds__kind=kinds.MIDPOINT)),
        *((one, kinds.END) for one in ended.exclude(feedback_rounds__kind=kinds.END)),
    ]
