"""The API of individual assignments, and of upkeep."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query
from pydantic import StrictBool
from typing_extensions import TypedDict

from muster.accounts.models import User
from muster.allocation import rules
from muster.allocation.permissions import mentees, upkeep
from muster.allocation.queries import distribution, students_with_instructors
from muster.api.kit import (
    Door,
    In,
    Moment,
    PersonOut,
    Stamped,
    WholeOrPaged,
    answer,
    in_shape,
    key,
    page_of,
    request_actor,
    request_object,
)
from muster.core.checks import CheckResult, Contradiction
from muster.core.errors import FieldError, Invalid
from muster.core.permissions import as_id
from muster.core.search import with_words
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation
from muster.people.permissions import instructors

fixed = Door(fixed=True)
allocation = Door()
analytics = Door(fixed=True)
maintenance = Door()


# --- bodies and answers -----------------------------------------------------------------------------------------------
class PairIn(In):
    """An instructor for a student."""

    instructor_id: str
    student_id: str
    assignment_type: str | None = Field(None, description="mentor (the default), tutor, advisor or supervisor")
    notes: str | None = None


class AssigningIn(PairIn):
    """An instructor for a student, in the place of another where there is one."""

    replace: StrictBool = Field(False, description="Ends the assignment to another instructor")


class BulkIn(In):
    """Instructors for many students."""

    assignments: list[PairIn] = Field(min_length=1, max_length=rules.MOST_AT_ONCE)
    replace: StrictBool = Field(False, description="Ends assignments to other instructors")
    partial: StrictBool = Field(False, description="Assign those it can, instead of no one if one is refused")


class UpkeepIn(In):
    """How to go about it."""

    dry_run: StrictBool = Field(True, description="Report problems without changing anything; send false to repair")


class UnassigningIn(In):
    """Why it ends."""

    reason: str | None = Field(None, max_length=rules.MOST_REASON)


class AssignedOut(TypedDict):
    """The assignment. `warning` says that the instructor has more students than recommended."""

    student_id: str
    student_name: str
    instructor_id: str
    instructor_name: str
    assignment_type: str
    assignment_date: Moment
    notes: str
    warning: str


class ShortPersonOut(TypedDict):
    """A person, as these routes name them."""

    id: str
    name: str
    email: str | None


class MenteeOut(TypedDict):
    """A student of an instructor."""

    _id: str
    full_name: str
    email: str | None
    role: list[str]
    instructor_assignment_date: Moment
    instructor_assignment_type: str
    instructor_assignment_notes: str


class MenteesOut(TypedDict):
    """An instructor with their students."""

    instructor: ShortPersonOut
    assigned_students: list[MenteeOut]
    total_students: int


class UnassignedOut(TypedDict):
    """Whom the student had until now."""

    student_id: str
    student_name: str
    previous_instructor: ShortPersonOut


class MentoredOut(Stamped):
    """A student with the instructor assigned to them; null where there is none."""

    full_name: str
    email: str | None
    role: list[str]
    assigned_instructor: PersonOut | None
    instructor_assignment_date: Moment | None
    instructor_assignment_type: str | None
    instructor_assignment_notes: str | None


class OutcomeOut(TypedDict):
    """The outcome of one row: assigned, or the reason it was refused."""

    student_id: str
    instructor_id: str
    assigned: bool
    message: str
    code: str
    warning: str


class BulkOut(TypedDict):
    """The outcome of each row, in the order sent."""

    assigned: int
    refused: int
    outcomes: list[OutcomeOut]


class DistributionOut(TypedDict):
    """Students and corporate students with and without an assigned instructor."""

    assigned: int
    unassigned: int


class ContradictionOut(TypedDict):
    """One problem."""

    fact: str
    _id: str
    message: str


class UpkeepOut(TypedDict):
    """What was found, changed and left."""

    dry_run: bool
    found: list[ContradictionOut]
    changed: list[str]
    left: list[ContradictionOut]


# --- the fixed routes -------------------------------------------------------------------------------------------------
@fixed.post("/assign-instructor-to-student", allow=mentees["assign"], data=AssignedOut)
def assign_instructor_to_student(request: HttpRequest, body: AssigningIn) -> HttpResponse:
    """Assign an instructor to a student. Changing the type ends the assignment and starts a new one."""
    actor = request_actor(request)
    people = _people_named(actor, [body])
    outcome = rules.assign_student(
        by=actor,
        student=people[body.student_id],
        instructor=people[body.instructor_id],
        assignment_type=body.assignment_type,
        notes=body.notes or "",
        replace=body.replace,
    )
    one: Any = outcome.assignment
    data = in_shape(
        AssignedOut,
        one,
        student_name=one.student.full_name,
        instructor_name=one.instructor.full_name,
        assignment_date=one.assigned_at,
        warning=outcome.warning,
    )
    return answer(data, "Instructor assigned to student successfully")


@fixed.get("/instructor-students/{instructor_id}", allow=instructors["see"], on="instructor_id", data=MenteesOut)
def list_students_of_instructor(request: HttpRequest, instructor_id: str) -> HttpResponse:
    """The students currently assigned to an instructor that the caller can see."""
    actor, instructor = request_actor(request), request_object(request, User)
    rows = students_with_instructors(actor, "see").filter(mentor_id=instructor.pk).order_by("full_name__plain", "pk")
    students = [_student(MenteeOut, person) for person in rows]
    data = {"instructor": _short(instructor), "assigned_students": students, "total_students": len(students)}
    return answer(data, "Students assigned to instructor fetched successfully")


@fixed.delete(
    "/unassign-instructor-from-student/{student_id}", allow=mentees["assign"], on="student_id", data=UnassignedOut
)
def unassign_instructor_from_student(
    request: HttpRequest, student_id: str, body: UnassigningIn | None = None
) -> HttpResponse:
    """End the student's current assignment. It stays in the history."""
    student = request_object(request, User)
    reason = (body.reason if body else None) or ""
    ended = rules.unassign_student(by=request_actor(request), student=student, reason=reason)
    data = {
        "student_id": key(student.pk),
        "student_name": student.full_name,
        "previous_instructor": _short(ended.instructor),
    }
    return answer(data, "Instructor unassigned from student successfully")


