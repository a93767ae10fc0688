"""Calendar links: made, listed, revoked, and what calendar programs fetch under them."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.batches.feeds import render_feed
from muster.batches.models import Batch, CalendarFeed
from muster.batches.permissions import batches, feeds
from muster.batches.rules import feed_behind, make_feed, revoke_feed
from muster.core.isolation import enter
from muster.institutions.access import STAFF_ROLES, Actor
from muster.institutions.models import Role
from muster.institutions.queries import colleagues
from muster.timetable.models import ClassSession
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import PUBLIC, page

KEPT_FOR = 15 * 60


class FeedForm(Form):
    """What a new link shows."""

    what = forms.ChoiceField(label=gettext_lazy("What it shows"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Those whose sessions the actor sees, and that are not over.
        running = batches.rows(actor, "see_staff", among=Batch.objects.booking()).order_by("code", "pk")
        teachers = colleagues(actor, Role.INSTRUCTOR).order_by("full_name__plain", "pk") if actor.manages else ()
        self.batches = {f"batch:{batch.pk}": batch for batch in running}
        self.people = {f"instructor:{person.pk}": person for person in teachers}
        choices: list[Any] = [("personal", _("My own sessions"))]
        if self.batches:
            named = [(key, f"{batch.name} ({batch.code})") for key, batch in self.batches.items()]
            choices.append((_("A batch"), named))
        if self.people:
            choices.append((_("An instructor"), [(key, person.full_name) for key, person in self.people.items()]))
        self.fields["what"].choices = choices  # type: ignore[attr-defined]

    def to_input(self) -> dict[str, Any]:
        """What is chosen, as the rule takes it."""
        what = self.cleaned_data["what"]
        kind = what.partition(":")[0]
        return {"kind": kind, "batch": self.batches.get(what), "instructor": self.people.get(what)}


@page(feeds["see"])
def feed_list(request: ActorRequest) -> HttpResponse:
    """The reader's calendar links, and the form for one more, whose address stands on the answer and nowhere else."""
    actor = request.actor
    asked = {"batch": request.GET.get("cohort_id"), "instructor": request.GET.get("instructor_id")}
    proposed = {"what": next((f"{kind}:{pk}" for kind, pk in asked.items() if pk), "personal")}
    form = FeedForm(posted_data(request), actor=actor, initial=proposed)
    made, address = None, ""
    if done := submit_form(form, lambda: make_feed(by=actor, **form.to_input())):
        made, secret = done.result
        address = request.build_absolute_uri(reverse("batches:feed", args=[secret]))
        form = FeedForm(actor=actor, initial=proposed)
    context = {
        "nav": "attendance",
        "form": form,
        "made": made,
        "address": address,
        # Calendar programs take this as a subscription rather than a file.
        "webcal": address.replace("https://", "webcal://", 1).replace("http://", "webcal://", 1),
        # Whoever asked in one tap has it opened by their calendar at once; the address stands there all the same.
        "opens_at_once": bool(address and request.POST.get("open")),
        "feeds": feeds.rows(actor, among=_links()),
        "calendar_url": reverse("attendance:calendar"),
    }
    return render(request, "batches/feeds.html", context, status=400 if form.errors else 200)


def _links() -> QuerySet[CalendarFeed]:
    return CalendarFeed.objects.filter(revoked_at__isnull=True).select_related("batch", "instructor")


@page(feeds["change"])
def revoke_page(request: ActorRequest, feed_id: UUID) -> HttpResponse:
    """Ask, then end a link."""
    feed = feeds.get(request.actor, feed_id, "change", among=_links())
    form, names, back = ConfirmForm(posted_data(request)), {"name": feed.name}, reverse("batches:feeds")
    if submit_form(form, lambda: revoke_feed(feed=feed)):
        return redirect_with_message(request, back, _("Calendar link to %(name)s revoked.") % names)
    return render_dialog(
        request,
        form,
        title=_("Revoke the link to %(name)s?") % names,
        button=_("Revoke link"),
        back=back,
        text=[_("Calendars that use this link will stop updating. You can't undo this.")],
        tone="bad",
        crumbs=[_("Calendar links"), back],
        context={"nav": "attendance"},
    )


@page(PUBLIC)
def feed_file(request: HttpRequest, secret: str) -> HttpResponse:
    """What is behind a link, as iCalendar: whoever has it reads what its owner may see now."""
    found = feed_behind(secret)
    if found is not None:
        enter(found.institution_id)
    actor = Actor.of(found.user, found.institution) if found is not None and found.user.is_active else None
    if found is None or actor is None:
        # Gone: calendar programs stop asking. A wrong link is answered as a revoked one.
        return HttpResponse(_("This calendar doesn't exist."), status=410, content_type="text/plain; charset=utf-8")

    def address_of(session: ClassSession) -> str:
        if actor.is_any(*STAFF_ROLES):
            return request.build_absolute_uri(reverse("attendance:register", args=[session.pk]))
        return request.build_absolute_uri(reverse("attendance:calendar"))

    content = render_feed(found, actor, address_of)
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="muster.ics"'
    response["ETag"] = tag
    response["Cache-Control"] = f"private, max-age={KEPT_FOR}"
    # The address is a secret: it is neither kept by search engines nor told to others.
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response
