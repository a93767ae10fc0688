"""A university's class sections as its course catalogue lists them: read and understood before anything is written."""

from muster.exchange.sections.meetings import SharedPlan, Unit, units_of
from muster.exchange.sections.reading import COLUMNS, Problem, Section, WeeklyTime, sections_in

__all__ = ["COLUMNS", "Problem", "Section", "SharedPlan", "Unit", "WeeklyTime", "sections_in", "units_of"]
