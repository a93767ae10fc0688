"""The catalogue for those who are signed in, and the public one with its courses and applications."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.accounts.errors import TooManyLooks
from muster.accounts.limits import count_look, counted_application
from muster.batches.models import Batch
from muster.core.isolation import enter
from muster.core.permissions import ANYONE
from muster.courses.permissions import courses
from muster.enrollments import rules
from muster.enrollments.catalogue import (
    catalogue_of,
    courses_to_study_alone,
    published_batch,
    published_by,
    published_course,
    searchable,
)
from muster.enrollments.waitlists import waiting_in
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES, is_from_today
from muster.web.catalogue.cards import (
    CatalogueFilters,
    CatalogueTable,
    catalogue_cards,
    enroll_url,
    lead_of,
    price_of,
    seats_pill,
    times_of,
)
from muster.web.requests import ActorRequest
from muster.web.ui.components import Fact
from muster.web.ui.dialogs import submit_form
from muster.web.ui.forms import Form, Grid, posted_data
from muster.web.ui.pages import page
from muster.web.ui.tables import Empty, list_page
from muster.web.ui.widgets import unbroken_days

# So long anybody may keep a public page, in seconds: seats that are taken meanwhile are refused when somebody applies.
FRESH = 60
CARDS = "catalogue/cards.html"
# Courses without a batch that stand below; the list of courses has the rest.
ALONE = 12


@page(courses["see"])
def catalogue_page(request: ActorRequest) -> HttpResponseBase:
    """The open batches that the reader may see; students enroll from here."""
    actor = request.actor
    cards = catalogue_cards(actor, enroll_url(actor))
    alone = list(courses_to_study_alone(actor)[: ALONE + 1])
    return _listing(
        request,
        actor,
        cards,
        "catalogue/list.html",
        nav="catalogue",
        alone=[(course, price_of(course)) for course in alone[:ALONE]],
        more_alone=len(alone) > ALONE,
        learns=actor.is_any(*STUDENT_ROLES) and not actor.manages,
    )


def _listing(request: HttpRequest, actor: Actor, cards: Any, template: str, **context: Any) -> HttpResponseBase:
    rows = catalogue_of(actor)
    text = _("Batches appear here while students can enroll in them. Check back later.")
    return list_page(
        request,
        table_class=CatalogueTable,
        filterset_class=CatalogueFilters,
        queryset=searchable(waiting_in(rows)),
        template=template,
        body=CARDS,
        drawn=cards,
        context={**context, **_in_numbers(actor, rows)},
        empty=Empty(_("No batches are open for enrollment"), text, "course"),
        export_name="catalog",
    )


def _in_numbers(actor: Actor, rows: QuerySet[Batch]) -> dict[str, str]:
    """The first line of the page, and the second. One statement."""
    free = Q(seats_left__isnull=True) | Q(seats_left__gt=0)
    found = rows.order_by().aggregate(
        all=Count("pk"), free=Count("pk", filter=free), next=Min("start_date", filter=is_from_today("start_date"))
    )
    title = ngettext(
        "%(count)d batch is open for enrollment", "%(count)d batches are open for enrollment", found["all"]
    )
    said = []
    if full := found["all"] - found["free"]:
        said.append(ngettext("%(count)d is full.", "%(count)d are full.", full) % {"count": full})
    if found["next"]:
        said.append(_("The next one starts on %(day)s.") % {"day": date_format(found["next"], "l j F")})
    return {
        "title": title % {"count": found["all"]} if found["all"] else _("No batches are open for enrollment"),
        "kicker": " ".join(said),
    }


# --- for everybody --------------------------------------------------------------------------------------------------
class ApplicationForm(Form):
    """Who applies. The last field is for programs alone: people never see it."""

    full_name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=gettext_lazy("Email"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )
    note = forms.CharField(
        label=gettext_lazy("Anything we should know"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    website = forms.CharField(required=False, max_length=200)
    layout = (Grid("full_name", "email", "phone", "note"),)


def _stranger_before(request: HttpRequest, slug: str) -> Actor:
    """A stranger before the catalogue. Raises TooManyLooks, Missing."""
    count_look(request)
    stranger = published_by(slug)
    enter(stranger.owner_id)
    return stranger


def _keep(response: HttpResponseBase) -> HttpResponseBase:
    """Let anybody keep a public page for a while, search engines too."""
    if response.status_code == 200:
        response.headers["Cache-Control"] = f"public, max-age={FRESH}"
        response.headers["X-Robots-Tag"] = "index, follow"
    return response


@page(ANYONE)
def public_page(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What an institution offers, for everybody."""
    stranger = _stranger_before(request, slug)

    def course_url(batch: Any) -> str:
        return reverse("catalogue:course", args=[slug, batch.course_id])

    cards = catalogue_cards(stranger, course_url)
    return _keep(_listing(request, stranger, cards, "catalogue/public.html", place=stranger.institution))


