"""What happens to batches and enrollments by itself, every day; answers to applications."""

from __future__ import annotations

import structlog
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from muster.enrollments import rules
from muster.enrollments.rules import advance_statuses, expire_enrollments
from muster.enrollments.rules.applications import ANSWER
from muster.institutions.access import Actor
from muster.institutions.models import Institution

log = structlog.get_logger(__name__)


# Hourly, since it is a new day at another hour in every time zone; where nothing is due, it costs two statements.
@app.periodic(cron="5 * * * *")
@app.task(queueing_lock="advance_statuses", pass_context=False)
def advance_all_statuses(timestamp: int) -> None:
    """Move every institution's batches on whose dates have come, by the institution's own date."""
    for institution in Institution.objects.all():
        if moved := advance_statuses(by=Actor.system(institution)):
            log.info("batches_advanced", institution=institution.slug, batches=moved)


@app.periodic(cron="10 * * * *")
@app.task(queueing_lock="expire_enrollments", pass_context=False)
def expire_all_enrollments(timestamp: int) -> None:
    """End the enrollments of every institution whose last day of access is over."""
    for institution in Institution.objects.all():
        if ended := expire_enrollments(by=Actor.system(institution)):
            log.info("enrollments_expired", institution=institution.slug, enrollments=ended)


@app.task(name=ANSWER, retry=RetryStrategy(max_attempts=7, exponential_wait=6))
def answer_application(*, application_id: str) -> None:
    """Tell an applicant by mail what was decided."""
    rules.answer_application(application_id=application_id)
