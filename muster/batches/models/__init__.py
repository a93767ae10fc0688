"""Batches and what belongs to their timetable."""

from muster.batches.models.assignment import InstructorAssignment
from muster.batches.models.batch import Batch, BatchQuerySet
from muster.batches.models.booking import Booking
from muster.batches.models.feed import CalendarFeed
from muster.batches.models.schedule import MeetingMember, ScheduleSlot, SharedMeeting, Weekday, meets
from muster.batches.models.session import ClassSession, ClassSessionQuerySet

__all__ = [
    "Batch",
    "BatchQuerySet",
    "Booking",
    "CalendarFeed",
    "ClassSession",
    "ClassSessionQuerySet",
    "InstructorAssignment",
    "MeetingMember",
    "ScheduleSlot",
    "SharedMeeting",
    "Weekday",
    "meets",
]
