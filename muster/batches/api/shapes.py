"""Batches as the API speaks of them."""

from __future__ import annotations

from typing import Any

from muster.batches.models import Batch, InstructorAssignment
from muster.batches.queries import DAYS, phase_of
from muster.core.api import day_stamp, key, stamp, timestamp


def slot_json(slot: dict[str, Any]) -> dict[str, Any]:
    """One weekly slot; clock times `HH:MM`, local to the batch."""
    return {
        "day": DAYS[slot["weekday"]],
        "start_time": slot["start_time"][:5],
        "end_time": slot["end_time"][:5],
        "room": {"_id": slot["room_id"], "name": slot["room"]} if slot["room_id"] else None,
        "subject": {"_id": slot["subject_id"], "title": slot["subject"]} if slot["subject_id"] else None,
        "instructor": {"_id": slot["instructor_id"], "full_name": slot["instructor"]}
        if slot["instructor_id"]
        else None,
        "shared": slot["shared"] is not None,
    }


def batch_json(batch: Batch) -> dict[str, Any]:
    """A batch that came through `queries.in_full`."""
    lead, week = batch.lead, batch.week  # type: ignore[attr-defined]
    return {
        **stamp(batch),
        "batch_id": key(batch.pk),
        "batch_name": batch.name,
        "batch_code": batch.code,
        "kind": batch.kind,
        "course": key(batch.course_id),
        "course_title": batch.course.title if batch.course else None,
        "branch_id": key(batch.branch_id),
        "branch_name": batch.branch.name if batch.branch else None,
        "dept_id": key(batch.department_id),
        "dept_name": batch.department.name if batch.department else None,
        "year": batch.year,
        "current_semester": batch.current_semester,
        "auto_rollover": batch.auto_rollover,
        "status": batch.status,
        "phase": phase_of(batch, has_lead=lead is not None, has_slots=bool(week)),
        "start_date": day_stamp(batch.start_date),
        "end_date": day_stamp(batch.end_date),
        "capacity": batch.capacity,
        "waitlist_capacity": batch.waitlist_capacity,
        "enrolled_students": batch.enrolled_students,
        "seats_offered": batch.seats_offered,
        "available_spots": batch.available_spots,
        "attended_count": batch.attended_count,
        "assigned_instructor": lead,
        "schedule": [slot_json(slot) for slot in week],
        "batch_notes": batch.notes,
        "archived": batch.is_archived,
        "archived_at": timestamp(batch.archived_at),
        "version": batch.version,
        "created_at": timestamp(batch.created_at),
    }


def assignment_json(assignment: InstructorAssignment) -> dict[str, Any]:
    """Who teaches a batch in which role, from and until when (both days included)."""
    person = assignment.instructor
    return {
        **stamp(assignment),
        "batch": key(assignment.batch_id),
        "instructor": {"_id": key(person.pk), "full_name": person.full_name, "email": person.email},
        "role": assignment.role,
        "from_date": day_stamp(assignment.from_date),
        "until_date": day_stamp(assignment.until_date),
        "notes": assignment.notes,
    }
