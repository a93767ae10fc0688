"""What a batch is taught semester by semester, and how its students do."""

from muster.progression.models.mapping import SubjectMapping
from muster.progression.models.results import AcademicRecord, ComponentScore, ScoreModeration, SubjectResult
