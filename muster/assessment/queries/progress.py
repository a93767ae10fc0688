"""The progress of an enrollment, from 0 to 100: how much is done of what was due so far, by the one formula of
`sql/progress.sql`. It is worked out whenever it is asked for, and stands nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Func, QuerySet, Value

from muster.core.compiled import Compiled
from muster.core.json_rows import ReadJSON
from muster.enrollments.models import Enrollment

# What each part weighs. One of which nothing was due leaves its weight to the others.
WEIGHTS = {"sessions": 40, "assessments": 40, "milestones": 20}
# By which lists of `with_progress` are sorted.
BY_PROGRESS, BY_LAST_ATTENDED = "progress_parts__percent", "progress_parts__last_attended"


@dataclass(frozen=True)
class ProgressPart:
    """So many done of what was due."""

    done: int
    due: int


@dataclass(frozen=True)
class EnrollmentProgress:
    """The progress in percent, rounded down, and the parts that make it. 0 where nothing was due yet."""

    percent: int
    sessions: ProgressPart
    assessments: ProgressPart
    milestones: ProgressPart
    # The day of the last session that the student came to.
    last_attended: date | None

    @classmethod
    def read(cls, parts: Any) -> EnrollmentProgress:
        last = parts["last_attended"]
        counted = {name: ProgressPart(*parts[name]) for name in WEIGHTS}
        return cls(parts["percent"], **counted, last_attended=date.fromisoformat(last) if last else None)

    @property
    def is_begun(self) -> bool:
        """Whether anything was due yet."""
        return any(part.due for part in (self.sessions, self.assessments, self.milestones))


def with_progress(rows: QuerySet[Enrollment]) -> QuerySet[Enrollment]:
    """The enrollments with what `progress_in` reads, in the same statement."""
    weights = map(Value, WEIGHTS.values())
    return rows.annotate(progress_parts=Func(F("pk"), *weights, function="muster_progress", output_field=ReadJSON()))


def progress_in(enrollment: Enrollment) -> EnrollmentProgress:
    """The progress of an enrollment: as it came through `with_progress`, else by a statement of its own."""
    parts = getattr(enrollment, "progress_parts", None)
    if parts is None:
        asked: Any = ONE.one(pk=enrollment.pk)
        parts = asked.progress_parts
    return EnrollmentProgress.read(parts)


def progress_of(enrollments: Iterable[Enrollment | UUID]) -> Mapping[UUID, EnrollmentProgress]:
    """The progress of each of the enrollments. One statement, however many they are."""
    keys = [one.pk if isinstance(one, Enrollment) else one for one in enrollments]
    rows: QuerySet[Any] = with_progress(Enrollment.objects.filter(pk__in=keys)).order_by()
    return {pk: EnrollmentProgress.read(parts) for pk, parts in rows.values_list("pk", "progress_parts")}


# Every answer to an enrollment asks for it.
ONE = Compiled(lambda pk: with_progress(Enrollment.objects.filter(pk=pk)).only("pk"), pk=UUID(int=1))
