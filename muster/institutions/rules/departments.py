"""Departments: adding, changing, deleting, and who heads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from muster.core.database import atomic, refused_as
from muster.core.errors import Forbidden, Invalid
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.institutions.errors import AlreadyTaken, OnlyAdminNamesHead
from muster.institutions.models import Department
from muster.institutions.permissions import departments
from muster.institutions.rules.rows import delete_row, locked, take

FIELDS = {
    "name": "name",
    "short_code": "short_code",
    "hod": "hod_id",
    "hod_name": "hod_name",
    "contact_email": "contact_email",
    "contact_phone": "contact_phone",
}


@atomic
def add_department(*, by: Actor, fields: Mapping[str, Any]) -> Department:
    """Add a department. Raises Forbidden unless an administrator asks, Invalid naming every field, AlreadyTaken."""
    if not departments.may(by, "create"):
        raise Forbidden
    department = Department(institution=by.institution)
    _take(department, fields)
    _store(by, department, "add_department")
    return department


@atomic
def change_department(*, by: Actor, department: Department, changes: Mapping[str, Any]) -> Department:
    """Change what is named. Its head is named by administrators alone: somebody, or with `hod_name` just a name.

    Locks the department. Raises Missing, OnlyAdminNamesHead, Invalid naming every field, AlreadyTaken.
    """
    department = locked(department)
    head = (department.hod_id, department.hod_name)
    _take(department, changes)
    if (department.hod_id, department.hod_name) != head and not by.is_admin:
        raise OnlyAdminNamesHead
    _store(by, department, "change_department")
    departments.must_reach(by, "change", department)
    return department


@atomic
def delete_department(*, by: Actor, department: Department) -> None:
    """Delete a department that has no batches and no courses; roles narrowed to it end. Locks it.

    Raises Missing, InUse.
    """
    department = locked(department, for_delete=True)
    with recorded(by, "delete_department"):
        delete_row(department, instead=_("Move them to another department first."))


def _take(department: Department, changes: Mapping[str, Any]) -> None:
    if found := take(department, changes, FIELDS):
        raise Invalid.fields(found)
    # A head is somebody or just a name, never both: what was said last counts.
    if changes.get("hod") is not None:
        department.hod_name = ""
    elif department.hod is not None and department.hod_name:
        if department.hod_name != department.hod.full_name:
            department.hod = None
        else:
            department.hod_name = ""


def _store(by: Actor, department: Department, use_case: str) -> None:
    taken = AlreadyTaken(
        _("Another department already uses the short code %(code)s. Choose another.") % {"code": department.short_code},
        "short_code",
    )
    with recorded(by, use_case), refused_as(one_department_for_each_code=taken):
        department.save()
