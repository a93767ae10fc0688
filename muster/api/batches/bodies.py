"""What the API takes for batches, and how ids become rows that the caller may see."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from ninja import Field
from pydantic import StrictBool

from muster.accounts.models import User
from muster.api.kit import Clock, Day, In, must_send
from muster.batches.queries import DAYS, named_rows
from muster.batches.rules import BatchInput, SlotInput
from muster.batches.rules.inputs import FIELD_NAMES
from muster.core.errors import FieldError, Invalid
from muster.core.permissions import as_id
from muster.core.weekdays import Weekday
from muster.courses.models import Course
from muster.courses.permissions import courses
from muster.institutions.access import Actor
from muster.institutions.models import Branch, Department, Room
from muster.institutions.permissions import branches, departments


class SlotIn(In):
    """One weekly slot."""

    day: str = Field(description="Monday to Sunday")
    start_time: Clock
    end_time: Clock
    room: str | None = Field(None, description="A room's id")
    subject: str | None = None
    instructor: str | None = None


class BatchIn(In):
    """A batch, whole or in part. What is sent is taken; what is not sent stays or is made."""

    batch_name: str | None = None
    batch_code: str | None = None
    course_id: str | None = None
    branch_id: str | None = None
    dept_id: str | None = None
    year: int | None = None
    current_semester: int | None = None
    auto_rollover: StrictBool | None = None
    start_date: Day | None = None
    end_date: Day | None = None
    capacity: int | None = None
    waitlist_capacity: int | None = None
    assigned_instructor: str | None = None
    status: str | None = None
    batch_notes: str | None = None
    schedule: list[SlotIn] | None = Field(None, max_length=100)
    version: int | None = None


class NewBatchIn(BatchIn):
    """A batch to be opened."""

    model_config = must_send("batch_name", "start_date", "end_date")

    capacity: int | None = Field(
        None, description="Required for a course batch, unless the course has a default capacity"
    )
    assistants: list[str] | None = Field(None, max_length=20, description="Ids of instructors who assist")


class NewBatchYearIn(NewBatchIn):
    """A batch year to be opened."""

    model_config = must_send("dept_id", "year")


class NamedRows:
    """The people, rooms and subjects that a body names, found together; whoever names one that is none is refused."""

    def __init__(
        self, actor: Actor, slots: Sequence[SlotIn] | None, people: Sequence[str | None] = (), room: str | None = None
    ) -> None:
        self.slots_in = slots or []
        self.named = named_rows(
            actor.institution,
            people=map(as_id, [*people, *(slot.instructor for slot in self.slots_in)]),
            rooms=map(as_id, [room, *(slot.room for slot in self.slots_in)]),
            subjects=map(as_id, [slot.subject for slot in self.slots_in]),
        )

    def person(self, pk: str, field: str) -> User:
        """An active person of the institution. Raises Invalid at the field."""
        if (person := self.named.people.get(as_id(pk))) is None:
            raise Invalid(_("This person doesn't exist here. Check the id."), field=field, code="unknown")
        return person

    def people(self, keys: Sequence[str] | None, field: str) -> list[User]:
        """Active people of the institution. Raises Invalid at the field."""
        return [self.person(pk, field) for pk in keys or []]

    def room(self, pk: str) -> Room:
        """A room of the institution. Raises Invalid."""
        if (room := self.named.rooms.get(as_id(pk))) is None:
            raise Invalid(_("Nothing has this id."), field="room")
        return room

    def slots(self) -> list[SlotInput]:
        """The slots as the rules take them. Raises Invalid naming every wrong one."""
        plans: list[SlotInput] = []
        wrong: list[FieldError] = []
        for index, slot in enumerate(self.slots_in):
            weekday = DAYS.index(slot.day) if slot.day in DAYS[1:] else 0
            if not weekday:
                wrong.append(FieldError(f"schedule.{index}.day", _("Choose a day from Monday to Sunday.")))
            row: dict[str, Any] = {}
            for name, table in (
                ("room", self.named.rooms),
                ("subject", self.named.subjects),
                ("instructor", self.named.people),
            ):
                if asked := getattr(slot, name):
                    row[name] = table.get(as_id(asked))
                    if row[name] is None:
                        wrong.append(FieldError(f"schedule.{index}.{name}", _("Nothing has this id.")))
            plans.append(SlotInput(weekday or Weekday.MONDAY, slot.start_time, slot.end_time, **row))
        if wrong:
            raise Invalid.fields(wrong)
        return plans


def batch_input(actor: Actor, body: NewBatchIn) -> BatchInput:
    """A batch to be opened, but for its kind and its course. Raises Invalid at a field that names nothing."""
    named = NamedRows(actor, body.schedule, [body.assigned_instructor, *(body.assistants or [])])
    fields = {own: getattr(body, name) for own, name in FIELD_NAMES.items()}
    fields |= {
        "name": body.batch_name or "",
        "notes": body.batch_notes or "",
        "auto_rollover": bool(body.auto_rollover),
    }
    return BatchInput(
        **fields,
        current_semester=body.current_semester,
        branch=branch_named(actor, body.branch_id),
        department=department_named(actor, body.dept_id),
        lead=named.person(body.assigned_instructor, "assigned_instructor") if body.assigned_instructor else None,
        assistants=named.people(body.assistants, "assistants"),
        slots=named.slots(),
    )


def course_named(actor: Actor, pk: str | None, field: str = "course_id") -> Course | None:
    return courses.get_named(actor, pk, field, among=Course.objects.select_related("department")) if pk else None


def branch_named(actor: Actor, pk: str | None) -> Branch | None:
    return branches.get_named(actor, pk, "branch_id") if pk else None


def department_named(actor: Actor, pk: str | None) -> Department | None:
    return departments.get_named(actor, pk, "dept_id") if pk else None
