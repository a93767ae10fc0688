"""The pages of imports, in the settings."""

from __future__ import annotations

from collections.abc import Callable
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
from muster.core.files.downloads import rows_download
from muster.core.spreadsheets import CSV, XLSX
from muster.exchange import rules
from muster.exchange.lists import LISTS, ImportChoices, RowOutcome, result_lines, template_of
from muster.exchange.models import ImportRun
from muster.exchange.permissions import importable_kinds, imports
from muster.exchange.queries import with_main_count
from muster.exchange.report import KINDS, main_count
from muster.exchange.sections import COLUMNS
from muster.web.exchange.forms import ApplyForm, ImportForm, TryAgainForm
from muster.web.exchange.rows import columns_context, rows_context
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


# What a file of each kind holds, and how it is written.
ABOUT = {
    ImportRun.Kind.STUDENTS: (
        gettext_lazy(
            "A row for each student. Known students are found by their number, then their email; others are added."
        ),
        gettext_lazy("Email is optional. An empty cell changes nothing. Branch and department by code or name."),
    ),
    ImportRun.Kind.INSTRUCTORS: (
        gettext_lazy(
            "A row for each instructor. Known instructors are found by their staff number, then their email; others "
            "are added."
        ),
        gettext_lazy("Every instructor needs an email. The import invites no one."),
    ),
    ImportRun.Kind.BATCHES: (
        gettext_lazy("A row for each batch. Known batches are found by their code; others are opened."),
        gettext_lazy(
            "Course by code or title, lead by staff number, email or name. Dates such as 2027-02-01, weekly times such "
            "as Mon 09:00-12:00 @ Room 1; Wed 09:00-12:00."
        ),
    ),
    ImportRun.Kind.ENROLLMENTS: (
        gettext_lazy("A row for each student in a batch, or in a course without a batch."),
        gettext_lazy("Students by number or email. With status cancelled a row ends the enrollment that is here."),
    ),
    ImportRun.Kind.MARKS: (
        gettext_lazy("A row for each student in an assessment of a batch, by its title."),
        gettext_lazy(
            "Marks are numbers, or AB, EX or WH. An empty cell changes nothing. Published marks stay; nothing is "
            "published by the import."
        ),
    ),
    ImportRun.Kind.SECTIONS: (
        gettext_lazy(
            "A line for each weekly time of a section. Creates the departments, courses, rooms, instructors and "
            "batches that are missing."
        ),
        gettext_lazy("Days are letters (M T W R F S U), times such as 09:00 or 9:00 AM. Separate instructors by ;."),
    ),
    ImportRun.Kind.REGISTER: (
        gettext_lazy(
            "A line for each student (batch, and student_number or email) and a column for each date, such as "
            "2025-01-31. Creates daily records."
        ),
        gettext_lazy("Cells contain P, A, L (L 10 for ten minutes late) or E. Marks made here stay."),
    ),
}
# The columns of a template, with one line as an example; those of lists are told by the lists.
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

    counted = ngettext_lazy("%(count)s import", "%(count)s imports", "count")
    caption = gettext_lazy("Imports")
    cards = {"file_name": "title", "status": "status", "by": "meta", "created_at": "meta", "made": "hide"}

    file_name = TitleColumn(
        verbose_name=gettext_lazy("File"),
        url=lambda run: reverse("import", args=[run.pk]),
        sub=lambda run: run.get_kind_display(),
    )
    status = Column(verbose_name=gettext_lazy("Status"))
    made = Column(verbose_name=gettext_lazy("Created"), accessor="main_made", orderable=False)
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

    def render_made(self, record: Any) -> str:
        """Such as "3 students"."""
        if record.dry_run or record.main_kind is None:
            return "–"
        return count_in_words(record.main_kind, record.main_made or 0)

    def value_made(self, record: Any) -> int | None:
        return None if record.dry_run or record.main_kind is None else record.main_made or 0


def count_in_words(kind: str, number: int) -> str:
    """Such as "3 students"."""
    return COUNTED[kind](number) % {"count": number}


