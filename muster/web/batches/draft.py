"""A batch as its form has it so far, and as the rules would see it."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.forms import BaseForm

from muster.batches.assessment import ScheduleAssessment
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.rules import SlotInput
from muster.batches.rules.locks import assess, match_slots, slot_input_of, week_of
from muster.batches.rules.opening import draft_batch, stem_of_plan
from muster.core.errors import FieldError
from muster.institutions.access import Actor
from muster.timetable.models import ScheduleSlot
from muster.web.batches.forms import BatchForm, SlotForm


@dataclass
class Draft:
    """What is typed, as far as it is complete. Stores nothing.

    A refusal takes values out of the form again, so what is typed is read at once and kept.
    """

    form: BatchForm
    actor: Actor

    def __post_init__(self) -> None:
        self.complaints = [
            FieldError(name, words[0]) for name, words in _complaints(self.form).items() if name != "__all__"
        ]
        # What is wrong with each row of the week, by its place.
        self.slot_complaints = {
            slot.place: [words for those in _complaints(slot).values() for words in those] for slot in self.form.filled
        }
        self._given = dict(self.form.cleaned_data)
        self.lead, self.assistant = self.form.lead, self.form.assistant
        # The rows of the week that are complete.
        self.rows: list[tuple[SlotForm, SlotInput]] = [
            (slot, slot.to_input(self.form.named)) for slot in self.form.filled if slot.is_valid()
        ]
        self.room_ids = {slot.cleaned_data["room"] for slot in self.form.filled if slot.cleaned_data.get("room")}
        self.draft, self.stem = self._drafted()

    def _drafted(self) -> tuple[Batch, str]:
        """The batch as it would be, not stored, and what a code made for it begins with, once enough is known."""
        if self.batch is None:
            plan = self.form.to_input()
            known = plan.course and plan.start_date if self.form.is_course else plan.department and plan.year
            return draft_batch(self.actor, plan), stem_of_plan(plan) if known else ""
        draft = copy(self.batch)
        draft.institution = self.actor.institution
        for name, value in self.form.changes(None).items():
            if name not in ("slots", "lead"):
                setattr(draft, name, value)
        return draft, ""

    @property
    def batch(self) -> Batch | None:
        return self.form.batch

    def given(self, name: str) -> Any:
        """The value of a field, None where it is missing or wrong."""
        return self._given.get(name)

    @cached_property
    def assessment(self) -> ScheduleAssessment:
        """What the batch would come to. Where a rule refused it, the answer that came with the refusal."""
        return self.assess(self.plans)

    def assess(self, plans: list[SlotInput]) -> ScheduleAssessment:
        """The same question about another week; while there is none, or no dates, nothing is booked."""
        named = {plan.instructor.pk for _slot, plan in self.rows if plan.instructor}
        if self.dates is None or not plans:
            return ScheduleAssessment(self.actor, self.draft, None, named.union(self.staff))
        return assess(
            self.actor,
            self.draft,
            plans,
            self.staff,
            besides=named,
            start=self.batch.today() if self.batch else None,
            stored=self.batch,
        )

    @cached_property
    def _stored(self) -> list[ScheduleSlot]:
        """The whole week of the batch as it is stored."""
        return week_of(self.batch) if self.batch is not None else []

    @cached_property
    def shared(self) -> list[SlotInput]:
        """What the batch meets together with others: not to be changed here, but just as busy."""
        if self.batch is None or not any(slot["shared"] for slot in self.batch.week):  # type: ignore[attr-defined]
            return []
        return [slot_input_of(slot) for slot in self._stored if slot.meeting_id != self.batch.pk]

    @cached_property
    def staff(self) -> list[UUID]:
        """Who would be booked by the slots that name nobody."""
        now = [one for one in self.form.assignments if not one.for_subjects]
        if self.lead is not None:
            now = [one for one in now if one.role != InstructorAssignment.Role.LEAD]
        staff = [one.instructor_id for one in now]
        return list(dict.fromkeys([*staff, *(one.pk for one in (self.assistant, self.lead) if one)]))

    @cached_property
    def assigned(self) -> dict[UUID, str]:
        """Everybody whose assignment to the stored batch has not ended, with their roles."""
        return {one.instructor_id: one.role for one in self.form.assignments}

    @cached_property
    def week(self) -> list[SlotInput]:
        """The whole week, as far as it is sound: the rows in their order, then what is shared."""
        return self.sound + self.shared

    @cached_property
    def sound(self) -> list[SlotInput]:
        """The rows of the week that end after they start."""
        return [plan for _slot, plan in self.rows if plan.is_sound]

    @cached_property
    def plans(self) -> list[SlotInput]:
        """The same week, with the stored slots that it would keep."""
        own = [slot for slot in self._stored if self.batch is not None and slot.meeting_id == self.batch.pk]
        return match_slots(own, self.sound) + self.shared

    @cached_property
    def dates(self) -> tuple[date, date] | None:
        """The first and the last day; None while one is missing or they make no sense."""
        first, last = self.draft.start_date, self.draft.end_date
        return (first, last) if first and last and 0 <= (last - first).days <= 3660 else None


def _complaints(form: BaseForm) -> dict[str, list[str]]:
    """What is wrong with each field, but for what is missing."""
    errors = form.errors.as_data()
    found = {name: [one.messages[0] for one in those if one.code != "required"] for name, those in errors.items()}
    return {name: words for name, words in found.items() if words}
