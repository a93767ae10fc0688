"""What the database does by itself when somebody leaves an institution."""

from __future__ import annotations

import pgtrigger

from muster.core.triggers import Trigger, refusing_trigger

sign_ins_end_here = Trigger(
    name="sign_ins_end_with_the_affiliation",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    condition=pgtrigger.Condition("(OLD.is_active AND NOT NEW.is_active)"),
    func="NEW.sign_in_round := OLD.sign_in_round + 1; RETURN NEW;",
)

sign_ins_end_with_the_last_role = Trigger(
    name="sign_ins_end_with_the_last_role",
    when=pgtrigger.After,
    operation=pgtrigger.Delete,
    func="""
        UPDATE institutions_affiliation SET sign_in_round = sign_in_round + 1
        WHERE institution_id = OLD.institution_id AND user_id = OLD.user_id AND NOT EXISTS (
            SELECT FROM institutions_membership
            WHERE institution_id = OLD.institution_id AND user_id = OLD.user_id
        );
        RETURN NULL;
    """,
)

events_are_only_added_to = refusing_trigger(
    "security_events_are_only_added_to",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when="TRUE",
    reason="The security log is only added to",
)
