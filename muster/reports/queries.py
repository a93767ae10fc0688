"""Reads around reports."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Prefetch, QuerySet

from muster.core.mailing_days import Mailed
from muster.institutions.access import Actor
from muster.reports.models import ReportOrder, ReportRecipient, ReportSchedule
from muster.reports.permissions import report_schedules, reports

DAY = timedelta(days=1)


def reports_in_full(rows: QuerySet[ReportOrder]) -> QuerySet[ReportOrder]:
    """Reports with whoever ordered them, and the schedule that did."""
    return rows.select_related("by", "schedule", "institution")


def reports_seen_by(actor: Actor) -> QuerySet[ReportOrder]:
    """The reports that the actor ordered or was told of, an administrator all; the newest first."""
    return reports_in_full(reports.rows(actor))


def schedules_in_full(rows: QuerySet[ReportSchedule]) -> QuerySet[ReportSchedule]:
    """Schedules with whoever set them up, and their recipients."""
    people = ReportRecipient.objects.select_related("person").order_by("person__full_name__plain", "pk")
    return rows.select_related("by").prefetch_related(Prefetch("recipients", people))


def schedules_seen_by(actor: Actor) -> QuerySet[ReportSchedule]:
    """The scheduled reports that the actor may change, the newest first. Two statements."""
    return schedules_in_full(report_schedules.rows(actor))


def next_morning(schedule: ReportSchedule, today: date) -> date | None:
    """The next day on which a report is made; None while it is paused. It is today where this morning is still due."""
    if schedule.is_paused:
        return None
    since = schedule.mailed_on
    due = {
        Mailed.DAILY: since + DAY,
        Mailed.WEEKLY: since + DAY * (8 - since.isoweekday()),
        Mailed.MONTHLY: (since.replace(day=1) + timedelta(days=32)).replace(day=1),
    }[Mailed(schedule.often)]
    return max(due, today)
