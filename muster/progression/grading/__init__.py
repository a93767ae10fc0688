"""How marks become totals, grades and averages: pure functions of plain values, exact to the last digit.

What is between the marks and a figure is a fraction; each figure is rounded once, from the exact value.
"""

from muster.progression.grading.averages import Weighted, grade_point_average
from muster.progression.grading.outcomes import Outcome, work_out
from muster.progression.grading.schemes import Band, Component, Rounding, Scheme, State, round_exactly
