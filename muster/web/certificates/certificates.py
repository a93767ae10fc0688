"""Certificates: the list, one with its paper, its files, and issuing, replacing and revoking one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.db.models import Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_tables2 import Column

from muster.certificates.kinds import certified
from muster.certificates.models import Certificate
from muster.certificates.paper import certificate_pdf, certificate_picture, issued_on
from muster.certificates.permissions import certificates, completions
from muster.certificates.queries import (
    certificates_in_full,
    certificates_seen_by,
    completion_of,
    own_certificates,
)
from muster.certificates.rules import issue_certificate, revoke_certificate
from muster.documents.queries import verify_url
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor
from muster.people.links import student_url
from muster.web.batches.dialogs import tab_url
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, render_dialog, submit_form
from muster.web.ui.downloads import response_of
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page
from muster.web.ui.tables import Bucket, Buckets, Empty, Filters, Table, list_page
from muster.web.ui.widgets import pill

LOOKS = {"valid": ("good", "okc"), "superseded": ("warn", "history"), "revoked": ("bad", "xc")}


class CertificateFilters(Filters):
    """By student and course, and by how they stand."""

    search: ClassVar[Sequence[str]] = (
        "enrollment__student__full_name",
        "enrollment__course__title",
        "enrollment__batch__name",
    )
    search_hint = gettext_lazy("Student, course or batch")
    status = Buckets(
        gettext_lazy("Status"),
        Bucket("", gettext_lazy("All"), Q()),
        Bucket("valid", gettext_lazy("Valid"), Q(document__ending="")),
        Bucket("superseded", gettext_lazy("Superseded"), Q(document__ending="superseded")),
        Bucket("revoked", gettext_lazy("Revoked"), Q(document__ending="revoked")),
    )


class CertificateTable(Table):
    """Certificates with whose they are."""

    counted = ngettext_lazy("%(count)s certificate", "%(count)s certificates", "count")
    caption = gettext_lazy("Certificates")
    cards = {"student": "title", "course": "meta", "serial": "meta", "issued": "meta", "status": "status"}

    student = Column(accessor="enrollment__student__full_name", verbose_name=gettext_lazy("Student"))
    course = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Course"))
    serial = Column(accessor="document__number", verbose_name=gettext_lazy("Serial"))
    issued = Column(accessor="created_at", verbose_name=gettext_lazy("Issued on"))
    status = Column(empty_values=(), accessor="document__ending", verbose_name=gettext_lazy("Status"))

    class Meta(Table.Meta):
        pass

    def render_student(self, record: Any) -> SafeString:
        url = reverse("certificates:certificate", args=[record.pk])
        return format_html('<a class="t" href="{}">{}</a>', url, record.document.content["student"]["full_name"])

    def render_course(self, record: Any) -> str:
        return str(record.document.content["course"]["title"])

    def render_serial(self, record: Any) -> SafeString:
        return format_html('<span class="nowrap">{}</span>', record.document.serial)

    def render_issued(self, value: datetime) -> str:
        return date_format(timezone.localtime(value), "j M Y")

    def value_issued(self, value: datetime) -> date:
        return timezone.localtime(value).date()

    def render_status(self, record: Any) -> SafeString:
        return state_pill(record)


def state_pill(certificate: Certificate) -> SafeString:
    """How a certificate stands."""
    document = certificate.document
    return pill(document.get_ending_display() if document.ending else _("Valid"), *LOOKS[document.status])


@page(certificates["see"])
def certificate_list(request: ActorRequest) -> HttpResponseBase:
    """The certificates of the reader's part."""
    return list_page(
        request,
        table_class=CertificateTable,
        filterset_class=CertificateFilters,
        queryset=certificates_seen_by(request.actor),
        template="certificates/list.html",
        context={"nav": "certificates"},
        empty=Empty(_("No certificates yet"), _("Issue them on the Completion tab of a batch."), "award"),
        export_name="certificates",
    )


def certificate_rows(rows: Iterable[Certificate]) -> list[tuple[Certificate, SafeString, str]]:
    """Certificates as `own_rows.html` draws them: each with how it stands, and where others verify it."""
    return [(one, state_pill(one), verify_url(one.document)) for one in rows]


@page(certificates["own"])
def own_list(request: ActorRequest) -> HttpResponse:
    """A student's own certificates, and what is still missing for others."""
    context = {"nav": "my-certificates", **certificates_of(request.actor)}
    return render(request, "certificates/own.html", context)


def certificates_of(actor: Actor) -> dict[str, Any]:
    """The actor's own certificates, and how their enrollments without one stand."""
    rows = Enrollment.objects.filter(student=actor.user, institution=actor.institution)
    taking = rows.exclude(status__in=(Enrollment.Status.CANCELLED, Enrollment.Status.EXPIRED))
    found = completion_of(list(taking.order_by("-enrollment_date", "-pk").values_list("pk", flat=True)))
    return {
        "certificates": certificate_rows(own_certificates(actor)),
        "on_the_way": [one for one in found.values() if one.certificate is None],
    }


