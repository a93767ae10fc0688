"""Links that are sent to a person's e-mail: to accept an invitation, to choose a new password.

Nothing is stored. A link carries a fingerprint of what using it changes, and of every institution that it would open:
it is over as soon as it was used, when any of those changes, and every other link of the same person with it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from muster.accounts.models import User
from muster.core.isolation import across_institutions
from muster.core.permissions import as_id

SALT = "muster.accounts.invitation"
INVITATION_LASTS = timedelta(days=7)
NEW_EMAIL_SALT = "muster.accounts.new-email"
NEW_EMAIL_LASTS = timedelta(days=1)


class PasswordLinks(PasswordResetTokenGenerator):
    """The tokens of links by which a forgotten password is replaced."""

    def _make_hash_value(self, user: AbstractBaseUser, timestamp: int) -> str:
        return f"{_fingerprint(user)}{timestamp}" if isinstance(user, User) else ""


password_links = PasswordLinks()


def invitation_key(user: User) -> str:
    """What the link of this person's invitation ends with."""
    return signing.dumps([str(user.pk), _fingerprint(user)], salt=SALT)


def invited_user(key: str, *, lock: bool = False) -> User | None:
    """The person whom this key invites; None when it is forged, older than seven days, or over."""
    user, _rest = _read(key, SALT, INVITATION_LASTS, lock=lock)
    return user


def new_email_key(user: User, email: str) -> str:
    """What the link ends with that makes this address the one to sign in with. It is sent to the address."""
    return signing.dumps([str(user.pk), _fingerprint(user), email], salt=NEW_EMAIL_SALT)


def email_wanted(key: str, *, lock: bool = False) -> tuple[User, str] | None:
    """Who takes which address by this key; None when it is forged, older than a day, or over."""
    user, rest = _read(key, NEW_EMAIL_SALT, NEW_EMAIL_LASTS, lock=lock)
    return (user, str(rest[0])) if user is not None and rest else None


def _read(key: str, salt: str, lasts: timedelta, *, lock: bool) -> tuple[User | None, list[object]]:
    try:
        pk, fingerprint, *rest = signing.loads(key, salt=salt, max_age=lasts)
    except signing.BadSignature:
        return None, []
    users = User.objects.select_for_update(no_key=True, of=("self",)) if lock else User.objects.all()
    user_id = as_id(pk)
    user = users.filter(pk=user_id, is_active=True).first() if user_id else None
    if user is None or not constant_time_compare(fingerprint, _fingerprint(user)):
        return None, []
    return user, rest


@across_institutions("the links of a person end with what they open, in whichever institution")
def _fingerprint(user: User) -> str:
    """Of what the person's links open, and of what using one changes."""
    behind = (
        User.objects.behind(user)
        .order_by("pk")
        .values_list("pk", "home", "is_active", "affiliations__is_active", "affiliations__sign_in_round")
    )
    text = [
        user.pk,
        user.email,
        user.password,
        _moment(user.last_login),
        _moment(user.accepted_at),
        user.signs_in,
        user.sign_in_round,
        *behind,
    ]
    return salted_hmac(SALT, repr([str(part) for part in text]), algorithm="sha256").hexdigest()[:40]


def _moment(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
