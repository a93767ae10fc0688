"""Archiving and un-archiving."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches import rules
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.institutions.access import Actor
from muster.web.batches.dialogs import batch_dialog, batches_for_rules, tab_url
from muster.web.requests import ActorRequest
from muster.web.ui.bulk import bulk_dialog, picked_rows, picked_url
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, submit_form
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import own_path, page
from muster.web.ui.undo import Undo


@page(batches["archive"])
def archive_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Make a batch read-only."""
    batch = batches.get(request.actor, batch_id, "archive", among=batches_for_rules())
    form, names, held = ConfirmForm(posted_data(request)), {"batch": batch.code}, batch.enrolled_students
    if submit_form(form, lambda: rules.archive_batch(by=request.actor, batch=batch)):
        undo = Undo(reverse("batches:unarchive", args=[batch.pk])) if batches.may(request.actor, "unarchive") else None
        return redirect_with_message(request, _back(request, batch), _archived_in_words(batch, held), undo)
    frozen = ngettext(
        "%(count)d current enrollment will be frozen. The student can enroll elsewhere.",
        "%(count)d current enrollments will be frozen. The students can enroll elsewhere.",
        held,
    )
    text = [
        _(
            "You can still view, filter and export an archived batch. It can't be changed, and its rooms and "
            "instructors are freed."
        ),
        *([frozen % {"count": held}] if held else []),
        _("Only an administrator can unarchive it."),
    ]
    title = _("Archive %(batch)s?") % names
    return batch_dialog(request, form, batch, title=title, button=_("Archive"), text=text)


@page(batches["unarchive"])
def unarchive_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Open an archived batch again, if its people, rooms and students are still free."""
    batch = batches.get(request.actor, batch_id, "unarchive", among=batches_for_rules())
    form, names = ConfirmForm(posted_data(request)), {"batch": batch.code}
    if submit_form(form, lambda: rules.unarchive_batch(by=request.actor, batch=batch)):
        undo = Undo(reverse("batches:archive", args=[batch.pk]))
        return redirect_with_message(request, _back(request, batch), _("%(batch)s unarchived.") % names, undo)
    text = [_("You'll be able to change it again. Its instructors, rooms and students must still be free.")]
    title = _("Unarchive %(batch)s?") % names
    return batch_dialog(request, form, batch, title=title, button=_("Unarchive"), text=text)


def _back(request: ActorRequest, batch: Batch) -> str:
    """The list in which a switch was pressed, else the batch."""
    return own_path(request, request.POST.get("next", "")) or tab_url(batch)


def _archived_in_words(batch: Batch, held: int) -> str:
    """That it is archived, and how many it concerns, since a switch asks nothing before."""
    if not held:
        return _("%(batch)s archived.") % {"batch": batch.code}
    words = ngettext(
        "%(batch)s archived. %(count)d current enrollment is frozen.",
        "%(batch)s archived. %(count)d current enrollments are frozen.",
        held,
    )
    return words % {"batch": batch.code, "count": held}


@page(batches["archive"])
def archive_many(request: ActorRequest) -> HttpResponse:
    """Make the selected batches read-only."""
    actor = request.actor
    rows = picked_rows(request, batches.rows(actor, "archive", among=batches_for_rules()))
    number = len(rows)
    return bulk_dialog(
        request,
        rows,
        lambda batch: rules.archive_batch(by=actor, batch=batch),
        name_of=lambda batch: batch.code,
        title=ngettext("Archive %(count)d batch?", "Archive %(count)d batches?", number) % {"count": number},
        button=ngettext("Archive %(count)d batch", "Archive %(count)d batches", number) % {"count": number},
        done=lambda count: (
            ngettext("%(count)d batch archived.", "%(count)d batches archived.", count) % {"count": count}
        ),
        back=reverse("batches:list"),
        undo=lambda done: _undo_many(actor, "unarchive", done),
        text=[
            _(
                "You can still view, filter and export an archived batch. It can't be changed, and its rooms and "
                "instructors are freed."
            )
        ],
        crumbs=[_("Batches"), reverse("batches:list")],
        nav="batches",
    )


@page(batches["unarchive"])
def unarchive_many(request: ActorRequest) -> HttpResponse:
    """Open the selected batches again, each if its people, rooms and students are still free."""
    actor = request.actor
    rows = picked_rows(request, batches.rows(actor, "unarchive", among=batches_for_rules()))
    number = len(rows)
    return bulk_dialog(
        request,
        rows,
        lambda batch: rules.unarchive_batch(by=actor, batch=batch),
        name_of=lambda batch: batch.code,
        title=ngettext("Unarchive %(count)d batch?", "Unarchive %(count)d batches?", number) % {"count": number},
        button=ngettext("Unarchive %(count)d batch", "Unarchive %(count)d batches", number) % {"count": number},
        done=lambda count: (
            ngettext("%(count)d batch unarchived.", "%(count)d batches unarchived.", count) % {"count": count}
        ),
        back=reverse("batches:list"),
        undo=lambda done: _undo_many(actor, "archive", done),
        text=[_("You'll be able to change it again. Its instructors, rooms and students must still be free.")],
        crumbs=[_("Batches"), reverse("batches:list")],
        nav="batches",
    )


def _undo_many(actor: Actor, action: str, rows: Sequence[Batch]) -> Undo | None:
    return Undo(picked_url(reverse(f"batches:{action}-many"), rows)) if batches.may(actor, action) else None
