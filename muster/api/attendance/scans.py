"""Sheets of registers that were signed on paper, as scans."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query
from typing_extensions import TypedDict

from muster.api.attendance.marking import ON_SESSION
from muster.api.attendance.schemas import DoerOut, doer_of
from muster.api.kit import (
    Door,
    In,
    Moment,
    PageQuery,
    answer,
    list_answer,
    request_actor,
    request_body,
    request_object,
    timestamp,
)
from muster.api.kit.downloads import response_of
from muster.attendance import rules
from muster.attendance.models import RegisterScan
from muster.attendance.permissions import registers
from muster.attendance.queries import scans_of
from muster.attendance.rules import Upload
from muster.core.errors import Invalid, Missing
from muster.core.files import MEDIA_TYPES, attachment, read_whole
from muster.core.permissions import any_id
from muster.timetable.models import ClassSession

router = Door()


class ScanOut(TypedDict):
    """A signed sheet. The first of a list is the one that counts."""

    _id: str
    file_name: str
    file_size: int
    media_type: str
    added_by: DoerOut | None
    added_at: Moment


def _scan_json(row: RegisterScan) -> dict[str, Any]:
    return {
        "_id": str(row.pk),
        "file_name": row.file_name,
        "file_size": row.file_size,
        "media_type": row.media_type,
        "added_by": doer_of(row.added_by),
        "added_at": timestamp(row.created_at),
    }


@router.get("/class-sessions/{session_id}/scans", allow=registers["sheets"], rows=ScanOut, **ON_SESSION)
def list_scans(request: HttpRequest, session_id: str, paging: Query[PageQuery]) -> HttpResponse:
    """The signed sheets of a register, newest first: the first one counts."""
    rows = [_scan_json(row) for row in scans_of(request_object(request, ClassSession))]
    first = (paging.page - 1) * paging.page_size
    shown = rows[first : first + paging.page_size]
    return list_answer(shown, total=len(rows), page=paging.page, page_size=paging.page_size)


class ScanIn(In):
    """The fields of a form: the file."""


@router.post(
    "/class-sessions/{session_id}/scans",
    allow=registers["mark"],
    data=ScanOut,
    status=201,
    takes=ScanIn,
    **ON_SESSION,
)
def add_scan(request: HttpRequest, session_id: str) -> HttpResponse:
    """Send the signed sheet of a register, locked or not, as multipart/form-data in `file`."""
    request_body(request, ScanIn)
    file = request.FILES.get("file")
    if file is None:
        raise Invalid(_('Send the file as multipart/form-data in the field "file".'), field="file", code="required")
    upload = Upload(read_whole(file), file.name or "")
    row = rules.add_scan(by=request_actor(request), session=request_object(request, ClassSession), upload=upload)
    return answer(_scan_json(row), "Signed sheet saved successfully", status=201)


@router.get(
    "/class-sessions/{session_id}/scans/{scan_id}", allow=registers["sheets"], files=tuple(MEDIA_TYPES), **ON_SESSION
)
def download_scan(request: HttpRequest, session_id: str, scan_id: str) -> HttpResponse:
    """Download a signed sheet."""
    row = scans_of(request_object(request, ClassSession)).filter(pk=any_id(scan_id)).first()
    if row is None:
        raise Missing
    return response_of(  # type: ignore[return-value]
        attachment(str(row.file.name), name=row.file_name, media_type=row.media_type)
    )
