"""Locking and unlocking a register: what it does, said in numbers before it is done."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.attendance import rules
from muster.attendance.models import UnlockRequest
from muster.attendance.notices import people_who_unlock
from muster.attendance.permissions import registers, unlocks
from muster.attendance.queries import Register, register_of, sessions_in_full, signature_of, statement_of
from muster.attendance.queries.unlocks import unlocks_in_full
from muster.timetable.models import ClassSession
from muster.web.attendance.forms import DecideForm
from muster.web.attendance.register import register_url
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page
from muster.web.ui.undo import Undo

MOST_NAMES = 3


class SignForm(Form):
    """Whether the instructor who locks the register signs it."""

    sign = forms.BooleanField(required=False, initial=True)


class UnlockForm(Form):
    """What needs correcting."""

    reason = forms.CharField(
        label=gettext_lazy("What needs correcting?"),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 300}),
        max_length=300,
        help_text=gettext_lazy("The reason is kept in the register's history."),
    )


def what_locks(register: Register) -> list[str]:
    """What becomes evidence, and who is left out."""
    summary = register.summary
    notes = sum(1 for row in register.rows if row.notes)
    said = [ngettext("%(n)d mark", "%(n)d marks", summary.marked) % {"n": summary.marked}]
    if notes:
        said.append(ngettext("%(n)d note", "%(n)d notes", notes) % {"n": notes})
    sentences = [
        _(
            "%(things)s can no longer be changed. Only an administrator can unlock the register, with a reason "
            "that is kept."
        )
        % {"things": _(" and ").join(said)}
    ]
    if summary.unmarked:
        sentences.append(
            ngettext(
                "%(n)d student isn't marked, and can't be marked once the register is locked.",
                "%(n)d students aren't marked, and can't be marked once the register is locked.",
                summary.unmarked,
            )
            % {"n": summary.unmarked}
        )
    return sentences


@page(registers["lock"])
def lock_page(request: ActorRequest, session_id: str) -> HttpResponse:
    """Lock the register."""
    actor = request.actor
    session = registers.get(actor, session_id, "lock", among=sessions_in_full)
    back = register_url(session.pk)
    signs = registers.allows(actor, "sign", session)
    form = (SignForm if signs else ConfirmForm)(posted_data(request))
    if signs:
        form.fields["sign"].help_text = statement_of(actor.institution)
        form.fields["sign"].label = _("Sign as %(name)s") % {"name": actor.history_name}

    def lock() -> ClassSession:
        return rules.lock_register(by=actor, session=session, sign=form.cleaned_data.get("sign", False))

    if submit_form(form, lock):
        may = registers.may(actor, "unlock")
        undo = Undo(reverse("attendance:unlock", args=[session.pk]), {"reason": _("Undone")}) if may else None
        return redirect_with_message(request, back, _("Register locked."), undo)
    return render_dialog(
        request,
        form,
        title=_("Lock this register?"),
        button=_("Lock register"),
        back=back,
        text=what_locks(register_of(actor, session)),
        crumbs=[_("Register"), back],
    )


@page(registers["unlock"])
def unlock_page(request: ActorRequest, session_id: str) -> HttpResponse:
    """Unlock the register, with a reason."""
    actor = request.actor
    session = registers.get(actor, session_id, "unlock", among=sessions_in_full)
    back = register_url(session.pk)
    form = UnlockForm(posted_data(request))
    if submit_form(form, lambda: rules.unlock_register(by=actor, session=session, reason=form.cleaned_data["reason"])):
        undo = Undo(reverse("attendance:lock", args=[session.pk]))
        return redirect_with_message(request, back, _("Register unlocked."), undo)
    by = session.locked_by.full_name if session.locked_by else ""
    signature = signature_of(session)
    voids = _("This voids the signature of %(name)s.") % {"name": signature.name} if signature else ""
    return render_dialog(
        request,
        form,
        title=_("Unlock this register?"),
        button=_("Unlock register"),
        back=back,
        text=[
            _("Locked by %(name)s. Once unlocked, marks can be changed until it's locked again.") % {"name": by}
            if by
            else _("Once unlocked, marks can be changed until it's locked again."),
            *([voids] if signature and signature.stands else []),
        ],
        crumbs=[_("Register"), back],
    )


@page(registers["lock"])
def unlock_request_page(request: ActorRequest, session_id: str) -> HttpResponse:
    """Ask the administrators to unlock the register."""
    actor = request.actor
    session = registers.get(actor, session_id, "lock", among=sessions_in_full)
    back = register_url(session.pk)
    form = UnlockForm(posted_data(request))
    if submit_form(form, lambda: rules.ask_to_unlock(by=actor, session=session, reason=form.cleaned_data["reason"])):
        return redirect_with_message(request, back, _("Asked. You'll be notified of the answer."))
    names = list(people_who_unlock(actor).values_list("full_name", flat=True)[: MOST_NAMES + 1])
    shown = _("%(names)s and others") if len(names) > MOST_NAMES else "%(names)s"
    return render_dialog(
        request,
        form,
        title=_("Request to unlock this register"),
        button=_("Send request"),
        back=back,
        text=[_("Sent to %(people)s.") % {"people": shown % {"names": ", ".join(names[:MOST_NAMES])}}],
        crumbs=[_("Register"), back],
    )


@page(unlocks["decide"])
def decide_unlock_page(request: ActorRequest, unlock_request_id: str) -> HttpResponse:
    """Unlock the register that somebody asks for, or leave it locked, with a reason."""
    actor, back = request.actor, reverse("requests")
    asked = unlocks.get(actor, unlock_request_id, "decide", unlocks_in_full(UnlockRequest.objects.all()))
    form = DecideForm(posted_data(request))

    def decide() -> None:
        approve = form.cleaned_data["decision"] == "approve"
        rules.decide_unlock(by=actor, request=asked, approve=approve, reason=form.cleaned_data["reason"])

    words = {"batch": asked.session.meeting.code, "day": date_format(asked.session.date, "j F Y")}
    if submit_form(form, decide):
        unlocked = form.cleaned_data["decision"] == "approve"
        said = (
            _("Register of %(batch)s, %(day)s, unlocked.")
            if unlocked
            else _("Register of %(batch)s, %(day)s, stays locked.")
        )
        return redirect_with_message(request, back, said % words)
    who = asked.asked_by.full_name if asked.asked_by else ""
    text = [_("%(name)s: “%(reason)s”") % {"name": who, "reason": asked.reason}]
    if not asked.is_pending:
        by = asked.decided_by.full_name if asked.decided_by else ""
        words |= {"word": asked.get_status_display(), "name": by, "reason": asked.decision_reason}
        text.append(_("%(word)s by %(name)s: “%(reason)s”") % words)
    return render_dialog(
        request,
        form,
        title=_("Unlock the register of %(batch)s, %(day)s?") % words,
        button=_("Decide") if asked.is_pending else "",
        back=back,
        text=text,
        crumbs=[_("Requests"), back],
        body="" if asked.is_pending else "enrollments/nothing.html",
        context={"nav": "requests"},
    )
