"""Sessions by hand: one more, another time, not at all, after all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.accounts.models import User
from muster.batches.errors import ScheduleConflict
from muster.batches.models import Batch
from muster.batches.notices import when_of
from muster.batches.participants import students_of
from muster.batches.permissions import batches, sessions
from muster.batches.rules import (
    SessionChange,
    SessionInput,
    add_session,
    cancel_session,
    change_session,
    restore_session,
)
from muster.core.errors import DomainError
from muster.core.permissions import any_id
from muster.courses.models import Subject
from muster.institutions.access import Actor
from muster.institutions.models import Membership, Role, Room
from muster.timetable.models import ClassSession
from muster.timetable.queries import teachers_of
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import form_refused, page

MOST_OFFERS = 4


class SessionForm(Form):
    """A dated session."""

    date = forms.DateField(label=gettext_lazy("Date"))
    start_time = forms.TimeField(label=gettext_lazy("From"), required=False)
    end_time = forms.TimeField(label=gettext_lazy("To"), required=False)
    session_type = forms.ChoiceField(
        label=gettext_lazy("Type"), choices=ClassSession.Kind.choices, initial=ClassSession.Kind.THEORY
    )
    subject_id = forms.ChoiceField(label=gettext_lazy("Subject"), required=False)
    instructor_id = forms.ChoiceField(label=gettext_lazy("Instructor"), required=False)
    room_id = forms.ChoiceField(label=gettext_lazy("Room"), required=False)
    location = forms.CharField(
        label=gettext_lazy("Place"),
        required=False,
        max_length=150,
        help_text=gettext_lazy("If it's not in a room: a workshop, an address or a link."),
    )
    title = forms.CharField(label=gettext_lazy("Title"), required=False, max_length=150)
    notes = forms.CharField(
        label=gettext_lazy("Notes"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Visible to everyone who attends."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, batch: Batch | None, now: ClassSession | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows: dict[str, dict[str, Any]] = {
            "subject": _rows_named(_subjects(actor, batch), "title"),
            "instructor": _rows_named(_teachers(actor, now), "full_name"),
            "room": _rows_named(_rooms(actor, batch, now), "name"),
        }
        empty = {
            "subject": _("No subject"),
            "instructor": _("Instructor on that day"),
            "room": _("No room"),
        }
        for name, rows in self.rows.items():
            choices = [("", empty[name]), *((key, label) for key, (_row, label) in rows.items())]
            self.fields[f"{name}_id"].choices = choices  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What is typed, as fields of the plan."""
        plain = ("date", "start_time", "end_time", "session_type", "location", "title", "notes")
        found = {name: self.cleaned_data[name] for name in plain}
        for name, rows in self.rows.items():
            key = self.cleaned_data[f"{name}_id"]
            found[name] = rows[key][0] if key else None
        return found


def _rows_named(rows: QuerySet[Any], name: str) -> dict[str, Any]:
    return {str(row.pk): (row, getattr(row, name)) for row in rows}


def _subjects(actor: Actor, batch: Batch | None) -> QuerySet[Subject]:
    course = batch.course_id if batch else None
    return Subject.objects.filter(institution=actor.institution, course=course).order_by("semester", "title", "pk")


def _teachers(actor: Actor, now: ClassSession | None) -> QuerySet[User]:
    teaching = Membership.objects.filter(institution=actor.institution, role=Role.INSTRUCTOR)
    here = Q(pk__in=teaching.values("user_id"), is_active=True, affiliations__institution=actor.institution)
    kept = Q(pk=any_id(now and now.instructor_id))
    return User.objects.filter(here & Q(affiliations__is_active=True) | kept).distinct().order_by("full_name", "pk")


def _rooms(actor: Actor, batch: Batch | None, now: ClassSession | None) -> QuerySet[Room]:
    rooms = Room.objects.filter(institution=actor.institution)
    if batch is not None and batch.branch_id:
        rooms = rooms.filter(branch=batch.branch_id)
    kept = Room.objects.filter(pk=any_id(now and now.room_id))
    return (rooms.filter(is_active=True, branch__is_active=True) | kept).distinct().order_by("name", "pk")


