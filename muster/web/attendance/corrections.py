"""Deciding a correction of a locked register."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.attendance import rules
from muster.attendance.models import AttendanceRecord, CorrectionRequest, Evidence
from muster.attendance.notices import absence_url
from muster.attendance.permissions import corrections, evidence
from muster.attendance.queries.absences import corrections_in_full, evidence_in_full
from muster.web.attendance.forms import DecideForm
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page


@page(corrections["decide"])
def decide_page(request: ActorRequest, correction_id: str) -> HttpResponse:
    """Approve or reject a correction, with a reason; its files can be opened beside it."""
    actor = request.actor
    asked = corrections.get(actor, correction_id, "decide", corrections_in_full(CorrectionRequest.objects.all()))
    back = reverse("requests")
    beside = corrections.rows(actor, "decide").filter(notice=asked.notice_id, status=CorrectionRequest.Status.PENDING)
    others = list(corrections_in_full(beside.exclude(pk=asked.pk))) if asked.is_pending else []
    form = DecideForm(posted_data(request), others=len(others))
    if did := submit_form(
        form,
        lambda: rules.decide_corrections(
            by=actor,
            requests=[asked, *(others if form.cleaned_data.get("together") else [])],
            approve=form.cleaned_data["decision"] == "approve",
            reason=form.cleaned_data["reason"],
        ),
    ):
        return redirect_with_message(request, back, _decision_message(did.result))
    files = evidence_in_full(evidence.rows(actor, among=Evidence.objects.kept()).filter(notice=asked.notice_id))
    return render_dialog(
        request,
        form,
        title=_("Correct %(name)s's mark?") % {"name": asked.enrollment.student.full_name},
        button=_("Decide") if asked.is_pending else "",
        back=back,
        text=[sentence_of(asked), *_state(asked)],
        crumbs=[_("Requests"), back],
        # What the decision looks at stands before it.
        body="attendance/decide.html",
        context={"nav": "requests", "files": list(files), "notice_url": absence_url(asked.notice_id)},
    )


def _decision_message(decided: Sequence[CorrectionRequest]) -> str:
    first, number = decided[0], len(decided)
    words = {"name": first.enrollment.student.full_name, "number": number}
    if first.status == CorrectionRequest.Status.APPROVED:
        said = ngettext("Mark of %(name)s corrected.", "%(number)d marks of %(name)s corrected.", number)
    else:
        said = ngettext("Mark of %(name)s left unchanged.", "%(number)d marks of %(name)s left unchanged.", number)
    return said % words


def sentence_of(asked: CorrectionRequest) -> str:
    """What would change, in words."""
    words = {
        "day": date_format(asked.session.date, "j F Y"),
        "batch": asked.enrollment.batch.code if asked.enrollment.batch else "",
        "before": asked.get_from_status_display() if asked.from_status else _("Not marked"),
        "after": asked.get_to_status_display(),
        "reason": asked.notice.reason,
    }
    return _("%(batch)s on %(day)s: %(before)s becomes %(after)s. “%(reason)s”") % words


def _state(asked: CorrectionRequest) -> list[str]:
    if asked.is_pending:
        said = [_("Approving changes this mark only. The register stays locked.")]
        now = AttendanceRecord.objects.filter(session=asked.session_id, enrollment=asked.enrollment_id).first()
        if (now.status if now else None) != asked.from_status:
            word = now.get_status_display() if now and now.status else _("Not marked")
            said.append(_("The mark has changed since. It's now %(word)s.") % {"word": word})
        return said
    words = {
        "word": asked.get_status_display(),
        "name": asked.decided_by.full_name if asked.decided_by else "",
        "reason": asked.decision_reason,
    }
    return [_("%(word)s by %(name)s: “%(reason)s”") % words]
