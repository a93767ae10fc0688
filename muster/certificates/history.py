"""How certificates read in the history of their enrollment."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.certificates.models import Certificate
from muster.core.audit import HistoryEvent, HistoryLine, describe, name_use_cases

USE_CASES = {
    "issue_certificate": gettext_lazy("issued a certificate"),
    "replace_certificate": gettext_lazy("replaced a certificate"),
    "revoke_certificate": gettext_lazy("revoked a certificate"),
}


def _certificate(event: HistoryEvent) -> Iterable[HistoryLine]:
    if event.label == "insert":
        reason = event.row["exception_reason"]
        text = (
            _("Certificate issued by exception: %(reason)s") % {"reason": reason} if reason else _("Certificate issued")
        )
        yield HistoryLine(text, "add", "documents", "", "")


describe(Certificate, _certificate)
name_use_cases(USE_CASES)
