"""Departments: the list, one department, adding, editing, deleting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_tables2 import Column

from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.queries import batches_of
from muster.courses.permissions import courses
from muster.enrollments.models import Enrollment
from muster.institutions import rules
from muster.institutions.access import Actor
from muster.institutions.models import Department, Membership
from muster.institutions.permissions import departments
from muster.institutions.queries import departments_in_full
from muster.institutions.references import references_to
from muster.web.institutions.forms.organisation import DepartmentForm
from muster.web.ui.forms import sent
from muster.web.ui.pages import accepted, page
from muster.web.ui.parts import Action, Fact
from muster.web.ui.sheets import Agreed, done, sheet, tried
from muster.web.ui.shell import url_or_empty
from muster.web.ui.tables import Bucket, Buckets, Empty, Filters, NumberColumn, Table, TitleColumn, list_page

# What a card of the page of a department shows; the rest is behind its link.
SHOWN = 10


class DepartmentTable(Table):
    """Departments in a list."""

    counted = ngettext_lazy("%(count)d department", "%(count)d departments", "count")
    caption = gettext_lazy("Departments")
    cards = {"name": "title", "short_code": "meta", "head": "meta", "contact_email": "hide"}

    name = TitleColumn(
        verbose_name=gettext_lazy("Name"),
        url=lambda department: reverse("departments:department", args=[department.pk]),
    )
    short_code = Column(verbose_name=gettext_lazy("Code"))
    head = Column(verbose_name=gettext_lazy("Head"))
    contact_email = Column(verbose_name=gettext_lazy("Contact"))
    course_count = NumberColumn(verbose_name=gettext_lazy("Courses"))
    batch_count = NumberColumn(verbose_name=gettext_lazy("Batches"))

    class Meta(Table.Meta):
        order_by = ("name",)


class DepartmentFilters(Filters):
    """How the list of departments is narrowed."""

    search = ("name", "short_code", "head")
    search_hint = gettext_lazy("Name, code or head")

    headed = Buckets(
        gettext_lazy("Head"),
        Bucket("yes", gettext_lazy("By name"), Q(head__isnull=False)),
        Bucket("no", gettext_lazy("No one yet"), Q(head__isnull=True), chip=gettext_lazy("No head yet")),
    )


def _with_head(rows: QuerySet[Department]) -> QuerySet[Department]:
    return departments_in_full(rows).annotate(head=NullIf(Coalesce("hod__full_name", "hod_name"), Value("")))


@page(departments["see"])
def department_list(request: HttpRequest) -> HttpResponseBase:
    """All departments that the reader may see."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    new = reverse("departments:new") if departments.may(actor, "create") else ""
    return list_page(
        request,
        table_class=DepartmentTable,
        filterset_class=DepartmentFilters,
        queryset=_with_head(departments.rows(actor)),
        template="departments/list.html",
        context={"nav": "departments", "new_url": new},
        empty=Empty(
            _("No departments yet"),
            _("A department is an academic unit with a head, courses and batch years. Add the first one."),
            "dept",
            [Action(_("Add department"), new, "plus")] if new else [],
        ),
        export_name="departments",
    )


