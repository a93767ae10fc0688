"""Reads around people of an institution."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, OuterRef, QuerySet, Subquery

from muster.accounts.models import User
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation


def people_here(actor: Actor, number: str) -> QuerySet[User]:
    """People of the institution, with the number they have there and whether they are active there."""
    here = Affiliation.objects.filter(user=OuterRef("pk"), institution=actor.institution)
    return User.objects.annotate(
        number=Subquery(here.values(number)[:1]),
        here_active=Subquery(here.values("is_active")[:1], output_field=BooleanField()),
    )


def is_here(person: Any) -> bool:
    """Whether the account and the place in the institution are active."""
    return bool(person.is_active and person.here_active)
