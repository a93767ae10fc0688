"""What happens to sessions by itself, every day."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from muster.core.isolation import only_in
from muster.institutions.access import Actor
from muster.institutions.models import Institution
from muster.timetable.rules import extend_sessions

log = structlog.get_logger(__name__)


# Meetings without an end are planned months ahead, so that the hour of the day matters nowhere.
@app.periodic(cron="25 1 * * *")
@app.task(queueing_lock="extend_sessions", pass_context=False)
def extend_all_sessions(timestamp: int) -> None:
    """Plan meetings without an end another day ahead; an institution that fails is left for the next day."""
    for institution in Institution.objects.all():
        with only_in(institution.pk):
            made = extend_sessions(by=Actor.system(institution))
            if made.added or made.changed or made.removed:
                log.info("sessions_extended", institution=institution.slug, added=made.added)
