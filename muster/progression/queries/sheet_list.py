"""The results sheets as a list: how much of each is entered, and how much is published."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Greatest

from muster.courses.models import GradingComponent
from muster.enrollments.models import Enrollment
from muster.progression.grading import State
from muster.progression.models import ComponentScore, ElectiveChoice, SubjectMapping, SubjectResult
from muster.progression.queries.records import held_back_before
from muster.progression.queries.sheet import LEARNS

# The semester that the batch is in; a batch without semesters is always in it.
RUNNING = Q(batch__archived_at=None) & (Q(batch__current_semester=None) | Q(semester=F("batch__current_semester")))

SCORES_MISSING = Q(entered__lt=F("expected"))


def sheets_listed(rows: QuerySet[SubjectMapping]) -> QuerySet[SubjectMapping]:
    """The subjects with `students`, `expected` and `entered` scores, and `published` results, of the first attempt."""
    learns = Enrollment.objects.filter(LEARNS)
    # An elective is entered for those who chose it.
    chose = ElectiveChoice.objects.filter(mapping=OuterRef("pk"), enrollment__in=learns.values("pk"))
    came = ~held_back_before(OuterRef(OuterRef("semester")))
    everyone = _number(learns.filter(came, batch=OuterRef("batch")), "batch")
    students = Case(When(is_elective=True, then=_number(chose, "mapping")), default=everyone)
    # A subject's own scheme goes before its course's; without any there is one component.
    scheme = Coalesce("subject__grading_scheme", "subject__course__grading_scheme")
    parts = _number(GradingComponent.objects.filter(scheme=OuterRef("scheme")), "scheme")
    here = {"mapping": OuterRef("pk"), "attempt": 1, "enrollment__in": learns.values("pk")}
    scores = ComponentScore.objects.filter(**here).exclude(state=State.BLANK)
    results = SubjectResult.objects.filter(mapping=OuterRef("pk"), attempt=1, is_current=True)
    return (
        rows.select_related("subject", "batch", "instructor")
        .annotate(scheme=scheme, students=students, entered=_number(scores, "mapping"))
        .annotate(
            published=_number(results.filter(reopened_at=None), "mapping"),
            expected=F("students") * Greatest(parts, 1),
        )
    )


def sheets_with_gaps(rows: QuerySet[SubjectMapping]) -> QuerySet[SubjectMapping]:
    """Those of the running semesters in which scores are missing."""
    return sheets_listed(rows).filter(RUNNING, SCORES_MISSING)


def _number(rows: QuerySet[Any], of: str) -> Coalesce:
    """How many rows there are of what the query outside is about; `of` is the column that they are counted by."""
    counted = rows.order_by().values(of).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
