"""Rollovers approved at once, and one whose process dies, with and without what guards them."""

import multiprocessing
import os
import signal
import time
from functools import partial

import pytest
from django.db import connection, connections, transaction
from django.db.models import QuerySet
from django.utils import timezone

from muster.core.ownership import as_owner
from muster.progression.errors import RolledOverToday, RolloverDecided
from muster.progression.models import AcademicRecord, RolloverRequest
from muster.progression.rules import (
    carry_out_rollovers,
    decide_rollover,
    request_rollover,
    roll_over,
    start_rollovers,
)
from muster.progression.rules.rollover_runs import SHARES, keep_outcome
from muster.progression.tests.test_rollover import College
from tests.races.rush import in_the_middle, refused, rush, somebody_waits, without, won

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = "progression_rolloverrequest"


@pytest.fixture
def college():
    college = College()
    college.course.semesters = 8
    college.course.save()
    return college


def executed():
    return RolloverRequest.objects.filter(status="executed").count()


def test_of_eight_approvals_at_once_one_is_executed(college):
    request = request_rollover(by=college.head, batch=college.batch)
    calls = [partial(decide_rollover, by=by, request=request, approve=True) for by in (college.admin, college.head)]
    outcomes = rush(calls * 4)
    assert (len(won(outcomes)), {type(one) for one in refused(outcomes)}) == (1, {RolloverDecided})
    assert (executed(), college.semester(), len(college.mapped())) == (1, 2, 4)


def test_eight_who_roll_over_at_once_move_one_semester(college):
    outcomes = rush([partial(roll_over, by=college.admin, batch=college.batch)] * 8)
    assert (len(won(outcomes)), {type(one) for one in refused(outcomes)}) == (1, {RolledOverToday})
    assert (executed(), college.semester()) == (1, 2)


def execute(request):
    """Past the rule and its locks."""
    return RolloverRequest.objects.filter(pk=request.pk).update(status="executed", decided_at=timezone.now())


def test_without_the_lock_the_database_executes_it_once(college):
    request = request_rollover(by=college.admin, batch=college.batch)
    assert won(rush([partial(execute, request)] * 8)) == [1]
    assert college.semester() == 2


def test_control_without_the_trigger_it_is_decided_eight_times(college):
    request = request_rollover(by=college.admin, batch=college.batch)
    with without(TABLE, triggers=triggers_of("rollover_moves_forward")):
        assert won(rush([partial(execute, request)] * 8)) == [1] * 8


def test_a_process_killed_in_the_middle_leaves_nothing_half_done(college):
    """It dies while it waits to close a record, with the subjects of the next semester written."""
    AcademicRecord.objects.create(institution=college.campus.institution, enrollment=college.cat, semester=1)
    before = (college.semester(), college.mapped(), college.records(college.ann), executed())
    with transaction.atomic():
        list(AcademicRecord.objects.filter(enrollment=college.cat).select_for_update())
        child = multiprocessing.get_context("fork").Process(target=roll_over_alone, args=[college])
        child.start()
        wait_until(somebody_waits)
        os.kill(child.pid, signal.SIGKILL)
        child.join()
    assert child.exitcode == -signal.SIGKILL
    wait_until(lambda: not others_are_open())
    assert (college.semester(), college.mapped(), college.records(college.ann), executed()) == before
    assert roll_over(by=college.admin, batch=college.batch).status == "executed"
    assert (college.semester(), len(college.mapped()), executed()) == (2, 4, 1)


def test_shares_of_a_run_keep_what_came_of_every_batch(college):
    run, shares = run_of_many(college)
    assert refused(rush(shares)) == []
    run.refresh_from_db()
    assert (run.status, run.progress) == ("done", 100)
    assert {one["outcome"] for one in run.outcomes.values()} == {"executed"}
    assert len(run.outcomes) == executed() == 6


def kept_of_two(college):
    """How many outcomes are there, when the second is told before the first is committed."""
    run, _shares = run_of_many(college)
    first, second, *_rest = run.batch_ids
    outcome = {"outcome": "executed"}
    tell = partial(keep_outcome, run, first, outcome), partial(keep_outcome, run, second, outcome)
    assert refused(in_the_middle(*tell)) == []
    run.refresh_from_db()
    return len(run.outcomes)


def test_an_outcome_told_at_the_same_time_is_kept(college):
    assert kept_of_two(college) == 2


def test_control_without_the_lock_it_is_lost(college, monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **options: rows)
    assert kept_of_two(college) == 1


def run_of_many(college):
    """A run of six batches, and the calls that carry out its shares."""
    batches = [college.batch, *(college.year(2031 + number) for number in range(5))]
    run = start_rollovers(by=college.admin, batch_ids=[one.pk for one in batches], from_semester=1)
    return run, [partial(carry_out_rollovers, run_id=run.pk, share=share) for share in range(SHARES)]


def roll_over_alone(college):
    """In a process of its own, with a connection of its own: the parent's is left open, and left alone."""
    for one in connections.all():
        one.connection = None
        one.connect()
    roll_over(by=college.admin, batch=college.batch)


def others_are_open():
    """Whether another transaction than this one is under way."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL "
            "AND pid <> pg_backend_pid()"
        )
        return bool(cursor.fetchone()[0])


def wait_until(there):
    """Ask until it is so; a test that waits for nothing fails by its own limit."""
    until = time.monotonic() + 30
    while not there():
        assert time.monotonic() < until


def triggers_of(*words):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [TABLE])
        return [name for (name,) in cursor.fetchall() if any(word in name for word in words)]
