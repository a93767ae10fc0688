"""What speaks against an instructor without forbidding them: hours, days away, workload, skills.

Unlike a double booking, which the database refuses, a person may decide otherwise and say why.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.core.clocks import minutes_of
from muster.courses.models import Course
from muster.institutions.models import Institution
from muster.people.queries import TeachingProfile, teaching_of
from muster.timetable.weeks import HolidayCalendar, week_days

if TYPE_CHECKING:
    from muster.batches.clashes import Hour, Timetable
    from muster.batches.models import Batch
    from muster.batches.rules.inputs import SlotInput

NOTHING_SAID = TeachingProfile()


@dataclass(frozen=True)
class SoftWarning:
    """One thing that speaks against somebody; `slot` counts the asked hours from 0 where it concerns one."""

    kind: str
    who_id: UUID
    who: str
    message: str
    # The same without the name, for a place where that stands already.
    short: str
    slot: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "who": {"_id": str(self.who_id), "name": self.who},
            "slot": self.slot,
            "message": self.message,
        }


@dataclass(frozen=True)
class PlanWarning:
    """One thing to look at in a batch as it is to be, at the field that it is about. It forbids nothing."""

    field: str
    kind: str
    message: str


def warnings_of_plan(batch: Batch, slots: Sequence[SlotInput], today: date) -> Iterable[PlanWarning]:
    """Days that are over, a size that is not advised, and rooms that are too small, whoever teaches."""
    if batch.end_date is not None and batch.end_date < today:
        words = _("The last day, %(day)s, is already over.") % {"day": date_format(batch.end_date, "j M Y")}
        yield PlanWarning("end_date", "past_end", words)
    yield from warnings_of_size(batch)
    for index, slot in enumerate(slots):
        if slot.room is not None and slot.room.seats and batch.capacity and slot.room.seats < batch.capacity:
            words = _("%(room)s has %(seats)d seats, and the batch %(capacity)d.") % {
                "room": slot.room.name,
                "seats": slot.room.seats,
                "capacity": batch.capacity,
            }
            yield PlanWarning(f"schedule.{index}.room", "room_too_small", words)


def warnings_of_size(batch: Batch) -> Iterable[PlanWarning]:
    """Fewer or more seats than the institution recommends for a course batch."""
    least, most = batch.institution.advised_size_min, batch.institution.advised_size_max
    seats = batch.capacity
    if batch.kind != batch.Kind.COURSE or seats is None or seats < 1 or least <= seats <= most:
        return
    words = ngettext(
        "%(seats)d seat: %(least)d to %(most)d are recommended.",
        "%(seats)d seats: %(least)d to %(most)d are recommended.",
        seats,
    )
    yield PlanWarning("capacity", "batch_size", words % {"seats": seats, "least": least, "most": most})


def in_plan(warnings: Iterable[SoftWarning], field: str) -> Iterable[PlanWarning]:
    """What speaks against people, at the field that names them or at their slot."""
    for one in warnings:
        yield PlanWarning(field if one.slot is None else f"schedule.{one.slot}", one.kind, one.message)


def warnings_of(
    timetable: Timetable | None,
    people: Mapping[UUID, str],
    *,
    institution: Institution,
    course: Course | None = None,
    load: Mapping[UUID, int] | None = None,
    joining: Collection[UUID] = (),
    said: Mapping[UUID, TeachingProfile] | None = None,
    holidays: HolidayCalendar | None = None,
) -> list[SoftWarning]:
    """What speaks against these people (names by id) at the hours that the timetable gives each. One statement, and
    another for the holidays where somebody is away.

    `load` is how many batches each has without this one, asked of those who are `joining` it. `said` is
    `people.queries.teaching_of`, for a caller who has it; who asks several times gives the `holidays` too.
    """
    if said is None:
        first, last = (timetable.start_date, timetable.end_date) if timetable else (None, None)
        said = teaching_of(institution.pk, people, first, last)
    found: list[SoftWarning] = []
    holidays = holidays or HolidayCalendar(institution)
    for pk, name in people.items():
        one = said.get(pk, NOTHING_SAID)
        if timetable is not None:
            found += _outside_hours(pk, name, one, timetable.hours)
            found += _time_off_warnings(pk, name, one, timetable, holidays)
        if load is not None and pk in joining:
            found += _over_limit(pk, name, one, load.get(pk, 0) + 1, institution)
        found += _without_skill(pk, name, one, course)
    return found


def _hours_of(pk: UUID, hours: Sequence[Hour]) -> Iterable[tuple[int, Hour]]:
    return ((index, hour) for index, hour in enumerate(hours) if pk in hour.instructor_ids)


def _outside_hours(pk: UUID, name: str, said: TeachingProfile, hours: Sequence[Hour]) -> Iterable[SoftWarning]:
    """A warning for each hour that no window, or windows that touch, covers whole."""
    if not said.windows:
        return
    for index, hour in _hours_of(pk, hours):
        if not covers(said, hour):
            short = _("not available %(hour)s") % {"hour": hour}
            sentence = _("%(name)s is not available %(hour)s.") % {"name": name, "hour": hour}
            yield SoftWarning("availability", pk, name, sentence, short, index)


def covers(said: TeachingProfile, hour: Hour) -> bool:
    """Whether the windows, those that touch as one, cover the whole hour."""
    at, until = minutes_of(hour.start), minutes_of(hour.end)
    for weekday, start, end in said.windows:
        if weekday == hour.weekday and start <= at < end:
            at = end
    return at >= until


def _time_off_warnings(
    pk: UUID, name: str, said: TeachingProfile, timetable: Timetable, holidays: HolidayCalendar
) -> Iterable[SoftWarning]:
    """A warning for each time off into which a meeting falls. On a holiday none does."""
    hours = [hour for _index, hour in _hours_of(pk, timetable.hours)]
    for first, last in said.times_off:
        start, end = max(first, timetable.start_date), min(last, timetable.end_date)
        number = sum(
            first <= hour.on_date <= last
            if hour.on_date
            else sum(not holidays.on(day, timetable.branch_id) for day in week_days(hour.weekday, start, end))
            for hour in hours
        )
        if number:
            days = {"name": name, "first": date_format(first, "j F Y"), "last": date_format(last, "j F Y")}
            meetings = ngettext("%(count)d session affected", "%(count)d sessions affected", number) % {"count": number}
            sentence = _("%(name)s is away from %(first)s to %(last)s: %(meetings)s.") % {**days, "meetings": meetings}
            yield SoftWarning("time_off", pk, name, sentence, _("away from %(first)s to %(last)s") % days)


def _over_limit(
    pk: UUID, name: str, said: TeachingProfile, number: int, institution: Institution
) -> Iterable[SoftWarning]:
    limit = limit_of(said, institution)
    if number > limit:
        facts = {"name": name, "number": number, "limit": limit}
        sentence = ngettext(
            "With this batch, %(name)s would have %(number)d active batch, above the recommended %(limit)d.",
            "With this batch, %(name)s would have %(number)d active batches, above the recommended %(limit)d.",
            number,
        )
        short = _("would have %(number)d batches, above the recommended %(limit)d")
        yield SoftWarning("workload", pk, name, sentence % facts, short % facts)


def limit_of(said: TeachingProfile | None, institution: Institution) -> int:
    """How many active batches somebody may carry: their own limit, else the institution's."""
    own = said.max_active_batches if said else None
    return institution.max_active_batches if own is None else own


def _without_skill(pk: UUID, name: str, said: TeachingProfile, course: Course | None) -> Iterable[SoftWarning]:
    """A warning where the course asks for skills and the profile names others; one that names none says nothing."""
    if course is None or not said.skills:
        return
    missing = [skill for skill in course.required_skills if skill.strip() and skill.strip().lower() not in said.skills]
    if missing:
        skills = ", ".join(missing)
        sentence = _("%(name)s doesn't have the skills %(course)s requires: %(skills)s.")
        yield SoftWarning(
            "skill",
            pk,
            name,
            sentence % {"name": name, "course": course.title, "skills": skills},
            _("missing %(skills)s") % {"skills": skills},
        )
