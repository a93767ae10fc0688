"""Who may see, schedule and write up mentoring sessions."""

from __future__ import annotations

from django.db.models import Q

from muster.accounts.models import User
from muster.allocation.models import IndividualAssignment
from muster.allocation.permissions import mentees
from muster.core.permissions import Access, Scope, Table
from muster.institutions.access import ADMINS, Actor, Grant, own_person, students
from muster.institutions.models import Role
from muster.mentoring.models import (
    Handover,
    MentoringCheckIn,
    MentoringGoal,
    MentoringQuestion,
    MentoringSession,
    MentoringTimeRequest,
    MentorRequest,
)


def _of_student(scope: Scope) -> Scope:
    """Rows of the students whom the scope reaches."""

    def narrowed(actor: Actor, grant: Grant) -> Q:
        reached = User.objects.filter(scope(actor, grant), affiliations__institution_id=actor.owner_id)
        return Q(assignment__student__in=reached.order_by().values("pk"))

    return narrowed


_managers: Table = ADMINS | {
    role: _of_student(mentees.tables["assign"][role]) for role in (Role.BRANCH_MANAGER.value, Role.DEPT_ADMIN.value)
}
_mentor: Table = {Role.INSTRUCTOR.value: own_person("assignment__instructor_id")}
_student = students(own_person("assignment__student_id"))


def _mentored_now(actor: Actor, grant: Grant) -> Q:
    """Rows of the actor's own pairs, and those of former mentors of the students whom they mentor now."""
    now = IndividualAssignment.objects.current().order_by()
    mine = now.filter(institution_id=actor.owner_id, instructor=actor.user).values("student")
    return Q(assignment__instructor=actor.user) | Q(assignment__student__in=mine)


def _notes_of(actor: Actor, grant: Grant) -> Q:
    """Sessions of the actor's own, and those whose former mentor released the private notes to whoever follows."""
    released = Handover.objects.order_by().filter(institution_id=actor.owner_id, notes_released=True)
    own = Q(assignment__instructor=actor.user)
    return own | _mentored_now(actor, grant) & Q(assignment__in=released.values("former"))


_mentors: Table = {Role.INSTRUCTOR.value: _mentored_now}


def _said_as(*, mentor: bool) -> Scope:
    """Check-ins that the actor wrote: as the mentor of the pair, or as its student."""
    path = f"assignment__{'instructor' if mentor else 'student'}_id"
    return lambda actor, grant: Q(**{path: actor.user.pk, "by_student": not mentor})


# Notes are written by the mentor, and read by administrators and by the next mentor to whom they were released; both
# are recorded. The next mentor reads summaries and goals all the same.
mentoring_sessions = Access(
    MentoringSession,
    {
        "see": _managers | _mentors | _student,
        "change": _managers | _mentor,
        "write": _mentor,
        "ask_time": _student,
        "read_notes": ADMINS | {Role.INSTRUCTOR.value: _notes_of},
    },
)


def _of_sessions(table: Table) -> Table:
    """Rows of the sessions that the table reaches."""

    def narrowed(scope: Scope) -> Scope:
        def rows(actor: Actor, grant: Grant) -> Q:
            reached = MentoringSession.objects.filter(scope(actor, grant), institution_id=actor.owner_id)
            return Q(session__in=reached.order_by().values("pk"))

        return rows

    return {role: narrowed(scope) for role, scope in table.items()}


# Students ask to meet at another time; their mentor decides, or whoever manages the mentoring.
time_requests = Access(
    MentoringTimeRequest,
    {
        "see": _of_sessions(_managers | _mentor | _student),
        "decide": _of_sessions(_managers | _mentor),
        "withdraw": _of_sessions(_student),
    },
)
_agreeing: Table = ADMINS | _mentor | _student
goals = Access(MentoringGoal, {"see": ADMINS | _mentors | _student, "change": _agreeing})
check_ins = Access(
    MentoringCheckIn,
    {
        "see": _agreeing,
        # What one said oneself.
        "change": {Role.INSTRUCTOR.value: _said_as(mentor=True), **students(_said_as(mentor=False))},
    },
)
# Students ask and word it anew, mentors answer.
questions = Access(
    MentoringQuestion, {"see": _agreeing, "change": _mentor | _student, "withdraw": _student, "answer": _mentor}
)
# Why a student asks for another mentor is for administrators alone.
mentor_requests = Access(
    MentorRequest, {"see": ADMINS | _student, "ask": _student, "decide": ADMINS, "withdraw": _student}
)


def _handed_over(actor: Actor, grant: Grant) -> Q:
    """Handovers by the actor, and those of the students whom they mentor now."""
    now = IndividualAssignment.objects.current().order_by()
    mine = now.filter(institution_id=actor.owner_id, instructor=actor.user).values("student")
    return Q(former__instructor=actor.user) | Q(former__student__in=mine)


handovers = Access(
    Handover,
    {
        "see": ADMINS | {Role.INSTRUCTOR.value: _handed_over},
        "write": {Role.INSTRUCTOR.value: own_person("former__instructor_id")},
    },
)
# The students for whom a session may be scheduled, or something agreed.
mentored = Access(
    User,
    {
        "see": mentees.tables["see"],
        "schedule": mentees.tables["list"],
        "agree": {role: scope for role, scope in mentees.tables["see"].items() if role in _agreeing},
        "check_in": {role: scope for role, scope in mentees.tables["see"].items() if role in _mentor | _student},
        "log": {role: scope for role, scope in mentees.tables["see"].items() if role in _mentor},
        "ask": {role: scope for role, scope in mentees.tables["see"].items() if role in _student},
    },
    owner=mentees.owner,
)