@fixed.get("/get-all-students-with-instructors", allow=mentees["assign"], rows=MentoredOut)
def list_students_with_instructors(request: HttpRequest, paging: Query[WholeOrPaged]) -> HttpResponse:
    """Every active student with their assigned instructor."""
    rows = students_with_instructors(request_actor(request))
    rows = with_words(rows, paging.q, "full_name", "email")
    columns = {"full_name": "full_name", "instructor_assignment_date": "assigned_at"}
    ordered, show = rows.order_by("full_name__plain", "pk"), partial(_student, MentoredOut)
    return page_of(ordered, paging, show, columns, message="Students with instructors fetched successfully")


def _student(shape: Any, person: Any) -> Any:
    mentor = {"_id": key(person.mentor_id), "full_name": person.mentor_name, "email": person.mentor_email or None}
    return in_shape(
        shape,
        person,
        role=person.roles,
        assigned_instructor=mentor if person.mentor_id else None,
        instructor_assignment_date=person.assigned_at,
        instructor_assignment_type=person.assignment_type,
        instructor_assignment_notes=person.assignment_notes,
    )


def _short(person: User) -> ShortPersonOut:
    return {"id": key(person.pk), "name": person.full_name, "email": person.email or None}


# --- many at once, and numbers ----------------------------------------------------------------------------------------
@allocation.post("/assignments/bulk", allow=mentees["assign"], data=BulkOut)
def assign_instructors_to_students(request: HttpRequest, body: BulkIn) -> HttpResponse:
    """Assign instructors to many students, with an outcome for each row."""
    actor = request_actor(request)
    people = _people_named(actor, body.assignments, prefix="assignments")
    wishes = [
        rules.Wish(people[row.student_id], people[row.instructor_id], row.assignment_type, row.notes or "")
        for row in body.assignments
    ]
    outcomes = rules.assign_many(by=actor, wishes=wishes, replace=body.replace, partial=body.partial)
    shown = [_outcome(outcome) for outcome in outcomes]
    assigned = sum(outcome["assigned"] for outcome in shown)
    data = {"assigned": assigned, "refused": len(shown) - assigned, "outcomes": shown}
    return answer(data, _("%(count)d of %(all)d students assigned.") % {"count": assigned, "all": len(shown)})


