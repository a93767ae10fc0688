"""What the database itself refuses around individual assignments."""

from __future__ import annotations

import pgtrigger

from muster.core.sql import Body
from muster.core.triggers import Trigger, refusing_trigger

roles_are_held = Trigger(
    name="assigned_people_hold_their_roles",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("ended_at"),
    condition=pgtrigger.Condition("NEW.ended_at IS NULL"),
    func=Body("allocation", "assigned_people_hold_their_roles"),
)

past_stays = refusing_trigger(
    "assignment_is_ended_and_never_rewritten",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when="""
        TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL
        OR (NEW.institution_id, NEW.student_id, NEW.instructor_id, NEW.assignment_type, NEW.assigned_at)
            IS DISTINCT FROM
            (OLD.institution_id, OLD.student_id, OLD.instructor_id, OLD.assignment_type, OLD.assigned_at)
    """,
    reason="An individual assignment is ended, and never rewritten or deleted",
)
