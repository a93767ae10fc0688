"""Registers as a regulator reads them, and who looked. Every register that is opened or saved is recorded first."""

from typing import Literal

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema
from typing_extensions import TypedDict

from muster.api.attendance.register_files import FILES
from muster.api.kit import (
    Date,
    Day,
    Door,
    Moment,
    PageQuery,
    answer,
    key,
    page_of,
    request_actor,
    timestamp,
)
from muster.api.kit.downloads import response_of
from muster.api.oversight.requests import OversightBatchOut, OversightPersonOut, batch_json
from muster.attendance.queries import MarkCounts, RegisterRow
from muster.batches.models import meets
from muster.core.errors import Forbidden, Missing
from muster.core.files import MEDIA_TYPES, attachment
from muster.core.permissions import any_id
from muster.institutions.access import Actor
from muster.oversight import rules
from muster.oversight.files import how_of, marks_file, register_file
from muster.oversight.models import AccessLook
from muster.oversight.permissions import granted_registers, grants_in_force, looks, registers_granted_to
from muster.oversight.queries import (
    GrantedRegister,
    look_in_words,
    looks_in_full,
    registers_in_full,
    requests_in_full,
    student_of,
)
from muster.timetable.models import ClassSession

register_router = Door()


# --- answers -------------------------------------------------------------------------------------------------------
class GrantedSessionOut(TypedDict):
    """A register that may be opened."""

    _id: str
    name: str
    date: Date
    start_time: str | None
    end_time: str | None
    type: str
    title: str
    is_locked: bool


class GrantedRowOut(TypedDict):
    """A student on the register. `status` is null where nothing is marked."""

    student_number: str
    full_name: str
    batch_code: str
    status: str | None
    minutes_late: int | None
    marked_at: Moment | None
    marked_by: str | None


class GrantedFileOut(TypedDict):
    """An evidence file behind a register."""

    _id: str
    file_name: str
    kind: str
    full_name: str


class GrantedCountsOut(TypedDict):
    """How many of each mark."""

    present: int
    absent: int
    late: int
    excused: int
    unmarked: int
    total: int


class GrantedRegisterOut(GrantedSessionOut):
    """A register as it is granted: of the granted batches alone. `evidence` is null where it is not granted."""

    batches: list[OversightBatchOut]
    rows: list[GrantedRowOut]
    summary: GrantedCountsOut
    evidence: list[GrantedFileOut] | None
    locked_at: Moment | None
    locked_by: str | None
    access_request_id: str
    reference: str
    expires_at: Moment | None


class AccessLookOut(TypedDict):
    """A look. `how` is opened, pdf, xlsx, csv, evidence or denied; of what was denied there is no request, and of many
    registers at once no session."""

    looked_by: OversightPersonOut
    looked_at: Moment
    how: str
    words: str
    access_request_id: str | None
    session_id: str | None
    session_date: Date | None
    registers: int
    evidence_id: str | None


def _session_json(row: ClassSession) -> GrantedSessionOut:
    return {
        "_id": key(row.pk),
        "name": row.meeting.name,
        "date": row.date.isoformat(),
        "start_time": f"{row.start_time:%H:%M}" if row.start_time else None,
        "end_time": f"{row.end_time:%H:%M}" if row.end_time else None,
        "type": row.session_type,
        "title": row.title,
        "is_locked": row.is_locked,
    }


def _row_json(row: RegisterRow) -> GrantedRowOut:
    return {
        "student_number": row.student_number,
        "full_name": row.full_name,
        "batch_code": row.batch_code,
        "status": row.status,
        "minutes_late": row.minutes_late,
        "marked_at": timestamp(row.marked_at) if row.status else None,
        "marked_by": row.marked_by_name if row.status else None,
    }


def _counts_json(counts: MarkCounts) -> GrantedCountsOut:
    return {
        "present": counts.present,
        "absent": counts.absent,
        "late": counts.late,
        "excused": counts.excused,
        "unmarked": counts.unmarked,
        "total": counts.total,
    }


def _register_json(actor: Actor, found: GrantedRegister) -> GrantedRegisterOut:
    register, session = found.read(actor), found.session
    names = {row.student_id: row.full_name for row in register.rows}
    files: list[GrantedFileOut] = [
        {
            "_id": key(file.pk),
            "file_name": file.file_name,
            "kind": file.kind,
            "full_name": names.get(student_of(file), ""),
        }
        for file in found.evidence()
    ]
    return {
        **_session_json(session),
        "batches": [batch_json(batch) for batch in found.batches.values()],
        "rows": [_row_json(row) for row in register.rows],
        "summary": _counts_json(register.summary),
        "evidence": files if found.files_by else None,
        "locked_at": timestamp(session.locked_at),
        "locked_by": session.locked_by.full_name if session.locked_by else None,
        "access_request_id": key(found.access.pk),
        "reference": found.access.reference,
        "expires_at": timestamp(found.access.expires_at),
    }