def find_certificate(actor: Actor, certificate_id: UUID, action: str = "see") -> Certificate:
    """The certificate in full, where the actor may do this with it. Raises Missing, Forbidden."""
    return certificates.get(actor, certificate_id, action, among=certificates_in_full(Certificate.objects.all()))


@page(certificates["see"])
def certificate_page(request: ActorRequest, certificate_id: UUID) -> HttpResponse:
    """One certificate: the paper, every line of it, and the ways to hand it on."""
    actor = request.actor
    row = find_certificate(actor, certificate_id)
    document, batch = row.document, row.enrollment.batch
    own = actor.user is not None and document.holder_id == actor.user.pk
    context = {
        "nav": "my-certificates" if own else "certificates",
        "own": own,
        "certificate": row,
        "document": document,
        "state": state_pill(row),
        "facts": certified(document.content).facts,
        "issued_on": issued_on(document),
        "verify_url": verify_url(document),
        "list_url": reverse("certificates:mine" if own else "certificates:list"),
        "tab_url": tab_url(batch, "completion") if batch and not own else "",
        "may_revoke": not document.ending and certificates.may(actor, "revoke"),
    }
    return render(request, "certificates/certificate.html", context)


@page(certificates["see"])
def pdf_page(request: ActorRequest, certificate_id: UUID) -> HttpResponseBase:
    """The certificate as PDF."""
    return response_of(certificate_pdf(find_certificate(request.actor, certificate_id)))


@page(certificates["see"])
def picture_page(request: ActorRequest, certificate_id: UUID) -> HttpResponse:
    """The sheet as its page shows it."""
    picture = certificate_picture(find_certificate(request.actor, certificate_id))
    return HttpResponse(picture, content_type="image/svg+xml", headers={"Cache-Control": "private, max-age=3600"})


class IssueForm(Form):
    """Why it is issued although something is missing."""

    exception_reason = forms.CharField(
        label=gettext_lazy("Reason for the exception"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Kept in the history. The certificate doesn't say it."),
    )

    def __init__(self, *args: Any, is_complete: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_complete:
            del self.fields["exception_reason"]


@page(completions["issue"])
def issue_page(request: ActorRequest, enrollment_id: UUID) -> HttpResponse:
    """Issue the certificate of a student, as an exception where something is missing, or replace it."""
    actor, replaces = request.actor, "replace" in request.GET
    seat = completions.get(actor, enrollment_id, "issue", among=Enrollment.objects.select_related("batch"))
    one = completion_of([seat.pk])[seat.pk]
    form = IssueForm(posted_data(request), is_complete=one.is_complete)
    names = {"name": one.enrollment.student.full_name}

    def issue() -> Certificate:
        reason = form.cleaned_data.get("exception_reason", "")
        return issue_certificate(by=actor, enrollment=seat, exception_reason=reason, replace=replaces).certificate

    if done := submit_form(form, issue):
        words = _("Certificate %(serial)s issued to %(name)s.") % {"serial": done.result.document.serial, **names}
        return redirect_with_message(request, _back(seat), words)
    if replaces:
        title, button = _("Replace the certificate of %(name)s?") % names, _("Replace certificate")
        text = [_("The new one has its own serial. The one before stays verifiable, as superseded.")]
    else:
        title, button = _("Issue a certificate to %(name)s?") % names, _("Issue certificate")
        text = [_("It gets a serial by which anyone can verify it. The student is notified.")]
    return render_dialog(
        request,
        form,
        title=title,
        button=button,
        back=_back(seat),
        text=[*text, *one.missing],
        context={"nav": "batches"},
    )


def _back(seat: Enrollment) -> str:
    return tab_url(seat.batch, "completion") if seat.batch else student_url(seat.student_id)


class RevokeForm(Form):
    """When and why."""

    date = forms.DateField(
        label=gettext_lazy("Revoked on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Leave blank for today."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Anyone who verifies the certificate sees it."),
    )


@page(certificates["revoke"])
def revoke_page(request: ActorRequest, certificate_id: UUID) -> HttpResponse:
    """Revoke a certificate."""
    actor = request.actor
    row = find_certificate(actor, certificate_id, "revoke")
    form = RevokeForm(posted_data(request))
    names = {"serial": row.document.serial, "name": row.document.content["student"]["full_name"]}

    def revoke() -> Certificate:
        given = form.cleaned_data
        return revoke_certificate(by=actor, certificate=row, reason=given["reason"], on=given["date"])

    back = reverse("certificates:certificate", args=[row.pk])
    if submit_form(form, revoke):
        return redirect_with_message(request, back, _("Certificate %(serial)s revoked.") % names)
    return render_dialog(
        request,
        form,
        title=_("Revoke the certificate of %(name)s?") % names,
        button=_("Revoke certificate"),
        back=back,
        text=[_("It can't be made valid again. You can issue another one, with a new serial.")],
        tone="bad",
        context={"nav": "certificates"},
    )
