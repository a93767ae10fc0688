"""The pages by which an invited person comes in, and the answer to too many requests."""

from __future__ import annotations

from allauth.account.fields import PasswordField, SetPasswordField
from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from muster.accounts import rules
from muster.accounts.errors import InvitationOver, TooManyAttempts
from muster.accounts.invitations import invited_user
from muster.accounts.models import User
from muster.core.errors import DomainError
from muster.core.permissions import ANYONE
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import form_refused, page, refusal


class PasswordForm(Form):
    """A password, typed twice."""

    password1 = SetPasswordField(label=gettext_lazy("Password"))
    password2 = PasswordField(label=gettext_lazy("Password (again)"), autocomplete="new-password")

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].user = user  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        found = self.cleaned_data
        if found.get("password1") and found.get("password2") and found["password1"] != found["password2"]:
            self.add_error("password2", _("Enter the same password twice."))
        return found


@sensitive_post_parameters("password1", "password2")
@never_cache
@page(ANYONE)
def invitation_page(request: HttpRequest, key: str) -> HttpResponse:
    """Choose the first password, and be signed in."""
    user = invited_user(key)
    if user is None:
        return render(request, "accounts/invitation_over.html", status=410)
    form = PasswordForm(posted_data(request), user=user)
    if request.method == "POST" and form.is_valid():
        try:
            user = rules.accept_invitation(key=key, password=form.cleaned_data["password1"])
        except InvitationOver:
            return render(request, "accounts/invitation_over.html", status=410)
        except DomainError as error:
            form_refused(form, error)
        else:
            if request.user.is_authenticated:
                # Whoever sits at this browser opened somebody else's link: they leave, and the invited one comes.
                request.session.flush()
            messages.success(request, _("Welcome, %(name)s.") % {"name": user.full_name})
            response: HttpResponse = perform_login(request, Login(user=user, email=user.email))
            return response
    status = 400 if form.is_bound else 200
    return render(request, "accounts/invitation.html", {"form": form, "invited": user}, status=status)


@page(ANYONE)
def closed_page(request: HttpRequest, /, **parts: str) -> HttpResponse:
    """Where pages of allauth stay closed: the institution gives addresses; the rest is in the profile."""
    return redirect("me")


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """handler429 of allauth: one sentence, and when to come back."""
    seconds = 60
    response = refusal(request, TooManyAttempts(seconds))
    response["Retry-After"] = str(seconds)
    return response
