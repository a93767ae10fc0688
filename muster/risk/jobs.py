"""What happens around students at risk by itself."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.utils import timezone
from procrastinate.contrib.django import app

from muster.batches.models import BatchMeeting
from muster.core.database import sum_each
from muster.core.isolation import only_in
from muster.institutions.access import Actor
from muster.institutions.models import Institution
from muster.risk.rules import escalate_flags, keep_flags, send_digest
from muster.timetable.models import ClassSession

log = structlog.get_logger(__name__)

NIGHT, MONDAY, MORNING = 3, 1, 7
# Twice the time between two looks, so that none falls between; registers of long ago change little.
LOCKED_WITHIN, SESSIONS_OF = timedelta(minutes=20), timedelta(days=60)


# Hourly, since it is night at another hour in every time zone.
@app.periodic(cron="5 * * * *")
@app.task(queueing_lock="keep_risk_flags", pass_context=False)
def keep_all_risk_flags(timestamp: int) -> None:
    """Each night look for students at risk, then tell whose time is over; on Monday mornings send the list."""

    def look(by: Actor) -> int:
        with only_in(by.owner_id):
            told, hour = 0, by.now().hour
            if hour == NIGHT:
                kept = keep_flags(by=by)
                told = escalate_flags(by=by)
                log.info("risk_flags_kept", institution=by.institution.slug, opened=kept.opened, closed=kept.closed)
            elif hour == MORNING and by.now().isoweekday() == MONDAY:
                told = send_digest(by=by)
            return told

    sum_each(map(Actor.system, Institution.objects.all()), look)


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="look_after_locked_registers", pass_context=False)
def look_after_locked_registers(timestamp: int) -> None:
    """Look again at the batches whose registers were locked just now."""

    def look(by: Actor) -> int:
        with only_in(by.owner_id):
            now = timezone.now()
            locked = ClassSession.objects.filter(
                institution=by.institution, locked_at__gte=now - LOCKED_WITHIN, date__gte=(now - SESSIONS_OF).date()
            )
            links = BatchMeeting.objects.filter(meeting__in=locked.order_by().values("meeting"))
            batches = set(links.values_list("batch", flat=True))
            return keep_flags(by=by, batches=batches).opened if batches else 0

    sum_each(map(Actor.system, Institution.objects.all()), look)
