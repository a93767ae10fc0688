"""Who looked at what: to administrators everything, to regulators their own looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Q
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tables2 import Column

from muster.oversight.models import AccessLook
from muster.oversight.permissions import access_requests, looks
from muster.oversight.queries import look_in_words, looks_in_full
from muster.web.oversight.frame import look_pill, tabs_of
from muster.web.requests import ActorRequest
from muster.web.ui.pages import page
from muster.web.ui.tables import Bucket, Buckets, Empty, Facet, Filters, Table, TitleColumn, list_page

SAVED = ("pdf", "xlsx", "csv")


class LookFilters(Filters):
    """By how and by whom."""

    search: ClassVar[Sequence[str]] = ("batch_codes", "looked_by__full_name")
    search_hint = gettext_lazy("Batch or regulator")
    how = Buckets(
        gettext_lazy("How"),
        Bucket("opened", AccessLook.How.OPENED.label, Q(how="opened")),
        Bucket("saved", gettext_lazy("Saved"), Q(how__in=SAVED)),
        Bucket("evidence", AccessLook.How.EVIDENCE.label, Q(how="evidence")),
        Bucket("denied", gettext_lazy("Denied"), Q(how="denied")),
    )
    who = Facet(gettext_lazy("Regulator"), value="looked_by_id", text="looked_by__full_name")


class LookTable(Table):
    """A look in a line."""

    counted = AccessLook.counted
    caption = gettext_lazy("Looks")
    cards: ClassVar = {"what": "title", "day": "meta", "who": "meta", "when": "meta", "how": "status", "grant": "hide"}

    when = Column(accessor="looked_at", verbose_name=gettext_lazy("When"))
    who = Column(accessor="looked_by__full_name", verbose_name=gettext_lazy("Who"))
    what = TitleColumn(accessor="batch_codes", empty_values=(), orderable=False, verbose_name=gettext_lazy("What"))
    day = Column(accessor="session_date", verbose_name=gettext_lazy("Date of the register"))
    how = Column(verbose_name=gettext_lazy("How"))
    grant = Column(accessor="access", empty_values=(), orderable=False, verbose_name=gettext_lazy("Grant"))

    class Meta(Table.Meta):
        order_by = ("-when",)

    def render_when(self, value: Any) -> str:
        return date_format(timezone.localtime(value), "D j M Y, H:i")

    def value_when(self, value: Any) -> Any:
        return value

    def render_what(self, record: Any) -> str:
        return look_in_words(record)

    value_what = render_what

    def render_day(self, value: Any) -> str:
        return date_format(value, "D j M Y")

    def value_day(self, value: Any) -> Any:
        return value

    def render_how(self, record: Any) -> Any:
        return look_pill(record)

    def value_how(self, record: Any) -> str:
        return str(record.get_how_display())

    def render_grant(self, record: Any) -> str:
        return record.access.reference if record.access else "–"

    def value_grant(self, record: Any) -> str:
        return record.access.reference if record.access else ""


@page(looks["see"])
def look_list(request: ActorRequest) -> HttpResponseBase:
    """Every look, the latest first."""
    actor = request.actor
    decides = access_requests.may(actor, "decide")
    return list_page(
        request,
        table_class=LookTable,
        filterset_class=LookFilters,
        queryset=looks_in_full(looks.rows(actor)),
        template="oversight/list.html",
        context={
            "nav": "looks" if not decides else "oversight",
            "tabs": tabs_of(actor, "looks"),
            "head": _("What regulators looked at") if decides else _("What you looked at"),
        },
        empty=Empty(_("No looks yet"), _("Each time a register is opened or saved, it's recorded here."), "eye"),
        export_name="looks",
    )
