"""What administrators are told of access requests, and regulators of the answers."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts.models import User
from muster.core.days import days_in_words
from muster.institutions.access import Actor
from muster.institutions.models import Membership, Role
from muster.notifications.kinds import NotificationKind, register_kind
from muster.notifications.rules import notify
from muster.oversight.models import AccessRequest
from muster.oversight.queries import batches_in_words

ASKED, ANSWERED, ENDING = "access_asked", "access_answered", "access_ending"

register_kind(
    NotificationKind(
        ASKED,
        gettext_lazy("A regulator requests access"),
        frozenset({str(Role.ADMIN)}),
        gettext_lazy("To the registers of some batches, or of all."),
    ),
    NotificationKind(
        ANSWERED,
        gettext_lazy("Access I requested is granted, rejected, extended or revoked"),
        frozenset({str(Role.REGULATOR)}),
        gettext_lazy("With the reason, and until when."),
    ),
    NotificationKind(
        ENDING,
        gettext_lazy("Access of mine is about to end"),
        frozenset({str(Role.REGULATOR)}),
        gettext_lazy("Three days before."),
    ),
)


def people_who_decide(by: Actor) -> QuerySet[User]:
    """Who decides on access of regulators."""
    admins = Membership.objects.filter(institution=by.institution, role=Role.ADMIN)
    return User.objects.filter(pk__in=admins.values("user_id"), is_active=True).order_by("full_name__plain")


def tell_asked(by: Actor, row: AccessRequest) -> None:
    """Tell the administrators."""
    words = {"name": row.asked_by.full_name, "batches": batches_in_words(row), "days": _days(row)}
    notify(
        by=by,
        to=people_who_decide(by),
        kind=ASKED,
        title=_("%(name)s asks to see registers") % words,
        text="\n".join([_("%(batches)s, %(days)s") % words, row.purpose]),
        url=reverse("requests"),
    )


def tell_granted(by: Actor, row: AccessRequest) -> None:
    """Tell whoever asked, with what was granted and until when."""
    words = {"batches": batches_in_words(row), "days": _days(row), "end": end_in_words(by, row)}
    lines = [_("%(batches)s, %(days)s. Access ends on %(end)s.") % words, row.decision_note]
    title = _("%(name)s granted you access") % {"name": by.institution.name}
    _tell(by, row, ANSWERED, title, "\n".join(filter(None, lines)))


def tell_rejected(by: Actor, row: AccessRequest) -> None:
    """Tell whoever asked, with the reason."""
    title = _("%(name)s rejected your access request") % {"name": by.institution.name}
    _tell(by, row, ANSWERED, title, row.decision_note)


def tell_extended(by: Actor, row: AccessRequest) -> None:
    """Tell whoever has the grant until when it is now, with the reason."""
    words = {"name": by.institution.name, "batches": batches_in_words(row), "end": end_in_words(by, row)}
    text = "\n".join([_("%(batches)s. Access now ends on %(end)s.") % words, row.decision_note])
    _tell(by, row, ANSWERED, _("%(name)s extended your access") % words, text)


def tell_revoked(by: Actor, row: AccessRequest) -> None:
    """Tell whoever had the grant, with the reason."""
    title = _("%(name)s revoked your access") % {"name": by.institution.name}
    _tell(by, row, ANSWERED, title, row.revoke_note)


def tell_ending(by: Actor, row: AccessRequest) -> int:
    """Tell whoever has the grant that it ends soon."""
    words = {"name": by.institution.name, "end": end_in_words(by, row), "batches": batches_in_words(row)}
    title = _("Your access to registers of %(name)s ends on %(end)s") % words
    return _tell(by, row, ENDING, title, _("%(batches)s. Ask again if you need it for longer.") % words)


def end_in_words(by: Actor, row: AccessRequest) -> str:
    """The moment at which access ends, by the institution's clock."""
    assert row.expires_at is not None  # noqa: S101
    return date_format(row.expires_at.astimezone(by.zone), "j M Y, H:i")


def _days(row: AccessRequest) -> str:
    return days_in_words(row.first_date, row.last_date)


def _tell(by: Actor, row: AccessRequest, kind: str, title: str, text: str) -> int:
    return notify(by=by, to=[row.asked_by], kind=kind, title=title, text=text, url=reverse("oversight:overview"))
