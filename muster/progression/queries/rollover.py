"""What a rollover would come to: everyone of the batch, every subject of its next semester, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, prefetch_related_objects
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.accounts.models import User
from muster.attendance.queries.missing import missing_days
from muster.attendance.queries.percent import with_attendance
from muster.batches.assessment import ScheduleAssessment
from muster.batches.models import Batch
from muster.batches.rules.locks import faculty_of, slots_of, timetable_of
from muster.core.search import in_order
from muster.courses.models import Subject
from muster.courses.queries import minimum_attendance_of
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor, who_teaches
from muster.institutions.models import Institution
from muster.progression.grading import Verdict
from muster.progression.models import AcademicRecord, ElectiveChoice, RolloverRequest, SubjectMapping, SubjectResult
from muster.progression.permissions import rollovers
from muster.progression.queries.mapping import subjects_of
from muster.progression.queries.records import achieved_of, standing_of, status_of

MOST_REGISTERS = 20


class Move(Enum):
    """What becomes of a student."""

    MOVES = "moves"
    HELD_BACK = "held_back"
    # Held back before, and not moved to another batch since.
    STAYS = "stays"


@dataclass(frozen=True)
class RolloverStudent:
    """One student: what becomes of them and why, and how the record of the old semester closes (`record`).

    `achieved` is how it closes by their results; `proposal` why the limits of the institution would hold them back.
    """

    enrollment: Enrollment
    move: Move
    reason: str
    proposal: str
    attendance: Decimal | None
    record: str
    achieved: str
    results: Sequence[SubjectResult]
    open_credits: Decimal
    failed: Sequence[str]
    without_result: Sequence[SubjectMapping]


@dataclass(frozen=True)
class RolloverSubject:
    """A subject of the next semester: mapped already, or to be mapped, with whom and why them."""

    subject: Subject
    instructor: User | None
    is_elective: bool
    is_mapped: bool
    # From which batch the instructor and the choice come, or why nobody comes.
    origin: str = ""


@dataclass(frozen=True)
class MissingPart:
    """Something that is better done first; a rollover does not wait for it. `ids` are of what it is about.

    `kind` is results (enrollments; `about` is the mapping), faculty or subjects (subjects), registers (sessions).
    """

    kind: str
    message: str
    ids: Sequence[UUID] = ()
    about: UUID | None = None


@dataclass(frozen=True)
class RolloverPreview:
    """What rolling the batch over would come to. Without `to_semester` the batch is completed."""

    batch: Batch
    from_semester: int
    to_semester: int | None
    pending: RolloverRequest | None
    students: Sequence[RolloverStudent]
    subjects: Sequence[RolloverSubject]
    missing: Sequence[MissingPart]
    core: frozenset[UUID] = field(default=frozenset())

    def holding_back(self, reasons: Mapping[UUID, str]) -> RolloverPreview:
        """The same with these enrollments held back, and no others. Who was held back before stays."""
        return replace(self, students=[_decided(one, reasons) for one in self.students])

    def that(self, move: Move) -> list[RolloverStudent]:
        """Those of whom this becomes."""
        return [one for one in self.students if one.move == move]

    @cached_property
    def closing(self) -> list[RolloverStudent]:
        """Those whose record of the old semester closes."""
        return [one for one in self.students if one.move != Move.STAYS]

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The figures of a preview, by the names of the API."""
        records = [one.record for one in self.closing]
        moving = len(self.that(Move.MOVES))
        return {
            "moves": moving,
            "held_back": len(self.that(Move.HELD_BACK)),
            "stays": len(self.that(Move.STAYS)),
            "subjects": len(self.subjects),
            "subjects_with_faculty": sum(one.instructor is not None for one in self.subjects),
            "records_closed": len(records),
            "passed": records.count(AcademicRecord.Status.PASSED),
            "failed": records.count(AcademicRecord.Status.FAILED),
            "without_result": records.count(AcademicRecord.Status.IN_PROGRESS),
            "detained": records.count(AcademicRecord.Status.DETAINED),
            "records_opened": moving if self.to_semester else 0,
        }


def _decided(one: RolloverStudent, reasons: Mapping[UUID, str]) -> RolloverStudent:
    if one.move == Move.STAYS:
        return one
    if one.enrollment.pk not in reasons:
        return replace(one, move=Move.MOVES, reason="", record=one.achieved)
    reason = reasons[one.enrollment.pk] or one.proposal
    return replace(one, move=Move.HELD_BACK, reason=reason, record=AcademicRecord.Status.DETAINED)


