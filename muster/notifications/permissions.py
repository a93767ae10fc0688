"""Everybody sees what was told to them, and nobody else does."""

from __future__ import annotations

from muster.core.permissions import Access
from muster.institutions.access import own_person
from muster.institutions.models import Role
from muster.notifications.models import Notification

notifications = Access(
    Notification,
    {action: {str(role): own_person() for role in Role} for action in ("see", "change")},
)
