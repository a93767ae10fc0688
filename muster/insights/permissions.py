"""Who sees figures over batches: whoever sees their students, and regulators of the registers granted to them."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.core.permissions import Access
from muster.institutions.access import Actor, Grant
from muster.institutions.models import Role
from muster.oversight.models import AccessBatch
from muster.oversight.permissions import grants_in_force


def _granted(actor: Actor, grant: Grant) -> Q:
    """The batches of which a register may be granted at this moment."""
    named = AccessBatch.objects.filter(access=OuterRef("pk"), batch=OuterRef(OuterRef("pk")))
    return Q(Exists(grants_in_force(actor).filter(Q(all_batches=True) | Q(Exists(named)))), deleted_at__isnull=True)


analytics = Access(Batch, {"see": {**batches.tables["roster"], Role.REGULATOR.value: _granted}})
