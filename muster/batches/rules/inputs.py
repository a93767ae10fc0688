"""What somebody wants a batch to be, and what is wrong with it before the database is asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.core.errors import FieldError, Invalid
from muster.core.weekdays import Weekday
from muster.courses.models import Course, Subject
from muster.institutions.models import Branch, Department, Institution, Room

# What a PositiveIntegerField holds.
MOST_SEATS = 2_147_483_647
MOST_NOTES = 20_000
FIRST_YEAR, LAST_YEAR = 1900, 2200
# What of a batch is taken as it comes, by the names that the API and the form have for it.
FIELD_NAMES = {
    "name": "batch_name",
    "code": "batch_code",
    "year": "year",
    "auto_rollover": "auto_rollover",
    "status": "status",
    "start_date": "start_date",
    "end_date": "end_date",
    "capacity": "capacity",
    "waitlist_capacity": "waitlist_capacity",
    "notes": "batch_notes",
}


# By subject, who alone teaches its slots.
Faculty = Mapping[UUID, tuple[UUID, ...]]
NOBODY: Faculty = MappingProxyType({})


@dataclass(frozen=True)
class SlotInput:
    """A weekly meeting time. Clock times are local to the batch's branch, else to its institution."""

    weekday: int
    start_time: time
    end_time: time
    room: Room | None = None
    subject: Subject | None = None
    instructor: User | None = None
    # The stored slot that it is, or becomes.
    slot_id: UUID | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return _("%(day)s %(start)s to %(end)s") % {
            "day": Weekday(self.weekday).label,
            "start": f"{self.start_time:%H:%M}",
            "end": f"{self.end_time:%H:%M}",
        }

    @property
    def is_sound(self) -> bool:
        return self.start_time < self.end_time

    def overlaps(self, other: SlotInput) -> bool:
        """Whether both meet on the same weekday at overlapping times."""
        return self.weekday == other.weekday and self.start_time < other.end_time and other.start_time < self.end_time


@dataclass(frozen=True)
class BatchInput:
    """All that opening a batch may be told. What is not given is made or defaulted by the rule."""

    kind: str = Batch.Kind.COURSE
    name: str = ""
    # None: to be made. An empty code was given and is refused.
    code: str | None = None
    course: Course | None = None
    branch: Branch | None = None
    department: Department | None = None
    year: int | None = None
    current_semester: int | None = None
    auto_rollover: bool = False
    status: str | None = None
    start_date: date | None = None
    end_date: date | None = None
    capacity: int | None = None
    waitlist_capacity: int | None = None
    notes: str = ""
    lead: User | None = None
    assistants: Sequence[User] = ()
    slots: Sequence[SlotInput] = field(default_factory=tuple)


def is_near(day: date) -> bool:
    """Whether the day lies in the years that batches can have."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def far_off() -> str:
    """The refusal of a day that does not."""
    return _("Choose a date between the years %(first)d and %(last)d.") % {"first": FIRST_YEAR, "last": LAST_YEAR}


def problems_of_batch(batch: Batch, institution: Institution) -> list[FieldError]:
    """Everything wrong with a batch's own fields, in the words and the field names of the API."""
    found: list[FieldError] = []

    def wrong(field_name: str, message: str) -> None:
        found.append(FieldError(field_name, message))

    is_course = batch.kind == Batch.Kind.COURSE
    # A batch year is named by its department and year where no name is given, and only then misses one.
    named_by_itself = not is_course and (batch.department is None or batch.year is None)
    if not batch.name.strip():
        if not named_by_itself:
            wrong("batch_name", _("Batch name is required"))
    elif len(batch.name) > 150:
        wrong("batch_name", _("Keep the batch name to 150 characters or fewer."))
    if len(batch.notes) > MOST_NOTES:
        wrong("batch_notes", _("Keep the notes to %(most)d characters or fewer.") % {"most": MOST_NOTES})
    if batch.year is not None and not FIRST_YEAR <= batch.year <= LAST_YEAR:
        wrong("year", _("Enter a year between 1900 and 2200."))
    if not batch.code.strip():
        wrong("batch_code", _("Batch code is required"))
    elif len(batch.code) > 40:
        wrong("batch_code", _("Keep the batch code to 40 characters or fewer."))
    for name, field_name, words in (
        ("course", "course_id", _("Course reference is required for a batch")),
        ("start_date", "start_date", _("Batch start date is required")),
        ("end_date", "end_date", _("Batch end date is required")),
        ("capacity", "capacity", _("Batch capacity is required")),
    ):
        if is_course and getattr(batch, name) is None:
            wrong(field_name, words)
    for name in ("start_date", "end_date"):
        if (day := getattr(batch, name)) and not is_near(day):
            wrong(name, far_off())
    if batch.start_date and batch.end_date:
        if batch.end_date < batch.start_date:
            wrong("end_date", _("The last day is before the first day."))
        elif (batch.end_date - batch.start_date).days > 3660:
            wrong("end_date", _("A batch can last up to ten years."))
    if batch.capacity is not None and batch.capacity < 1:
        wrong("capacity", _("Batch capacity must be at least 1"))
    elif batch.capacity is not None and batch.capacity > MOST_SEATS:
        wrong("capacity", _("This is more seats than a batch can have. Enter a smaller number."))
    if batch.waitlist_capacity is not None and not 0 <= batch.waitlist_capacity <= MOST_SEATS:
        wrong("waitlist_capacity", _("Enter a smaller waitlist capacity."))
    if batch.status not in Batch.Status.values:
        wrong("status", _("Choose one of these statuses: %(known)s.") % {"known": ", ".join(Batch.Status.values)})
    if not is_course:
        found += _problems_of_academic(batch, institution)
    return found


