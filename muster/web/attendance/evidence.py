"""Files that show why: sent from a register or an absence, opened, removed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.attendance import rules
from muster.attendance.models import AbsenceNotice, AttendanceRecord, Evidence
from muster.attendance.notices import absence_url
from muster.attendance.permissions import absences, evidence, learners, proven, registers
from muster.attendance.queries import sessions_in_full
from muster.attendance.queries.absences import evidence_of_learner, evidence_of_record
from muster.attendance.rules import AddedEvidence, Upload
from muster.core.files import attachment
from muster.enrollments.models import Enrollment
from muster.institutions.access import STAFF_ROLES
from muster.web.attendance.areas import is_person, nav_of
from muster.web.attendance.forms import EvidenceForm
from muster.web.attendance.register import register_url
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.downloads import response_of
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page


def evidence_message(added: AddedEvidence) -> str:
    """What became of the files."""
    number = len(added.evidence)
    words = ngettext("%(count)d file saved.", "%(count)d files saved.", number) % {"count": number}
    if added.corrections:
        words += " " + ngettext(
            "The register is locked, so a correction was requested.",
            "The registers are locked, so %(count)d corrections were requested.",
            len(added.corrections),
        ) % {"count": len(added.corrections)}
    return words


def _send_dialog(
    request: ActorRequest,
    send: Callable[[list[Upload]], AddedEvidence],
    *,
    title: str,
    back: str,
    crumb: str,
    text: Sequence[str] = (),
    files: Sequence[Evidence] | None = None,
) -> HttpResponse:
    """The dialog that sends files, above those that are there already."""
    form = EvidenceForm(posted_data(request), request.FILES or None)
    if did := submit_form(form, lambda: send(form.uploads(form.cleaned_data["note"]))):
        return redirect_with_message(request, back, evidence_message(did.result))
    return render_dialog(
        request,
        form,
        title=title,
        button=_("Send"),
        back=back,
        text=text,
        crumbs=[crumb, back],
        after="" if files is None else "attendance/evidence_rows.html",
        context={"nav": nav_of(request.actor), "files": files},
    )


def _title(enrollment: Enrollment, day: date) -> str:
    words = {"name": enrollment.student.full_name, "day": date_format(day, "j F Y")}
    return _("Evidence for %(name)s, %(day)s") % words


@page(learners["see"])
def of_learner(request: ActorRequest, session_id: str, enrollment_id: str) -> HttpResponse:
    """The files of one line of a register, and room for more; whether it is marked, locked or neither."""
    actor = request.actor
    session = registers.get(actor, session_id, among=sessions_in_full)
    enrollment = learners.get(actor, enrollment_id, among=Enrollment.objects.select_related("student", "batch"))
    record = AttendanceRecord.objects.filter(session=session, enrollment=enrollment).first()
    if record is not None:
        record = proven.get(actor, record.pk)
    locked = _("The register is locked. Sending evidence asks an administrator to change the mark to Excused.")
    own = is_person(actor, enrollment.student_id)
    return _send_dialog(
        request,
        lambda sent: rules.add_evidence_for_learner(by=actor, session=session, enrollment=enrollment, uploads=sent),
        title=_title(enrollment, session.date),
        back=reverse("attendance:mine") if own else register_url(session.pk),
        crumb=_("My attendance") if own else _("Register"),
        text=[locked] if session.is_locked else [],
        files=evidence_of_learner(actor, enrollment, session.date, session=session.pk, record=record),
    )


@page(proven["add"])
def of_record(request: ActorRequest, record_id: str) -> HttpResponse:
    """The files of one record, a daily one too, and room for more."""
    actor = request.actor
    among = AttendanceRecord.objects.select_related("enrollment__student", "enrollment__batch", "session")
    record = proven.get(actor, record_id, "add", among)
    own = is_person(actor, record.enrollment.student_id)
    return _send_dialog(
        request,
        lambda sent: rules.add_evidence(by=actor, to=record, uploads=sent),
        title=_title(record.enrollment, record.record_date),
        back=reverse("attendance:mine" if own else "attendance:daily"),
        crumb=_("My attendance") if own else _("Daily records"),
        files=evidence_of_record(actor, record),
    )


@page(absences["announce"])
def of_absence(request: ActorRequest, absence_id: str) -> HttpResponse:
    """Send files for an absence."""
    actor = request.actor
    notice = absences.get(actor, absence_id, "announce", AbsenceNotice.objects.select_related("student"))
    return _send_dialog(
        request,
        lambda sent: rules.add_evidence(by=actor, to=notice, uploads=sent),
        title=_("Evidence for %(name)s") % {"name": notice.student.full_name},
        back=absence_url(notice.pk),
        crumb=_("Absence"),
    )


@page(evidence["see"])
def download_page(request: ActorRequest, evidence_id: str) -> HttpResponseBase:
    """The file itself, as a download. The look is recorded before the first byte leaves."""
    row = evidence.get(request.actor, evidence_id)
    stored = rules.look_at(by=request.actor, evidence=row)
    return response_of(attachment(stored, name=row.file_name, media_type=row.media_type))


@page(evidence["remove"])
def remove_page(request: ActorRequest, evidence_id: str) -> HttpResponse:
    """Take a file away."""
    actor = request.actor
    row = evidence.get(actor, evidence_id, "remove", Evidence.objects.select_related("record"))
    if row.notice_id is not None:
        back = absence_url(row.notice_id)
    elif row.record is not None and row.record.session_id is not None and actor.is_any(*STAFF_ROLES):
        back = register_url(row.record.session_id)
    else:
        back = reverse("home")
    form = ConfirmForm(posted_data(request))
    if submit_form(form, lambda: rules.remove_evidence(by=actor, evidence=row)):
        return redirect_with_message(request, back, _("File removed."))
    return render_dialog(
        request,
        form,
        title=_("Remove %(file)s?") % {"file": row.file_name},
        button=_("Remove file"),
        back=back,
        tone="bad",
        text=[_("The file is permanently deleted. Who sent it and who opened it stays on record.")],
        crumbs=[_("Absences"), reverse("attendance:absences")],
        context={"nav": nav_of(actor)},
    )
