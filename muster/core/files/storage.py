"""Where files are kept: in the data folder, readable by its owner alone, out of reach of the web."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import transaction

from muster.core.ids import new_id


class PrivateStorage(FileSystemStorage):
    """Files that no address leads to: only a page or route that asked for the permission gives them out."""

    def __init__(self, location: str | None = None) -> None:
        super().__init__(location, file_permissions_mode=0o600, directory_permissions_mode=0o700)

    def url(self, name: str | None) -> str:
        raise ValueError("Private files have no address.")


def keep(folder: str, content: bytes) -> str:
    """Write the content under a name of our own, and answer the name; on the disk before this returns.

    Written before the transaction that tells of it is over, so that what was acknowledged is there. What is rolled back
    leaves a file that nobody names: whoever owns the folder sweeps it by `kept_before`.
    """
    key = new_id().hex
    # The end of the key is random, and spreads the files over folders.
    name = default_storage.save(f"{folder}/{key[-2:]}/{key}", ContentFile(content))
    with default_storage.open(name) as file:
        os.fsync(file.fileno())
    return name


def forget(name: str) -> None:
    """Delete the file once the transaction is certain; at once where there is none."""
    if name:
        transaction.on_commit(lambda: default_storage.delete(name))


def kept_before(folder: str, moment: datetime) -> Iterator[str]:
    """The names of the files in the folder that were written before the moment."""
    if not default_storage.exists(folder):
        return
    for below in sorted(default_storage.listdir(folder)[0]):
        for file in sorted(default_storage.listdir(f"{folder}/{below}")[1]):
            name = f"{folder}/{below}/{file}"
            if default_storage.get_modified_time(name) < moment:
                yield name
