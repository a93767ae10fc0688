"""What happens around submissions by itself."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from muster.submissions.rules import sweep_files

log = structlog.get_logger(__name__)


@app.periodic(cron="51 3 * * *")
@app.task(queueing_lock="sweep_submission_files", pass_context=False)
def sweep_submission_files(timestamp: int) -> None:
    """Delete files that were written for a submission that was undone."""
    if swept := sweep_files():
        log.info("submission_files_swept", files=swept)
