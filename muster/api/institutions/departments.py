"""Departments."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Query

from muster.api.institutions.bodies import DepartmentIn
from muster.api.institutions.organisation_shapes import DepartmentOut, department_json
from muster.api.kit import Deleted, Door, WholeOrPaged, answer, found, given, key, page_of, sorted_rows
from muster.institutions import rules
from muster.institutions.models import Department
from muster.institutions.permissions import departments
from muster.institutions.queries import departments_in_full, person_named

router = Door()

COLUMNS = {"name": "name", "short_code": "short_code", "created_at": "created_at", "createdAt": "created_at"}


def _changes(actor: Any, body: DepartmentIn) -> dict[str, Any]:
    changes = {name: getattr(body, name) for name in body.model_fields_set if name != "hod_id"}
    if "hod_id" in body.model_fields_set:
        changes["hod"] = person_named(actor, body.hod_id, "hod_id") if body.hod_id else None
    return changes


def _shown(department: Department) -> DepartmentOut:
    return department_json(departments_in_full(Department.objects.filter(pk=department.pk)).get())


@router.get("", allow=departments["see"], rows=DepartmentOut)
def list_departments(request: HttpRequest, paging: Query[WholeOrPaged]) -> HttpResponse:
    """The departments the caller can see, by name, all of them unless `page` is sent."""
    rows = departments_in_full(departments.rows(given(request)))
    if paging.q:
        rows = rows.filter(Q(name__icontains=paging.q) | Q(short_code__icontains=paging.q))
    return page_of(sorted_rows(rows.order_by("name", "pk"), paging.sort, COLUMNS), paging, department_json)


@router.post("", allow=departments["create"], data=DepartmentOut, status=201)
def add_department(request: HttpRequest, body: DepartmentIn) -> HttpResponse:
    """Add a department."""
    actor = given(request)
    department = rules.add_department(by=actor, fields=_changes(actor, body))
    return answer(_shown(department), "Department created successfully", status=201)


@router.get(
    "/{department_id}",
    allow=departments["see"],
    on="department_id",
    among=lambda actor: departments_in_full(),
    data=DepartmentOut,
)
def see_department(request: HttpRequest, department_id: str) -> HttpResponse:
    """One department."""
    return answer(department_json(found(request, Department)))


@router.put("/{department_id}", allow=departments["change"], on="department_id", data=DepartmentOut)
def change_department(request: HttpRequest, department_id: str, body: DepartmentIn) -> HttpResponse:
    """Change only the fields you send. Only administrators can choose its head."""
    actor = given(request)
    department = rules.change_department(by=actor, department=found(request, Department), changes=_changes(actor, body))
    return answer(_shown(department), "Department updated successfully")


@router.delete("/{department_id}", allow=departments["change"], on="department_id", data=Deleted)
def delete_department(request: HttpRequest, department_id: str) -> HttpResponse:
    """Delete a department without batches or courses."""
    department = found(request, Department)
    rules.delete_department(by=given(request), department=department)
    return answer({"_id": key(department.pk)}, "Department deleted successfully")
