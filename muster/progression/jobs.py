"""What happens in semesters by itself, and rollovers in the background."""

from __future__ import annotations

from uuid import UUID

import structlog
from procrastinate.contrib.django import app

from muster.core.database import sum_each
from muster.core.isolation import only_in
from muster.core.retries import AFTER_LOST_DATABASE
from muster.institutions.access import Actor
from muster.institutions.models import Institution
from muster.progression import rules
from muster.progression.rules.rollover_runs import JOB

log = structlog.get_logger(__name__)


@app.task(name=JOB, retry=AFTER_LOST_DATABASE)
def roll_over_batches(*, run_id: str, share: int) -> None:
    """Roll over a share of a run's batches. Bears being run again after its worker died or lost the database."""
    rules.carry_out_rollovers(run_id=UUID(run_id), share=share)


# Hourly, since it is a new day at another hour in every time zone.
@app.periodic(cron="25 * * * *")
@app.task(queueing_lock="progression.request_rollovers", pass_context=False)
def request_rollovers(timestamp: int) -> None:
    """Ask for the rollover of every batch whose semester is over, where it is to be asked for automatically."""

    def ask(institution: Institution) -> int:
        with only_in(institution.pk):
            if asked := rules.request_due_rollovers(institution=institution):
                log.info("rollovers_requested", institution=institution.slug, rollovers=asked)
            return asked

    sum_each(Institution.objects.all(), ask)


# Hourly, since it is a new day at another hour in every time zone; where nothing is due, it costs one statement.
@app.periodic(cron="15 * * * *")
@app.task(queueing_lock="remind_to_choose", pass_context=False)
def remind_all_to_choose(timestamp: int) -> None:
    """Remind students of every institution who have not chosen their electives, two days before choosing ends."""
    for institution in Institution.objects.all():
        with only_in(institution.pk):
            if told := rules.remind_before_the_end(by=Actor.system(institution)):
                log.info("reminded_to_choose", institution=institution.slug, students=told)
