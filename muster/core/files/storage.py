"""Where files are kept: in the data folder, readable by its owner alone, out of reach of the web."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import models, transaction
from django.utils import timezone

from muster.core.files.keys import HEAD, Undecipherable, clear_size, decrypt, encrypt, key_of, newest_key
from muster.core.files.kinds import AcceptedFile
from muster.core.ids import new_id

# Longer than any request lasts: a file that no row names by then belongs to one that was undone.
LEFT_BEHIND_AFTER = timedelta(hours=24)
NAMES_AT_ONCE = 500


class PrivateStorage(FileSystemStorage):
    """Files that no address leads to: only a page or route that asked for the permission gives them out.

    They are encrypted on the disk, each for its own name.
    """

    def __init__(self, location: str | None = None) -> None:
        super().__init__(location, file_permissions_mode=0o600, directory_permissions_mode=0o700)

    def _save(self, name: str, content: Any) -> str:
        """Encrypted for its name, with the newest key."""
        clear = b"".join(part if isinstance(part, bytes) else part.encode() for part in content.chunks())
        with newest_key() as key:
            place: str = super()._save(name, ContentFile(encrypt(clear, name, key)))  # type: ignore[misc]
            if place != name:
                # Of two who take one name at once, the second is given another.
                Path(self.path(place)).write_bytes(encrypt(clear, place, key))
        return place

    def _open(self, name: str, mode: str = "rb") -> Any:
        """What was stored; a file that is opened for writing is written as it comes."""
        if mode != "rb":
            return super()._open(name, mode)  # type: ignore[misc]
        with super()._open(name, "rb") as stored:  # type: ignore[misc]
            content = stored.read()
        try:
            return ContentFile(decrypt(content, name), name)
        except Undecipherable:
            # A rotation may just have put another in its place, and thrown the key of this one away.
            with super()._open(name, "rb") as stored:  # type: ignore[misc]
                return ContentFile(decrypt(stored.read(), name), name)

    def size(self, name: str) -> int:
        """How large the file is for who reads it."""
        stored = super().size(name)
        with super()._open(name, "rb") as file:  # type: ignore[misc]
            return clear_size(stored) if key_of(file.read(HEAD)) else stored

    def url(self, name: str | None) -> str:
        raise ValueError("Private files have no address.")


def keep(folder: str, content: bytes) -> str:
    """Write the content under a name of our own, and answer the name; on the disk before this returns.

    Written before the transaction that tells of it is over, so that what was acknowledged is there. What is rolled back
    leaves a file that nobody names: whoever owns the folder sweeps it by `sweep_folder`.
    """
    key = new_id().hex
    # The end of the key is random, and spreads the files over folders.
    name = default_storage.save(f"{folder}/{key[-2:]}/{key}", ContentFile(content))
    handle = os.open(default_storage.path(name), os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return name


def forget(name: str) -> None:
    """Delete the file once the transaction is certain; at once where there is none."""
    if name:
        transaction.on_commit(lambda: default_storage.delete(name))


@contextmanager
def keep_for(folder: str, files: Sequence[AcceptedFile]) -> Iterator[list[dict[str, Any]]]:
    """Write the files, for what is done with them inside; where that is refused, they go again.

    Gives what a row says of each: `file`, `file_name`, `file_size`, `file_digest`, `media_type`. Written before the
    transaction, so that nothing waits for the disk with a row locked.
    """
    written: list[dict[str, Any]] = []
    try:
        written.extend(
            {
                "file": keep(folder, one.content),
                "file_name": one.name,
                "file_size": len(one.content),
                "file_digest": one.digest,
                "media_type": one.kind.media_type,
            }
            for one in files
        )
        yield written
    except BaseException:
        for one in written:
            default_storage.delete(one["file"])
        raise


def sweep_folder(folder: str, model: type[models.Model]) -> int:
    """Delete the files that no `file` of the model names since what they were sent for was undone; answers how many."""
    swept, old = 0, kept_before(folder, timezone.now() - LEFT_BEHIND_AFTER)
    while names := set(islice(old, NAMES_AT_ONCE)):
        for name in names - set(model._base_manager.filter(file__in=names).values_list("file", flat=True)):
            default_storage.delete(name)
            swept += 1
    return swept


def kept_before(folder: str, moment: datetime) -> Iterator[str]:
    """The names of the files in the folder that were written before the moment."""
    if not default_storage.exists(folder):
        return
    for below in sorted(default_storage.listdir(folder)[0]):
        for file in sorted(default_storage.listdir(f"{folder}/{below}")[1]):
            name = f"{folder}/{below}/{file}"
            if default_storage.get_modified_time(name) < moment:
                yield name
