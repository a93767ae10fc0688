"""Sessions by hand: one more, another time, not at all, after all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from muster.core.clocks import zone_words
from muster.core.permissions import any_id
from muster.courses.models import Subject
from muster.institutions.access import Actor
from muster.institutions.models import Role, Room
from muster.institutions.queries import colleagues
from muster.timetable.models import ClassSession
from muster.timetable.queries import teachers_of
from muster.web.batches.dialogs import batch_dialog, batches_for_rules, tab_url
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page
from muster.web.ui.undo import Undo

MOST_OFFERS = 4
SCHEDULED = gettext_lazy("Session of %(batch)s on %(when)s scheduled.")
PLAIN = ("date", "start_time", "end_time", "session_type", "location", "title", "notes")
# What a session may name: by which words, and what stands where it names none.
NAMED = {
    "subject": ("title", gettext_lazy("No subject")),
    "instructor": ("full_name", gettext_lazy("Instructor on that day")),
    "room": ("name", gettext_lazy("No room")),
}


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
        offered = {
            "subject": _subjects(actor, batch),
            "instructor": _teachers(actor, now),
            "room": _rooms(actor, batch, now),
        }
        self.rows = {name: {str(row.pk): row for row in rows} for name, rows in offered.items()}
        for name, (words, empty) in NAMED.items():
            choices = [("", empty), *((key, getattr(row, words)) for key, row in self.rows[name].items())]
            self.fields[f"{name}_id"].choices = choices  # type: ignore[attr-defined]

    def to_input(self) -> dict[str, Any]:
        """What is typed, by the fields of `SessionInput`."""
        typed = self.cleaned_data
        return {
            **{name: typed[name] for name in PLAIN},
            **{name: rows.get(typed[f"{name}_id"]) for name, rows in self.rows.items()},
        }


class CancelForm(Form):
    """Why a session does not take place."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Included in the notification."),
    )


def _subjects(actor: Actor, batch: Batch | None) -> QuerySet[Subject]:
    course = batch.course_id if batch else None
    return Subject.objects.filter(institution=actor.institution, course=course).order_by(
        "semester", "title__plain", "pk"
    )


def _teachers(actor: Actor, now: ClassSession | None) -> QuerySet[User]:
    offered = Q(pk__in=colleagues(actor, Role.INSTRUCTOR).values("pk")) | Q(pk=any_id(now and now.instructor_id))
    return User.objects.filter(offered).order_by("full_name__plain", "pk")


def _rooms(actor: Actor, batch: Batch | None, now: ClassSession | None) -> QuerySet[Room]:
    rooms = Room.objects.filter(institution=actor.institution)
    if batch is not None and batch.branch_id:
        rooms = rooms.filter(branch=batch.branch_id)
    kept = Room.objects.filter(pk=any_id(now and now.room_id))
    return (rooms.filter(is_active=True, branch__is_active=True) | kept).distinct().order_by("name__plain", "pk")


# --- pages ----------------------------------------------------------------------------------------------------------
@page(batches["schedule"])
def add_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """One more session of a batch."""
    actor = request.actor
    batch = batches.get(actor, batch_id, "schedule", among=batches_for_rules())
    # A date and times from the calendar, where somebody pressed on an empty hour.
    asked = {name: request.GET[name] for name in ("date", "start_time", "end_time") if request.GET.get(name)}
    initial = {"date": batch.today(), **asked}
    form = SessionForm(_posted_data(request), actor=actor, batch=batch, now=None, initial=initial)
    if done := submit_form(form, lambda: add_session(by=actor, batch=batch, fields=SessionInput(**form.to_input()))):
        return _back_with(request, batch, SCHEDULED, done.result, _undo("cancel", done.result.session))
    return _session_dialog(request, actor, form, batch, title=_("Add session"), button=_("Add session"))


@page(sessions["change"])
def change_page(request: ActorRequest, session_id: UUID) -> HttpResponse:
    """Another day, another time, another place, other words."""
    actor, session, batch, meeting = _find_session(request, session_id)
    initial = {name: getattr(session, name) for name in (*PLAIN, "version")}
    initial |= {f"{name}_id": str(getattr(session, f"{name}_id") or "") for name in NAMED}
    form = SessionForm(_posted_data(request), actor=actor, batch=batch, now=session, initial=initial)
    if done := submit_form(
        form,
        lambda: change_session(
            by=actor, session=session, changes=form.to_input(), version=form.cleaned_data["version"]
        ),
    ):
        before, moved = when_of(session), when_of(done.result.session) != when_of(session)
        words = _("%(batch)s, %(before)s, moved to %(when)s.") if moved else _("%(batch)s, %(when)s, updated.")
        typed = {name: str(form.get_initial_for_field(form.fields[name], name) or "") for name in form.fields}
        undo = _undo("change", session, {**typed, "version": ""})
        return _back_with(request, batch, words, done.result, undo, before=before)
    number = _count_concerned(session, meeting)
    words = ngettext(
        "%(count)d person will be notified of a new time or place.",
        "%(count)d people will be notified of a new time or place.",
        number,
    )
    title = _("Edit %(when)s") % {"when": when_of(session)}
    text = [words % {"count": number}]
    return _session_dialog(request, actor, form, batch, title=title, button=_("Save session"), text=text)


