"""What a batch is taught semester by semester."""

from muster.progression.models.mapping import SubjectMapping