# --- adding ---------------------------------------------------------------------------------------------------------
@page(batches["schedule"])
def add_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """One more session of a batch."""
    actor = request.actor
    batch = batches.get(actor, batch_id, "schedule", among=_for_rules())
    form = SessionForm(
        _posted_data(request),
        actor=actor,
        batch=batch,
        now=None,
        initial={"date": actor.today(), **_requested_hour(request)},
    )
    clash = None
    if form.is_bound and form.is_valid():
        written, clash = _try_write(
            form, lambda: add_session(by=actor, batch=batch, fields=SessionInput(**form.values()))
        )
        if written is not None:
            words = _("Session of %(batch)s on %(when)s scheduled.") % {
                "batch": batch.code,
                "when": when_of(written.session),
            }
            return redirect_with_message(request, _back(batch), _with_told(words, written))
    return _session_dialog(request, form, batch, clash, title=_("Add session"), button=_("Add session"))


# --- changing -------------------------------------------------------------------------------------------------------
@page(sessions["change"])
def change_page(request: ActorRequest, session_id: UUID) -> HttpResponse:
    """Another day, another time, another place, other words."""
    actor = request.actor
    session = sessions.get(actor, session_id, "change", among=_in_full())
    batch, meeting = _batches_of(actor, session)
    initial = {
        **{name: getattr(session, name) for name in ("date", "start_time", "end_time", "session_type", "version")},
        **{name: getattr(session, name) for name in ("location", "title", "notes")},
        **{f"{name}_id": str(getattr(session, f"{name}_id") or "") for name in ("subject", "instructor", "room")},
    }
    form = SessionForm(_posted_data(request), actor=actor, batch=batch, now=session, initial=initial)
    clash = None
    if form.is_bound and form.is_valid():
        version = form.cleaned_data["version"]
        written, clash = _try_write(
            form, lambda: change_session(by=actor, session=session, changes=form.values(), version=version)
        )
        if written is not None:
            names = {"batch": batch.code, "before": when_of(session), "when": when_of(written.session)}
            if names["before"] != names["when"]:
                words = _("%(batch)s, %(before)s, moved to %(when)s.") % names
            else:
                words = _("%(batch)s, %(when)s, updated.") % names
            return redirect_with_message(request, _back(batch), _with_told(words, written))
    return _session_dialog(
        request,
        form,
        batch,
        clash,
        title=_("Edit %(when)s") % {"when": when_of(session)},
        button=_("Save session"),
        text=[_told_in_words(session, meeting)],
    )


@page(sessions["change"])
def cancel_page(request: ActorRequest, session_id: UUID) -> HttpResponse:
    """A session that does not take place."""
    actor = request.actor
    session = sessions.get(actor, session_id, "change", among=_in_full())
    batch, meeting = _batches_of(actor, session)
    form = CancelForm(posted_data(request))
    if form.is_bound and form.is_valid():
        written, _clash = _try_write(
            form, lambda: cancel_session(by=actor, session=session, reason=form.cleaned_data["reason"])
        )
        if written is not None:
            words = _("%(batch)s, %(when)s, cancelled.") % {"batch": batch.code, "when": when_of(session)}
            return redirect_with_message(request, _back(batch), _with_told(words, written))
    return render_dialog(
        request,
        form,
        title=_("Cancel %(when)s?") % {"when": when_of(session)},
        button=_("Cancel session"),
        back=_back(batch),
        text=[
            _told_in_words(session, meeting, cancelled=True),
            _("It stays in the calendar, marked as cancelled. Its instructor and room are freed."),
        ],
        tone="bad",
        crumbs=_crumbs(batch),
        context={"nav": "batches"},
    )


@page(sessions["change"])
def restore_page(request: ActorRequest, session_id: UUID) -> HttpResponse:
    """A cancelled session that takes place after all."""
    actor = request.actor
    session = sessions.get(actor, session_id, "change", among=_in_full())
    batch, meeting = _batches_of(actor, session)
    form = ConfirmForm(posted_data(request))
    if form.is_bound and form.is_valid():
        written, _clash = _try_write(form, lambda: restore_session(by=actor, session=session))
        if written is not None:
            words = _("Session of %(batch)s on %(when)s scheduled.") % {"batch": batch.code, "when": when_of(session)}
            return redirect_with_message(request, _back(batch), _with_told(words, written))
    return render_dialog(
        request,
        form,
        title=_("Restore %(when)s?") % {"when": when_of(session)},
        button=_("Restore session"),
        back=_back(batch),
        text=[
            _told_in_words(session, meeting, cancelled=True),
            _("Its instructor and room must still be free."),
        ],
        crumbs=_crumbs(batch),
        context={"nav": "batches"},
    )


