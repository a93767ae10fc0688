"""Departments, places, calendars and the institution: the API and the pages."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile

from muster.institutions.rules import change_logo
from tests.access.cases import ADMINS, EVERYBODY, MANAGERS, Case
from tests.access.world import FURTHER
from tests.make import House

SEERS = EVERYBODY.replace(" regulator", "")
STAFF = f"{MANAGERS} instructor"


def logos(house: House, objects: dict[str, Any]) -> dict[str, Any]:
    """A logo for the institution and for its department."""
    for of in (house.institution, objects["department"]):
        change_logo(by=house.admin, of=of, picture=ContentFile(b"\x89PNG\r\n\x1a\n", name="logo.png"))
    return {}


FURTHER.append(logos)


def form(path: str, own: str, *, sibling: str = "", sees_sibling: str = "") -> list[Case]:
    """A form, shown and sent."""
    return [Case(f"{method} {path}", own=own, sibling=sibling, sees_sibling=sees_sibling) for method in ("GET", "POST")]


def table(name: str, key: str, adders: str) -> list[Case]:
    """What is seen by all and changed by administrators, and by branch managers in their own branch."""
    return [
        Case(f"GET /api/{name}", own=SEERS),
        Case(f"POST /api/{name}", own=adders),
        Case(f"GET /api/{name}/{{{key}}}", own=SEERS, sibling=SEERS),
        *(
            Case(
                f"{method} /api/{name}/{{{key}}}",
                own=f"{ADMINS} branch-manager",
                sibling=ADMINS,
                sees_sibling="branch-manager",
            )
            for method in ("PUT", "DELETE")
        ),
    ]


def in_own_branch(path: str) -> list[Case]:
    """A form of administrators, and of branch managers in their own branch."""
    return form(path, f"{ADMINS} branch-manager", sibling=ADMINS, sees_sibling="branch-manager")


def in_own_department(path: str) -> list[Case]:
    """A form of administrators, and of department administrators in their own department."""
    return form(path, f"{ADMINS} dept-admin", sibling=ADMINS, sees_sibling="dept-admin")


CASES = [
    # Students see the departments in which they are enrolled.
    Case("GET /api/departments", own=SEERS),
    Case("POST /api/departments", own=ADMINS),
    Case("GET /api/departments/{department_id}", own=f"{STAFF} student", sibling=STAFF, elsewhere="corporate-student"),
    *(
        Case(
            f"{method} /api/departments/{{department_id}}",
            own=f"{ADMINS} dept-admin",
            sibling=ADMINS,
            sees_sibling="dept-admin",
        )
        for method in ("PUT", "DELETE")
    ),
    *table("branches", "branch_id", ADMINS),
    *table("rooms", "room_id", f"{ADMINS} branch-manager"),
    *table("holidays", "holiday_id", f"{ADMINS} branch-manager"),
    Case("GET /api/terms", own=SEERS),
    Case("POST /api/terms", own=ADMINS),
    Case("GET /api/terms/{term_id}", own=SEERS, sibling=SEERS),
    Case("PUT /api/terms/{term_id}", own=ADMINS, sibling=ADMINS),
    Case("DELETE /api/terms/{term_id}", own=ADMINS, sibling=ADMINS),
    Case("GET /api/institution", own=EVERYBODY),
    Case("PUT /api/institution", own=ADMINS),
    # --- pages ---
    Case("GET /departments/", own=SEERS),
    *form("/departments/new/", ADMINS),
    Case("GET /departments/{department_id}/", own=f"{STAFF} student", sibling=STAFF, elsewhere="corporate-student"),
    Case(
        "GET /departments/{department_id}/logo/", own=f"{STAFF} student", sibling=STAFF, elsewhere="corporate-student"
    ),
    *in_own_department("/departments/{department_id}/edit/"),
    *in_own_department("/departments/{department_id}/delete/"),
    Case("GET /institution/logo/", own=EVERYBODY),
    Case("GET /settings/", own=EVERYBODY),
    *form("/settings/institution/", ADMINS),
    *form("/settings/suggestions/", ADMINS),
    Case("GET /settings/branches/", own=SEERS),
    *form("/settings/branches/new/", ADMINS),
    Case("GET /settings/branches/{branch_id}/", own=SEERS, sibling=SEERS),
    *in_own_branch("/settings/branches/{branch_id}/edit/"),
    *in_own_branch("/settings/branches/{branch_id}/delete/"),
    *in_own_branch("/settings/branches/{branch_id}/rooms/new/"),
    *in_own_branch("/settings/rooms/{room_id}/edit/"),
    *in_own_branch("/settings/rooms/{room_id}/delete/"),
    Case("GET /settings/holidays/", own=SEERS),
    *form("/settings/holidays/new/", f"{ADMINS} branch-manager"),
    *in_own_branch("/settings/holidays/{holiday_id}/edit/"),
    *in_own_branch("/settings/holidays/{holiday_id}/delete/"),
    Case("GET /settings/terms/", own=SEERS),
    *form("/settings/terms/new/", ADMINS),
    *form("/settings/terms/{term_id}/edit/", ADMINS, sibling=ADMINS),
    *form("/settings/terms/{term_id}/delete/", ADMINS, sibling=ADMINS),
]
