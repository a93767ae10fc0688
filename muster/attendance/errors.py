"""Refusals around registers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.errors import Conflict, FieldError, Invalid

if TYPE_CHECKING:
    from muster.timetable.models import ClassSession


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


class NotTheInstructor(Invalid):
    """A register is to be signed by somebody who does not teach the session."""

    sentence = gettext_lazy("Only an instructor of this session signs its register. Lock it without signing.")
    default_code, default_field = "not_the_instructor", "sign"


class TooEarlyToMark(Invalid):
    """Somebody is marked as present, absent or late before the day has come; names each row."""

    def __init__(self, day: date, rows: Sequence[int] = ()) -> None:
        message = _("%(day)s hasn't come yet. Only Excused can be marked before the day.") % {
            "day": date_format(day, "D j M Y")
        }
        super().__init__(
            message, code="too_early", errors=[FieldError(f"records.{row}.status", message) for row in rows]
        )


class RegisterNotBegun(Conflict):
    """The register of a session that has not begun is to be locked."""

    def __init__(self, session: ClassSession) -> None:
        super().__init__(
            _("The session begins on %(when)s. Lock its register after that.")
            % {"when": date_format(session.begins_at, "D j M Y, H:i" if session.start_time else "D j M Y")},
            code="not_begun",
        )


class SessionCancelled(Conflict):
    """A session that does not take place is to be marked."""

    def __init__(self, session: ClassSession) -> None:
        super().__init__(
            _("The session on %(day)s is cancelled, so it has no register.")
            % {"day": date_format(session.date, "D j M Y")},
            code="session_cancelled",
        )


class NotOnRegister(Invalid):
    """Learners are marked who are not on the register; names each row."""

    def __init__(self, rows: list[int]) -> None:
        message = _("This student isn't on the register. Reload it: someone may have joined or left.")
        super().__init__(
            message, code="not_on_register", errors=[FieldError(f"records.{row}.enrolment_id", message) for row in rows]
        )


class AlreadyAnnounced(Conflict):
    """The same absence was announced before."""

    def __init__(self, notice_id: object) -> None:
        super().__init__(
            _("This absence has already been reported. Add the evidence there."),
            code="already_announced",
            field="first_date",
            facts={"absence_id": str(notice_id)},
        )


class NoClassThen(Invalid):
    """The learner has no seat in any batch on these days."""

    def __init__(self, field: str) -> None:
        super().__init__(
            _("The student isn't in a batch on these days, so there are no sessions to miss."),
            field=field,
            code="no_class_then",
        )


class Withdrawn(Conflict):
    """A notice that was withdrawn takes nothing more."""

    def __init__(self) -> None:
        super().__init__(_("This absence was withdrawn. Report it again."), code="withdrawn")


class TooManyFiles(Conflict):
    """No more files fit."""

    def __init__(self, most: int) -> None:
        super().__init__(
            _("You've reached the limit of %(most)d files. Remove one, or combine several pages into one PDF.")
            % {"most": most},
            field="file",
            code="too_many_files",
        )


class EnoughForToday(Conflict):
    """A student has sent more files within a day than anybody needs."""

    def __init__(self, most: int) -> None:
        super().__init__(
            _("You've sent %(most)d files today, the daily limit. Send more tomorrow, or give them to your instructor.")
            % {"most": most},
            field="file",
            code="enough_for_today",
        )


class EvidenceStands(Conflict):
    """A file that a locked register stands on is to be removed."""

    def __init__(self) -> None:
        super().__init__(
            _("Register is locked, so its evidence can't be changed. An administrator can unlock it, with a reason."),
            code="register_locked",
        )


class EvidenceGone(Conflict):
    """The file was removed."""

    status = 404

    def __init__(self) -> None:
        super().__init__(_("This file was removed."), code="removed")


class AlreadyDecided(Conflict):
    """A correction or an unlock was approved or rejected before."""

    def __init__(self) -> None:
        super().__init__(
            _("This request has already been decided. Reload the page to see who decided it."),
            code="already_decided",
        )
