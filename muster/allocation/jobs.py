"""Staffing plans in the background."""

from __future__ import annotations

from uuid import UUID

import structlog
from procrastinate.contrib.django import app

from muster.allocation import rules
from muster.allocation.rules.proposing import JOB
from muster.core.retries import AFTER_LOST_DATABASE

log = structlog.get_logger(__name__)


@app.task(name=JOB, retry=AFTER_LOST_DATABASE)
def make_plan(*, plan_id: str) -> None:
    """Work out a plan. Bears being run again after its worker died or lost the database."""
    rules.work_out_plan(plan_id=UUID(plan_id))


@app.periodic(cron="53 3 * * *")
@app.task(name="allocation.forget_plans", queueing_lock="allocation.forget_plans")
def forget_plans(timestamp: int) -> None:
    """Forget plans that came to nothing long ago."""
    if forgotten := rules.forget_plans():
        log.info("plans_forgotten", plans=forgotten)
