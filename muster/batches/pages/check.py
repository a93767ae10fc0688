"""The live check of the batch form: what would clash, what is free instead, what would be made. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches.clashes import (
    DAY_NAMES,
    Alternatives,
    BusyHour,
    Clash,
    Hour,
    Timetable,
    alternatives_to,
    batch_load,
    busy_week,
    clashes_of,
)
from muster.batches.clashes.hours import minutes_of
from muster.batches.errors import CodeTaken
from muster.batches.forms import BatchForm, SlotForm, room_words
from muster.batches.models import Batch, InstructorAssignment, ScheduleSlot
from muster.batches.outlook import holidays_between, planned_days
from muster.batches.pages.preview import Preview, hours_words
from muster.batches.pages.scale import Scale
from muster.batches.rules import SlotPlan
from muster.batches.rules.codes import code_to_be, stem_of
from muster.batches.rules.locks import slots_meeting, timetable_of
from muster.batches.rules.plan import problems_of_batch, problems_of_slots
from muster.core.errors import FieldError
from muster.institutions.access import Actor

# Fields whose absence is no mistake while somebody is still filling in the form.
ASKED = {
    "course": ("course_id", "start_date", "end_date", "batch_name", "capacity"),
    "academic": ("dept_id", "year"),
}
STEPS = ("basics", "week", "staff", "seats")


@dataclass(frozen=True)
class Offer:
    """One way out of a clash: what to press, and what it would change (`time:0:Monday:08:00:10:00`)."""

    change: str
    label: str
    reason: str = ""


@dataclass(frozen=True)
class Trouble:
    """A clash with its ways out."""

    clash: Clash
    sentence: str
    place: int | None
    times: Sequence[Offer] = ()
    people: Sequence[Offer] = ()
    rooms: Sequence[Offer] = ()
    short_who: str = ""
    day: str = ""


@dataclass(frozen=True)
class Step:
    """How far a section of the form is: `done`, `bad`, or neither."""

    name: str
    number: int
    state: str


@dataclass
class Check:
    """Everything the page says about a form that may be half filled in. Made once for each answer."""

    form: BatchForm
    actor: Actor
    # The batch's own slots and staff, when it is edited.
    _stored: Sequence[ScheduleSlot] = field(init=False, default=())

    def __post_init__(self) -> None:
        self.form.full_clean()
        if self.batch is not None:
            self._stored = list(
                ScheduleSlot.objects.filter(slots_meeting(self.batch)).select_related("room", "subject", "instructor")
            )

    # --- the draft --------------------------------------------------------------------------------------------------
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
        return [
            SlotPlan(slot.weekday, slot.start_time, slot.end_time, slot.room, slot.subject, slot.instructor)
            for slot in self._stored
            if slot.batch_id is None
        ]

    @cached_property
    def draft(self) -> Batch:
        """The batch as it would be, not stored."""
        named = self.form.named
        return Batch(
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

    @cached_property
    def staff(self) -> dict[UUID, str]:
        """Who would be booked by the slots that name nobody, with their roles."""
        staff: dict[UUID, str] = {}
        if self.batch is not None:
            now = self.batch.instructor_assignments.exclude(until_date__lt=self.actor.today())
            staff = dict(now.values_list("instructor_id", "role"))
            if self.form.lead is not None:
                staff = {pk: role for pk, role in staff.items() if role != InstructorAssignment.Role.LEAD}
        if self.form.assistant is not None:
            staff[self.form.assistant.pk] = InstructorAssignment.Role.ASSISTANT
        if self.form.lead is not None:
            staff[self.form.lead.pk] = InstructorAssignment.Role.LEAD
        return staff

    @cached_property
    def timetable(self) -> Timetable | None:
        """The question about clashes, as the rule asks it; None while there is nothing to ask."""
        plans = [plan for _slot, plan in self.rows if plan.start_time < plan.end_time] + self.shared
        return self._timetable(plans) if plans else None

    def _timetable(self, plans: Sequence[SlotPlan]) -> Timetable | None:
        first, last = self.draft.start_date, self.draft.end_date
        if first is None or last is None or (last - first).days > 3660:
            return None
        return timetable_of(self.draft, plans, self.staff, ignored=[slot.pk for slot in self._stored])

    # --- what is wrong ----------------------------------------------------------------------------------------------
    @cached_property
    def clashes(self) -> list[Clash]:
        return clashes_of(self.timetable, seen_by=self.actor) if self.timetable else []

    @cached_property
    def alternatives(self) -> Alternatives:
        if not self.clashes or self.timetable is None:
            return Alternatives()
        return alternatives_to(self.timetable, self.clashes, seen_by=self.actor, course=self.form.named.course)

    @cached_property
    def places(self) -> list[int]:
        """The row of the form behind each hour of the timetable; those shared with other batches have none."""
        return [slot.place for slot, plan in self.rows if plan.start_time < plan.end_time]

    def place_of(self, index: int) -> int | None:
        return self.places[index] if index < len(self.places) else None

    @cached_property
    def problems(self) -> list[FieldError]:
        """What is wrong with what has been filled in so far, named as in the API; nothing about what is missing."""
        wrong = [
            one for one in problems_of_batch(self.draft, self.actor.institution) if self._is_filled(one.field)
        ]
        named = {one.field for one in wrong}
        for name, errors in self.form.errors.as_data().items():
            if name not in named and name != "__all__":
                wrong += [FieldError(name, error.messages[0]) for error in errors if error.code != "required"]
        if self.code_is_taken:
            wrong.append(FieldError("batch_code", CodeTaken(self.given("batch_code")).message))
        held = self.batch.seats_held if self.batch else 0
        if self.draft.capacity is not None and 0 < self.draft.capacity < held:
            words = ngettext("%(held)d seat is held already.", "%(held)d seats are held already.", held)
            wrong.append(FieldError("capacity", words % {"held": held}))
        if self.form.assistant is not None and self.form.assistant == self.form.lead:
            wrong.append(FieldError("assistants", _("The lead cannot assist too.")))
        return wrong

    def _is_filled(self, name: str) -> bool:
        name = {"course": "course_id"}.get(name, name)
        return name in self.form.fields and self.given(name) not in (None, "")

    @cached_property
    def slot_problems(self) -> dict[int, list[str]]:
        """What is wrong with each row of the week, by its place."""
        found: dict[int, list[str]] = {}
        for slot in self.form.filled:
            for errors in slot.errors.as_data().values():
                for error in errors:
                    if error.code != "required":
                        found.setdefault(slot.place, []).append(error.messages[0])
        plans = [plan for _slot, plan in self.rows]
        for wrong in problems_of_slots([*self.shared, *plans]):
            index = int(wrong.field.split(".")[1]) - len(self.shared)
            if index >= 0:
                found.setdefault(self.rows[index][0].place, []).append(wrong.message)
        return found

    @cached_property
    def slot_words(self) -> list[tuple[int, list[str]]]:
        """Beside each row of the week: what is wrong with it, and what it overlaps."""
        words = {slot.place: list(self.slot_problems.get(slot.place, ())) for slot in self.form.slots}
        for clash in self.clashes:
            place = self.place_of(clash.index)
            if place is not None:
                what = _("another batch") if clash.hidden else clash.batch_code
                hour = clash.booked
                words[place].append(
                    _("Overlaps %(what)s, %(start)s to %(end)s")
                    % {"what": what, "start": f"{hour.start:%H:%M}", "end": f"{hour.end:%H:%M}"}
                )
        return sorted(words.items())

    @property
    def wrong_fields(self) -> int:
        return len(self.problems) + sum(map(len, self.slot_problems.values()))

    # --- ways out ---------------------------------------------------------------------------------------------------
    @cached_property
    def troubles(self) -> list[Trouble]:
        """Each clash with its ways out; ways that several clashes share stand with the last of them."""
        last_of_slot = {clash.index: n for n, clash in enumerate(self.clashes)}
        last_of_person = {clash.who_id: n for n, clash in enumerate(self.clashes) if clash.kind == "instructor"}
        return [
            self._trouble(
                clash, times=last_of_slot[clash.index] == n, others=last_of_person.get(clash.who_id, n) == n
            )
            for n, clash in enumerate(self.clashes)
        ]

    def _trouble(self, clash: Clash, *, times: bool, others: bool) -> Trouble:
        place = self.place_of(clash.index)
        hours = [hour for index, hour in self.alternatives.times if index == clash.index] if times else []
        people: list[Offer] = []
        rooms: list[Offer] = []
        if clash.kind == "room" and place is not None:
            rooms = [
                Offer(f"room:{place}:{room.id}", room_words(room.name, room.seats))
                for index, room in self.alternatives.rooms
                if index == clash.index
            ]
        elif others and (target := self._seat_of(clash, place)):
            people = [
                Offer(f"{target}:{person.id}", person.name, person.reason)
                for person in self.alternatives.instructors[:3]
            ]
        return Trouble(
            clash,
            _sentence(clash),
            place,
            [
                Offer(
                    f"time:{place}:{DAY_NAMES[hour.weekday]}:{hour.start:%H:%M}:{hour.end:%H:%M}",
                    f"{WEEKDAYS_ABBR[hour.weekday - 1]} {hour.start:%H:%M}–{hour.end:%H:%M}",
                )
                for hour in hours
                if place is not None
            ],
            people,
            rooms,
            clash.who.split()[0] if clash.kind == "instructor" else clash.who,
            str(WEEKDAYS[clash.asked.weekday - 1]),
        )

    def _seat_of(self, clash: Clash, place: int | None) -> str:
        """Which field of the form named the person of a clash."""
        if place is not None and self.form.slots[place].cleaned_data.get("instructor") == clash.who_id:
            return f"instructor:{place}"
        if self.form.lead is not None and clash.who_id == self.form.lead.pk:
            return "lead"
        if self.form.assistant is not None and clash.who_id == self.form.assistant.pk:
            return "assistant"
        return ""

    @cached_property
    def preview(self) -> Preview | None:
        """The dates on which the batch would meet; None while there is no week or no range of dates."""
        if self.timetable is None:
            return None
        first, last = self.timetable.start_date, self.timetable.end_date
        holidays = holidays_between(self.actor.institution.pk, self.draft.branch_id, first, last)
        dates = {day for clash in self.clashes for day in clash.on_dates}
        return Preview(self.timetable.hours, planned_days(self.timetable.hours, first, last, holidays), dates)

    # --- the lead ---------------------------------------------------------------------------------------------------
    @cached_property
    def busy(self) -> list[BusyHour]:
        """When the staff and the rooms of the week are taken by other batches, over the dates of this one."""
        people = {*self.staff, *(plan.instructor.pk for _slot, plan in self.rows if plan.instructor)}
        rooms = {slot.cleaned_data["room"] for slot in self.form.filled if slot.cleaned_data.get("room")}
        timetable = self.timetable or self._timetable([SlotPlan(1, def _sentence(clash: Clash) -> str:
    """How many sessions of this batch are concerned, until when: the end of the sentence that names the clash."""
    words = ngettext(
        "until %(last)s: %(count)d session would clash.", "until %(last)s: %(count)d sessions would clash.", clash.dates
    )
    return words % {"last": date_format(clash.last, "j F"), "count": clash.dates}
