"""Links by which an invited person chooses a password: signed, for seven days, and good for one use.

Nothing is stored. The link carries a fingerprint of what using it changes (the password and the last sign-in), so it
is over as soon as it was used, and every other link of the same person with it.
"""

from __future__ import annotations

from datetime import timedelta

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from muster.accounts.models import User
from muster.core.permissions import as_id

SALT = "muster.accounts.invitation"
INVITATION_LASTS = timedelta(days=7)


def invitation_key(user: User) -> str:
    """What the link of this person ends with."""
    return signing.dumps([str(user.pk), _fingerprint(user)], salt=SALT)


def invited_user(key: str, *, lock: bool = False) -> User | None:
    """The person whom this key invites; None when it is forged, older than seven days, or used."""
    try:
        found = signing.loads(key, salt=SALT, max_age=INVITATION_LASTS)
    except signing.BadSignature:
        return None
    pk, fingerprint = found
    users = User.objects.select_for_update(no_key=True) if lock else User.objects.all()
    user_id = as_id(pk)
    user = users.filter(pk=user_id, is_active=True).first() if user_id else None
    if user is None or not constant_time_compare(fingerprint, _fingerprint(user)):
        return None
    return user


def _fingerprint(user: User) -> str:
    signed_in = user.last_login.isoformat() if user.last_login else ""
    return salted_hmac(SALT, f"{user.pk}{user.password}{signed_in}{user.email}", algorithm="sha256").hexdigest()[:40]
