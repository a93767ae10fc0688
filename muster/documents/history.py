"""What is done with documents, as history tells it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.audit import HistoryEvent, HistoryLine, describe, name_use_cases
from muster.documents.kinds import document_kind
from muster.documents.models import DocumentTemplate, IssuedDocument

USE_CASES = {
    "issue_documents": gettext_lazy("issued documents"),
    "supersede_documents": gettext_lazy("ended documents that were corrected"),
    "revoke_document": gettext_lazy("revoked a document"),
    "put_template": gettext_lazy("uploaded a document template"),
    "remove_template": gettext_lazy("removed a document template"),
}


def _label(kind: str) -> str:
    return str(document_kind(kind).label)


def _document(event: HistoryEvent) -> Iterable[HistoryLine]:
    names = {
        "document": _label(event.row["kind"]),
        "number": f"{event.row['number']:06d}",
        "name": event.names.of(event.row["holder_id"]),
    }
    if event.label == "insert":
        yield HistoryLine(_("%(document)s %(number)s issued to %(name)s") % names, "add", "documents", "", "")
    elif event.row["ending"] != event.before["ending"]:
        ending = str(IssuedDocument.Ending(event.row["ending"]).label).lower()
        text = _("%(document)s %(number)s of %(name)s: %(ending)s") % {**names, "ending": ending}
        yield HistoryLine(text, "remove", "documents", "", ending)


def _template(event: HistoryEvent) -> Iterable[HistoryLine]:
    names = {"document": _label(event.row["kind"]), "file": event.row["file_name"]}
    if event.label == "delete":
        yield HistoryLine(
            _("%(document)s: template %(file)s removed") % names, "remove", "documents", names["file"], ""
        )
    else:
        yield HistoryLine(_("%(document)s: template %(file)s uploaded") % names, "add", "documents", "", names["file"])


describe(IssuedDocument, _document)
describe(DocumentTemplate, _template)
name_use_cases(USE_CASES)
