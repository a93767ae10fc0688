"""Everything about one person: their archive, their consents, and erasing them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from muster.accounts.models import User
from muster.core.errors import DomainError, Missing
from muster.core.permissions import SIGNED_IN
from muster.institutions.access import Actor
from muster.people.links import student_url
from muster.privacy import rules
from muster.privacy.models import MOST_REASON, ArchiveLook, ConsentAnswer
from muster.privacy.permissions import consents, personal_data
from muster.privacy.queries import consents_asked_of, erasure_preview, last_answers
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, redirect_with_refusal, submit_form
from muster.web.ui.downloads import response_of
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page
from muster.web.ui.undo import Undo

MOST_LOOKS = 20


class EraseForm(Form):
    """Why somebody is erased; the name typed once more, since it cannot be undone."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Such as the date of the request. Kept with the record of the erasure."),
    )
    name = forms.CharField(label=gettext_lazy("Type the person's full name to confirm"), max_length=150)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_name(self) -> str:
        """The name, as it stands on the page."""
        name: str = self.cleaned_data["name"]
        if " ".join(name.split()).casefold() != " ".join(self.person.full_name.split()).casefold():
            raise forms.ValidationError(_("This isn't the name. Type: %(name)s") % {"name": self.person.full_name})
        return name


def _looks(actor: Actor, person: User) -> list[ArchiveLook]:
    rows = ArchiveLook.objects.filter(institution=actor.institution, person=person).select_related("looked_by")
    return list(rows[:MOST_LOOKS])


# --- one's own --------------------------------------------------------------------------------------------------------
def _own_actor(request: HttpRequest) -> Actor:
    actor: Actor | None = getattr(request, "actor", None)
    # A platform administrator is nobody's person where they only help out.
    if actor is None or actor.user is None or actor.user.home != actor.institution.pk:
        raise Missing(_("This institution keeps no data about you."))
    return actor


@page(SIGNED_IN)
def own_page(request: HttpRequest) -> HttpResponse:
    """What the reader is asked to consent to, their archive, and who took it."""
    actor = _own_actor(request)
    assert actor.user is not None  # noqa: S101
    asked = consents_asked_of(actor, consents.rows(actor, "answer"))
    said = last_answers(ConsentAnswer.objects.filter(person=actor.user, text__purpose__closed_at__isnull=False))
    context = {
        "nav": "me",
        "asked": sorted(asked, key=lambda one: not one.is_waiting),
        "closed": said.select_related("text__purpose"),
        "looks": _looks(actor, actor.user),
        "staff": actor.is_admin,
    }
    return render(request, "privacy/own.html", context)


@page(SIGNED_IN)
def own_archive(request: HttpRequest) -> HttpResponseBase:
    """The reader's own archive."""
    actor = _own_actor(request)
    assert actor.user is not None  # noqa: S101
    return response_of(rules.take_archive(by=actor, person=actor.user))


@page(consents["answer"])
@require_POST
def answer_page(request: ActorRequest, consent_id: UUID) -> HttpResponse:
    """Say yes or no to what one was asked, or take back what one said."""
    actor = request.actor
    purpose = consents.get(actor, consent_id, "answer")
    given, version = request.POST.get("given") == "yes", request.POST.get("version", "")
    try:
        rules.answer_consent(by=actor, purpose=purpose, given=given, version=int(version) if version.isdecimal() else 0)
    except DomainError as error:
        return redirect_with_refusal(request, reverse("privacy:own"), error)
    words = _("You agreed to: %(title)s.") if given else _("You don't agree to: %(title)s.")
    undo = Undo(reverse("privacy:answer", args=[purpose.pk]), {"given": "no" if given else "yes", "version": version})
    return redirect_with_message(request, reverse("privacy:own"), words % {"title": purpose.title}, undo)


# --- a person's -------------------------------------------------------------------------------------------------------
def _person(actor: Actor, pk: UUID, action: str) -> User:
    return personal_data.get(actor, pk, action)


@page(personal_data["erase"])
def person_page(request: ActorRequest, user_id: UUID) -> HttpResponse:
    """A person's archive, and what erasing them would come to, in numbers; typing the name erases them."""
    actor = request.actor
    person = _person(actor, user_id, "erase")
    name = person.full_name
    form = EraseForm(posted_data(request), person=person)
    if did := submit_form(
        form, lambda: rules.erase_person(by=actor, person=person, reason=form.cleaned_data["reason"])
    ):
        rows = sum(did.result.counts.values())
        told = ngettext(
            "%(name)s erased: %(count)d record. They are now called %(called)s.",
            "%(name)s erased: %(count)d records. They are now called %(called)s.",
            rows,
        )
        messages.success(request, told % {"name": name, "count": rows, "called": did.result.called})
        return redirect("privacy:person", person.pk)
    preview = erasure_preview(actor, person)
    context = {
        "nav": "settings",
        "person": person,
        "form": form,
        "preview": preview,
        "erased": preview.counts_in_words(),
        "kept": preview.kept_in_words(),
        "blockers": preview.blockers_in_words(name),
        "own": actor.user is not None and actor.user.pk == person.pk,
        "looks": _looks(actor, person),
        "student_url": student_url(person.pk),
    }
    return render(request, "privacy/person.html", context, status=400 if form.is_bound else 200)


@page(personal_data["export"])
def archive_page(request: ActorRequest, user_id: UUID) -> HttpResponseBase:
    """The archive of a person."""
    return response_of(rules.take_archive(by=request.actor, person=_person(request.actor, user_id, "export")))
