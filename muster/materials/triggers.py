"""What the database itself refuses around materials."""

from __future__ import annotations

from muster.batches.triggers import batch_is_open
from muster.timetable.triggers import meeting_is_open

# A session that falls away leaves its materials to the batch whose meeting it was, which may be archived when another
# one still meets there.
archived_batch_keeps_material = batch_is_open("archived_batch_keeps_material", condition="pg_trigger_depth() = 0")
archived_meeting_keeps_material = meeting_is_open("archived_meeting_keeps_material")
