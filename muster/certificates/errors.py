"""Refusals around certificates."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from muster.core.errors import Conflict, Invalid


class NotComplete(Conflict):
    """Something is missing for the certificate; `facts` say what."""

    sentence = _("%(student)s hasn't met all requirements yet. %(missing)s")
    default_code = "not_complete"
    default_field = "enrollment_id"

    def __init__(self, student: str, missing: Sequence[str]) -> None:
        super().__init__(student=student, missing=" ".join(missing), facts={"missing": list(missing)})


class NotForThisEnrollment(Conflict):
    """Who left or pauses gets no certificate, by no exception."""

    sentence = _("This enrollment is %(status)s, so it gets no certificate. Resume or complete it first.")
    default_code = "not_enrolled"
    default_field = "enrollment_id"


class NothingNew(Invalid):
    """A certificate is to be replaced by one that says the same."""

    sentence = _("The valid certificate already says this. Correct the name or the result first.")
    default_code = "nothing_new"


class ValidOneExists(Conflict):
    """Another certificate was issued at the same moment."""

    sentence = _("A certificate was issued at this moment. Reload the page to see it.")
    default_code = "already_issued"
    default_field = "enrollment_id"
