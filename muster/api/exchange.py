"""The API of imports and exports."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, File, Form, Query, Schema
from ninja.files import UploadedFile
from pydantic import ConfigDict, TypeAdapter

from muster.api.kit import (
    Door,
    In,
    Moment,
    Paging,
    PersonOut,
    Stamped,
    answer,
    in_shape,
    list_answer,
    page_of,
    request_actor,
    request_object,
)
from muster.api.kit.downloads import response_of
from muster.core.errors import Invalid
from muster.core.files.downloads import XLSX_TYPE, rows_download
from muster.core.permissions import SIGNED_IN
from muster.core.search import with_words
from muster.exchange import rules
from muster.exchange.exports import export_of
from muster.exchange.lists import ImportChoices, result_lines, result_rows
from muster.exchange.models import ImportRun
from muster.exchange.permissions import imports
from muster.institutions.security import note_export

router = Door(tags=["Imports and exports"])
JSON = "json"
FILES = ("text/csv", XLSX_TYPE)
MAPPING = TypeAdapter(dict[str, str])


class ImportOut(Stamped):
    """An import without its report, which may be long. `tried_as` is the trial of the same file."""

    kind: str
    dry_run: bool
    status: str
    progress: int
    file_name: str
    file_digest: str
    file_size: int
    tried_as: str | None
    by: PersonOut | None
    started_at: Moment | None
    finished_at: Moment | None
    refusal: str
    undone_at: Moment | None


class ReportedImportOut(ImportOut):
    """An import with its report, once there is one; `undone` is what went (`gone`) and what `stays`, and why."""

    report: dict[str, Any] | None
    undone: dict[str, Any] | None


def run_json(run: ImportRun, shape: Any = ImportOut) -> Any:
    return in_shape(shape, run, tried_as=run.tried_as_id)


class ExportQuery(Schema):
    """How an export is to be written."""

    format: Literal["csv", "xlsx", "json"] = Field("json", description="A file for spreadsheets, or JSON")


@router.get("/imports", allow=imports["see"], rows=ImportOut)
def list_imports(request: HttpRequest, paging: Query[Paging]) -> HttpResponse:
    """Imports, newest first, without their reports."""
    rows = imports.rows(request_actor(request)).select_related("by").defer("rows", "made", "report")
    rows = with_words(rows, paging.q, "file_name")
    return page_of(rows, paging, run_json, {"file_name": "file_name", "status": "status"})


@router.post("/imports", allow=imports["change"], data=ReportedImportOut, status=201)
def start_import(
    request: HttpRequest,
    kind: Form[str],
    file: File[UploadedFile],
    dry_run: Form[bool] = False,
    mapping: Form[str] = "",
    take_file: Form[bool] = False,
    only_valid: Form[bool] = True,
    confirm: Form[int | None] = None,
) -> HttpResponse:
    """Start an import in the background or, with `dry_run`, a preview. Read the run to follow its progress.

    Kinds are `students`, `instructors`, `batches`, `enrollments`, `sections` and `register`; branch managers and
    department administrators import students. `mapping` is a JSON object from headings of the file to fields ("" leaves
    a column out); without it they are guessed. What was edited in Muster stays unless `take_file`. Without `only_valid`
    one wrong row stops all. An import that changes more than the institution lets pass wants `confirm`, the number of
    rows that it changes, as `to_confirm` of the report tells.
    """
    run = rules.start_import(
        by=request_actor(request),
        kind=kind,
        content=rules.read_upload(file),
        file_name=file.name or "",
        dry_run=dry_run,
        choices=ImportChoices(_mapping(mapping), take_file, only_valid, confirm),
    )
    return answer(run_json(run, ReportedImportOut), _("Import started"), status=201)


def _mapping(text: str) -> dict[str, str] | None:
    """The columns that the caller chose. Raises Invalid at the field."""
    if not text:
        return None
    try:
        return MAPPING.validate_json(text)
    except ValueError as error:
        raise Invalid(_("Send a JSON object of headings and fields."), field="mapping") from error


class ApplyImportIn(In):
    """How a preview is imported: the valid rows or all, and the number of changes where it has to be confirmed."""

    only_valid: bool = True
    confirm: int | None = None


@router.post("/imports/{run_id}/apply", allow=imports["change"], on="run_id", data=ReportedImportOut)
def apply_import(request: HttpRequest, run_id: str, body: ApplyImportIn) -> HttpResponse:
    """Import what a preview tried, in the background. Answers the import; repeating answers the same one."""
    run = rules.import_tried(
        by=request_actor(request),
        run=request_object(request, ImportRun),
        only_valid=body.only_valid,
        confirm=body.confirm,
    )
    return answer(run_json(run, ReportedImportOut), _("Import started"))


class ImportedRowOut(Schema):
    """What came of a row: `new`, `changed`, `same`, `kept`, `wrong` or `skipped`; at which field, and why."""

    line: int
    outcome: str
    field: str
    message: str


@router.get("/imports/{run_id}/rows", allow=imports["see"], on="run_id", rows=ImportedRowOut, files=FILES)
def list_import_rows(request: HttpRequest, run_id: str, wanted: Query[ExportQuery]) -> Any:
    """What came of each row, an entry for each problem or difference; as a file the rows with the reasons."""
    run = request_object(request, ImportRun)
    if wanted.format == JSON:
        rows = list(result_rows(run.rows))
        return list_answer(rows, total=len(rows), page=1, page_size=max(len(rows), 1))
    return response_of(rows_download(result_lines(run.kind, run.rows), f"{run.kind}-results", wanted.format))


@router.get("/imports/{run_id}", allow=imports["see"], on="run_id", data=ReportedImportOut)
def read_import(request: HttpRequest, run_id: str) -> HttpResponse:
    """One import with its progress and, once it's done, its report."""
    run = request_object(request, ImportRun)
    return answer(run_json(run, ReportedImportOut))


@router.post("/imports/{run_id}/undo", allow=imports["change"], on="run_id", data=ReportedImportOut)
def undo_import(request: HttpRequest, run_id: str) -> HttpResponse:
    """Undo a whole import: what it made goes, where nothing hangs on it since. Tells row by row what stays and why."""
    run = rules.undo_import(by=request_actor(request), run=request_object(request, ImportRun))
    return answer(run_json(run, ReportedImportOut), "Import undone successfully")


class ExportedRowOut(Schema):
    """A row of an export, by the keys of its kind: ids and plain values, and beside them the words for people."""

    model_config = ConfigDict(extra="allow")


@router.get("/exports/{kind}", allow=SIGNED_IN, limited=True, rows=ExportedRowOut, files=FILES)
def export_kind(request: HttpRequest, kind: str, wanted: Query[ExportQuery]) -> Any:
    """Everything of a kind that the caller can see, as the pages export it.

    Kinds are `batches`, `students`, `instructors`, `enrollments`, `registers`, `sections`, and the plain lists such as
    `branches`.
    """
    actor = request_actor(request)
    exported = export_of(kind, actor)
    note_export(by=actor, name=kind)
    if wanted.format == JSON:
        rows = list(exported.objects())
        return list_answer(rows, total=len(rows), page=1, page_size=max(len(rows), 1))
    return response_of(rows_download(exported.lines(), f"{kind}-{actor.today().isoformat()}", wanted.format))
