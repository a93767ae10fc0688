"""Cover: what an instructor who is away leaves open, asking for somebody, and settling it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from muster.accounts.models import User
from muster.allocation import rules
from muster.allocation.models import CoverRequest
from muster.allocation.permissions import covers
from muster.allocation.queries import cover_requests, instructor_named, waiting_cover
from muster.allocation.scoring import ToCover, cover_of, cover_of_request, first_day_left
from muster.batches.errors import ScheduleConflict, SomethingSpeaksAgainst
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.permissions import batches
from muster.core.errors import DomainError, Invalid
from muster.institutions.access import Actor
from muster.people.links import instructor_url
from muster.people.permissions import instructors as instructor_access
from muster.web.requests import ActorRequest
from muster.web.ui.components import Fact
from muster.web.ui.dialogs import redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import own_path, page
from muster.web.ui.undo import Undo, say_done, way_back
from muster.web.ui.widgets import date_range, pill

MOST_SUGGESTED, MOST_SETTLED = 5, 30
AHEAD = timedelta(days=13)
LOOKS = {
    CoverRequest.Status.OPEN: ("warn", "half"),
    CoverRequest.Status.FILLED: ("good", "okc"),
    CoverRequest.Status.DECLINED: ("bad", "xc"),
    CoverRequest.Status.WITHDRAWN: ("", "undo"),
}


class DaysForm(Form):
    """The days on which somebody is away."""

    first_date = forms.DateField(label=gettext_lazy("First day"))
    last_date = forms.DateField(label=gettext_lazy("Last day"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._actor = actor

    def clean(self) -> dict[str, Any]:
        """The days follow each other, and are not too many to look at."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("first_date"), cleaned.get("last_date")
        if first and last:
            for wrong in rules.problems_of_cover_days(self._actor, first, last):
                self.add_error(wrong.field, wrong.message)
        return cleaned


class AskForm(DaysForm):
    """Cover for the meetings of a batch on these days."""

    batch_id = forms.CharField(max_length=100)
    asked_id = forms.CharField(max_length=100, required=False)
    note = forms.CharField(max_length=rules.MOST_COVER_NOTE, required=False)


class FillForm(Form):
    """Who covers, and why although something speaks against them."""

    instructor_id = forms.CharField(max_length=100, widget=forms.HiddenInput)
    override_reason = forms.CharField(
        label=gettext_lazy("Reason for assigning them anyway"),
        required=False,
        max_length=rules.MOST_COVER_NOTE,
        help_text=gettext_lazy("Kept in the history."),
    )


class DeclineForm(Form):
    """Why the request is declined."""

    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=rules.MOST_COVER_NOTE)


# --- the requests -----------------------------------------------------------------------------------------------------
@page(covers["see"])
def cover_request_list(request: ActorRequest) -> HttpResponse:
    """The requests that wait, then those that are settled or over."""
    actor = request.actor
    waiting = list(waiting_cover(actor))
    settled = list(
        cover_requests(actor).exclude(pk__in=[one.pk for one in waiting]).order_by("-last_date", "pk")[:MOST_SETTLED]
    )
    own = actor.user is not None and instructor_access.may(actor, "be")
    return render(
        request,
        "cover/list.html",
        {
            "nav": "cover",
            "waiting": [_row(actor, one) for one in waiting],
            "settled": [_row(actor, one) for one in settled],
            "ask_url": reverse("cover:for", args=[actor.user.pk]) if own and actor.user else "",
        },
    )


def _row(actor: Actor, one: Any) -> dict[str, Any]:
    """A request of `cover_requests`."""
    over = one.status == CoverRequest.Status.OPEN and one.is_over
    tone, icon = LOOKS[CoverRequest.Status(one.status)]
    return {
        "request": one,
        "days": date_range(one.first_date, one.last_date),
        "pill": pill(_("Past"), "", "clock") if over else pill(one.get_status_display(), tone, icon),
        "answer": _answer(one),
        "yours": actor.user is not None and one.asked_id == actor.user.pk,
    }


