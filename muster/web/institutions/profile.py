"""What is a person's own: name, password, two steps, where they are signed in, and where they work."""

from __future__ import annotations

from typing import cast

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.accounts.models import User
from muster.core.errors import DomainError, Missing
from muster.core.isolation import across_institutions
from muster.core.permissions import SIGNED_IN, as_id
from muster.institutions import rules
from muster.institutions.access import Actor
from muster.institutions.models import ApiToken, Institution
from muster.institutions.queries import recent_events_of
from muster.institutions.sign_in import institutions_of, invitations_of, may_work_elsewhere, second_factors_of
from muster.web.institutions.forms.people import AccountForm
from muster.web.institutions.sign_in import choose_institution
from muster.web.people.photos import face, photo_url_of
from muster.web.ui.dialogs import redirect_with_message, render_dialog
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import form_refused, own_path, page
from muster.web.ui.shell import Switch


@page(SIGNED_IN)
def account_page(request: HttpRequest) -> HttpResponse:
    """The reader's profile."""
    user, actor = cast(User, request.user), cast("Actor | None", getattr(request, "actor", None))
    person = actor.user if actor is not None else None
    belongs = actor is not None and person is not None and person.home == actor.institution.pk
    stored = {name: getattr(person, name) for name in AccountForm.base_fields} if person else {}
    form = AccountForm(posted_data(request), initial=stored) if belongs else None
    if actor is not None and person is not None and form is not None and request.method == "POST" and form.is_valid():
        try:
            rules.change_person(by=actor, user=person, change=rules.PersonChange(**form.cleaned_data))
        except DomainError as error:
            form_refused(form, error)
        else:
            messages.success(request, _("Profile saved."))
            return redirect("me")
    two_steps = second_factors_of(user).exists()
    context = {
        "form": form,
        "face": face(person) if belongs else "",
        "photo_url": photo_url_of(actor, person) if belongs and actor and person else "",
        "two_steps": two_steps,
        "sessions": _sessions(user),
        "api_sign_ins": _tokens(user, from_sign_in=True),
        "tokens": _tokens(user, from_sign_in=False),
        "invitations": invitations_of(user),
        "events": recent_events_of(user),
        "here": request.session.session_key,
        "institutions": institutions_of(user),
    }
    return render(request, "people_settings/me.html", context, status=400 if form is not None and form.errors else 200)


@across_institutions("a person's tokens of all their institutions")
def _tokens(user: User, **which: bool) -> int:
    return ApiToken.objects.filter(user__in=User.objects.behind(user), **which).count()


def _sessions(user: User) -> list[UserSession]:
    found: list[UserSession] = UserSession.objects.purge_and_list(user)
    for session in found:
        session.browser = browser_words(session.user_agent)
    return sorted(found, key=lambda session: session.last_seen_at, reverse=True)


# What browsers and systems call themselves; the first that occurs counts, since most name their ancestors too.
BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("Samsung", "Samsung Internet"),
    ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def browser_words(user_agent: str) -> str:
    """ "Firefox on Android", as far as the browser says."""
    browser = next((words for mark, words in BROWSERS if mark in user_agent), _("Unknown browser"))
    system = next((words for mark, words in SYSTEMS if mark in user_agent), "")
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system} if system else browser


@page(SIGNED_IN)
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Ask, in numbers, then sign the reader out everywhere but here."""
    user = cast(User, request.user)
    form = Form(posted_data(request))
    if request.method == "POST" and form.is_valid():
        rules.end_own_sign_ins(user=user)
        # This browser goes on in the new round.
        update_session_auth_hash(request, user)
        UserSession.objects.create_from_request(request)
        return redirect_with_message(request, reverse("me"), _("You're signed out everywhere else."))
    others = sum(1 for session in _sessions(user) if session.session_key != request.session.session_key)
    tokens = _tokens(user)
    return render_dialog(
        request,
        form,
        title=_("End all other sign-ins?"),
        button=_("End all other sign-ins"),
        back=reverse("me"),
        text=[
            ngettext("Signed out of %(count)d other browser.", "Signed out of %(count)d other browsers.", others)
            % {"count": others},
            ngettext("%(count)d API token revoked.", "%(count)d API tokens revoked.", tokens) % {"count": tokens},
            _("Your calendar links stop working as well. This browser stays signed in."),
        ],
        crumbs=[_("Profile"), reverse("me")],
    )


@page(SIGNED_IN)
def institution_choice_page(request: HttpRequest) -> HttpResponse:
    """Choose where to work, after signing in and at any time."""
    user = cast(User, request.user)
    places = institutions_of(user)
    after = own_path(request, request.GET.get("next", ""))
    if len(places) == 1:
        choose_institution(request, places[0])
        return redirect(after or "home")
    context = {"institutions": places, "after": after, "starts_in": user.starts_in, "invitations": invitations_of(user)}
    return render(request, "people_settings/choose.html", context)


@page(SIGNED_IN)
def switch_institution(request: HttpRequest) -> HttpResponse:
    """Work in another of the reader's institutions from now on."""
    if request.method != "POST":
        return redirect("institution-choice")
    chosen = as_id(request.POST.get("institution", ""))
    institution = Institution.objects.filter(pk=chosen).first() if chosen else None
    if institution is None:
        raise Missing
    choose_institution(request, institution)
    # The page of the choice asks whether it is for good; the menu does not.
    if request.POST.get("asked"):
        rules.start_in(user=cast(User, request.user), institution=institution if request.POST.get("always") else None)
    return redirect(own_path(request, request.POST.get("next", "")) or "home")


def other_institutions(request: HttpRequest) -> Switch | None:
    """What the person menu offers to switch to."""
    actor = cast("Actor | None", getattr(request, "actor", None))
    if actor is None or not may_work_elsewhere(actor):
        return None
    places = institutions_of(cast(User, request.user))
    if len(places) < 2:
        return None
    options = [(str(place.pk), place.name, place == actor.institution) for place in places]
    return Switch(reverse("switch-institution"), options)
