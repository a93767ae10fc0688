"""The saved views that somebody sees."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from muster.core.mailing_days import Mailed
from muster.institutions.access import Actor
from muster.saved_views.models import ViewMailing
from muster.saved_views.permissions import views


def views_in_full(actor: Actor) -> QuerySet[Any]:
    """What the actor sees, each with its owner.

    It says how `often` it is mailed to the actor ("never" mostly), whether it `is_own`, and whether they `may_act` on
    it, which is to change it.
    """
    mailed = ViewMailing.objects.filter(view=OuterRef("pk"), user=actor.user).values("often")
    is_own = Case(When(owner=actor.user, then=Value(True)), default=Value(False), output_field=BooleanField())
    rows = views.with_rights(actor, "change", views.rows(actor)).select_related("owner")
    return rows.annotate(often=Coalesce(Subquery(mailed), Value(str(Mailed.NEVER))), is_own=is_own)


def views_of_list(actor: Actor, page: str, within: UUID | None = None) -> QuerySet[Any]:
    """The views of one list, the actor's own first."""
    return views_in_full(actor).filter(page=page, within=within).order_by("-is_own", "name__plain", "pk")
