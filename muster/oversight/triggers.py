"""What the database itself keeps around access of regulators."""

from __future__ import annotations

import pgtrigger

from muster.core.triggers import refusing_trigger

# What stays as it was asked, and what may be granted in part alone.
ASKED = ("institution_id", "asked_by_id", "purpose", "needed_until", "created_at")
GRANTED = (
    *ASKED,
    "all_batches",
    "first_date",
    "last_date",
    "with_evidence",
    "decided_by_id",
    "decided_at",
)
# What an extension changes: until when, and why.
EXTENDED = ("expires_at", "decision_note")


def _changed(names: tuple[str, ...]) -> str:
    new, old = (", ".join(f"{row}.{name}" for name in names) for row in ("NEW", "OLD"))
    return f"({new}) IS DISTINCT FROM ({old})"


access_is_decided_once = refusing_trigger(
    "access_is_decided_once",
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    when=f"""(CASE TG_OP
        WHEN 'INSERT' THEN NEW.status <> 'pending'
        WHEN 'DELETE' THEN OLD.status <> 'pending'
        ELSE CASE OLD.status
            WHEN 'pending' THEN NEW.status = 'revoked' OR {_changed(ASKED)}
                OR NEW.first_date < OLD.first_date OR NEW.last_date > OLD.last_date
                OR NEW.with_evidence AND NOT OLD.with_evidence OR NEW.all_batches AND NOT OLD.all_batches
            WHEN 'approved' THEN NEW.status NOT IN ('approved', 'revoked') OR {_changed(GRANTED)}
                OR {_changed(EXTENDED)} AND (
                    NEW.status <> 'approved' OR NEW.expires_at <= OLD.expires_at
                    OR OLD.expires_at <= clock_timestamp() OR NEW.decision_note = ''
                )
            ELSE TRUE
        END
    END)""",
    reason="Access is asked for, decided once within what was asked, and then only extended or revoked",
)

# The request is held in share mode, so that nobody decides it meanwhile; where it is withdrawn, it is gone already.
granted_batches_stay = refusing_trigger(
    "granted_batches_stay",
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    declare=[("own", "uuid")],
    first="own := CASE TG_OP WHEN 'DELETE' THEN OLD.access_id ELSE NEW.access_id END;"
    " PERFORM FROM oversight_accessrequest WHERE id = own FOR SHARE;",
    when="""TG_OP = 'UPDATE' OR EXISTS (
        SELECT FROM oversight_accessrequest WHERE id = own AND status <> 'pending'
    )""",
    reason="The batches of a decided request stay as they were decided",
)

looks_stay_as_they_are = refusing_trigger(
    "looks_stay_as_they_are",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when="TRUE",
    reason="Who looked is only added to",
)

# The grant is held in share mode until the look is committed: whoever revokes it waits, and then nobody looks any more.
look_is_within_its_grant = refusing_trigger(
    "look_is_within_its_grant",
    operation=pgtrigger.Insert,
    first="PERFORM FROM oversight_accessrequest WHERE id = NEW.access_id FOR SHARE;",
    when="""NEW.access_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM oversight_accessrequest
        WHERE id = NEW.access_id AND asked_by_id = NEW.looked_by_id
        AND status = 'approved' AND expires_at > clock_timestamp()
        AND (NEW.session_date IS NULL OR NEW.session_date BETWEEN first_date AND last_date)
        AND (NEW.how <> 'evidence' OR with_evidence)
    )""",
    reason="Whoever looks has a grant in force",
)
