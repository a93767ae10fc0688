"""Staffing plans applied at one moment, by two people or against somebody who books."""

from functools import partial

import pytest
from django.db import connection

from muster.allocation.models import IndividualAssignment
from muster.allocation.rules import apply_plan, assign_student, propose_plan
from muster.batches.models import InstructorAssignment
from muster.batches.rules import assign_lead
from muster.core.errors import DomainError
from muster.notifications.models import Notification
from tests.jobs import run_jobs
from tests.make import Campus, slot
from tests.races.rush import refused, rush, won
from tests.races.test_bookings import booked_twice

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campus():
    return Campus.found()


def planned(campus, kind="batches", times=1):
    """Plans over the same things."""
    plans = []
    for _each in range(times):
        plan = propose_plan(by=campus.admin, kind=kind)
        run_jobs()
        plan.refresh_from_db()
        plans.append(plan)
    return plans


def filled(campus, number=6):
    """Batches that meet at one hour, and as many instructors."""
    for _each in range(number):
        campus.instructor()
    return [campus.batch(slots=[slot(1, "08:00", "10:00"), slot(3, "08:00", "10:00")]) for _each in range(number)]


def test_one_plan_that_is_applied_twice_at_once_is_applied_once(campus):
    filled(campus)
    (plan,) = planned(campus)
    outcomes = rush([partial(apply_plan, by=campus.admin, plan=plan)] * 2)
    assert (len(won(outcomes)), [error.code for error in refused(outcomes)]) == (1, ["plan_not_ready"])
    assert InstructorAssignment.objects.count() == 6
    assert Notification.objects.count() == 6
    assert booked_twice() == 0


def test_of_two_plans_for_the_same_batches_one_is_applied_and_nothing_of_the_other(campus):
    filled(campus)
    outcomes = rush([partial(apply_plan, by=campus.admin, plan=plan) for plan in planned(campus, times=2)])
    assert (len(won(outcomes)), [error.code for error in refused(outcomes)]) == (1, ["plan_overtaken"])
    assert InstructorAssignment.objects.count() == 6
    assert booked_twice() == 0


def test_a_plan_applied_against_bookings_is_applied_whole_or_not_at_all(campus):
    filled(campus, 4)
    (plan,) = planned(campus)
    # The same people, wanted at the same hour for other batches.
    people = [item.instructor for item in plan.items.select_related("instructor")]
    others = [campus.batch(slots=[slot(3, "09:00", "11:00")]) for _each in people]
    calls = [
        partial(assign_lead, by=campus.admin, batch=batch, instructor=person)
        for batch, person in zip(others, people, strict=True)
    ]
    outcomes = rush([partial(apply_plan, by=campus.admin, plan=plan), *calls])
    # The locks have them take turns: nobody is told of a deadlock, or of an error that nobody foresaw.
    assert all(isinstance(outcome, DomainError) for outcome in outcomes if isinstance(outcome, Exception))
    assert "collision" not in {error.code for error in refused(outcomes)}
    planned_leads = InstructorAssignment.objects.exclude(batch__in=others).count()
    assert planned_leads in (0, 4)
    assert planned_leads == (0 if isinstance(outcomes[0], Exception) else 4)
    assert booked_twice() == 0


def test_without_its_look_under_locks_the_database_still_refuses_the_plan(campus, monkeypatch):
    filled(campus, 2)
    (plan,) = planned(campus)
    person = plan.items.select_related("instructor").first().instructor
    assign_lead(by=campus.admin, batch=campus.batch(slots=[slot(3, "09:00", "11:00")]), instructor=person)
    monkeypatch.setattr("muster.allocation.rules.applying.outdated_items", lambda *_given: {})
    (outcome,) = rush([partial(apply_plan, by=campus.admin, plan=plan)])
    assert outcome.code == "schedule_conflict"
    assert InstructorAssignment.objects.count() == 1
    assert booked_twice() == 0


def test_students_who_are_assigned_meanwhile_have_one_mentor(campus):
    campus.instructor()
    dan, students = campus.instructor(), [campus.student() for _each in range(4)]
    (plan,) = planned(campus, "students")
    calls = [partial(assign_student, by=campus.admin, student=student, instructor=dan) for student in students]
    outcomes = rush([partial(apply_plan, by=campus.admin, plan=plan, partial=True), *calls])
    assert all(isinstance(outcome, DomainError) for outcome in outcomes if isinstance(outcome, Exception))
    assert IndividualAssignment.objects.current().count() == 4
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
        assert cursor.fetchone() == (0,)