class CancelForm(Form):
    """Why a session does not take place."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Included in the notification."),
    )


# --- the parts ------------------------------------------------------------------------------------------------------
def _posted_data(request: HttpRequest) -> Any:
    """What was sent; a time that was offered instead takes the place of the one that was typed."""
    if request.method != "POST":
        return None
    posted = request.POST.copy()
    offered = str(posted.get("instead", "")).split(" ")
    if len(offered) == 3:
        posted["date"], posted["start_time"], posted["end_time"] = offered
    elif offered[0].startswith("person:"):
        posted["instructor_id"] = offered[0].removeprefix("person:")
    elif offered[0].startswith("room:"):
        posted["room_id"] = offered[0].removeprefix("room:")
    return posted


def _requested_hour(request: HttpRequest) -> dict[str, str]:
    """A date and times from the calendar, where somebody pressed on an empty hour."""
    return {name: request.GET[name] for name in ("date", "start_time", "end_time") if request.GET.get(name)}


def _try_write(form: Any, write: Callable[[], SessionChange]) -> tuple[SessionChange | None, ScheduleConflict | None]:
    try:
        return write(), None
    except ScheduleConflict as error:
        form_refused(form, error)
        return None, error
    except DomainError as error:
        form_refused(form, error)
        return None, None


def _session_dialog(
    request: HttpRequest,
    form: SessionForm,
    batch: Batch,
    clash: ScheduleConflict | None,
    *,
    title: str,
    button: str,
    text: Sequence[str] = (),
) -> HttpResponse:
    zone = batch.branch.time_zone if batch.branch else ""
    return render_dialog(
        request,
        form,
        title=title,
        button=button,
        back=_back(batch),
        text=text,
        crumbs=_crumbs(batch),
        body="batches/session.html",
        context={
            "nav": "batches",
            "clash": clash,
            "zone": zone,
            "offers": [
                (
                    f"{hour.on_date:%Y-%m-%d} {hour.start:%H:%M} {hour.end:%H:%M}",
                    f"{date_format(hour.on_date, 'D j M')}, {hour.start:%H:%M} – {hour.end:%H:%M}",
                )
                for _index, hour in clash.alternatives.times[:MOST_OFFERS]
                if hour.on_date
            ]
            if clash
            else [],
        },
    )


def _with_told(words: str, written: SessionChange) -> str:
    """What happened, how many were told, and what speaks against the instructor."""
    parts = [words]
    if written.told:
        parts.append(
            ngettext("%(count)d person notified.", "%(count)d people notified.", written.told) % {"count": written.told}
        )
    return " ".join([*parts, *(warning.message for warning in written.warnings)])


def _told_in_words(session: ClassSession, meeting: Sequence[Batch], *, cancelled: bool = False) -> str:
    number = students_of(meeting).count() + len(teachers_of(session))
    if cancelled:
        return ngettext("%(count)d person will be notified.", "%(count)d people will be notified.", number) % {
            "count": number
        }
    return ngettext(
        "%(count)d person will be notified of a new time or place.",
        "%(count)d people will be notified of a new time or place.",
        number,
    ) % {"count": number}


def _in_full() -> Any:
    return ClassSession.objects.select_related("meeting", "subject", "instructor", "room", "slot")


def _batches_of(actor: Actor, session: ClassSession) -> tuple[Batch, list[Batch]]:
    """The batch on whose page a session stands, of a shared one the first that the actor sees; and all that meet."""
    seen = batches.rows(actor, among=Batch.objects.filter(pk=OuterRef("pk")))
    met = _for_rules().filter(meetings=session.meeting_id)
    meeting = list(met.annotate(is_seen=Exists(seen)).order_by("code", "pk"))
    return next((batch for batch in meeting if batch.is_seen), meeting[0]), meeting


def _for_rules() -> Any:
    return Batch.objects.select_related("institution", "branch", "course", "department")


def _back(batch: Batch) -> str:
    return reverse("batches:schedule", args=[batch.pk])


def _crumbs(batch: Batch) -> list[str]:
    return [
        _("Batches"),
        reverse("batches:list"),
        batch.code,
        reverse("batches:batch", args=[batch.pk]),
        _("Schedule"),
        _back(batch),
    ]
