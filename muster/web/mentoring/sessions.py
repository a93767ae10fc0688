"""Mentoring sessions: scheduled and moved beside the free times of both, cancelled, written up; private notes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from muster.accounts.models import User
from muster.allocation.models import IndividualAssignment
from muster.allocation.queries import instructor_of
from muster.batches.notices import when_of
from muster.core.clocks import today_in
from muster.core.errors import DomainError, Missing
from muster.core.permissions import as_id
from muster.institutions.access import Actor
from muster.institutions.models import zone_of
from muster.mentoring import rules
from muster.mentoring.errors import NoMentor
from muster.mentoring.free_times import free_days
from muster.mentoring.models import MentoringSession
from muster.mentoring.permissions import mentored, mentoring_sessions
from muster.mentoring.queries import branch_of, rhythm_of
from muster.web.mentoring.forms import CancelMentoringForm, MomentForm, ScheduleForm, TimeForm, WriteUpForm
from muster.web.mentoring.lanes import scale_of
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, redirect_with_refusal, render_dialog, submit_form
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page
from muster.web.ui.undo import Undo

DAYS_SHOWN, LAST_SHOWN = 7, date(2200, 1, 1)
IN_FULL = MentoringSession.objects.select_related(
    "session__meeting", "assignment__student", "assignment__instructor", "assignment__institution"
)


def page_of_student(student_id: UUID) -> str:
    """Where a student's mentoring stands."""
    return reverse("mentoring:student", args=[student_id])


def find_session(actor: Actor, session_id: UUID, action: str) -> MentoringSession:
    """The session in full, where the actor may do this with it. Raises Missing, Forbidden."""
    return mentoring_sessions.get(actor, session_id, action, among=IN_FULL.all())


def crumbs_of(actor: Actor, person: User) -> list[str]:
    """The way to a student's mentoring: students have no list before it."""
    if actor.user == person:
        return [_("Mentoring"), page_of_student(person.pk)]
    return [_("Individual assignments"), reverse("mentoring:list"), person.full_name, page_of_student(person.pk)]


@page(mentored["schedule"])
def schedule_page(request: ActorRequest, student_id: UUID) -> HttpResponse:
    """Schedule sessions of a student with their mentor."""
    actor = request.actor
    person = mentored.get(actor, student_id, "schedule")
    pair = pair_of_student(actor, person)
    form = ScheduleForm(posted_data(request), initial=request.GET.dict())
    if did := submit_form(form, lambda: rules.schedule_sessions(by=actor, student=person, **form.wanted())):
        made = did.result
        words = {"when": when_of(made[0].session), "count": len(made)}
        sentence = ngettext("Scheduled for %(when)s.", "%(count)d sessions scheduled, from %(when)s.", len(made))
        undo = Undo(
            reverse("mentoring-sessions:cancel", args=[made[0].pk]), {"following": "on"} if made[0].series else {}
        )
        return redirect_with_message(request, page_of_student(person.pk), sentence % words, undo)
    title = _("Schedule a session with %(name)s") % {"name": person.full_name}
    return time_page(request, form, pair, title, (_("Schedule session"), _("Schedule %(when)s")))


@page(mentoring_sessions["change"])
def move_page(request: ActorRequest, mentoring_session_id: UUID) -> HttpResponse:
    """Move a planned session to another time."""
    actor = request.actor
    row = find_session(actor, mentoring_session_id, "change")
    session, pair = row.session, row.assignment
    now = {
        "date": session.date,
        "start_time": session.start_time,
        "minutes": row.minutes,
        "channel": row.channel,
    }
    form = TimeForm(posted_data(request), initial={**now, **request.GET.dict()})
    if did := submit_form(form, lambda: rules.move_session(by=actor, session=row, **form.wanted())):
        sentence = _("Moved to %(when)s.") % {"when": when_of(did.result.session)}
        before = {**now, "date": session.date.isoformat(), "start_time": f"{session.start_time:%H:%M}"}
        undo = Undo(
            reverse("mentoring-sessions:move", args=[row.pk]), {name: str(value) for name, value in before.items()}
        )
        return redirect_with_message(request, page_of_student(pair.student_id), sentence, undo)
    title = _("Move the session on %(when)s") % {"when": when_of(session)}
    return time_page(request, form, pair, title, (_("Move session"), _("Move to %(when)s")), moved=row)


