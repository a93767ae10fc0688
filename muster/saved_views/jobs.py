"""What happens to saved views by themselves."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from muster.core.database import sum_each
from muster.core.isolation import only_in
from muster.institutions.access import Actor
from muster.institutions.models import Institution
from muster.saved_views.rules import forget_removed_views, mail_views

log = structlog.get_logger(__name__)


# Hourly, since the morning comes at another hour in every time zone.
@app.periodic(cron="20 * * * *")
@app.task(queueing_lock="mail_views", pass_context=False)
def mail_all_views(timestamp: int) -> None:
    """Mail the views of every institution that are due this morning."""

    def mail(by: Actor) -> int:
        with only_in(by.owner_id):
            if told := mail_views(by=by):
                log.info("views_mailed", institution=by.institution.slug, mails=told)
            return told

    sum_each(map(Actor.system, Institution.objects.all()), mail)


@app.periodic(cron="49 3 * * *")
@app.task(queueing_lock="forget_removed_views", pass_context=False)
def forget_old_views(timestamp: int) -> None:
    """Delete the views that were removed long ago."""
    if forgotten := forget_removed_views():
        log.info("views_forgotten", views=forgotten)
