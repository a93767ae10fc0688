"""What a student has achieved: semester by semester, and over all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.core.errors import Missing
from muster.core.search import in_order
from muster.enrollments.models import Enrollment
from muster.enrollments.permissions import enrollments
from muster.institutions.access import Actor
from muster.progression.grading import Verdict, Weighted, grade_point_average
from muster.progression.models import AcademicRecord, SubjectResult

# Which result of a subject stands before another one.
RANKS: dict[str, int] = {Verdict.FAILED: 0, Verdict.EXEMPT: 1, Verdict.PASSED: 2}


@dataclass(frozen=True)
class SemesterRecord:
    """A semester of an enrollment, with the result of each subject that stands.

    `counted` are those of the same course up to and with this semester, each subject once.
    """

    record: AcademicRecord
    enrollment: Enrollment
    results: Sequence[SubjectResult]
    counted: Sequence[SubjectResult]

    @property
    def cgpa(self) -> Decimal | None:
        """The average over all subjects of the course up to and with this semester."""
        return average_of(self.counted)


@dataclass(frozen=True)
class StudentRecord:
    """All semesters; the average over all their subjects, the credits, and what is still to be passed."""

    semesters: Sequence[SemesterRecord]
    cgpa: Decimal | None
    worth: Decimal
    earned: Decimal
    backlog: Sequence[SubjectResult]


def record_of(actor: Actor, student: User) -> StudentRecord:
    """What was published of the student, as far as the actor may see their enrollments. Two statements."""
    seen = enrollments.rows(actor).filter(student=student)
    rows = AcademicRecord.objects.filter(enrollment__in=seen.values("pk")).order_by(
        "enrollment__enrollment_date", "enrollment__course_id", "semester", "pk"
    )
    records = list(rows.select_related("enrollment__batch", "enrollment__course"))
    if not records:
        return StudentRecord([], None, Decimal(0), Decimal(0), [])
    results = SubjectResult.objects.filter(enrollment__in=seen.values("pk"), is_current=True)
    standing = standing_of(results.select_related("mapping__subject", "enrollment"))
    achieved = achieved_of(standing)
    return StudentRecord(
        _with_results(records, standing),
        average_of(achieved),
        sum((one.worth for one in achieved), Decimal(0)),
        sum((one.earned for one in achieved), Decimal(0)),
        [one for one in achieved if one.verdict == Verdict.FAILED],
    )


def semester_of(actor: Actor, student: User, record_id: UUID) -> SemesterRecord:
    """One semester of the student. Raises Missing where there is none that the actor sees."""
    seen = enrollments.rows(actor).filter(student=student)
    found = AcademicRecord.objects.filter(pk=record_id, enrollment__in=seen.values("pk"))
    for one in _in_full(found):
        return one
    raise Missing


def semesters_of(batch: Batch, semester: int) -> list[SemesterRecord]:
    """That semester of all students of the batch who have a result in it, by family name. Two statements."""
    found = _in_full(AcademicRecord.objects.filter(enrollment__batch=batch, semester=semester))
    return [one for one in found if one.results]


def printable_semesters(batch: Batch) -> list[int]:
    """The semesters of the batch in which something is published."""
    rows = SubjectResult.objects.filter(mapping__batch=batch, is_current=True).order_by("mapping__semester")
    return list(rows.values_list("mapping__semester", flat=True).distinct())


def _in_full(records: QuerySet[AcademicRecord]) -> list[SemesterRecord]:
    """The semesters by name of the student, with their results."""
    keys = "enrollment__batch", "enrollment__course", "enrollment__student"
    by = "enrollment__student__family_name", "enrollment__student__full_name", "pk"
    rows = list(in_order(records.select_related(*keys), *by))
    current = SubjectResult.objects.filter(
        institution__in={row.institution_id for row in rows},
        enrollment__student__in={row.enrollment.student_id for row in rows},
        enrollment__course__in={row.enrollment.course_id for row in rows},
        is_current=True,
    )
    return _with_results(rows, standing_of(current.select_related("mapping__subject", "enrollment")))


def _with_results(records: Iterable[AcademicRecord], standing: Sequence[SubjectResult]) -> list[SemesterRecord]:
    """Each semester with its results, and with those of the same student and course up to it, in whatever batch."""
    by_semester: dict[tuple[UUID, int], list[SubjectResult]] = {}
    by_course: dict[tuple[UUID, UUID | None], list[SubjectResult]] = {}
    for one in sorted(standing, key=lambda one: one.mapping.subject.code):
        by_semester.setdefault((one.enrollment_id, one.mapping.semester), []).append(one)
    for one in achieved_of(standing):
        by_course.setdefault((one.enrollment.student_id, one.enrollment.course_id), []).append(one)
    found = []
    for row in records:
        of_course = by_course.get((row.enrollment.student_id, row.enrollment.course_id), [])
        counted = [one for one in of_course if one.mapping.semester <= row.semester]
        own = by_semester.get((row.enrollment_id, row.semester), [])
        found.append(SemesterRecord(row, row.enrollment, own, counted))
    return found


def held_back_before(semester: Any) -> Q:
    """Enrollments that were held back in a semester before and have nothing of this one, as a condition."""
    records = AcademicRecord.objects.filter(enrollment=OuterRef("pk"))
    earlier = records.filter(semester__lt=semester, status=AcademicRecord.Status.DETAINED)
    return Q(Exists(earlier)) & ~Q(Exists(records.filter(semester=semester)))


def versions_of(actor: Actor, student: User) -> list[SubjectResult]:
    """Every version of every result that was ever published of the student, the newest first. One statement."""
    seen = enrollments.rows(actor).filter(student=student)
    rows = SubjectResult.objects.filter(enrollment__in=seen.values("pk"))
    return list(rows.select_related("mapping__subject", "published_by").order_by("-created_at", "pk"))


def standing_of(results: Iterable[SubjectResult]) -> list[SubjectResult]:
    """Of each enrollment and subject the result that stands: one that passed, else that of the latest attempt."""
    return list({(one.enrollment_id, one.mapping_id): one for one in sorted(results, key=_standing)}.values())


def achieved_of(standing: Iterable[SubjectResult]) -> list[SubjectResult]:
    """Of each student and subject the result that stands, in whatever batch: what is repeated in another counts once.

    They come with their enrollments and mappings.
    """
    found = {(one.enrollment.student_id, one.mapping.subject_id): one for one in sorted(standing, key=_standing)}
    return list(found.values())


def _standing(result: SubjectResult) -> tuple[int, UUID, int]:
    """What passed stands, then what is exempt, and of the same the later one; keys grow with time."""
    return RANKS[result.verdict], result.enrollment_id, result.attempt


def average_of(results: Iterable[SubjectResult]) -> Decimal | None:
    """The grade point average of the results that count."""
    return grade_point_average(
        Weighted(one.points, one.worth) for one in results if one.counts and one.points is not None
    )


def status_of(results: Sequence[SubjectResult], core: Collection[UUID]) -> str:
    """In progress without any result, and while one of `core` and of what was chosen has none; else failed while one of
    them all is."""
    if not results or not {one.mapping_id for one in results}.issuperset(core):
        return AcademicRecord.Status.IN_PROGRESS
    failed = any(one.verdict == Verdict.FAILED for one in results)
    return AcademicRecord.Status.FAILED if failed else AcademicRecord.Status.PASSED
