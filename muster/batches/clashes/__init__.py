"""What a timetable would clash with, and what is free instead.

Reads only; the exclusion constraints have the last word.
"""

from muster.batches.clashes.found import Clash, clashes_of, crossed_bookings
from muster.batches.clashes.free import (
    Alternatives,
    BusyHour,
    FreeRoom,
    alternatives_to,
    busy_hours,
    busy_week,
    free_rooms,
)
from muster.batches.clashes.leads import free_leads
from muster.batches.clashes.people import FreeInstructor, batch_load, free_instructors, load_of_each, taken_at
from muster.timetable.hours import DAY_NAMES, Hour, Timetable

__all__ = [
    "DAY_NAMES",
    "Alternatives",
    "BusyHour",
    "Clash",
    "FreeInstructor",
    "FreeRoom",
    "Hour",
    "Timetable",
    "alternatives_to",
    "batch_load",
    "busy_hours",
    "busy_week",
    "clashes_of",
    "crossed_bookings",
    "free_instructors",
    "free_leads",
    "free_rooms",
    "load_of_each",
    "taken_at",
]
