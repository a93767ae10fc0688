"""Archiving, un-archiving, restoring, and the switch of a batch year."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches import rules
from muster.batches.models import Batch
from muster.batches.permissions import batches, deleted_batches
from muster.core.errors import Invalid
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page


def _for_rules() -> Any:
    return Batch.objects.select_related("institution", "branch", "course", "department")


def _crumbs(batch: Batch) -> list[str]:
    return [_("Batches"), reverse("batches:list"), batch.code, reverse("batches:batch", args=[batch.pk])]


@page(batches["archive"])
def archive_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Make a batch read-only."""
    actor = request.actor
    batch = batches.get(actor, batch_id, "archive", among=_for_rules())
    url = reverse("batches:batch", args=[batch.pk])
    form = ConfirmForm(posted_data(request))
    if submit_form(form, lambda: rules.archive_batch(by=actor, batch=batch)):
        return redirect_with_message(request, url, _("%(batch)s archived.") % {"batch": batch.code})
    held = batch.enrolled_students
    text = [
        _(
            "You can still view, filter and export an archived batch. It can't be changed, and its rooms and "
            "instructors are freed."
        )
    ]
    if held:
        text.append(
            ngettext(
                "%(count)d current enrollment will be frozen. The student can enroll elsewhere.",
                "%(count)d current enrollments will be frozen. The students can enroll elsewhere.",
                held,
            )
            % {"count": held}
        )
    text.append(_("Only an administrator can unarchive it."))
    return render_dialog(
        request,
        form,
        title=_("Archive %(batch)s?") % {"batch": batch.code},
        button=_("Archive"),
        back=url,
        text=text,
        crumbs=_crumbs(batch),
        context={"nav": "batches"},
    )


@page(batches["unarchive"])
def unarchive_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Open an archived batch again, if its people, rooms and students are still free."""
    actor = request.actor
    batch = batches.get(actor, batch_id, "unarchive", among=_for_rules())
    url = reverse("batches:batch", args=[batch.pk])
    form = ConfirmForm(posted_data(request))
    if submit_form(form, lambda: rules.unarchive_batch(by=actor, batch=batch)):
        return redirect_with_message(request, url, _("%(batch)s unarchived.") % {"batch": batch.code})
    return render_dialog(
        request,
        form,
        title=_("Unarchive %(batch)s?") % {"batch": batch.code},
        button=_("Unarchive"),
        back=url,
        text=[_("You'll be able to change it again. Its instructors, rooms and students must still be free.")],
        crumbs=_crumbs(batch),
        context={"nav": "batches"},
    )


@page(deleted_batches["restore"])
def restore_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Restore a deleted batch."""
    actor = request.actor
    batch = deleted_batches.get(actor, batch_id, "restore", among=_for_rules())
    form = ConfirmForm(posted_data(request))
    if submit_form(form, lambda: rules.restore_batch(by=actor, batch=batch)):
        back = reverse("batches:batch", args=[batch.pk])
        return redirect_with_message(request, back, _("%(batch)s restored.") % {"batch": batch.code})
    return render_dialog(
        request,
        form,
        title=_("Restore %(batch)s?") % {"batch": batch.code},
        button=_("Restore"),
        back=reverse("batches:deleted"),
        text=[
            _("It's restored with its weekly schedule and instructors, if they're still free."),
            _("Enrollments that were cancelled with it stay cancelled."),
        ],
        crumbs=[_("Batches"), reverse("batches:list"), _("Deleted"), reverse("batches:deleted")],
        context={"nav": "batches"},
    )


class RolloverForm(forms.Form):
    """The switch of a batch year."""

    auto_rollover = forms.BooleanField(required=False)
    next = forms.CharField(required=False)


@page(batches["change"])
def auto_rollover(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Turn the automatic request for promotion on or off, from the list of batch years."""
    actor = request.actor
    batch = batches.get(actor, batch_id, "change", among=_for_rules())
    back = reverse("batches:list") + "?kind=academic"
    if request.method != "POST":
        return redirect(back)
    if batch.kind != Batch.Kind.ACADEMIC:
        raise Invalid(_("Only batch years have semesters."), field="auto_rollover")
    form = RolloverForm(request.POST)
    form.is_valid()
    wanted = bool(form.cleaned_data.get("auto_rollover"))
    rules.change_batch(by=actor, batch=batch, changes={"auto_rollover": wanted})
    turned = (
        _("%(batch)s will request promotion automatically at the end of each semester.")
        if wanted
        else _("%(batch)s will only be promoted manually.")
    )
    messages.success(request, turned % {"batch": batch.code})
    asked = form.cleaned_data.get("next") or back
    safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return redirect(asked if safe else back)