def _problems_of_academic(batch: Batch, institution: Institution) -> list[FieldError]:
    found: list[FieldError] = []
    if batch.department is None:
        found.append(FieldError("dept_id", _("Choose a department for the batch year.")))
    if batch.year is None:
        found.append(FieldError("year", _("Enter the year of the batch year.")))
    last = (batch.course.semesters if batch.course else 0) or institution.last_semester
    if batch.current_semester is None or not 1 <= batch.current_semester <= last:
        found.append(FieldError("current_semester", _("Enter a current semester from 1 to %(last)d.") % {"last": last}))
    return found


def teachers_of_slot(slot: SlotInput, faculty: Faculty, others: tuple[UUID, ...] = ()) -> tuple[UUID, ...]:
    """Whom the slot names, else the faculty of its subject, else the others."""
    if slot.instructor:
        return (slot.instructor.pk,)
    return faculty.get(slot.subject.pk, others) if slot.subject else others


def problems_of_slots(slots: Sequence[SlotInput], faculty: Faculty = NOBODY) -> list[FieldError]:
    """Slots that end before they start, or that meet each other with the same people or room. A subject with `faculty`
    is taught by them where its slot names nobody."""
    found: list[FieldError] = []
    for index, slot in enumerate(slots):
        if slot.weekday not in Weekday.values:
            found.append(FieldError(f"schedule.{index}.day", _("Choose a day from Monday to Sunday.")))
        if slot.end_time <= slot.start_time:
            found.append(FieldError(f"schedule.{index}.end_time", _("The end must be after the start.")))
            continue
        for earlier in slots[:index]:
            # Parallel groups of one batch may meet at one time, each with its own instructor and room.
            one, other = (teachers_of_slot(each, faculty) for each in (slot, earlier))
            apart = one and other and not set(one) & set(other)
            if slot.overlaps(earlier) and not (apart and (slot.room is None or slot.room != earlier.room)):
                found.append(
                    FieldError(
                        f"schedule.{index}.start_time",
                        _("This slot overlaps another slot of the same batch: %(slot)s.") % {"slot": earlier},
                    )
                )
                break
    return found


def problems_of_places(
    branch: Branch | None, slots: Sequence[SlotInput], kept: Collection[Any] = ()
) -> list[FieldError]:
    """Inactive branches and rooms are offered for nothing new; what the batch has already (`kept`) may stay."""
    found: list[FieldError] = []
    if branch is not None and not branch.is_active and branch.pk not in kept:
        found.append(FieldError("branch_id", _("%(name)s is inactive. Choose another branch.") % {"name": branch.name}))
    for index, slot in enumerate(slots):
        found += problems_of_room(slot.room, f"schedule.{index}.room", kept)
    return found


def problems_of_room(room: Room | None, field: str, kept: Collection[Any] = ()) -> list[FieldError]:
    """An inactive room is refused at the field, and so is one of an inactive branch; what is `kept` may stay."""
    if room is None or room.pk in kept:
        return []
    if not room.is_active:
        return [FieldError(field, _("Room %(name)s is inactive. Choose another room.") % {"name": room.name})]
    if not room.branch.is_active:
        words = {"name": room.name, "branch": room.branch.name}
        return [FieldError(field, _("Room %(name)s is in %(branch)s, which is inactive.") % words)]
    return []


def must_be_sound(
    batch: Batch,
    institution: Institution,
    slots: Sequence[SlotInput] = (),
    *,
    places: Collection[Any] = (),
    faculty: Faculty = NOBODY,
) -> None:
    """Raise Invalid naming every field that is wrong. `places` are the branch and the rooms it has already, `faculty`
    who teaches its subjects."""
    found = problems_of_batch(batch, institution) + problems_of_slots(slots, faculty)
    found += problems_of_places(batch.branch, slots, places)
    if found:
        raise Invalid.fields(found)