def next_semester(batch: Batch) -> int | None:
    """To which a rollover leads; None after the last one."""
    now = batch.current_semester or 1
    return now + 1 if now < batch.last_semester else None


def rollovers_in_full(rows: QuerySet[RolloverRequest]) -> QuerySet[RolloverRequest]:
    """Requests with everything that is told of them."""
    rows = rows.select_related("batch__department", "requested_by", "decided_by", "reverted_by")
    return rows.prefetch_related("held_back__enrollment__student")


def rollovers_of(batch: Batch) -> QuerySet[RolloverRequest]:
    """All rollovers of the batch, the latest first."""
    return rollovers_in_full(RolloverRequest.objects.filter(batch=batch)).order_by("-created_at", "-pk")


def pending_rollover(batch: Batch) -> RolloverRequest | None:
    """The one that waits for a decision, if there is one."""
    return rollovers_of(batch).filter(status=RolloverRequest.Status.PENDING).first()


def rollovers_awaiting(actor: Actor) -> QuerySet[RolloverRequest]:
    """Those of running batches that wait for the actor's decision, the longest waiting first. Under four eyes not the
    actor's own."""
    waiting = rollovers.rows(actor, "decide").filter(
        status=RolloverRequest.Status.PENDING,
        batch__status__in=(Batch.Status.UPCOMING, Batch.Status.ACTIVE),
        batch__deleted_at__isnull=True,
        batch__archived_at__isnull=True,
    )
    if actor.user:
        # Said in the statement, which is built once for all institutions.
        needs_another = Q(institution__rollover_approval=Institution.RolloverApproval.FOUR_EYES)
        waiting = waiting.filter(Q(requested_by__isnull=True) | ~Q(requested_by=actor.user) | ~needs_another)
    return rollovers_in_full(waiting).order_by("created_at", "pk")


def rollover_preview(actor: Actor, batch: Batch, held_back: Mapping[UUID, str] | None = None) -> RolloverPreview:
    """What rolling the batch over would come to, in a fixed number of statements; nothing is written or locked.

    `held_back` are the enrollments that keep the old semester, with the reasons. Without it those of the request that
    waits, or those whom the limits of the institution would hold back.
    """
    pending = pending_rollover(batch)
    if held_back is None and pending is not None:
        held_back = {one.enrollment_id: one.reason for one in pending.held_back.all()}
    return new_rollover(actor, batch, pending, held_back)


def new_rollover(
    actor: Actor,
    batch: Batch,
    pending: RolloverRequest | None = None,
    held_back: Mapping[UUID, str] | None = None,
) -> RolloverPreview:
    """The same of a batch of which it is known what waits, and who is held back by that."""
    semester, following = batch.current_semester or 1, next_semester(batch)
    mapped = list(subjects_of(batch))
    students, core = _students(batch, semester, mapped)
    subjects = _subjects(actor, batch, following, mapped) if following else []
    found = RolloverPreview(
        batch,
        semester,
        following,
        pending,
        students,
        subjects,
        [
            *_missing_results(students, [one for one in mapped if one.pk in core]),
            *_missing_faculty(batch, following, subjects),
            *_missing_registers(actor, batch),
        ],
        core,
    )
    if held_back is None:
        held_back = {one.enrollment.pk: one.proposal for one in students if one.proposal}
    return found.holding_back(held_back)


# What of a result is asked when everyone's are read.
STANDING = ("enrollment", "mapping", "attempt", "verdict", "points", "worth", "earned", "counts")


