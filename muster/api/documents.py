"""The API of documents: what one said, for whoever holds it, and the workbooks they are filled into."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from ninja import File
from ninja.files import UploadedFile
from typing_extensions import TypedDict

from muster.accounts.limits import count_look
from muster.api.kit import Door, Moment, answer, list_answer, request_actor, timestamp
from muster.api.kit.downloads import response_of
from muster.core.errors import Missing
from muster.core.files.downloads import XLSX_TYPE, Download
from muster.core.isolation import enter
from muster.core.permissions import ANYONE
from muster.documents.kinds import DocumentKind, kind_with_template, kinds_with_templates
from muster.documents.permissions import templates
from muster.documents.queries import document_with, template_content, template_of, verified_facts
from muster.documents.rules import put_template, remove_template
from muster.institutions.access import Actor

router = Door(tags=["Documents"])


class CertifiedFactOut(TypedDict):
    """A line of a document."""

    label: str
    value: str


class CertifiedTableOut(TypedDict):
    """A table of a document."""

    title: str
    headings: list[str]
    rows: list[list[str]]


class VerifiedOut(TypedDict):
    """A document as it was issued: everything that it certifies. `status` is valid, superseded or revoked."""

    serial: str
    status: str
    kind: str
    title: str
    institution: str
    issued_at: Moment
    ended_at: Moment | None
    reason: str
    facts: list[CertifiedFactOut]
    tables: list[CertifiedTableOut]


class DocumentTemplateOut(TypedDict):
    """A kind of document, and the institution's own workbook for it: null where the built-in one is used."""

    kind: str
    title: str
    file_name: str | None
    uploaded_at: Moment | None
    placeholders: list[str]


@router.get("/verify/{serial}", allow=ANYONE, limited=True, data=VerifiedOut)
def verify_document(request: HttpRequest, serial: str) -> HttpResponse:
    """What a document says, by the serial that stands on it, for everyone. 404 where no document has it."""
    count_look(request)
    document = document_with(serial)
    if document is None:
        raise Missing(_("No document has this serial. Compare each letter and digit with the document."))
    enter(document.institution_id)
    data: Any = verified_facts(document)
    for name in ("issued_at", "ended_at"):
        data[name] = timestamp(data[name])
    return answer(data)


@router.get("/document-templates", allow=templates["list"], rows=DocumentTemplateOut)
def list_document_templates(request: HttpRequest) -> HttpResponse:
    """The kinds of documents that are filled into workbooks, with the institution's own and the placeholders."""
    rows = [_template_json(request_actor(request), kind) for kind in kinds_with_templates()]
    return list_answer(rows, total=len(rows), page=1, page_size=len(rows))


@router.get("/document-templates/{document_kind}", allow=templates["see"], files=(XLSX_TYPE,))
def download_document_template(request: HttpRequest, document_kind: str) -> HttpResponse:
    """The workbook in use, as XLSX: a start for one's own."""
    kind = kind_with_template(document_kind)
    content, _is_own = template_content(request_actor(request).owner_id, kind.key)
    return response_of(Download(f"{slugify(str(kind.label))}.xlsx", XLSX_TYPE, [content]))  # type: ignore[return-value]


@router.post("/document-templates/{document_kind}", allow=templates["change"], data=DocumentTemplateOut)
def upload_document_template(request: HttpRequest, document_kind: str, file: File[UploadedFile]) -> HttpResponse:
    """Use your own workbook for a kind of document: XLSX up to 1 MB, whose placeholders are filled.

    A row with placeholders of a subject is repeated for each subject.
    """
    kind = kind_with_template(document_kind)
    put_template(by=request_actor(request), kind=kind.key, file=file)
    return answer(_template_json(request_actor(request), kind), "Template saved successfully")


@router.delete("/document-templates/{document_kind}", allow=templates["change"], data=DocumentTemplateOut)
def remove_document_template(request: HttpRequest, document_kind: str) -> HttpResponse:
    """Go back to the built-in workbook."""
    kind = kind_with_template(document_kind)
    remove_template(by=request_actor(request), kind=kind.key)
    return answer(_template_json(request_actor(request), kind), "Template removed successfully")


def _template_json(actor: Actor, kind: DocumentKind) -> DocumentTemplateOut:
    own = template_of(actor, kind.key)
    return {
        "kind": kind.key,
        "title": str(kind.label),
        "file_name": own.file_name if own else None,
        "uploaded_at": timestamp(own.updated_at) if own else None,
        "placeholders": list(kind.placeholders),
    }
