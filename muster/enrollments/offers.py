"""Links to offers: whoever holds one may answer the offer, as the student to whom it was sent."""

from __future__ import annotations

from django.core import signing

from muster.core.isolation import across_institutions
from muster.core.permissions import any_id
from muster.enrollments.models import WaitlistEntry

SIGNER = signing.Signer(salt="muster.offers")


def key_of(place: WaitlistEntry) -> str:
    """The key of the offer as it now stands; one made later has another."""
    assert place.offered_at is not None  # noqa: S101
    return SIGNER.sign_object([place.pk.hex, place.offered_at.isoformat()])


@across_institutions("a signed key opens it")
def place_of(key: str) -> WaitlistEntry | None:
    """The place in line whose offer the key names, answered or lapsed ones too; None for a key that is none."""
    try:
        pk, offered_at = SIGNER.unsign_object(key)
    except signing.BadSignature:
        return None
    related = ("student", "institution", "enrollment", "batch__institution", "batch__branch", "batch__course")
    place = WaitlistEntry.objects.select_related(*related).filter(pk=any_id(pk)).first()
    if place is None or place.offered_at is None or place.offered_at.isoformat() != offered_at:
        return None
    return place
