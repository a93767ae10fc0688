"""Batches, who teaches them, and in which meetings they meet."""

from muster.batches.models.assignment import InstructorAssignment, SubjectFaculty
from muster.batches.models.batch import Batch, BatchQuerySet
from muster.batches.models.feed import CalendarFeed
from muster.batches.models.meeting import BatchMeeting, meets, meets_one_of
