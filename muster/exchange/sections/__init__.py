"""A university's class sections as its course catalogue lists them: read and understood before anything is written."""

from muster.exchange.sections.meetings import SharedMeetingInput, Unit, units_of
from muster.exchange.sections.reading import COLUMNS, Section, SkippedLine, WeeklyTime, sections_in
