"""The API of reports: ordered now or on their mornings, made in the background, and downloaded."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query
from typing_extensions import TypedDict

from muster.api.kit import (
    Date,
    Day,
    Deleted,
    Door,
    In,
    Moment,
    Paging,
    PersonOut,
    Stamped,
    answer,
    in_shape,
    page_of,
    request_actor,
    request_object,
)
from muster.api.kit.downloads import response_of
from muster.core.files.downloads import XLSX_TYPE
from muster.core.search import with_words
from muster.institutions.queries import colleague_named
from muster.reports import rules
from muster.reports.models import ReportOrder, ReportSchedule
from muster.reports.permissions import report_schedules, reports
from muster.reports.queries import next_morning, reports_in_full, reports_seen_by, schedules_in_full, schedules_seen_by

router = Door(tags=["Reports"])


class ReportOut(Stamped):
    """A report: `waiting`, `running` with its `progress`, `done`, `refused` with the reason, or `failed`.

    `has_file` says whether it can be downloaded; files are kept for a limited time.
    """

    kind: str
    format: str
    filters: dict[str, Any]
    subject: str
    status: str
    progress: int
    refusal: str
    has_file: bool
    file_name: str
    file_size: int
    by: PersonOut
    schedule_id: str | None
    due_on: Date | None
    started_at: Moment | None
    finished_at: Moment | None


class ReportScheduleOut(Stamped):
    """A report that is mailed; `next_on` is its next morning, null while it is paused."""

    kind: str
    format: str
    filters: dict[str, Any]
    often: str
    recipients: list[PersonOut]
    by: PersonOut
    paused: bool
    stopped_because: str
    next_on: Date | None


class OrderedReportOut(TypedDict):
    """What came of it: the report that is made now, or the schedule by which it is."""

    report: ReportOut | None
    schedule: ReportScheduleOut | None


def report_json(order: ReportOrder) -> ReportOut:
    return in_shape(ReportOut, order, has_file=order.is_kept)


def schedule_json(schedule: ReportSchedule, request: HttpRequest) -> ReportScheduleOut:
    return in_shape(
        ReportScheduleOut,
        schedule,
        recipients=[one.person for one in schedule.recipients.all()],
        paused=schedule.is_paused,
        next_on=next_morning(schedule, request_actor(request).today()),
    )


class ReportFiltersIn(In):
    """What it is narrowed to. Which of these a kind knows differs; the others are refused."""

    batch: str | None = Field(None, description="The id of a batch; batch_progress and attendance_sheet need it")
    branch: str | None = None
    department: str | None = Field(None, description="The id of a department; department_kpi needs it")
    course: str | None = None
    time: Literal["last_week", "last_month", "last_12_weeks"] | None = Field(
        None, description="Days that are counted back from the day on which it is made"
    )
    first: Day | None = Field(None, alias="from", description="The first day; not with a time or a schedule")
    last: Day | None = Field(None, alias="to", description="The last day; not with a time or a schedule")


class ReportScheduleIn(In):
    """On which mornings, and for whom; without anybody for the caller."""

    often: Literal["daily", "weekly", "monthly"]
    recipients: list[str] = Field([], max_length=rules.MOST_RECIPIENTS, description="Ids of people of the staff")


class ReportIn(In):
    """A report to order."""

    kind: Literal[
        "institution_month",
        "department_kpi",
        "batch_progress",
        "instructor_performance",
        "attendance_sheet",
        "attended_days",
        "mentoring",
    ]
    filters: ReportFiltersIn = Field(default_factory=lambda: ReportFiltersIn.model_validate({}))
    format: Literal["pdf", "xlsx", "csv"] = "pdf"
    schedule: ReportScheduleIn | None = None


@router.get("/reports", allow=reports["see"], rows=ReportOut)
def list_reports(request: HttpRequest, paging: Query[Paging]) -> HttpResponse:
    """The reports that the caller ordered or was sent, the newest first; administrators see all."""
    rows = with_words(reports_seen_by(request_actor(request)), paging.q, "subject")
    return page_of(rows, paging, report_json, {"kind": "kind", "status": "status"})


@router.post("/reports", allow=reports["order"], limited=True, data=OrderedReportOut, status=201)
def order_report(request: HttpRequest, body: ReportIn) -> HttpResponse:
    """Order a report, made in the background as the caller may see it; read it to follow its progress.

    With `schedule` none is made now: it is made on the coming mornings, and its recipients get an email with the way
    to it. They must be able to see everything in it.
    """
    actor = request_actor(request)
    filters = body.filters.model_dump(by_alias=True, exclude_none=True)
    asked: dict[str, Any] = {"by": actor, "kind": body.kind, "filters": filters, "form": body.format}
    if body.schedule is None:
        order = rules.order_report(**asked)
        return answer({"report": report_json(order), "schedule": None}, "Report ordered successfully", status=201)
    to = [
        colleague_named(actor, pk, f"schedule.recipients.{place}") for place, pk in enumerate(body.schedule.recipients)
    ]
    schedule = rules.schedule_report(**asked, often=body.schedule.often, to=to)
    whole = schedules_in_full(ReportSchedule.objects.filter(pk=schedule.pk)).get()
    return answer(
        {"report": None, "schedule": schedule_json(whole, request)}, "Report scheduled successfully", status=201
    )


def _orders(_actor: Any) -> Any:
    return reports_in_full(ReportOrder.objects.all())


@router.get("/reports/{order_id}", allow=reports["see"], on="order_id", among=_orders, data=ReportOut)
def read_report(request: HttpRequest, order_id: str) -> HttpResponse:
    """One report with its progress."""
    return answer(report_json(request_object(request, ReportOrder)))


@router.get(
    "/reports/{order_id}/file",
    allow=reports["see"],
    on="order_id",
    among=_orders,
    limited=True,
    files=("application/pdf", XLSX_TYPE, "text/csv"),
)
def download_report(request: HttpRequest, order_id: str) -> Any:
    """The file of a report. Whoever was sent it must still see everything in it."""
    return response_of(rules.open_report(by=request_actor(request), order=request_object(request, ReportOrder)))


@router.delete("/reports/{order_id}", allow=reports["change"], on="order_id", data=Deleted)
def delete_report(request: HttpRequest, order_id: str) -> HttpResponse:
    """Delete a report with its file."""
    rules.delete_report(by=request_actor(request), order=request_object(request, ReportOrder))
    return answer({"_id": order_id}, "Report deleted successfully")


@router.get("/report-schedules", allow=report_schedules["see"], rows=ReportScheduleOut)
def list_report_schedules(request: HttpRequest, paging: Query[Paging]) -> HttpResponse:
    """The scheduled reports that the caller set up, the newest first; administrators see all."""
    rows = with_words(schedules_seen_by(request_actor(request)), paging.q, "by__full_name")
    return page_of(rows, paging, lambda one: schedule_json(one, request), {"kind": "kind"})


class PauseReportIn(In):
    """Whether a scheduled report is paused."""

    paused: bool


@router.patch(
    "/report-schedules/{schedule_id}",
    allow=report_schedules["change"],
    on="schedule_id",
    data=ReportScheduleOut,
)
def pause_report_schedule(request: HttpRequest, schedule_id: str, body: PauseReportIn) -> HttpResponse:
    """Pause a scheduled report, or go on with it from its next morning on."""
    row = request_object(request, ReportSchedule)
    rules.pause_report(by=request_actor(request), schedule=row, paused=body.paused)
    whole = schedules_in_full(ReportSchedule.objects.filter(pk=row.pk)).get()
    return answer(schedule_json(whole, request), "Scheduled report updated successfully")


@router.delete("/report-schedules/{schedule_id}", allow=report_schedules["change"], on="schedule_id", data=Deleted)
def stop_report_schedule(request: HttpRequest, schedule_id: str) -> HttpResponse:
    """Stop a scheduled report for good. What it has made stays."""
    rules.stop_report(by=request_actor(request), schedule=request_object(request, ReportSchedule))
    return answer({"_id": schedule_id}, "Scheduled report stopped successfully")
