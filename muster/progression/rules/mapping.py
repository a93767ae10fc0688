"""What a batch is taught: subjects mapped to its semesters, one by one or copied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from muster.accounts.models import User
from muster.batches.errors import BatchArchived
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.rules import assign_instructor
from muster.batches.rules.locks import (
    current_people,
    locked_batch,
    must_teach,
    slots_of,
    timetable_of,
    warnings_against,
)
from muster.batches.warnings import SoftWarning
from muster.core.database import atomic, refused_as
from muster.core.errors import DomainError, Missing
from muster.core.history import recorded
from muster.courses.models import Subject
from muster.institutions.access import Actor, teaching_memberships
from muster.progression.errors import MappedAlready, NoCourse, NoSuchSemester, NothingToCopyFrom, NotOfTheCourse
from muster.progression.models import SubjectMapping
from muster.progression.queries import subjects_left, subjects_of

ASSISTANT = InstructorAssignment.Role.ASSISTANT
# By what forms and bodies call whoever teaches a subject.
TEACHER = "faculty_id"


@atomic
def map_subject(
    *,
    by: Actor,
    batch: Batch,
    subject: Subject,
    semester: int | None = None,
    instructor: User | None = None,
    is_elective: bool = False,
    override_reason: str | None = None,
) -> SubjectMapping:
    """Have the batch taught the subject, in its own semester unless another one is named.

    An instructor who does not teach the batch yet becomes its assistant, as `assign_instructor` does that, with its
    locks and refusals. Locks the batch. Raises BatchArchived, NoCourse, NotOfTheCourse, NoSuchSemester, MappedAlready,
    NotAnInstructor, ScheduleConflict, SomethingSpeaksAgainst.
    """
    batch = locked_batch(batch)
    mapping = SubjectMapping(
        institution_id=batch.institution_id,
        batch=batch,
        subject=subject,
        semester=subject.semester if semester is None else semester,
        instructor=instructor,
        is_elective=is_elective,
    )
    _store(by, mapping, "map_subject", override_reason)
    return mapping


@atomic
def remap_subject(
    *, by: Actor, mapping: SubjectMapping, changes: Mapping[str, Any], override_reason: str | None = None
) -> SubjectMapping:
    """Change what is named of `subject`, `semester`, `instructor`, `is_elective`.

    Whoever taught it before stays in the batch, as its instructors say. As `map_subject`; raises Missing too.
    """
    batch = locked_batch(mapping.batch)
    mapping = _current_row(mapping)
    mapping.batch = batch
    for name, value in changes.items():
        setattr(mapping, name, value)
    _store(by, mapping, "remap_subject", override_reason)
    return mapping


@atomic
def unmap_subject(*, by: Actor, mapping: SubjectMapping) -> None:
    """Have the batch taught the subject no more. Locks the batch. Raises Missing, BatchArchived."""
    batch = locked_batch(mapping.batch)
    mapping = _current_row(mapping)
    with recorded(by, "unmap_subject"), _explain_refusals(batch, mapping.subject):
        mapping.delete()


@atomic
def copy_subjects(
    *, by: Actor, batch: Batch, source: Batch | None = None, override_reason: str | None = None
) -> list[SubjectMapping]:
    """Map what the batch is not taught yet: all subjects of its course, or those that `source` is taught.

    From a batch come semester, choice and, where they still teach, the instructors too, who join the batch as with
    `map_subject`. In one statement, besides what each instructor who joins asks. Locks the batch. Raises as
    `map_subject`, and NothingToCopyFrom.
    """
    batch = locked_batch(batch)
    if batch.course_id is None:
        raise NoCourse(batch=batch.code)
    plain: list[tuple[Subject, int, User | None, bool]]
    if source is None:
        plain = [(subject, subject.semester, None, False) for subject in subjects_left(batch)]
    elif source.pk == batch.pk or source.course_id != batch.course_id:
        raise NothingToCopyFrom
    else:
        taught = subjects_of(source).filter(subject__in=subjects_left(batch))
        plain = [(one.subject, one.semester, one.instructor, one.is_elective) for one in taught]
    people = {person.pk: person for _subject, _semester, person, _elective in plain if person is not None}
    still = {pk for pk in people if teaching_memberships(pk, batch.institution_id).exists()}
    made = [
        SubjectMapping(
            institution_id=batch.institution_id,
            batch=batch,
            subject=subject,
            semester=semester,
            instructor=person if person is not None and person.pk in still else None,
            is_elective=is_elective,
        )
        for subject, semester, person, is_elective in plain
    ]
    with recorded(by, "copy_subjects"):
        SubjectMapping.objects.bulk_create(made)
        for pk in sorted(still):
            _join_batch(by, batch, people[pk], override_reason, field="from_batch")
    return made


def warnings_of_joining(by: Actor, batch: Batch, person: User) -> list[SoftWarning]:
    """What would speak against the instructor as an assistant from today on. Nothing is written or locked."""
    if not _would_join(batch, person):
        return []
    timetable = timetable_of(batch, slots_of(batch), {person.pk}, start=batch.today(), stored=batch)
    return warnings_against(batch, person, by, timetable)


def _current_row(mapping: SubjectMapping) -> SubjectMapping:
    """The mapping as it now stands; its batch is locked."""
    now = SubjectMapping.objects.select_related("subject", "instructor").filter(pk=mapping.pk).first()
    if now is None:
        raise Missing
    return now


def _store(by: Actor, mapping: SubjectMapping, use_case: str, override_reason: str | None) -> None:
    """Save the mapping, and have its instructor join the batch."""
    batch, subject, person = mapping.batch, mapping.subject, mapping.instructor
    if batch.course is None:
        raise NoCourse(batch=batch.code)
    if subject.course_id != batch.course_id:
        raise NotOfTheCourse(subject=subject.title, course=batch.course.title)
    last = max(batch.course.semesters, 1)
    if not 1 <= mapping.semester <= last:
        raise NoSuchSemester(last=last)
    if person is not None:
        must_teach(batch.institution_id, person, TEACHER)
    with recorded(by, use_case), _explain_refusals(batch, subject):
        mapping.save()
    if person is not None:
        _join_batch(by, batch, person, override_reason)


def _join_batch(by: Actor, batch: Batch, person: User, override_reason: str | None, *, field: str = TEACHER) -> None:
    """Make the instructor an assistant of a batch that still runs, where they are nothing there."""
    if _would_join(batch, person):
        with _at_field(field):
            assign_instructor(by=by, batch=batch, instructor=person, role=ASSISTANT, override_reason=override_reason)


def _would_join(batch: Batch, person: User) -> bool:
    return not batch.is_over and person.pk not in current_people(batch, batch.today())


@contextmanager
def _at_field(field: str) -> Iterator[None]:
    """Whatever is refused about an instructor is about the field that names them here."""
    try:
        yield
    except DomainError as error:
        theirs = ("assigned_instructor", "instructor_id", "schedule")
        error.errors = [replace(one, field=field) if one.field in theirs else one for one in error.errors]
        raise


def _explain_refusals(batch: Batch, subject: Subject) -> Any:
    return refused_as(
        a_batch_is_taught_a_subject_once=partial(MappedAlready, batch=batch.code, subject=subject.title),
        archived_batch_does_not_change=partial(BatchArchived, batch),
    )
