"""The API of imports and exports."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, File, Form, Query, Schema
from ninja.files import UploadedFile
from pydantic import ConfigDict

from muster.api.kit import (
    Door,
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
from muster.core.files.downloads import XLSX_TYPE, rows_download
from muster.core.permissions import SIGNED_IN
from muster.core.search import with_words
from muster.exchange import rules
from muster.exchange.exports import export_of
from muster.exchange.models import ImportRun
from muster.exchange.permissions import imports

router = Door(tags=["Imports and exports"])
JSON = "json"
FILES = ("text/csv", XLSX_TYPE)


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


@router.get("/imports", allow=imports["see"], rows=ImportOut)
def list_imports(request: HttpRequest, paging: Query[Paging]) -> HttpResponse:
    """Imports, newest first, without their reports."""
    rows = imports.rows(request_actor(request)).select_related("by")
    rows = with_words(rows, paging.q, "file_name")
    return page_of(rows, paging, run_json, {"file_name": "file_name", "status": "status"})


@router.post("/imports", allow=imports["change"], data=ReportedImportOut, status=201)
def start_import(
    request: HttpRequest, kind: Form[str], file: File[UploadedFile], dry_run: Form[bool] = False
) -> HttpResponse:
    """Start an import in the background or, with `dry_run`, a preview. Read the run to follow its progress."""
    run = rules.start_import(
        by=request_actor(request),
        kind=kind,
        content=rules.read_upload(file),
        file_name=file.name or "",
        dry_run=dry_run,
    )
    return answer(run_json(run, ReportedImportOut), _("Import started"), status=201)


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


class ExportQuery(Schema):
    """How an export is to be written."""

    format: Literal["csv", "xlsx", "json"] = Field("json", description="A file for spreadsheets, or JSON")


class ExportedRowOut(Schema):
    """A row of an export, by the keys of its kind: ids and plain values, and beside them the words for people."""

    model_config = ConfigDict(extra="allow")


@router.get("/exports/{kind}", allow=SIGNED_IN, rows=ExportedRowOut, files=FILES)
def export_kind(request: HttpRequest, kind: str, wanted: Query[ExportQuery]) -> Any:
    """Everything of a kind that the caller can see, as the pages export it.

    Kinds are `batches`, `students`, `instructors`, `enrollments`, `registers`, and the plain lists such as `branches`.
    """
    actor = request_actor(request)
    exported = export_of(kind, actor)
    if wanted.format == JSON:
        rows = list(exported.objects())
        return list_answer(rows, total=len(rows), page=1, page_size=max(len(rows), 1))
    return response_of(rows_download(exported.lines(), f"{kind}-{actor.today().isoformat()}", wanted.format))
