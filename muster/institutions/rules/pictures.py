"""The logos of the institution and of its departments, and the photos of its people."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.core.database import atomic
from muster.core.errors import Invalid
from muster.core.files import JPEG, LARGEST_PICTURE, PNG, AcceptedFile, kind_of, take_in
from muster.core.history import recorded
from muster.core.ids import new_id
from muster.core.permissions import Access
from muster.core.rows import lock_row
from muster.institutions.access import Actor
from muster.institutions.models import Department, Institution
from muster.institutions.permissions import departments, institutions, users

# It is drawn anew on every sheet that is printed.
MOST_PIXELS = 25_000_000
# What may have one: who may change it, the field, and what history calls that.
PICTURES: dict[type[Model], tuple[Access[Any], str, str, str]] = {
    Institution: (institutions, "change", "logo", "change_logo"),
    Department: (departments, "change", "logo", "change_logo"),
    User: (users, "edit", "photo", "change_photo"),
}


@atomic
def change_picture(*, by: Actor, of: Institution | Department | User, picture: File[bytes] | None) -> None:
    """Put a picture (PNG or JPEG, at most one megabyte) in the place of the logo or photo; None takes it away.

    The file that is no longer shown goes when the change is certain. Administrators change everybody's photo, everybody
    their own. Locks the row. Raises Forbidden, Missing, Invalid, FileRefused.
    """
    access, action, field, use_case = PICTURES[type(of)]
    access.must_reach(by, action, of)
    taken = _judge_picture(picture, field) if picture else None
    with recorded(by, use_case):
        _put_picture(lock_row(of), field, taken)


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
    content = picture.read(LARGEST_PICTURE + 1)
    if len(content) > LARGEST_PICTURE:
        raise Invalid(_("The image is larger than 1 MB. Choose a smaller one."), field=field)
    if kind_of(content) not in (PNG, JPEG):
        raise Invalid(_("The image must be a PNG or JPEG file."), field=field)
    return take_in(content, "", field=field, most_pixels=MOST_PIXELS)
