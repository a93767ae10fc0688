"""What migrations made beside the models of materials (`muster check`)."""

from __future__ import annotations

from muster.core.checks import MadeByMigration

TRIGGERS = (MadeByMigration("timetable_classsession", "leave_materials"),)
