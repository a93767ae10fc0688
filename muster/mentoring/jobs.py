"""What happens around mentoring sessions by itself."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from muster.core.isolation import only_in
from muster.institutions.access import Actor
from muster.institutions.models import Institution
from muster.mentoring.rules import ask_for_handovers, remind_of_sessions, tell_of_holidays

log = structlog.get_logger(__name__)


@app.periodic(cron="35 * * * *")
@app.task(queueing_lock="remind_of_mentoring", pass_context=False)
def remind_of_all_mentoring(timestamp: int) -> None:
    """Remind pairs in every institution of the sessions of the next day, and of those that are over.

    Tell them of those that a holiday took, and ask former mentors to hand over.
    """
    for institution in Institution.objects.all():
        with only_in(institution.pk):
            if taken := tell_of_holidays(by=Actor.system(institution)):
                log.info("holidays_told", institution=institution.slug, sessions=taken)
            if asked := ask_for_handovers(by=Actor.system(institution)):
                log.info("handovers_asked_for", institution=institution.slug, mentors=asked)
            if told := remind_of_sessions(by=Actor.system(institution)):
                log.info("mentoring_reminded", institution=institution.slug, sessions=told)
