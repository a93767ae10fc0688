"""Every write around batches: one function per use case."""

from muster.batches.rules.archive import archive_batch, reopen_batch, restore_batch, unarchive_batch
from muster.batches.rules.changing import change_batch, move_status, set_status_by_dates
from muster.batches.rules.feeds import feed_behind, make_feed, revoke_feed
from muster.batches.rules.inputs import BatchInput, SlotInput
from muster.batches.rules.leads import active_instructors_among, assign_leads, lock_leads
from muster.batches.rules.opening import open_batch
from muster.batches.rules.sessions import (
    SessionChange,
    SessionInput,
    add_session,
    cancel_session,
    change_session,
    make_sessions,
    restore_session,
)
from muster.batches.rules.sharing import join_meeting, share_meeting
from muster.batches.rules.staffing import (
    add_faculty,
    advice_on_staff,
    assign_instructor,
    assign_lead,
    end_assignment,
    given_back,
    warnings_of_lead,
)