def _answer(one: CoverRequest) -> str:
    """What is known of the colleague who is asked, or who covers."""
    if one.substitute:
        return _("Covered by %(name)s") % {"name": one.substitute.full_name}
    if one.asked is None:
        return _("no one asked by name")
    words = {
        None: _("%(name)s was asked"),
        True: _("%(name)s can cover"),
        False: _("%(name)s can't cover"),
    }
    return words[one.can] % {"name": one.asked.full_name}


@page(covers["see"])
def request_page(request: ActorRequest, cover_id: UUID) -> HttpResponse:
    """One request: the meetings, who could take them, and what the reader may do about it."""
    actor = request.actor
    one: Any = covers.get(actor, cover_id, among=cover_requests(actor))
    is_open = one.status == CoverRequest.Status.OPEN and not one.is_over
    may = {action: is_open and covers.allows(actor, action, one) for action in ("settle", "answer", "withdraw")}
    row = _row(actor, one)
    could = _substitutes(actor, one) if may["settle"] else {}
    meetings = could.get("meetings") or (_meetings(cover_of_request(actor, one)) if is_open and not could else [])
    return render(
        request,
        "cover/request.html",
        {
            "nav": "cover",
            "one": one,
            "row": row,
            "may": may,
            "is_open": is_open,
            "facts": [
                Fact(_("Batch"), one.batch.name, one.batch.code, _batch_url(actor, one.batch)),
                Fact(_("Days"), row["days"]),
                Fact(_("Covered by"), row["answer"]),
                *([Fact(_("Note"), one.note)] if one.note else []),
                *([Fact(_("Why"), one.close_reason)] if one.close_reason else []),
                *([Fact(_("Closed by"), one.closed_by.full_name)] if one.closed_by else []),
            ],
            **could,
            "meetings": meetings,
            "assign_url": reverse("cover:fill", args=[one.pk]),
            "fields": [],
        },
    )


def _way_back(request: HttpRequest, one: CoverRequest) -> str:
    """Where the action was asked for: the inbox, or the page of the request."""
    return own_path(request, request.POST.get("next", "") or request.GET.get("next", "")) or _url(one)


def _batch_url(actor: Actor, batch: Batch) -> str:
    """The batch's page, for those who may see it: a colleague who is asked may not."""
    return reverse("batches:batch", args=[batch.pk]) if batches.allows(actor, "see", batch) else ""


def _meetings(found: ToCover | None) -> list[str]:
    """Each meeting in words, the place with it."""
    return [
        ", ".join(filter(None, (date_format(one.starts, "D j M, H:i"), one.where)))
        for one in (found.meetings if found else ())
    ]


# --- settling ---------------------------------------------------------------------------------------------------------
@page(covers["settle"])
def fill(request: ActorRequest, cover_id: UUID) -> HttpResponse:
    """Assign the substitute; asks for a reason where something speaks against them."""
    actor = request.actor
    one = covers.get(actor, cover_id, "settle", among=cover_requests(actor))
    form, against = FillForm(posted_data(request)), list[str]()
    back = _way_back(request, one)

    def assign() -> CoverRequest:
        substitute = instructor_named(actor, form.cleaned_data["instructor_id"], "instructor_id")
        try:
            reason = form.cleaned_data["override_reason"]
            return rules.fill_cover(by=actor, request=one, substitute=substitute, override_reason=reason)
        except SomethingSpeaksAgainst as error:
            against.extend(warning.message for warning in error.warnings)
            form.fields["override_reason"].required = True
            raise Invalid(_("Give a reason, or choose someone else."), field="override_reason") from error
        except ScheduleConflict as error:
            raise Invalid(error.message) from error

    if did := submit_form(form, assign):
        words = {"batch": one.batch.code, "days": date_range(one.first_date, one.last_date)}
        words["name"] = did.result.substitute.full_name if did.result.substitute else ""
        said = _("Covered by %(name)s: %(batch)s, %(days)s.") % words
        return redirect_with_message(request, back, said, _undo(one))
    choosing = not form.is_bound
    return render_dialog(
        request,
        form,
        title=_("Assign a substitute"),
        button="" if choosing else _("Assign"),
        back=back,
        text=against,
        crumbs=_crumbs(one),
        body="cover/choose.html" if choosing else "",
        context={"nav": "cover", **(_substitutes(actor, one) if choosing else {})},
    )


