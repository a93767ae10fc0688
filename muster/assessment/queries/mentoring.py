"""What came of mentoring: each student with their mentor, as the report tells of them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, IntegerField, Max, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from muster.accounts.models import by_family_name
from muster.allocation.models import IndividualAssignment
from muster.allocation.permissions import mentees
from muster.assessment.queries.progress import with_progress
from muster.enrollments.queries import seats_seen_by
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation
from muster.mentoring.models import MentoringGoal, MentoringQuestion, MentoringSession
from muster.mentoring.queries import next_day
from muster.timetable.models import ClassSession

HELD, MISSED = MentoringSession.Outcome.HELD, MentoringSession.Outcome.MISSED


def mentoring_report(actor: Actor) -> QuerySet[Any]:
    """The students in the actor's part with the instructor they have now, by name. Two statements.

    Each with `student_number`; how many sessions were `held` and `missed`; the day of the last one that was held, or
    of a later answer to a question (`last_contact`), and of the next (`next_session`); how many goals were `agreed`
    and `reached`, those that were dropped left out; and the student's current enrollments that the actor may see, with
    their progress (`seats_now`).
    """
    sessions = MentoringSession.objects.filter(assignment=OuterRef("pk")).exclude(
        session__status=ClassSession.Status.CANCELLED
    )
    goals = MentoringGoal.objects.filter(assignment=OuterRef("pk")).exclude(status=MentoringGoal.Status.DROPPED)
    answered = MentoringQuestion.objects.filter(assignment=OuterRef("pk"), answered_at__isnull=False)
    here = Affiliation.objects.filter(user=OuterRef("student"), institution=OuterRef("institution"))
    seats = with_progress(seats_seen_by(actor)).select_related("batch", "course").order_by("batch__code", "pk")
    return (
        IndividualAssignment.objects.current()
        .filter(institution=actor.institution, student__in=mentees.rows(actor, "list").order_by().values("pk"))
        .select_related("student", "instructor", "institution")
        .annotate(
            student_number=Subquery(here.values("student_number")[:1]),
            held=_number(sessions.filter(outcome=HELD)),
            missed=_number(sessions.filter(outcome=MISSED)),
            last_contact=Greatest(
                _of(sessions.filter(outcome=HELD), Max("session__date")), _of(answered, Max("answered_at__date"))
            ),
            next_session=next_day("pk"),
            agreed=_number(goals),
            reached=_number(goals.filter(status=MentoringGoal.Status.REACHED)),
        )
        .prefetch_related(Prefetch("student__enrollments", seats, to_attr="seats_now"))
        .order_by(by_family_name("student__"), "pk")
    )


def _of(rows: QuerySet[Any], figure: Any) -> Subquery:
    return Subquery(rows.order_by().values("assignment").annotate(figure=figure).values("figure"))


def _number(rows: QuerySet[Any]) -> Coalesce:
    return Coalesce(_of(rows, Count("pk")), 0, output_field=IntegerField())
