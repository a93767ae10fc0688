"""Scheduled reports: however many workers ask at once, each morning is made once."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError

from muster.core.database import violated_constraint
from muster.reports.models import ReportOrder, ReportSchedule
from muster.reports.rules import make_report, order_due_reports, order_report, schedule_report
from tests.make import Campus
from tests.races.rush import rush

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def schedule(campus):
    """Of every morning, the last one yesterday."""
    made = schedule_report(by=campus.admin, kind="mentoring", filters={}, often="daily")
    ReportSchedule.objects.filter(pk=made.pk).update(mailed_on=campus.admin.today() - timedelta(days=1))
    return made


def test_two_workers_order_a_morning_once(campus, schedule):
    outcomes = rush([partial(order_due_reports, by=campus.admin)] * 6)
    assert sorted(outcomes) == [0, 0, 0, 0, 0, 1]
    assert ReportOrder.objects.filter(schedule=schedule).count() == 1


def written(campus, schedule):
    """Ordered as no rule does: without a lock."""
    same = {"institution": campus.institution, "kind": "mentoring", "by": campus.admin.user}
    orders = [ReportOrder(**same, schedule=schedule, due_on=campus.admin.today()) for _each in range(6)]
    return rush([partial(order.save, force_insert=True) for order in orders])


def test_without_the_lock_the_database_refuses_a_second(campus, schedule):
    outcomes = written(campus, schedule)
    assert outcomes.count(None) == 1
    errors = [one for one in outcomes if one is not None]
    assert all(isinstance(one, IntegrityError) for one in errors)
    assert {violated_constraint(one) for one in errors} == {"one_report_for_each_morning"}


def test_two_workers_with_one_order_keep_one_file(campus):
    order = order_report(by=campus.admin, kind="mentoring", filters={}, form="csv")
    assert rush([partial(make_report, order_id=order.pk)] * 3) == [None] * 3
    order.refresh_from_db()
    assert (order.status, order.is_kept) == ("done", True)
