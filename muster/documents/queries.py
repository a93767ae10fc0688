"""Reads around documents: the one with a serial, and the template of a kind."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from muster.accounts.models import User
from muster.core.database import single
from muster.core.isolation import across_institutions
from muster.core.site import link_to
from muster.documents.kinds import document_kind
from muster.documents.models import ALPHABET, CODE_LENGTH, DocumentTemplate, IssuedDocument
from muster.institutions.access import Actor

# What people type for a digit.
MISTAKEN = str.maketrans("OIL", "011")
NOISE = re.compile(r"[\s\-.–]+")
LONGEST_SERIAL = 40


@across_institutions("a serial that nobody guesses opens it")
def document_with(serial: str) -> IssuedDocument | None:
    """The document with the serial, however it is typed; None where number and code are not of one document."""
    typed = NOISE.sub("", serial[:LONGEST_SERIAL].upper())
    number, code = typed[:-CODE_LENGTH].translate(MISTAKEN), typed[-CODE_LENGTH:].translate(MISTAKEN)
    if not (number.isascii() and number.isdecimal()) or len(code) < CODE_LENGTH or set(code) - set(ALPHABET):
        return None
    found = single(IssuedDocument.objects.filter(code=code).select_related("institution", "holder"))
    return found if found is not None and found.number == int(number) else None


def verified_facts(document: IssuedDocument) -> dict[str, Any]:
    """Everything that a document certifies, and how it stands, as both doors tell it."""
    kind = document_kind(document.kind)
    told = kind.certified(document.content)
    return {
        "serial": document.serial,
        "status": document.status,
        "kind": document.kind,
        "title": str(kind.label),
        "institution": document.institution.name,
        "issued_at": document.created_at,
        "ended_at": document.ended_at,
        "reason": document.ending_reason,
        "facts": [{"label": term, "value": value} for term, value in told.facts],
        "tables": [
            {"title": one.title, "headings": list(one.headings), "rows": [list(row) for row in one.rows]}
            for one in told.tables
        ],
    }


def verify_url(document: IssuedDocument) -> str:
    """The public page that tells what the document said."""
    return link_to("verify", serial=document.serial)


def documents_of(actor: Actor, holder: User, about: Collection[UUID]) -> QuerySet[IssuedDocument]:
    """What was handed out about the person that rests on nothing but these rows, the newest first."""
    rows = IssuedDocument.objects.filter(institution=actor.institution, holder=holder, about__contained_by=list(about))
    return rows.select_related("issued_by").order_by("-number")


def template_of(actor: Actor, kind: str) -> DocumentTemplate | None:
    """The institution's own template of the kind, without its content."""
    return single(DocumentTemplate.objects.filter(institution=actor.institution, kind=kind).defer("content"))


def template_content(institution_id: UUID, kind: str) -> tuple[bytes, bool]:
    """The workbook that documents of the kind are filled into, and whether it is the institution's own."""
    rows = DocumentTemplate.objects.filter(institution_id=institution_id, kind=kind)
    own = single(rows.values_list("content", flat=True))
    if own is not None:
        return bytes(own), True
    built_in = document_kind(kind).built_in
    assert built_in is not None  # noqa: S101
    return built_in(), False
