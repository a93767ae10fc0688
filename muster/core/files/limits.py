"""How much of an upload is read: no request fills the disk, and nobody waits for what is refused anyway."""

from __future__ import annotations

from typing import Any

from django.core.files.base import File
from django.core.files.uploadhandler import FileUploadHandler

from muster.core.files.errors import FileTooLarge, UploadTooLarge

# Bytes of a logo or a photo.
LARGEST_PICTURE = 1024 * 1024
MOST_BYTES = 10 * 1024 * 1024
# Beyond it the request is refused unread; up to it the rest of a file is thrown away, so that its sender is answered
# with a sentence and not with a broken connection.
MOST_REQUEST_BYTES = 64 * 1024 * 1024


class LimitedUploads(FileUploadHandler):
    """Stands before the handlers that keep a file: passes on a little more than `MOST_BYTES` of each, and no more.

    Whoever takes a file in finds one that is too large still too large.
    """

    passed = 0

    def handle_raw_input(
        self, input_data: Any, meta: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        if content_length > MOST_REQUEST_BYTES:
            raise UploadTooLarge(MOST_REQUEST_BYTES)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.passed = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if self.passed > MOST_BYTES:
            return None
        self.passed += len(raw_data)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The handlers behind this one have the file."""


def read_whole(file: File[bytes], *, most: int = MOST_BYTES, field: str = "file") -> bytes:
    """What an uploaded file holds. Raises FileTooLarge."""
    content: bytes = file.read(most + 1)
    if len(content) > most:
        raise FileTooLarge(most, field=field)
    return content
