"""The logos of the institution and of its departments, and the photos of its people."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.core.database import atomic
from muster.core.errors import Invalid
from muster.core.files import JPEG, PNG, AcceptedFile, kind_of, take_in
from muster.core.history import recorded
from muster.core.ids import new_id
from muster.core.rows import lock_row
from muster.institutions.access import Actor
from muster.institutions.models import Department, Institution
from muster.institutions.permissions import departments, institutions, users

LARGEST_LOGO = 1024 * 1024
# It is drawn anew on every sheet that is printed.
MOST_PIXELS = 25_000_000


@atomic
def change_logo(*, by: Actor, of: Institution | Department, picture: File[bytes] | None) -> None:
    """Put a picture (PNG or JPEG, at most one megabyte) in the place of the logo; None takes it away.

    The file that is no longer shown goes when the change is certain. Locks the row. Raises Forbidden, Missing, Invalid,
    FileRefused.
    """
    if isinstance(of, Department):
        departments.must_reach(by, "change", of)
    else:
        institutions.must_reach(by, "change", of)
    taken = _judge_picture(picture, "logo") if picture else None
    with recorded(by, "change_logo"):
        _put_picture(lock_row(of), "logo", taken)


@atomic
def change_photo(*, by: Actor, of: User, picture: File[bytes] | None) -> None:
    """Put a picture (PNG or JPEG, at most one megabyte) in the place of a person's photo; None takes it away.

    Administrators change everybody's, everybody their own. Locks the person. Raises Forbidden, Missing, Invalid,
    FileRefused.
    """
    users.must_reach(by, "edit", of)
    taken = _judge_picture(picture, "photo") if picture else None
    with recorded(by, "change_photo"):
        _put_picture(lock_row(of), "photo", taken)


def _put_picture(row: Any, field: str, taken: AcceptedFile | None) -> None:
    """Store the picture in the row's field. The file that is no longer shown goes when that is certain."""
    kept = getattr(row, field)
    before, storage = kept.name, kept.storage
    if taken is None:
        setattr(row, field, "")
    else:
        kept.save(f"{new_id().hex}.{taken.kind.ending}", ContentFile(taken.content), save=False)
    row.save(update_fields=[field, "updated_at"])
    if before and before != getattr(row, field).name:
        transaction.on_commit(lambda: storage.delete(before))


def _judge_picture(picture: File[bytes], field: str) -> AcceptedFile:
    """The picture without what it should not tell. Raises Invalid for what is none, or too large, and FileRefused."""
    content = picture.read(LARGEST_LOGO + 1)
    if len(content) > LARGEST_LOGO:
        raise Invalid(_("The image is larger than 1 MB. Choose a smaller one."), field=field)
    if kind_of(content) not in (PNG, JPEG):
        raise Invalid(_("The image must be a PNG or JPEG file."), field=field)
    return take_in(content, "", field=field, most_pixels=MOST_PIXELS)