@page(departments["see"])
def department_page(request: HttpRequest, department_id: str) -> HttpResponse:
    """One department: its head, its batch years and batches, its courses, and what they add up to."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    department = departments.get(actor, department_id, among=_with_head(Department.objects.all()))
    may_change = departments.allows(actor, "change", department)
    visible = batches.rows(actor).filter(department=department)
    numbers = visible.filter(archived_at__isnull=True).aggregate(
        **{status.name.lower(): Count("pk", filter=Q(status=status)) for status in Batch.Status},
        years=Count("pk", filter=Q(kind=Batch.Kind.ACADEMIC)),
        others=Count("pk", filter=Q(kind=Batch.Kind.COURSE)),
    )
    students = (
        Enrollment.objects.current()
        .filter(batch__in=visible.order_by().values("pk"))
        .aggregate(number=Count("student", distinct=True))["number"]
    )
    shown = batches_of(actor, visible.filter(archived_at__isnull=True))
    taught = list(courses.rows(actor).filter(department=department).order_by("title"))
    running = numbers["upcoming"] + numbers["active"]
    facts = [
        Fact(_("Head"), department.head or _("No one yet"), department.hod.email if department.hod else ""),  # type: ignore[attr-defined]
        Fact(
            _("Batches"),
            running,
            _("%(active)d active, %(upcoming)d upcoming") % numbers,
        ),
        Fact(_("Courses"), len(taught), _("%(count)d offered") % {"count": sum(course.is_active for course in taught)}),
    ]
    if actor.manages or actor.is_any("instructor"):
        facts.insert(2, Fact(_("Students"), students, _("currently enrolled")))
    email, phone = department.contact_email, department.contact_phone
    if email or phone:
        facts.append(Fact(_("Contact"), email or phone, phone if email else ""))
    every_batch = url_or_empty("batches:list")
    opened = url_or_empty("batches:new") if batches.may(actor, "change") and may_change else ""
    return render(
        request,
        "departments/department.html",
        {
            "new_year_url": f"{opened}?kind=academic&department={department.pk}" if opened else "",
            "nav": "departments",
            "department": department,
            "may_change": may_change,
            "facts": facts,
            "numbers": numbers,
            "statuses": [(status.label, numbers[status.name.lower()], status.value) for status in Batch.Status],
            "years": list(shown.filter(kind=Batch.Kind.ACADEMIC).order_by("-year", "name")[:SHOWN]),
            "running": list(
                shown.filter(kind=Batch.Kind.COURSE, status__in=[Batch.Status.UPCOMING, Batch.Status.ACTIVE]).order_by(
                    "start_date", "name"
                )[:SHOWN]
            ),
            "courses": taught,
            "batches_url": f"{every_batch}?department={department.pk}" if every_batch else "",
            "years_url": f"{every_batch}?department={department.pk}&kind=academic" if every_batch else "",
        },
    )


@page(departments["create"])
def department_new(request: HttpRequest) -> HttpResponse:
    """Add a department."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = DepartmentForm(request.POST or None, request.FILES or None, actor=actor)

    @transaction.atomic
    def save(fields: dict[str, Any]) -> Department:
        return _with_logo(actor, rules.add_department(by=actor, fields=fields), form)

    department = accepted(form, save)
    if department is not None:
        messages.success(request, _("%(department)s added.") % {"department": department.name})
        return redirect("departments:department", department.pk)
    return _form(request, form, None)


@page(departments["change"])
def department_edit(request: HttpRequest, department_id: str) -> HttpResponse:
    """Change a department."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    department = departments.get(actor, department_id, "change", among=Department.objects.select_related("hod"))
    form = DepartmentForm(request.POST or None, request.FILES or None, actor=actor, row=department)

    @transaction.atomic
    def save(changes: dict[str, Any]) -> Department:
        return _with_logo(actor, rules.change_department(by=actor, department=department, changes=changes), form)

    if accepted(form, save) is not None:
        messages.success(request, _("Saved."))
        return redirect("departments:department", department.pk)
    return _form(request, form, department)


@page(departments["change"])
def department_delete(request: HttpRequest, department_id: str) -> HttpResponse:
    """Delete a department, once nothing is in it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    department = departments.get(actor, department_id, "change")
    back = reverse("departments:department", args=[department.pk])
    form = Agreed(sent(request))
    if tried(form, lambda: rules.delete_department(by=actor, department=department)):
        return done(
            request,
            reverse("departments:list"),
            _("%(department)s deleted.") % {"department": department.name},
        )
    in_it = references_to(department)
    roles = Membership.objects.filter(department=department).count()
    text: list[Any] = []
    if in_it and not form.is_bound:
        text.append(
            _("It has %(what)s. Move them to another department first.")
            % {"what": ", ".join(reference.words for reference in in_it)}
        )
    elif not in_it:
        text.append(_("It has no batches or courses."))
        if roles:
            text.append(
                ngettext_lazy(
                    "%(count)d person will lose their role as its administrator.",
                    "%(count)d people will lose their role as its administrators.",
                    "count",
                )
                % {"count": roles}
            )
    return sheet(
        request,
        form,
        title=(_("%(department)s can't be deleted") if in_it else _("Delete %(department)s?"))
        % {"department": department.name},
        button="" if in_it else _("Delete department"),
        back=back,
        text=text,
        tone="" if in_it else "bad",
        crumbs=[_("Departments"), reverse("departments:list"), department.name, back],
        context={"nav": "departments"},
    )


def _with_logo(actor: Actor, department: Department, form: DepartmentForm) -> Department:
    """The department, with the logo that was sent, or without it."""
    picture = form.cleaned_data.get("logo")
    if picture or form.cleaned_data.get("remove_logo"):
        rules.change_logo(by=actor, of=department, picture=picture or None)
    return department


def _form(request: HttpRequest, form: DepartmentForm, department: Department | None) -> HttpResponse:
    back = reverse("departments:department", args=[department.pk]) if department else reverse("departments:list")
    return render(
        request,
        "departments/form.html",
        {"nav": "departments", "form": form, "department": department, "back": back},
        status=400 if form.is_bound else 200,
    )
