"""The use cases of semesters."""

from muster.progression.rules.mapping import (
    copy_subjects,
    map_subject,
    remap_subject,
    unmap_subject,
    warnings_of_joining,
)
