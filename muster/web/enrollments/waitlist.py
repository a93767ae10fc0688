"""Joining a waitlist, leaving it, moving somebody in it, and answering an offer: signed in, or by its link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.batches.meetings import week_in_words
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.queries import batches_of
from muster.core.errors import DomainError, Forbidden
from muster.core.isolation import enter
from muster.core.money import money
from muster.core.permissions import ANYONE
from muster.enrollments import rules
from muster.enrollments.models import WaitlistEntry
from muster.enrollments.offers import place_of
from muster.enrollments.permissions import waitlist
from muster.enrollments.queries import open_siblings
from muster.enrollments.rules.filling import clashes_of, seat_elsewhere
from muster.enrollments.waitlists import seats_moved, waiting_in, with_positions
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES
from muster.web.batches.dialogs import batch_dialog, batches_for_rules, tab_url
from muster.web.enrollments.words import moved_words, offer_words
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page, secret
from muster.web.ui.undo import Undo


class PriorityForm(Form):
    """How early somebody's turn comes."""

    priority = forms.IntegerField(
        label=gettext_lazy("Priority"),
        min_value=0,
        max_value=WaitlistEntry.MOST_PRIORITY,
        help_text=gettext_lazy("0 to 9. Students with 9 come first; within one priority, in the order they joined."),
    )


class PlaceDialog:
    """A dialog about one place in line, over the waitlist, or for the student themself over the batch."""

    def __init__(
        self, request: ActorRequest, place_id: UUID, action: str = "answer", form: type[Form] = ConfirmForm
    ) -> None:
        among = WaitlistEntry.objects.select_related("student", "batch__institution", "batch__branch")
        self.request, self.actor = request, request.actor
        self.place = waitlist.get(self.actor, place_id, action, among=among)
        # Where a field has the name of a column, it begins with what the place has.
        self.form = form(posted_data(request), initial=vars(self.place))
        user = self.actor.user
        self.is_own = user is not None and self.place.student_id == user.pk and not self.actor.manages
        self.tab = "waitlist" if self.actor.manages else "overview"

    def words(self, to_staff: str, to_student: str = "") -> str:
        """The one or the other, with who and where."""
        names = {"name": self.place.student.full_name, "batch": self.place.batch.code}
        return (to_student if self.is_own and to_student else to_staff) % names

    def submit(self, rule: Callable[..., Any]) -> bool:
        """Whether it was asked for and done."""
        done = submit_form(self.form, lambda: rule(by=self.actor, place=self.place, **self.form.cleaned_data))
        return done is not None

    def leave_with(self, said: str, undo: Undo | None = None) -> HttpResponse:
        return redirect_with_message(self.request, tab_url(self.place.batch, self.tab), said, undo)

    def ask(self, **shown: Any) -> HttpResponse:
        return batch_dialog(self.request, self.form, self.place.batch, self.tab, **shown)


@page(waitlist["join"])
def join_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """A student takes a place in line for a full batch."""
    actor, student = request.actor, request.actor.user
    if student is None or not actor.is_any(*STUDENT_ROLES):
        raise Forbidden(_("Only students can join a waitlist themselves. To add someone else, open the batch."))
    batch: Any = batches.get(actor, batch_id, "see", among=waiting_in(batches_for_rules()))
    form, names = ConfirmForm(posted_data(request)), {"batch": batch.name}
    if done := submit_form(form, lambda: rules.join_waitlist(by=actor.as_student(), student=student, batch=batch)):
        place: Any = with_positions(WaitlistEntry.objects.filter(pk=done.result.pk)).get()
        said = _("You're on the waitlist of %(batch)s, number %(number)d in line.")
        undo = Undo(reverse("enrollments:leave-place", args=[place.pk]))
        return redirect_with_message(request, tab_url(batch), said % {**names, "number": place.position}, undo)
    ahead = ngettext("%(count)d student is waiting.", "%(count)d students are waiting.", batch.waitlist_length)
    siblings = open_siblings(batch, actor)
    return batch_dialog(
        request,
        form,
        batch,
        title=_("Join the waitlist of %(batch)s?") % names,
        button=_("Join waitlist"),
        text=[
            _("The batch is full. You keep the seats that you have, and hear as soon as it's your turn."),
            ahead % {"count": batch.waitlist_length} if batch.waitlist_length else _("No one else is waiting."),
            moved_words(seats_moved(batch)),
        ],
        body="enrollments/enroll_self.html",
        context={"siblings": siblings, "clashes": []},
    )