COUNTED: dict[str, Callable[[int], str]] = {
    "students": lambda number: ngettext("%(count)d student", "%(count)d students", number),
    "instructors": lambda number: ngettext("%(count)d instructor", "%(count)d instructors", number),
    "batches": lambda number: ngettext("%(count)d batch", "%(count)d batches", number),
    "enrollments": lambda number: ngettext("%(count)d enrollment", "%(count)d enrollments", number),
    "daily_records": lambda number: ngettext("%(count)d daily record", "%(count)d daily records", number),
}


class ImportFilters(Filters):
    """How the list of imports is narrowed."""

    search = ("file_name",)
    status = Facet(gettext_lazy("Status"), value="status", words=ImportRun.Status.choices)


@page(imports["change"])
def import_list(request: ActorRequest) -> HttpResponseBase:
    """Past imports, and the form that tries a new file."""
    actor = request.actor
    kinds = importable_kinds(actor)
    chosen = request.GET.get("kind", "")
    form = ImportForm(posted_data(request), request.FILES or None, initial={"kind": chosen}, kinds=kinds)

    def start() -> ImportRun:
        kind, file, pasted = (form.cleaned_data[name] for name in ("kind", "file", "pasted"))
        content = rules.read_upload(file) if file else pasted.encode()
        name = file.name if file else _("Pasted rows")
        return rules.start_import(by=actor, kind=kind, content=content, file_name=name, dry_run=True)

    if did := submit_form(form, start):
        return redirect("import", did.result.pk)
    response = list_page(
        request,
        table_class=ImportTable,
        filterset_class=ImportFilters,
        queryset=with_main_count(imports.rows(actor)).select_related("by").defer("rows", "made", "report"),
        template="exchange/imports.html",
        context={"nav": "settings", "form": form, "abouts": [(kind, *ABOUT[kind]) for kind in kinds]},
        empty=Empty(
            _("Nothing imported yet"),
            _("Choose a file above, or paste rows. You'll see what would happen before anything is saved."),
            "upload",
        ),
        export_name="imports",
    )
    if form.errors:
        response.status_code = 400
    return response


def _format_of(request: ActorRequest) -> str:
    return XLSX if request.GET.get("format") == XLSX else CSV


@page(imports["see"])
def import_template(request: ActorRequest, template: str) -> HttpResponseBase:
    """An empty file of a kind, with its columns and one line as an example."""
    if template not in ImportRun.Kind.values:
        raise Missing
    lines = template_of(template) if template in LISTS else TEMPLATES[template]
    return response_of(rows_download(iter(lines), f"muster-{template}", _format_of(request)))


@page(imports["see"])
def import_results(request: ActorRequest, run_id: str) -> HttpResponseBase:
    """What came of each row, with the row as it was sent, so that it can be put right and sent again."""
    run: ImportRun = imports.get(request.actor, run_id)
    only = request.GET.get("show", "")
    rows = [row for row in run.rows if not only or row["outcome"] == only]
    return response_of(rows_download(result_lines(run.kind, rows), f"{run.kind}-results", _format_of(request)))


@page(imports["see"])
def import_run(request: ActorRequest, run_id: str) -> HttpResponse:
    """One import: its progress while it runs, its report afterwards. The fragment is asked for until it is over."""
    run: ImportRun = imports.get(request.actor, run_id, among=ImportRun.objects.select_related("by", "tried_as"))
    context = {"nav": "settings", "run": run, "state": state_of(run), **_run_context(request, run)}
    template = "exchange/run_part.html" if wants_fragment(request, "run") else "exchange/run.html"
    return vary_on_htmx(render(request, template, context))


@require_POST
@page(imports["change"])
def import_tried(request: ActorRequest, run_id: str) -> HttpResponse:
    """Import for good what was tried."""
    run = imports.get(request.actor, run_id, "change")
    form = ApplyForm(request.POST)

    def start() -> ImportRun:
        only_valid = form.cleaned_data["rows"] != "all"
        return rules.import_tried(
            by=request.actor, run=run, only_valid=only_valid, confirm=form.cleaned_data["confirm"]
        )

    if did := submit_form(form, start):
        messages.success(request, _("Import started. You can leave this page; it will continue."))
        return redirect("import", did.result.pk)
    context = {"nav": "settings", "run": run, "state": state_of(run), "form": form, **_run_context(request, run)}
    return render(request, "exchange/run.html", context, status=400)