@page(sessions["change"])
def cancel_page(request: ActorRequest, session_id: UUID) -> HttpResponse:
    """A session that does not take place."""
    actor, session, batch, meeting = _find_session(request, session_id)
    form = CancelForm(posted_data(request))
    if done := submit_form(form, lambda: cancel_session(by=actor, session=session, **form.cleaned_data)):
        return _back_with(request, batch, _("%(batch)s, %(when)s, cancelled."), done.result, _undo("restore", session))
    text = [
        _told_words(_count_concerned(session, meeting)),
        _("It stays in the calendar, marked as cancelled. Its instructor and room are freed."),
    ]
    title = _("Cancel %(when)s?") % {"when": when_of(session)}
    return batch_dialog(
        request,
        form,
        batch,
        "schedule",
        title=title,
        button=_("Cancel session"),
        keep=_("Keep session"),
        text=text,
        tone="bad",
    )


@page(sessions["change"])
def restore_page(request: ActorRequest, session_id: UUID) -> HttpResponse:
    """A cancelled session that takes place after all."""
    actor, session, batch, meeting = _find_session(request, session_id)
    form = ConfirmForm(posted_data(request))
    if done := submit_form(form, lambda: restore_session(by=actor, session=session)):
        return _back_with(request, batch, SCHEDULED, done.result, _undo("cancel", session))
    text = [_told_words(_count_concerned(session, meeting)), _("Its instructor and room must still be free.")]
    title = _("Restore %(when)s?") % {"when": when_of(session)}
    return batch_dialog(request, form, batch, "schedule", title=title, button=_("Restore session"), text=text)


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


def _find_session(request: ActorRequest, session_id: UUID) -> tuple[Actor, ClassSession, Batch, list[Batch]]:
    """Who asks; the session; the batch on whose page it stands, of a shared one the first that the actor sees; and all
    that meet."""
    actor = request.actor
    among = ClassSession.objects.select_related("meeting", "subject", "instructor", "room", "slot")
    session = sessions.get(actor, session_id, "change", among=among)
    seen = batches.rows(actor, among=Batch.objects.filter(pk=OuterRef("pk")))
    met = batches_for_rules().filter(meetings=session.meeting_id)
    meeting: list[Any] = list(met.annotate(is_seen=Exists(seen)).order_by("code", "pk"))
    return actor, session, next((batch for batch in meeting if batch.is_seen), meeting[0]), meeting


def _count_concerned(session: ClassSession, meeting: Sequence[Batch]) -> int:
    """How many people are told of what happens to the session."""
    return students_of(meeting).count() + len(teachers_of(session))


def _session_dialog(
    request: HttpRequest,
    actor: Actor,
    form: SessionForm,
    batch: Batch,
    *,
    title: str,
    button: str,
    text: Sequence[str] = (),
) -> HttpResponse:
    clash = form.refusal if isinstance(form.refusal, ScheduleConflict) else None
    context = {
        "clash": clash,
        "zone": zone_words(batch.zone, actor.zone),
        "offers": [
            (
                f"{hour.on_date:%Y-%m-%d} {hour.start:%H:%M} {hour.end:%H:%M}",
                f"{date_format(hour.on_date, 'D j M')}, {hour.start:%H:%M} – {hour.end:%H:%M}",
            )
            for _index, hour in (clash.alternatives.times[:MOST_OFFERS] if clash else ())
            if hour.on_date
        ],
    }
    body = "batches/session.html"
    return batch_dialog(
        request, form, batch, "schedule", title=title, button=button, text=text, body=body, context=context
    )


def _undo(action: str, session: ClassSession, fields: Mapping[str, str] | None = None) -> Undo:
    return Undo(reverse(f"batches:{action}-session", args=[session.pk]), fields or {})


def _back_with(
    request: HttpRequest, batch: Batch, words: Any, written: SessionChange, undo: Undo, **names: str
) -> HttpResponse:
    """Back to the schedule, saying what happened, how many were told, and what speaks against the instructor."""
    parts = [words % {"batch": batch.code, "when": when_of(written.session), **names}]
    if written.told:
        told = ngettext("%(count)d person notified.", "%(count)d people notified.", written.told)
        parts.append(told % {"count": written.told})
    parts += [warning.message for warning in written.warnings]
    return redirect_with_message(request, tab_url(batch, "schedule"), " ".join(parts), undo)


def _told_words(number: int) -> str:
    words = ngettext("%(count)d person will be notified.", "%(count)d people will be notified.", number)
    return words % {"count": number}
