"""Departments, places, calendars and the institution as the API speaks of them."""

from datetime import date
from typing import Any

from django.urls import reverse

from muster.accounts.models import User
from muster.core.api import key, stamp, timestamp
from muster.institutions.access import Actor
from muster.institutions.models import Branch, Department, Holiday, Institution, Role, Room, Term
from muster.institutions.rules.house import SETTINGS


def person_json(person: User | None) -> dict[str, Any] | None:
    """An embedded person."""
    return {"_id": key(person.pk), "full_name": person.full_name, "email": person.email} if person else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def department_json(department: Department) -> dict[str, Any]:
    """A department that came through `queries.departments_in_full`."""
    return {
        **stamp(department),
        "department_id": key(department.pk),
        "name": department.name,
        "short_code": department.short_code,
        "hod_name": department.hod.full_name if department.hod else department.hod_name,
        "hod_id": key(department.hod_id),
        "contact_email": department.contact_email,
        "contact_phone": department.contact_phone,
        "logo_url": reverse("department-logo", args=[department.pk]) if department.logo else None,
        "batches": department.batch_count,  # type: ignore[attr-defined]
        "courses": department.course_count,  # type: ignore[attr-defined]
        "created_at": timestamp(department.created_at),
        "updated_at": timestamp(department.updated_at),
    }


def branch_json(branch: Branch) -> dict[str, Any]:
    """A branch that came through `queries.branches_with_rooms`."""
    return {
        **stamp(branch),
        "branch_id": key(branch.pk),
        "name": branch.name,
        "code": branch.code,
        "address": branch.address,
        "time_zone": branch.time_zone,
        "active": branch.is_active,
        "rooms": branch.room_count,  # type: ignore[attr-defined]
        "seats": branch.seat_count,  # type: ignore[attr-defined]
    }


def room_json(room: Room) -> dict[str, Any]:
    """A room with its branch."""
    return {
        **stamp(room),
        "room_id": key(room.pk),
        "branch_id": key(room.branch_id),
        "branch_name": room.branch.name,
        "name": room.name,
        "seats": room.seats,
        "active": room.is_active,
    }


def holiday_json(holiday: Holiday) -> dict[str, Any]:
    """A holiday; without a branch it is the whole institution's."""
    return {
        **stamp(holiday),
        "name": holiday.name,
        "start_date": _day(holiday.start_date),
        "end_date": _day(holiday.end_date),
        "branch_id": key(holiday.branch_id),
        "branch_name": holiday.branch.name if holiday.branch else None,
    }


def term_json(term: Term) -> dict[str, Any]:
    """A term with the term it lies within."""
    return {
        **stamp(term),
        "name": term.name,
        "start_date": _day(term.start_date),
        "end_date": _day(term.end_date),
        "school_year": term.school_year,
        "parent_id": key(term.parent_id),
        "parent_name": term.parent.name if term.parent else None,
    }


def institution_json(institution: Institution, actor: Actor) -> dict[str, Any]:
    """The institution as far as the actor may see it: names for a regulator, settings for administrators."""
    shown = {**stamp(institution), "name": institution.name, "slug": institution.slug, "kind": institution.kind}
    if actor.roles == {Role.REGULATOR}:
        return shown
    shown |= {
        "time_zone": institution.time_zone,
        "contact_email": institution.contact_email,
        "contact_phone": institution.contact_phone,
        "logo_url": reverse("institution-logo") if institution.logo else None,
    }
    if actor.is_admin:
        shown |= {name: getattr(institution, name) for name in SETTINGS}
    return shown
