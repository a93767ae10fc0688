"""Departments: their list and forms, and one department."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.allocation.queries import with_mentees
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.queries import batches_of
from muster.batches.workload import instructors_with_load, still_running, weekly_minutes
from muster.courses.permissions import courses
from muster.enrollments.models import Enrollment
from muster.institutions import resources
from muster.institutions.access import Actor
from muster.institutions.models import Department
from muster.institutions.permissions import departments
from muster.people.links import instructor_url, instructors_url
from muster.people.permissions import instructors
from muster.people.queries import IS_HERE
from muster.progression.models import SubjectMapping
from muster.progression.permissions import department_figures
from muster.progression.queries import figures_of
from muster.web.batches.list import YearTable, visible_batches
from muster.web.insights.links import analytics_url
from muster.web.institutions.pictures import LogoForm
from muster.web.people.widgets import hours_in_words, workload_bar
from muster.web.progression.figures import KeyFigures, key_figures
from muster.web.reports.links import report_links
from muster.web.requests import ActorRequest
from muster.web.ui.components import Fact
from muster.web.ui.pages import page
from muster.web.ui.resources import Area, Pages

# What a card of the page of a department shows; the rest is behind its link.
SHOWN, FEW = 10, 5
MOST_YEARS = 50
MOST_UNSTAFFED = 3


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
    """One department: what it comes to, its batch years, its faculty, and its courses and course batches."""
    actor = request.actor
    department = departments.get(actor, department_id, among=resources.DEPARTMENTS.among)
    may_change = departments.allows(actor, "change", department)
    visible = batches.rows(actor).filter(department=department)
    of_department = f"{reverse('batches:list')}?department={department.pk}"
    links = {"batches": f"{of_department}&kind=course", "years": f"{of_department}&kind=academic"}
    is_staff = actor.manages or actor.is_any("instructor")
    key, about = None, []
    if department_figures.allows(actor, "figures", department):
        about = report_links(actor, department=department.pk)
        key = key_figures(actor, figures_of(actor, department))
    years = _years(request, visible)
    faculty = _faculty(actor, department) if instructors.may(actor, "list") else None
    taught = list(courses.rows(actor).filter(department=department).order_by("title__plain"))
    running = Q(kind=Batch.Kind.COURSE, status__in=[Batch.Status.UPCOMING, Batch.Status.ACTIVE])
    shown = batches_of(actor, visible.filter(running, archived_at__isnull=True))
    new_year = f"{reverse('batches:new')}?kind=academic&department={department.pk}"
    return render(
        request,
        "departments/department.html",
        {
            "is_due": bool(years and years.solid),
            "new_year_url": new_year if batches.may(actor, "change") and may_change else "",
            "nav": "departments",
            "department": department,
            "analytics_url": analytics_url(actor, department=department.pk),
            "reports": about,
            "logo_url": reverse("departments:logo", args=[department.pk]) if department.logo else "",
            "may_change": may_change,
            "kicker": " ".join(filter(None, _kicker(key, years, faculty))),
            "key": key,
            "years": years,
            "years_note": _years_note(visible) if is_staff else "",
            "years_url": links["years"],
            "facts": _facts(department, visible, taught, links),
            "running": list(shown.order_by("start_date", "name__plain")[:FEW]),
            "courses": taught,
            "batches_url": links["batches"],
            "faculty": faculty,
            "faculty_url": f"{instructors_url()}?department={department.pk}",
            "unstaffed": _subjects_without_faculty(actor, visible) if may_change else (),
        },
    )


def _years(request: ActorRequest, visible: QuerySet[Batch]) -> YearTable | None:
    """The batch years, archived ones last, with what may be done with each; one statement."""
    rows = visible_batches(request.actor, with_actions=True).filter(
        pk__in=visible.filter(kind=Batch.Kind.ACADEMIC).order_by().values("pk")
    )
    found = list(rows.order_by("-year", "name__plain", "pk"))
    found.sort(key=lambda year: year.is_archived)
    hidden = () if request.actor.manages else ("rollover", "archive", "action")
    table = YearTable(found[:MOST_YEARS], exclude=("department", "year", "status", *hidden), orderable=False)
    table.request = request
    return table if found else None


def _years_note(visible: QuerySet[Batch]) -> str:
    """How many students are in how many batch years."""
    years = visible.filter(kind=Batch.Kind.ACADEMIC, archived_at__isnull=True)
    number = years.count()
    enrolled = Enrollment.objects.current().filter(batch__in=years.order_by().values("pk"))
    students = enrolled.aggregate(number=Count("student", distinct=True))["number"]
    words = ngettext("%(students)s in %(count)d batch year", "%(students)s in %(count)d batch years", number)
    people = ngettext("%(count)d student", "%(count)d students", students) % {"count": students}
    return words % {"students": people, "count": number} if number else ""


def _facts(department: Any, visible: QuerySet[Batch], taught: Sequence[Any], links: dict[str, str]) -> list[Fact]:
    numbers = visible.filter(archived_at__isnull=True, kind=Batch.Kind.COURSE).aggregate(
        all=Count("pk"), active=Count("pk", filter=Q(status=Batch.Status.ACTIVE))
    )
    email, phone = department.contact_email, department.contact_phone
    return [
        Fact(_("Head"), department.head or _("No one yet"), department.hod.email if department.hod else ""),
        *([Fact(_("Email"), email, url=f"mailto:{email}")] if email else []),
        *([Fact(_("Phone"), phone, url=f"tel:{phone}")] if phone else []),
        Fact(_("Short code"), department.short_code),
        Fact(_("Courses"), len(taught), _("%(count)d offered") % {"count": sum(one.is_active for one in taught)}),
        Fact(_("Course batches"), numbers["all"], _("%(active)d active") % numbers, url=links["batches"]),
    ]


# --- faculty --------------------------------------------------------------------------------------------------------
def _faculty(actor: Actor, department: Department) -> dict[str, Any]:
    """Who teaches in the running batches of the department that the actor sees: the fullest first. One statement."""
    running = batches.rows(actor, among=Batch.objects.booking().filter(department=department)).order_by()
    taught = SubjectMapping.objects.filter(instructor=OuterRef("pk"), batch__in=running.values("pk"))
    current = taught.filter(semester=F("batch__current_semester")).order_by("subject__title__plain")
    teaching = still_running().filter(batch__in=running.values("pk")).values("instructor_id")
    rows: Any = with_mentees(actor.institution, instructors_with_load(actor).filter(IS_HERE, pk__in=teaching))
    people = list(rows.annotate(subjects=ArraySubquery(current.values("subject__title").distinct())))
    people.sort(key=lambda one: one.load / max(one.limit, 1), reverse=True)
    free = next((one for one in reversed(people) if one.load < one.limit), None)
    return {
        "number": len(people),
        "over": sum(one.load > one.limit for one in people),
        "people": [_member(one, free) for one in people[:SHOWN]],
    }


def _member(person: Any, free: Any) -> dict[str, Any]:
    words = {"hours": hours_in_words(weekly_minutes(person)), "count": person.mentees}
    over = person.load - person.limit
    said = ngettext("%(count)d batch over.", "%(count)d batches over.", over) % {"count": over} if over > 0 else ""
    return {
        "name": person.full_name,
        "url": instructor_url(person.pk),
        "subjects": ", ".join(person.subjects),
        "load": workload_bar(person.load, person.limit),
        "words": ngettext(
            "%(hours)s this week, %(count)d mentee", "%(hours)s this week, %(count)d mentees", person.mentees
        )
        % words,
        "over": said,
        "free": free if over > 0 else None,
        "free_url": instructor_url(free.pk) if over > 0 and free else "",
    }


def _subjects_without_faculty(actor: Actor, visible: QuerySet[Batch]) -> list[dict[str, Any]]:
    """Subjects of this semester or a later one of the running batch years that no one is mapped to."""
    years = visible.filter(kind=Batch.Kind.ACADEMIC, status__in=[Batch.Status.UPCOMING, Batch.Status.ACTIVE])
    rows = SubjectMapping.objects.filter(
        batch__in=years.filter(archived_at__isnull=True).order_by().values("pk"),
        semester__gte=F("batch__current_semester"),
        instructor__isnull=True,
    ).select_related("batch", "subject")
    return [
        {
            "words": _("%(subject)s of %(batch)s has no instructor.")
            % {"subject": one.subject.title, "batch": one.batch.code},
            "url": reverse("progression:edit-subject", args=[one.batch_id, one.pk]),
        }
        for one in rows.order_by("semester", "subject__title__plain", "pk")[:MOST_UNSTAFFED]
    ]


def _kicker(key: KeyFigures | None, years: YearTable | None, faculty: dict[str, Any] | None) -> list[str]:
    """What the page answers first."""
    found = [key.headline if key else ""]
    if years and (number := years.due_number):
        due = ngettext(
            "%(count)d batch year is ready to roll over.", "%(count)d batch years are ready to roll over.", number
        )
        found.append(due % {"count": number})
    if faculty and faculty["over"]:
        over = ngettext(
            "%(count)d instructor is over their limit.", "%(count)d instructors are over their limit.", faculty["over"]
        )
        found.append(over % {"count": faculty["over"]})
    return found
