"""Registers as a regulator reads them: those that are granted, each marked with who reads it, and as files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from math import ceil
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_tables2 import Column

from muster.attendance.models import Mark
from muster.attendance.queries import RegisterRow
from muster.core.errors import Missing
from muster.core.exports import ExportColumn
from muster.core.files.downloads import attachment
from muster.institutions.access import Actor
from muster.oversight import rules
from muster.oversight.files import how_of, marks_file, register_file
from muster.oversight.models import AccessRequest
from muster.oversight.permissions import access_requests, granted_registers, registers_granted_to
from muster.oversight.queries import GrantedRegister, registers_in_full, requests_in_full, student_of
from muster.timetable.models import ClassSession
from muster.web.oversight.frame import end_of, tabs_of
from muster.web.requests import ActorRequest
from muster.web.ui.components import Fact
from muster.web.ui.downloads import response_of
from muster.web.ui.pages import page
from muster.web.ui.tables import Bucket, Buckets, Empty, Facet, Filters, Table, list_page
from muster.web.ui.widgets import letter, pill, title


class RegisterFilters(Filters):
    """By meeting and state."""

    search: ClassVar[Sequence[str]] = ("meeting__code", "meeting__name", "title")
    search_hint = gettext_lazy("Batch or title")
    batch = Facet(gettext_lazy("Batch"), value="meeting_id", text="meeting__code")
    state = Buckets(
        gettext_lazy("State"),
        Bucket("locked", gettext_lazy("Locked"), Q(is_locked=True)),
        Bucket("open", gettext_lazy("Not locked"), Q(is_locked=False)),
    )


def register_url(session: ClassSession) -> str:
    return reverse("oversight:register", args=[session.pk])


def _clock(at: dt.time | None) -> str | None:
    return f"{at:%H:%M}" if at else None


class RegisterTable(Table):
    """A register in a line."""

    counted = ngettext_lazy("%(count)s register", "%(count)s registers", "count")
    caption = gettext_lazy("Registers")
    cards: ClassVar = {"date": "title", "time": "meta", "batch": "meta", "kind": "meta", "state": "status"}
    apart: ClassVar = {
        "time": [
            ExportColumn("start_time", lambda session: _clock(session.start_time), gettext_lazy("From")),
            ExportColumn("end_time", lambda session: _clock(session.end_time), gettext_lazy("To")),
        ]
    }

    date = Column(verbose_name=gettext_lazy("Date"))
    time = Column(accessor="start_time", empty_values=(), verbose_name=gettext_lazy("Time"))
    batch = Column(accessor="meeting__code", verbose_name=gettext_lazy("Batch"))
    kind = Column(accessor="session_type", verbose_name=gettext_lazy("Type"))
    state = Column(accessor="is_locked", empty_values=(), verbose_name=gettext_lazy("State"))

    class Meta(Table.Meta):
        order_by = ("-date",)

    def render_date(self, value: Any, record: Any) -> str:
        return title(date_format(value, "D j F Y"), register_url(record))

    def value_date(self, value: Any) -> Any:
        return value

    def render_time(self, record: Any) -> str:
        return clock_of_session(record)

    def render_kind(self, record: Any) -> str:
        return str(record.get_session_type_display())

    value_kind = render_kind

    def render_state(self, record: Any) -> Any:
        return pill(_("Locked"), "info", "lock") if record.is_locked else pill(_("Not locked"), "", "unlock")

    def value_state(self, record: Any) -> str:
        return _("Locked") if record.is_locked else _("Not locked")


def clock_of_session(session: ClassSession) -> str:
    if session.start_time is None or session.end_time is None:
        return ""
    return f"{session.start_time:%H:%M} – {session.end_time:%H:%M}"


@page(granted_registers["see"])
def register_list(request: ActorRequest) -> HttpResponseBase:
    """The registers that the reader may open at this moment, the latest first."""
    actor = request.actor
    return list_page(
        request,
        table_class=RegisterTable,
        filterset_class=RegisterFilters,
        queryset=registers_in_full(registers_granted_to(actor)),
        template="oversight/list.html",
        context={
            "nav": "granted-registers",
            "tabs": tabs_of(actor, "registers"),
            "head": _("Registers granted to you"),
            "asks": True,
        },
        empty=Empty(_("No registers to see"), _("Registers appear here while access is granted."), "reg"),
        export_name="granted-registers",
    )


def _look_or_deny(actor: Actor, pk: object, how: str) -> GrantedRegister:
    """The register, with the look recorded; what is denied is recorded too."""
    try:
        return rules.look_at_register(by=actor, session_id=pk, how=how)
    except Missing:
        rules.record_denied_look(by=actor, session_id=pk)
        raise


@page(granted_registers["see"])
def register_page(request: ActorRequest, register_id: UUID) -> HttpResponse:
    """A granted register, read only, marked across with who reads it."""
    actor = request.actor
    found = _look_or_deny(actor, register_id, "opened")
    register, session = found.read(actor), found.session
    rows = [_line(number, row) for number, row in enumerate(register.rows, 1)]
    half = ceil(len(rows) / 2) if len(rows) > 8 else len(rows)
    summary = register.summary
    shown = {
        "nav": "granted-registers",
        "found": found,
        "session": session,
        "codes": ", ".join(batch.code for batch in found.batches.values()),
        "clock": clock_of_session(session),
        "day": date_format(session.date, "l j F Y"),
        "place": session.room.name if session.room else session.location,
        "end": end_of(found.access, actor),
        "now": date_format(actor.now(), "H:i"),
        "columns": [part for part in (rows[:half], rows[half:]) if part],
        "totals": [(letter(mark.letter), mark.label, getattr(summary, mark.value.lower())) for mark in Mark],
        "summary": summary,
        "mark": f"{actor.history_name} · {found.access.reference} · {date_format(actor.now(), 'j M Y H:i')}",
        "files": _files(found, register.rows),
        "facts": _facts(found),
        **_beside(actor, session),
    }
    response = render(request, "oversight/register.html", shown)
    # Nothing of it stays behind on the machine that it was read on, to be read after the grant has ended.
    response["Cache-Control"] = "private, no-store"
    return response


def _line(number: int, row: RegisterRow) -> dict[str, Any]:
    mark = Mark(row.status) if row.status else None
    word = str(mark.label) if mark else _("Not marked")
    if row.minutes_late:
        word = _("%(mark)s, %(minutes)d min") % {"mark": word, "minutes": row.minutes_late}
    return {"number": number, "row": row, "letter": letter(mark.letter) if mark else "", "word": word}


def _files(found: GrantedRegister, rows: Sequence[RegisterRow]) -> list[dict[str, Any]]:
    names = {row.student_id: row.full_name for row in rows}
    return [
        {
            "file": file,
            "name": names.get(student_of(file), ""),
            "url": reverse("oversight:evidence", args=[found.session.pk, file.pk]),
        }
        for file in found.evidence()
    ]


def _facts(found: GrantedRegister) -> list[Fact]:
    session = found.session
    locked = _("Not locked")
    when = _("It can still change")
    if session.is_locked and session.locked_at:
        locked = session.locked_by.full_name if session.locked_by else _("Locked")
        when = date_format(session.locked_at.astimezone(session.meeting.zone), "j F Y, H:i")
    return [
        Fact(_("Locked by"), locked, when),
        Fact(_("Batches"), ", ".join(batch.code for batch in found.batches.values())),
        Fact(_("Granted by"), found.access.decided_by.full_name if found.access.decided_by else ""),
        Fact(_("Grant"), found.access.reference, found.access.purpose),
    ]


def _beside(actor: Actor, session: ClassSession) -> dict[str, Any]:
    """The registers before and after this one in the same meeting."""
    rows = registers_granted_to(actor).filter(meeting=session.meeting_id)
    at = (session.date, session.pk)
    before = rows.filter(Q(date__lt=at[0]) | Q(date=at[0], pk__lt=at[1])).order_by("-date", "-pk").first()
    after = rows.filter(Q(date__gt=at[0]) | Q(date=at[0], pk__gt=at[1])).order_by("date", "pk").first()
    return {"before": before, "after": after}


@page(granted_registers["see"])
def register_export(request: ActorRequest, register_id: UUID) -> HttpResponseBase:
    """The register as a file. The look is recorded before the first byte leaves."""
    actor = request.actor
    kind = request.GET.get("format", "pdf")
    found = _look_or_deny(actor, register_id, how_of(kind))
    return response_of(register_file(actor, found, found.read(actor), kind))


@page(granted_registers["see"])
def evidence_file(request: ActorRequest, register_id: UUID, evidence_id: UUID) -> HttpResponseBase:
    """A file behind a granted register. The look is recorded before the first byte leaves."""
    try:
        file = rules.look_at_granted_evidence(by=request.actor, session_id=register_id, evidence_id=evidence_id)
    except Missing:
        rules.record_denied_look(by=request.actor, session_id=register_id)
        raise
    return response_of(attachment(str(file.file.name), name=file.file_name, media_type=file.media_type))


@page(granted_registers["see"])
def marks_export(request: ActorRequest, access_request_id: UUID) -> HttpResponseBase:
    """The marks of all registers of a grant as a file. The look is recorded before the first byte leaves."""
    actor = request.actor
    own = requests_in_full(AccessRequest.objects.in_force().filter(asked_by=actor.user))
    grant = access_requests.get(actor, access_request_id, "see", own)
    kind = request.GET.get("format", "csv")
    rules.look_at_granted_marks(by=actor, grants=[grant], how=how_of(kind, on_paper=False))
    return response_of(marks_file(actor, [grant], kind))