@page(ANYONE)
def course_page(request: HttpRequest, slug: str, course_id: UUID) -> HttpResponseBase:
    """One course and its open batches, for everybody."""
    stranger = _stranger_before(request, slug)
    course = published_course(stranger, course_id)

    def apply_url(batch: Any) -> str:
        return reverse("catalogue:apply", args=[slug, batch.pk]) if batch.seats_left != 0 else ""

    cards = catalogue_cards(stranger, apply_url)(list(waiting_in(catalogue_of(stranger)).filter(course=course)[:50]))
    context = {
        "place": stranger.institution,
        "course": course,
        "cards": cards,
        "price": price_of(course),
        "subjects": list(course.subjects.order_by("semester", "title__plain")[:100]),
    }
    return _keep(render(request, "catalogue/course.html", context))


@page(ANYONE)
def apply_page(request: HttpRequest, slug: str, batch_id: UUID) -> HttpResponse:
    """Apply for a seat without a sign-in. What comes of it is told by mail."""
    stranger = _stranger_before(request, slug)
    batch: Any = published_batch(stranger, batch_id)
    form = ApplicationForm(posted_data(request))
    here = reverse("catalogue:apply", args=[slug, batch.pk])

    def apply() -> None:
        # Programs fill in every field; they are answered as people are, so that they learn nothing.
        if form.cleaned_data.pop("website"):
            return
        with counted_application(request, stranger.owner_id, form.cleaned_data["email"]):
            rules.apply_for_batch(by=stranger, batch=batch, applicant=rules.Applicant(**form.cleaned_data))

    if submit_form(form, apply):
        return redirect(f"{here}?sent=1")
    context = {
        "place": stranger.institution,
        "batch": batch,
        "form": form,
        "sent": request.GET.get("sent") == "1" and not form.is_bound,
        "facts": _facts(stranger, batch),
        "seats": seats_pill(batch),
    }
    refused = form.refusal.status if form.refusal else 400
    response = render(request, "catalogue/apply.html", context, status=refused if form.is_bound else 200)
    if isinstance(form.refusal, TooManyLooks):
        response.headers["Retry-After"] = str(form.refusal.facts["retry_after"])
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _facts(actor: Actor, batch: Any) -> list[Fact]:
    told = [
        (_("Dates"), unbroken_days(batch.start_date, batch.end_date)),
        (_("Times"), times_of(actor, batch)),
        (_("Where"), batch.branch.name if batch.branch else ""),
        (_("Instructor"), lead_of(actor, batch)),
        (_("Price"), price_of(batch.course)),
    ]
    return [Fact(term, value) for term, value in told if value]


@page(ANYONE)
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read: what institutions publish, and nothing else."""
    lines = ["User-agent: *", "Allow: /catalogue/", "Allow: /static/", "Disallow: /catalogue/$", "Disallow: /", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain")
