"""Batches and what belongs to their timetable."""

from muster.batches.models.assignment import InstructorAssignment
from muster.batches.models.batch import Batch, BatchQuerySet
from muster.batches.models.booking import Booking
from muster.batches.models.schedule import MeetingMember, ScheduleSlot, SharedMeeting, Weekday, meets

__all__ = [
    "Batch",
    "BatchQuerySet",
    "Booking",
    "InstructorAssignment",
    "MeetingMember",
    "ScheduleSlot",
    "SharedMeeting",
    "Weekday",
    "meets",
]
