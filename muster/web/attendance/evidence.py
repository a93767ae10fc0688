"""Files that show why: sent from a register or an absence, opened, removed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
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
from muster.attendance.queries.absences import evidence_in_full, evidence_of_record
from muster.attendance.rules import AddedEvidence
from muster.core.files import attachment
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor
from muster.web.attendance.forms import EvidenceForm
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


def form_of(request: HttpRequest) -> EvidenceForm:
    """The form, with what was sent."""
    return EvidenceForm(request.POST, request.FILES) if request.method == "POST" else EvidenceForm()


@page(learners["see"])
def of_learner(request: ActorRequest, session_id: str, enrollment_id: str) -> HttpResponse:
    """The files of one line of a register, and room for more; whether it is marked, locked or neither."""
    actor = request.actor
    session = registers.get(actor, session_id, among=sessions_in_full)
    enrollment = learners.get(actor, enrollment_id, among=Enrollment.objects.select_related("student", "batch"))
    record = AttendanceRecord.objects.filter(session=session, enrollment=enrollment).first()
    if record is not None:
        record = proven.get(actor, record.pk, among=AttendanceRecord.objects.select_related("enrollment"))
    own = actor.user is not None and actor.user.pk == enrollment.student_id
    back = reverse("attendance:mine") if own else reverse("attendance:register", args=[session.pk])
    form = form_of(request)
    if did := submit_form(
        form,
        lambda: rules.add_evidence_for_learner(
            by=actor, session=session, enrollment=enrollment, uploads=form.uploads(form.cleaned_data["note"])
        ),
    ):
        return redirect_with_message(request, back, evidence_message(did.result))
    text = []
    if session.is_locked:
        text.append(_("The register is locked. Sending evidence asks an administrator to change the mark to Excused."))
    words = {"name": enrollment.student.full_name, "day": date_format(session.date, "j F Y")}
    return render_dialog(
        request,
        form,
        title=_("Evidence for %(name)s, %(day)s") % words,
        button=_("Send"),
        back=back,
        text=text,
        crumbs=[_("My attendance") if own else _("Register"), back],
        after="attendance/evidence_rows.html",
        context={
            "nav": nav_of(actor),
            "files": evidence_of_record(actor, record) if record else _of_day(actor, enrollment, session.date),
        },
    )


@page(proven["add"])
def of_record(request: ActorRequest, record_id: str) -> HttpResponse:
    """The files of one record, a daily one too, and room for more."""
    actor = request.actor
    among = AttendanceRecord.objects.select_related("enrollment__student", "enrollment__batch", "session")
    record = proven.get(actor, record_id, "add", among)
    own = actor.user is not None and actor.user.pk == record.enrollment.student_id
    back = reverse("attendance:mine") if own else reverse("attendance:daily")
    form = form_of(request)
    if did := submit_form(
        form, lambda: rules.add_evidence(by=actor, to=record, uploads=form.uploads(form.cleaned_data["note"]))
    ):
        return redirect_with_message(request, back, evidence_message(did.result))
    words = {"name": record.enrollment.student.full_name, "day": date_format(record.record_date, "j F Y")}
    return render_dialog(
        request,
        form,
        title=_("Evidence for %(name)s, %(day)s") % words,
        button=_("Send"),
        back=back,
        crumbs=[_("My attendance") if own else _("Daily records"), back],
        after="attendance/evidence_rows.html",
        context={"nav": nav_of(actor), "files": evidence_of_record(actor, record)},
    )


def _of_day(actor: Actor, enrollment: Enrollment, day: object) -> list[Evidence]:
    """The files of the absences that cover a day on which there is no mark."""
    covering = AbsenceNotice.objects.not_withdrawn().filter(
        student=enrollment.student_id, institution=actor.institution, first_date__lte=day, last_date__gte=day
    )
    rows = evidence.rows(actor, among=Evidence.objects.kept()).filter(notice__in=covering.values("pk"))
    return list(evidence_in_full(rows))


@page(absences["announce"])
def of_absence(request: ActorRequest, absence_id: str) -> HttpResponse:
    """Send files for an absence."""
    actor = request.actor
    notice = absences.get(actor, absence_id, "announce", AbsenceNotice.objects.select_related("student"))
    back = absence_url(notice.pk)
    form = form_of(request)
    if did := submit_form(
        form, lambda: rules.add_evidence(by=actor, to=notice, uploads=form.uploads(form.cleaned_data["note"]))
    ):
        return redirect_with_message(request, back, evidence_message(did.result))
    return render_dialog(
        request,
        form,
        title=_("Evidence for %(name)s") % {"name": notice.student.full_name},
        button=_("Send"),
        back=back,
        crumbs=[_("Absence"), back],
        context={"nav": nav_of(actor)},
    )


@page(evidence["see"])
def download_page(request: ActorRequest, evidence_id: str) -> HttpResponseBase:
    """The file itself, as a download. The look is recorded before the first byte leaves."""
    actor = request.actor
    row = evidence.get(actor, evidence_id)
    return response_of(attachment(rules.look_at(by=actor, evidence=row), name=row.file_name, media_type=row.media_type))


@page(evidence["remove"])
def remove_page(request: ActorRequest, evidence_id: str) -> HttpResponse:
    """Take a file away."""
    actor = request.actor
    row = evidence.get(actor, evidence_id, "remove", Evidence.objects.select_related("record"))
    if row.notice_id is not None:
        back = absence_url(row.notice_id)
    elif row.record is not None and row.record.session_id is not None and actor.is_any(*_MARKERS):
        back = reverse("attendance:register", args=[row.record.session_id])
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


def nav_of(actor: Actor) -> str:
    """The entry of the navigation under which attendance stands for somebody."""
    return "attendance" if actor.is_any(*_MARKERS) else "my-attendance"


_MARKERS = ("super-admin", "admin", "branch-manager", "dept-admin", "instructor")
