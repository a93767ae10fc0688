"""What the database itself keeps around risk flags."""

from __future__ import annotations

import pgtrigger

from muster.core.triggers import refusing_trigger

# The batch is held by then, and with it whoever would end the enrollment.
open_flag_is_of_an_active_student = refusing_trigger(
    "open_flag_is_of_an_active_student",
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("closed_at", "enrollment_id"),
    when="""
        NEW.closed_at IS NULL AND NOT EXISTS (
            SELECT FROM enrollments_enrollment
            WHERE id = NEW.enrollment_id AND status = 'active' AND batch_id IS NOT NULL
        ) OR TG_OP = 'UPDATE' AND NEW.enrollment_id <> OLD.enrollment_id
    """,
    reason="A risk flag is of a student who is active in a batch",
)

letter_follows_documented_contact = refusing_trigger(
    "letter_follows_documented_contact",
    operation=pgtrigger.Insert,
    # Held in share mode, so that nobody closes it meanwhile.
    first="PERFORM FROM risk_riskflag WHERE id = NEW.flag_id FOR SHARE;",
    when="""
        NEW.kind = 'letter' AND NOT EXISTS (
            SELECT FROM risk_intervention WHERE flag_id = NEW.flag_id AND kind <> 'letter'
        )
    """,
    reason="A letter follows a contact that was documented",
)

interventions_are_only_added_to = refusing_trigger(
    "interventions_are_only_added_to",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when="TRUE",
    reason="The log of contacts is only added to",
)
