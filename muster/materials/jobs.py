"""What happens around materials by itself."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from muster.core.database import sum_each
from muster.core.isolation import only_in
from muster.institutions.access import Actor
from muster.institutions.models import Institution
from muster.materials.rules import forget_removed_materials, tell_of_materials

log = structlog.get_logger(__name__)


# Hourly, since the afternoon comes at another hour in every time zone.
@app.periodic(cron="5 * * * *")
@app.task(queueing_lock="tell_of_materials", pass_context=False)
def tell_of_all_materials(timestamp: int) -> None:
    """Tell students in every institution of the materials that were added."""

    def tell(by: Actor) -> int:
        with only_in(by.owner_id):
            if told := tell_of_materials(by=by):
                log.info("materials_told", institution=by.institution.slug, notices=told)
            return told

    sum_each(map(Actor.system, Institution.objects.all()), tell)


@app.periodic(cron="57 3 * * *")
@app.task(queueing_lock="forget_removed_materials", pass_context=False)
def forget_old_materials(timestamp: int) -> None:
    """Delete what was removed long ago, and files whose sending was undone."""
    if forgotten := forget_removed_materials():
        log.info("materials_forgotten", materials=forgotten)
