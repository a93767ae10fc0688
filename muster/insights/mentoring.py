"""What mentoring comes to: of the students whom somebody may assign or mentors, or of one mentor's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Greatest, Least, Now, TruncDate

from muster.allocation.models import IndividualAssignment
from muster.allocation.permissions import mentees
from muster.allocation.queries import students_with_instructors
from muster.core.errors import Missing
from muster.core.replica import reads_what_may_lag
from muster.insights.definitions import Figure, FiguresInsight
from muster.insights.periods import Period
from muster.insights.rows import CountedRows
from muster.institutions.access import Actor
from muster.mentoring.models import MentoringCheckIn, MentoringGoal, MentoringQuestion, MentoringSession

# What is said of fewer check-ins could be worked out of one person.
LEAST_CHECK_INS = 5


@dataclass(frozen=True)
class MentoringScope:
    """Whose mentoring is counted: of all students whom the actor assigns or mentors, or those of one mentor."""

    actor: Actor
    instructor: UUID | None = None

    @property
    def pairs(self) -> dict[str, Any]:
        """Rows that hang on an assignment, as keywords."""
        found: dict[str, Any] = {"institution": self.actor.institution}
        # Whoever is assigned here is a student whom an administrator assigns.
        if not self.actor.is_admin:
            found["assignment__student__in"] = mentees.rows(self.actor, "list").order_by().values("pk")
        return found | ({"assignment__instructor": self.instructor} if self.instructor else {})

    @property
    def assignments(self) -> QuerySet[IndividualAssignment]:
        rows = IndividualAssignment.objects.filter(
            **{name.removeprefix("assignment__"): value for name, value in self.pairs.items()}
        )
        return rows.order_by()


def _of_pairs(rows: QuerySet[Any], counts: Q | None = None, *, day: str, says: str = "") -> CountedRows:
    return CountedRows(rows, counts or Q(), student="assignment__student", batch="", day=day, says=says)


def _students(scope: MentoringScope, period: Period) -> CountedRows:
    """Active students; those who have a mentor today are the numerator."""
    rows: Any = students_with_instructors(scope.actor, "list")
    if scope.instructor:
        rows = rows.filter(mentor_id=scope.instructor)
    return CountedRows(rows, Q(assignment_id__isnull=False), student="pk", batch="")


def _met(scope: MentoringScope, period: Period) -> CountedRows:
    rows = MentoringSession.objects.filter(session__date__range=(period.first, period.last), **scope.pairs)
    held = Q(outcome=MentoringSession.Outcome.HELD)
    return _of_pairs(rows.exclude(outcome=""), held, day="session__date", says="outcome")


def _goals(scope: MentoringScope, period: Period) -> CountedRows:
    rows = MentoringGoal.objects.filter(created_at__range=period.moments(scope.actor.zone), **scope.pairs)
    reached = Q(status=MentoringGoal.Status.REACHED)
    rows = rows.exclude(status=MentoringGoal.Status.DROPPED)
    return _of_pairs(rows, reached, day="created_at", says="status")


def _questions(scope: MentoringScope, period: Period) -> CountedRows:
    rows = MentoringQuestion.objects.filter(created_at__range=period.moments(scope.actor.zone), **scope.pairs)
    return _of_pairs(rows, Q(answered_at__isnull=False), day="created_at")


def _answers(scope: MentoringScope, period: Period) -> CountedRows:
    """Questions that were answered within the period."""
    rows = MentoringQuestion.objects.filter(answered_at__range=period.moments(scope.actor.zone), **scope.pairs)
    return _of_pairs(rows, day="answered_at")


def _pairs(scope: MentoringScope, period: Period) -> CountedRows:
    """Pairs that there were within the period; those in contact within it are the numerator."""
    first, last = moments = period.moments(scope.actor.zone)
    there = Q(ended_at__isnull=True) | Q(ended_at__gte=first)
    own = {"assignment": OuterRef("pk")}
    held = MentoringSession.objects.filter(
        outcome=MentoringSession.Outcome.HELD, session__date__range=(period.first, period.last), **own
    )
    asked = MentoringQuestion.objects.filter(Q(created_at__range=moments) | Q(answered_at__range=moments), **own)
    said = MentoringCheckIn.objects.filter(created_at__range=moments, **own)
    rows = scope.assignments.filter(there, assigned_at__lte=last)
    return CountedRows(rows, Q(Exists(held)) | Q(Exists(asked)) | Q(Exists(said)), batch="", day="assigned_at")


def _check_ins(scope: MentoringScope, period: Period) -> CountedRows:
    rows = MentoringCheckIn.objects.filter(created_at__range=period.moments(scope.actor.zone), **scope.pairs)
    return _of_pairs(rows, day="created_at")


_ROWS: dict[str, Callable[[MentoringScope, Period], CountedRows]] = {
    "mentored": _students,
    "mentoring_held": _met,
    "mentoring_engaged": _pairs,
    "goals_reached": _goals,
    "questions_answered": _questions,
    "answer_hours": _answers,
    "pair_days": lambda scope, period: CountedRows(_pairs(scope, period).rows, batch="", day="assigned_at"),
}
# What is said in check-ins is opened nowhere.
OPENED = frozenset(_ROWS)


def mentoring_rows(scope: MentoringScope, period: Period, name: str) -> CountedRows:
    """The rows behind a figure of mentoring. Raises Missing where there are none that people may open."""
    if name not in _ROWS:
        raise Missing
    return _ROWS[name](scope, period)


class MentorCounts(NamedTuple):
    """One mentor: students now, and what was held and answered within the period."""

    instructor: UUID
    name: str
    students: int
    held: Figure
    answer_hours: Figure


@dataclass(frozen=True)
class MentoringInsight(FiguresInsight):
    """The figures of mentoring, and each mentor."""

    mentors: Sequence[MentorCounts] = ()


@reads_what_may_lag
def insight_into_mentoring(scope: MentoringScope, period: Period, compared: Period | None = None) -> MentoringInsight:
    """All figures of mentoring, and of the days compared with. A constant number of statements."""
    return replace(mentoring_figures(scope, period, compared), mentors=mentors_in(scope, period))


def mentoring_figures(scope: MentoringScope, period: Period, compared: Period | None = None) -> MentoringInsight:
    """The same without each mentor.

    Who has a mentor is only known of today and not compared; all of one mentor's students have one.
    """
    found = MentoringInsight.of(period, compared, lambda days: _figures_of_days(scope, days))
    today = {} if scope.instructor else {"mentored": _share("mentored", _students(scope, period))}
    return replace(found, figures={**today, **found.figures})


def _figures_of_days(scope: MentoringScope, period: Period) -> list[Figure]:
    """The figures between two days. A statement each; pairs are asked once for two."""
    pairs = _pairs(scope, period)
    zone = scope.actor.zone
    last = period.moments(zone)[1]
    until = Least(Coalesce("ended_at", Now()), Now(), last)
    found = pairs.rows.aggregate(
        engaged=Count("pk", filter=pairs.counts),
        number=Count("pk"),
        lasted=Sum(_time(TruncDate(until, tzinfo=zone) - TruncDate("assigned_at", tzinfo=zone))),
    )
    said = _check_ins(scope, period).rows.order_by().aggregate(points=Sum("progress"), number=Count("pk"))
    enough = said["number"] >= LEAST_CHECK_INS
    return [
        _share("mentoring_held", _met(scope, period)),
        Figure("mentoring_engaged", found["engaged"], found["number"]),
        *(_share(name, _ROWS[name](scope, period)) for name in ("goals_reached", "questions_answered")),
        _hours_to_answer(_answers(scope, period).rows.order_by().aggregate(**_ANSWERING)),
        Figure("pair_days", found["lasted"].days if found["lasted"] else 0, found["number"]),
        Figure("mentoring_progress", said["points"] if enough else 0, said["number"] if enough else 0),
    ]


def _time(expression: Any) -> Any:
    return ExpressionWrapper(expression, DurationField())


# A question from before they became the mentor counts from then on.
_ANSWERING = {
    "took": Sum(_time(F("answered_at") - Greatest("created_at", "assignment__assigned_at"))),
    "number": Count("pk"),
}


def _hours_to_answer(found: Mapping[str, Any]) -> Figure:
    return Figure("answer_hours", _in(found["took"], 3600), found["number"])


def _in(time: Any, seconds: int) -> Decimal:
    """A length of time in units of so many seconds."""
    return Decimal(str(time.total_seconds())) / seconds if time else Decimal(0)


def _share(name: str, counted: CountedRows) -> Figure:
    found = counted.rows.order_by().aggregate(part=Count("pk", filter=counted.counts), whole=Count("pk"))
    return Figure(name, found["part"], found["whole"])


def mentors_in(scope: MentoringScope, period: Period) -> list[MentorCounts]:
    """Each mentor of the students, by name. Three statements."""
    current: Any = scope.assignments.filter(ended_at__isnull=True)
    rows = current.values_list("instructor", "instructor__full_name").annotate(number=Count("pk"))
    met = _met(scope, period)
    held: Any = met.rows.order_by().values_list("assignment__instructor")
    sessions = {pk: numbers for pk, *numbers in held.annotate(n=Count("pk", filter=met.counts), of=Count("pk"))}
    answers: Any = _answers(scope, period).rows.order_by().values("assignment__instructor").annotate(**_ANSWERING)
    hours = {one["assignment__instructor"]: _hours_to_answer(one) for one in answers}
    nothing = Figure("answer_hours", Decimal(0), 0)
    return [
        MentorCounts(pk, name, number, Figure("mentoring_held", *sessions.get(pk, (0, 0))), hours.get(pk, nothing))
        for pk, name, number in sorted(rows, key=lambda one: one[1])
    ]
