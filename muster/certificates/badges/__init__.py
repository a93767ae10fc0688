"""Certificates as Open Badges 3.0: signed credentials, the keys they are signed with, and which are revoked."""

from muster.certificates.badges.credential import JWT_TYPE, certificate_badge, issuer_profile
from muster.certificates.badges.keys import is_signed, public_key, public_keys, public_pem, rotate_keys, sign_bytes
from muster.certificates.badges.status import status_list
