"""What the database itself refuses and does around feedback. What answering does stands in `sql/answering.sql`."""

from __future__ import annotations

import pgtrigger

from muster.core.sql import Body
from muster.core.triggers import NOT_DERIVED, GuardTrigger, Trigger, refusal, refusing_trigger

LATER = "'{closed_at,reminded_on,updated_at}'::text[]"
round_stays_as_it_was_opened = refusing_trigger(
    "feedback_round_stays_as_it_was_opened",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when=f"""TG_OP = 'DELETE' OR OLD.closed_at IS NOT NULL
        OR to_jsonb(NEW) - {LATER} <> to_jsonb(OLD) - {LATER}""",
    reason="A feedback round is closed, and never reopened, changed or deleted",
)
round_opens = Trigger(
    name="feedback_round_opens",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    func=Body("feedback", "feedback_round_opens"),
)
round_closes = Trigger(
    name="feedback_round_closes",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("closed_at"),
    condition=pgtrigger.Condition("OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL"),
    func=Body("feedback", "feedback_round_closes"),
)
nobody_says_that_somebody_answered = GuardTrigger(
    name="nobody_says_that_somebody_answered",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func=f"""
        IF (TG_OP = 'UPDATE' OR NEW.answered) AND {NOT_DERIVED} THEN
            {refusal("answered_is_who_answered", "Whoever answers says so by answering")}
        END IF;
        RETURN NEW;
    """,
)
invitations_stay = refusing_trigger(
    "feedback_invitations_stay",
    operation=pgtrigger.Delete,
    when="TRUE",
    reason="Who was asked for feedback was asked",
)
