"""What happens around feedback by itself."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from muster.core.isolation import only_in
from muster.feedback.rules import follow_rounds, open_due_rounds
from muster.institutions.access import Actor
from muster.institutions.models import Institution

log = structlog.get_logger(__name__)


@app.periodic(cron="50 * * * *")
@app.task(queueing_lock="run_feedback", pass_context=False)
def run_feedback(timestamp: int) -> None:
    """Open, remind of and close the rounds of every institution, each hour: their classes have clocks of their own."""
    for institution in Institution.objects.all():
        with only_in(institution.pk):
            by = Actor.system(institution)
            done = {"followed": follow_rounds(by=by), "opened": open_due_rounds(by=by)}
            if any(done.values()):
                log.info("feedback_run", institution=institution.slug, **done)
