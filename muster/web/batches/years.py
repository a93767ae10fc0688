"""What is done with a batch year in its row: the switches that save at once, and its rollover."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from muster.batches import rules
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.core.errors import Invalid
from muster.institutions.access import Actor
from muster.institutions.models import Term
from muster.progression.models import RolloverRequest
from muster.progression.permissions import batch_rollovers
from muster.progression.queries import end_of_semester, next_semester, with_last_move
from muster.web.batches.dialogs import batches_for_rules
from muster.web.requests import ActorRequest
from muster.web.ui.pages import own_path, page, vary_on_htmx, wants_fragment
from muster.web.ui.undo import Undo, say_done, way_back
from muster.web.ui.widgets import button, dialog_link, pill, switch


def rollover_switch(request: HttpRequest, batch: Any, here: str) -> Any:
    """Whether the batch asks for promotion by itself: a switch for those who may change it. `here` is the page."""
    if batch.is_archived or batch.is_over:
        return "–"
    if not batch.may_change:
        return pill(_("On"), "good", "okc") if batch.auto_rollover else pill(_("Off"), icon="ring")
    return switch(
        _("Auto-rollover of %(batch)s") % {"batch": batch.code},
        reverse("batches:auto-rollover", args=[batch.pk]),
        is_on=batch.auto_rollover,
        fields={
            "csrfmiddlewaretoken": get_token(request),
            "auto_rollover": "" if batch.auto_rollover else "on",
            "next": here,
        },
        id=_switch_id(batch.pk),
        live=True,
    )


def archive_switch(request: HttpRequest, batch: Any) -> Any:
    """Whether the batch is archived: a switch for those who may take it back too. Others are asked before."""
    if not (batch.may_archive and batch.may_unarchive):
        if batch.may_archive and not batch.is_archived:
            return dialog_link(_("Archive"), reverse("batches:archive", args=[batch.pk]), "archive", "quiet")
        return _("Archived") if batch.is_archived else "–"
    action = "unarchive" if batch.is_archived else "archive"
    return switch(
        _("Archive %(batch)s") % {"batch": batch.code},
        reverse(f"batches:{action}", args=[batch.pk]),
        is_on=batch.is_archived,
        fields={"csrfmiddlewaretoken": get_token(request), "next": request.get_full_path()},
        id=f"archive-{batch.pk}",
    )


def with_rollovers(actor: Actor, rows: QuerySet[Batch]) -> QuerySet[Any]:
    """The batch years with `waiting`, the rollover that waits for a decision, and `may_raise`, in one statement."""
    pending = RolloverRequest.objects.filter(batch=OuterRef("pk"), status=RolloverRequest.Status.PENDING)
    told = pending.order_by().values(one=JSONObject(name="requested_by__full_name", at="created_at"))
    may_raise = batch_rollovers.right(actor, "raise")
    found: QuerySet[Any] = with_last_move(rows).annotate(waiting=Subquery(told[:1]), may_raise=may_raise)
    return found


def semester_words(batch: Any, terms: Sequence[Term]) -> SafeString | str:
    """The semester that the batch is in, of how many; below it who asked to leave it, or that it is over."""
    if batch.is_over:
        return str(batch.get_status_display())
    if batch.current_semester is None:
        return "–"
    shown = _("%(current)d of %(last)d") % {"current": batch.current_semester, "last": batch.last_semester}
    note = ""
    if batch.waiting:
        name = batch.waiting["name"]
        note = _("requested by %(name)s") % {"name": name} if name else _("requested automatically")
    elif not batch.is_archived and (ended := end_of_semester(batch, terms)):
        pattern = "j M" if ended.year == batch.today().year else "j M Y"
        note = _("ended %(day)s") % {"day": date_format(ended, pattern)}
    return format_html('{}<span class="s">{}</span>', shown, note) if note else shown


def rollover_action(request: HttpRequest, batch: Any, *, is_solid: bool) -> Any:
    """What comes next for the batch year: the question before its promotion, or the request that waits."""
    if batch.is_archived:
        return format_html('<span class="small muted">{}</span>', _("Read only"))
    if batch.is_over:
        return "–"
    if batch.waiting and batch.may_change:
        return button(_("See request"), reverse("progression:rollover", args=[batch.pk]), "clock")
    if not batch.may_raise:
        return "–"
    following = next_semester(batch)
    label = _("Roll over to %(next)d") % {"next": following} if following else _("Complete")
    url = f"{reverse('progression:roll-over', args=[batch.pk])}?{urlencode({'next': request.get_full_path()})}"
    return dialog_link(label, url, "promote" if is_solid else "", "primary" if is_solid else "")


def _switch_id(batch_id: UUID) -> str:
    return f"auto-{batch_id}"


@page(batches["change"])
def auto_rollover(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Turn the automatic request for promotion on or off, where batch years are listed."""
    batch: Any = batches.get(request.actor, batch_id, "change", among=batches_for_rules())
    back = reverse("batches:list") + "?kind=academic"
    if request.method != "POST":
        return redirect(back)
    if batch.kind != Batch.Kind.ACADEMIC:
        raise Invalid(_("Only batch years have semesters."), field="auto_rollover")
    wanted = request.POST.get("auto_rollover") == "on"
    batch = rules.change_batch(by=request.actor, batch=batch, changes={"auto_rollover": wanted})
    turned = (
        _("%(batch)s will request promotion automatically at the end of each semester.")
        if wanted
        else _("%(batch)s will only be promoted manually.")
    )
    back = own_path(request, request.POST.get("next", "")) or back
    undo = Undo(request.path, {} if wanted else {"auto_rollover": "on"})
    say_done(request, turned % {"batch": batch.code}, undo)
    if not wants_fragment(request, _switch_id(batch.pk)):
        return redirect(way_back(request, back))
    batch.may_change = True
    shown = {"switch": rollover_switch(request, batch, back), "here": back}
    return vary_on_htmx(render(request, "batches/switched.html", shown))