@require_POST
@page(imports["change"])
def import_again(request: ActorRequest, run_id: str) -> HttpResponse:
    """Try a file once more, with other columns or other choices."""
    run = imports.get(request.actor, run_id, "change")
    columns = [column["heading"] for column in run.report.get("columns", [])]
    chosen = {heading: request.POST.get(f"column-{number}", "") for number, heading in enumerate(columns)}
    form = TryAgainForm(request.POST)

    def again() -> ImportRun:
        choices = ImportChoices(columns=chosen or None, take_file=form.cleaned_data["take_file"])
        return rules.try_again(by=request.actor, run=run, choices=choices)

    if submit_form(form, again):
        return redirect("import", run.pk)
    context = {"nav": "settings", "run": run, "state": state_of(run), "form": form, **_run_context(request, run)}
    return render(request, "exchange/run.html", context, status=400)


@page(imports["change"])
def undo_page(request: ActorRequest, run_id: str) -> HttpResponse:
    """Ask, in numbers, then take back what an import made."""
    run = imports.get(request.actor, run_id, "change")
    form, back = ConfirmForm(posted_data(request)), reverse("import", args=[run.pk])
    if submit_form(form, lambda: rules.undo_import(by=request.actor, run=run)):
        return redirect_with_message(request, back, _("Import undone."))
    counts = (run.report or {}).get("counts", {})
    made = [f"{KINDS[kind]}: {count['made']}" for kind, count in counts.items() if count["made"]]
    made += [_("Changes: %(count)d") % {"count": count["changed"]} for count in counts.values() if count["changed"]]
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


def _run_context(request: ActorRequest, run: ImportRun) -> dict[str, Any]:
    """What the page of a run says of its report."""
    report = run.report
    if not report:
        return {}
    kind, number = main_count(report)
    changed = report["counts"][kind]["changed"]
    wrong = sum(row["outcome"] == RowOutcome.WRONG for row in run.rows)
    return {
        "counts": [(KINDS[name], count) for name, count in report["counts"].items()],
        "report": report,
        "is_list": run.kind in LISTS,
        "title": _title_of(run, kind, number, changed, wrong),
        "import_words": _("Import %(what)s") % {"what": count_in_words(kind, number + changed)},
        "kept_rows": report["counts"][kind]["kept"],
        "wrong_rows": wrong,
        "changed_rows": changed,
        "done_words": ngettext("%(made)d added, %(changed)d changed.", "%(made)d added, %(changed)d changed.", number)
        % {"made": number, "changed": changed},
        "may_undo": not run.dry_run
        and run.undone_at is None
        and any(count["made"] + count["changed"] for count in report["counts"].values()),
        "gone": [(GONE.get(name) or KINDS[name], count) for name, count in run.undone.get("gone", {}).items()],
        "stays": [(KINDS[one["kind"]], one["name"], one["reason"]) for one in run.undone.get("stays", ())],
        "may_import": run.dry_run and bool(run.file) and number + changed > 0,
        "imported_as": run.imports.order_by("-created_at").first() if run.dry_run else None,
        "take_file": run.choices.get("take_file", False),
        **rows_context(request, run),
        **columns_context(run),
    }


# What undoing says of what it does not remove.
GONE = {"changes": gettext_lazy("Changes taken back"), "enrollments": gettext_lazy("Enrollments cancelled")}


def _title_of(run: ImportRun, kind: str, made: int, changed: int, wrong: int) -> str:
    """What the page is about, in the fewest words."""
    if run.kind not in LISTS:
        return run.file_name
    if not run.dry_run:
        return _("%(what)s imported") % {"what": count_in_words(kind, made + changed)}
    if wrong:
        words = ngettext("%(wrong)d of %(all)d rows needs you", "%(wrong)d of %(all)d rows need you", wrong)
        return words % {"wrong": wrong, "all": len(run.rows)}
    return _("Preview of %(what)s") % {"what": count_in_words(kind, made + changed)}
