"""The students of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_tables2 import Column

from muster.assessment.queries import BY_PROGRESS, with_progress
from muster.attendance.queries import with_attendance
from muster.batches.permissions import batches
from muster.courses.queries import minimum_attendance_of
from muster.enrollments.balances import total_of
from muster.enrollments.models import Enrollment
from muster.enrollments.permissions import payments
from muster.enrollments.queries import everyone_of
from muster.exchange.exports import ROSTER
from muster.institutions.permissions import users
from muster.risk.queries import with_open_flag
from muster.web.batches.frame import Frame, batch_for
from muster.web.batches.tabs import BatchTab, register_tab
from muster.web.enrollments.words import balance_words, progress_cell, state_of_seat
from muster.web.requests import ActorRequest
from muster.web.risk.widgets import risk_badge
from muster.web.ui.bulk import picked_url
from muster.web.ui.components import Action, BulkAction
from muster.web.ui.pages import page
from muster.web.ui.tables import Bucket, Buckets, Empty, Facet, Filters, NumberColumn, Table, list_page
from muster.web.ui.widgets import dialog_link, local_date, menu, percent, person, pill

CURRENT = ~Q(status=Enrollment.Status.CANCELLED)


class RosterFilters(Filters):
    """Found by name or number; the cancelled stay away until they are asked for."""

    search: ClassVar[Sequence[str]] = ("student__full_name", "student_number")
    search_hint = gettext_lazy("Name or number")
    status = Facet(gettext_lazy("Status"), value="status", words=Enrollment.Status.choices)
    type = Facet(gettext_lazy("Type"), value="enrollment_type", words=Enrollment.Type.choices)
    risk = Buckets(
        gettext_lazy("Risk"),
        Bucket("yes", gettext_lazy("At risk"), Q(risk_flag__isnull=False)),
        Bucket("no", gettext_lazy("Not at risk"), Q(risk_flag__isnull=True)),
    )
    cancelled = Buckets(
        gettext_lazy("Cancelled"),
        Bucket("", gettext_lazy("Hidden"), CURRENT),
        Bucket("all", gettext_lazy("Included"), Q(), chip=gettext_lazy("Including cancelled")),
        Bucket("only", gettext_lazy("Cancelled only"), ~CURRENT),
        Bucket("transferred", gettext_lazy("Transferred only"), Q(transferred_to__isnull=False)),
        scope=True,
    )


class RosterContactFilters(RosterFilters):
    """For those who may see contact data: by e-mail too."""

    search = ("student__full_name", "student__email", "student_number")
    search_hint = gettext_lazy("Name, number or email")


class RosterTable(Table):
    """Students with how they are enrolled."""

    counted = ngettext_lazy("%(count)s student", "%(count)s students", "count")
    caption = gettext_lazy("Students")
    cards = {
        "student": "title",
        "phone": "hide",
        "since": "labelled",
        "type": "meta",
        "progress": "labelled",
        "attendance": "labelled",
        "status": "status",
        "acts": "figure",
    }

    exported = ROSTER

    student = Column(accessor="student__full_name", verbose_name=gettext_lazy("Student"))
    student_number = Column(verbose_name=gettext_lazy("Student number"), visible=False)
    email = Column(accessor="student__email", verbose_name=gettext_lazy("Email"), visible=False)
    phone = Column(accessor="student__phone", verbose_name=gettext_lazy("Phone"), orderable=False)
    since = Column(accessor="enrollment_date", verbose_name=gettext_lazy("Enrolled"))
    type = Column(accessor="enrollment_type", verbose_name=gettext_lazy("Type"))
    progress = NumberColumn(accessor=BY_PROGRESS, verbose_name=gettext_lazy("Progress"))
    attendance = NumberColumn(accessor="attendance_percent", verbose_name=gettext_lazy("Attendance"))
    status = Column(verbose_name=gettext_lazy("Status"))
    acts = Column(empty_values=(), orderable=False, exclude_from_export=True, verbose_name=gettext_lazy("Actions"))

    class Meta(Table.Meta):
        row_attrs: ClassVar = {
            "class": lambda record: "" if record.status != Enrollment.Status.CANCELLED else "archived"
        }

    def __init__(self, *args: Any, contacts: bool, may_change: bool, sees_payments: bool, **kwargs: Any) -> None:
        hidden = [*(() if contacts else ("email", "phone")), *(() if may_change else ("acts",))]
        super().__init__(*args, exclude=hidden, **kwargs)
        self.contacts, self.sees_payments = contacts, sees_payments

    def render_student(self, record: Any) -> SafeString:
        known: list[Any] = [record.student_number] if record.student_number else []
        if self.contacts and record.student.email:
            # Where the address has no room it breaks before its host.
            known.append(format_html("{}<wbr>{}{}", *record.student.email.rpartition("@")))
        name = person(record.student.full_name, "", format_html_join(", ", "{}", ((one,) for one in known)))
        return format_html("{}{}", name, risk_badge(record.risk_flag)) if record.risk_flag else name

    def render_since(self, value: Any) -> Any:
        return local_date(value)

    def render_type(self, record: Any) -> str:
        return str(record.get_enrollment_type_display())

    def render_progress(self, record: Any) -> Any:
        return progress_cell(record)

    def render_attendance(self, record: Any, value: Any) -> Any:
        minimum = minimum_attendance_of(self.request.actor.institution, record.course)
        shown = percent(value)
        if value >= minimum:
            return shown
        return format_html('{}<span class="s">{}</span>', shown, _("below %(minimum)s") % {"minimum": percent(minimum)})

    def render_status(self, record: Any) -> SafeString:
        word, tone, shape = state_of_seat(record)
        below = format_html('<span class="s">{}</span>', record.cancel_reason) if record.cancel_reason else ""
        return format_html("{}{}", pill(word, tone, shape), below)

    def render_acts(self, record: Any) -> Any:
        if not record.holds_a_seat:
            return "–"
        name = format_html('<span class="vh"> {}</span>', record.student.full_name)
        turn = (_("Resume"), "resume") if record.status == Enrollment.Status.ON_HOLD else (_("Hold"), "hold")
        paid = [(_("Payments"), "payments")] if self.sees_payments else []
        acts = [(label, reverse(f"enrollments:{action}", args=[record.pk])) for label, action in (turn, *paid)]
        acts.append((_("Transfer"), picked_url(reverse("enrollments:transfer"), [record])))
        acts.append((_("Cancel"), reverse("enrollments:cancel", args=[record.pk])))
        links = [dialog_link(format_html("{}{}", label, name), url, plain=True) for label, url in acts]
        words = _("Actions for %(name)s") % {"name": record.student.full_name}
        shown = menu(SafeString("".join(links)), words, f"acts-{record.pk}", icon="dots", quiet=True, only=True)
        return format_html('<span class="row-acts">{}</span>', SafeString(shown))


register_tab(
    BatchTab(
        "students",
        gettext_lazy("Students"),
        "batches:students",
        20,
        "roster",
        count=lambda frame: frame.batch.learners,
    )
)


@page(batches["roster"])
def roster_page(request: ActorRequest, batch_id: UUID) -> HttpResponseBase:
    """The students of the batch, with hold, resume and cancel."""
    actor = request.actor
    frame = Frame(actor, batch_for(actor, batch_id, "roster"), "students")
    contacts, batch = users.may(actor, "list"), frame.batch
    sees_payments = payments.may(actor, "see")
    rows = Enrollment.objects.filter(batch=batch).select_related("course").prefetch_related("payments")
    balance = [balance_words(one) for one in total_of(rows)] if sees_payments else []
    begin = []
    if frame.may_change and batch.takes_enrollments:
        begin = [Action(_("Enroll students"), frame.url("enrollments:enroll"), "plus")]
    message = [] if batch.is_archived else [BulkAction(_("Message"), reverse("messaging:new-enrolled"), "mail")]
    text = _("Students with a seat in this batch appear here. Enroll the first one.")
    return list_page(
        request,
        table_class=RosterTable,
        filterset_class=RosterContactFilters if contacts else RosterFilters,
        queryset=with_open_flag(actor, with_progress(with_attendance(everyone_of(batch))).select_related("course")),
        template="batches/students.html",
        context={"frame": frame, "batch": batch, "nav": "batches", "balance": balance},
        empty=Empty(_("No students enrolled yet"), text, "student", begin),
        export_name=f"students-{batch.code}".lower(),
        table_kwargs={"contacts": contacts, "may_change": frame.may_change, "sees_payments": sees_payments},
        bulk=[
            *message,
            BulkAction(_("Transfer"), reverse("enrollments:transfer"), "swap"),
            BulkAction(_("Hold"), reverse("enrollments:hold-many"), "pause"),
            BulkAction(_("Resume"), reverse("enrollments:resume-many"), "undo"),
            BulkAction(_("Complete"), reverse("enrollments:complete-many"), "award"),
            BulkAction(_("Cancel enrollments"), reverse("enrollments:cancel-many"), "xc"),
        ]
        if frame.may_change
        else message,
        name_of=lambda row: row.student.full_name,
    )
