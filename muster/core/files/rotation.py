"""Every file encrypted anew, with a new key."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from django.core.files.storage import default_storage

from muster.core.files.keys import HEAD, decrypt, encrypt, forget_keys, key_names, key_of, make_newer_key


def rotate_file_keys() -> int:
    """Encrypt all files with a new key, while Muster runs, and throw the keys before away; answers how many files.

    Cut off in between, nothing is lost: all keys are still there, and the next rotation goes on. Raises Undecipherable
    for a file that can't be read, with every key as it was.
    """
    before = key_names()
    key = make_newer_key()
    done = sum(_encrypt_anew(path, name, key) for path, name in _files())
    forget_keys(before)
    return done


def _encrypt_anew(path: Path, name: str, key: str) -> bool:
    """Whether the file was there, and encrypted with another key or none."""
    try:
        with path.open("rb") as file:
            if key_of(file.read(HEAD)) == key:
                return False
            file.seek(0)
            stored = file.read()
    except FileNotFoundError:
        # Deleted meanwhile.
        return False
    draft = path.with_name(f".{path.name}.draft")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
        target.write(encrypt(decrypt(stored, name), name, key))
        target.flush()
        os.fsync(target.fileno())
    moment = path.stat() if path.exists() else None
    if moment is None:
        draft.unlink()
        return False
    # Which files nobody names is told by their age.
    os.utime(draft, ns=(moment.st_atime_ns, moment.st_mtime_ns))
    draft.replace(path)
    return True


def _files() -> Iterator[tuple[Path, str]]:
    """Every file, and its name among the stored ones."""
    top = Path(default_storage.path(""))
    for path in sorted(top.rglob("*")):
        if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
            yield path, path.relative_to(top).as_posix()
