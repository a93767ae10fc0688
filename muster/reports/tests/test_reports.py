"""Reports are made as whoever ordered them, read by who sees what they tell, and sent on their mornings."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from muster.core.errors import Forbidden, Invalid
from muster.core.mailing_days import mailing_day
from muster.institutions.models import Membership, Role
from muster.institutions.rules import deactivate_person
from muster.notifications.models import Notification
from muster.reports.errors import ReportNotReady
from muster.reports.models import ReportOrder, ReportReader, ReportSchedule
from muster.reports.permissions import reports
from muster.reports.queries import next_morning
from muster.reports.rules import (
    delete_report,
    make_report,
    open_report,
    order_due_reports,
    order_report,
    pause_report,
    schedule_report,
    stop_report,
)
from tests.jobs import run_jobs
from tests.make import Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def branch(campus):
    return campus.branch(name="Durban")


@pytest.fixture
def manager(campus, branch):
    """Of the one branch."""
    return campus.actor(campus.person(Role.BRANCH_MANAGER, "Bongi Zulu", branch=branch))


@pytest.fixture
def batch(campus, branch):
    """With one student, in that branch."""
    found = campus.batch(name="Data analytics", code="DA-1", branch=branch)
    campus.enroll(found, campus.student("Ada Byron"))
    return found


def text_of(download):
    return b"".join(part if isinstance(part, bytes) else part.encode() for part in download.content)


def made(by, kind="batch_progress", form="csv", **filters):
    order = order_report(by=by, kind=kind, filters=filters, form=form)
    run_jobs()
    order.refresh_from_db()
    return order


def test_a_report_is_made_in_the_background_and_kept_as_a_private_file(campus, batch):
    order = order_report(by=campus.admin, kind="batch_progress", filters={"batch": str(batch.pk)}, form="csv")
    assert (order.status, order.file) == ("waiting", "")
    with pytest.raises(ReportNotReady):
        open_report(by=campus.admin, order=order)
    run_jobs()
    order.refresh_from_db()
    assert (order.status, order.progress, order.subject.partition(",")[0]) == ("done", 100, "Data analytics (DA-1)")
    download = open_report(by=campus.admin, order=order)
    assert b"Ada Byron" in text_of(download)
    assert download.headers["Cache-Control"] == "private, no-store"
    with pytest.raises(ValueError, match="no address"):
        default_storage.url(order.file)


def test_made_again_it_stays_as_it_is(campus, batch):
    order = made(campus.admin, batch=str(batch.pk))
    before = (order.file, order.finished_at)
    make_report(order_id=order.pk)
    order.refresh_from_db()
    assert (order.file, order.finished_at) == before


def test_rows_are_those_that_whoever_ordered_it_sees(campus, batch, manager):
    other = campus.batch(name="Python", code="PY-1", branch=campus.branch(name="Cape Town"))
    campus.enroll(other, campus.student("Ben Okri"))
    for actor, number in ((campus.admin, "2"), (manager, "1")):
        order = made(actor, "institution_month", time="last_12_weeks")
        assert order.status == "done", order.refusal
        rows = [line.split(",") for line in text_of(open_report(by=actor, order=order)).decode().splitlines()]
        [at_risk] = [row for row in rows if "at_risk" in row]
        assert at_risk[3] == number
    with pytest.raises(Invalid) as refused:
        order_report(by=manager, kind="batch_progress", filters={"batch": str(other.pk)})
    assert [one.field for one in refused.value.errors] == ["filters.batch"]


@pytest.mark.parametrize(
    ("kind", "filters", "field"),
    [
        ("weather", {}, "kind"),
        ("batch_progress", {}, "filters.batch"),
        ("department_kpi", {}, "filters.department"),
        ("mentoring", {"batch": "x"}, "filters.batch"),
        ("mentoring", {"time": "yesterday"}, "filters.time"),
        ("mentoring", {"from": "soon"}, "filters.from"),
        ("mentoring", {"from": "2030-02-01", "to": "2030-01-01"}, "filters.to"),
        ("mentoring", {"from": "2020-01-01", "to": "2030-01-01"}, "filters.from"),
        ("mentoring", {"time": "last_week", "from": "2030-01-01"}, "filters.time"),
    ],
)
def test_what_makes_no_report_is_said_at_its_field(campus, kind, filters, field):
    with pytest.raises(Invalid) as refused:
        order_report(by=campus.admin, kind=kind, filters=filters)
    assert [one.field for one in refused.value.errors] == [field]


def test_instructors_order_what_their_own_students_are_in_and_nothing_of_others(campus):
    teacher = campus.actor(campus.instructor("Thandi Nkosi"))
    with pytest.raises(Forbidden):
        order_report(by=teacher, kind="instructor_performance", filters={})
    assert made(teacher, "mentoring").status == "done"
    with pytest.raises(Forbidden):
        order_report(by=campus.actor(campus.student()), kind="mentoring", filters={})
    with pytest.raises(Forbidden):
        order_report(by=campus.actor(campus.person(Role.REGULATOR)), kind="mentoring", filters={})


def test_whoever_lost_the_role_gets_no_report_any_more(campus, batch, manager):
    order = order_report(by=manager, kind="batch_progress", filters={"batch": str(batch.pk)})
    Membership.objects.filter(user=manager.user).delete()
    run_jobs()
    order.refresh_from_db()
    assert (order.status, order.file) == ("refused", "")
    assert order.refusal == "The person who ordered this report no longer has a role that may see it."


def test_deleting_takes_the_file_along(campus, batch, django_capture_on_commit_callbacks):
    order = made(campus.admin, batch=str(batch.pk))
    assert default_storage.exists(order.file)
    with django_capture_on_commit_callbacks(execute=True):
        delete_report(by=campus.admin, order=order)
    assert not default_storage.exists(order.file)
    assert not ReportOrder.objects.filter(pk=order.pk).exists()


def test_what_is_too_long_for_paper_says_so(campus, batch, monkeypatch):
    monkeypatch.setattr("muster.reports.files.MOST_CELLS", 0)
    order = made(campus.admin, form="pdf", batch=str(batch.pk))
    assert order.status == "refused"
    assert order.refusal.startswith("This report is too long for paper. Choose XLSX or CSV")


# --- the mornings ---------------------------------------------------------------------------------------------------
def due(schedule, by, days=1):
    """As if it had been mailed so many days ago."""
    ReportSchedule.objects.filter(pk=schedule.pk).update(mailed_on=by.today() - timedelta(days=days))
    schedule.refresh_from_db()
    return schedule


def test_a_scheduled_report_comes_once_a_morning_and_a_missed_one_once(campus):
    schedule = schedule_report(by=campus.admin, kind="mentoring", filters={}, often="daily")
    assert order_due_reports(by=campus.admin) == 0
    due(schedule, campus.admin, days=5)
    assert [order_due_reports(by=campus.admin) for _each in range(3)] == [1, 0, 0]
    [order] = schedule.orders.all()
    assert (order.due_on, order.by_id) == (campus.admin.today(), campus.admin.user.pk)


def test_its_recipients_are_told_and_open_it(campus, batch, manager):
    to = [manager.user, campus.admin.user]
    filters = {"branch": str(batch.branch_id)}
    schedule = schedule_report(by=campus.admin, kind="attended_days", filters=filters, often="daily", to=to)
    due(schedule, campus.admin)
    order_due_reports(by=campus.admin)
    run_jobs()
    order = schedule.orders.get()
    assert {one.person for one in ReportReader.objects.filter(order=order)} == set(to)
    told = Notification.objects.filter(kind="scheduled_report")
    assert {one.user for one in told} == set(to)
    assert {one.url for one in told} == {f"/reports/{order.pk}/"}
    assert reports.allows(manager, "see", order)
    assert text_of(open_report(by=manager, order=order))
    # Who sees less by now does not open what was sent before.
    Membership.objects.filter(user=manager.user).update(branch=campus.branch().pk)
    with pytest.raises(Forbidden):
        open_report(by=campus.actor(manager.user), order=order)


def test_a_recipient_must_see_all_that_it_tells(campus, batch, manager):
    campus.batch(name="Python", branch=campus.branch())
    order = partial(schedule_report, by=campus.admin, kind="institution_month", often="monthly")
    for to in ([manager.user], [campus.student()]):
        with pytest.raises(Invalid, match="can't see everything in this report") as refused:
            order(filters={}, to=to)
        assert refused.value.errors[0].field == "schedule.recipients"
    assert order(filters={"branch": str(batch.branch_id)}, to=[manager.user]).recipients.count() == 1


def test_days_of_a_schedule_move_along(campus):
    with pytest.raises(Invalid) as refused:
        schedule_report(by=campus.admin, kind="mentoring", filters={"from": "2030-01-01"}, often="weekly")
    assert refused.value.errors[0].field == "filters.from"
    with pytest.raises(Invalid) as refused:
        schedule_report(by=campus.admin, kind="mentoring", filters={}, often="never")
    assert refused.value.errors[0].field == "schedule.often"


def test_paused_nothing_comes_and_nothing_is_made_up_for(campus):
    schedule = due(schedule_report(by=campus.admin, kind="mentoring", filters={}, often="daily"), campus.admin, 3)
    pause_report(by=campus.admin, schedule=schedule, paused=True)
    due(schedule, campus.admin, 3)
    assert order_due_reports(by=campus.admin) == 0
    pause_report(by=campus.admin, schedule=schedule, paused=False)
    assert order_due_reports(by=campus.admin) == 0
    due(schedule, campus.admin)
    assert order_due_reports(by=campus.admin) == 1
    stop_report(by=campus.admin, schedule=schedule)
    assert ReportOrder.objects.get().schedule is None


def test_it_pauses_when_its_owner_may_not_see_it_any_more(campus, batch, manager):
    schedule = schedule_report(by=manager, kind="batch_progress", filters={"batch": str(batch.pk)}, often="daily")
    due(schedule, campus.admin)
    order_due_reports(by=campus.admin)
    deactivate_person(by=campus.admin, user=manager.user)
    run_jobs()
    schedule.refresh_from_db()
    assert schedule.is_paused
    assert schedule.stopped_because.startswith("The person who ordered this report no longer has a role")
    due(schedule, campus.admin)
    assert order_due_reports(by=campus.admin) == 0


@pytest.mark.parametrize("often", ["daily", "weekly", "monthly"])
def test_the_next_morning_is_the_one_on_which_it_is_made(often):
    day = date(2030, 1, 1)
    for since in (day + timedelta(days=n) for n in range(45)):
        schedule = ReportSchedule(often=often, mailed_on=since)
        told = next_morning(schedule, since)
        assert told is not None
        first = next(
            later
            for later in (since + timedelta(days=n) for n in range(40))
            if (found := mailing_day(often, later)) and found > since
        )
        assert told == first


def test_the_pages_order_show_and_schedule(campus, batch):
    client = Client()
    client.force_login(campus.admin.user)
    assert client.get("/reports/").status_code == 200
    form = {"batch": str(batch.pk), "format": "xlsx", "often": "never"}
    answer = client.post("/reports/order/?kind=batch_progress", form)
    order = ReportOrder.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/reports/{order.pk}/")
    assert "every 1s" in client.get(f"/reports/{order.pk}/").content.decode()
    run_jobs()
    shown = client.get(f"/reports/{order.pk}/").content.decode()
    assert "every 1s" not in shown
    assert f"/reports/{order.pk}/file/" in shown
    file = client.get(f"/reports/{order.pk}/file/")
    assert (file.status_code, b"".join(file)[:2]) == (200, b"PK")
    refused = client.post("/reports/order/?kind=batch_progress", {**form, "often": "weekly", "first": "2030-01-01"})
    assert refused.status_code == 400
    assert "counts its days back each time" in refused.content.decode()
    client.post("/reports/order/?kind=batch_progress", {**form, "often": "weekly"})
    schedule = ReportSchedule.objects.get()
    assert [one.person for one in schedule.recipients.all()] == [campus.admin.user]
    assert "Every Monday morning" in client.get("/reports/schedules/").content.decode()
    client.post(f"/reports/schedules/{schedule.pk}/pause/")
    client.post(f"/reports/{order.pk}/delete/")
    schedule.refresh_from_db()
    assert (schedule.is_paused, ReportOrder.objects.count()) == (True, 0)


def test_ordering_statements_do_not_grow_with_batches(campus, batch, django_assert_max_num_queries):
    for _each in range(3):
        campus.batch(branch=batch.branch)
    with django_assert_max_num_queries(20):
        order_report(by=campus.admin, kind="institution_month", filters={})
