"""Whether what a plan proposes still holds, or what has overtaken it."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping, Sequence
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
from muster.batches.workload import batch_load
from muster.institutions.access import Actor
from muster.institutions.models import Role
from muster.people.queries import teaching_of


def outdated_items(by: Actor, plan: Plan, items: Sequence[PlanItem]) -> dict[UUID, str]:
    """Of the items that no longer hold: why, in a sentence. The items come with their batch or student and instructor.

    They are looked at together: two that need the same person at one hour do not both hold, the second does not. Eleven
    statements at most, whatever the number of items. Nothing is locked.
    """
    # Each has an instructor, and a batch or a student by the plan's kind, which the types cannot say.
    proposed: list[Any] = [item for item in items if item.instructor_id]
    if not proposed:
        return {}
    return _batches(by, plan, proposed) if plan.kind == Plan.Kind.BATCHES else _students(by, plan, proposed)


def _active(by: Actor, items: Sequence[Any]) -> set[UUID]:
    people = holders(by.institution, Role.INSTRUCTOR).filter(user__in={item.instructor_id for item in items})
    return set(people.values_list("user_id", flat=True))


def _no_longer_active(item: Any) -> str:
    return _("%(name)s is no longer an active instructor.") % {"name": item.instructor.full_name}


def _limit_reached(item: Any, limit: int) -> str:
    return _("%(name)s has reached their limit of %(limit)d.") % {"name": item.instructor.full_name, "limit": limit}


# --- batches ----------------------------------------------------------------------------------------------------------
def _batches(by: Actor, plan: Plan, items: Sequence[Any]) -> dict[UUID, str]:
    today = by.today()
    ids = [item.batch_id for item in items]
    people = {item.instructor_id for item in items}
    allowed = set(batches.rows(by, "staff").filter(pk__in=ids).values_list("pk", flat=True))
    leads = (
        InstructorAssignment.objects.leads()
        .filter(batch__in=ids)
        .exclude(until_date__lt=today)
        .values_list("batch_id", "instructor__full_name")
    )
    led = dict(leads)
    active = _active(by, items)
    meetings = meetings_of(ids, today)
    wanted = {item.pk: _vacancy(item, meetings.get(item.batch_id, ())) for item in items}
    changed = _with_other_hours(by, plan, items, wanted)
    booked = booked_hours(by.institution, people, list(wanted.values()))
    load = batch_load(by.institution.pk)
    said = teaching_of(by.institution.pk, people)
    given: dict[UUID, list[Any]] = {}
    found: dict[UUID, str] = {}
    for item in items:
        words = {"batch": item.batch.code, "name": item.instructor.full_name}
        others = given.setdefault(item.instructor_id, [])
        limit = limit_of(said.get(item.instructor_id), by.institution)
        busy = _first_overlap(wanted[item.pk].meetings, booked.get(item.instructor_id, ()))
        beside = next(
            (one for one in others if _first_overlap(wanted[item.pk].meetings, wanted[one.pk].meetings)), None
        )
        why = ""
        if item.batch_id not in allowed:
            why = _("%(batch)s was removed, or you can no longer staff it.") % words
        elif item.batch.is_archived or item.batch.status not in (Batch.Status.UPCOMING, Batch.Status.ACTIVE):
            why = _("%(batch)s is archived or has ended.") % words
        elif item.batch_id in led:
            why = _("%(batch)s is now led by %(name)s.") % {**words, "name": led[item.batch_id]}
        elif item.pk in changed:
            why = _("The schedule of %(batch)s has changed.") % words
        elif item.instructor_id not in active:
            why = _no_longer_active(item)
        elif busy is not None:
            hour = hour_in_words(busy, zoneinfo.ZoneInfo(by.institution.time_zone))
            why = _("%(name)s is now busy on %(hour)s.") % {**words, "hour": hour}
        elif beside is not None:
            why = _("%(name)s is proposed for %(other)s at the same time.") % {**words, "other": beside.batch.code}
        elif plan.keep_to_limits and not item.by_hand and load.get(item.instructor_id, 0) + len(others) >= limit:
            why = _limit_reached(item, limit)
        if why:
            found[item.pk] = why
        else:
            others.append(item)
    return found


def _with_other_hours(by: Actor, plan: Plan, items: Sequence[Any], wanted: Mapping[UUID, Vacancy]) -> set[UUID]:
    """The items whose batch meets at other hours than when they were proposed. Hours that passed since make no other
    ones: where the bases differ, those of the day of the plan tell. One statement at most."""
    doubtful = [item for item in items if wanted[item.pk].basis != item.basis]
    then = meetings_of([item.batch_id for item in doubtful], plan.created_at.astimezone(by.zone).date())
    now = by.now().timestamp()
    return {item.pk for item in doubtful if item.basis not in bases_since(then.get(item.batch_id, ()), now)}


def _vacancy(item: Any, meetings: Sequence[DatedHour]) -> Vacancy:
    return Vacancy(Need(id=item.batch_id, name=item.batch.code), tuple(meetings))


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


# --- students ---------------------------------------------------------------------------------------------------------
def _students(by: Actor, plan: Plan, items: Sequence[Any]) -> dict[UUID, str]:
    ids = [item.student_id for item in items]
    people = {item.instructor_id for item in items}
    now = dict(students_with_instructors(by).filter(pk__in=ids).values_list("pk", "mentor_name"))
    active = _active(by, items)
    counts, limits = mentee_counts(by.institution, people), mentee_limits(by.institution, people)
    given: dict[UUID, int] = {}
    found: dict[UUID, str] = {}
    for item in items:
        words = {"student": item.student.full_name}
        limit = limits.get(item.instructor_id, by.institution.max_mentees)
        has = counts.get(item.instructor_id, 0) + given.get(item.instructor_id, 0)
        why = ""
        if item.student_id not in now:
            why = _("%(student)s is no longer an active student, or you can no longer assign them.") % words
        elif now[item.student_id] is not None:
            why = _("%(student)s is now assigned to %(name)s.") % {**words, "name": now[item.student_id]}
        elif item.instructor_id not in active:
            why = _no_longer_active(item)
        elif plan.keep_to_limits and not item.by_hand and has >= limit:
            why = _limit_reached(item, limit)
        if why:
            found[item.pk] = why
        else:
            given[item.instructor_id] = given.get(item.instructor_id, 0) + 1
    return found