def _look_json(row: AccessLook) -> AccessLookOut:
    return {
        "looked_by": {"_id": key(row.looked_by_id), "full_name": row.looked_by.full_name},
        "looked_at": timestamp(row.looked_at),
        "how": row.how,
        "words": look_in_words(row),
        "access_request_id": key(row.access_id) if row.access_id else None,
        "session_id": key(row.session_id) if row.session_id else None,
        "session_date": row.session_date.isoformat() if row.session_date else None,
        "registers": row.registers,
        "evidence_id": key(row.evidence_id) if row.evidence_id else None,
    }


# --- routes --------------------------------------------------------------------------------------------------------
class GrantedQuery(PageQuery):
    """Which registers."""

    batch: str = Field("", max_length=60, description="A batch's id")
    first: Day | None = Field(None, alias="from", description="From this day")
    last: Day | None = Field(None, alias="to", description="Up to this day")
    request: str = Field("", max_length=60, description="The id of a grant; with format, its marks alone")
    format: Literal["", "csv", "xlsx"] = Field("", description="csv or xlsx: all marks granted, as a watermarked file")


@register_router.get("/registers", allow=granted_registers["see"], rows=GrantedSessionOut, files=FILES[:2])
def list_granted_registers(request: HttpRequest, asked: Query[GrantedQuery]) -> HttpResponse:
    """The registers that the caller may open now, the latest first; with `format` their marks as a watermarked file."""
    actor = request_actor(request)
    if asked.format:
        grants = requests_in_full(grants_in_force(actor)).order_by("pk")
        chosen = list(grants.filter(pk=any_id(asked.request)) if asked.request else grants)
        if not chosen:
            raise Forbidden(_("No access is granted to you now. Ask for access first."))
        rules.look_at_granted_marks(by=actor, grants=chosen, how=how_of(asked.format, on_paper=False))
        return response_of(marks_file(actor, chosen, asked.format))  # type: ignore[return-value]
    rows = registers_in_full(registers_granted_to(actor))
    narrowed = Q()
    if asked.batch:
        narrowed &= meets(any_id(asked.batch))
    if asked.first:
        narrowed &= Q(date__gte=asked.first)
    if asked.last:
        narrowed &= Q(date__lte=asked.last)
    return page_of(rows.filter(narrowed).order_by("-date", "-start_time", "-pk"), asked, _session_json)


class GrantedFormat(Schema):
    """As data, or as a file."""

    format: Literal["", "csv", "xlsx", "pdf"] = Field("", description="csv, xlsx or pdf: a watermarked file")


@register_router.get("/registers/{register_id}", allow=granted_registers["see"], data=GrantedRegisterOut, files=FILES)
def get_granted_register(request: HttpRequest, register_id: str, asked: Query[GrantedFormat]) -> HttpResponse:
    """A register as it is granted; with `format` a file that says on each page or line who was given it."""
    actor = request_actor(request)
    how = how_of(asked.format) if asked.format else AccessLook.How.OPENED
    try:
        found = rules.look_at_register(by=actor, session_id=register_id, how=how)
    except Missing:
        rules.record_denied_look(by=actor, session_id=register_id)
        raise
    if asked.format:
        return response_of(register_file(actor, found, found.read(actor), asked.format))  # type: ignore[return-value]
    return answer(_register_json(actor, found))


@register_router.get(
    "/registers/{register_id}/evidence/{evidence_id}",
    allow=granted_registers["see"],
    files=MEDIA_TYPES,
)
def download_granted_evidence(request: HttpRequest, register_id: str, evidence_id: str) -> HttpResponse:
    """An evidence file behind a register, where evidence is granted."""
    actor = request_actor(request)
    try:
        file = rules.look_at_granted_evidence(by=actor, session_id=register_id, evidence_id=evidence_id)
    except Missing:
        rules.record_denied_look(by=actor, session_id=register_id)
        raise
    return response_of(attachment(str(file.file.name), name=file.file_name, media_type=file.media_type))  # type: ignore[return-value]


@register_router.get("/looks", allow=looks["see"], rows=AccessLookOut)
def list_access_looks(request: HttpRequest, paging: Query[PageQuery]) -> HttpResponse:
    """Who looked at what, the latest first: to administrators everything, to regulators their own looks."""
    return page_of(looks_in_full(looks.rows(request_actor(request))).order_by("-pk"), paging, _look_json)
