"""A regulator of the demonstration: what they asked for, were granted and looked at, and what waits for an answer."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.institutions.access import Actor
from muster.oversight.permissions import registers_granted_to
from muster.oversight.rules import (
    ask_for_access,
    grant_access,
    look_at_granted_marks,
    look_at_register,
    record_denied_look,
    reject_access,
)


def oversee(by: Actor, regulator: User) -> None:
    """Let the regulator ask for the batches that run, and the administrator decide: one grant that ends soon, one that
    lasts, one request that was rejected, one that waits."""
    actor = Actor.of(regulator, by.institution)
    running = list(
        Batch.objects.booking()
        .filter(institution=by.institution, kind=Batch.Kind.COURSE, start_date__lt=by.today() - timedelta(weeks=4))
        .order_by("-enrolled_students", "code")[:6]
    )
    if actor is None or len(running) < 6:
        return
    first, second, third, *others = running
    days: dict[str, Any] = {"first_date": by.today() - timedelta(weeks=9), "last_date": by.today()}
    visit = ask_for_access(
        by=actor, batches=[first], purpose="Accreditation visit 2026/114", with_evidence=True, **days
    )
    visit = grant_access(by=by, request=visit, expires_at=_end(by, 6))
    complaint = ask_for_access(by=actor, batches=[second, third], purpose="Complaint 2026/0871, missed classes", **days)
    grant_access(by=by, request=complaint, expires_at=_end(by, 72), note="These weeks only; the rest is archived.")
    early: dict[str, Any] = {
        "first_date": by.today() - timedelta(weeks=120),
        "last_date": by.today() - timedelta(weeks=90),
    }
    sample = ask_for_access(by=actor, batches=others[:1], purpose="Sample of an earlier year", **early)
    reject_access(by=by, request=sample, note="The dates lie before our accreditation.")
    ask_for_access(
        by=actor,
        batches=others[1:],
        purpose="Trade test readiness, artisan sample",
        needed_until=by.today() + timedelta(days=17),
        **days,
    )
    seen = registers_granted_to(actor).filter(meeting=first.pk, attendance_records__isnull=False, date__lt=by.today())
    keys = list(seen.order_by("-date", "-start_time").values_list("pk", flat=True).distinct()[:3])
    for key in keys:
        look_at_register(by=actor, session_id=key)
    for key in keys[:1]:
        look_at_register(by=actor, session_id=key, how="pdf")
    look_at_granted_marks(by=actor, grants=[visit], how="csv")
    if denied := others[0].sessions.filter(date__lt=by.today()).order_by("-date").first():
        record_denied_look(by=actor, session_id=denied.pk)


def _end(by: Actor, days: int) -> datetime:
    """The end of a day to come, by the institution's clock."""
    return datetime.combine(by.today() + timedelta(days=days), time(17), by.zone)
