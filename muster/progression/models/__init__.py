"""What a batch is taught semester by semester, and how its students do."""

from muster.progression.models.electives import ElectiveChoice
from muster.progression.models.mapping import ElectiveGroup, SubjectMapping
from muster.progression.models.results import AcademicRecord, ComponentScore, ScoreModeration, SubjectResult
from muster.progression.models.rollover import HeldBack, RolloverRequest, RolloverRun
