"""What people are told of reports that are made by themselves."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts.models import User
from muster.institutions.access import STAFF_ROLES, Actor
from muster.notifications.kinds import NotificationKind, register_kind
from muster.notifications.rules import notify
from muster.reports.models import ReportOrder, ReportSchedule

READY = "scheduled_report"

register_kind(
    NotificationKind(
        READY,
        gettext_lazy("A scheduled report"),
        frozenset(map(str, STAFF_ROLES)),
        gettext_lazy("When one that is sent to me is ready, or one of mine couldn't be made."),
    )
)


def tell_report_ready(by: Actor, order: ReportOrder, people: Iterable[User]) -> None:
    """Tell the readers that a report is there. The file stays in Muster: it is opened by who signed in."""
    title = _("%(report)s: %(subject)s") % {"report": order.get_kind_display(), "subject": order.subject}
    text = _("Your scheduled report is ready. Sign in to open it.")
    notify(by=by, to=people, kind=READY, title=title, text=text, url=url_of_report(order))


def tell_report_stopped(by: Actor, schedule: ReportSchedule, why: str) -> None:
    """Tell whoever scheduled a report that it was paused, and why."""
    title = _("%(report)s is no longer sent") % {"report": schedule.get_kind_display()}
    text = _("%(why)s The schedule is paused; you can change that under Reports.") % {"why": why}
    notify(by=by, to=[schedule.by], kind=READY, title=title, text=text, url=reverse("reports:schedules"))


def url_of_report(order: ReportOrder) -> str:
    """The page of a report."""
    return reverse("reports:report", args=[order.pk])
