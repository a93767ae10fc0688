"""Refusals around registers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from muster.core.errors import Conflict, FieldError, Invalid

if TYPE_CHECKING:
    from muster.batches.models import ClassSession


class RegisterLocked(Conflict):
    """A locked register is touched."""

    def __init__(self, session: ClassSession) -> None:
        super().__init__(
            _("Register is locked. An administrator can unlock it, with a reason."),
            code="register_locked",
            facts={
                "session_id": str(session.pk),
                "locked_by_user_id": str(session.locked_by_id) if session.locked_by_id else None,
            },
        )


class SessionCancelled(Conflict):
    """A session that does not take place is to be marked."""

    def __init__(self, session: ClassSession) -> None:
        super().__init__(
            _("The session of %(day)s is cancelled and has no register.")
            % {"day": date_format(session.date, "SHORT_DATE_FORMAT")},
            code="session_cancelled",
        )


class NotOnRegister(Invalid):
    """Learners are marked who are not on the register; names each row."""

    def __init__(self, rows: list[int]) -> None:
        message = _("This learner is not on the register. Load it again: somebody may have left or come.")
        super().__init__(
            message,
            code="not_on_register",
            errors=[FieldError(f"records.{row}.enrolment_id", message) for row in rows],
        )
