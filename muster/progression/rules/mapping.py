"""What a batch is taught: subjects mapped to its semesters, one by one or copied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.batches.assessment import ScheduleAssessment
from muster.batches.clashes import Timetable
from muster.batches.errors import BatchArchived
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.rules import assign_instructor
from muster.batches.rules.inputs import Faculty, SlotInput, problems_of_slots
from muster.batches.rules.locks import (
    booked_people,
    current_people,
    explain_booking_conflicts,
    faculty_of,
    lock_and_check,
    locked_batch,
    must_teach,
    slots_of,
    timetable_of,
    warnings_against,
)
from muster.batches.warnings import SoftWarning
from muster.core.database import atomic, refused_as
from muster.core.errors import DomainError, Invalid, Missing
from muster.core.history import recorded
from muster.courses.models import Subject
from muster.institutions.access import Actor, who_teaches
from muster.progression.errors import (
    HasScores,
    MappedAlready,
    NoCourse,
    NoSuchSemester,
    NothingToCopyFrom,
    NotOfTheCourse,
    TooFewSeats,
    WasChosen,
)
from muster.progression.models import SubjectMapping
from muster.progression.queries import subjects_left, subjects_of, with_choices
from muster.progression.rules.results import keep_semesters

ASSISTANT = InstructorAssignment.Role.ASSISTANT
# By what forms and bodies call whoever teaches a subject.
TEACHER = "faculty_id"
MOST_SEATS = 10_000


@atomic
def map_subject(
    *,
    by: Actor,
    batch: Batch,
    subject: Subject,
    semester: int | None = None,
    instructor: User | None = None,
    is_elective: bool = False,
    seats: int | None = None,
    override_reason: str | None = None,
) -> SubjectMapping:
    """Have the batch taught the subject, in its own semester unless another one is named.

    An instructor who does not teach the batch yet becomes its assistant, as `assign_instructor` does that. In a batch
    year the sessions of the subject are theirs from today on, and they come for those alone. Locks the batch, then
    instructors and rooms. Raises BatchArchived, NoCourse, NotOfTheCourse, NoSuchSemester, MappedAlready,
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
        seats=seats,
    )
    _store(by, mapping, "map_subject", override_reason)
    return mapping


@atomic
def remap_subject(
    *, by: Actor, mapping: SubjectMapping, changes: Mapping[str, Any], override_reason: str | None = None
) -> SubjectMapping:
    """Change what is named of `subject`, `semester`, `instructor`, `is_elective`, `seats`.

    Whoever taught it before stays in the batch, as its instructors say. In another semester, or as a core subject, it
    leaves its group of electives. As `map_subject`; also Missing, HasScores, WasChosen, TooFewSeats.
    """
    batch = locked_batch(mapping.batch)
    mapping = _current_row(mapping)
    mapping.batch = batch
    if any(name in changes and changes[name] != getattr(mapping, name) for name in ("subject", "semester")):
        _must_be_without_scores(mapping)
    if "semester" in changes and changes["semester"] != mapping.semester:
        mapping.group = None
    for name, value in changes.items():
        setattr(mapping, name, value)
    if not mapping.is_elective:
        mapping.group = None
    _store(by, mapping, "remap_subject", override_reason)
    return mapping


@atomic
def unmap_subject(*, by: Actor, mapping: SubjectMapping) -> None:
    """Have the batch taught the subject no more; the sessions of its faculty are the lead's again.

    Locks as `map_subject`. Raises Missing, BatchArchived, HasScores, WasChosen, ScheduleConflict.
    """
    batch = locked_batch(mapping.batch)
    mapping = _current_row(mapping)
    _must_be_without_scores(mapping)
    if mapping.choices.exists():
        raise WasChosen(subject=mapping.subject.title, batch=batch.code)
    with (
        recorded(by, "unmap_subject"),
        faculty_changes(by, batch, {mapping.subject_id: None}),
        _explain_refusals(batch, mapping.subject),
    ):
        mapping.delete()
        keep_semesters(batch, {mapping.semester})


@atomic
def copy_subjects(
    *, by: Actor, batch: Batch, source: Batch | None = None, override_reason: str | None = None
) -> list[SubjectMapping]:
    """Map what the batch is not taught yet: all subjects of its course, or those that `source` is taught.

    From a batch come semester, choice and, where they still teach, the instructors too, who join the batch as with
    `map_subject`. In one statement, besides what each instructor who joins asks. Locks and raises as `map_subject`, and
    NothingToCopyFrom.
    """
    batch = locked_batch(batch)
    if batch.course_id is None:
        raise NoCourse(batch=batch.code)
    plain: list[tuple[Subject, int, User | None, bool, int | None]]
    if source is None:
        plain = [(subject, subject.semester, None, False, None) for subject in subjects_left(batch)]
    elif source.pk == batch.pk or source.course_id != batch.course_id:
        raise NothingToCopyFrom
    else:
        taught = subjects_of(source).filter(subject__in=subjects_left(batch))
        plain = [(one.subject, one.semester, one.instructor, one.is_elective, one.seats) for one in taught]
    people = {person.pk: person for _subject, _semester, person, *_rest in plain if person is not None}
    still = who_teaches(people, batch.institution_id)
    made = [
        SubjectMapping(
            institution_id=batch.institution_id,
            batch=batch,
            subject=subject,
            semester=semester,
            instructor=person if person is not None and person.pk in still else None,
            is_elective=is_elective,
            seats=seats,
        )
        for subject, semester, person, is_elective, seats in plain
    ]
    taught_by = {one.subject_id: one.instructor_id for one in made if one.instructor_id}
    with recorded(by, "copy_subjects"), faculty_changes(by, batch, taught_by, field="from_batch"):
        SubjectMapping.objects.bulk_create(made)
        keep_semesters(batch, {one.semester for one in made})
        for pk in sorted(still):
            _join_batch(by, batch, people[pk], override_reason, field="from_batch")
    return made


