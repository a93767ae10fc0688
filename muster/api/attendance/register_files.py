"""Registers as files: one register, a batch's learners by sessions, and the blank sheets to sign."""

from typing import Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema

from muster.api.attendance.marking import ON_SESSION
from muster.api.kit import Day, Door, request_actor, request_object
from muster.api.kit.downloads import response_of
from muster.attendance.permissions import cohorts, registers
from muster.attendance.register_files import (
    batch_sheet,
    batch_sign_in,
    paper_register,
    register_sheet,
    register_sign_in,
    sheet_file,
)
from muster.batches.models import Batch
from muster.timetable.models import ClassSession

router = Door(fixed=True)

FILES = ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/pdf")
ON_PAPER = ("application/pdf",)


class FileFormatQuery(Schema):
    """What kind of file."""

    format: Literal["csv", "xlsx", "pdf"] = Field("csv", description="csv, xlsx or pdf")


class FileDaysQuery(FileFormatQuery):
    """Which days, in what kind of file."""

    first: Day | None = Field(None, alias="from", description="The first day; the batch's own when absent")
    last: Day | None = Field(None, alias="to", description="The last day; today when absent")


class SignedDays(Schema):
    """Which days are signed for."""

    first: Day | None = Field(
        None, alias="from", description="The first day; the Monday of the next session when absent"
    )
    last: Day | None = Field(None, alias="to", description="The last day; a week later when absent")


def _batches(_actor: Any) -> QuerySet[Batch]:
    return Batch.objects.select_related("course", "department", "branch", "institution")


@router.get("/class-sessions/{session_id}/export", allow=registers["sheets"], files=FILES, **ON_SESSION)
def export_register(request: HttpRequest, session_id: str, wanted: Query[FileFormatQuery]) -> HttpResponse:
    """The register of a session as a file. Clock times and moments are local to the batch."""
    sheet = register_sheet(request_actor(request), request_object(request, ClassSession))
    return response_of(sheet_file(sheet, wanted.format))  # type: ignore[return-value]


@router.get("/class-sessions/{session_id}/sign-in-sheet", allow=registers["sheets"], files=ON_PAPER, **ON_SESSION)
def print_sign_in_sheet(request: HttpRequest, session_id: str) -> HttpResponse:
    """A sign-in sheet for a session, as PDF."""
    sheet = register_sign_in(request_actor(request), request_object(request, ClassSession))
    return response_of(sheet_file(sheet, "pdf"))  # type: ignore[return-value]


@router.get("/class-sessions/{session_id}/paper-register", allow=registers["sheets"], files=ON_PAPER, **ON_SESSION)
def print_paper_register(request: HttpRequest, session_id: str) -> HttpResponse:
    """The register of a session to be kept on paper, with empty boxes for the marks, as PDF."""
    sheet = paper_register(request_actor(request), request_object(request, ClassSession))
    return response_of(sheet_file(sheet, "pdf"))  # type: ignore[return-value]


@router.get("/cohorts/{cohort_id}/register", allow=cohorts["see"], on="cohort_id", among=_batches, files=FILES)
def export_cohort_register(request: HttpRequest, cohort_id: str, wanted: Query[FileDaysQuery]) -> HttpResponse:
    """A batch's attendance sheet with totals and percentages, as a file. Refused if it's too large for a PDF."""
    sheet = batch_sheet(request_actor(request), request_object(request, Batch), wanted.first, wanted.last)
    return response_of(sheet_file(sheet, wanted.format))  # type: ignore[return-value]


@router.get("/cohorts/{cohort_id}/sign-in-sheet", allow=cohorts["see"], on="cohort_id", among=_batches, files=ON_PAPER)
def print_cohort_sign_in_sheet(request: HttpRequest, cohort_id: str, days: Query[SignedDays]) -> HttpResponse:
    """Sign-in sheets for a batch's sessions over up to 62 days, as PDF."""
    sheet = batch_sign_in(request_actor(request), request_object(request, Batch), days.first, days.last)
    return response_of(sheet_file(sheet, "pdf"))  # type: ignore[return-value]
