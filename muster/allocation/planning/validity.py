"""Whether what a plan proposes still holds, or what has overtaken it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from muster.allocation.models import Plan, PlanItem
from muster.allocation.planning.explain import hour_in_words
from muster.allocation.planning.inputs import Vacancy, bases_since, booked_hours, meetings_of
from muster.allocation.planning.problem import DatedHour
from muster.allocation.queries import holders, mentee_counts, mentee_limits, students_with_instructors
from muster.allocation.scoring import Need
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.permissions import batches
from muster.batches.warnings import limit_of
from muster.batches.workload import batch_load, still_running
from muster.institutions.access import Actor
from muster.institutions.models import Role, zone_of
from muster.people.queries import teaching_of

Why = Callable[[Any, Sequence[Any]], str]


def outdated_items(by: Actor, plan: Plan, items: Sequence[PlanItem]) -> dict[UUID, str]:
    """Of the items that no longer hold: why, in a sentence. The items come with their batch or student and instructor.

    They are looked at together: two that need the same person at one hour do not both hold, the second does not. Eleven
    statements at most, whatever the number of items. Nothing is locked.
    """
    # Each has an instructor, and a batch or a student by the plan's kind, which the types cannot say.
    proposed: list[Any] = [item for item in items if item.instructor_id]
    if not proposed:
        return {}
    of_batches = plan.kind == Plan.Kind.BATCHES
    why_not = _why_not_lead(by, plan, proposed) if of_batches else _why_not_mentor(by, plan, proposed)
    # What each instructor is given by the items that hold.
    given: dict[UUID, list[Any]] = {}
    found: dict[UUID, str] = {}
    for item in proposed:
        others = given.setdefault(item.instructor_id, [])
        if why := why_not(item, others):
            found[item.pk] = why
        else:
            others.append(item)
    return found


def _active(by: Actor, items: Sequence[Any]) -> set[UUID]:
    people = holders(by.institution, Role.INSTRUCTOR).filter(user__in={item.instructor_id for item in items})
    return set(people.values_list("user_id", flat=True))


def _why_not_person(plan: Plan, item: Any, active: set[UUID], carries: int, limit: int) -> str:
    words = {"name": item.instructor.full_name, "limit": limit}
    if item.instructor_id not in active:
        return _("%(name)s is no longer an active instructor.") % words
    if plan.keep_to_limits and not item.by_hand and carries >= limit:
        return _("%(name)s has reached their limit of %(limit)d.") % words
    return ""


def _why_not_lead(by: Actor, plan: Plan, items: Sequence[Any]) -> Why:
    """Why a proposal for a batch no longer holds, given others that do; empty where it does."""
    ids = [item.batch_id for item in items]
    people = {item.instructor_id for item in items}
    allowed = set(batches.rows(by, "staff").filter(pk__in=ids).values_list("pk", flat=True))
    leads = still_running().filter(role=InstructorAssignment.Role.LEAD, batch__in=ids)
    led = dict(leads.values_list("batch_id", "instructor__full_name"))
    active = _active(by, items)
    meetings = meetings_of(ids)
    wanted = {
        item.pk: Vacancy(Need(id=item.batch_id, name=item.batch.code), tuple(meetings.get(item.batch_id, ())))
        for item in items
    }
    changed = _with_other_hours(by, plan, items, wanted)
    booked = booked_hours(by.institution, people, list(wanted.values()))
    load = batch_load(by.institution.pk)
    said = teaching_of(by.institution.pk, people)

    def why(item: Any, others: Sequence[Any]) -> str:
        words = {"batch": item.batch.code, "name": item.instructor.full_name}
        own = wanted[item.pk].meetings
        if item.batch_id not in allowed:
            return _("%(batch)s was removed, or you can no longer staff it.") % words
        if item.batch.is_archived or item.batch.status not in (Batch.Status.UPCOMING, Batch.Status.ACTIVE):
            return _("%(batch)s is archived or has ended.") % words
        if item.batch_id in led:
            return _("%(batch)s is now led by %(name)s.") % {**words, "name": led[item.batch_id]}
        if item.pk in changed:
            return _("The schedule of %(batch)s has changed.") % words
        if item.instructor_id in active:
            if busy := _first_overlap(own, booked.get(item.instructor_id, ())):
                hour = hour_in_words(busy, zone_of(by.institution, item.batch.branch))
                return _("%(name)s is now busy on %(hour)s.") % {**words, "hour": hour}
            if beside := next((one for one in others if _first_overlap(own, wanted[one.pk].meetings)), None):
                words["other"] = beside.batch.code
                return _("%(name)s is proposed for %(other)s at the same time.") % words
        limit = limit_of(said.get(item.instructor_id), by.institution)
        return _why_not_person(plan, item, active, load.get(item.instructor_id, 0) + len(others), limit)

    return why


def _with_other_hours(by: Actor, plan: Plan, items: Sequence[Any], wanted: Mapping[UUID, Vacancy]) -> set[UUID]:
    """The items whose batch meets at other hours than when they were proposed. Hours that passed since make no other
    ones: where the bases differ, those of the day of the plan tell. One statement at most."""
    doubtful = [item for item in items if wanted[item.pk].basis != item.basis]
    then = meetings_of([item.batch_id for item in doubtful], plan.created_at)
    now = by.now().timestamp()
    return {item.pk for item in doubtful if item.basis not in bases_since(then.get(item.batch_id, ()), now)}


def _first_overlap(mine: Sequence[DatedHour], theirs: Sequence[DatedHour]) -> DatedHour | None:
    """The first of mine that excludes one of theirs. Both come in the order of time."""
    if not mine or not theirs:
        return None
    at = 0
    longest = max(one.end - one.start for one in theirs)
    for meeting in mine:
        while at < len(theirs) and theirs[at].start + longest <= meeting.start:
            at += 1
        for other in theirs[at:]:
            if other.start >= meeting.end:
                break
            if meeting.excludes(other):
                return meeting
    return None


def _why_not_mentor(by: Actor, plan: Plan, items: Sequence[Any]) -> Why:
    """Why a proposal for a student no longer holds, given others that do; empty where it does."""
    people = {item.instructor_id for item in items}
    students = students_with_instructors(by).filter(pk__in=[item.student_id for item in items])
    now = dict(students.values_list("pk", "mentor_name"))
    active = _active(by, items)
    counts, limits = mentee_counts(by.institution, people), mentee_limits(by.institution, people)

    def why(item: Any, others: Sequence[Any]) -> str:
        words = {"student": item.student.full_name}
        if item.student_id not in now:
            return _("%(student)s is no longer an active student, or you can no longer assign them.") % words
        if (mentor := now[item.student_id]) is not None:
            return _("%(student)s is now assigned to %(name)s.") % {**words, "name": mentor}
        limit = limits.get(item.instructor_id, by.institution.max_mentees)
        return _why_not_person(plan, item, active, counts.get(item.instructor_id, 0) + len(others), limit)

    return why
