"""Departments, places, calendars and the institution as the API speaks of them."""

from typing import Any

from django.urls import reverse

from muster.accounts.models import User
from muster.api.kit import Date, Moment, PersonOut, Stamped, key, stamp, timestamp
from muster.institutions.access import Actor
from muster.institutions.models import Branch, Department, Holiday, Institution, Role, Room, Term
from muster.institutions.rules.house import SETTINGS, WEIGHTS


class DepartmentOut(Stamped):
    """A department with how many batches and courses it has."""

    department_id: str
    name: str
    short_code: str
    hod_name: str
    hod_id: str | None
    contact_email: str
    contact_phone: str
    logo_url: str | None
    batches: int
    courses: int
    created_at: Moment
    updated_at: Moment


class BranchOut(Stamped):
    """A branch with how many rooms and seats it has; without a time zone it keeps the institution's."""

    branch_id: str
    name: str
    code: str
    address: str
    time_zone: str
    active: bool
    rooms: int
    seats: int | None


class RoomOut(Stamped):
    """A room with its branch."""

    room_id: str
    branch_id: str
    branch_name: str
    name: str
    seats: int | None
    active: bool


class HolidayOut(Stamped):
    """A holiday; without a branch it is the whole institution's."""

    name: str
    start_date: Date
    end_date: Date
    branch_id: str | None
    branch_name: str | None


class TermOut(Stamped):
    """A term with the term it lies within."""

    name: str
    start_date: Date
    end_date: Date
    school_year: int | None
    parent_id: str | None
    parent_name: str | None


class InstitutionSeenOut(Stamped):
    """The institution as everybody may see it."""

    name: str
    slug: str
    kind: str


class InstitutionOut(InstitutionSeenOut, total=False):
    """The institution as far as the caller may see it: contacts for its people, settings for administrators."""

    time_zone: str
    contact_email: str
    contact_phone: str
    logo_url: str | None
    late_after_minutes: int
    minimum_attendance_percent: int
    register_lock_hours: int | None
    session_horizon_days: int
    waitlist_mode: str
    waitlist_offer_hours: int
    seat_buffer_percent: int
    access_grace_days: int
    archived_disables_access: bool
    advised_size_min: int | None
    advised_size_max: int | None
    max_active_batches: int | None
    max_mentees: int | None
    rollover_approval: str
    last_semester: int
    weight_skills: int
    weight_availability: int
    weight_workload: int
    weight_language: int
    weight_style: int
    weight_rating: int
    weight_familiarity: int


def person_json(person: User | None) -> PersonOut | None:
    """An embedded person."""
    return {"_id": key(person.pk), "full_name": person.full_name, "email": person.email} if person else None


def department_json(department: Department) -> DepartmentOut:
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
        "logo_url": reverse("departments:logo", args=[department.pk]) if department.logo else None,
        "batches": department.batch_count,  # type: ignore[attr-defined]
        "courses": department.course_count,  # type: ignore[attr-defined]
        "created_at": timestamp(department.created_at),
        "updated_at": timestamp(department.updated_at),
    }


def branch_json(branch: Branch) -> BranchOut:
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


def room_json(room: Room) -> RoomOut:
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


def holiday_json(holiday: Holiday) -> HolidayOut:
    """A holiday; without a branch it is the whole institution's."""
    return {
        **stamp(holiday),
        "name": holiday.name,
        "start_date": holiday.start_date.isoformat(),
        "end_date": holiday.end_date.isoformat(),
        "branch_id": key(holiday.branch_id),
        "branch_name": holiday.branch.name if holiday.branch else None,
    }


def term_json(term: Term) -> TermOut:
    """A term with the term it lies within."""
    return {
        **stamp(term),
        "name": term.name,
        "start_date": term.start_date.isoformat(),
        "end_date": term.end_date.isoformat(),
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
        shown |= {name: getattr(institution, name) for name in (*SETTINGS, *WEIGHTS)}
    return shown
