"""The keys that badges and submissions are signed with (ES256), in the data folder, each in a file of its own.

The newest signs. When it is rotated, the private part of the one before is thrown away and its public part stays, so
that what it signed is verified as before.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import ECKey

from muster.core.site import link_to

ALGORITHM, CURVE = "ES256", "P-256"


def key_folder() -> Path:
    """Where the keys are, for their owner alone."""
    folder = Path(settings.MUSTER_HOME) / "badge_keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def sign(payload: dict[str, Any]) -> str:
    """The payload as a compact JWT of the newest key, which is made where there is none. Its `kid` is where it is."""
    key = _signing_key() or _make_key()
    header = {"alg": ALGORITHM, "typ": "JWT", "kid": link_to("badge-key", key_id=key.thumbprint())}
    return jwt.encode(header, payload, key)


def sign_bytes(content: bytes) -> tuple[str, bytes]:
    """A signature of the bytes as they are by the newest key (ECDSA with SHA-256, in DER), and the key's thumbprint.

    Whoever has no JWT library verifies it with `openssl dgst` and the key that `public_pem` gives.
    """
    key = _signing_key() or _make_key()
    private: Any = key.private_key
    return str(key.thumbprint()), private.sign(content, ec.ECDSA(hashes.SHA256()))


def is_signed(content: bytes, signature: bytes, key_id: str) -> bool:
    """Whether the key of that thumbprint signed these very bytes."""
    key = _key_of(key_id)
    if key is None:
        return False
    public: Any = key.public_key
    try:
        public.verify(signature, content, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def public_pem(key_id: str) -> bytes | None:
    """The public part of the key of that thumbprint as PEM."""
    key = _key_of(key_id)
    return key.as_pem(private=False) if key else None


def public_keys() -> list[dict[str, Any]]:
    """The public part of every key there ever was, the newest first."""
    keys = (_read_key(file) for file in _key_files())
    return [{**key.as_dict(private=False), "kid": key.thumbprint(), "use": "sig", "alg": ALGORITHM} for key in keys]


def public_key(key_id: str) -> dict[str, Any] | None:
    """The public part of the key of that thumbprint (RFC 7638)."""
    return next((key for key in public_keys() if key["kid"] == key_id), None)


def rotate_keys() -> str:
    """Sign with a new key from now on; of those before, the public part alone is kept. Answers its thumbprint."""
    before = _key_files()
    made = _make_key()
    for file in before:
        _write(file, _read_key(file).as_dict(private=False))
    return str(made.thumbprint())


def _key_of(key_id: str) -> ECKey | None:
    return next((key for key in map(_read_key, _key_files()) if key.thumbprint() == key_id), None)


def _signing_key() -> ECKey | None:
    newest = next((_read_key(file) for file in _key_files()), None)
    return newest if newest is not None and newest.is_private else None


def _make_key() -> ECKey:
    key = ECKey.generate_key(CURVE, private=True)
    _write(key_folder() / f"{timezone.now():%Y%m%d%H%M%S%f}-{key.thumbprint()}.json", key.as_dict(private=True))
    return key


def _key_files() -> list[Path]:
    """The newest first."""
    return sorted(key_folder().glob("*.json"), reverse=True)


def _read_key(file: Path) -> ECKey:
    return ECKey.import_key(orjson.loads(file.read_bytes()))


def _write(file: Path, key: dict[str, Any]) -> None:
    """All or nothing: nobody ever reads half a key."""
    draft = file.with_suffix(f".{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
        target.write(orjson.dumps(key))
        target.flush()
        os.fsync(target.fileno())
    draft.replace(file)
