"""The first page of an installation that nobody has used."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from muster.core.errors import DomainError
from muster.core.permissions import ANYONE
from muster.exchange.demo import fill_with_demo
from muster.institutions import rules
from muster.institutions.errors import FirstRunOver
from muster.institutions.models import Institution
from muster.web.institutions.forms.people import FirstRunForm
from muster.web.institutions.sign_in import choose_institution
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import form_refused, page


@sensitive_post_parameters("password")
@page(ANYONE)
def first_run(request: HttpRequest) -> HttpResponse:
    """Name the institution, make its administrator, offer the demo data. Works once; afterwards it leads home."""
    if Institution.objects.exists():
        return redirect("home")
    form = FirstRunForm(posted_data(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actor = rules.found_first_institution(
                name=given["institution"],
                time_zone=given["time_zone"],
                admin_name=given["full_name"],
                admin_email=given["email"],
                admin_password=given["password"],
            )
        except FirstRunOver:
            return redirect("home")
        except DomainError as error:
            form_refused(form, error)
        else:
            if given["demo"]:
                fill_with_demo(actor)
            user = actor.user
            assert user is not None  # noqa: S101
            response: HttpResponse = perform_login(request, Login(user=user, email=user.email))
            if request.user.is_authenticated:
                choose_institution(request, actor.institution)
            messages.success(request, _("%(name)s is ready.") % {"name": actor.institution.name})
            return response
    return render(request, "first_run.html", {"form": form}, status=400 if form.is_bound else 200)
