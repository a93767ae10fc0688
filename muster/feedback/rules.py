"""Every write of feedback: rounds that open, are answered, remind and close."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, cast

from django.db.models import Avg, Count, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.allocation.models import IndividualAssignment
from muster.batches.errors import BatchArchived
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.rules.locks import locked_batch
from muster.core.database import atomic, refused_as, sum_each
from muster.core.errors import FieldError, HasNul, Invalid, Missing
from muster.core.history import recorded
from muster.core.prepared import prepared_cursor
from muster.core.text import clean_lines
from muster.feedback.errors import (
    AlreadyAsked,
    AnsweredAlready,
    NobodyToAsk,
    RemindedAlready,
    RoundClosed,
    TooFewToShow,
)
from muster.feedback.models import LEAST, MOST_COMMENT, FeedbackInvitation, FeedbackPool, FeedbackRound
from muster.feedback.notices import tell_asked, tell_not_answered, tell_results
from muster.feedback.queries import (
    IN_FULL,
    POINTS,
    QUESTIONS,
    batches_near_their_rounds,
    due_kind,
    missing_from,
    pairs_near_their_rounds,
    shown_of_instructor,
    students_to_ask,
    takes_answers,
    today_of,
)
from muster.institutions.access import Actor, who_teaches
from muster.people.rules import keep_rating

# Whoever has not answered is reminded so many days before the end.
REMINDED_BEFORE = 2
LONGEST = 90


# --- opening ----------------------------------------------------------------------------------------------------------
@atomic
def open_batch_round(
    *, by: Actor, batch: Batch, kind: str, accept_small_group: bool = False, closes_on: date | None = None
) -> FeedbackRound:
    """Ask everyone who has a seat in the batch, until a day, else for as long as the institution says. Locks the batch.

    Raises Invalid, BatchArchived, NobodyToAsk, TooFewToShow unless the small group is accepted, AlreadyAsked.
    """
    _must_be_kind(kind)
    batch = locked_batch(batch)
    people = [one.student for one in students_to_ask(batch).select_related("student").order_by("student")]
    if not people or batch.is_deleted:
        raise NobodyToAsk(batch=batch.code)
    if len(people) < LEAST and not accept_small_group:
        raise TooFewToShow(count=len(people), facts={"can_answer": len(people), "needed": LEAST})
    today = batch.today()
    if closes_on is not None and not today <= closes_on <= today + timedelta(days=LONGEST):
        words = _("Choose a day from today on, up to %(days)d days ahead.")
        raise Invalid(words % {"days": LONGEST}, field="closes_on")
    leads = InstructorAssignment.objects.filter(
        Q(until_date__isnull=True) | Q(until_date__gte=today),
        batch=batch,
        role=InstructorAssignment.Role.LEAD,
        from_date__lte=today,
    ).select_related("instructor")[:1]
    row = FeedbackRound(batch=batch, kind=kind, instructor=next((one.instructor for one in leads), None))
    row.closes_on = closes_on or today + timedelta(days=by.institution.feedback_days)
    return _open(by, row, people, batch.name)


@atomic
def open_mentoring_round(*, by: Actor, pair: IndividualAssignment, kind: str) -> FeedbackRound:
    """Ask the student of a pair about the mentoring. Locks nothing: a constraint keeps one open.

    Raises Invalid, AlreadyAsked.
    """
    _must_be_kind(kind)
    row = FeedbackRound(assignment=pair, kind=kind, instructor=pair.instructor)
    row.closes_on = today_of(row) + timedelta(days=by.institution.feedback_days)
    return _open(by, row, [pair.student], pair.student.full_name)


def _open(by: Actor, row: FeedbackRound, people: list[User], who: str) -> FeedbackRound:
    row.institution, row.opened_by = by.institution, by.user
    place = {"batch": row.batch, "assignment": row.assignment}

    def already() -> AlreadyAsked:
        before = FeedbackRound.objects.filter(closed_at__isnull=True, **place).first()
        return AlreadyAsked(who=who, day=date_format(before.closes_on, "j F Y") if before else "")

    with recorded(by, "open_feedback"), refused_as(one_open_feedback_round=already):
        row.save()
        FeedbackInvitation.objects.bulk_create(
            FeedbackInvitation(institution=by.institution, round=row, student=person) for person in people
        )
    tell_asked(by, row, people)
    return row


def _must_be_kind(kind: str) -> None:
    if kind not in FeedbackRound.Kind.values:
        known = ", ".join(FeedbackRound.Kind.values)
        raise Invalid(_("Choose one of these: %(known)s.") % {"known": known}, field="kind")


def open_due_rounds(*, by: Actor) -> int:
    """Open what the institution's batches and pairs are due, unless it turned that off; each by itself.

    A batch whose students are too few for anything to be shown is not asked.
    """
    if not by.institution.feedback_opens_by_itself:
        return 0
    due = [(batch, kind) for batch in batches_near_their_rounds(by) if (kind := due_kind(batch, batch.today()))]

    def ask_batch(one: tuple[Batch, str]) -> int:
        batch, kind = one
        rounds = FeedbackRound.objects.filter(Q(kind=kind) | Q(closed_at__isnull=True), batch=batch)
        if rounds.exists() or students_to_ask(batch).count() < LEAST:
            return 0
        open_batch_round(by=by, batch=batch, kind=kind)
        return 1

    def ask_pair(one: tuple[IndividualAssignment, str]) -> int:
        pair, kind = one
        if FeedbackRound.objects.filter(assignment=pair, closed_at__isnull=True).exists():
            return 0
        open_mentoring_round(by=by, pair=pair, kind=kind)
        return 1

    return sum_each(due, ask_batch) + sum_each(pairs_near_their_rounds(by), ask_pair)


# --- answering --------------------------------------------------------------------------------------------------------
@atomic
def answer_round(*, by: Actor, row: FeedbackRound, ratings: Mapping[str, Any], comment: str = "") -> None:
    """Take the actor's answer. Nothing is recorded and nobody is told; the database keeps what ties it to nobody
    (`muster_answer_feedback`), holding the batch in share mode, the round and the pool.

    Raises Invalid naming the fields, RoundClosed, AnsweredAlready, Missing.
    """
    words = clean_lines(comment)
    wrong = [
        FieldError(name, _("Choose a number from 1 to 5.")) for name in QUESTIONS if ratings.get(name) not in POINTS
    ]
    if len(words) > MOST_COMMENT:
        wrong.append(FieldError("comment", _("Keep this to %(most)d characters or fewer.") % {"most": MOST_COMMENT}))
    wrong += HasNul.at("comment", words)
    if wrong:
        raise Invalid.fields(wrong)
    if by.user is None or not takes_answers(row):
        raise RoundClosed
    refusals: dict[str, Any] = {
        "feedback_round_is_open": RoundClosed,
        "archived_batch_does_not_change": _archived(row),
        "one_answer_each": AnsweredAlready,
        "who_answers_was_asked": Missing,
    }
    # Values go apart from the statement: one that is refused stands in the log of the database, and may be a repeat.
    with refused_as(**refusals), prepared_cursor() as cursor:
        cursor.execute(
            "SELECT muster_answer_feedback(%s, %s, %s::smallint, %s::smallint, %s::smallint, %s)",
            [row.pk, by.user.pk, *(ratings[name] for name in QUESTIONS), words],
        )


# --- reminding and closing --------------------------------------------------------------------------------------------
@atomic
def remind_of_round(*, by: Actor, row: FeedbackRound) -> int:
    """Tell those who have not answered, once a round; answers how many. Locks the round.

    Raises RoundClosed, RemindedAlready.
    """
    row = _locked_round(row)
    if not takes_answers(row):
        raise RoundClosed
    if row.reminded_on is not None:
        raise RemindedAlready(day=date_format(row.reminded_on, "j F Y"))
    row.reminded_on = today_of(row)
    with recorded(by, "remind_of_feedback"), refused_as(archived_batch_does_not_change=_archived(row)):
        row.save(update_fields=["reminded_on", "updated_at"])
    return tell_not_answered(by, row, missing_from(row))


@atomic
def close_round(*, by: Actor, row: FeedbackRound) -> FeedbackRound:
    """Close a round, after which what may be shown is; the rating of whom it is about follows.

    Locks the round, the pool, the instructor. Raises RoundClosed where somebody closed it.
    """
    row = _locked_round(row)
    if row.closed_at is not None:
        raise RoundClosed
    before = _shown_pools(row).count()
    row.closed_at = timezone.now()
    with recorded(by, "close_feedback"):
        row.save(update_fields=["closed_at", "updated_at"])
        if _shown_pools(row).count() == before:
            return row
        if row.instructor is not None:
            rating = shown_of_instructor(row.institution_id, row.instructor_id).aggregate(
                average=Avg("instructor_rating"), number=Count("pk")
            )
            keep_rating(by=by, instructor=row.instructor, average=rating["average"], number=rating["number"])
    tell_results(by, row, _readers_of(row))
    return row


def follow_rounds(*, by: Actor) -> int:
    """Remind of the institution's rounds that end soon, and close those that are over or whose batch is archived, each
    by itself."""

    def follow(row: FeedbackRound) -> int:
        today, is_archived = today_of(row), row.batch is not None and row.batch.is_archived
        if is_archived or today > row.closes_on:
            close_round(by=by, row=row)
        elif row.reminded_on is None and today >= row.closes_on - timedelta(days=REMINDED_BEFORE):
            remind_of_round(by=by, row=row)
        else:
            return 0
        return 1

    # By whatever clock: no other is further than a day from the institution's.
    near = by.now().date() + timedelta(days=REMINDED_BEFORE + 1)
    rows = IN_FULL.filter(institution=by.institution, closed_at__isnull=True, batch__deleted_at=None)
    rows = rows.filter(Q(closes_on__lte=near) | Q(batch__archived_at__isnull=False))
    return sum_each(rows.order_by("pk"), follow)


def _archived(row: FeedbackRound) -> Callable[[], BatchArchived]:
    return lambda: BatchArchived(cast("Batch", row.batch))


def _locked_round(row: FeedbackRound) -> FeedbackRound:
    found = IN_FULL.select_for_update(of=("self",), no_key=True).filter(pk=row.pk).first()
    if found is None:
        raise Missing
    return found


def _shown_pools(row: FeedbackRound) -> Any:
    own = Q(round=row) if row.batch_id is not None else Q(round__isnull=True, instructor=row.instructor_id)
    return FeedbackPool.objects.filter(own, institution=row.institution_id, is_shown=True)


def _readers_of(row: FeedbackRound) -> list[User]:
    """Whom the results are for: who teaches the batch now, or the mentor, as long as they do."""
    people = {row.instructor_id}
    if row.batch is not None:
        today = today_of(row)
        teaching = row.batch.instructor_assignments.filter(Q(until_date__isnull=True) | Q(until_date__gte=today))
        people = set(teaching.filter(from_date__lte=today).values_list("instructor_id", flat=True))
    here = who_teaches([one for one in people if one], row.institution_id)
    return list(User.objects.filter(pk__in=here).order_by("pk"))
