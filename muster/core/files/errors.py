"""Refusals around files."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from muster.core.errors import DomainError, Invalid


class FileRefused(Invalid):
    """A file that cannot be taken, and why."""

    default_code = "file_refused"

    def __init__(self, message: str, *, field: str = "file", code: str = "") -> None:
        super().__init__(message, field=field, code=code)


class FileTooLarge(DomainError):
    """A file that is larger than is kept."""

    status = 413
    default_code = "too_large"

    def __init__(self, most: int, *, field: str = "file") -> None:
        sentence = _(
            "The file is larger than %(size)s. Choose a smaller file, or take the photo at a lower resolution."
        )
        super().__init__(sentence % {"size": filesizeformat(most)}, field=field)


class UploadTooLarge(RequestDataTooBig):
    """A request that is not even read to its end."""

    def __init__(self, most: int) -> None:
        super().__init__(
            _("The upload is larger than %(size)s. Send fewer or smaller files.") % {"size": filesizeformat(most)}
        )
