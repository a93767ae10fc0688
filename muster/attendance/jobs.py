"""What happens to registers by themselves."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from muster.attendance.rules import sweep_evidence, sweep_scans
from muster.attendance.rules.low_attendance import warn_of_low_attendance
from muster.attendance.rules.reminders import END_OF_DAY, chase_registers, hold_begun_sessions, lock_old_registers
from muster.core.database import sum_each
from muster.core.isolation import only_in
from muster.institutions.access import Actor
from muster.institutions.models import Institution

log = structlog.get_logger(__name__)


# Hourly, since the day ends at another hour in every time zone.
@app.periodic(cron="15 * * * *")
@app.task(queueing_lock="chase_registers", pass_context=False)
def chase_all_registers(timestamp: int) -> None:
    """Ask in every institution for the registers that are not taken when its day ends."""
    for institution in Institution.objects.all():
        with only_in(institution.pk):
            if asked := chase_registers(by=Actor.system(institution)):
                log.info("registers_chased", institution=institution.slug, registers=asked)


# Once a day, by the clock of each institution.
@app.periodic(cron="25 * * * *")
@app.task(queueing_lock="warn_of_low_attendance", pass_context=False)
def warn_everybody_of_low_attendance(timestamp: int) -> None:
    """Tell in every institution, when its day ends, whose attendance fell below the minimum."""

    def warn(by: Actor) -> int:
        with only_in(by.owner_id):
            if told := warn_of_low_attendance(by=by):
                log.info("low_attendance_told", institution=by.institution.slug, students=told)
            return told

    actors = map(Actor.system, Institution.objects.all())
    sum_each((by for by in actors if by.now().hour == END_OF_DAY.hour), warn)


@app.periodic(cron="*/20 * * * *")
@app.task(queueing_lock="lock_old_registers", pass_context=False)
def lock_all_old_registers(timestamp: int) -> None:
    """Count sessions as held that were marked before they began; lock, where wished, the registers old enough."""
    for institution in Institution.objects.all():
        with only_in(institution.pk):
            hold_begun_sessions(by=Actor.system(institution))
            if locked := lock_old_registers(by=Actor.system(institution)):
                log.info("registers_locked", institution=institution.slug, registers=locked)


@app.periodic(cron="47 3 * * *")
@app.task(queueing_lock="sweep_evidence", pass_context=False)
def sweep_left_evidence(timestamp: int) -> None:
    """Delete the files whose sending was undone."""
    if swept := sweep_evidence() + sweep_scans():
        log.info("evidence_swept", files=swept)
