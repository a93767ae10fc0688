"""What is done about students at risk: contacts, letters, owners, closing; each in a dialog."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from muster.core.errors import DomainError
from muster.institutions.access import Actor
from muster.risk import rules
from muster.risk.errors import NoContactYet
from muster.risk.letters import letter_text
from muster.risk.models import Intervention, RiskFlag
from muster.risk.notices import url_of
from muster.risk.permissions import flags
from muster.risk.queries import flags_in_full
from muster.web.requests import ActorRequest
from muster.web.risk.forms import CloseForm, InterventionForm, LetterForm, OwnerForm
from muster.web.ui.bulk import bulk_dialog, picked_rows, picked_url
from muster.web.ui.dialogs import redirect_with_message, redirect_with_refusal, render_dialog, submit_form
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page
from muster.web.ui.undo import Undo


def _flag(actor: Actor, pk: UUID) -> RiskFlag:
    return flags.get(actor, pk, "change", among=flags_in_full(RiskFlag.objects.all()))


def _crumbs(flag: RiskFlag) -> list[str]:
    return [_("Students at risk"), reverse("risk:list"), flag.enrollment.student.full_name, url_of(flag)]


@page(flags["change"])
def contact_page(request: ActorRequest, risk_flag_id: UUID) -> HttpResponse:
    """Document a contact with the student."""
    actor = request.actor
    flag = _flag(actor, risk_flag_id)
    form = InterventionForm(posted_data(request))
    if submit_form(form, lambda: rules.record_intervention(by=actor, flag=flag, **form.cleaned_data)):
        return redirect_with_message(request, url_of(flag), _("Contact recorded."))
    return render_dialog(
        request,
        form,
        title=_("Record contact with %(name)s") % {"name": flag.enrollment.student.full_name},
        button=_("Record"),
        back=url_of(flag),
        crumbs=_crumbs(flag),
        context={"nav": "risk"},
    )


@page(flags["change"])
def letter_page(request: ActorRequest, risk_flag_id: UUID) -> HttpResponse:
    """Write a letter from the institution's text, which can be changed before it is kept."""
    actor = request.actor
    flag = _flag(actor, risk_flag_id)
    if not flag.contacts:  # type: ignore[attr-defined]
        return redirect_with_refusal(request, url_of(flag), NoContactYet())
    form = LetterForm(posted_data(request), initial={"letter": letter_text(flag, actor)})
    kind = Intervention.Kind.LETTER
    if submit_form(form, lambda: rules.record_intervention(by=actor, flag=flag, kind=kind, **form.cleaned_data)):
        return redirect_with_message(request, url_of(flag), _("Letter saved. Print it from the list of contacts."))
    return render_dialog(
        request,
        form,
        title=_("Letter to %(name)s") % {"name": flag.enrollment.student.full_name},
        text=[_("Once saved, the letter stays as it is. You can print it then.")],
        button=_("Save letter"),
        back=url_of(flag),
        crumbs=_crumbs(flag),
        context={"nav": "risk"},
    )


def owner_undo(flag: RiskFlag) -> Undo:
    """What gives the flag back to whom it belonged."""
    return Undo(reverse("risk:owner", args=[flag.pk]), {"owner_id": str(flag.owner_id or "")})


@page(flags["change"])
def owner_page(request: ActorRequest, risk_flag_id: UUID) -> HttpResponse:
    """Say whose task the student is; instructors take it on themselves."""
    actor = request.actor
    flag = _flag(actor, risk_flag_id)
    form = OwnerForm(posted_data(request), actor=actor, initial={"owner_id": str(flag.owner_id or "")})
    if did := submit_form(form, lambda: rules.assign_owner(by=actor, flag=flag, owner=form.owner())):
        owner = did.result.owner
        said = _("%(name)s is the owner now.") % {"name": owner.full_name} if owner else _("No one is the owner now.")
        return redirect_with_message(request, url_of(flag), said, owner_undo(flag))
    days = actor.institution.risk_escalate_days
    words = ngettext(
        "They have %(count)d day to get in touch. After that, the people who manage the batch are notified.",
        "They have %(count)d days to get in touch. After that, the people who manage the batch are notified.",
        days,
    )
    return render_dialog(
        request,
        form,
        title=_("Owner for %(name)s") % {"name": flag.enrollment.student.full_name},
        text=[words % {"count": days}],
        button=_("Save"),
        back=url_of(flag),
        crumbs=_crumbs(flag),
        context={"nav": "risk"},
    )


@page(flags["change"])
def close_page(request: ActorRequest, risk_flag_id: UUID) -> HttpResponse:
    """Close the flag with its outcome."""
    actor = request.actor
    flag = _flag(actor, risk_flag_id)
    form = CloseForm(posted_data(request))
    if submit_form(form, lambda: rules.close_flag(by=actor, flag=flag, **form.cleaned_data)):
        undo = Undo(reverse("risk:reopen", args=[flag.pk]))
        return redirect_with_message(request, url_of(flag), _("Flag closed."), undo)
    days = actor.institution.risk_quiet_days
    words = ngettext(
        "For %(count)d day, the same reasons won't flag this student again. A new reason will.",
        "For %(count)d days, the same reasons won't flag this student again. A new reason will.",
        days,
    )
    return render_dialog(
        request,
        form,
        title=_("Close the flag of %(name)s") % {"name": flag.enrollment.student.full_name},
        text=[words % {"count": days}] if days else [],
        button=_("Close flag"),
        back=url_of(flag),
        crumbs=_crumbs(flag),
        keep=_("Keep it open"),
        context={"nav": "risk"},
    )


@page(flags["change"])
@require_POST
def reopen(request: ActorRequest, risk_flag_id: UUID) -> HttpResponse:
    """Take a closing back."""
    actor = request.actor
    flag = _flag(actor, risk_flag_id)
    try:
        rules.reopen_flag(by=actor, flag=flag)
    except DomainError as error:
        return redirect_with_refusal(request, url_of(flag), error)
    undo = Undo(reverse("risk:close", args=[flag.pk]), {"outcome": flag.outcome, "note": flag.closing_note})
    return redirect_with_message(request, url_of(flag), _("Flag reopened."), undo)


@page(flags["assign"])
def assign_many(request: ActorRequest) -> HttpResponse:
    """Give the selected students to somebody."""
    actor = request.actor
    rows = picked_rows(request, flags_in_full(flags.rows(actor, "assign").filter(closed_at__isnull=True)))
    form = OwnerForm(posted_data(request), actor=actor)

    def undo(done: Sequence[RiskFlag]) -> Undo | None:
        before = {row.owner_id for row in done}
        if len(before) > 1:
            return None
        return Undo(picked_url(reverse("risk:assign-many"), done), {"owner_id": str(before.pop() or "")})

    return bulk_dialog(
        request,
        rows,
        lambda row: rules.assign_owner(by=actor, flag=row, owner=form.owner()),
        name_of=lambda row: row.enrollment.student.full_name,
        title=ngettext("Owner for %(count)d student", "Owner for %(count)d students", len(rows)) % {"count": len(rows)},
        button=_("Assign"),
        done=lambda number: (
            ngettext("%(count)d student assigned.", "%(count)d students assigned.", number) % {"count": number}
        ),
        back=reverse("risk:list"),
        undo=undo,
        form=form,
        crumbs=[_("Students at risk"), reverse("risk:list")],
        nav="risk",
    )
