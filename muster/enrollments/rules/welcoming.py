"""Welcoming those who were enrolled."""

from __future__ import annotations

from uuid import UUID

from muster.core.database import atomic, sum_each
from muster.core.isolation import only_in
from muster.enrollments import notices
from muster.enrollments.models import Enrollment


def welcome_students() -> int:
    """Welcome every student who has been enrolled since the last time, in the order they were; answers how many.

    Each is a transaction of its own, and one that fails keeps none of the others back (`sum_each`).
    """
    due = Enrollment.objects.filter(welcome_due=True).order_by("created_at").values_list("pk", "institution_id")

    def welcome(one: tuple[UUID, UUID]) -> int:
        enrollment_id, institution_id = one
        with only_in(institution_id):
            return _welcome(enrollment_id)

    return sum_each(list(due), welcome)


@atomic
def _welcome(enrollment_id: UUID) -> int:
    """Locks the enrollment; one that somebody holds is left for the next time."""
    rows = Enrollment.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    rows = rows.select_related("institution", "student", "course").order_by()
    for enrollment in rows.filter(pk=enrollment_id, welcome_due=True):
        Enrollment.objects.filter(pk=enrollment_id).update(welcome_due=False)
        notices.tell_welcome(enrollment)
        return 1
    return 0
