"""Students at risk in the demonstration: found as they would be, some of them already looked after."""

from __future__ import annotations

from muster.batches.models import InstructorAssignment
from muster.institutions.access import Actor
from muster.risk.models import RiskFlag
from muster.risk.queries import flags_in_full
from muster.risk.rules import assign_owner, keep_flags, record_intervention


def look_after_students(by: Actor) -> None:
    """Every second student at risk whose batch has a lead is the lead's task, and the first of each lead was called."""
    keep_flags(by=by)
    called = set()
    rows = flags_in_full(RiskFlag.objects.standing().filter(institution=by.institution))
    for place, flag in enumerate(rows.order_by("enrollment__batch__code", "enrollment__student__full_name__plain")):
        leads = InstructorAssignment.objects.leads().filter(batch=flag.enrollment.batch).select_related("instructor")
        lead = leads.on(flag.enrollment.batch.today()).first()
        actor = Actor.of(lead.instructor, by.institution) if lead and place % 2 == 0 else None
        if lead is None or actor is None:
            continue
        assign_owner(by=by, flag=flag, owner=lead.instructor)
        if lead.instructor_id not in called:
            called.add(lead.instructor_id)
            record_intervention(
                by=actor, flag=flag, kind="call", note="Reached at the second try. Works late shifts until the 20th."
            )
