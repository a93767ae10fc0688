"""Refusals around risk flags."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from muster.core.errors import Conflict


class FlagClosed(Conflict):
    """Nothing is done about a flag that is closed."""

    sentence = _("This risk flag was closed on %(day)s. Reopen it first.")
    default_code = "flag_closed"


class FlagNotReopened(Conflict):
    """It closed by itself, or the student has another open one."""

    sentence = _("This risk flag can't be reopened. A new one opens on its own when there's a reason for it.")
    default_code = "flag_not_reopened"


class NoContactYet(Conflict):
    """A letter is asked for before anybody got in touch."""

    sentence = _("Record a call, message or conversation first. A letter only follows a documented contact.")
    default_code = "no_documented_contact"
    default_field = "kind"


class StudentNotActive(Conflict):
    """The student is not active in the batch any more."""

    sentence = _("%(student)s is no longer active in this batch.")
    default_code = "student_not_active"