# --- students ---------------------------------------------------------------------------------------------------------
def _students(
    batch: Batch, semester: int, mapped: Sequence[SubjectMapping]
) -> tuple[list[RolloverStudent], frozenset[UUID]]:
    """Everyone who holds a seat, by family name; and the mappings without whose result a semester isn't over."""
    seats = with_attendance(Enrollment.objects.filter(batch=batch).holding_seats().select_related("student"))
    rows: list[Any] = list(in_order(seats, "student__family_name", "student__full_name", "pk"))
    records: dict[UUID, dict[int, str]] = {}
    kept = AcademicRecord.objects.filter(enrollment__in=[row.pk for row in rows])
    for seat, number, status in kept.values_list("enrollment_id", "semester", "status"):
        records.setdefault(seat, {})[number] = status
    # Also of batches from which they came: what they failed there is open until they pass it here.
    found = SubjectResult.objects.filter(
        institution=batch.institution_id,
        enrollment__student__in=[row.student_id for row in rows],
        enrollment__course=batch.course_id,
        is_current=True,
    )
    standing = standing_of(_with_known(found.only(*STANDING).order_by(), mapped, rows))
    results: dict[UUID, list[SubjectResult]] = {}
    for one in standing:
        results.setdefault(one.enrollment_id, []).append(one)
    open_results: dict[UUID, list[SubjectResult]] = {}
    for one in achieved_of(standing):
        if one.verdict == Verdict.FAILED:
            open_results.setdefault(one.enrollment.student_id, []).append(one)
    core = {one.pk: one for one in mapped if one.semester == semester and not one.is_elective}
    # Beside them what each has chosen.
    asked = {row.pk: dict(core) for row in rows}
    electives = {one.pk: one for one in mapped if one.semester == semester and one.is_elective}
    choices = ElectiveChoice.objects.filter(enrollment__in=list(asked), mapping__in=list(electives))
    for pk, elective in choices.values_list("enrollment_id", "mapping_id") if electives else ():
        asked[pk][elective] = electives[elective]
    return [
        _student(
            batch,
            row,
            semester,
            records.get(row.pk, {}),
            results.get(row.pk, []),
            open_results.get(row.student_id, []),
            asked[row.pk],
        )
        for row in rows
    ], frozenset(core)


def _with_known(
    found: QuerySet[SubjectResult], mapped: Iterable[SubjectMapping], seats: Iterable[Enrollment]
) -> list[SubjectResult]:
    """The results with the mappings and seats of the batch, which are there already, and those of others."""
    mappings, enrollments = {one.pk: one for one in mapped}, {one.pk: one for one in seats}
    results = list(found)
    for one in results:
        if one.mapping_id in mappings:
            one.mapping = mappings[one.mapping_id]
        if one.enrollment_id in enrollments:
            one.enrollment = enrollments[one.enrollment_id]
    prefetch_related_objects(results, "mapping__subject", "enrollment")
    return results


def _student(
    batch: Batch,
    row: Any,
    semester: int,
    records: Mapping[int, str],
    results: Sequence[SubjectResult],
    failed: Sequence[SubjectResult],
    core: Mapping[UUID, SubjectMapping],
) -> RolloverStudent:
    open_credits = sum((one.worth for one in failed), Decimal(0))
    ours = [one for one in results if one.mapping.semester == semester]
    with_result = {one.mapping_id for one in ours}
    titles = [one.mapping.subject.title for one in failed]
    proposal = " ".join(_proposal(batch, row.attendance_percent, open_credits, titles))
    behind = [
        number
        for number, status in records.items()
        if number < semester and status == AcademicRecord.Status.DETAINED and semester not in records
    ]
    move, reason, record = Move.MOVES, "", status_of(ours, core)
    if behind:
        move, record = Move.STAYS, AcademicRecord.Status.DETAINED
        reason = _("Held back in semester %(number)d.") % {"number": max(behind)}
    return RolloverStudent(
        row,
        move,
        reason,
        proposal,
        row.attendance_percent,
        record,
        record,
        ours,
        open_credits,
        titles,
        [one for pk, one in core.items() if pk not in with_result and not behind],
    )


def _proposal(batch: Batch, attendance: Decimal | None, open_credits: Decimal, failed: Sequence[str]) -> Iterable[str]:
    """Why the limits of the course or the institution would hold somebody back, if they would."""
    minimum, most = minimum_attendance_of(batch.institution, batch.course), batch.institution.most_open_credits
    if attendance is not None and attendance < minimum:
        yield _("Attendance is %(percent)s%%, the minimum is %(minimum)d%%.") % {
            "percent": f"{attendance.normalize():f}",
            "minimum": minimum,
        }
    if most is not None and open_credits > most:
        yield _("Failed %(subjects)s: %(credits)s open credits, up to %(most)d can move up.") % {
            "subjects": ", ".join(failed),
            "credits": f"{open_credits.normalize():f}",
            "most": most,
        }


