"""A batch as its form has it so far, and as the rules would see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from muster.batches.clashes import Timetable
from muster.batches.models import Batch, InstructorAssignment, meets
from muster.batches.rules import SlotPlan
from muster.batches.rules.locks import matched, plan_of, timetable_of
from muster.institutions.access import Actor
from muster.timetable.models import ScheduleSlot
from muster.web.batches.forms import BatchForm, SlotForm


@dataclass
class Draft:
    """What is typed, as far as it is complete. Stores nothing."""

    form: BatchForm
    actor: Actor
    # The batch's own slots and staff, when it is edited.
    _stored: Sequence[ScheduleSlot] = field(init=False, default=())

    def __post_init__(self) -> None:
        self.form.full_clean()
        if self.batch is not None:
            rows = ScheduleSlot.objects.filter(meets(self.batch))
            self._stored = list(rows.select_related("meeting", "room", "subject", "instructor"))

    @property
    def batch(self) -> Batch | None:
        return self.form.batch

    def given(self, name: str) -> Any:
        """The value of a field, None where it is missing or wrong."""
        return self.form.cleaned_data.get(name)

    @cached_property
    def rows(self) -> list[tuple[SlotForm, SlotPlan]]:
        """The rows of the week that are complete."""
        return [(slot, slot.plan(self.form.named)) for slot in self.form.filled if slot.is_valid()]

    @cached_property
    def shared(self) -> list[SlotPlan]:
        """What the batch meets together with others: not to be changed here, but just as busy."""
        return [plan_of(slot) for slot in self._stored if slot.meeting.is_shared]

    @cached_property
    def draft(self) -> Batch:
        """The batch as it would be, not stored."""
        named = self.form.named
        draft = Batch(
            institution=self.actor.institution,
            kind=Batch.Kind.COURSE if self.form.is_course else Batch.Kind.ACADEMIC,
            name=self.given("batch_name") or "–",
            code=self.given("batch_code") or "–",
            course=named.course,
            branch=named.branch,
            department=named.department or (named.course.department if named.course else None),
            year=self.given("year"),
            current_semester=self.batch.current_semester if self.batch else self.given("current_semester"),
            start_date=self.given("start_date"),
            end_date=self.given("end_date"),
            capacity=self.given("capacity"),
            waitlist_capacity=self.given("waitlist_capacity"),
            status=self.given("status") or (self.batch.status if self.batch else Batch.Status.UPCOMING),
        )
        if self.batch is None:
            draft.status = draft.status_on(self.actor.today(), has_lead=self.form.lead is not None)
        return draft

    @cached_property
    def staff(self) -> dict[UUID, str]:
        """Who would be booked by the slots that name nobody, with their roles."""
        staff: dict[UUID, str] = {}
        if self.batch is not None:
            staff = dict(self.assigned)
            if self.form.lead is not None:
                staff = {pk: role for pk, role in staff.items() if role != InstructorAssignment.Role.LEAD}
        if self.form.assistant is not None:
            staff[self.form.assistant.pk] = InstructorAssignment.Role.ASSISTANT
        if self.form.lead is not None:
            staff[self.form.lead.pk] = InstructorAssignment.Role.LEAD
        return staff

    @cached_property
    def assigned(self) -> dict[UUID, str]:
        """Everybody whose assignment to the stored batch has not ended, with their roles."""
        if self.batch is None:
            return {}
        now = self.batch.instructor_assignments.exclude(until_date__lt=self.actor.today())
        return dict(now.values_list("instructor_id", "role"))

    @cached_property
    def timetable(self) -> Timetable | None:
        """The question about clashes, as the rule asks it; None while there is nothing to ask."""
        return self.timetable_for(self.plans) if self.plans else None

    @cached_property
    def plans(self) -> list[SlotPlan]:
        """The whole week, as far as it is sound."""
        own = [slot for slot in self._stored if not slot.meeting.is_shared]
        return matched(own, [plan for _slot, plan in self.rows if plan.start_time < plan.end_time]) + self.shared

    @cached_property
    def dates(self) -> tuple[date, date] | None:
        """The first and the last day; None while one is missing or they make no sense."""
        first, last = self.draft.start_date, self.draft.end_date
        return (first, last) if first and last and 0 <= (last - first).days <= 3660 else None

    def timetable_for(self, plans: Sequence[SlotPlan]) -> Timetable | None:
        """The same question about another week."""
        if self.dates is None:
            return None
        return timetable_of(self.draft, plans, self.staff, stored=self.batch)
