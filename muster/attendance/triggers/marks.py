"""What the database itself refuses or keeps up to date around marks.

A register is marked in one statement, so what is asked of its rows is asked once for all of them, after the statement:
whatever lock the answer needs is taken then, and a refusal undoes the statement.
"""

from __future__ import annotations

import pgtrigger

from muster.core.sql import Body
from muster.core.triggers import Trigger, refusing_trigger

marks_are_kept = Trigger(
    name="marks_are_kept",
    when=pgtrigger.After,
    level=pgtrigger.Statement,
    operation=pgtrigger.Insert,
    referencing=pgtrigger.Referencing(new="new_marks"),
    func=Body("attendance", "marks_are_kept"),
)

changed_marks_are_kept = Trigger(
    name="changed_marks_are_kept",
    when=pgtrigger.After,
    level=pgtrigger.Statement,
    operation=pgtrigger.Update,
    referencing=pgtrigger.Referencing(old="old_marks", new="new_marks"),
    func=Body("attendance", "marks_are_kept"),
)

record_keeps_its_place = refusing_trigger(
    "record_keeps_its_place",
    operation=pgtrigger.UpdateOf("institution_id", "enrollment_id", "session_id", "record_date"),
    when="""(NEW.institution_id, NEW.enrollment_id, NEW.session_id, NEW.record_date)
        IS DISTINCT FROM (OLD.institution_id, OLD.enrollment_id, OLD.session_id, OLD.record_date)""",
    reason="A record stays with its learner, session and date",
)

record_is_never_deleted = refusing_trigger(
    "record_is_cleared_and_never_deleted",
    operation=pgtrigger.Delete,
    when="TRUE",
    reason="A mark is cleared, and never deleted",
)

log_is_only_added_to = refusing_trigger(
    "mark_log_is_only_added_to",
    operation=pgtrigger.Update | pgtrigger.Delete,
    when="TRUE",
    reason="The log of marks is only added to",
)