def pair_of_student(actor: Actor, person: User) -> IndividualAssignment:
    """The student with the mentor they have. Raises NoMentor."""
    pair = instructor_of(actor, person)
    if pair is None:
        raise NoMentor(student=person.full_name)
    pair.student, pair.institution = person, actor.institution
    return pair


def time_page(
    request: ActorRequest,
    form: MomentForm,
    pair: IndividualAssignment,
    title: str,
    buttons: tuple[str, str],
    moved: MentoringSession | None = None,
    *,
    asks: bool = False,
) -> HttpResponse:
    """The form beside the free times of both; choosing one fills it in, and the button repeats it. A student who `asks`
    gets neither other lengths nor advice."""
    branch = branch_of(pair)
    today = today_in(zone_of(pair.institution, branch))
    first = max(moved.session.date - timedelta(days=moved.session.date.weekday()), today) if moved else today
    week, minutes = _week(request, today, first), request.GET.get("minutes", "")
    usual = moved.minutes if moved and moved.minutes in rules.LENGTHS else rules.LENGTHS[0]
    length = int(minutes) if minutes in map(str, rules.LENGTHS) and not asks else usual
    ignored = [moved.session_id] if moved else []
    days = free_days(pair, branch, week, DAYS_SHOWN, length, seen_by=request.actor, ignored=ignored)
    scale = scale_of(days)
    now = (moved.session.date, moved.session.start_time) if moved else None

    def address(first: date, **more: Any) -> str:
        asked = request.GET.copy()
        for name, value in {"week": first.isoformat(), **more}.items():
            asked[name] = value
        return f"?{asked.urlencode()}"

    chosen = (request.GET.get("date", ""), request.GET.get("start_time", ""))
    free = [
        {
            "on": day.on,
            "reasons": day.reasons,
            "lanes": scale.lanes_of(day),
            "times": [
                {
                    "at": at,
                    "url": address(week, date=day.on.isoformat(), start_time=f"{at:%H:%M}") + "#session-form",
                    "is_chosen": chosen == (day.on.isoformat(), f"{at:%H:%M}"),
                    "is_now": now == (day.on, at),
                }
                for at in day.times
            ],
        }
        for day in days
    ]
    return render_dialog(
        request,
        form,
        title=title,
        button=_button(buttons, chosen),
        back=page_of_student(pair.student_id),
        crumbs=crumbs_of(request.actor, pair.student),
        page_template="mentoring/schedule.html",
        context={
            "nav": "mentoring",
            "free": free,
            "scale": scale,
            "number": sum(len(day.times) for day in days),
            "own": request.actor.user is not None and request.actor.user.pk == pair.instructor_id,
            "asks": asks,
            "advice": [] if asks else rhythm_of(pair).advice(today),
            "pair": pair,
            "first": week,
            "last": week + timedelta(days=DAYS_SHOWN - 1),
            "lengths": [
                (number, address(week, minutes=number), number == length) for number in rules.LENGTHS if not asks
            ],
            "earlier": address(week - timedelta(days=DAYS_SHOWN)) if week > today else "",
            "later": address(week + timedelta(days=DAYS_SHOWN)),
        },
    )


def _button(words: tuple[str, str], chosen: tuple[str, str]) -> str:
    """What the button says: with the time that was chosen, where one was."""
    try:
        at = datetime.fromisoformat("T".join(chosen))
    except ValueError:
        return words[0]
    return words[1] % {"when": date_format(at, "D j M, H:i")}


def _week(request: ActorRequest, today: date, first: date) -> date:
    """The first day that is shown: as asked for, else the `first`; never before today."""
    try:
        asked = parse_date(request.GET.get("week", ""))
    except ValueError:
        asked = None
    return asked if asked and today <= asked <= LAST_SHOWN else first


