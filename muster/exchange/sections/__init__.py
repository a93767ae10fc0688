"""A university's class sections as its course catalogue lists them: read and understood before anything is written."""

from muster.exchange.sections.meetings import SharedPlan, Unit, units_of
from muster.exchange.sections.reading import COLUMNS, Meeting, Problem, Section, sections_in

__all__ = ["COLUMNS", "Meeting", "Problem", "Section", "SharedPlan", "Unit", "sections_in", "units_of"]
