"""Which certificates are no longer valid, as a Bitstring Status List (W3C, 1.0) that anyone can read.

A certificate has the bit of its document's number; a page of the list has as many as the standard asks for at least.
"""

from __future__ import annotations

import base64
import gzip
from datetime import UTC, timedelta
from typing import Any

from django.utils import timezone

from muster.certificates.badges.keys import sign
from muster.certificates.kinds import CERTIFICATE
from muster.core.site import link_to
from muster.documents.models import IssuedDocument
from muster.institutions.models import Institution

BITS = 131_072
# How long a copy of the list is good for.
FRESH = timedelta(minutes=5)


def status_entry(document: IssuedDocument) -> dict[str, str]:
    """Where a badge tells to look for whether it is still valid."""
    page, place = divmod(document.number, BITS)
    url = _list_url(document.institution_id, page)
    return {
        "id": f"{url}#{place}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(place),
        "statusListCredential": url,
    }


def status_list(institution: Institution, page: int) -> str:
    """A page of the list, signed: a bit is set where the certificate was revoked or replaced."""
    first = page * BITS
    ended = IssuedDocument.objects.filter(
        institution=institution,
        kind=CERTIFICATE,
        ended_at__isnull=False,
        number__gte=first,
        number__lt=first + BITS,
    )
    bits = bytearray(BITS // 8)
    for number in ended.values_list("number", flat=True):
        bits[(number - first) // 8] |= 0x80 >> (number - first) % 8
    url, now = _list_url(institution.pk, page), timezone.now().astimezone(UTC)
    issuer = link_to("badge-issuer", institution_id=institution.pk)
    encoded = base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")
    payload: dict[str, Any] = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            # Multibase: base64url without padding begins with u.
            "encodedList": f"u{encoded}",
            "ttl": int(FRESH.total_seconds()) * 1000,
        },
        "iss": issuer,
        "jti": url,
        "nbf": int(now.timestamp()),
    }
    return sign(payload)


def _list_url(institution_id: Any, page: int) -> str:
    return link_to("badge-status", institution_id=institution_id, number=page)
