"""What the staff are told of students at risk."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.accounts.models import User
from muster.core.search import plain
from muster.institutions.access import MANAGER_ROLES, STAFF_ROLES, Actor
from muster.notifications.kinds import NotificationKind, register_kind
from muster.notifications.rules import notify
from muster.risk.models import RiskFlag
from muster.risk.queries import reasons_in_words

TASK, ESCALATED, DIGEST = "risk_task", "risk_escalated", "risk_digest"
MANAGES = tuple(str(role) for role in MANAGER_ROLES)
MOST_NAMED = 20

register_kind(
    NotificationKind(
        TASK,
        gettext_lazy("A student at risk is my task"),
        frozenset(map(str, STAFF_ROLES)),
        gettext_lazy("When I become the owner, and before someone else is notified that no one has been in touch."),
    ),
    NotificationKind(
        ESCALATED,
        gettext_lazy("No one has contacted a student at risk"),
        frozenset(MANAGES),
        gettext_lazy("In a batch of mine, once the time to do it is over."),
    ),
    NotificationKind(
        DIGEST,
        gettext_lazy("Students at risk this week"),
        frozenset(map(str, STAFF_ROLES)),
        gettext_lazy("Every Monday morning: those I look after, or those in my batches."),
        in_app=False,
    ),
)


def tell_owner(by: Actor, flag: RiskFlag) -> None:
    """Tell somebody that a student is their task now, why, and until when."""
    owner = flag.owner
    assert owner is not None  # noqa: S101
    title = _("%(student)s in %(batch)s needs you") % _words(flag)
    text = _("%(reasons)s. Get in touch by %(day)s.") % _words(flag)
    notify(by=by, to=[owner], kind=TASK, title=title, text=text, url=url_of(flag))


def tell_near(by: Actor, flag: RiskFlag, next_ones: Sequence[User]) -> None:
    """Tell the owner who else will be told, and when."""
    owner = flag.owner
    assert owner is not None  # noqa: S101
    names = names_of([one for one in next_ones if one.pk != owner.pk])
    title = _("Contact %(student)s by %(day)s") % _words(flag)
    said = (
        _("No one has been in touch yet. After that, %(names)s will be notified.") if names else _("Still no contact.")
    )
    text = f"{_('%(reasons)s.') % _words(flag)} {said % {'names': names}}"
    notify(by=by, to=[owner], kind=TASK, title=title, text=text, url=url_of(flag))


def tell_managers(by: Actor, flag: RiskFlag, people: Sequence[User]) -> None:
    """Tell those who manage the batch that the time is over and nobody was in touch."""
    title = _("No one has contacted %(student)s in %(batch)s") % _words(flag)
    owner = _("The owner is %(name)s.") % {"name": flag.owner.full_name} if flag.owner else _("No one is the owner.")
    text = f"{_('%(reasons)s. It was due by %(day)s.') % _words(flag)} {owner}"
    notify(by=by, to=people, kind=ESCALATED, title=title, text=text, url=url_of(flag))


def tell_digest(by: Actor, person: User, rows: Sequence[RiskFlag]) -> int:
    """The week's list, what is due first at the top; answers whether the person is told."""
    number, without = len(rows), sum(one.owner_id is None for one in rows)
    title = ngettext("%(count)d student at risk", "%(count)d students at risk", number) % {"count": number}
    if without:
        title += ngettext(", %(count)d without an owner", ", %(count)d without an owner", without) % {"count": without}
    lines = [_("%(student)s, %(batch)s: %(reasons)s. Contact by %(day)s.") % _words(one) for one in rows[:MOST_NAMED]]
    if more := number - MOST_NAMED if number > MOST_NAMED else 0:
        lines.append(ngettext("And %(count)d more.", "And %(count)d more.", more) % {"count": more})
    return notify(by=by, to=[person], kind=DIGEST, title=title, text="\n".join(lines), url=reverse("risk:list"))


def url_of(flag: RiskFlag) -> str:
    """The page of the flag."""
    return reverse("risk:flag", args=[flag.pk])


def names_of(people: Sequence[User]) -> str:
    """Who, by name: the first few."""
    names = sorted((one.full_name for one in people), key=plain)
    if len(names) > 3:
        more = len(names) - 2
        return ngettext("%(names)s and %(count)d more", "%(names)s and %(count)d more", more) % {
            "names": ", ".join(names[:2]),
            "count": more,
        }
    return ", ".join(names)


def _words(flag: RiskFlag) -> dict[str, str]:
    return {
        "student": flag.enrollment.student.full_name,
        "batch": flag.enrollment.batch.code,
        "reasons": ", ".join(reasons_in_words(flag)),
        "day": date_format(flag.due_on, "j M"),
    }
