"""Refusals around courses and subjects."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.core.errors import Conflict, Invalid


class NotACourseInstructor(Invalid):
    """Somebody who does not hold the instructor's role is to teach the course by default."""

    def __init__(self) -> None:
        super().__init__(
            _("Assigned instructor must have instructor role"), field="assigned_instructor", code="not_an_instructor"
        )


class SemestersInUse(Conflict):
    """A course is to get fewer semesters than its subjects or batches need."""

    def __init__(self, semesters: int, subjects: int, batches: int) -> None:
        parts = []
        if subjects:
            parts.append(
                ngettext("%(count)d subject is taught later", "%(count)d subjects are taught later", subjects)
                % {"count": subjects}
            )
        if batches:
            parts.append(
                ngettext(
                    "%(count)d batch is already in a later semester",
                    "%(count)d batches are already in a later semester",
                    batches,
                )
                % {"count": batches}
            )
        super().__init__(
            _("The course can't end after semester %(semesters)d because %(why)s. Move them first.")
            % {"semesters": semesters, "why": _(" and ").join(parts)},
            field="semesters",
            code="semesters_in_use",
        )