def _substitutes(actor: Actor, one: CoverRequest) -> dict[str, Any]:
    """Who could cover, best match first; before them who is asked and can, since somebody thought about it."""
    found = cover_of_request(actor, one)
    ranked = sorted(
        found.suggestions.ranked if found else (), key=lambda each: not (one.can and each.who.id == one.asked_id)
    )
    return {
        "meetings": _meetings(found),
        "suggestions": ranked[:MOST_SUGGESTED],
        "left_out": found.suggestions.left_out if found else (),
        "scored": True,
        "person_field": "instructor_id",
        "assign_word": _("Assign"),
    }


@page(covers["settle"])
@require_POST
def reopen(request: ActorRequest, cover_id: UUID) -> HttpResponse:
    """Take back that a request was covered or declined: the same is asked anew."""
    one = covers.get(request.actor, cover_id, "settle", among=cover_requests(request.actor))
    anew = rules.reopen_cover(by=request.actor, request=one)
    say_done(request, _("Cover for %(batch)s is open again.") % {"batch": anew.batch.code})
    back = way_back(request, _url(anew))
    return redirect(_url(anew) if back == _url(one) else back)


def _undo(one: CoverRequest) -> Undo:
    return Undo(reverse("cover:reopen", args=[one.pk]))


@page(covers["settle"])
def decline(request: ActorRequest, cover_id: UUID) -> HttpResponse:
    """Decline a cover request."""
    actor = request.actor
    one = covers.get(actor, cover_id, "settle", among=cover_requests(actor))
    form, back = DeclineForm(posted_data(request)), _way_back(request, one)
    name = {"name": one.instructor.full_name}
    if submit_form(form, lambda: rules.decline_cover(by=actor, request=one, **form.cleaned_data)):
        return redirect_with_message(request, back, _("%(name)s has been notified.") % name, _undo(one))
    return render_dialog(
        request,
        form,
        title=_("Decline this request?"),
        button=_("Decline"),
        back=back,
        text=[_("%(name)s and the instructor asked will be notified, with the reason.") % name],
        crumbs=_crumbs(one),
        context={"nav": "cover"},
    )


@page(covers["withdraw"])
@require_POST
def withdraw(request: ActorRequest, cover_id: UUID) -> HttpResponse:
    """Withdraw a cover request."""
    actor = request.actor
    one = covers.get(actor, cover_id, "withdraw", among=cover_requests(actor))
    act = partial(rules.withdraw_cover, by=actor, request=one)
    return _finish_action(request, one, act, _("Request withdrawn."))


@page(covers["answer"])
@require_POST
def answer(request: ActorRequest, cover_id: UUID) -> HttpResponse:
    """Say whether one can."""
    actor = request.actor
    one = covers.get(actor, cover_id, "answer", among=cover_requests(actor))
    can = request.POST.get("can")
    if can not in ("yes", "no"):
        raise Invalid(_("Answer yes or no."), field="can")
    act = partial(rules.answer_cover, by=actor, request=one, can=can == "yes")
    return _finish_action(request, one, act, _("Answer sent."))


def _finish_action(request: HttpRequest, one: CoverRequest, act: Callable[[], Any], sentence: str) -> HttpResponse:
    try:
        act()
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, sentence)
    return redirect(_way_back(request, one))


def _url(one: CoverRequest) -> str:
    return reverse("cover:request", args=[one.pk])