# --- subjects ---------------------------------------------------------------------------------------------------------
def _subjects(actor: Actor, batch: Batch, semester: int, mapped: Sequence[SubjectMapping]) -> list[RolloverSubject]:
    """The subjects of the semester: those mapped to it already, then those of the course that would be."""
    known = {one.subject_id for one in mapped}
    there = [
        RolloverSubject(one.subject, one.instructor, one.is_elective, is_mapped=True)
        for one in mapped
        if one.semester == semester
    ]
    if batch.course_id is None:
        return there
    of_course = Subject.objects.filter(course=batch.course_id, semester=semester).exclude(pk__in=known)
    new = list(in_order(of_course, "title", "pk"))
    runs = SubjectMapping.objects.filter(subject__in=new, batch__deleted_at__isnull=True).exclude(batch=batch)
    runs = runs.select_related("instructor", "batch").order_by("-batch__year", "-batch__start_date", "-created_at")
    by_subject: dict[UUID, list[SubjectMapping]] = {}
    for one in runs:
        by_subject.setdefault(one.subject_id, []).append(one)
    here = {one.instructor_id for one in mapped if one.instructor_id}
    taught_by = {one.instructor_id for found in by_subject.values() for one in found if one.instructor_id}
    teaching = who_teaches(taught_by, batch.institution_id)
    chosen = {one.pk: _carried_over(by_subject.get(one.pk, []), here, teaching) for one in new}
    wanted = {pk: run.instructor_id for pk, run in chosen.items() if run and run.instructor_id}
    busy = _busy(actor, batch, wanted)
    return there + [_new_subject(one, chosen[one.pk], by_subject.get(one.pk, []), busy) for one in new]


def _carried_over(runs: Sequence[SubjectMapping], here: set[UUID], teaching: set[UUID]) -> SubjectMapping | None:
    """Where the subject is or was taught by somebody who still teaches: by one of this batch, else the latest run."""
    able = [one for one in runs if one.instructor_id in teaching]
    return next((one for one in able if one.instructor_id in here), able[0] if able else None)


def _busy(actor: Actor, batch: Batch, wanted: Mapping[UUID, UUID]) -> dict[UUID, str]:
    """Of those who would teach these subjects, who is taken at their hours, and by what."""
    if not wanted:
        return {}
    faculty = faculty_of(batch) | {subject: (person,) for subject, person in wanted.items()}
    timetable = timetable_of(batch, slots_of(batch), (), start=batch.today(), stored=batch, faculty=faculty)
    return {clash.who_id: clash.sentence for clash in ScheduleAssessment(actor, batch, timetable).clashes}


def _new_subject(
    subject: Subject, run: SubjectMapping | None, runs: Sequence[SubjectMapping], busy: Mapping[UUID, str]
) -> RolloverSubject:
    is_elective = runs[0].is_elective if runs else False
    if run is None or run.instructor_id is None:
        return RolloverSubject(subject, None, is_elective, is_mapped=False)
    if run.instructor_id in busy:
        return RolloverSubject(subject, None, is_elective, is_mapped=False, origin=busy[run.instructor_id])
    origin = _("Teaches it in %(batch)s.") % {"batch": run.batch.code}
    return RolloverSubject(subject, run.instructor, is_elective, is_mapped=False, origin=origin)


# --- what is missing --------------------------------------------------------------------------------------------------
def _missing_results(students: Sequence[RolloverStudent], core: Sequence[SubjectMapping]) -> Iterable[MissingPart]:
    for mapping in core:
        without = [one.enrollment.pk for one in students if mapping in one.without_result]
        if without:
            words = ngettext(
                "%(count)d student has no result in %(subject)s.",
                "%(count)d students have no result in %(subject)s.",
                len(without),
            )
            message = words % {"count": len(without), "subject": mapping.subject.title}
            yield MissingPart("results", message, without, mapping.pk)


def _missing_faculty(batch: Batch, semester: int | None, subjects: Sequence[RolloverSubject]) -> Iterable[MissingPart]:
    if semester and batch.course_id and not subjects:
        words = _("%(course)s has no subjects in semester %(number)d.")
        yield MissingPart("subjects", words % {"course": batch.course, "number": semester})
    for one in subjects:
        if one.instructor is None:
            words = _("%(subject)s has no instructor in semester %(number)d.")
            message = words % {"subject": one.subject.title, "number": semester}
            yield MissingPart("faculty", " ".join(filter(None, (message, one.origin))), [one.subject.pk])


def _missing_registers(actor: Actor, batch: Batch) -> Iterable[MissingPart]:
    late = missing_days(actor, batch)
    if late:
        days = ", ".join(date_format(day, "j F Y") for _pk, day in late[:MOST_REGISTERS])
        words = ngettext(
            "%(count)d register not taken: %(days)s.", "%(count)d registers not taken: %(days)s.", len(late)
        )
        yield MissingPart("registers", words % {"count": len(late), "days": days}, [pk for pk, _day in late])