@page(waitlist["answer"])
def leave_page(request: ActorRequest, place_id: UUID) -> HttpResponse:
    """Leave a waitlist, or take somebody off it."""
    about = PlaceDialog(request, place_id)
    if about.submit(rules.leave_waitlist):
        said = about.words(_("%(name)s removed from the waitlist."), _("You left the waitlist of %(batch)s."))
        return about.leave_with(said)
    return about.ask(
        title=about.words(_("Remove %(name)s from the waitlist?"), _("Leave the waitlist of %(batch)s?")),
        button=about.words(_("Remove"), _("Leave waitlist")),
        keep=about.words(_("Keep in line"), _("Stay in line")),
        text=[_("Joining again later starts at the end of the line.")],
        tone="bad",
    )


@page(waitlist["change"])
def priority_page(request: ActorRequest, place_id: UUID) -> HttpResponse:
    """Move somebody forward or back in line."""
    about = PlaceDialog(request, place_id, "change", PriorityForm)
    if about.submit(rules.prioritize):
        undo = Undo(request.path, {"priority": str(about.place.priority)})
        return about.leave_with(about.words(_("Priority of %(name)s changed.")), undo)
    return about.ask(title=about.words(_("Priority of %(name)s")), button=_("Save priority"))


@page(waitlist["answer"])
def accept_page(request: ActorRequest, place_id: UUID) -> HttpResponse:
    """Accept an offer, one's own or for a student who said so."""
    about = PlaceDialog(request, place_id)
    if about.submit(rules.accept_offer):
        said = about.words(_("%(name)s has a seat in %(batch)s."), _("You have a seat in %(batch)s."))
        return about.leave_with(said)
    title = about.words(_("Accept the seat for %(name)s?"), _("Accept the seat in %(batch)s?"))
    return about.ask(title=title, button=_("Accept seat"), text=_consequences(about.place))


@page(waitlist["answer"])
def decline_page(request: ActorRequest, place_id: UUID) -> HttpResponse:
    """Decline an offer, one's own or for a student who said so."""
    about = PlaceDialog(request, place_id)
    if about.submit(rules.decline_offer):
        said = about.words(_("The offer to %(name)s was declined."), _("You declined the seat in %(batch)s."))
        return about.leave_with(said)
    return about.ask(
        title=about.words(_("Decline the seat for %(name)s?"), _("Decline the seat in %(batch)s?")),
        button=_("Decline"),
        keep=_("Keep offer"),
        text=[_("The seat goes to the next in line, and this place on the waitlist ends.")],
        tone="bad",
    )


def _consequences(place: WaitlistEntry) -> list[str]:
    """What accepting brings: the seat that is left for it, and what meets at the same time."""
    held = seat_elsewhere(place, place.batch)
    said = []
    if held is not None and held.batch is not None:
        words = _("The seat in %(batch)s ends today and goes to its own waitlist.")
        said.append(words % {"batch": held.batch.name})
    said += [_("It %(clash)s.") % {"clash": clash} for clash in clashes_of(place, place.batch, held)]
    return said


# --- by the link ----------------------------------------------------------------------------------------------------
@secret
@page(ANYONE)
def offer_page(request: HttpRequest, key: str) -> HttpResponse:
    """An offer as its mail leads to it: whoever holds the link answers it as the student, by POST alone."""
    place = place_of(key)
    if place is None:
        return render(request, "enrollments/offer_over.html", {"place": None}, status=410)
    enter(place.institution_id)
    actor = Actor.of(place.student, place.institution)
    refusal = ""
    if request.method == "POST" and actor is not None:
        try:
            if request.POST.get("answer") == "accept":
                rules.accept_offer(by=actor, place=place)
            elif request.POST.get("answer") == "decline":
                rules.decline_offer(by=actor, place=place)
            return redirect(request.path)
        except DomainError as error:
            refusal = error.message
            place.refresh_from_db()
    if actor is None or (not place.is_offered(timezone.now()) and place.status != WaitlistEntry.Status.ACCEPTED):
        return render(request, "enrollments/offer_over.html", {"place": place}, status=410)
    batch: Any = batches_of(actor, Batch.objects.select_related("institution").filter(pk=place.batch_id)).get()
    is_open = place.status == WaitlistEntry.Status.OFFERED
    context = {
        "place": place,
        "batch": batch,
        "institution": place.institution,
        "is_open": is_open,
        "refusal": refusal,
        "left": offer_words(place, timezone.now().astimezone(batch.zone)) if is_open else "",
        "week": week_in_words(batch.week),
        "price": money(batch.course.price, batch.course.currency) if batch.course and batch.course.price else "",
        "consequences": _consequences(place) if is_open else [],
    }
    return render(request, "enrollments/offer.html", context, status=400 if refusal else 200)