def _crumbs(one: CoverRequest) -> Sequence[str]:
    return (_("Cover"), reverse("cover:list"), one.batch.code, _url(one))


# --- what an instructor leaves open -----------------------------------------------------------------------------------
@page(instructor_access["change"])
def for_instructor(request: ActorRequest, instructor_id: UUID) -> HttpResponse:
    """The meetings that an instructor leads on some days, who is free then, and asking with one click."""
    actor = request.actor
    person = instructor_access.get(actor, instructor_id, "change")
    asking = AskForm(posted_data(request), actor=actor)
    refusal = ""
    if asking.is_bound and not asking.is_valid():
        refusal = _("Something was missing from that request. Choose the days again.")
    elif did := submit_form(asking, lambda: _ask_for_days(actor, person, asking.cleaned_data)):
        made = did.result
        words = {"batch": made.batch.code, "asked": made.asked.full_name if made.asked else ""}
        both = _("Request sent to %(asked)s and the managers of %(batch)s.")
        said = both if made.asked else _("Request sent to the managers of %(batch)s.")
        return redirect_with_message(request, _url(made), said % words)
    elif asking.is_bound:
        refusal = next(str(errors[0]) for errors in asking.errors.values())
    today = actor.today()
    given = request.POST if asking.is_bound else request.GET
    days = DaysForm(
        {
            "first_date": given.get("first_date", today.isoformat()),
            "last_date": given.get("last_date", (today + AHEAD).isoformat()),
        },
        actor=actor,
    )
    rows: list[ToCover] = []
    if days.is_valid():
        rows = cover_of(actor, person, days.cleaned_data["first_date"], days.cleaned_data["last_date"])
    own = actor.user is not None and actor.user.pk == person.pk
    return render(
        request,
        "cover/for.html",
        {
            "nav": "cover" if own else "instructors",
            "person": person,
            "own": own,
            "person_url": instructor_url(person.pk),
            "days": days,
            "refusal": refusal,
            "rows": [_open_batch(actor, person, one, days.cleaned_data) for one in rows],
        },
        status=400 if refusal or not days.is_valid() else 200,
    )


def _ask_for_days(actor: Actor, person: User, asked: dict[str, Any]) -> CoverRequest:
    return rules.ask_for_cover(
        by=actor,
        batch=batches.get_named(actor, asked["batch_id"], "batch_id"),
        instructor=person,
        first_date=asked["first_date"],
        last_date=asked["last_date"],
        note=asked["note"],
        asked=instructor_named(actor, asked["asked_id"], "asked_id") if asked["asked_id"] else None,
    )


def _open_batch(actor: Actor, person: User, one: ToCover, days: dict[str, Any]) -> dict[str, Any]:
    """One batch: managers assign at once, others ask."""
    first = first_day_left(one.batch, one.meetings, days["first_date"])
    ask = [("batch_id", str(one.batch.pk)), ("first_date", first.isoformat())]
    ask.append(("last_date", days["last_date"].isoformat()))
    row: dict[str, Any] = {
        "batch": one.batch,
        "meetings": _meetings(one),
        "request_url": _url(one.request) if one.request else "",
        "suggestions": one.suggestions.ranked[:MOST_SUGGESTED],
        "left_out": len(one.suggestions.left_out) - 1,
        "ask": ask,
        "scored": actor.manages,
    }
    if one.request:
        return row
    if actor.is_admin:
        fields = [
            ("role", InstructorAssignment.Role.SUBSTITUTE.value),
            ("from_date", first.isoformat()),
            ("until_date", days["last_date"].isoformat()),
        ]
        assign = reverse("batches:assign", args=[one.batch.pk])
        return {**row, "assign_url": assign, "fields": fields, "person_field": "instead", "assign_word": _("Assign")}
    here = reverse("cover:for", args=[person.pk])
    return {**row, "assign_url": here, "fields": ask, "person_field": "asked_id", "assign_word": _("Ask")}
