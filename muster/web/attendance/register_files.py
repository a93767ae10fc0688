"""Registers as files and on paper."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http.response import HttpResponseBase
from django.shortcuts import render

from muster.attendance.permissions import cohorts, registers
from muster.attendance.queries import sessions_in_full
from muster.attendance.register_files import (
    batch_sheet,
    batch_sign_in,
    paper_register,
    register_sheet,
    register_sign_in,
    sheet_file,
)
from muster.batches.models import Batch
from muster.core.errors import DomainError
from muster.institutions.access import Actor
from muster.people.links import batch_url
from muster.timetable.models import ClassSession
from muster.web.attendance.forms import SheetDaysForm, SignInDaysForm
from muster.web.requests import ActorRequest
from muster.web.ui.downloads import response_of
from muster.web.ui.pages import form_refused, page


def _session(actor: Actor, session_id: UUID) -> ClassSession:
    return registers.get(actor, session_id, "sheets", among=sessions_in_full)


@page(registers["sheets"])
def register_export(request: ActorRequest, session_id: UUID) -> HttpResponseBase:
    """The register of a session as a file."""
    actor = request.actor
    return response_of(sheet_file(register_sheet(actor, _session(actor, session_id)), request.GET.get("format", "pdf")))


@page(registers["sheets"])
def register_sign_in_sheet(request: ActorRequest, session_id: UUID) -> HttpResponseBase:
    """A blank sheet for a session."""
    actor = request.actor
    return response_of(sheet_file(register_sign_in(actor, _session(actor, session_id)), "pdf"))


@page(registers["sheets"])
def register_on_paper(request: ActorRequest, session_id: UUID) -> HttpResponseBase:
    """The register of a session to be kept on paper."""
    actor = request.actor
    return response_of(sheet_file(paper_register(actor, _session(actor, session_id)), "pdf"))


@page(cohorts["see"])
def batch_sheets(request: ActorRequest, batch_id: UUID) -> HttpResponseBase:
    """The sheets of a batch: which days, and in what. `sheet` and `format` ask for the file itself."""
    actor = request.actor
    among = Batch.objects.select_related("course", "department", "branch", "institution")
    batch = cohorts.get(actor, batch_id, "see", among=among)
    asked = request.GET.get("sheet", "")
    first, until = _so_far(actor, batch)
    given = SheetDaysForm(request.GET if asked == "attendance" else None, initial={"from": first, "to": until})
    blank = SignInDaysForm(request.GET if asked == "sign-in" else None, initial={"day": until})
    try:
        if given.is_bound and given.is_valid():
            return response_of(sheet_file(batch_sheet(actor, batch, *given.days()), request.GET.get("format", "pdf")))
        if blank.is_bound and blank.is_valid():
            return response_of(sheet_file(batch_sign_in(actor, batch, *blank.days()), "pdf"))
    except DomainError as error:
        form_refused(given if given.is_bound else blank, error)
    shown = {"batch": batch, "batch_url": batch_url(batch.pk), "given": given, "blank": blank}
    refused = bool(given.errors or blank.errors)
    return render(request, "attendance/register_files.html", shown, status=400 if refused else 200)


def _so_far(actor: Actor, batch: Batch) -> tuple[date, date]:
    """From the first day of the batch until today, or its end."""
    until = min(batch.today(), batch.end_date or batch.today())
    first = batch.start_date or until
    return first, max(first, until)
