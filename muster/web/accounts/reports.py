"""What browsers report of pages that broke the content security policy: lines of the log, as many as it can bear."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from muster.accounts.limits import count_report
from muster.core.errors import DomainError, Invalid
from muster.core.permissions import ANYONE
from muster.web.ui.pages import page

log = structlog.get_logger(__name__)

MOST_BYTES = 16_384
# Of reports that come together.
MOST_AT_ONCE = 10
# By both names that browsers have for it, of old (`report-uri`) and of today (`report-to`).
TOLD = {
    "directive": ("effectiveDirective", "effective-directive", "violated-directive"),
    "blocked": ("blockedURL", "blocked-uri"),
    "page": ("documentURL", "document-uri"),
    "source": ("sourceFile", "source-file"),
    "line": ("lineNumber", "line-number"),
}


@csrf_exempt
@page(ANYONE)
def csp_reports(request: HttpRequest) -> HttpResponse:
    """Keep what a browser reports in the log. It is a stranger's word: bounded, counted, and without what an address
    may carry beyond its path."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    try:
        count_report(request)
        sent = request.read(MOST_BYTES + 1)
        if len(sent) > MOST_BYTES:
            return HttpResponse(status=413)
        for told in _reports(sent)[:MOST_AT_ONCE]:
            log.warning("csp_violation", **{name: _word(told, names) for name, names in TOLD.items()})
    except Invalid:
        return HttpResponse(status=400)
    except DomainError as error:
        return HttpResponse(status=error.status)
    return HttpResponse(status=204)


def _reports(sent: bytes) -> list[dict[str, Any]]:
    """The bodies of the reports. Raises Invalid."""
    try:
        read = json.loads(sent)
    except (ValueError, RecursionError) as error:
        raise Invalid from error
    found = [
        one.get("csp-report") or (one.get("body") if one.get("type") == "csp-violation" else None)
        for one in (read if isinstance(read, list) else [read])
        if isinstance(one, dict)
    ]
    if not (bodies := [one for one in found if isinstance(one, dict)]):
        raise Invalid
    return bodies


def _word(told: dict[str, Any], names: tuple[str, ...]) -> str:
    value = str(next((told[name] for name in names if told.get(name)), ""))[:500]
    try:
        parts = urlsplit(value)
    except ValueError:
        return ""
    # A link may be a secret: what is searched for, or a key behind the path of an invitation.
    path = "/".join(parts.path.split("/")[:3])
    return f"{parts.scheme}://{parts.netloc}{path}" if parts.netloc else value.partition("?")[0][:100]
