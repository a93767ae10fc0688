"""Giving students an instructor of their own, and taking that back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.accounts.models import User
from muster.allocation.errors import (
    AnotherInstructor,
    MenteeNotAStudent,
    NamedTwice,
    NotAssigned,
    SameInstructor,
    TheirOwnInstructor,
)
from muster.allocation.models import IndividualAssignment
from muster.allocation.notices import introduce, tell_ended
from muster.allocation.queries import holders, instructor_of, mentee_counts, mentee_limits
from muster.batches.errors import NotAnInstructor
from muster.core.database import atomic, refused_as
from muster.core.errors import Conflict, DomainError, FieldError, HasNul, Invalid
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES, Affiliation, Role

MOST_AT_ONCE = 500
MOST_NOTES = 2000
MOST_REASON = 300


@dataclass(frozen=True)
class Wish:
    """An instructor for a student. Without a type it is a mentor."""

    student: User
    instructor: User
    assignment_type: str | None = None
    notes: str = ""


@dataclass
class AssignmentOutcome:
    """What became of a wish: the assignment, with what it replaced, or the refusal."""

    wish: Wish
    assignment: IndividualAssignment | None = None
    replaced: IndividualAssignment | None = None
    refusal: DomainError | None = None
    warning: str = ""


@atomic
def assign_student(
    *,
    by: Actor,
    student: User,
    instructor: User,
    assignment_type: str | None = None,
    notes: str = "",
    replace: bool = False,
) -> AssignmentOutcome:
    """Assign an instructor to a student, as mentor when no type is given.

    Another type for the same two, or with `replace` another instructor, ends the current assignment and opens a new
    one. The outcome warns where the instructor then has more mentees than the institution advises. Locks both people.
    Raises NotAnInstructor, NotAStudent, TheirOwnInstructor, SameInstructor, AnotherInstructor, Invalid.
    """
    wish = Wish(student, instructor, assignment_type, notes)
    outcome = assign_many(by=by, wishes=[wish], replace=replace, partial=True)[0]
    if outcome.refusal is not None:
        raise outcome.refusal
    return outcome


@atomic
def assign_many(
    *, by: Actor, wishes: Sequence[Wish], replace: bool = False, partial: bool = False
) -> list[AssignmentOutcome]:
    """Assign many at once, each as `assign_student` would, and say for each what became of it.

    Nothing is written when one is refused, unless `partial`. Locks everybody concerned, in the order of their ids.
    Raises Invalid for more than 500, and naming each refused row (`assignments.3.student_id`) unless `partial`.
    """
    if len(wishes) > MOST_AT_ONCE:
        raise Invalid(
            _("You selected %(count)d students. You can assign up to %(most)d at once.")
            % {"count": len(wishes), "most": MOST_AT_ONCE},
            field="assignments",
        )
    outcomes = _judge_wishes(by, wishes, replace=replace)
    refused = [
        FieldError(f"assignments.{index}.{wrong.field}", wrong.message)
        for index, outcome in enumerate(outcomes)
        if outcome.refusal
        for wrong in outcome.refusal.errors
    ]
    if refused and not partial:
        raise Invalid.fields(refused)
    _write(by, [outcome for outcome in outcomes if outcome.refusal is None])
    _warn(by, outcomes)
    return outcomes


@atomic
def unassign_student(*, by: Actor, student: User, reason: str = "") -> IndividualAssignment:
    """End the student's current assignment; it stays as history, with the reason, and both are told.

    Locks the student. Raises NotAssigned, Invalid.
    """
    if found := _too_long("reason", reason, MOST_REASON):
        raise found
    lock_people(by, [student.pk])
    current = instructor_of(by, student)
    if current is None:
        raise NotAssigned(student=student.full_name)
    current.student = student
    with recorded(by, "unassign_student", reason=reason.strip()):
        _end([current], by, reason.strip(), timezone.now())
    tell_ended(by, [current])
    return current


@atomic
def take_back_assignments(*, by: Actor, students: Sequence[User]) -> None:
    """Take back the current assignment of each student: whoever it replaced is assigned again, else it ends.

    Locks everybody concerned, in the order of their ids. Raises NotAssigned, and Invalid where whoever was replaced
    cannot be assigned any more.
    """
    rows = IndividualAssignment.objects.filter(institution=by.institution, student__in=students)
    now = {one.student_id: one for one in rows.current()}
    # What an assignment replaces ends in the moment in which it begins.
    before = {
        one.student_id: one
        for one in rows.exclude(ended_at=None).select_related("instructor")
        if one.student_id in now and one.ended_at == now[one.student_id].assigned_at
    }
    lock_people(by, {one.pk for one in students} | {one.instructor_id for one in (*now.values(), *before.values())})
    former = [(student, before[student.pk]) for student in students if student.pk in before]
    wishes = [Wish(student, one.instructor, one.assignment_type, one.notes) for student, one in former]
    if wishes:
        assign_many(by=by, wishes=wishes, replace=True)
    for student in students:
        if student.pk not in before:
            unassign_student(by=by, student=student, reason=_("Undone"))


def lock_people(by: Actor, people: Iterable[UUID]) -> None:
    """Hold the affiliations of everybody concerned, in one order for students and instructors alike."""
    list(
        Affiliation.objects.filter(institution=by.institution, user__in=set(people))
        .order_by("user_id")
        .select_for_update(no_key=True)
        .values_list("pk")
    )


def _judge_wishes(by: Actor, wishes: Sequence[Wish], *, replace: bool) -> list[AssignmentOutcome]:
    """Lock everybody concerned, and say what becomes of each wish; what is to be ended for it stands in `replaced`."""
    students, instructors = {wish.student.pk for wish in wishes}, {wish.instructor.pk for wish in wishes}
    lock_people(by, students | instructors)
    rows = IndividualAssignment.objects.current().filter(institution=by.institution, student__in=students)
    current = {one.student_id: one for one in rows.select_related("instructor")}
    learning, teaching = _holding(by, students, *STUDENT_ROLES), _holding(by, instructors, Role.INSTRUCTOR)
    outcomes, seen = [], set()
    for wish in wishes:
        now = current.get(wish.student.pk)
        refusal = _wrong_words(wish)
        if refusal is None and wish.instructor.pk not in teaching:
            refusal = NotAnInstructor("instructor_id")
        if refusal is None and wish.student.pk not in learning:
            refusal = MenteeNotAStudent(name=wish.student.full_name)
        if refusal is None and wish.student.pk in seen:
            refusal = NamedTwice(student=wish.student.full_name)
        refusal = refusal or _conflict(wish, now, replace=replace)
        if refusal is None and now is not None:
            now.student = wish.student
        outcomes.append(AssignmentOutcome(wish, refusal=refusal, replaced=None if refusal else now))
        seen.add(wish.student.pk)
    return outcomes


def _holding(by: Actor, people: set[UUID], *roles: str) -> set[UUID]:
    return set(holders(by.institution, *roles).filter(user__in=people).values_list("user_id", flat=True))


def _wrong_words(wish: Wish) -> DomainError | None:
    if wish.assignment_type is not None and wish.assignment_type not in IndividualAssignment.Type.values:
        known = ", ".join(IndividualAssignment.Type.values)
        return Invalid(_("Choose one of these types: %(known)s.") % {"known": known}, field="assignment_type")
    return _too_long("notes", wish.notes, MOST_NOTES)


def _conflict(wish: Wish, now: IndividualAssignment | None, *, replace: bool) -> DomainError | None:
    """What is in the way of the wish: the two are one person, or the student has somebody who is to stay."""
    if wish.student.pk == wish.instructor.pk:
        return TheirOwnInstructor()
    if now is None:
        return None
    if now.instructor_id != wish.instructor.pk:
        names = {"student": wish.student.full_name, "instructor": now.instructor.full_name}
        return None if replace else AnotherInstructor(**names)
    return SameInstructor() if wish.assignment_type in (None, now.assignment_type) else None


def _too_long(name: str, text: str, most: int) -> Invalid | None:
    if wrong := HasNul.at(name, text):
        return Invalid.fields(wrong)
    if len(text) > most:
        return Invalid(_("Keep this to %(most)d characters or fewer.") % {"most": most}, field=name)
    return None


def _write(by: Actor, outcomes: Sequence[AssignmentOutcome]) -> None:
    moment = timezone.now()
    for outcome in outcomes:
        wish = outcome.wish
        outcome.assignment = IndividualAssignment(
            institution=by.institution,
            student=wish.student,
            instructor=wish.instructor,
            assignment_type=wish.assignment_type or IndividualAssignment.Type.MENTOR,
            notes=wish.notes.strip(),
            assigned_at=moment,
            assigned_by=by.user,
        )
    with recorded(by, "assign_student"), _explain_conflicts():
        _end([outcome.replaced for outcome in outcomes if outcome.replaced], by, _("Replaced"), moment)
        opened = [outcome.assignment for outcome in outcomes if outcome.assignment]
        IndividualAssignment.objects.bulk_create(opened)
    introduce(by, [(one.assignment, one.replaced) for one in outcomes if one.assignment])


def _explain_conflicts() -> AbstractContextManager[None]:
    """What only the database can have noticed: somebody wrote without these locks."""
    return refused_as(
        one_current_instructor_for_each_student=lambda: Conflict(
            _("One of these students has just been assigned to an instructor. Reload the page."),
            code="already_assigned",
            field="student_id",
        ),
        assigned_instructor_holds_the_role=lambda: NotAnInstructor("instructor_id"),
        assigned_student_holds_the_role=lambda: MenteeNotAStudent(name=_("Someone")),
    )


def _end(assignments: Sequence[IndividualAssignment], by: Actor, reason: str, moment: datetime) -> None:
    for one in assignments:
        one.ended_at = max(moment, one.assigned_at)
        one.ended_by, one.end_reason, one.updated_at = by.user, reason, moment
    IndividualAssignment.objects.bulk_update(assignments, ["ended_at", "ended_by", "end_reason", "updated_at"])


def _warn(by: Actor, outcomes: Sequence[AssignmentOutcome]) -> None:
    """Say of each instructor who now carries more than is advised, with what they carry."""
    done = [outcome for outcome in outcomes if outcome.assignment]
    people = {outcome.wish.instructor.pk for outcome in done}
    limits, counts = mentee_limits(by.institution, people), mentee_counts(by.institution, people)
    for outcome in done:
        number = counts.get(outcome.wish.instructor.pk, 0)
        most = limits.get(outcome.wish.instructor.pk, by.institution.max_mentees)
        if number > most:
            outcome.warning = ngettext(
                "%(name)s now has %(count)d student. The recommended maximum is %(most)d.",
                "%(name)s now has %(count)d students. The recommended maximum is %(most)d.",
                number,
            ) % {"name": outcome.wish.instructor.full_name, "count": number, "most": most}
