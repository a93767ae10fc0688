"""How a person comes in: by the link of an invitation, or signed in; and how they take another email."""

from __future__ import annotations

from typing import cast

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from muster.accounts import rules
from muster.accounts.errors import InvitationOver
from muster.accounts.invitations import email_wanted, invited_user
from muster.accounts.models import User
from muster.accounts.rules import account_of_email
from muster.core.errors import DomainError, Missing
from muster.core.permissions import ANYONE, SIGNED_IN, as_id
from muster.institutions import rules as institution_rules
from muster.institutions.models import Institution
from muster.institutions.sign_in import home_of, invitations_of
from muster.web.accounts.forms import EmailForm, PasswordForm
from muster.web.institutions.sign_in import choose_institution
from muster.web.ui.dialogs import redirect_with_message, render_dialog
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import form_refused, page, secret


@sensitive_post_parameters("password1", "password2")
@secret
@page(ANYONE)
def invitation_page(request: HttpRequest, key: str) -> HttpResponse:
    """Accept an invitation: by choosing a password, or signed in as who has the email already."""
    person = invited_user(key)
    if person is None:
        return render(request, "joining/invitation_over.html", status=410)
    place = home_of(person)
    account = account_of_email(person)
    if account is not None:
        return _join_by_link(request, person, account, place)
    form = PasswordForm(posted_data(request), user=person)
    if request.method == "POST" and form.is_valid():
        try:
            user = rules.accept_invitation(key=key, password=form.cleaned_data["password1"])
        except InvitationOver:
            return render(request, "joining/invitation_over.html", status=410)
        except DomainError as error:
            form_refused(form, error)
        else:
            if request.user.is_authenticated:
                # Whoever sits at this browser opened somebody else's link: they leave, and the invited one comes.
                request.session.flush()
            messages.success(request, _("Welcome, %(name)s.") % {"name": person.full_name})
            response: HttpResponse = perform_login(request, Login(user=user, email=user.email))
            return response
    context = {"form": form, "invited": person, "place": place}
    return render(request, "joining/invitation.html", context, status=400 if form.is_bound else 200)


def _join_by_link(request: HttpRequest, person: User, account: User, place: Institution) -> HttpResponse:
    """Ask who has the email already whether they join; they have to be signed in as themself."""
    is_signed_in = request.user == account
    if request.method == "POST" and is_signed_in:
        return _join(request, person)
    if request.method == "POST":
        # Somebody else sits here, or nobody: the owner of the email signs in and comes back.
        logout(request)
        return redirect(f"{reverse('account_login')}?next={request.path}")
    context = {"invited": person, "place": place, "is_signed_in": is_signed_in}
    return render(request, "joining/join.html", context)


def _join(request: HttpRequest, person: User) -> HttpResponse:
    joined = rules.join_institution(person=person, by=cast(User, request.user))
    institution = home_of(joined)
    choose_institution(request, institution)
    return redirect_with_message(request, reverse("home"), _("You've joined %(name)s.") % {"name": institution.name})


@page(SIGNED_IN)
def join_page(request: HttpRequest, person_id: str) -> HttpResponse:
    """Ask, then join an institution that offers it to the reader's email."""
    offered = {str(person.pk): person for person in invitations_of(cast(User, request.user))}
    person = offered.get(str(as_id(person_id)))
    if person is None:
        raise Missing
    form = Form(posted_data(request))
    if request.method == "POST" and form.is_valid():
        return _join(request, person)
    name = {"name": person.place.name}  # type: ignore[attr-defined]
    return render_dialog(
        request,
        form,
        title=_("Join %(name)s?") % name,
        button=_("Join %(name)s") % name,
        back=reverse("me"),
        text=[
            _("You'll sign in to it as you do now, and switch between your institutions from the account menu."),
            _("No institution sees what you do in another."),
        ],
        crumbs=[_("Profile"), reverse("me")],
    )


@page(SIGNED_IN)
@reauthentication_required  # type: ignore[untyped-decorator]
def change_email(request: HttpRequest) -> HttpResponse:
    """Ask for another email to sign in with; a link is sent to it."""
    user = cast(User, request.user)
    form = EmailForm(posted_data(request))
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"].strip().lower()
        institution_rules.ask_for_email(user=user, email=email)
        told = _("We've sent a link to %(email)s. Open it to sign in with that email from now on.")
        return redirect_with_message(request, reverse("me"), told % {"email": email})
    return render_dialog(
        request,
        form,
        title=_("Change email"),
        button=_("Send link"),
        back=reverse("me"),
        text=[
            _("You sign in with %(email)s. That stays so until you open the link we send to the new email.")
            % {"email": user.email}
        ],
        crumbs=[_("Profile"), reverse("me")],
    )


@secret
@page(ANYONE)
def new_email_page(request: HttpRequest, key: str) -> HttpResponse:
    """Take the address that the link was sent to."""
    found = email_wanted(key)
    if found is None:
        return render(request, "joining/invitation_over.html", status=410)
    _user, email = found
    form = Form(posted_data(request))
    if request.method == "POST" and form.is_valid():
        try:
            rules.take_email(key=key)
        except DomainError as error:
            form_refused(form, error)
        else:
            messages.success(request, _("You sign in with %(email)s now.") % {"email": email})
            return redirect("me")
    return render(request, "joining/new_email.html", {"form": form, "email": email}, status=400 if form.errors else 200)
