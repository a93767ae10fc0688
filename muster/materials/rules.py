"""Adding, changing, ordering, removing and opening materials."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.batches.errors import BatchArchived
from muster.batches.models import Batch
from muster.core.database import atomic, refused_as
from muster.core.errors import FieldError, Invalid, Missing
from muster.core.files import forget, keep_for, sweep_folder, take_in
from muster.core.history import recorded
from muster.core.rows import lock_row, set_value
from muster.institutions.access import Actor
from muster.materials.errors import TooManyMaterials
from muster.materials.models import MOST_TITLE, Material, MaterialView
from muster.materials.notices import tell_new_materials
from muster.materials.permissions import materials
from muster.materials.queries import Place, materials_in_full, materials_of, place_field, place_of

FOLDER = "materials"
# Of one course, batch or session, so that nobody fills the disk.
MOST_MATERIALS = 200
# For how long what was removed can be restored.
KEPT_REMOVED = timedelta(days=30)
# From which hour on students are told of what was added that day.
TOLD_FROM = 16
SAID = ("title", "description", "url", "visible_from")
COLUMNS = {column.name: column for column in Material._meta.fields}


@dataclass(frozen=True)
class SentFile:
    """A file as it was sent."""

    content: bytes
    name: str


def add_material(
    *,
    by: Actor,
    to: Place,
    title: str = "",
    description: str = "",
    url: str = "",
    file: SentFile | None = None,
    visible_from: date | None = None,
) -> Material:
    """Add a file or a link to a course, a batch or a session, at the end. Without a title it has the file's name.

    Locks nothing: the database holds the batch against being archived. Raises FileRefused, Invalid naming the fields,
    TooManyMaterials, BatchArchived.
    """
    if bool(url) == (file is not None):
        raise Invalid(_("Choose a file or enter a link, one of the two."), field="file")
    taken = take_in(file.content, file.name) if file is not None else None
    row = Material(institution=by.institution, added_by=by.user, **{place_field(to): to})
    title = title or (taken.name.rpartition(".")[0][:MOST_TITLE] if taken else "")
    _say(row, {"title": title, "description": description, "url": url, "visible_from": visible_from})
    with keep_for(FOLDER, [taken] if taken else []) as written:
        for name, value in (item for columns in written for item in columns.items()):
            setattr(row, name, value)
        return _add(by, to, row)


@atomic
def _add(by: Actor, to: Place, row: Material) -> Material:
    there = materials_of(to).order_by().aggregate(last=Max("position"), number=Count("pk"))
    if there["number"] >= MOST_MATERIALS:
        raise TooManyMaterials(most=MOST_MATERIALS)
    row.position = (there["last"] or 0) + 1
    with recorded(by, "add_material"), _explain_archived(row):
        row.save(force_insert=True)
    return row


@atomic
def change_material(*, by: Actor, material: Material, changes: Mapping[str, Any]) -> Material:
    """Change `title`, `description`, the `url` of a link, from when on students see it (`visible_from`), or the
    `position` among the materials of the same course, batch or session, the first being 1.

    Locks these, ascending by id. Raises Missing, Invalid naming the fields, BatchArchived.
    """
    row, others = _hold(material)
    if row.removed_at is not None:
        raise Missing
    if "url" in changes and row.is_link != bool(changes["url"]):
        words = _("Enter the link.") if row.is_link else _("This material is a file. Add the link as a new material.")
        raise Invalid(words, field="url")
    _say(row, changes)
    _save(by, row, "change_material", *SAID)
    if (place := changes.get("position")) is not None:
        if not 1 <= place <= len(others) + 1:
            raise Invalid(_("Choose a place from 1 to %(last)d.") % {"last": len(others) + 1}, field="position")
        _arrange(by, row, [*others[: place - 1], row, *others[place - 1 :]])
    return row


@atomic
def remove_material(*, by: Actor, material: Material) -> Material:
    """Remove a material. For a while it can be restored; removed already, it stays as it is.

    Locks as `change_material`. Raises Missing, BatchArchived.
    """
    row, others = _hold(material)
    if row.removed_at is None:
        row.removed_at, row.removed_by = timezone.now(), by.user
        _save(by, row, "remove_material", "removed_at", "removed_by")
        _arrange(by, row, others)
    return row


@atomic
def restore_material(*, by: Actor, material: Material) -> Material:
    """Have a material back where it was before it was removed.

    Locks as `change_material`. Raises Missing, TooManyMaterials, BatchArchived.
    """
    row, others = _hold(material)
    if row.removed_at is not None:
        if len(others) >= MOST_MATERIALS:
            raise TooManyMaterials(most=MOST_MATERIALS)
        row.removed_at = row.removed_by = None
        _save(by, row, "restore_material", "removed_at", "removed_by")
        place = max(row.position - 1, 0)
        _arrange(by, row, [*others[:place], row, *others[place:]])
    return row


@atomic
def open_material(*, by: Actor, material: Material) -> Material:
    """Give somebody the file or the link, and count it once a day for who reads it as a student. Locks nothing."""
    row = materials_in_full(Material.objects.filter(pk=material.pk)).get()
    if by.user is not None and not materials.allows(by, "change", row):
        today = row.local_today  # type: ignore[attr-defined]
        views = MaterialView.objects.filter(material=row, user=by.user)
        if not views.filter(last_on__lt=today).update(days=F("days") + 1, last_on=today, updated_at=timezone.now()):
            # Of two at the same moment the second finds the first one's row.
            first = MaterialView(institution_id=row.institution_id, material=row, user=by.user, last_on=today)
            MaterialView.objects.bulk_create([first], ignore_conflicts=True)
    return row


@atomic
def tell_of_materials(*, by: Actor) -> int:
    """Tell students of what was added, once a day for each batch; answers how many notices there were.

    By the clock of the class, from the hour on at which it is told. Whoever writes that it was told tells. What was
    hidden is told of on its day; archived batches and what is removed are left out.
    """
    now = timezone.now()
    due = (
        Material.objects.not_removed()
        .shown()
        .filter(institution=by.institution, told_at__isnull=True)
        .filter(Q(batch__isnull=True) | Q(batch__archived_at__isnull=True, batch__deleted_at__isnull=True))
        .filter(Q(session__isnull=True) | Q(session__meeting__is_archived=False))
        .select_related("institution", "course", "batch__branch", "session__meeting__branch")
        .select_for_update(of=("self",), no_key=True, skip_locked=True)
        .order_by("position", "created_at", "pk")
    )
    ready = [row for row in due if now.astimezone(row.zone).hour >= TOLD_FROM]
    Material.objects.filter(pk__in=[row.pk for row in ready]).update(told_at=now)
    return tell_new_materials(by, ready)


def forget_removed_materials() -> int:
    """Delete what was removed long ago, with its file, and files whose sending was undone; answers how many.

    Each is a transaction of its own; those of archived batches stay.
    """
    old = Material.objects.filter(removed_at__lt=timezone.now() - KEPT_REMOVED)
    open_ones = old.exclude(batch__archived_at__isnull=False).exclude(session__meeting__is_archived=True)
    return sum(map(_forget, open_ones)) + sweep_folder(FOLDER, Material)


@atomic
def _forget(material: Material) -> int:
    row = lock_row(material, for_delete=True)
    if row.removed_at is None:
        return 0
    row.delete()
    forget(str(row.file.name or ""))
    return 1


# --- the parts ------------------------------------------------------------------------------------------------------
def _hold(material: Material) -> tuple[Material, list[Material]]:
    """The material as it now stands, removed or not, and the others of its place in their order, all locked."""
    there = Material.objects.filter(**{place_field(place_of(material)): place_of(material).pk})
    rows = there.filter(Q(removed_at__isnull=True) | Q(pk=material.pk)).order_by("pk").select_for_update(no_key=True)
    held = {row.pk: row for row in rows}
    row = held.pop(material.pk, None)
    if row is None:
        raise Missing
    return row, sorted(held.values(), key=lambda one: (one.position, one.created_at, one.pk))


def _arrange(by: Actor, material: Material, order: Sequence[Material]) -> None:
    """Number the materials of a place in this order."""
    moved = [row for place, row in enumerate(order, 1) if row.position != place]
    for place, row in enumerate(order, 1):
        row.position = place
    with recorded(by, "move_material"), _explain_archived(material):
        Material.objects.bulk_update(moved, ["position"])


def _say(row: Material, given: Mapping[str, Any]) -> None:
    """Set what is said of a material. Raises Invalid naming every field."""
    if given.get("url"):
        # Phones begin a line with a capital letter.
        given = {**given, "url": re.sub("^https:", "https:", given["url"].strip(), flags=re.IGNORECASE)}
    found = [
        FieldError(name, words)
        for name in SAID
        if name in given and (words := set_value(row, COLUMNS[name], given[name]))
    ]
    if found:
        raise Invalid.fields(found)


def _save(by: Actor, row: Material, use_case: str, *fields: str) -> None:
    with recorded(by, use_case), _explain_archived(row):
        row.save(update_fields=[*fields, "updated_at"])


def _explain_archived(row: Material) -> AbstractContextManager[None]:
    def refusal() -> BatchArchived:
        meets = Q(meetings__sessions=row.session_id, archived_at__isnull=False)
        return BatchArchived(Batch.objects.filter(Q(pk=row.batch_id) if row.batch_id else meets)[0])

    return refused_as(archived_batch_does_not_change=refusal, archived_meeting_does_not_change=refusal)
