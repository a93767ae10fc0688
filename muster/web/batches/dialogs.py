"""The dialogs of a batch: the way to an action, and back from it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from muster.batches.models import Batch
from muster.web.batches.tabs import TABS
from muster.web.ui.dialogs import render_dialog


def batches_for_rules() -> QuerySet[Batch]:
    """Batches with what the rules read of them."""
    return Batch.objects.select_related("institution", "branch", "course", "department")


def tab_url(batch: Batch, tab: str = "overview") -> str:
    """The address of a tab of the batch."""
    return reverse(TABS[tab].route, args=[batch.pk])


def batch_dialog(
    request: HttpRequest, form: BaseForm, batch: Batch, tab: str = "overview", **shown: Any
) -> HttpResponse:
    """The form of an action on the batch, over the tab where it was asked for; the rest is `render_dialog`'s."""
    crumbs = [_("Batches"), reverse("batches:list"), batch.code, tab_url(batch)]
    if tab != "overview":
        crumbs += [str(TABS[tab].label), tab_url(batch, tab)]
    context = {"nav": "batches", **shown.pop("context", {})}
    return render_dialog(request, form, **{"back": tab_url(batch, tab), "crumbs": crumbs, **shown}, context=context)
