"""The security log: what happened to sign-ins, and what left the institution, for its administrators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_tables2 import Column

from muster.institutions.access import Actor
from muster.institutions.models import SecurityEvent
from muster.institutions.permissions import security_events
from muster.institutions.security import note_export
from muster.web.requests import ActorRequest
from muster.web.ui.pages import page
from muster.web.ui.tables import Bucket, Buckets, Empty, Facet, Filters, NumberColumn, Table, list_page
from muster.web.ui.tables.export import told_of_exports
from muster.web.ui.widgets import local_time

Kind = SecurityEvent.Kind


class SecurityFilters(Filters):
    """By what happened, to whom, and from where."""

    search: ClassVar[Sequence[str]] = ("name", "done_by_name", "detail", "address")
    search_hint = gettext_lazy("Name, details or address")
    kind = Facet(gettext_lazy("Event"), value="kind", words=Kind.choices)
    about = Buckets(
        gettext_lazy("About"),
        Bucket("", gettext_lazy("Everything"), Q()),
        Bucket("failures", gettext_lazy("Failed sign-ins"), Q(kind=Kind.SIGN_IN_FAILED)),
        Bucket("data", gettext_lazy("Exports"), Q(kind=Kind.EXPORTED)),
        Bucket("rights", gettext_lazy("Roles and invitations"), Q(kind__in=[Kind.ROLE_CHANGED, Kind.INVITED])),
    )


class SecurityTable(Table):
    """What happened, the newest first."""

    counted = ngettext_lazy("%(count)s event", "%(count)s events", "count")
    caption = gettext_lazy("Security log")
    cards = {
        "kind": "title",
        "name": "meta",
        "detail": "meta",
        "done_by_name": "meta",
        "created_at": "meta",
        "address": "meta",
    }

    created_at = Column(verbose_name=gettext_lazy("Time"))
    kind = Column(verbose_name=gettext_lazy("Event"))
    name = Column(verbose_name=gettext_lazy("Person"))
    detail = Column(verbose_name=gettext_lazy("Details"))
    done_by_name = Column(verbose_name=gettext_lazy("Done by"))
    address = NumberColumn(verbose_name=gettext_lazy("Address"))

    class Meta(Table.Meta):
        order_by = ("-created_at",)

    def render_done_by_name(self, value: str, record: SecurityEvent) -> str:
        return "–" if record.done_by_id == record.person_id else value

    def value_done_by_name(self, value: str) -> str:
        return value

    def render_created_at(self, value: Any) -> str:
        return local_time({"request": self.request}, value)  # type: ignore[arg-type]

    def value_created_at(self, value: Any) -> Any:
        return value


@page(security_events["see"])
def security_log(request: ActorRequest) -> HttpResponseBase:
    """Sign-ins, tokens, second factors, roles, exports and invitations, the newest first."""
    return list_page(
        request,
        table_class=SecurityTable,
        filterset_class=SecurityFilters,
        queryset=security_events.rows(request.actor),
        template="people_settings/security.html",
        context={"nav": "settings"},
        empty=Empty(
            _("Nothing has happened yet"),
            _("Sign-ins, API tokens, roles, exports and invitations appear here."),
            "shield",
        ),
        export_name="security-log",
    )


def note_list_export(request: HttpRequest, name: str) -> None:
    """A reader takes a list out, which only people of an institution can."""
    actor = cast("Actor | None", getattr(request, "actor", None))
    if actor is not None:
        note_export(by=actor, name=name)


told_of_exports.append(note_list_export)
