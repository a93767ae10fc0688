"""What the database itself refuses or keeps up to date in attendance."""

from muster.attendance.triggers.absences import (
    correction_is_decided_once,
    correction_is_never_deleted,
    evidence_is_never_deleted,
    evidence_keeps_its_file,
    evidence_stays_with_its_register,
    looks_are_only_added_to,
    notice_is_of_the_learner,
    notice_keeps_what_it_says,
)
from muster.attendance.triggers.marks import (
    changed_marks_are_kept,
    log_is_only_added_to,
    marks_are_kept,
    record_is_never_deleted,
    record_keeps_its_place,
)
