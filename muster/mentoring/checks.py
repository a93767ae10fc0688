"""What migrations made beside the models of mentoring (`muster check`)."""

from __future__ import annotations

from muster.core.checks import MadeByMigration

TRIGGERS = (
    MadeByMigration("allocation_individualassignment", "mentoring_ends"),
    MadeByMigration("allocation_individualassignment", "mentoring_begins"),
    MadeByMigration("institutions_holiday", "mentoring_on_holiday"),
    MadeByMigration("timetable_classsession", "moved_mentoring"),
)
