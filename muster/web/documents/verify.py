"""What a document said, for whoever holds it: everything that it certifies, and nothing more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import formats, timezone
from django.utils.cache import patch_vary_headers

from muster.accounts.limits import count_look
from muster.core.isolation import enter
from muster.core.permissions import ANYONE
from muster.documents.kinds import CertifiedTable, document_kind
from muster.documents.models import IssuedDocument
from muster.documents.queries import LONGEST_SERIAL, document_with, verified_facts
from muster.institutions.models import zone_of
from muster.web.ui.pages import page, secret

LOOKS = {
    "valid": ("good", "shield"),
    IssuedDocument.Ending.SUPERSEDED: ("warn", "history"),
    IssuedDocument.Ending.REVOKED: ("bad", "xc"),
    "unknown": ("warn", "help"),
}


@page(ANYONE)
def verify_form(request: HttpRequest) -> HttpResponse:
    """Where a serial is typed; with one, the page of that document."""
    if serial := request.GET.get("serial", "").strip()[:LONGEST_SERIAL].replace("/", ""):
        return redirect("verify", serial=serial)
    return _hidden(render(request, "documents/verify.html", {}))


@secret
@page(ANYONE)
def verify_page(request: HttpRequest, serial: str) -> HttpResponse:
    """The document with this serial: valid, superseded or revoked, or that there is none, as a page or as JSON.

    Raises TooManyLooks.
    """
    count_look(request)
    document = document_with(serial)
    if document is not None:
        enter(document.institution_id)
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        facts = verified_facts(document) if document else {"serial": serial[:LONGEST_SERIAL], "status": "unknown"}
        return _hidden(JsonResponse(facts, status=200 if document else 404))
    tone, sign = LOOKS[document.status if document else "unknown"]
    context: dict[str, Any] = {"asked": serial[:LONGEST_SERIAL], "document": document, "tone": tone, "sign": sign}
    if document is not None:
        kind, zone = document_kind(document.kind), zone_of(document.institution, None)
        told = kind.certified(document.content)
        context |= {
            "place": document.institution,
            "kind": kind,
            "facts": told.facts,
            "tables": [
                (table.title, _with_places(table, table.headings), [_with_places(table, row) for row in table.rows])
                for table in told.tables
            ],
            "issued_on": formats.date_format(document.created_at.astimezone(zone), "j F Y"),
            "ended_on": formats.date_format(document.ended_at.astimezone(zone), "j F Y") if document.ended_at else "",
            "checked": formats.date_format(timezone.now().astimezone(zone), "D j M Y, H:i"),
        }
    return _hidden(render(request, "documents/verify.html", context, status=200 if document else 404))


def _with_places(table: CertifiedTable, cells: Sequence[str]) -> list[tuple[str, str, bool]]:
    """Each cell with its heading, and whether its column holds numbers."""
    heads = enumerate(zip(table.headings, cells, strict=True))
    return [(heading, cell, place in table.numbers) for place, (heading, cell) in heads]


def _hidden(response: HttpResponse) -> HttpResponse:
    """Let no search engine keep it."""
    response.headers["X-Robots-Tag"] = "noindex"
    patch_vary_headers(response, ["Accept"])
    return response
