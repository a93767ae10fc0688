"""Access requests: all of them, and each with what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Q
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tables2 import Column

from muster.core.exports import days_apart
from muster.oversight.models import EXPIRED, IN_FORCE, AccessRequest
from muster.oversight.permissions import access_requests, covered_by, granted_registers, looks, registers_granted_to
from muster.oversight.queries import (
    batches_in_words,
    looks_in_full,
    registers_in_full,
    requests_in_full,
    status_of,
    status_words,
)
from muster.web.oversight.frame import drawn_requests, facts_of, state_pill, tabs_of
from muster.web.oversight.looks import LookFilters, LookTable
from muster.web.oversight.registers import RegisterFilters, RegisterTable
from muster.web.requests import ActorRequest
from muster.web.ui.pages import page
from muster.web.ui.tables import Bucket, Buckets, Empty, Facet, Filters, NumberColumn, Table, TitleColumn, list_page
from muster.web.ui.widgets import date_range, local_date


class AccessFilters(Filters):
    """By state and by who asked."""

    search: ClassVar[Sequence[str]] = ("purpose", "asked_by__full_name")
    search_hint = gettext_lazy("Purpose or regulator")
    state = Buckets(
        gettext_lazy("State"),
        Bucket("pending", gettext_lazy("Waiting"), Q(status=AccessRequest.Status.PENDING)),
        Bucket("approved", gettext_lazy("Granted"), IN_FORCE),
        Bucket("rejected", gettext_lazy("Rejected"), Q(status=AccessRequest.Status.REJECTED)),
        Bucket("revoked", gettext_lazy("Revoked"), Q(status=AccessRequest.Status.REVOKED)),
        Bucket("expired", gettext_lazy("Expired"), EXPIRED),
    )
    who = Facet(gettext_lazy("Regulator"), value="asked_by_id", text="asked_by__full_name")


class AccessTable(Table):
    """A request in a line."""

    counted = AccessRequest.counted
    caption = gettext_lazy("Access requests")
    cards: ClassVar = {
        "purpose": "title",
        "who": "meta",
        "batches": "meta",
        "days": "meta",
        "asked": "hide",
        "state": "status",
        "looks": "figure",
    }
    apart: ClassVar = {"days": days_apart("first_date", "last_date")}

    purpose = TitleColumn(
        verbose_name=gettext_lazy("Purpose"), url=lambda one: reverse("oversight:request", args=[one.pk])
    )
    who = Column(accessor="asked_by__full_name", verbose_name=gettext_lazy("Regulator"))
    batches = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Batches"))
    days = Column(accessor="first_date", verbose_name=gettext_lazy("Dates"))
    asked = Column(accessor="created_at", verbose_name=gettext_lazy("Asked"))
    state = Column(accessor="status", verbose_name=gettext_lazy("State"))
    looks = NumberColumn(accessor="look_count", orderable=False, verbose_name=gettext_lazy("Looks"))

    class Meta(Table.Meta):
        order_by = ("-asked",)

    def render_batches(self, record: Any) -> str:
        return batches_in_words(record)

    value_batches = render_batches

    def render_days(self, record: Any) -> str:
        return date_range(record.first_date, record.last_date)

    def render_asked(self, value: Any) -> str:
        return local_date(timezone.localtime(value).date())

    def value_asked(self, value: Any) -> Any:
        return value

    def render_state(self, record: Any) -> Any:
        return state_pill(record, timezone.now())

    def value_state(self, record: Any) -> str:
        return status_words(status_of(record, timezone.now()))


@page(access_requests["see"])
def request_list(request: ActorRequest) -> HttpResponseBase:
    """All requests that the reader sees, the latest first."""
    actor = request.actor
    asks = access_requests.may(actor, "ask")
    none_yet = (
        _("Ask for the registers that you need. You see them once the institution grants it.")
        if asks
        else _("When a regulator asks to see registers, it appears here and among your requests.")
    )
    return list_page(
        request,
        table_class=AccessTable,
        filterset_class=AccessFilters,
        queryset=requests_in_full(access_requests.rows(actor)),
        template="oversight/list.html",
        context={"nav": "oversight", "tabs": tabs_of(actor, "requests"), "head": _("Access requests"), "asks": asks},
        empty=Empty(_("No access requests yet"), none_yet, "eye"),
        export_name="access-requests",
        name_of=lambda one: one.purpose,
    )


@page(access_requests["see"])
def request_page(request: ActorRequest, access_request_id: str) -> HttpResponseBase:
    """A request: what was asked and decided; to whoever has it the registers, to administrators the looks."""
    actor = request.actor
    one = access_requests.get(actor, access_request_id, "see", requests_in_full(AccessRequest.objects.all()))
    [drawn] = drawn_requests(actor, [one])
    status = status_of(one, actor.now())
    decides = access_requests.may(actor, "decide")
    shown: dict[str, Any] = {
        "nav": "oversight",
        "tabs": tabs_of(actor, "requests"),
        "drawn": drawn,
        "facts": facts_of(one, actor),
        "decides": decides,
        "is_own": one.asked_by_id == (actor.user.pk if actor.user else None),
        "is_waiting": status == AccessRequest.Status.PENDING,
        "is_granted": status == AccessRequest.Status.APPROVED,
    }
    if granted_registers.may(actor, "see") and shown["is_own"]:
        own = AccessRequest.objects.in_force().filter(pk=one.pk)
        return list_page(
            request,
            table_class=RegisterTable,
            filterset_class=RegisterFilters,
            queryset=registers_in_full(registers_granted_to(actor).filter(covered_by(own))),
            template="oversight/request.html",
            context=shown,
            empty=Empty(_("No registers to see"), _("Registers appear here while access is granted."), "reg"),
            export_name="granted-registers",
        )
    return list_page(
        request,
        table_class=LookTable,
        filterset_class=LookFilters,
        queryset=looks_in_full(looks.rows(actor).filter(access=one)),
        template="oversight/request.html",
        context=shown,
        empty=Empty(_("No looks yet"), _("Each time a register is opened or saved, it's recorded here."), "eye"),
        export_name="looks",
    )
