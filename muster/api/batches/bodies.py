"""What the API takes for batches, and how ids become rows that the caller may see."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Field
from pydantic import StrictBool

from muster.accounts.models import User
from muster.api.kit import Clock, Day, In
from muster.batches.queries import DAYS
from muster.batches.rules import SlotPlan
from muster.core.errors import FieldError, Invalid
from muster.core.permissions import any_id, as_id
from muster.courses.models import Course, Subject
from muster.courses.permissions import courses
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation, Branch, Department, Room
from muster.institutions.permissions import branches, departments
from muster.timetable.models import Weekday


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

    assistants: list[str] | None = Field(None, max_length=20, description="Ids of instructors who assist")


def person_named(actor: Actor, pk: str, field: str) -> User:
    """An active person of the institution, by id. Raises Invalid at the field."""
    belongs = Affiliation.objects.filter(institution=actor.institution, user_id=any_id(pk), is_active=True)
    person = User.objects.filter(pk__in=belongs.values("user_id")).first()
    if person is None:
        raise Invalid(_("This person doesn't exist here. Check the id."), field=field, code="unknown")
    return person


def people_named(actor: Actor, keys: list[str] | None, field: str) -> list[User]:
    """Active people of the institution, by their ids. Raises Invalid at the field."""
    return [person_named(actor, pk, field) for pk in keys or []]


def slots_named(actor: Actor, slots: list[SlotIn]) -> list[SlotPlan]:
    """The slots with rooms, subjects and instructors, in three queries at most. Raises Invalid naming the slots."""
    rooms = _by_id(
        Room.objects.filter(institution=actor.institution).select_related("branch"), [slot.room for slot in slots]
    )
    subjects = _by_id(Subject.objects.filter(institution=actor.institution), [slot.subject for slot in slots])
    people = _by_id(
        User.objects.filter(affiliations__institution=actor.institution, affiliations__is_active=True),
        [slot.instructor for slot in slots],
    )
    plans: list[SlotPlan] = []
    wrong: list[FieldError] = []
    for index, slot in enumerate(slots):
        place = f"schedule.{index}"
        weekday = DAYS.index(slot.day) if slot.day in DAYS[1:] else 0
        if not weekday:
            wrong.append(FieldError(f"{place}.day", _("Choose a day from Monday to Sunday.")))
        for name, table in (("room", rooms), ("subject", subjects), ("instructor", people)):
            asked = getattr(slot, name)
            if asked and as_id(asked) not in table:
                wrong.append(FieldError(f"{place}.{name}", _("Nothing has this id.")))
        plans.append(
            SlotPlan(
                weekday or Weekday.MONDAY,
                slot.start_time,
                slot.end_time,
                rooms.get(as_id(slot.room)) if slot.room else None,
                subjects.get(as_id(slot.subject)) if slot.subject else None,
                people.get(as_id(slot.instructor)) if slot.instructor else None,
            )
        )
    if wrong:
        raise Invalid.fields(wrong)
    return plans


def _by_id(rows: QuerySet[Any], keys: list[str | None]) -> dict[Any, Any]:
    wanted = {key for text in keys if text and (key := as_id(text))}
    return {row.pk: row for row in rows.filter(pk__in=wanted)} if wanted else {}


def course_named(actor: Actor, pk: str | None, field: str = "course_id") -> Course | None:
    return courses.named(actor, pk, field, among=Course.objects.select_related("department")) if pk else None


def branch_named(actor: Actor, pk: str | None) -> Branch | None:
    return branches.named(actor, pk, "branch_id") if pk else None


def department_named(actor: Actor, pk: str | None) -> Department | None:
    return departments.named(actor, pk, "dept_id") if pk else None
