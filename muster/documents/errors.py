"""Refusals around documents and their templates."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from muster.core.errors import Conflict, Invalid


class UnknownPlaceholders(Invalid):
    """A template asks for what a document does not say."""

    sentence = _("The template has placeholders that don't exist here: %(names)s. Correct or remove them.")
    default_code = "unknown_placeholders"
    default_field = "file"


class NoPlaceholders(Invalid):
    """A template that would say the same of everybody."""

    sentence = _("The template has no placeholders, such as %(example)s. Add them where the document's details belong.")
    default_code = "no_placeholders"
    default_field = "file"


class AlreadyEnded(Conflict):
    """A document is to be revoked that is no longer valid."""

    sentence = _("%(serial)s is already %(ending)s. Reload the page to see how it stands.")
    default_code = "already_ended"


class NoReason(Invalid):
    """A document is to be revoked without saying why."""

    sentence = _("Give a reason. Anyone who verifies the document sees it.")
    default_code = "no_reason"
    default_field = "reason"


class NotOfThatDay(Invalid):
    """A document is to be revoked on a day on which it was not there."""

    sentence = _("Choose a day from %(issued)s, when it was issued, to today.")
    default_code = "not_of_that_day"
    default_field = "date"
