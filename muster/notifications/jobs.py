"""Mails of notifications, and what is forgotten of them."""

from __future__ import annotations

import structlog
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from muster.notifications import rules
from muster.notifications.rules import JOB

log = structlog.get_logger(__name__)

# After 6 and 36 seconds, 4 and 22 minutes, 2, 13 and 78 hours. The first run is no retry.
PATIENCE = RetryStrategy(max_attempts=rules.MOST_TRIES - 1, exponential_wait=6)


@app.task(name=JOB, retry=PATIENCE)
def send_mail(*, notification_id: str) -> None:
    """Send one mail. What it says is read from the notification, so nothing of it lies in the job."""
    rules.deliver(notification_id=notification_id)


@app.periodic(cron="47 3 * * *")
@app.task(name="notifications.tidy", queueing_lock="notifications.tidy")
def tidy(timestamp: int) -> None:
    """Forget what was read long ago, and admit which mails were never sent."""
    if lost := rules.give_up_on_lost_mails():
        log.warning("mails_lost", mails=lost)
    if forgotten := rules.forget_old():
        log.info("notifications_forgotten", notifications=forgotten)
