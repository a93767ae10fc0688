"""The first page of an installation that nobody has used."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from muster.core.isolation import enter
from muster.core.permissions import ANYONE
from muster.exchange.demo import fill_with_demo
from muster.institutions import rules
from muster.institutions.errors import FirstRunOver
from muster.institutions.models import Institution
from muster.web.institutions.forms.people import FirstRunForm
from muster.web.institutions.sign_in import choose_institution
from muster.web.ui.dialogs import submit_form
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page


@sensitive_post_parameters("password")
@page(ANYONE)
def first_run(request: HttpRequest) -> HttpResponse:
    """Name the institution, make its administrator, offer the demo data. Works once; afterwards it leads home."""
    if Institution.objects.exists():
        return redirect("home")
    form = FirstRunForm(posted_data(request))
    did = submit_form(
        form,
        lambda: rules.found_first_institution(
            name=form.cleaned_data["institution"],
            time_zone=form.cleaned_data["time_zone"],
            admin_name=form.cleaned_data["full_name"],
            admin_email=form.cleaned_data["email"],
            admin_password=form.cleaned_data["password"],
        ),
    )
    if isinstance(form.refusal, FirstRunOver):
        return redirect("home")
    if did is None or (user := did.result.user) is None:
        return render(request, "first_run.html", {"form": form}, status=400 if form.is_bound else 200)
    institution = did.result.institution
    enter(institution.pk)
    if form.cleaned_data["demo"]:
        fill_with_demo(did.result)
    response: HttpResponse = perform_login(request, Login(user=user, email=user.email))
    if request.user.is_authenticated:
        choose_institution(request, institution)
    messages.success(request, _("%(name)s is ready.") % {"name": institution.name})
    return response
