"""Departments: their list and forms, and one department."""

from __future__ import annotations

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.queries import batches_of
from muster.courses.permissions import courses
from muster.enrollments.models import Enrollment
from muster.institutions import resources
from muster.institutions.permissions import departments
from muster.web.institutions.pictures import LogoForm
from muster.web.requests import ActorRequest
from muster.web.ui.components import Fact
from muster.web.ui.pages import page
from muster.web.ui.resources import Area, Pages

# What a card of the page of a department shows; the rest is behind its link.
SHOWN = 10


DEPARTMENTS = Pages(
    resources.DEPARTMENTS,
    Area("departments"),
    route="departments:",
    list_route="departments:list",
    own_route="departments:department",
    icon="dept",
    form_base=LogoForm,
)


@page(departments["see"])
def department_page(request: ActorRequest, department_id: str) -> HttpResponse:
    """One department: its head, its batch years and batches, its courses, and what they add up to."""
    actor = request.actor
    department = departments.get(actor, department_id, among=resources.DEPARTMENTS.among)
    may_change = departments.allows(actor, "change", department)
    visible = batches.rows(actor).filter(department=department)
    numbers = visible.filter(archived_at__isnull=True).aggregate(
        **{status.name.lower(): Count("pk", filter=Q(status=status)) for status in Batch.Status},
        years=Count("pk", filter=Q(kind=Batch.Kind.ACADEMIC)),
        others=Count("pk", filter=Q(kind=Batch.Kind.COURSE)),
    )
    enrolled = Enrollment.objects.current().filter(batch__in=visible.order_by().values("pk"))
    students = enrolled.aggregate(number=Count("student", distinct=True))["number"]
    shown = batches_of(actor, visible.filter(archived_at__isnull=True))
    taught = list(courses.rows(actor).filter(department=department).order_by("title__plain"))
    facts = [
        Fact(_("Head"), department.head or _("No one yet"), department.hod.email if department.hod else ""),  # type: ignore[attr-defined]
        Fact(
            _("Batches"),
            numbers["upcoming"] + numbers["active"],
            _("%(active)d active, %(upcoming)d upcoming") % numbers,
        ),
        Fact(_("Courses"), len(taught), _("%(count)d offered") % {"count": sum(course.is_active for course in taught)}),
    ]
    if actor.manages or actor.is_any("instructor"):
        facts.insert(2, Fact(_("Students"), students, _("currently enrolled")))
    email, phone = department.contact_email, department.contact_phone
    if email or phone:
        facts.append(Fact(_("Contact"), email or phone, phone if email else ""))
    of_department = f"{reverse('batches:list')}?department={department.pk}"
    new_year = f"{reverse('batches:new')}?kind=academic&department={department.pk}"
    running = Q(kind=Batch.Kind.COURSE, status__in=[Batch.Status.UPCOMING, Batch.Status.ACTIVE])
    return render(
        request,
        "departments/department.html",
        {
            "new_year_url": new_year if batches.may(actor, "change") and may_change else "",
            "nav": "departments",
            "department": department,
            "may_change": may_change,
            "facts": facts,
            "numbers": numbers,
            "statuses": [(status.label, numbers[status.name.lower()], status.value) for status in Batch.Status],
            "years": list(shown.filter(kind=Batch.Kind.ACADEMIC).order_by("-year", "name__plain")[:SHOWN]),
            "running": list(shown.filter(running).order_by("start_date", "name__plain")[:SHOWN]),
            "courses": taught,
            "batches_url": f"{of_department}&kind=course",
            "years_url": f"{of_department}&kind=academic",
        },
    )
