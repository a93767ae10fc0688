"""The pages of imports, in the settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django.views.decorators.http import require_POST
from django_tables2 import Column

from muster.core.errors import Missing
from muster.core.files.downloads import csv_download
from muster.exchange import rules
from muster.exchange.models import ImportRun
from muster.exchange.permissions import imports
from muster.exchange.report import KINDS, main_count
from muster.exchange.sections import COLUMNS
from muster.web.exchange.forms import ImportForm
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.downloads import response_of
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page, vary_on_htmx, wants_fragment
from muster.web.ui.tables import Empty, Facet, Filters, Table, TitleColumn, list_page
from muster.web.ui.widgets import local_time, pill

PILLS = {
    ImportRun.Status.WAITING: ("", "clock"),
    ImportRun.Status.RUNNING: ("accent", "half"),
    ImportRun.Status.DONE: ("good", "okc"),
    ImportRun.Status.REFUSED: ("bad", "xc"),
    ImportRun.Status.FAILED: ("bad", "alert"),
}


# What a file of each kind holds, and the columns of its template with one line as an example.
ABOUT = (
    (
        ImportRun.Kind.SECTIONS,
        gettext_lazy(
            "A line for each weekly time of a section. Creates the departments, courses, rooms, instructors and "
            "batches that are missing."
        ),
        gettext_lazy("Days are letters (M T W R F S U), times such as 09:00 or 9:00 AM. Separate instructors by ;."),
    ),
    (
        ImportRun.Kind.REGISTER,
        gettext_lazy(
            "A line for each student (batch, and student_number or email) and a column for each date, such as "
            "2025-01-31. Creates daily records."
        ),
        gettext_lazy("Cells contain P, A, L (L 10 for ten minutes late) or E."),
    ),
)
TEMPLATES: dict[str, list[list[str]]] = {
    ImportRun.Kind.SECTIONS.value: [
        list(COLUMNS),
        [
            "2027",
            "Spring",
            "DA",
            "101",
            "Data analytics",
            "10001",
            "A",
            "1",
            "MW",
            "09:00",
            "10:30",
            "Main",
            "1.03",
            "Ann Lee",
        ],
    ],
    ImportRun.Kind.REGISTER.value: [
        ["batch", "student_number", "email", "name", "2025-01-31", "2025-02-07"],
        ["DA-JAN-2025", "2025-0001", "", "Amy Dube", "P", "L 10"],
    ],
}


def state_of(run: ImportRun) -> SafeString:
    """Where a run stands: a trial that came to its end has imported nothing."""
    tone, icon = PILLS[ImportRun.Status(run.status)]
    if run.dry_run and run.status == ImportRun.Status.DONE:
        return pill(_("Previewed"), "info", "eye")
    return pill(run.get_status_display(), tone, icon)


class ImportTable(Table):
    """Imports in a list."""

    counted = ngettext_lazy("%(count)d import", "%(count)d imports", "count")
    caption = gettext_lazy("Imports")
    cards = {"file_name": "title", "status": "status", "by": "meta", "created_at": "meta", "made": "hide"}

    file_name = TitleColumn(
        verbose_name=gettext_lazy("File"),
        url=lambda run: reverse("import", args=[run.pk]),
        sub=lambda run: run.get_kind_display(),
    )
    status = Column(verbose_name=gettext_lazy("Status"))
    made = Column(verbose_name=gettext_lazy("Created"), accessor="report", orderable=False)
    by = Column(
        verbose_name=gettext_lazy("Imported by"), accessor="by__full_name", default=gettext_lazy("command line")
    )
    created_at = Column(verbose_name=gettext_lazy("Date"))

    class Meta(Table.Meta):
        order_by = ("-created_at",)

    def render_status(self, record: ImportRun) -> SafeString:
        return state_of(record)

    def render_created_at(self, value: datetime) -> str:
        return local_time({"request": self.request}, value)  # type: ignore[arg-type]

    def render_made(self, record: ImportRun) -> str:
        if not record.report or record.dry_run:
            return "–"
        kind, number = main_count(record.report)
        if kind == "daily_records":
            return ngettext("%(count)d daily record", "%(count)d daily records", number) % {"count": number}
        return ngettext("%(count)d batch", "%(count)d batches", number) % {"count": number}


class ImportFilters(Filters):
    """How the list of imports is narrowed."""

    search = ("file_name",)
    status = Facet(gettext_lazy("Status"), value="status", words=ImportRun.Status.choices)


@page(imports["change"])
def import_list(request: ActorRequest) -> HttpResponseBase:
    """Past imports, and the form that tries a new file."""
    actor = request.actor
    form = ImportForm(posted_data(request), request.FILES or None, initial={"kind": request.GET.get("kind", "")})

    def start() -> ImportRun:
        kind, file = form.cleaned_data["kind"], form.cleaned_data["file"]
        content = rules.read_upload(file)
        return rules.start_import(by=actor, kind=kind, content=content, file_name=file.name, dry_run=True)

    if did := submit_form(form, start):
        return redirect("import", did.result.pk)
    response = list_page(
        request,
        table_class=ImportTable,
        filterset_class=ImportFilters,
        queryset=imports.rows(actor).select_related("by"),
        template="exchange/imports.html",
        context={"nav": "settings", "form": form, "abouts": ABOUT},
        empty=Empty(
            _("Nothing imported yet"),
            _(
                "Import a timetable to create departments, courses, rooms, instructors and batches, or an old "
                "register to create daily records. Choose a file above."
            ),
            "upload",
        ),
        export_name="imports",
    )
    if form.errors:
        response.status_code = 400
    return response


@page(imports["see"])
def import_template(request: ActorRequest, kind: str) -> HttpResponseBase:
    """An empty file of a kind, with its columns and one line as an example."""
    if kind not in TEMPLATES:
        raise Missing
    return response_of(csv_download(iter(TEMPLATES[kind]), f"muster-{kind}.csv"))


@page(imports["see"])
def import_run(request: ActorRequest, run_id: str) -> HttpResponse:
    """One import: its progress while it runs, its report afterwards. The fragment is asked for until it is over."""
    run: ImportRun = imports.get(request.actor, run_id, among=ImportRun.objects.select_related("by", "tried_as"))
    context = {"nav": "settings", "run": run, "state": state_of(run), **_report_context(run)}
    template = "exchange/run_part.html" if wants_fragment(request, "run") else "exchange/run.html"
    return vary_on_htmx(render(request, template, context))


@require_POST
@page(imports["change"])
def import_tried(request: ActorRequest, run_id: str) -> HttpResponse:
    """Import for good what was tried."""
    run = rules.import_tried(by=request.actor, run=imports.get(request.actor, run_id, "change"))
    messages.success(request, _("Import started. You can leave this page; it will continue."))
    return redirect("import", run.pk)


@page(imports["change"])
def undo_page(request: ActorRequest, run_id: str) -> HttpResponse:
    """Ask, in numbers, then take back what an import made."""
    run = imports.get(request.actor, run_id, "change")
    form, back = ConfirmForm(posted_data(request)), reverse("import", args=[run.pk])
    if submit_form(form, lambda: rules.undo_import(by=request.actor, run=run)):
        return redirect_with_message(request, back, _("Import undone."))
    counts = (run.report or {}).get("counts", {})
    made = [f"{KINDS[kind]}: {count['made']}" for kind, count in counts.items() if count["made"]]
    return render_dialog(
        request,
        form,
        title=_("Undo this import?"),
        button=_("Undo import"),
        back=back,
        text=[
            _("It made: %(what)s.") % {"what": ", ".join(made)},
            _("What has students, marks or changes since stays, and is listed with the reason."),
        ],
        tone="bad",
        crumbs=[_("Imports"), reverse("imports"), run.file_name, back],
    )


def _report_context(run: ImportRun) -> dict[str, Any]:
    """What the page of a run says of its report."""
    report = run.report
    if not report:
        return {}
    kind, number = main_count(report)
    if kind == "daily_records":
        words = ngettext("Import %(count)d daily record", "Import %(count)d daily records", number)
    else:
        words = ngettext("Import %(count)d batch", "Import %(count)d batches", number)
    return {
        "counts": [(KINDS[kind], count) for kind, count in report["counts"].items()],
        "report": report,
        "import_words": words % {"count": number},
        "may_undo": not run.dry_run and run.undone_at is None and any(c["made"] for c in report["counts"].values()),
        "gone": [(KINDS[kind], count) for kind, count in run.undone.get("gone", {}).items()],
        "stays": [(KINDS[one["kind"]], one["name"], one["reason"]) for one in run.undone.get("stays", ())],
        "may_import": run.dry_run and bool(run.file) and number > 0,
        "imported_as": run.imports.order_by("-created_at").first() if run.dry_run else None,
    }
