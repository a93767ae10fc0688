"""Documents on results as PDF and as workbooks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _

from muster.batches.models import Batch
from muster.core.errors import Invalid
from muster.core.files.downloads import XLSX_TYPE, Download
from muster.core.printing import breakable, print_pdf
from muster.documents.filling import fill_workbook
from muster.documents.kinds import Filling, document_kind
from muster.documents.models import IssuedDocument
from muster.documents.qr import qr_svg
from muster.documents.queries import template_content, verify_url
from muster.institutions.access import Actor
from muster.institutions.models import zone_of
from muster.institutions.queries import logo_of
from muster.progression.documents.content import batch_sheets
from muster.progression.documents.kinds import SEMESTER_SHEET, certified, plain

TEMPLATE = Path(__file__).with_name("print") / "record.typ"
PDF, XLSX = "pdf", "xlsx"
# What the printer lays out in some seconds.
MOST_AT_ONCE = 600


def document_file(document: IssuedDocument, kind: str) -> Download:
    """The document as a file of its kind. Raises NotPrinted, FileRefused."""
    if kind == PDF:
        return documents_pdf([document], _name(document))
    content = document.content
    known = document_kind(document.kind)
    assert known.filling is not None  # noqa: S101
    filling = known.filling(content)
    own = {
        "document.serial": document.serial,
        "document.issued_on": issued_on(document),
        "document.verify_url": verify_url(document),
    }
    book, _is_own = template_content(document.institution_id, document.kind)
    filled = fill_workbook(book, Filling({**filling.values, **own}, filling.rows))
    return Download(f"{_name(document)}.xlsx", XLSX_TYPE, [filled])


def batch_file(*, by: Actor, batch: Batch, semester: int) -> Download:
    """The sheets of a batch in a semester, in one PDF. Raises NothingOnRecord, Invalid for too many, NotPrinted."""
    documents = batch_sheets(by=by, batch=batch, semester=semester)
    label = slugify(str(document_kind(SEMESTER_SHEET).label))
    return documents_pdf(documents, f"{label}-{slugify(batch.code) or 'batch'}-{semester}")


def documents_pdf(documents: Sequence[IssuedDocument], name: str) -> Download:
    """The documents in one PDF, each beginning on a page of its own. Raises NotPrinted, Invalid for too many."""
    if len(documents) > MOST_AT_ONCE:
        words = _("These are more than %(most)d sheets. Print them student by student.")
        raise Invalid(words % {"most": MOST_AT_ONCE})
    place = documents[0].institution
    data = {
        "documents": [_on_paper(one) for one in documents],
        "title": str(document_kind(documents[0].kind).label),
        "institution": place.name,
    }
    return Download(f"{name}.pdf", "application/pdf", [print_pdf(TEMPLATE, data, logo=logo_of(place))])


def issued_on(document: IssuedDocument) -> str:
    """The day of issue by the clock of the institution, in words."""
    return date_format(document.created_at.astimezone(zone_of(document.institution, None)), "j F Y")


def _name(document: IssuedDocument) -> str:
    label, student = str(document_kind(document.kind).label), document.content["student"]["full_name"]
    return f"{slugify(label)}-{slugify(student, allow_unicode=True) or document.number}-{document.number:06d}"


def _on_paper(document: IssuedDocument) -> dict[str, Any]:
    """What `record.typ` is told of a document."""
    content, told = document.content, certified(document.content)
    place, url = content["institution"], verify_url(document)
    return {
        "title": str(document_kind(document.kind).label),
        "institution": breakable(place["name"]),
        "contact": " · ".join(filter(None, (place["email"], place["phone"]))),
        "facts": [[term, breakable(value)] for term, value in told.facts],
        "tables": [
            {
                "title": one.title,
                "headings": list(one.headings),
                "rows": [[breakable(cell) for cell in row] for row in one.rows],
            }
            for one in told.tables
        ],
        "keys": [_key(one, several=len(content["keys"]) > 1) for one in content["keys"]],
        "serial": document.serial,
        "stamp": [[_("Serial"), document.serial], [_("Issued on"), issued_on(document)]],
        "verify": _("Verify this document: scan the code, or enter its serial at %(url)s")
        % {"url": url.removesuffix(f"{document.serial}/")},
        "url": url,
        "qr": qr_svg(url),
        "qr_label": _("Code that leads to the verification page"),
        "signed": _("Registrar"),
        "key_word": _("Grading key"),
    }


def _key(key: dict[str, Any], *, several: bool) -> str:
    """A grading key in a line: each grade with where it begins and its points, and what passes."""
    grades = [
        _("%(grade)s from %(percent)s%% (%(points)s)")
        % {"grade": one["grade"], "percent": plain(one["from_percent"]), "points": plain(one["points"])}
        for one in sorted(key["bands"], key=lambda one: -float(one["from_percent"]))
    ]
    passing = _("pass mark %(percent)s%%") % {"percent": plain(key["pass_percent"] or None)}
    words = ", ".join([*grades, passing])
    return f"{', '.join(key['subjects'])}: {words}" if several else words
