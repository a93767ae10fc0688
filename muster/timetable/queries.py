"""Reads around meetings and their sessions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import DateField, Exists, F, Func, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast, JSONObject

from muster.core.json_rows import JSONList
from muster.timetable.models import ClassSession, MeetingPerson, Teaching

# What day it is where a session takes place.
SESSION_TODAY = Func(F("meeting__time_zone"), function="muster_today", output_field=DateField())


def taught_by(person: Any) -> Q:
    """Sessions that the person teaches, as a condition; an expression of an outer query will do too."""
    return Q(Exists(Teaching.objects.filter(session=OuterRef("pk"), instructor=person)))


def teachers_of(session: ClassSession, *, booked: bool = False) -> set[UUID]:
    """Who teaches the session as it is here, stored or not: the one it names, else the faculty of its subject, else
    whoever else comes to its meeting on its day.

    `booked` leaves out those who come for what keeps nobody busy.
    """
    if session.instructor_id:
        return {session.instructor_id}
    there = MeetingPerson.objects.filter(meeting=session.meeting_id, days__contains=session.date)
    if booked:
        there = there.filter(books=True)
    people = list(
        there.filter(Q(subject__isnull=True) | Q(subject=session.subject_id)).values_list("instructor_id", "role")
    )
    faculty = {person for person, role in people if role == MeetingPerson.Role.FACULTY}
    return faculty or {person for person, _role in people}


def with_teachers(rows: QuerySet[ClassSession]) -> QuerySet[ClassSession]:
    """Sessions with what `named_teachers` reads, and their meeting."""
    teaching = Teaching.objects.filter(session=OuterRef("pk")).order_by("role", "instructor__full_name__plain")
    return rows.select_related("meeting").annotate(
        staff=JSONList(
            teaching.values(
                row=JSONObject(id=Cast("instructor_id", TextField()), name="instructor__full_name", role="role")
            )
        )
    )


def named_teachers(session: ClassSession) -> dict[UUID, str]:
    """Who teaches a session of `with_teachers`, the lead included, the assistants only where nobody else does; ids and
    names."""
    staff: list[dict[str, str]] = session.staff  # type: ignore[attr-defined]
    first = [one for one in staff if one["role"] != MeetingPerson.Role.ASSISTANT] or staff
    return {UUID(one["id"]): one["name"] for one in first}
