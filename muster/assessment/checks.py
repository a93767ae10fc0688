"""What migrations made beside the models of assessments (`muster check`)."""

from __future__ import annotations

from muster.core.checks import MadeByMigration

TRIGGERS = (MadeByMigration("progression_subjectmapping", "assessments_leave_the_subject"),)
