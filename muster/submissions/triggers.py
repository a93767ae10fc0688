"""What the database itself refuses around submissions."""

from __future__ import annotations

import pgtrigger

from muster.core.sql import Body
from muster.core.triggers import Trigger, refusing_trigger

submission_begins_as_draft = refusing_trigger(
    "submission_begins_as_draft",
    operation=pgtrigger.Insert,
    when="NEW.status <> 'draft'",
    reason="A submission begins as a draft",
)
submitted_stays = Trigger(
    name="submitted_stays",
    when=pgtrigger.Before,
    operation=pgtrigger.Update | pgtrigger.Delete,
    func=Body("submissions", "submitted_stays"),
)
submitted_files_stay = Trigger(
    name="submitted_files_stay",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    func=Body("submissions", "submitted_files_stay"),
)
