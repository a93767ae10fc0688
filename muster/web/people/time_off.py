"""Days on which an instructor is away: put down, taken back, and what falls into them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.accounts.models import User
from muster.batches.workload import BookedMeeting, booked_meetings
from muster.core.errors import Missing
from muster.core.permissions import any_id
from muster.institutions.access import Actor
from muster.people import rules
from muster.people.links import cover_url, instructor_url, instructors_url, remove_time_off_url
from muster.people.models import TimeOff
from muster.people.permissions import instructors as instructor_access
from muster.people.queries import times_off_of
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import Form, Grid, posted_data, wide
from muster.web.ui.pages import page
from muster.web.ui.undo import Undo
from muster.web.ui.widgets import date_range


class TimeOffForm(Form):
    """Days away."""

    first_date = forms.DateField(label=gettext_lazy("First day"))
    last_date = forms.DateField(label=gettext_lazy("Last day"))
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=300)
    layout = (Grid(wide("first_date", "half"), wide("last_date", "half"), wide("reason", "")),)


def absences_of(
    actor: Actor, person: User, rows: Sequence[TimeOff], *, may_change: bool, may_read: bool
) -> list[dict[str, Any]]:
    """Of the times off, in order: those that are not over, then the latest that are; each with the own meetings that
    fall into it, and for who may change it with where it is taken back and where cover is found; the reason for who
    may read it. One statement."""
    today = actor.today()
    coming = [row for row in rows if row.last_date >= today]
    over = [row for row in reversed(rows) if row.last_date < today][:3]
    booked: list[BookedMeeting] = []
    if coming:
        first = max(today, coming[0].first_date)
        booked = booked_meetings(actor, person.pk, first, max(row.last_date for row in coming))
    return [
        {
            "row": row,
            "days": date_range(row.first_date, row.last_date),
            "meetings": [one for one in booked if row.first_date <= one.on_date <= row.last_date],
            "reason": row.reason if may_read else "",
            "is_over": row.last_date < today,
            "remove_url": remove_time_off_url(person.pk, row.pk) if may_change else "",
            "cover_url": cover_url(person.pk, first_date=row.first_date, last_date=row.last_date) if may_change else "",
        }
        for row in [*coming, *over]
    ]


@page(instructor_access["change"])
def add_page(request: ActorRequest, instructor_id: str) -> HttpResponse:
    """Put days down. Meetings stay; the answer says how many need cover."""
    actor = request.actor
    person = instructor_access.get(actor, instructor_id, "change")
    form = TimeOffForm(posted_data(request))
    if did := submit_form(form, lambda: rules.add_time_off(by=actor, instructor=person, **form.cleaned_data)):
        number = len(booked_meetings(actor, person.pk, did.result.first_date, did.result.last_date))
        undo = Undo(remove_time_off_url(person.pk, did.result.pk))
        return redirect_with_message(request, instructor_url(person.pk), _added_message(did.result, number), undo)
    return render_dialog(
        request,
        form,
        title=_("Time off"),
        button=_("Add time off"),
        back=instructor_url(person.pk),
        text=[_("Sessions aren't changed. You'll see which ones need cover.")],
        crumbs=_crumbs(actor, person),
        context={"nav": "instructors"},
    )


def _added_message(row: TimeOff, number: int) -> str:
    days = {"days": date_range(row.first_date, row.last_date), "number": number}
    if not number:
        return _("Away %(days)s. No sessions affected.") % days
    words = ngettext(
        "Away %(days)s. %(number)d session needs cover.",
        "Away %(days)s. %(number)d sessions need cover.",
        number,
    )
    return words % days


@page(instructor_access["change"])
def remove_page(request: ActorRequest, instructor_id: str, time_off_id: str) -> HttpResponse:
    """Take days away back; the history keeps them."""
    actor = request.actor
    person = instructor_access.get(actor, instructor_id, "change")
    row = times_off_of(actor.institution.pk, person.pk).filter(pk=any_id(time_off_id)).first()
    if row is None:
        raise Missing
    form = ConfirmForm(posted_data(request))
    if submit_form(form, lambda: rules.remove_time_off(by=actor, instructor=person, time_off=row)):
        days = {"first_date": row.first_date.isoformat(), "last_date": row.last_date.isoformat(), "reason": row.reason}
        undo = Undo(reverse("instructors:time-off", args=[person.pk]), days)
        return redirect_with_message(request, instructor_url(person.pk), _("Time off removed."), undo)
    days = {"name": person.full_name, "days": date_range(row.first_date, row.last_date)}
    return render_dialog(
        request,
        form,
        title=_("Remove this time off?"),
        button=_("Remove"),
        back=instructor_url(person.pk),
        text=[_("%(name)s would no longer be away %(days)s.") % days],
        crumbs=_crumbs(actor, person),
        context={"nav": "instructors"},
    )


def _crumbs(actor: Actor, person: User) -> list[str]:
    above = [_("Instructors"), instructors_url()] if instructor_access.may(actor, "list") else []
    return [*above, person.full_name, instructor_url(person.pk)]
