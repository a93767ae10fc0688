"""The daily view: records without a session, by date and batch, and one day of one batch to be marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django_tables2 import Column

from muster.attendance.models import MOST_MINUTES, MOST_NOTES, Mark
from muster.attendance.permissions import cohorts, records
from muster.attendance.queries.daily import Day, UncountedReason, daily_records, day_of, is_within
from muster.attendance.queries.register import RegisterRow
from muster.attendance.rules import MarkInput
from muster.attendance.rules.daily import mark_day
from muster.batches.models import Batch
from muster.core.errors import DomainError, FieldError
from muster.institutions.access import Actor
from muster.people.links import student_url
from muster.web.attendance.areas import areas
from muster.web.attendance.register import number_in
from muster.web.requests import ActorRequest
from muster.web.ui.forms import Form, Grid, wide
from muster.web.ui.pages import page
from muster.web.ui.tables import Empty, Facet, Filters, NumberColumn, Table, TitleColumn, list_page
from muster.web.ui.widgets import pill

LOOKS = {
    Mark.PRESENT.value: ("good", "okc"),
    Mark.ABSENT.value: ("bad", "xc"),
    Mark.LATE.value: ("warn", "half"),
    Mark.EXCUSED.value: ("info", "shield"),
}


class DayForm(Form):
    """A date and a batch."""

    batch = forms.ModelChoiceField(
        label=gettext_lazy("Batch"), queryset=Batch.objects.none(), empty_label=gettext_lazy("Choose a batch")
    )
    date = forms.DateField(label=gettext_lazy("Date"), required=False)
    layout = (Grid(wide("batch", "w4"), wide("date", "w2")),)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["batch"]
        rows = cohorts.rows(actor, "mark").filter(archived_at__isnull=True).select_related("institution", "branch")
        field.queryset = rows.order_by("name__plain", "code")
        found = list(field.queryset)
        field.choices = [("", field.empty_label), *((batch.pk, f"{batch.name} ({batch.code})") for batch in found)]
        # Where it is not the same day in all of them, that of the chosen batch is taken.
        days = {batch.today() for batch in found} or {actor.today()}
        self.fields["date"].initial = days.pop() if len(days) == 1 else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if batch := cleaned.get("batch"):
            cleaned["date"] = cleaned.get("date") or batch.today()
        return cleaned


class DailyFilters(Filters):
    """What daily records are narrowed by."""

    search = ("enrollment__student__full_name", "notes")
    department = Facet(
        gettext_lazy("Department"), value="enrollment__batch__department_id", text="enrollment__batch__department__name"
    )
    batch = Facet(gettext_lazy("Batch"), value="enrollment__batch_id", text="enrollment__batch__name")
    semester = Facet(gettext_lazy("Semester"), value="enrollment__batch__current_semester")
    date = Facet(gettext_lazy("Date"), value="record_date", descending=True)
    mark = Facet(gettext_lazy("Mark"), value="status", words=Mark.choices)


class DailyTable(Table):
    """Daily records, one learner and date a row."""

    counted = ngettext_lazy("%(count)s daily record", "%(count)s daily records", "count")
    caption = gettext_lazy("Daily records")
    cards = {
        "learner": "title",
        "date": "meta",
        "batch": "meta",
        "mark": "status",
        "counts": "labelled",
        "notes": "meta",
    }

    learner = TitleColumn(
        accessor="learner",
        verbose_name=gettext_lazy("Student"),
        url=lambda record: student_url(record.enrollment.student_id),
        sub=lambda record: record.student_number or "",
    )
    date = Column(accessor="record_date", verbose_name=gettext_lazy("Date"))
    batch = Column(accessor="enrollment__batch__name", verbose_name=gettext_lazy("Batch"))
    mark = Column(accessor="status", verbose_name=gettext_lazy("Mark"))
    # Said with the mark; files have it in a column of its own.
    minutes = NumberColumn(accessor="minutes_late", verbose_name=gettext_lazy("Minutes late"), visible=False)
    notes = Column(verbose_name=gettext_lazy("Note"), default="")
    marked_by = Column(
        accessor="marked_by__full_name", verbose_name=gettext_lazy("Marked by"), default=gettext_lazy("import")
    )
    counts = Column(accessor="left_out", empty_values=(), verbose_name=gettext_lazy("Counts"))

    class Meta(Table.Meta):
        order_by = ("-date",)

    def render_batch(self, record: Any) -> str:
        return str(record.enrollment.batch.marked(record.enrollment.batch.name))

    def render_date(self, record: Any) -> str:
        return date_format(record.record_date, "D j M Y")

    def value_date(self, record: Any) -> Any:
        return record.record_date

    def render_mark(self, record: Any) -> SafeString:
        words = record.get_status_display()
        if record.minutes_late:
            words = _("%(mark)s, %(minutes)d min") % {"mark": words, "minutes": record.minutes_late}
        return pill(words, *LOOKS[record.status])

    def render_counts(self, record: Any) -> str:
        if not record.left_out:
            return _("Yes")
        return _("No, %(reason)s") % {"reason": UncountedReason(record.left_out).label}

    def value_mark(self, record: Any) -> str:
        return str(record.get_status_display())


@page(records["see"])
def daily_list(request: ActorRequest) -> HttpResponseBase:
    """The daily records that the actor may see, and the way to a day that is to be marked."""
    actor = request.actor
    may_mark = cohorts.may(actor, "mark")
    form = DayForm(actor) if may_mark else None
    return list_page(
        request,
        table_class=DailyTable,
        filterset_class=DailyFilters,
        queryset=daily_records(actor),
        template="attendance/daily.html",
        context={
            "nav": "attendance",
            "areas": areas("daily") if may_mark else [],
            "form": form,
            "day_url": reverse("attendance:day"),
            "import_url": f"{reverse('imports')}?kind=register" if actor.is_admin else "",
        },
        empty=Empty(
            _("No daily records"),
            _("Older registers without sessions appear here, by date. An administrator can import them from a file."),
            "table",
        ),
        export_name="daily-records",
    )


@dataclass(frozen=True)
class DailyLine:
    """One learner of a day, as the form shows them: what stands, or what was typed."""

    row: RegisterRow
    status: str
    minutes: str
    notes: str
    problem: str = ""

    @property
    def key(self) -> str:
        return str(self.row.enrollment_id)


@page(cohorts["mark"])
def day_page(request: ActorRequest) -> HttpResponse:
    """One day of one batch: asked for by address, marked by its form."""
    actor = request.actor
    posted = request.method == "POST"
    sent = request.POST if posted else request.GET
    form = DayForm(actor, sent or None)
    if not form.is_valid():
        context = {"nav": "attendance", "form": form, "daily_url": reverse("attendance:daily")}
        return render(request, "attendance/day_choose.html", context, status=400 if sent else 200)
    batch, on = form.cleaned_data["batch"], form.cleaned_data["date"]
    standing = day_of(batch, on)
    problems: dict[str, str] = {}
    summary: list[str] = []
    if posted:
        plans = _plans(request.POST, standing)
        try:
            taken = mark_day(
                by=actor, batch=batch, day=on, marks=plans, device=request.headers.get("User-Agent", "")[:200]
            )
        except DomainError as error:
            problems, summary = _at_rows(error, plans)
        else:
            marked = taken.summary.marked
            words = ngettext("%(count)d student marked.", "%(count)d students marked.", marked)
            messages.success(request, words % {"count": marked})
            return redirect(f"{reverse('attendance:day')}?batch={batch.pk}&date={on.isoformat()}")
    context = {
        "nav": "attendance",
        "batch": batch,
        "day": on,
        "lines": [_line(row, request.POST if posted else None, problems) for row in standing.rows],
        "marks": Mark.choices,
        "summary": standing.summary,
        "problems": summary,
        "most_minutes": MOST_MINUTES,
        "most_notes": MOST_NOTES,
        "daily_url": reverse("attendance:daily"),
        # Of who is marked in one of them the daily record does not count.
        "sessions": list(batch.sessions.filter(date=on).taking_place().order_by("start_time")),
        "is_outside": not is_within(batch, on),
    }
    return render(request, "attendance/day.html", context, status=400 if problems or summary else 200)


def _plans(sent: QueryDict, standing: Day) -> list[MarkInput]:
    """What the form says of each learner; "the rest" marks those whose choice was left empty."""
    rest = sent.get("rest", "")
    plans = []
    for row in standing.rows:
        status = sent.get(f"status-{row.enrollment_id}", "") or rest
        minutes = number_in(sent.get(f"minutes-{row.enrollment_id}", "")) if status == Mark.LATE else None
        notes = sent.get(f"notes-{row.enrollment_id}", "").strip()
        plans.append(MarkInput(row.enrollment_id, status or None, minutes, notes))
    return plans


def _line(row: RegisterRow, sent: QueryDict | None, problems: dict[str, str]) -> DailyLine:
    key = str(row.enrollment_id)
    if sent is None:
        minutes = "" if row.minutes_late is None else str(row.minutes_late)
        return DailyLine(row, row.status or "", minutes, row.notes)
    status, minutes, notes = (sent.get(f"{name}-{key}", "") for name in ("status", "minutes", "notes"))
    return DailyLine(row, status, minutes, notes, problems.get(key, ""))


def _at_rows(error: DomainError, plans: list[MarkInput]) -> tuple[dict[str, str], list[str]]:
    """A refusal beside the learners it is about, and what is about none of them."""
    problems: dict[str, str] = {}
    general: list[str] = []
    for wrong in error.errors or [FieldError("", error.message)]:
        parts = wrong.field.split(".")
        if parts[0] == "records" and len(parts) > 1 and parts[1].isdecimal() and int(parts[1]) < len(plans):
            problems[str(plans[int(parts[1])].enrollment_id)] = wrong.message
        else:
            general.append(wrong.message)
    return problems, general
