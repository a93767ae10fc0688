"""Archiving, un-archiving, and the switch of a batch year."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches import rules
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.core.errors import Invalid
from muster.institutions.access import Actor
from muster.web.batches.dialogs import batch_dialog, batches_for_rules, tab_url
from muster.web.requests import ActorRequest
from muster.web.ui.bulk import bulk_dialog, picked_rows, picked_url
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, submit_form
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import own_path, page
from muster.web.ui.undo import Undo, say_done, way_back


@page(batches["archive"])
def archive_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Make a batch read-only."""
    batch = batches.get(request.actor, batch_id, "archive", among=batches_for_rules())
    form, names, held = ConfirmForm(posted_data(request)), {"batch": batch.code}, batch.enrolled_students
    if submit_form(form, lambda: rules.archive_batch(by=request.actor, batch=batch)):
        undo = Undo(reverse("batches:unarchive", args=[batch.pk])) if batches.may(request.actor, "unarchive") else None
        return redirect_with_message(request, tab_url(batch), _("%(batch)s archived.") % names, undo)
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
        return redirect_with_message(request, tab_url(batch), _("%(batch)s unarchived.") % names, undo)
    text = [_("You'll be able to change it again. Its instructors, rooms and students must still be free.")]
    title = _("Unarchive %(batch)s?") % names
    return batch_dialog(request, form, batch, title=title, button=_("Unarchive"), text=text)


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


@page(batches["change"])
def auto_rollover(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Turn the automatic request for promotion on or off, from the list of batch years."""
    batch = batches.get(request.actor, batch_id, "change", among=batches_for_rules())
    back = reverse("batches:list") + "?kind=academic"
    if request.method != "POST":
        return redirect(back)
    if batch.kind != Batch.Kind.ACADEMIC:
        raise Invalid(_("Only batch years have semesters."), field="auto_rollover")
    wanted = request.POST.get("auto_rollover") == "on"
    rules.change_batch(by=request.actor, batch=batch, changes={"auto_rollover": wanted})
    turned = (
        _("%(batch)s will request promotion automatically at the end of each semester.")
        if wanted
        else _("%(batch)s will only be promoted manually.")
    )
    back = own_path(request, request.POST.get("next", "")) or back
    undo = Undo(request.path, {} if wanted else {"auto_rollover": "on"})
    say_done(request, turned % {"batch": batch.code}, undo)
    return redirect(way_back(request, back))
