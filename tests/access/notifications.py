"""Notifications: each person's own. Failed mails are the administrator's."""

from __future__ import annotations

from typing import Any

from muster.notifications.models import Notification
from tests.access.cases import ADMINS, EVERYBODY, Case
from tests.access.world import FURTHER
from tests.make import House


def told(house: House, objects: dict[str, Any]) -> dict[str, Any]:
    """Something told to the student of this part."""
    row = Notification.objects.create(
        institution=house.institution, user=objects["learner"], kind="batch_assigned", title="Told"
    )
    return {"notification_id": row.pk}


FURTHER.append(told)

# The student's own is the student's; everybody else has some of their own, but not these.
NOT_THEIRS = " ".join(role for role in EVERYBODY.split() if role != "student")

CASES = [
    Case("GET /notifications/", own=EVERYBODY),
    Case("POST /notifications/read-all/", own=EVERYBODY),
    Case("GET /notifications/choices/", own=EVERYBODY),
    Case("POST /notifications/choices/", own=EVERYBODY),
    Case("POST /notifications/mails/send-again/", own=ADMINS),
    Case("GET /notifications/{notification_id}/", own="student", elsewhere=NOT_THEIRS),
    Case("POST /notifications/{notification_id}/read/", own="student", elsewhere=NOT_THEIRS),
    Case("GET /api/notifications", own=EVERYBODY),
    Case("POST /api/notifications/read-all", own=EVERYBODY),
    Case("POST /api/notifications/{notification_id}/read", own="student", elsewhere=NOT_THEIRS),
    Case("GET /api/notifications/choices", own=EVERYBODY),
    Case("PUT /api/notifications/choices", own=EVERYBODY),
]
