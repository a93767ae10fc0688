"""What a student has achieved: semester by semester, and over all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from muster.accounts.models import User
from muster.enrollments.models import Enrollment
from muster.enrollments.permissions import enrollments
from muster.institutions.access import Actor
from muster.progression.grading import Verdict, Weighted, grade_point_average
from muster.progression.models import AcademicRecord, SubjectResult


@dataclass(frozen=True)
class SemesterRecord:
    """A semester of an enrollment, with the result of each subject in its latest published attempt."""

    record: AcademicRecord
    enrollment: Enrollment
    results: Sequence[SubjectResult]


@dataclass(frozen=True)
class StudentRecord:
    """All semesters; the average over all their subjects, the credits, and what is still to be passed."""

    semesters: Sequence[SemesterRecord]
    cgpa: Decimal | None
    worth: Decimal
    earned: Decimal
    backlog: Sequence[SubjectResult]


def record_of(actor: Actor, student: User) -> StudentRecord:
    """What was published of the student, as far as the actor may see their enrollments. Three statements."""
    seen = enrollments.rows(actor).filter(student=student)
    records = AcademicRecord.objects.filter(enrollment__in=seen.values("pk")).select_related("enrollment__batch")
    results = SubjectResult.objects.filter(enrollment__in=seen.values("pk"), is_current=True)
    latest = latest_of(results.select_related("mapping__subject"))
    by_semester: dict[tuple[UUID, int], list[SubjectResult]] = {}
    for one in sorted(latest, key=lambda one: one.mapping.subject.code):
        by_semester.setdefault((one.enrollment_id, one.mapping.semester), []).append(one)
    semesters = [
        SemesterRecord(row, row.enrollment, by_semester.get((row.enrollment_id, row.semester), []))
        for row in records.order_by("enrollment__enrollment_date", "enrollment", "semester")
    ]
    return StudentRecord(
        semesters,
        average_of(latest),
        sum((one.worth for one in latest), Decimal(0)),
        sum((one.earned for one in latest), Decimal(0)),
        [one for one in latest if one.verdict == Verdict.FAILED],
    )


def latest_of(results: Iterable[SubjectResult]) -> list[SubjectResult]:
    """Of each student and subject the result of the latest attempt."""
    found: dict[tuple[UUID, UUID], SubjectResult] = {}
    for one in sorted(results, key=lambda one: one.attempt):
        found[one.enrollment_id, one.mapping_id] = one
    return list(found.values())


def average_of(results: Iterable[SubjectResult]) -> Decimal | None:
    """The grade point average of the results that count."""
    return grade_point_average(
        Weighted(one.points, one.worth) for one in results if one.counts and one.points is not None
    )
