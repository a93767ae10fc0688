"""Who mentors whom, who covers for whom, and plans of who could teach and mentor."""

from muster.allocation.models.cover import CoverRequest
from muster.allocation.models.individual import IndividualAssignment, IndividualQuerySet
from muster.allocation.models.plan import Plan, PlanItem