@page(mentoring_sessions["see"])
def session_page(request: ActorRequest, class_session_id: UUID) -> HttpResponse:
    """The page of the student whom a session of the calendar is with."""
    rows = mentoring_sessions.rows(request.actor).filter(session=class_session_id).select_related("assignment")
    row = rows.first()
    if row is None:
        raise Missing
    return redirect(page_of_student(row.assignment.student_id))


@page(mentoring_sessions["change"])
def cancel_page(request: ActorRequest, mentoring_session_id: UUID) -> HttpResponse:
    """Ask, then cancel a planned session."""
    actor = request.actor
    row = find_session(actor, mentoring_session_id, "change")
    form = CancelMentoringForm(posted_data(request), in_series=row.series is not None)
    back = page_of_student(row.assignment.student_id)
    if did := submit_form(form, lambda: rules.cancel_sessions(by=actor, session=row, **form.cleaned_data)):
        number = len(did.result)
        sentence = ngettext("Session cancelled.", "%(count)d sessions cancelled.", number) % {"count": number}
        undo = Undo(reverse("mentoring-sessions:restore", args=[row.pk]), {"pick": [str(one.pk) for one in did.result]})
        return redirect_with_message(request, back, sentence, undo)
    return render_dialog(
        request,
        form,
        title=_("Cancel the session on %(when)s?") % {"when": when_of(row.session)},
        button=_("Cancel session"),
        back=back,
        keep=_("Keep it"),
        crumbs=crumbs_of(actor, row.assignment.student),
        context={"nav": "mentoring"},
    )


@page(mentoring_sessions["change"])
@require_POST
def restore(request: ActorRequest, mentoring_session_id: UUID) -> HttpResponse:
    """Restore a cancelled session, and the others that were cancelled with it."""
    actor = request.actor
    row = find_session(actor, mentoring_session_id, "change")
    back = page_of_student(row.assignment.student_id)
    asked = [row] if not row.series else list(IN_FULL.filter(series=row.series, pk__in=_sessions_picked(request, row)))
    try:
        rules.restore_sessions(by=actor, sessions=asked)
    except DomainError as error:
        return redirect_with_refusal(request, back, error)
    sentence = ngettext("Session restored.", "%(count)d sessions restored.", len(asked)) % {"count": len(asked)}
    return redirect_with_message(request, back, sentence)


def _sessions_picked(request: ActorRequest, row: MentoringSession) -> list[UUID]:
    return [row.pk, *(key for text in request.POST.getlist("pick") if (key := as_id(text)))]


@page(mentoring_sessions["write"])
def write_up_page(request: ActorRequest, mentoring_session_id: UUID) -> HttpResponse:
    """Say what came of a session."""
    actor = request.actor
    row = find_session(actor, mentoring_session_id, "write")
    initial = {"status": row.outcome or "held", "summary": row.summary, "private_notes": row.private_notes}
    form = WriteUpForm(posted_data(request), initial=initial)
    back = page_of_student(row.assignment.student_id)
    if submit_form(form, lambda: rules.write_up_session(by=actor, session=row, changes=form.wanted())):
        return redirect_with_message(request, back, _("Session saved."))
    return render_dialog(
        request,
        form,
        title=_("Write up %(when)s") % {"when": when_of(row.session)},
        button=_("Save"),
        back=back,
        crumbs=crumbs_of(actor, row.assignment.student),
        context={"nav": "mentoring"},
    )


@page(mentoring_sessions["read_notes"])
@require_POST
def notes_page(request: ActorRequest, mentoring_session_id: UUID) -> HttpResponse:
    """The private notes of a session, and who read them; the look of an administrator is recorded."""
    row = find_session(request.actor, mentoring_session_id, "read_notes")
    text = rules.read_private_notes(by=request.actor, session=row)
    return render(
        request,
        "mentoring/notes.html",
        {
            "nav": "mentoring",
            "row": row,
            "text": text,
            "when": when_of(row.session),
            "person": row.assignment.student,
            "list_url": reverse("mentoring:list"),
            "back_url": page_of_student(row.assignment.student_id),
            "looks": row.looks.select_related("looked_by")[:50],
        },
    )
