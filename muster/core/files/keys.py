"""The keys that files are encrypted with at rest (AES-256-GCM), each in a file of the data folder.

The newest encrypts; each file names the one it was encrypted with. Rotating makes a new key, encrypts every file anew,
and then throws the keys before away. A file that begins otherwise was written before there were keys, and is read as it
is until the next rotation.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

# What an encrypted file begins with, and then: the key's name, the nonce, the content with its tag.
MARK = b"MUSTER\x00\x01"
NAME, NONCE, TAG = 16, 12, 16
HEAD = len(MARK) + NAME + NONCE
ENDING = ".key"


class Undecipherable(OSError):
    """A file can't be decrypted: its key is gone, or it is not what was written."""


def key_folder() -> Path:
    """Where the keys are, for their owner alone."""
    folder = Path(settings.MUSTER_HOME) / "file_keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


@contextmanager
def newest_key() -> Iterator[str]:
    """The name of the key to encrypt with, made where there is none. It stays the newest until what is written inside
    is there: a rotation waits."""
    with _hold_lock(fcntl.LOCK_SH):
        names = key_names()
    if not names:
        with _hold_lock(fcntl.LOCK_EX):
            if not key_names():
                _make_key()
    with _hold_lock(fcntl.LOCK_SH):
        yield key_names()[-1]


def key_names() -> list[str]:
    """The oldest first."""
    files = sorted(key_folder().glob(f"*{ENDING}"), key=lambda file: (file.stat().st_mtime_ns, file.name))
    return [file.stem for file in files]


def encrypt(content: bytes, place: str, key: str) -> bytes:
    """The content for this place among the files; what is moved to another place can't be read there."""
    nonce = secrets.token_bytes(NONCE)
    return MARK + key.encode() + nonce + AESGCM(_secret(key_folder(), key)).encrypt(nonce, content, place.encode())


def decrypt(stored: bytes, place: str) -> bytes:
    """What was encrypted for this place. Raises Undecipherable."""
    if (key := key_of(stored)) is None:
        return stored
    try:
        cipher = AESGCM(_secret(key_folder(), key))
        return cipher.decrypt(stored[HEAD - NONCE : HEAD], stored[HEAD:], place.encode())
    except FileNotFoundError as error:
        raise Undecipherable(f"The key {key} is missing in {key_folder()}.") from error
    except InvalidTag as error:
        raise Undecipherable(f"{place} is not what was written.") from error


def key_of(stored: bytes) -> str | None:
    """The name of the key that this begins to be encrypted with; None where it isn't."""
    return stored[len(MARK) : HEAD - NONCE].decode("ascii", "replace") if stored.startswith(MARK) else None


def clear_size(stored: int) -> int:
    """How large the content of an encrypted file is."""
    return stored - HEAD - TAG


def make_newer_key() -> str:
    """A new key that everything is encrypted with from now on. Waits for what is being written with the one before."""
    with _hold_lock(fcntl.LOCK_EX):
        return _make_key()


def forget_keys(names: list[str]) -> None:
    """Throw keys away with which nothing is encrypted any more."""
    for name in names:
        (key_folder() / f"{name}{ENDING}").unlink(missing_ok=True)


def _make_key() -> str:
    name, folder = secrets.token_hex(NAME // 2), key_folder()
    draft = folder / f"{name}.draft"
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        target.write(AESGCM.generate_key(256))
        target.flush()
        os.fsync(target.fileno())
    draft.replace(folder / f"{name}{ENDING}")
    _sync(folder)
    return name


def _sync(folder: Path) -> None:
    """Make sure that the key's name is on the disk before anything is encrypted with it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@cache
def _secret(folder: Path, name: str) -> bytes:
    return (folder / f"{name}{ENDING}").read_bytes()


@contextmanager
def _hold_lock(how: int) -> Iterator[None]:
    handle = os.open(key_folder() / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)
