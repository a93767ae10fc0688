"""Forms of signing in: allauth's where it knows more than we do, and the password of an invited person."""

from __future__ import annotations

from typing import Any

from allauth.account.fields import PasswordField, SetPasswordField
from allauth.account.forms import ResetPasswordForm, ResetPasswordKeyForm
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts import rules
from muster.accounts.models import User
from muster.web.ui.forms import Form


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


class EmailForm(Form):
    """The address to sign in with from now on."""

    email = forms.EmailField(label=gettext_lazy("New email"), max_length=254)


class ForgottenPasswordForm(ResetPasswordForm):  # type: ignore[misc]
    """Writes to the one person who signs in with the email."""

    def clean_email(self) -> str:
        email = str(super().clean_email())
        user = User.objects.sign_in_of(email)
        self.users = [user] if user is not None and user.is_active else []
        return email


class NewPasswordForm(ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password by a link, which proves that the email is the person's."""

    def save(self, *args: Any, **kwargs: Any) -> None:
        rules.reset_password(user=self.user, password=self.cleaned_data["password1"])
