"""What is done about access: asked for, withdrawn, granted, rejected, extended, revoked."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.institutions.access import Actor
from muster.oversight import rules
from muster.oversight.models import AccessRequest
from muster.oversight.permissions import access_requests
from muster.oversight.queries import batches_in_sentence, batches_in_words, reach_of, requests_in_full
from muster.web.oversight.forms import AccessReasonForm, ExtendForm, GrantForm, ask_form
from muster.web.oversight.frame import end_of, registers_in_words, sees_of, tabs_of
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page


def _request_of(actor: Actor, pk: object, action: str) -> AccessRequest:
    return access_requests.get(actor, pk, action, requests_in_full(AccessRequest.objects.all()))


def _crumbs() -> list[str]:
    return [_("Oversight"), reverse("oversight:overview")]


@page(access_requests["ask"])
def ask_page(request: ActorRequest) -> HttpResponse:
    """Ask for access; `?again=` begins with the words of an earlier request."""
    actor = request.actor
    form = ask_form(actor, posted_data(request), request.GET.get("again", ""))

    def ask() -> AccessRequest:
        data = form.cleaned_data
        return rules.ask_for_access(
            by=actor,
            batches=form.batches(),
            purpose=data["purpose"],
            needed_until=data["needed_until"],
            with_evidence=data["with_evidence"],
            **form.days(),
        )

    if submit_form(form, ask):
        sentence = _("Asked. You'll be notified of the answer.")
        return redirect_with_message(request, reverse("oversight:overview"), sentence)
    shown = {"nav": "oversight", "tabs": tabs_of(actor, "requests"), "form": form}
    return render(request, "oversight/ask.html", shown, status=400 if form.is_bound else 200)


@page(access_requests["withdraw"])
def withdraw_page(request: ActorRequest, access_request_id: str) -> HttpResponse:
    """Take back what nobody has decided yet."""
    actor, back = request.actor, reverse("oversight:overview")
    one = _request_of(actor, access_request_id, "withdraw")
    form = ConfirmForm(posted_data(request))
    if submit_form(form, lambda: rules.withdraw_access_request(by=actor, request=one)):
        return redirect_with_message(request, back, _("Request withdrawn."))
    return render_dialog(
        request,
        form,
        title=_("Withdraw this request?"),
        button=_("Withdraw"),
        keep=_("Keep request"),
        back=back,
        text=[batches_in_words(one), _("No one will decide on it. You can ask again.")],
        crumbs=_crumbs(),
        context={"nav": "oversight"},
    )


@page(access_requests["decide"])
def grant_page(request: ActorRequest, access_request_id: str) -> HttpResponse:
    """Grant what is asked, or less of it, until a day."""
    actor, back = request.actor, reverse("oversight:overview")
    one = _request_of(actor, access_request_id, "decide")
    reach = reach_of([one])[one.pk]
    much = {pk: registers_in_words(own) for pk, own in reach.of_batches.items()}
    form = GrantForm(posted_data(request), one=one, actor=actor, much=much)
    if did := submit_form(form, lambda: rules.grant_access(by=actor, request=one, **form.decision())):
        number = reach_of([did.result])[one.pk].registers
        words = {"name": one.asked_by.full_name, "count": number}
        said = ngettext("%(name)s can now see %(count)d register.", "%(name)s can now see %(count)d registers.", number)
        return redirect_with_message(request, back, said % words)
    words = {"name": one.asked_by.full_name, "purpose": one.purpose}
    return render_dialog(
        request,
        form,
        title=_("Grant access to %(batches)s?") % {"batches": batches_in_sentence(one)},
        button=_("Grant access"),
        back=back,
        # The same list as whoever asked has read; the dialog also opens over pages that don't draw it.
        text=[
            _("%(name)s: “%(purpose)s”") % words,
            *(said for _kind, _icon, said in sees_of(reach, with_evidence=one.with_evidence)),
        ],
        crumbs=_crumbs(),
        context={"nav": "oversight"},
    )


@page(access_requests["decide"])
def reject_page(request: ActorRequest, access_request_id: str) -> HttpResponse:
    """Refuse it, with a reason."""
    actor, back = request.actor, reverse("oversight:overview")
    one = _request_of(actor, access_request_id, "decide")
    form = AccessReasonForm(posted_data(request))
    if submit_form(form, lambda: rules.reject_access(by=actor, request=one, note=form.cleaned_data["note"])):
        return redirect_with_message(request, back, _("Request rejected."))
    words = {"name": one.asked_by.full_name, "purpose": one.purpose}
    return render_dialog(
        request,
        form,
        title=_("Reject this request?"),
        button=_("Reject"),
        back=back,
        text=[_("%(name)s: “%(purpose)s”") % words],
        tone="bad",
        crumbs=_crumbs(),
        context={"nav": "oversight"},
    )


@page(access_requests["decide"])
def extend_page(request: ActorRequest, access_request_id: str) -> HttpResponse:
    """Let a grant end later, with a reason."""
    actor, back = request.actor, reverse("oversight:overview")
    one = _request_of(actor, access_request_id, "decide")
    form = ExtendForm(posted_data(request), one=one, actor=actor)
    if did := submit_form(form, lambda: rules.extend_access(by=actor, request=one, **form.extension())):
        words = {"name": one.asked_by.full_name, "end": end_of(did.result, actor)}
        return redirect_with_message(request, back, _("%(name)s has access until %(end)s.") % words)
    words = {"name": one.asked_by.full_name, "end": end_of(one, actor)}
    return render_dialog(
        request,
        form,
        title=_("Extend access to %(batches)s?") % {"batches": batches_in_sentence(one)},
        button=_("Extend access"),
        back=back,
        text=[
            *([_("%(name)s has access until %(end)s.") % words] if one.expires_at else []),
            _("What is seen stays the same. For other batches or days they ask again."),
        ],
        crumbs=_crumbs(),
        context={"nav": "oversight"},
    )


@page(access_requests["decide"])
def revoke_page(request: ActorRequest, access_request_id: str) -> HttpResponse:
    """End a grant now, with a reason."""
    actor, back = request.actor, reverse("oversight:overview")
    one = _request_of(actor, access_request_id, "decide")
    form = AccessReasonForm(posted_data(request))
    if submit_form(form, lambda: rules.revoke_access(by=actor, request=one, note=form.cleaned_data["note"])):
        return redirect_with_message(request, back, _("Access revoked."))
    number = reach_of([one])[one.pk].registers
    words = {"name": one.asked_by.full_name, "count": number}
    said = ngettext(
        "%(name)s can no longer open %(count)d register. What was saved before can't be taken back.",
        "%(name)s can no longer open %(count)d registers. What was saved before can't be taken back.",
        number,
    )
    return render_dialog(
        request,
        form,
        title=_("Revoke access to %(batches)s?") % {"batches": batches_in_sentence(one)},
        button=_("Revoke access"),
        back=back,
        text=[said % words],
        tone="bad",
        crumbs=_crumbs(),
        context={"nav": "oversight"},
    )
