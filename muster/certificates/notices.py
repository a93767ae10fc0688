"""What students are told about their certificates."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.certificates.models import Certificate
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES
from muster.notifications.kinds import NotificationKind, register_kind
from muster.notifications.rules import notify

CERTIFICATE = "certificate"

register_kind(
    NotificationKind(
        CERTIFICATE,
        gettext_lazy("A certificate of mine is issued or revoked"),
        frozenset(map(str, STUDENT_ROLES)),
        gettext_lazy("With the way to its PDF, and the link that others verify it by."),
    ),
)


def tell_issued(by: Actor, certificate: Certificate, *, is_new: bool) -> None:
    """Tell the student that their certificate is there, or that another one replaces it."""
    names = _names(certificate)
    title = (
        _("Your certificate for %(course)s is ready") if is_new else _("Your certificate for %(course)s was replaced")
    )
    text = _("Download it, or share the link by which others can verify it. Its serial is %(serial)s.") % names
    _tell(by, certificate, title % names, text)


def tell_revoked(by: Actor, certificate: Certificate) -> None:
    """Tell the student that their certificate no longer counts, and why."""
    names = _names(certificate)
    text = _("Reason: %(reason)s") % {"reason": certificate.document.ending_reason}
    _tell(by, certificate, _("Your certificate for %(course)s was revoked") % names, text)


def _names(certificate: Certificate) -> dict[str, str]:
    document = certificate.document
    return {"course": document.content["course"]["title"], "serial": document.serial}


def _tell(by: Actor, certificate: Certificate, title: str, text: str) -> None:
    url = reverse("certificates:certificate", args=[certificate.pk])
    notify(by=by, to=[certificate.document.holder], kind=CERTIFICATE, title=title, text=text, url=url)
