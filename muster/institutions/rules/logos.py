"""The logos of the institution and of its departments."""

from __future__ import annotations

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext as _

from muster.core.database import atomic
from muster.core.errors import Invalid
from muster.core.files import JPEG, PNG, AcceptedFile, kind_of, take_in
from muster.core.history import recorded
from muster.core.ids import new_id
from muster.core.rows import lock_row
from muster.institutions.access import Actor
from muster.institutions.models import Department, Institution
from muster.institutions.permissions import departments, institutions

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
    taken = _judge_logo(picture.read(LARGEST_LOGO + 1)) if picture else None
    row = lock_row(of)
    before, storage = row.logo.name, row.logo.storage
    if taken is None:
        row.logo = ""
    else:
        row.logo.save(f"{new_id().hex}.{taken.kind.ending}", ContentFile(taken.content), save=False)
    with recorded(by, "change_logo"):
        row.save(update_fields=["logo", "updated_at"])
    if before and before != row.logo.name:
        transaction.on_commit(lambda: storage.delete(before))


def _judge_logo(content: bytes) -> AcceptedFile:
    """The picture without what it should not tell. Raises Invalid for what is none, or too large, and FileRefused."""
    if len(content) > LARGEST_LOGO:
        raise Invalid(_("The image is larger than 1 MB. Choose a smaller one."), field="logo")
    if kind_of(content) not in (PNG, JPEG):
        raise Invalid(_("The logo must be a PNG or JPEG image."), field="logo")
    return take_in(content, "", field="logo", most_pixels=MOST_PIXELS)
