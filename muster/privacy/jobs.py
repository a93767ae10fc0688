"""What is erased by itself."""

from __future__ import annotations

from procrastinate.contrib.django import app

from muster.privacy.rules import run_all_retention


@app.periodic(cron="27 2 * * *")
@app.task(queueing_lock="run_retention", pass_context=False)
def erase_what_is_over(timestamp: int) -> None:
    """Each night erase what the periods of the institutions no longer keep."""
    run_all_retention()
