"""The institution itself: what it is called, how it works, its sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext as _

from muster.core.database import atomic, refused_as
from muster.core.errors import AlreadyTaken, FieldError, Forbidden, Invalid
from muster.core.history import recorded
from muster.core.ids import new_id
from muster.core.rows import lock_row, take
from muster.institutions.access import Actor
from muster.institutions.errors import TimeZoneClash
from muster.institutions.models import Department, Institution
from muster.institutions.permissions import departments, institutions

ABOUT = ("name", "slug", "kind", "time_zone", "contact_email", "contact_phone")
SETTINGS = (
    "late_after_minutes",
    "minimum_attendance_percent",
    "register_lock_hours",
    "session_horizon_days",
    "waitlist_mode",
    "waitlist_offer_hours",
    "seat_buffer_percent",
    "access_grace_days",
    "archived_disables_access",
    "advised_size_min",
    "advised_size_max",
    "max_active_batches",
    "max_mentees",
    "rollover_approval",
    "last_semester",
)
# How much each part counts when instructors are suggested.
WEIGHTS = (
    "weight_skills",
    "weight_availability",
    "weight_workload",
    "weight_language",
    "weight_style",
    "weight_rating",
    "weight_familiarity",
)
FIELDS = {name: name for name in (*ABOUT, *SETTINGS, *WEIGHTS)}
# What a setting may be beyond what its column holds.
LIMITS = {
    "late_after_minutes": (0, 240),
    "session_horizon_days": (1, 730),
    "waitlist_offer_hours": (1, 720),
    "access_grace_days": (0, 3650),
    "advised_size_min": (1, 1000),
    "advised_size_max": (1, 1000),
    "max_active_batches": (1, 100),
    "max_mentees": (0, 1000),
    "register_lock_hours": (0, 8760),
    **dict.fromkeys(WEIGHTS, (0, 10)),
}
LARGEST_LOGO = 1024 * 1024
# The first bytes of the kinds of picture that browsers show and that cannot carry scripts.
PICTURES = {"png": (b"\x89PNG\r\n\x1a\n", "image/png"), "jpg": (b"\xff\xd8\xff", "image/jpeg")}


@atomic
def change_institution(*, by: Actor, changes: Mapping[str, Any]) -> Institution:
    """Change what the actor's institution is called and how it works.

    Another time zone books all classes anew that are not in a branch with a zone of its own, which may be refused.
    Locks the institution. Raises Forbidden, Invalid naming every field, AlreadyTaken, TimeZoneClash.
    """
    if not institutions.may(by, "change"):
        raise Forbidden
    institution = lock_row(by.institution)
    found = take(institution, changes, FIELDS)
    wrong = {error.field for error in found}
    for name, (least, most) in LIMITS.items():
        value = getattr(institution, name)
        if name in changes and name not in wrong and value is not None and not least <= value <= most:
            found.append(
                FieldError(name, _("Enter a number from %(least)d to %(most)d.") % {"least": least, "most": most})
            )
    if not found and institution.advised_size_min > institution.advised_size_max:
        found.append(FieldError("advised_size_max", _("The maximum recommended size is below the minimum.")))
    if found:
        raise Invalid.fields(found)
    clash = TimeZoneClash(institution.time_zone)
    with (
        recorded(by, "change_institution"),
        refused_as(
            institutions_institution_slug=AlreadyTaken(
                _("Another institution already uses this short name. Choose another."), "slug"
            ),
            instructor_is_in_one_place_at_a_time=clash,
            room_holds_one_meeting_at_a_time=clash,
        ),
    ):
        institution.save()
    return institution


@atomic
def change_logo(*, by: Actor, of: Institution | Department, picture: File[bytes] | None) -> None:
    """Put a picture (PNG or JPEG, at most one megabyte) in the place of the logo; None takes it away.

    The file that is no longer shown goes when the change is certain. Locks the row. Raises Forbidden, Missing, Invalid.
    """
    if isinstance(of, Department):
        departments.must_reach(by, "change", of)
    elif not institutions.may(by, "change") or of.pk != by.institution.pk:
        raise Forbidden
    row = lock_row(of)
    before, storage = row.logo.name, row.logo.storage
    with recorded(by, "change_logo"):
        if picture is None:
            row.logo = ""
            row.save(update_fields=["logo", "updated_at"])
        else:
            content = picture.read(LARGEST_LOGO + 1)
            row.logo.save(f"{new_id().hex}.{_kind_of(content)}", ContentFile(content), save=False)
            row.save(update_fields=["logo", "updated_at"])
    if before and before != row.logo.name:
        transaction.on_commit(lambda: storage.delete(before))


def _kind_of(content: bytes) -> str:
    """The file ending of a picture. Raises Invalid for what is none, or too large."""
    if len(content) > LARGEST_LOGO:
        raise Invalid(_("The image is larger than 1 MB. Choose a smaller one."), field="logo")
    for kind, (beginning, _media_type) in PICTURES.items():
        if content.startswith(beginning):
            return kind
    raise Invalid(_("The logo must be a PNG or JPEG image."), field="logo")
