"""Refusals around erasing people and consent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy

from muster.core.errors import Conflict, Invalid


class NotErasedYet(Conflict):
    """The person holds seats, waits for one, teaches or heads a department; says each in numbers."""

    default_code = "still_bound"

    def __init__(self, reasons: Sequence[str], facts: Mapping[str, int]) -> None:
        super().__init__(" ".join(reasons), facts=facts)


class AlreadyErased(Conflict):
    """The person was erased before."""

    sentence = gettext_lazy("This person has already been erased.")
    default_code = "already_erased"


class NotYourself(Conflict):
    """An administrator erases themself, or the platform's administrator."""

    sentence = gettext_lazy("You can't erase yourself or a platform administrator. Ask another administrator.")
    default_code = "not_yourself"


class ErasedWithoutReason(Invalid):
    """Nobody said why."""

    sentence = gettext_lazy("Enter a reason, such as the date of the request.")
    default_code, default_field = "reason_missing", "reason"


class ConsentClosed(Conflict):
    """Nobody is asked for this consent any more."""

    sentence = gettext_lazy("This consent is closed. No one can answer it anymore.")
    default_code = "consent_closed"


class AnotherVersion(Conflict):
    """The text has changed since the person read it."""

    sentence = gettext_lazy("The text has changed since you opened it. Read the new version, then answer again.")
    default_code, default_field = "another_version", "version"


class PurposeTaken(Invalid):
    """Another consent has the purpose."""

    sentence = gettext_lazy("There's already a consent for this purpose. Change its text instead.")
    default_code, default_field = "taken", "title"
