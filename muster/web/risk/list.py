"""Students at risk: the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Q
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_tables2 import Column

from muster.people.links import batch_url
from muster.risk.models import RiskReason
from muster.risk.notices import url_of
from muster.risk.permissions import flags
from muster.risk.queries import flags_seen_by, reasons_in_words
from muster.web.requests import ActorRequest
from muster.web.ui.components import BulkAction
from muster.web.ui.pages import page
from muster.web.ui.tables import Bucket, Buckets, Empty, Facet, Filters, NumberColumn, Table, TitleColumn, list_page
from muster.web.ui.widgets import local_date, percent, pill

OPEN = Q(closed_at__isnull=True, enrollment__frozen=False)


class RiskFilters(Filters):
    """Open flags, until closed ones are asked for."""

    search: ClassVar[Sequence[str]] = ("enrollment__student__full_name", "enrollment__batch__code")
    search_hint = gettext_lazy("Student or batch")
    reason = Buckets(
        gettext_lazy("Reason"),
        *(Bucket(one.value, one.label, Q(reasons__contains=[one.value])) for one in RiskReason),
    )
    batch = Facet(gettext_lazy("Batch"), value="enrollment__batch_id", text="enrollment__batch__name")
    owner = Facet(gettext_lazy("Owner"), value="owner_id", text="owner__full_name", none=gettext_lazy("No owner"))
    state = Buckets(
        gettext_lazy("State"),
        Bucket("", gettext_lazy("Open"), OPEN),
        Bucket("closed", gettext_lazy("Closed"), Q(closed_at__isnull=False), chip=gettext_lazy("Closed")),
        Bucket("all", gettext_lazy("All"), Q(), chip=gettext_lazy("Open and closed")),
        scope=True,
    )


class RiskTable(Table):
    """A flag in a line: who, why, and whose task it is."""

    counted = ngettext_lazy("%(count)s student at risk", "%(count)s students at risk", "count")
    caption = gettext_lazy("Students at risk")
    cards = {
        "student": "title",
        "batch": "meta",
        "reasons": "meta",
        "attendance": "hide",
        "since": "labelled",
        "owner": "status",
        "due": "labelled",
    }

    student = TitleColumn(accessor="enrollment__student__full_name", verbose_name=gettext_lazy("Student"), url=url_of)
    batch = Column(accessor="enrollment__batch__code", verbose_name=gettext_lazy("Batch"))
    reasons = Column(orderable=False, verbose_name=gettext_lazy("Why"))
    attendance = NumberColumn(accessor="percent", verbose_name=gettext_lazy("Attendance"))
    since = Column(accessor="created_at", verbose_name=gettext_lazy("Since"))
    owner = Column(accessor="owner__full_name", empty_values=(), verbose_name=gettext_lazy("Owner"))
    due = Column(accessor="due_on", verbose_name=gettext_lazy("Contact by"))
    outcome = Column(verbose_name=gettext_lazy("Outcome"), visible=False)

    class Meta(Table.Meta):
        order_by = ("-since",)
        row_attrs: ClassVar = {"class": lambda record: "" if record.is_open else "archived"}

    def render_batch(self, record: Any) -> SafeString:
        batch = record.enrollment.batch
        return format_html('<a class="t" href="{}">{}</a>', batch_url(batch.pk), batch.marked(batch.code))

    def render_reasons(self, record: Any) -> str:
        return ", ".join(reasons_in_words(record))

    def render_attendance(self, value: Any) -> str:
        return percent(value)

    def value_attendance(self, value: Any) -> Any:
        return value

    def render_since(self, value: Any) -> str:
        return local_date(timezone.localtime(value).date())

    def value_since(self, value: Any) -> Any:
        return value

    def render_owner(self, record: Any) -> Any:
        if record.owner:
            return record.owner.full_name
        return pill(_("No owner"), "bad", "person-off") if record.is_open else "–"

    def value_owner(self, record: Any) -> str:
        return record.owner.full_name if record.owner else ""

    def render_due(self, record: Any) -> Any:
        if not record.is_open:
            return record.get_outcome_display()
        if record.due_on < record.enrollment.batch.today():
            return pill(local_date(record.due_on), "bad", "alert")
        return local_date(record.due_on)


@page(flags["see"])
def risk_flag_list(request: ActorRequest) -> HttpResponseBase:
    """The students at risk whom the reader looks after, the newest first."""
    actor = request.actor
    text = _(
        "When a student misses several sessions in a row, falls to the minimum attendance, fails a subject or loses "
        "touch with their mentor, they appear here by the next morning."
    )
    assigns = flags.may(actor, "assign")
    return list_page(
        request,
        table_class=RiskTable,
        filterset_class=RiskFilters,
        queryset=flags_seen_by(actor),
        template="risk/list.html",
        context={"nav": "risk"},
        empty=Empty(_("No students at risk"), text, "okc"),
        export_name="students-at-risk",
        bulk=[BulkAction(_("Assign owner"), reverse("risk:assign-many"), "person")] if assigns else [],
        name_of=lambda row: row.enrollment.student.full_name,
    )
