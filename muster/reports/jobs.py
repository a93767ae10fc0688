"""Reports in the background."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from muster.core.database import sum_each
from muster.core.files import sweep_folder
from muster.core.isolation import only_in
from muster.core.retries import AFTER_LOST_DATABASE
from muster.institutions.access import Actor
from muster.institutions.models import Institution
from muster.reports import rules
from muster.reports.models import ReportOrder

MORNING = 6


@app.task(name=rules.JOB, retry=AFTER_LOST_DATABASE)
def make_report(*, order_id: str) -> None:
    """Make a report. Bears being run again after its worker died or lost the database."""
    rules.make_report(order_id=UUID(order_id))


# Hourly, since it is morning at another hour in every time zone; what a worker missed is made up for in the next.
@app.periodic(cron="35 * * * *")
@app.task(queueing_lock="order_due_reports", pass_context=False)
def order_all_due_reports(timestamp: int) -> None:
    """Order the scheduled reports whose morning has come."""

    def order(by: Actor) -> int:
        with only_in(by.owner_id):
            return rules.order_due_reports(by=by) if by.now().hour >= MORNING else 0

    sum_each(map(Actor.system, Institution.objects.all()), order)


@app.periodic(cron="49 3 * * *")
@app.task(queueing_lock="sweep_reports", pass_context=False)
def sweep_reports(timestamp: int) -> None:
    """Delete files whose reports were undone."""
    sweep_folder(rules.FOLDER, ReportOrder)
