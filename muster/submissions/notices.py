"""What regulators are told of submissions."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.institutions.access import Actor
from muster.institutions.models import Role
from muster.notifications.kinds import NotificationKind, register_kind
from muster.notifications.rules import notify
from muster.submissions.models import Submission

SUBMISSION = "submission"

register_kind(
    NotificationKind(
        SUBMISSION,
        gettext_lazy("A submission to me is there, or was withdrawn"),
        frozenset({str(Role.REGULATOR)}),
        gettext_lazy("With the way to its files."),
    ),
)


def tell_submitted(by: Actor, submission: Submission) -> None:
    """Tell the regulator that files are there for them."""
    text = _("Every file has a checksum, and the manifest is signed, so you can verify them.")
    if submission.replaces is not None:
        text = _("It replaces “%(title)s”.") % {"title": submission.replaces.title} + f" {text}"
    names = {"institution": by.institution.name, "title": submission.title}
    _tell(by, submission, _("%(institution)s submitted “%(title)s”") % names, text)


def tell_withdrawn(by: Actor, submission: Submission) -> None:
    """Tell the regulator that files no longer count, and why."""
    text = _("Reason: %(reason)s") % {"reason": submission.withdrawal_reason}
    names = {"institution": by.institution.name, "title": submission.title}
    _tell(by, submission, _("%(institution)s withdrew “%(title)s”") % names, text)


def _tell(by: Actor, submission: Submission, title: str, text: str) -> None:
    if submission.regulator is not None:
        url = reverse("submissions:submission", args=[submission.pk])
        notify(by=by, to=[submission.regulator], kind=SUBMISSION, title=title, text=text, url=url)
