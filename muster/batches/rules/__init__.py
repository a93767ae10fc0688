"""Every write around batches: one function per use case."""

from muster.batches.rules.archive import archive_batch, restore_batch, unarchive_batch
from muster.batches.rules.changing import change_batch, move_status
from muster.batches.rules.leads import assign_leads, lock_leads, teaching
from muster.batches.rules.opening import open_batch
from muster.batches.rules.plan import BatchPlan, SlotPlan
from muster.batches.rules.sharing import join_meeting, share_meeting
from muster.batches.rules.staffing import assign_instructor, assign_lead, end_assignment, warnings_of_lead

__all__ = [
    "BatchPlan",
    "SlotPlan",
    "archive_batch",
    "assign_instructor",
    "assign_lead",
    "assign_leads",
    "change_batch",
    "end_assignment",
    "join_meeting",
    "lock_leads",
    "move_status",
    "open_batch",
    "restore_batch",
    "share_meeting",
    "teaching",
    "unarchive_batch",
    "warnings_of_lead",
]
