"""Applications from the public catalogue: accepted or rejected by who manages the batch."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.accounts.models import User
from muster.enrollments import rules
from muster.enrollments.models import Application
from muster.enrollments.permissions import applications
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page


class ApplicationDecisionForm(Form):
    """Accept or reject, and what the applicant is told."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[("accept", gettext_lazy("Accept and enroll")), ("reject", gettext_lazy("Reject"))],
        widget=forms.RadioSelect,
        initial="accept",
    )
    note = forms.CharField(
        label=gettext_lazy("Note to the applicant"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Sent by email with your decision. Required if you reject."),
    )


@page(applications["decide"])
def decide_page(request: ActorRequest, application_id: UUID) -> HttpResponse:
    """Give the applicant a seat, or tell them why not."""
    actor, back = request.actor, reverse("requests")
    among = Application.objects.select_related("batch__institution", "batch__branch", "decided_by")
    asked = applications.get(actor, application_id, "decide", among=among)
    form = ApplicationDecisionForm(posted_data(request))
    words = {"name": asked.full_name, "batch": asked.batch.code}

    def decide() -> str:
        note = form.cleaned_data["note"]
        if form.cleaned_data["decision"] == "reject":
            rules.reject_application(by=actor, application=asked, note=note)
            return _("%(name)s's application for %(batch)s rejected.") % words
        enrollment = rules.accept_application(by=actor, application=asked, note=note)
        said = _("%(name)s enrolled in %(batch)s.") % words
        return " ".join([said, *(one.message for one in enrollment.warnings)])

    if done := submit_form(form, decide):
        return redirect_with_message(request, back, done.result)
    return render_dialog(
        request,
        form,
        title=_("%(name)s applies for %(batch)s") % words,
        button=_("Decide") if asked.is_pending else "",
        back=back,
        text=_application_in_words(asked),
        crumbs=[_("Requests"), back],
        body="" if asked.is_pending else "enrollments/nothing.html",
        context={"nav": "requests"},
    )


def _application_in_words(asked: Application) -> list[str]:
    """Who applies, what they say, and how many seats are left."""
    batch = asked.batch
    said = [" · ".join(filter(None, (batch.name, asked.email, asked.phone)))]
    if asked.note:
        said.append(f"“{asked.note}”")
    if not asked.is_pending:
        when = date_format(asked.decided_at, "j F Y") if asked.decided_at else ""
        by = asked.decided_by.full_name if asked.decided_by else ""
        decision = {"word": asked.get_status_display(), "name": by, "day": when}
        return [*said, _("%(word)s by %(name)s on %(day)s.") % decision, *filter(None, [asked.decision_note])]
    if (free := batch.available_spots) is not None:
        seats = ngettext("%(free)d of %(capacity)d seats is free.", "%(free)d of %(capacity)d seats are free.", free)
        said.append(seats % {"free": free, "capacity": batch.capacity})
    if User.objects.filter(home=batch.institution_id, email=asked.email).exists():
        said.append(_("This email belongs to someone you already have. If accepted, that person gets the seat."))
    return said
