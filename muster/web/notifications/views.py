"""The reader's notifications, and how they want to be told."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.core.permissions import SIGNED_IN
from muster.institutions.access import Actor
from muster.institutions.permissions import mails
from muster.notifications import rules
from muster.notifications.permissions import notifications
from muster.notifications.queries import choices_of, inbox_of, unread_of
from muster.web.notifications.forms import ChoicesForm
from muster.web.requests import ActorRequest
from muster.web.ui.components import Tab
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page

ON_A_PAGE = 50


@page(notifications["see"])
def notification_list(request: ActorRequest) -> HttpResponse:
    """Everything told to the reader here, newest first; or what is unread."""
    actor = request.actor
    only_unread = request.GET.get("unread") == "1"
    here = reverse("notifications")
    unread = unread_of(actor)
    shown = Paginator(inbox_of(actor, unread=only_unread), ON_A_PAGE).get_page(request.GET.get("page"))
    tabs = [
        Tab(_("All"), here, current=not only_unread),
        Tab(_("Unread"), f"{here}?unread=1", current=only_unread, count=unread),
    ]
    context = {"shown": shown, "unread": unread, "only_unread": only_unread, "tabs": tabs}
    return render(request, "notifications/list.html", context)


@page(notifications["change"])
def open_notification(request: ActorRequest, notification_id: str) -> HttpResponse:
    """Open what it is about. Having opened it is having read it."""
    row = rules.mark_read(notification=notifications.get(request.actor, notification_id, "change"))
    return redirect(row.url or "notifications")


@page(notifications["change"])
def mark_all_as_read(request: ActorRequest, notification_id: str) -> HttpResponse:
    """Mark one as read without opening it."""
    row = notifications.get(request.actor, notification_id, "change")
    if request.method == "POST":
        rules.mark_read(notification=row)
    return _back_to_list(request)


@page(notifications["change"])
def read_all(request: ActorRequest) -> HttpResponse:
    """Mark everything as read."""
    if request.method == "POST":
        count = rules.mark_all_read(by=request.actor)
        words = ngettext("%(count)d notification marked as read.", "%(count)d notifications marked as read.", count)
        messages.success(request, words % {"count": count})
    return _back_to_list(request)


@page(SIGNED_IN)
def choices_page(request: HttpRequest) -> HttpResponse:
    """How the reader wants to be told of each kind."""
    actor: Actor | None = getattr(request, "actor", None)
    form = ChoicesForm(posted_data(request), chosen=choices_of(actor) if actor else [])
    if actor is not None and request.method == "POST" and form.is_valid():
        rules.choose(by=actor, choices=form.choices())
        messages.success(request, _("Notification settings saved."))
        return redirect("notification-choices")
    return render(request, "notifications/choices.html", {"form": form})


@page(mails["see"])
def send_mails_again(request: ActorRequest) -> HttpResponse:
    """Try the mails that failed once more."""
    if request.method == "POST":
        count = rules.send_again(by=request.actor)
        words = ngettext("Sending %(count)d email again.", "Sending %(count)d emails again.", count)
        messages.success(request, words % {"count": count})
    return redirect("mails")


def _back_to_list(request: HttpRequest) -> HttpResponse:
    unread = "?unread=1" if request.POST.get("unread") == "1" else ""
    return redirect(reverse("notifications") + unread)
