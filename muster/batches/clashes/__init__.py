"""What a timetable would clash with, and what is free instead.

Reads only; the exclusion constraints have the last word.
"""

from muster.batches.clashes.found import Clash, clashes_of, crossed_bookings
from muster.batches.clashes.free import (
    Alternatives,
    BusyHour,
    FreeRoom,
    alternatives_to,
    busy_week,
)
from muster.batches.clashes.leads import free_leads
from muster.batches.clashes.people import (
    FreeInstructor,
    StaffMember,
    taken_at,
    teaching_staff,
)
from muster.timetable.hours import DAY_NAMES, Hour, Timetable
