"""What verifiers of badges ask for, without signing in: keys, issuers, and which badges are no longer valid."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from muster.certificates.badges import (
    JWT_TYPE,
    certificate_badge,
    issuer_profile,
    public_key,
    public_keys,
    public_pem,
    status_list,
)
from muster.certificates.badges.status import FRESH
from muster.certificates.permissions import certificates
from muster.core.errors import Missing
from muster.core.files.downloads import Download
from muster.core.isolation import enter
from muster.core.permissions import ANYONE
from muster.institutions.models import Institution
from muster.web.certificates.certificates import find_certificate
from muster.web.requests import ActorRequest
from muster.web.ui.downloads import response_of
from muster.web.ui.pages import page

# Read by programs on other sites, and good for a while.
PUBLIC = {"Access-Control-Allow-Origin": "*", "Cache-Control": f"public, max-age={int(FRESH.total_seconds())}"}
# A list has no more pages than an institution could ever fill.
MOST_PAGES = 10_000


def _public_json(data: dict[str, Any]) -> JsonResponse:
    return JsonResponse(data, headers=PUBLIC)


@page(ANYONE)
def key_set(request: HttpRequest) -> HttpResponse:
    """Every key that badges were signed with, as a JWK set."""
    return _public_json({"keys": public_keys()})


@page(ANYONE)
def key_page(request: HttpRequest, key_id: str) -> HttpResponse:
    """One key, as badges name it."""
    key = public_key(key_id)
    if key is None:
        raise Missing
    return _public_json(key)


@page(ANYONE)
def pem_page(request: HttpRequest, key_id: str) -> HttpResponse:
    """One key as PEM, by which a stranger verifies a submission with `openssl`."""
    pem = public_pem(key_id)
    if pem is None:
        raise Missing
    attached = {"Content-Disposition": 'attachment; filename="key.pem"'}
    return HttpResponse(pem, content_type="application/x-pem-file", headers={**PUBLIC, **attached})


@page(ANYONE)
def issuer_page(request: HttpRequest, institution_id: UUID) -> HttpResponse:
    """An institution as the issuer of badges."""
    return _public_json(issuer_profile(get_object_or_404(Institution, pk=institution_id)))


@page(ANYONE)
def status_page(request: HttpRequest, institution_id: UUID, number: int) -> HttpResponse:
    """A page of the list of an institution's badges that are no longer valid, signed."""
    institution = get_object_or_404(Institution, pk=institution_id)
    if number > MOST_PAGES:
        raise Missing
    enter(institution_id)
    return HttpResponse(status_list(institution, number), content_type=JWT_TYPE, headers=PUBLIC)


@page(certificates["see"])
def badge_page(request: ActorRequest, certificate_id: UUID) -> HttpResponseBase:
    """The badge of a certificate, as a file for a wallet."""
    row = find_certificate(request.actor, certificate_id)
    return response_of(Download(f"badge-{row.document.serial}.jwt", JWT_TYPE, [certificate_badge(row)]))
