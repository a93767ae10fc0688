"""Imports in the background."""

from uuid import UUID

from procrastinate.contrib.django import app

from muster.core.retries import AFTER_LOST_DATABASE
from muster.exchange import rules


@app.task(retry=AFTER_LOST_DATABASE)
def carry_out_import(run_id: str) -> None:
    """Import, or try to, what the run asks for. Bears being run again after its worker died or lost the database."""
    rules.carry_out(run_id=UUID(run_id))


@app.periodic(cron="41 3 * * *")
@app.task(queueing_lock="forget_import_files")
def forget_import_files(timestamp: int) -> None:
    """Remove uploaded files that nobody imported."""
    rules.forget_files()
