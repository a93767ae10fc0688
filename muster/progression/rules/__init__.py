"""The use cases of semesters."""

from muster.progression.rules.mapping import (
    copy_subjects,
    map_subject,
    remap_subject,
    unmap_subject,
    warnings_of_joining,
)
from muster.progression.rules.results import (
    ScoreInput,
    ScoreOutcome,
    moderate_scores,
    publish_results,
    reopen_results,
    save_scores,
)