def _outcome(outcome: rules.AssignmentOutcome) -> OutcomeOut:
    refusal = outcome.refusal
    return {
        "student_id": key(outcome.wish.student.pk),
        "instructor_id": key(outcome.wish.instructor.pk),
        "assigned": refusal is None,
        "message": refusal.message if refusal else "Instructor assigned to student successfully",
        "code": refusal.code if refusal else "",
        "warning": outcome.warning,
    }


def _people_named(actor: Actor, rows: Sequence[PairIn], *, prefix: str = "") -> dict[str, User]:
    """Everybody whom the rows name, by the id as it was sent. Raises Invalid at each field that names nobody.

    Students are those whom the caller may assign, or else anybody of the institution who is no student, which the
    rule then says.
    """
    asked = {text: as_id(text) for row in rows for text in (row.student_id, row.instructor_id)}
    here = Affiliation.objects.filter(institution=actor.institution).values("user_id")
    keys = [pk for pk in asked.values() if pk]
    known = {person.pk: person for person in User.objects.filter(pk__in=keys).filter(pk__in=here)}
    learners = {known[pk].pk for row in rows if (pk := asked[row.student_id]) in known}
    strangers = learners - _students_among(actor, learners)
    if strangers:
        # Students of another part stay unseen; of others the rule says that they are no students.
        strangers = _students_among(Actor.system(actor.institution), strangers)
    wrong = []
    for index, row in enumerate(rows):
        for name in ("instructor_id", "student_id"):
            pk = asked[getattr(row, name)]
            if pk not in known or (name == "student_id" and pk in strangers):
                field = f"{prefix}.{index}.{name}" if prefix else name
                wrong.append(FieldError(field, _("This person doesn't exist here. Check the id.")))
    if wrong:
        raise Invalid(wrong[0].message, errors=wrong, code="unknown")
    return {text: known[pk] for text, pk in asked.items() if pk}


def _students_among(actor: Actor, people: set[UUID]) -> set[UUID]:
    """Those of the people whom the actor may assign."""
    return set(mentees.rows(actor, "assign").filter(pk__in=people).values_list("pk", flat=True))


@analytics.get("/student-distribution", allow=mentees["list"], data=DistributionOut)
def student_distribution(request: HttpRequest) -> HttpResponse:
    """The number of students and corporate students with and without an assigned instructor."""
    assigned, unassigned = distribution(request_actor(request))
    return answer({"assigned": assigned, "unassigned": unassigned}, "Student distribution fetched successfully")


# --- upkeep -----------------------------------------------------------------------------------------------------------
@maintenance.post("/recount", allow=upkeep["repair"], repeatable=False, data=UpkeepOut)
def recount_seats(request: HttpRequest, body: UpkeepIn) -> HttpResponse:
    """Compare the batches' seat counters with the enrollments, and repair them unless it's a dry run."""
    return _upkeep(body.dry_run, rules.recount_seats(by=request_actor(request), dry_run=body.dry_run))


@maintenance.post("/orphans", allow=upkeep["repair"], repeatable=False, data=UpkeepOut)
def mend_orphans(request: HttpRequest, body: UpkeepIn) -> HttpResponse:
    """Find assignments of people who are no longer active in that role, and end them unless it's a dry run."""
    return _upkeep(body.dry_run, rules.mend_orphans(by=request_actor(request), dry_run=body.dry_run))


def _upkeep(dry_run: bool, findings: Sequence[CheckResult]) -> HttpResponse:
    data: UpkeepOut = {
        "dry_run": dry_run,
        "found": [_contradiction(finding, one) for finding in findings for one in finding.contradictions],
        "changed": [sentence for finding in findings for sentence in finding.repaired],
        "left": [_contradiction(finding, one) for finding in findings for one in finding.left],
    }
    if not data["found"]:
        sentence = _("No problems found.")
    elif dry_run:
        sentence = _("%(count)d found, nothing changed. Send dry_run=false to repair.") % {"count": len(data["found"])}
    else:
        sentence = _("%(count)d found, %(left)d left.") % {"count": len(data["found"]), "left": len(data["left"])}
    return answer(data, sentence)


def _contradiction(finding: CheckResult, one: Contradiction) -> ContradictionOut:
    return {"fact": str(finding.fact), "_id": str(one.key), "message": one.words}
