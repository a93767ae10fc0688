"""What happens to registers by themselves."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from muster.attendance.rules import sweep_evidence
from muster.attendance.rules.reminders import chase_registers, hold_begun_sessions, lock_old_registers
from muster.institutions.access import Actor
from muster.institutions.models import Institution

log = structlog.get_logger(__name__)


# Hourly, since the day ends at another hour in every time zone.
@app.periodic(cron="15 * * * *")
@app.task(queueing_lock="chase_registers", pass_context=False)
def chase_all_registers(timestamp: int) -> None:
    """Ask in every institution for the registers that are not taken when its day ends."""
    for institution in Institution.objects.all():
        if asked := chase_registers(by=Actor.system(institution)):
            log.info("registers_chased", institution=institution.slug, registers=asked)


@app.periodic(cron="*/20 * * * *")
@app.task(queueing_lock="lock_old_registers", pass_context=False)
def lock_all_old_registers(timestamp: int) -> None:
    """Count sessions as held that were marked before they began; lock, where wished, the registers old enough."""
    for institution in Institution.objects.all():
        hold_begun_sessions(by=Actor.system(institution))
        if locked := lock_old_registers(by=Actor.system(institution)):
            log.info("registers_locked", institution=institution.slug, registers=locked)


@app.periodic(cron="47 3 * * *")
@app.task(queueing_lock="sweep_evidence", pass_context=False)
def sweep_left_evidence(timestamp: int) -> None:
    """Delete the files whose sending was undone."""
    if swept := sweep_evidence():
        log.info("evidence_swept", files=swept)
