"""A whole college moves to its next semester: many batch years in the background, with their results."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

from django.db import connection

from benchmarks.data import Campus, enroll_all, founded, people
from benchmarks.report import Row
from muster.batches.models import Batch
from muster.batches.rules import BatchInput, open_batch
from muster.core.ownership import as_owner
from muster.courses.models import Course, Subject
from muster.enrollments.models import Enrollment
from muster.institutions.models import Department, Role
from muster.notifications.rules import quietly
from muster.progression.models import AcademicRecord, SubjectMapping, SubjectResult
from muster.progression.rules import start_rollovers

BATCHES, STUDENTS_EACH, COURSES, SUBJECTS = 200, 60, 10, 5
WITHIN = 30
# When to give up waiting for the worker.
PATIENCE = 180


def rollovers(bench: Any) -> list[Row]:
    """200 batch years with 12,000 students, five subjects in each semester, all of them published."""
    campus = founded("Rollover")
    batches = _filled(campus)
    begun = time.monotonic()
    run = start_rollovers(by=campus.admin, batch_ids=[one.pk for one in batches], from_semester=1)
    while run.status != run.Status.DONE and time.monotonic() - begun < PATIENCE:
        time.sleep(0.25)
        run.refresh_from_db()
    seconds = time.monotonic() - begun
    wrong = [one["message"] for one in run.outcomes.values() if one["outcome"] != "executed"]
    assert not wrong, wrong[:3]
    students = BATCHES * STUDENTS_EACH
    opened = AcademicRecord.objects.filter(institution=campus.institution, semester=2).count()
    mapped = SubjectMapping.objects.filter(batch__in=batches, semester=2, instructor__isnull=False).count()
    assert (opened, mapped) == (students, BATCHES * SUBJECTS), (opened, mapped)
    return [
        Row(
            f"roll over {BATCHES} batches with {students:,} students",
            f"{seconds:.1f} s",
            target=f"< {WITHIN} s",
            met=seconds < WITHIN,
            numbers={"seconds": seconds},
        )
    ]


def _filled(campus: Campus) -> list[Batch]:
    """The batches, each a year of a course, which a year before them is taught by whoever then comes along."""
    own = {"institution": campus.institution}
    department = Department.objects.create(**own, name="Sciences", short_code="SCI")
    teachers = people(campus, Role.INSTRUCTOR, COURSES * SUBJECTS, "faculty")
    students = people(campus, Role.STUDENT, BATCHES * STUDENTS_EACH, "promoted")
    batches: list[Batch] = []
    for number in range(COURSES):
        course = Course.objects.create(
            **own, title=f"Degree {number}", code=f"DEG{number}", kind="degree", semesters=6, department=department
        )
        first, second = (
            Subject.objects.bulk_create(
                Subject(
                    **own,
                    course=course,
                    title=f"Subject {semester}.{place}",
                    code=f"S{semester}{place}",
                    semester=semester,
                    credits=4,
                )
                for place in range(SUBJECTS)
            )
            for semester in (1, 2)
        )
        staff = teachers[number * SUBJECTS : (number + 1) * SUBJECTS]
        _map(_year(campus, course, department, 2024), second, staff)
        for _each in range(BATCHES // COURSES):
            batch = _year(campus, course, department, 2025)
            place = len(batches) * STUDENTS_EACH
            enroll_all(batch, students[place : place + STUDENTS_EACH])
            _publish(batch, _map(batch, first, staff))
            batches.append(batch)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return batches


def _year(campus: Campus, course: Course, department: Department, year: int) -> Batch:
    fields = BatchInput(
        kind=Batch.Kind.ACADEMIC, name=f"{course.title} {year}", course=course, department=department, year=year
    )
    with quietly():
        return open_batch(by=campus.admin, fields=fields)


def _map(batch: Batch, subjects: list[Subject], staff: list[Any]) -> list[SubjectMapping]:
    return SubjectMapping.objects.bulk_create(
        SubjectMapping(
            institution_id=batch.institution_id,
            batch=batch,
            subject=subject,
            semester=subject.semester,
            instructor=person,
        )
        for subject, person in zip(subjects, staff, strict=True)
    )


def _publish(batch: Batch, mappings: list[SubjectMapping]) -> None:
    """A result of everyone in each subject."""
    seats = Enrollment.objects.filter(batch=batch).values_list("pk", flat=True)
    SubjectResult.objects.bulk_create(
        SubjectResult(
            institution_id=batch.institution_id,
            enrollment_id=pk,
            mapping=mapping,
            verdict="passed",
            total=Decimal(60 + number % 30),
            percent=Decimal(60 + number % 30),
            grade="B",
            points=Decimal(7),
            worth=Decimal(4),
            earned=Decimal(4),
            counts=True,
        )
        for mapping in mappings
        for number, pk in enumerate(seats)
    )
