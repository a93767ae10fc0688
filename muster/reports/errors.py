"""What reports refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from muster.core.errors import Conflict


class ReportNotReady(Conflict):
    """The file isn't there: not yet, or not any more."""

    default_code = "report_not_ready"
    sentence = _("This report has no file. Wait until it's ready, or order it again.")


class OrdererMayNotSee(Conflict):
    """Whoever ordered the report may not see it any more."""

    default_code = "orderer_may_not_see"
    sentence = _("The person who ordered this report no longer has a role that may see it.")
