"""Who mentors whom, and plans of who could teach and mentor."""

from muster.allocation.models.individual import IndividualAssignment, IndividualQuerySet
from muster.allocation.models.plan import Plan, PlanItem

__all__ = ["IndividualAssignment", "IndividualQuerySet", "Plan", "PlanItem"]
