"""Refusals around batches and their timetable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from muster.core.errors import Conflict, Invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.batches.assessment import ScheduleAssessment
    from muster.batches.clashes import Alternatives, Clash
    from muster.batches.models import Batch
    from muster.batches.warnings import SoftWarning


class BatchArchived(Conflict):
    """An archived batch is asked to change."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(
            _(
                "Batch is archived: you can view and export %(batch)s, but not change it. An administrator can "
                "unarchive it."
            )
            % {"batch": batch.code},
            code="batch_archived",
        )


class BatchNotOpen(Conflict):
    """A batch that is over, cancelled or deleted is asked to do what only a running one does."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(
            _("Batch %(batch)s is %(status)s, so this can't be changed.")
            % {"batch": batch.code, "status": batch.get_status_display().lower()},
            code="batch_not_open",
        )


class CodeTaken(Invalid):
    """Another batch of the institution has the code."""

    def __init__(self, code: str) -> None:
        super().__init__(
            _("Another batch already uses the code %(code)s. Choose another, or leave it blank to generate one.")
            % {"code": code},
            field="batch_code",
            code="code_taken",
        )


class StatusMoveRefused(Conflict):
    """Upcoming, Active and Completed follow each other; only the first two can be cancelled."""

    def __init__(self, batch: Batch, status: str) -> None:
        super().__init__(
            _(
                "%(batch)s is %(now)s and can't become %(wanted)s. A batch moves from Upcoming to Active to "
                "Completed, and can be cancelled before it's completed."
            )
            % {"batch": batch.code, "now": batch.status, "wanted": status},
            code="status_move",
            field="status",
        )


class NotAnInstructor(Invalid):
    """Somebody who does not hold the instructor's role is asked to teach."""

    def __init__(self, field: str) -> None:
        super().__init__(_("Assigned instructor must have instructor role"), field=field, code="not_an_instructor")


class LeadOverlap(Conflict):
    """A batch would have two leads on one day."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This batch already has a lead for some of these days. "
                "End that assignment first, or choose other dates."
            ),
            code="two_leads",
            field="from_date",
        )


class ScheduleConflict(Conflict):
    """An instructor or a room would be in two places; the assessment tells who, where, when, and the ways out."""

    @classmethod
    def unnamed(cls) -> Conflict:
        """The same refusal where the other side is gone again, or known to the database alone."""
        return Conflict(
            _("Schedule conflict: someone has just booked the same instructor or room. Check again what is free."),
            code="schedule_conflict",
            field="schedule",
            facts={"conflicts": [], "alternatives": {"times": [], "instructors": [], "rooms": []}},
        )

    def __init__(self, assessment: ScheduleAssessment, *, dated: bool = False) -> None:
        self.assessment, clashes = assessment, assessment.clashes
        field = "schedule" if any(clash.kind == "room" for clash in clashes) else "assigned_instructor"
        super().__init__(
            _with_first(_("Schedule conflict: %(first)s"), clashes),
            code="schedule_conflict",
            field="start_time" if dated else field,
            facts=assessment.as_json,
        )

    @property
    def clashes(self) -> Sequence[Clash]:
        """What would be double-booked."""
        return self.assessment.clashes

    @property
    def alternatives(self) -> Alternatives:
        """The ways out."""
        return self.assessment.alternatives


class DaysAreTaken(Conflict):
    """On a holiday that is to be taken back somebody is busy elsewhere by now."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        message = _with_first(_("These days cannot become ordinary again: %(first)s"), clashes)
        super().__init__(message, code="schedule_conflict", facts={"conflicts": [clash.as_json() for clash in clashes]})


def _with_first(words: str, clashes: Sequence[Clash]) -> str:
    """The sentence of the first clash, and how many there are besides."""
    more = [_("And %(count)d more.") % {"count": len(clashes) - 1}] if len(clashes) > 1 else []
    return " ".join([words % {"first": clashes[0].sentence}, *more])


class SessionLocked(Conflict):
    """A session whose register is locked is asked to change."""

    def __init__(self) -> None:
        super().__init__(
            _("Register is locked, so the session and its register can't be changed. An administrator can unlock it."),
            code="register_locked",
        )


class SessionHeld(Conflict):
    """A session with marks is asked to move or to be cancelled."""

    def __init__(self) -> None:
        super().__init__(
            _("This session's register has marks, so it can't be moved or cancelled."),
            code="session_held",
        )


class SomethingSpeaksAgainst(Conflict):
    """Nothing forbids the assignment, but it needs a reason that is kept."""

    default_code = "needs_a_reason"

    def __init__(self, warnings: Sequence[SoftWarning]) -> None:
        self.warnings = warnings
        sentence = " ".join(warning.message for warning in warnings)
        super().__init__(
            _("%(warnings)s To assign them anyway, give a reason.") % {"warnings": sentence},
            field="override_reason",
            facts={"warnings": [warning.as_json() for warning in warnings]},
        )


class CourseInUse(Conflict):
    """A batch with students is asked to change its course."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(
            _(
                "%(batch)s has students enrolled in its course, so its course can't change. Create another batch "
                "and transfer them instead."
            )
            % {"batch": batch.code},
            code="course_in_use",
            field="course_id",
        )
