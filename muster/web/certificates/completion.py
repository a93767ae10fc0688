"""The tab Completion of a batch: who has reached what the certificate asks for, and certificates for one or many."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django_tables2 import Column

from muster.batches.permissions import batches
from muster.certificates.permissions import completions
from muster.certificates.queries import (
    ISSUED,
    Completion,
    Requirement,
    completion_of,
    needs_of,
    seats_of_certificates,
)
from muster.certificates.queries.completion import TAKES_NONE
from muster.certificates.rules import issue_certificate
from muster.enrollments.models import Enrollment
from muster.enrollments.permissions import payments
from muster.people.links import student_url
from muster.web.batches.dialogs import batches_for_rules, tab_url
from muster.web.batches.frame import Frame, batch_for
from muster.web.batches.tabs import BatchTab, register_tab
from muster.web.requests import ActorRequest
from muster.web.ui.bulk import bulk_dialog, picked_rows
from muster.web.ui.components import BulkAction, Fact
from muster.web.ui.pages import page
from muster.web.ui.tables import Bucket, Buckets, Empty, Filters, NumberColumn, Table, list_page
from muster.web.ui.widgets import dialog_link, icon, menu, person, pill

# Its readers are those who know the students; beside it stands the batch's feedback.
register_tab(BatchTab("completion", gettext_lazy("Completion"), "certificates:completion", 52, "roster"))


class CompletionFilters(Filters):
    """By name or number, and by whether there is a certificate."""

    search: ClassVar[Sequence[str]] = ("student__full_name", "student_number")
    search_hint = gettext_lazy("Name or number")
    certificate = Buckets(
        gettext_lazy("Certificate"),
        Bucket("", gettext_lazy("All"), Q()),
        Bucket("issued", gettext_lazy("Issued"), ISSUED, chip=gettext_lazy("With a certificate")),
        Bucket("none", gettext_lazy("Not issued"), ~ISSUED, chip=gettext_lazy("Without a certificate")),
    )


class CompletionTable(Table):
    """Students with each requirement, met or missing."""

    counted = ngettext_lazy("%(count)s student", "%(count)s students", "count")
    caption = gettext_lazy("Completion")
    cards = {"student": "title", "state": "status", "missing": "meta", "acts": "figure"}

    student = Column(accessor="student__full_name", verbose_name=gettext_lazy("Student"))
    student_number = Column(verbose_name=gettext_lazy("Student number"), visible=False)
    attendance = NumberColumn(empty_values=(), orderable=False, verbose_name=gettext_lazy("Attendance"))
    marks = NumberColumn(empty_values=(), orderable=False, verbose_name=gettext_lazy("Marks"))
    progress = NumberColumn(empty_values=(), orderable=False, verbose_name=gettext_lazy("Progress"))
    results = NumberColumn(empty_values=(), orderable=False, verbose_name=gettext_lazy("Subjects passed"))
    payment = NumberColumn(empty_values=(), orderable=False, verbose_name=gettext_lazy("Payment"))
    state = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Certificate"))
    missing = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Still missing"))
    acts = Column(empty_values=(), orderable=False, exclude_from_export=True, verbose_name=gettext_lazy("Actions"))

    class Meta(Table.Meta):
        pass

    def __init__(
        self, *args: Any, found: Mapping[UUID, Completion], asked: Collection[str], may_issue: bool, **kwargs: Any
    ) -> None:
        hidden = [key for key in FIGURES if key not in asked]
        super().__init__(*args, exclude=hidden if may_issue else [*hidden, "acts"], **kwargs)
        self.found, self.asked, self.may_issue = found, asked, may_issue

    def render_student(self, record: Any) -> SafeString:
        return person(record.student.full_name, student_url(record.student_id), record.student_number or "")

    def _figure(self, record: Any, key: str) -> Any:
        one = self.found[record.pk].of(key)
        return _figure_words(one) if one else "–"

    def render_attendance(self, record: Any) -> Any:
        return self._figure(record, "attendance")

    def render_marks(self, record: Any) -> Any:
        return self._figure(record, "marks")

    def render_progress(self, record: Any) -> Any:
        return self._figure(record, "progress")

    def render_results(self, record: Any) -> Any:
        return self._figure(record, "results")

    def render_payment(self, record: Any) -> Any:
        return self._figure(record, "payment")

    def render_state(self, record: Any) -> SafeString:
        one = self.found[record.pk]
        if one.certificate is not None:
            if not self.may_issue:
                return pill(_("Issued"), "good", "award")
            url = reverse("certificates:certificate", args=[one.certificate.pk])
            serial = one.certificate.document.serial
            return format_html('{} <a class="s" href="{}">{}</a>', pill(_("Issued"), "good", "award"), url, serial)
        if record.status in TAKES_NONE:
            return pill(record.get_status_display(), "", "pause")
        number = len(self._left(one))
        if not number:
            return pill(_("Ready"), "accent", "okc")
        return pill(ngettext("%(count)d missing", "%(count)d missing", number) % {"count": number}, "warn", "alert")

    def render_missing(self, record: Any) -> Any:
        one = self.found[record.pk]
        if one.certificate is not None:
            return "–"
        return format_html_join("", '<p class="s">{}</p>', ((words,) for words in self._left(one))) or "–"

    def value_state(self, record: Any) -> str:
        one = self.found[record.pk]
        return one.certificate.document.serial if one.certificate else ""

    def value_missing(self, record: Any) -> str:
        one = self.found[record.pk]
        return "" if one.certificate else " ".join(self._left(one))

    def _left(self, one: Completion) -> list[str]:
        """What is missing, of what the reader may know."""
        return [each.words for each in one.requirements if not each.is_met and each.key in (*self.asked, "over")]

    def render_acts(self, record: Any) -> Any:
        one = self.found[record.pk]
        if one.certificate is None and record.status in TAKES_NONE:
            return "–"
        name = format_html('<span class="vh"> {}</span>', record.student.full_name)

        def act(label: str, url: str) -> SafeString:
            return dialog_link(format_html("{}{}", label, name), url, plain=True)

        issue_url = reverse("certificates:issue", args=[record.pk])
        if one.certificate is None:
            links = [act(_("Issue certificate"), issue_url)]
        else:
            pdf_url = reverse("certificates:pdf", args=[one.certificate.pk])
            links = [
                format_html('<a href="{}" download>{}{}</a>', pdf_url, _("Download PDF"), name),
                act(_("Replace"), f"{issue_url}?replace=1"),
                act(_("Revoke"), reverse("certificates:revoke", args=[one.certificate.pk])),
            ]
        words = _("Actions for %(name)s") % {"name": record.student.full_name}
        shown = menu(SafeString("".join(links)), words, f"acts-{record.pk}", icon="dots", quiet=True, only=True)
        return format_html('<span class="row-acts">{}</span>', SafeString(shown))


FIGURES = ("attendance", "marks", "progress", "results", "payment")


def _figure_words(one: Requirement) -> SafeString:
    """The figure, with a sign and a word for who cannot see it."""
    if one.is_met:
        return format_html('{} <span class="met">{}</span>', one.figure, icon("okc", _("Met")))
    return format_html('{} <span class="unmet">{}</span>', one.figure, icon("alert", _("Missing")))


@page(batches["roster"])
def completion_page(request: ActorRequest, batch_id: UUID) -> HttpResponseBase:
    """The students of the batch with what the certificate asks for."""
    actor = request.actor
    frame = Frame(actor, batch_for(actor, batch_id, "roster"), "completion")
    batch, course = frame.batch, frame.batch.course
    rows = seats_of_certificates(batch)
    found = completion_of(list(rows.order_by().values_list("pk", flat=True)))
    asked = {one.key for each in found.values() for one in each.requirements} - {"over"}
    if not payments.may(actor, "see"):
        asked.discard("payment")
    issued = sum(one.certificate is not None for one in found.values())
    ready = sum(one.is_ready for one in found.values())
    facts = [
        Fact(_("Certificates issued"), str(issued), "", f"{request.path}?certificate=issued" if issued else ""),
        *([Fact(_("Ready for a certificate"), str(ready))] if frame.may_change else []),
        Fact(_("Students"), str(len(found))),
    ]
    context = {
        "frame": frame,
        "batch": batch,
        "nav": "batches",
        "facts": facts,
        "needs": needs_of(course) if course else [],
        "course_url": reverse("courses:course", args=[course.pk]) if course else "",
        "ready": ready,
    }
    text = _("What each student has reached for the certificate appears here once someone is enrolled.")
    return list_page(
        request,
        table_class=CompletionTable,
        filterset_class=CompletionFilters,
        # Who is enrolled between the statements is there at the next look.
        queryset=rows.filter(pk__in=list(found)),
        template="certificates/completion.html",
        context=context,
        empty=Empty(_("No students enrolled yet"), text, "award"),
        export_name=f"completion-{batch.code}".lower(),
        table_kwargs={"found": found, "asked": asked, "may_issue": frame.may_change},
        bulk=[BulkAction(_("Issue certificates"), reverse("certificates:issue-many"), "award")]
        if frame.may_change
        else [],
        name_of=lambda row: row.student.full_name,
    )


@page(completions["issue"])
def issue_many(request: ActorRequest) -> HttpResponse:
    """Issue the certificates of the selected students."""
    among = Enrollment.objects.select_related("student", "batch", "course")
    return _issue_all(request, picked_rows(request, completions.rows(request.actor, "issue", among=among)))


@page(batches["change"])
def issue_ready(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Issue the certificates of everyone in the batch who has reached all."""
    batch = batches.get(request.actor, batch_id, "change", among=batches_for_rules())
    found = completion_of(list(seats_of_certificates(batch).values_list("pk", flat=True)))
    ready = [one.enrollment for one in found.values() if one.is_ready]
    return _issue_all(request, ready, back=tab_url(batch, "completion"))


def _issue_all(request: ActorRequest, rows: Sequence[Enrollment], back: str = "") -> HttpResponse:
    number = {"count": len(rows)}
    batch = next((row.batch for row in rows if row.batch), None)
    return bulk_dialog(
        request,
        rows,
        lambda row: issue_certificate(by=request.actor, enrollment=row),
        name_of=lambda row: row.student.full_name,
        title=ngettext("Issue %(count)d certificate?", "Issue %(count)d certificates?", len(rows)) % number,
        button=ngettext("Issue %(count)d certificate", "Issue %(count)d certificates", len(rows)) % number,
        text=[_("Each student is notified. Those who haven't met all requirements are skipped.")],
        done=lambda count: (
            ngettext("%(count)d student has a certificate.", "%(count)d students have their certificates.", count)
            % {"count": count}
        ),
        back=back or (tab_url(batch, "completion") if batch else reverse("certificates:list")),
        nav="batches",
    )
