"""Organisations: the list, one with its people and open sums, and the page of who signs in for one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts.models import User
from muster.attendance.queries import with_attendance
from muster.core.errors import Missing
from muster.core.isolation import across_institutions
from muster.core.permissions import SIGNED_IN
from muster.enrollments import rules
from muster.enrollments.balances import balances_of, total_of
from muster.enrollments.models import Enrollment, Organisation
from muster.enrollments.permissions import enrollments, organisations
from muster.enrollments.queries import PAYS_IN_SEVERAL, organisations_of, seats_of, second_step_asked_by
from muster.enrollments.resources import ORGANISATIONS as RESOURCE
from muster.people.links import student_url
from muster.web.enrollments.words import LOOKS, balance_words
from muster.web.institutions.sign_in import second_step_page
from muster.web.requests import ActorRequest
from muster.web.ui.components import Fact
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page
from muster.web.ui.resources import Area, Pages
from muster.web.ui.widgets import percent, unbroken_days

# People shown on one page; lists of enrollments have the rest.
SHOWN = 200

ORGANISATIONS = Pages(
    RESOURCE,
    Area("organisations"),
    route="organisations:",
    list_route="organisations:list",
    own_route="organisations:organisation",
    icon="pin",
)


class ContactForm(Form):
    """Who signs in for the organisation."""

    full_name = forms.CharField(label=gettext_lazy("Name"), max_length=150)
    email = forms.EmailField(label=gettext_lazy("Email"), max_length=254)


@page(organisations["see"])
def organisation_page(request: ActorRequest, organisation_id: str) -> HttpResponse:
    """An organisation with the people it pays for, as far as the reader sees them, and what is owed and paid."""
    actor = request.actor
    among = Organisation.objects.select_related("contact")
    organisation = organisations.get(actor, organisation_id, among=among)
    own = enrollments.rows(actor, among=seats_of(organisation))
    found = enrollments.with_rights(actor, "see_payments", own)
    contact = organisation.contact
    told = [
        (_("Contact person"), organisation.contact_name),
        (_("Email"), organisation.contact_email),
        (_("Phone"), organisation.contact_phone),
        (_("Invoice address"), organisation.invoice_address),
        (_("Reference"), organisation.reference),
        (_("Signs in"), f"{contact.full_name} ({contact.email})" if contact else _("No one yet")),
    ]
    context = {
        "nav": "organisations",
        "organisation": organisation,
        "may_change": organisations.may(actor, "change"),
        "facts": [Fact(term, value) for term, value in told if value],
        **_people(found, sees_payments=lambda row: row.may_act, sees_attendance=True, links=True),
    }
    return render(request, "organisations/organisation.html", context)


def _people(
    seats: QuerySet[Enrollment],
    *,
    sees_payments: Callable[[Any], bool],
    sees_attendance: bool,
    links: bool = False,
) -> dict[str, Any]:
    """The seats of an organisation, the first of many, and the sums of all whose payments the reader sees."""
    rows = list(with_attendance(seats)[: SHOWN + 1])
    shown = rows[:SHOWN]
    return {
        "seats": [
            _seat(row, sees_payments=sees_payments(row), sees_attendance=sees_attendance, links=links) for row in shown
        ],
        "left_out": len(rows) > SHOWN,
        "balance": _in_words(total_of(filter(sees_payments, rows if len(rows) <= SHOWN else seats))),
    }


def _seat(row: Any, *, sees_payments: bool, sees_attendance: bool, links: bool) -> dict[str, Any]:
    attended = row.attendance_percent if sees_attendance else None
    place = row.batch.marked(row.batch.name) if row.batch else str(row.course)
    days = unbroken_days(row.batch.start_date, row.batch.end_date) if row.batch else ""
    lines = [
        ", ".join(filter(None, (place, days))),
        _("%(percent)s attended") % {"percent": percent(attended)} if attended is not None else "",
        *(_in_words(balances_of(row)) if sees_payments else []),
    ]
    return {
        "name": row.student.full_name,
        "url": student_url(row.student_id) if links else "",
        "lines": [line for line in lines if line],
        "status": row.get_status_display(),
        "looks": LOOKS[row.status],
    }


def _in_words(balances: Iterable[Any]) -> list[str]:
    return [balance_words(one) for one in balances]


@page(organisations["change"])
def contact_page(request: ActorRequest, organisation_id: str) -> HttpResponse:
    """Let somebody sign in for the organisation: somebody new is invited."""
    actor = request.actor
    organisation = organisations.get(actor, organisation_id, "change")
    back = reverse("organisations:organisation", args=[organisation.pk])
    initial = {"full_name": organisation.contact_name, "email": organisation.contact_email}
    form = ContactForm(posted_data(request), initial=initial)
    if submit_form(form, lambda: rules.name_contact(by=actor, organisation=organisation, **form.cleaned_data)):
        words = {"email": form.cleaned_data["email"], "name": organisation.name}
        return redirect_with_message(request, back, _("%(email)s can sign in for %(name)s.") % words)
    return render_dialog(
        request,
        form,
        title=_("Who signs in for %(name)s?") % {"name": organisation.name},
        button=_("Save"),
        back=back,
        text=[
            _("They see the people the organization pays for and its payments, and nothing else."),
            _("If they're new here, they get an invitation by email."),
        ],
        crumbs=[_("Organizations"), reverse("organisations:list"), organisation.name, back],
        context={"nav": "organisations"},
    )


@page(organisations["change"])
def remove_contact_page(request: ActorRequest, organisation_id: str) -> HttpResponse:
    """Let nobody sign in for the organisation any more."""
    actor = request.actor
    organisation = organisations.get(actor, organisation_id, "change")
    back = reverse("organisations:organisation", args=[organisation.pk])
    form = ConfirmForm(posted_data(request))
    if submit_form(form, lambda: rules.remove_contact(by=actor, organisation=organisation)):
        said = _("No one signs in for %(name)s now.") % {"name": organisation.name}
        return redirect_with_message(request, back, said)
    return render_dialog(
        request,
        form,
        title=_("Remove the contact of %(name)s?") % {"name": organisation.name},
        button=_("Remove contact"),
        back=back,
        text=[_("They no longer see its people and payments.")],
        tone="bad",
        crumbs=[_("Organizations"), reverse("organisations:list"), organisation.name, back],
        context={"nav": "organisations"},
    )


@page(SIGNED_IN)
@across_institutions(PAYS_IN_SEVERAL)
def own_page(request: HttpRequest) -> HttpResponse:
    """What somebody who signs in for organisations sees: their own people, seats, attendance if allowed, and sums."""
    own = list(organisations_of(cast("User", request.user)))
    if not own:
        raise Missing
    if second_step_asked_by(cast("User", request.user), own):
        return second_step_page(request)
    shown = []
    for organisation in own:
        allowed = organisation.institution.organisations_see_attendance
        people = _people(seats_of(organisation), sees_payments=lambda _row: True, sees_attendance=allowed)
        shown.append({"organisation": organisation, **people})
    return render(request, "organisations/own.html", {"nav": "home", "own": shown})
