"""The live check of the batch form: what would clash, what is free instead, what would be made. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from functools import cached_property
from typing import Any

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches.clashes import DAY_NAMES, BusyHour, Clash, Hour, busy_week
from muster.batches.errors import CodeTaken, ScheduleConflict
from muster.batches.models import Batch
from muster.batches.rules import SlotInput
from muster.batches.rules.codes import code_to_be
from muster.batches.rules.inputs import NOBODY, problems_of_batch, problems_of_slots
from muster.batches.rules.locks import faculty_of
from muster.batches.warnings import PlanWarning, SoftWarning, limit_of, warnings_of_plan
from muster.core.clocks import minutes_of
from muster.core.errors import DomainError, FieldError
from muster.courses.models import Course
from muster.timetable.weeks import holidays_between, planned_days
from muster.web.batches.draft import Draft
from muster.web.batches.forms import room_words
from muster.web.batches.preview import Preview, hours_words
from muster.web.batches.scale import Scale

STEPS = ("basics", "week", "staff", "seats")
# The sections of a form that was not looked at yet; see `Check.steps`.
FRESH = {name: {"name": name, "number": number, "state": ""} for number, name in enumerate(STEPS, 1)}
# Fields that have no line of their own for what is wrong with them.
SILENT = {"kind", "version", "batch_notes", "auto_rollover", "status", "confirm_status"}


class Check(Draft):
    """Everything the page says about a form that may be half filled in. Made once for each answer."""

    def refused(self, error: DomainError) -> None:
        """Take over what the rule found out before it refused."""
        if isinstance(error, ScheduleConflict):
            self.assessment = error.assessment
            self.form.choices.staff = self.assessment.colleagues
            if self.stem and not self.given("batch_code"):
                self.made_code = self.assessment.batch.code

    # --- what is wrong ----------------------------------------------------------------------------------------------
    @property
    def clashes(self) -> list[Clash]:
        return self.assessment.clashes

    @cached_property
    def places(self) -> list[int]:
        """The row of the form behind each hour of the timetable; those shared with other batches have none."""
        return [slot.place for slot, plan in self.rows if plan.is_sound]

    def place_of(self, index: int) -> int | None:
        return self.places[index] if index < len(self.places) else None

    @cached_property
    def problems(self) -> list[FieldError]:
        """What is wrong with what has been filled in so far, named as in the API; nothing about what is missing."""
        wrong = [one for one in problems_of_batch(self.draft, self.actor.institution) if self._is_filled(one.field)]
        named = {one.field for one in wrong}
        wrong += [one for one in self.complaints if one.field not in named]
        if self.code_is_taken:
            wrong.append(FieldError("batch_code", CodeTaken(self.given("batch_code")).message))
        held = self.batch.seats_held if self.batch else 0
        if self.draft.capacity is not None and 0 < self.draft.capacity < held:
            words = ngettext("%(held)d seat is already taken.", "%(held)d seats are already taken.", held)
            wrong.append(FieldError("capacity", words % {"held": held}))
        if self.assistant is not None and self.assistant == self.lead:
            wrong.append(FieldError("assistants", _("The lead can't be the assistant too.")))
        return wrong

    def _is_filled(self, name: str) -> bool:
        return name in self.form.fields and self.given(name) not in (None, "")

    @cached_property
    def slot_problems(self) -> dict[int, list[str]]:
        """What is wrong with each row of the week, by its place."""
        found = {place: list(words) for place, words in self.slot_complaints.items() if words}
        plans = [plan for _slot, plan in self.rows]
        faculty = faculty_of(self.batch) if self.batch is not None and self.batch.is_academic else NOBODY
        for wrong in problems_of_slots([*self.shared, *plans], faculty):
            index = int(wrong.field.split(".")[1]) - len(self.shared)
            if index >= 0:
                found.setdefault(self.rows[index][0].place, []).append(wrong.message)
        return found

    @cached_property
    def slot_words(self) -> list[tuple[int, list[str]]]:
        """Beside each row of the week: what is wrong with it, and what it overlaps."""
        words = {slot.place: list(self.slot_problems.get(slot.place, ())) for slot in self.form.slots}
        for clash in self.clashes:
            if (place := self.place_of(clash.index)) is not None:
                what = _("another batch") if clash.hidden else clash.batch_code
                hours = {"start": f"{clash.booked.start:%H:%M}", "end": f"{clash.booked.end:%H:%M}"}
                words[place].append(_("Overlaps %(what)s, %(start)s to %(end)s") % {"what": what, **hours})
        return sorted(words.items())

    @cached_property
    def field_words(self) -> dict[str, list[str]]:
        """What is wrong below each field; nothing below those that are right again."""
        words: dict[str, list[str]] = {name: [] for name in self.form.fields if name not in SILENT}
        for one in self.problems:
            words.setdefault(one.field, []).append(one.message)
        return words

    @cached_property
    def warnings(self) -> list[SoftWarning | PlanWarning]:
        """What speaks against the plan, the lead, the assistant and those named at a slot; it forbids nothing."""
        people = {one.pk: one.full_name for one in (self.lead, self.assistant) if one}
        people |= {plan.instructor.pk: plan.instructor.full_name for _slot, plan in self.rows if plan.instructor}
        # How many batches the lead has stands beside the field.
        plan = warnings_of_plan(self.draft, self.sound, self.draft.today())
        said = self.assessment
        return [*said.warnings(people), *said.advice(people), *plan, *said.twins]

    # --- ways out ---------------------------------------------------------------------------------------------------
    @cached_property
    def troubles(self) -> list[dict[str, Any]]:
        """Each clash with its ways out; ways that several clashes share stand with the last of them."""
        last_of_slot = {clash.index: n for n, clash in enumerate(self.clashes)}
        last_of_person = {clash.who_id: n for n, clash in enumerate(self.clashes) if clash.kind == "instructor"}
        return [
            self._trouble(clash, times=last_of_slot[clash.index] == n, others=last_of_person.get(clash.who_id, n) == n)
            for n, clash in enumerate(self.clashes)
        ]

    def _trouble(self, clash: Clash, *, times: bool, others: bool) -> dict[str, Any]:
        """A clash, and what to press: what each way out would change (`time:0:Monday:08:00:10:00`), and its words."""
        place, ways = self.place_of(clash.index), self.assessment.alternatives
        hours = [hour for index, hour in ways.times if index == clash.index] if times and place is not None else []
        people, rooms = [], []
        if clash.kind == "room" and place is not None:
            rooms = [
                {"change": f"room:{place}:{room.id}", "label": room_words(room.name, room.seats)}
                for index, room in ways.rooms
                if index == clash.index
            ]
        elif others and (target := self._seat_of(clash, place)):
            people = [
                {"change": f"{target}:{person.id}", "label": person.name, "reason": person.reason}
                for person in ways.instructors[:3]
            ]
        return {
            "clash": clash,
            "sentence": _clash_words(clash),
            "place": place,
            "times": [
                {
                    "change": f"time:{place}:{DAY_NAMES[hour.weekday]}:{hour.start:%H:%M}:{hour.end:%H:%M}",
                    "label": f"{WEEKDAYS_ABBR[hour.weekday - 1]} {hour.start:%H:%M}–{hour.end:%H:%M}",
                }
                for hour in hours
            ],
            "people": people,
            "rooms": rooms,
            "short_who": first_name(clash.who) if clash.kind == "instructor" else clash.who,
            "day": str(WEEKDAYS[clash.asked.weekday - 1]),
        }

    def _seat_of(self, clash: Clash, place: int | None) -> str:
        """Which field of the form named the person of a clash."""
        named = {slot.place: plan.instructor.pk for slot, plan in self.rows if plan.instructor}
        if place is not None and named.get(place) == clash.who_id:
            return f"instructor:{place}"
        if self.lead is not None and clash.who_id == self.lead.pk:
            return "lead"
        if self.assistant is not None and clash.who_id == self.assistant.pk:
            return "assistant"
        return ""

    @cached_property
    def preview(self) -> Preview | None:
        """The dates on which the batch would meet; None while there is no week or no range of dates."""
        if self.dates is None or not self.week:
            return None
        first, last = self.dates
        hours = [_hour(plan) for plan in self.week]
        holidays = holidays_between(self.actor.institution.pk, self.draft.branch_id, first, last)
        clashing = {day for clash in self.clashes for day in clash.on_dates}
        return Preview(hours, planned_days(hours, first, last, holidays), clashing)

    # --- the lead ---------------------------------------------------------------------------------------------------
    @cached_property
    def busy(self) -> list[BusyHour]:
        """When the staff and the rooms of the week are taken by other batches, over the dates of this one."""
        people = {*self.staff, *(plan.instructor.pk for _slot, plan in self.rows if plan.instructor)}
        asked = self.assessment.timetable
        if asked is not None and self.room_ids <= asked.room_ids:
            return [one for one in self.assessment.busy if one.who_id in people | self.room_ids]
        # Of rooms whose times are still missing the assessment knows nothing.
        asked = asked or self.assess([SlotInput(1, time(0, 0), time(0, 1))]).timetable
        return busy_week(asked, people, self.room_ids, seen_by=self.actor) if asked else []

    @cached_property
    def workload(self) -> dict[str, Any] | None:
        """What the lead would have with this batch, and on which days they would be double booked."""
        lead = self.lead
        if lead is None:
            return None
        known = self.assessment.colleagues[lead.pk]
        own = [_hour(plan) for plan in self.sound if plan.instructor in (None, lead)]
        others = {busy.hour for busy in self.busy if busy.who_id == lead.pk}
        active = known.batches + (0 if self.batch is not None and lead.pk in self.assigned else 1)
        limit = limit_of(known.said, self.actor.institution)
        days = [WEEKDAYS[clash.asked.weekday - 1] for clash in self.clashes if clash.who_id == lead.pk]
        return {
            "name": first_name(lead.full_name),
            "active": active,
            "limit": limit,
            "is_over": active > limit,
            "hours": hours_words(sum(hour.minutes for hour in (*own, *others))),
            "clash_days": ", ".join(map(str, dict.fromkeys(days))),
        }

    @cached_property
    def scale(self) -> Scale:
        """Where the seats lie against what is advised and what the smallest room holds."""
        rooms = [room.seats for room in self.form.named.rooms.values() if room.seats]
        return Scale(self.actor.institution, self.draft.capacity, min(rooms, default=None))

    # --- the code and other proposals -------------------------------------------------------------------------------
    @cached_property
    def made_code(self) -> str:
        """The code that a new batch would be given."""
        return code_to_be(self.actor.institution.pk, self.stem) if self.stem else ""

    @cached_property
    def code_is_taken(self) -> bool:
        code = self.given("batch_code")
        if not code or code == self.made_code or (self.batch is not None and code == self.batch.code):
            return False
        rows = Batch.objects.existing().filter(institution=self.actor.institution, code__iexact=code)
        return (rows.exclude(pk=self.batch.pk) if self.batch else rows).exists()

    @property
    def code_words(self) -> str:
        """Below the code: whether it was made, and why with a number."""
        if self.batch is not None:
            return ""
        code = self.given("batch_code")
        if not self.made_code or (code and code != self.made_code):
            return _("Leave blank to generate one.")
        if self.made_code == self.stem:
            return _("Generated.")
        return _("Generated, because %(code)s is taken.") % {"code": self.stem}

    @cached_property
    def proposals(self) -> dict[str, str]:
        """Values for the fields of a new batch that nobody has touched."""
        draft, course = self.draft, self.form.course
        if self.batch is not None:
            return {}
        made = {"batch_code": self.made_code}
        if not self.form.is_course:
            if draft.department and draft.year:
                made["batch_name"] = f"{draft.department.name} {draft.year}"
        elif course is not None:
            made["batch_name"] = course.title[:150]
            made["capacity"] = str(course.default_capacity or self.actor.institution.advised_size_max)
            made["assigned_instructor"] = str(course.default_instructor_id or "")
            if draft.start_date is not None:
                made["batch_name"] = f"{course.title}, {date_format(draft.start_date, 'F Y')}"[:150]
                made["end_date"] = last_day(draft.start_date, course).isoformat()
        return made

    # --- all together -----------------------------------------------------------------------------------------------
    @cached_property
    def asked(self) -> tuple[str, ...]:
        """The fields without which there is no batch."""
        if self.form.is_course:
            return ("course_id", "start_date", "end_date", "batch_name", "capacity")
        return ("dept_id", "year")

    @cached_property
    def missing(self) -> list[str]:
        """The labels of what is still to be filled in."""
        return [str(self.form[name].label) for name in self.asked if not self.form[name].value()]

    @cached_property
    def steps(self) -> dict[str, dict[str, Any]]:
        """How far each section is: `done`, `bad`, or neither."""
        wrong = {one.field for one in self.problems}
        seats = {"capacity", "waitlist_capacity"}
        staff = {"assigned_instructor", "assistants"}
        bad = {
            "basics": bool(wrong - seats - staff),
            "week": bool(self.slot_problems or self.clashes),
            "staff": bool(wrong & staff) or any(clash.who_id in self.staff for clash in self.clashes),
            "seats": bool(wrong & seats),
        }
        done = {
            "basics": all(self.form[name].value() for name in self.asked if name != "capacity"),
            "week": bool(self.rows or self.shared),
            "staff": bool(self.staff),
            "seats": self.draft.capacity is not None or not self.form.is_course,
        }
        states = {name: "bad" if bad[name] else "done" if done[name] else "" for name in STEPS}
        return {name: {**fresh, "state": states[name]} for name, fresh in FRESH.items()}

    @cached_property
    def summary(self) -> dict[str, str]:
        """The words of the save bar, their tone, and where they lead."""
        if number := len(self.clashes):
            words = ngettext("Fix %(count)d double booking", "Fix %(count)d double bookings", number)
            return {"words": words % {"count": number}, "tone": "bad", "url": "#clash"}
        if number := len(self.problems) + sum(map(len, self.slot_problems.values())):
            words = ngettext("Fix %(count)d issue", "Fix %(count)d issues", number)
            url = f"#id_{self.problems[0].field}" if self.problems else f"#slot-{min(self.slot_problems)}-why"
            return {"words": words % {"count": number}, "tone": "bad", "url": url}
        if self.missing:
            return {"words": _("Still needed: %(fields)s") % {"fields": ", ".join(self.missing).lower()}}
        if not (self.preview and (number := self.preview.sessions)):
            return {"words": self._why_nothing()}
        words = ngettext("%(count)d session, no conflicts", "%(count)d sessions, no conflicts", number)
        return {"words": words % {"count": number}, "tone": "good"}

    def _why_nothing(self) -> str:
        """Why no session would be made of what is complete otherwise."""
        if not self.week:
            return _("No weekly schedule yet.")
        if self.dates is None:
            return _("Enter a first and a last day to create sessions and book people and rooms.")
        return _("There are no sessions between the first and the last day.")

    def as_json(self) -> dict[str, Any]:
        """What the scripts need to know: who is busy when, and what to propose."""
        names = {key: one.full_name for key, one in self.form.named.people.items()}
        rooms = {key: room.name for key, room in self.form.named.rooms.items()}
        busy = [
            _drawn_hour(
                one.hour.weekday,
                minutes_of(one.hour.start),
                minutes_of(one.hour.end),
                "room" if one.who_id in rooms else "busy",
                who=str(one.who_id),
                name=rooms.get(one.who_id) or names.get(one.who_id, ""),
                code=one.batch_code,
            )
            for one in self.busy
        ]
        busy += [
            _drawn_hour(
                slot.weekday,
                minutes_of(slot.start_time),
                minutes_of(slot.end_time),
                "shared",
                name=_("Shared session"),
                code=_("shared"),
            )
            for slot in self.shared
        ]
        return {
            "busy": [*busy, *self._off()],
            "staff": [str(key) for key in self.staff],
            "lead": self.workload["name"] if self.workload else "",
            "subjects": [(one.value, one.label) for one in self.form.subjects],
            "proposals": self.proposals,
        }

    def _off(self) -> Iterator[dict[str, Any]]:
        """The hours outside the lead's week: no clash, and drawn below what is."""
        said = self.assessment.colleagues[self.lead.pk].said if self.lead is not None else None
        windows = said.windows if said else ()
        for day in range(1, 8) if windows else ():
            edges = [0, *(edge for one, *ends in windows if one == day for edge in ends), 24 * 60]
            for start, end in zip(edges[::2], edges[1::2], strict=True):
                if start < end:
                    yield _drawn_hour(day, start, end, "off")


def _drawn_hour(
    day: int, start: int, end: int, kind: str, *, who: str = "", name: str = "", code: str = ""
) -> dict[str, Any]:
    """An hour as the scripts draw it, in minutes of its weekday."""
    return {"day": day, "start": start, "end": end, "who": who, "kind": kind, "name": name, "code": code}


def _hour(plan: SlotInput) -> Hour:
    return Hour(plan.weekday, plan.start_time, plan.end_time)


def first_name(name: str) -> str:
    """How a colleague is spoken of."""
    return name.split()[0] if name.split() else name


def last_day(start: date, course: Course) -> date:
    """The last day that the course's usual length gives."""
    return start + timedelta(days=max(1, course.length_days) - 1)


def _clash_words(clash: Clash) -> str:
    """How many sessions of this batch are concerned, until when: the end of the sentence that names the clash."""
    words = ngettext(
        "on %(last)s: %(count)d session would conflict.",
        "until %(last)s: %(count)d sessions would conflict.",
        clash.dates,
    )
    return words % {"last": date_format(clash.last, "j F"), "count": clash.dates}
