"""Refusals around institutions and their people."""

from __future__ import annotations

from django.utils.translation import gettext as _

from muster.core.errors import Forbidden, Invalid


class EmailTaken(Invalid):
    """Somebody of this institution has the e-mail."""

    def __init__(self, email: str) -> None:
        super().__init__(
            _("There is already a person with the e-mail %(email)s here.") % {"email": email},
            field="email",
            code="email_taken",
        )


class NumberTaken(Invalid):
    """Somebody else of the institution has the student or staff number."""

    def __init__(self, field: str, number: str) -> None:
        super().__init__(
            _("Somebody else here has the number %(number)s.") % {"number": number}, field=field, code="number_taken"
        )


class BeyondOwnRights(Forbidden):
    """Somebody grants a role that they do not hold themselves."""

    def __init__(self) -> None:
        super().__init__(_("Nobody grants more than they hold: ask an administrator."), code="beyond_own_rights")