def warnings_of_joining(by: Actor, batch: Batch, person: User, subject_id: UUID) -> list[SoftWarning]:
    """What would speak against the instructor as an assistant from today on, who teaches this subject. Nothing is
    written or locked."""
    if not _would_join(batch, person):
        return []
    if batch.is_academic:
        timetable = _timetable(batch, slots_of(batch), set(), faculty_of(batch) | {subject_id: (person.pk,)})
    else:
        timetable = _timetable(batch, slots_of(batch), {person.pk})
    return warnings_against(batch, person, by, timetable)


@contextmanager
def faculty_changes(
    by: Actor, batch: Batch, changes: Mapping[UUID, UUID | None], *, field: str = TEACHER
) -> Iterator[None]:
    """Write who teaches these subjects, once it is known that they and who takes over are free; then they are locked.

    Locks instructors and rooms, those of the batch too, all at once. Raises ScheduleConflict, also where the database
    refuses what somebody else booked meanwhile.
    """
    if batch.is_over:
        yield
        return
    joining = {person for person in changes.values() if person}
    if batch.is_academic:
        now = faculty_of(batch)
        after = {subject: people for subject, people in now.items() if subject not in changes}
        after |= {subject: (person,) for subject, person in changes.items() if person}
        slots = slots_of(batch)
        if problems := problems_of_slots(slots, after):
            raise Invalid(problems[0].message, field=field)
        timetable = _timetable(batch, slots, booked_people(batch, batch.today()), after)
    else:
        timetable = _timetable(batch, slots_of(batch), booked_people(batch, batch.today()) | joining)
    with _at_field(field):
        lock_and_check(ScheduleAssessment(by, batch, timetable, joining))
        with explain_booking_conflicts(timetable, batch, by, teacher=field):
            yield


def _timetable(
    batch: Batch, slots: list[SlotInput], people: set[UUID], faculty: Faculty | None = None
) -> Timetable | None:
    """What the batch meets for from today on, with these people where nobody is named and no faculty teaches."""
    return timetable_of(batch, slots, people, start=batch.today(), stored=batch, faculty=faculty)


def _must_be_without_scores(mapping: SubjectMapping) -> None:
    if mapping.scores.exists() or mapping.subject_results.exists() or mapping.moderations.exists():
        raise HasScores(subject=mapping.subject.title, batch=mapping.batch.code)


def _current_row(mapping: SubjectMapping) -> SubjectMapping:
    """The mapping as it now stands; its batch is locked."""
    rows = SubjectMapping.objects.select_related("subject", "instructor").filter(pk=mapping.pk)
    now = with_choices(rows).first()
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
    if mapping.seats is not None and not mapping.is_elective:
        raise Invalid(_("Only electives have a number of seats."), field="seats")
    if mapping.seats is not None and not 0 < mapping.seats <= MOST_SEATS:
        raise Invalid(_("Enter a number of seats from 1 to %(most)d.") % {"most": MOST_SEATS}, field="seats")
    if person is not None:
        must_teach(batch.institution_id, person, TEACHER)
    before = SubjectMapping.objects.filter(pk=mapping.pk).first()
    changes = ({before.subject_id: None} if before else {}) | {subject.pk: person.pk if person else None}
    with recorded(by, use_case), faculty_changes(by, batch, changes), _explain_refusals(batch, subject):
        mapping.save()
        if before is None or (before.semester, before.is_elective) != (mapping.semester, mapping.is_elective):
            keep_semesters(batch, {mapping.semester, before.semester if before else mapping.semester})
        if person is not None:
            _join_batch(by, batch, person, override_reason)


def _join_batch(by: Actor, batch: Batch, person: User, override_reason: str | None, *, field: str = TEACHER) -> None:
    """Make the instructor an assistant of a batch that still runs, where they are nothing there."""
    if _would_join(batch, person):
        with _at_field(field):
            assign_instructor(
                by=by,
                batch=batch,
                instructor=person,
                role=ASSISTANT,
                override_reason=override_reason,
                for_subjects=batch.is_academic,
            )


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
        chosen_subject_stays_an_elective=partial(WasChosen, batch=batch.code, subject=subject.title),
        elective_has_a_seat=partial(TooFewSeats, subject=subject.title),
        archived_batch_does_not_change=partial(BatchArchived, batch),
    )
