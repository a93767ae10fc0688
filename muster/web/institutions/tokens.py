"""A person's own API tokens."""

from __future__ import annotations

from datetime import datetime, time

from allauth.account.decorators import reauthentication_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from muster.core.errors import DomainError
from muster.institutions import rules
from muster.institutions.permissions import tokens
from muster.web.institutions.forms.people import TokenForm
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, render_dialog
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import form_refused, page, secret


@secret
@page(tokens["change"])
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def token_list(request: ActorRequest) -> HttpResponse:
    """The reader's named tokens, and the form for one more, whose secret stands on the answer and nowhere else."""
    actor = request.actor
    by_default = (actor.now() + rules.LASTS).date()
    form, told, made = TokenForm(posted_data(request), initial={"expires_at": by_default}), "", None
    if request.method == "POST" and form.is_valid():
        last_day = form.cleaned_data["expires_at"]
        try:
            made, told = rules.make_token(
                by=actor,
                name=form.cleaned_data["name"],
                # The whole last day counts, where the institution is.
                expires_at=datetime.combine(last_day, time.max, actor.zone),
                read_only=form.cleaned_data["read_only"],
                scopes=form.cleaned_data["scopes"],
            )
        except (DomainError, OverflowError) as error:
            if not isinstance(error, DomainError):
                form.add_error("expires_at", _("This is out of range."))
            else:
                form_refused(form, error)
        else:
            form = TokenForm(initial={"expires_at": by_default})
    context = {
        "form": form,
        "made": made,
        "secret": told,
        "tokens": tokens.rows(actor).filter(from_sign_in=False).order_by("-created_at"),
        "today": actor.now(),
    }
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "people_settings/tokens.html", context, status=status)


@page(tokens["change"])
def revoke_token(request: ActorRequest, token_id: str) -> HttpResponse:
    """Ask, then end a token."""
    actor = request.actor
    token = tokens.get(actor, token_id, "change")
    form = Form(posted_data(request))
    back = reverse("tokens")
    if request.method == "POST" and form.is_valid():
        rules.revoke_token(by=actor, token=token)
        return redirect_with_message(request, back, _("Token %(name)s revoked.") % {"name": token.name})
    return render_dialog(
        request,
        form,
        title=_("Revoke the token %(name)s?") % {"name": token.name},
        button=_("Revoke token"),
        back=back,
        text=[_("Anything that uses this token will stop working immediately. You can't undo this.")],
        tone="bad",
        crumbs=[_("API tokens"), back],
    )
