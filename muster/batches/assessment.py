"""What a timetable would come to: what it double-books, the ways out, and what speaks against whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from muster.batches.advice import advice_on_days
from muster.batches.clashes import (
    Alternatives,
    BusyHour,
    Clash,
    StaffMember,
    Timetable,
    alternatives_to,
    busy_week,
    clashes_of,
    teaching_staff,
)
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.warnings import PlanWarning, SoftWarning, warnings_of
from muster.institutions.access import Actor


class ScheduleAssessment:
    """The one answer that rules, pages and the API give about a timetable, as `actor` may see it.

    Each part is worked out once, when it is first asked for, in a fixed number of statements. Nothing is written or
    locked: whoever locks does so before the first part is asked for. `batch` is as it would be, stored or not;
    `timetable` is None where it books nothing, and then nothing clashes. `people` are asked about besides those whom
    the timetable names.
    """

    def __init__(self, actor: Actor, batch: Batch, timetable: Timetable | None, people: Collection[UUID] = ()) -> None:
        self.actor, self.batch, self.timetable = actor, batch, timetable
        self.people = frozenset(people) | (timetable.instructor_ids if timetable else set())

    @cached_property
    def clashes(self) -> list[Clash]:
        """Everything that would be double-booked."""
        return clashes_of(self.timetable, seen_by=self.actor) if self.timetable else []

    @cached_property
    def alternatives(self) -> Alternatives:
        """The ways out of the clashes."""
        if self.timetable is None or not self.clashes:
            return Alternatives()
        return alternatives_to(
            self.timetable,
            self.clashes,
            seen_by=self.actor,
            course=self.batch.course,
            staff=self.colleagues,
            busy=self.busy if any(clash.asked.on_date is None for clash in self.clashes) else (),
        )

    @cached_property
    def busy(self) -> list[BusyHour]:
        """The weekly hours at which the people and rooms are taken, those of the batches that the actor sees named."""
        if self.timetable is None:
            return []
        return busy_week(self.timetable, self.people, self.timetable.room_ids, seen_by=self.actor)

    @cached_property
    def colleagues(self) -> dict[UUID, StaffMember]:
        """Who would teach and, where something clashes, everybody who could instead, with what they carry and said."""
        return teaching_staff(
            self.actor,
            self.timetable,
            course=self.batch.course,
            people=self.people,
            everybody=bool(self.clashes),
        )

    def as_json(self) -> dict[str, Any]:
        """The clashes and the ways out, as the API tells them."""
        return {
            "conflicts": [clash.as_json() for clash in self.clashes],
            "alternatives": self.alternatives.as_json(),
        }

    def warnings(self, people: Mapping[UUID, str], joining: Collection[UUID] = ()) -> list[SoftWarning]:
        """What speaks against these of the people (names by id). To those who are `joining` the batch is one more."""
        if not people:
            return []
        known = self.colleagues
        return warnings_of(
            self.timetable,
            people,
            institution=self.actor.institution,
            course=self.batch.course,
            load={pk: one.batches for pk, one in known.items()},
            joining=joining,
            said={pk: one.said for pk, one in known.items() if one.said},
        )

    def advice(self, people: Mapping[UUID, str]) -> list[SoftWarning]:
        """What is better avoided in the days of these people, though nobody is asked for a reason."""
        return advice_on_days(self.timetable, people, self.actor.institution) if self.timetable else []

    @cached_property
    def twins(self) -> list[PlanWarning]:
        """That the department has this batch year in the course already, as far as the actor sees it."""
        batch = self.batch
        if batch.kind != Batch.Kind.ACADEMIC or batch.department_id is None or batch.year is None:
            return []
        same = {"department": batch.department_id, "course": batch.course_id, "year": batch.year}
        rows = batches.rows(self.actor, among=Batch.objects.filter(kind=Batch.Kind.ACADEMIC, **same))
        twin = rows.exclude(pk=batch.pk).order_by("created_at").first()
        if twin is None:
            return []
        words = (
            _("%(department)s already has a batch year %(year)d in this course: %(code)s.")
            if batch.course_id
            else _("%(department)s already has a batch year %(year)d without a course: %(code)s.")
        )
        facts = {"department": batch.department, "year": batch.year, "code": twin.code}
        return [PlanWarning("year", "same_year", words % facts)]
