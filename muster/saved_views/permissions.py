"""Who sees a saved view, shares one, and changes it: nobody sees a view of a list that they may not open."""

from __future__ import annotations

from django.db.models import Q

from muster.core.permissions import Access, Table, everything
from muster.institutions.access import STAFF_ROLES, Actor, Grant
from muster.institutions.models import Role
from muster.saved_views.lists import known_lists
from muster.saved_views.models import SavedView


def _of_open_lists(grant: Grant) -> Q:
    return Q(page__in=sorted(known_lists().open_to(grant.role)), removed_at__isnull=True)


def _own(actor: Actor, grant: Grant) -> Q:
    return Q(_of_open_lists(grant), owner=actor.user)


def _own_or_shared(actor: Actor, grant: Grant) -> Q:
    return Q(_of_open_lists(grant), Q(owner=actor.user) | Q(is_shared=True))


def _removed(actor: Actor, grant: Grant) -> Q:
    return Q(owner=actor.user, removed_at__isnull=False)


_OWN: Table = {str(role): _own for role in Role}
_SHARED: Table = {str(role): _own_or_shared for role in STAFF_ROLES}
# What somebody shared who has left is tidied up by administrators.
_TIDIED: Table = dict.fromkeys((Role.SUPER_ADMIN.value, Role.ADMIN.value), _own_or_shared)

views = Access(
    SavedView,
    {
        "see": _OWN | _SHARED,
        "save": {str(role): everything for role in Role},
        "share": {str(role): everything for role in STAFF_ROLES},
        "change": _OWN | _TIDIED,
    },
)
removed_views = Access(
    SavedView, {"see": {str(role): _removed for role in Role}, "restore": {str(role): _removed for role in Role}}
)
