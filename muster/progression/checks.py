"""What migrations made beside the models of semesters (`muster check`)."""

from __future__ import annotations

from muster.core.checks import MadeByMigration

TRIGGERS = (MadeByMigration("batches_batch", "subjects_follow_the_course"),)
