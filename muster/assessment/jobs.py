"""What happens around assessments by itself."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from muster.assessment.rules import chase_missing_marks, remind_before_due
from muster.core.isolation import only_in
from muster.institutions.access import Actor
from muster.institutions.models import Institution

log = structlog.get_logger(__name__)


# Hourly, since it is a new day at another hour in every time zone.
@app.periodic(cron="45 * * * *")
@app.task(queueing_lock="remind_of_assessments", pass_context=False)
def remind_of_all_assessments(timestamp: int) -> None:
    """Remind students in every institution of what is due soon, and instructors of marks that are missing."""
    for institution in Institution.objects.all():
        with only_in(institution.pk):
            by = Actor.system(institution)
            if told := remind_before_due(by=by) + chase_missing_marks(by=by):
                log.info("assessments_reminded", institution=institution.slug, assessments=told)
