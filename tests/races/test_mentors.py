"""One student, several instructors, one moment; and people who leave at that moment."""

from functools import partial

import pytest
from django.db import IntegrityError, connection

from muster.allocation.models import IndividualAssignment
from muster.allocation.rules import Wish, assign_many, assign_student
from muster.core.ownership import as_owner
from muster.institutions.rules import deactivate_person
from tests.make import Campus
from tests.races.rush import refused, rush, won

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campus():
    return Campus.found()


def current(campus):
    return IndividualAssignment.objects.current().filter(institution=campus.institution)


def test_eight_instructors_at_once_become_one(campus):
    student, people = campus.student(), [campus.instructor() for _each in range(8)]
    outcomes = rush([partial(assign_student, by=campus.admin, student=student, instructor=one) for one in people])
    assert len(won(outcomes)) == 1
    assert {error.code for error in refused(outcomes)} == {"already_assigned"}
    assert len(refused(outcomes)) == 7
    assert current(campus).count() == 1


def test_eight_replacements_at_once_leave_one_current_and_seven_ended(campus):
    student, people = campus.student(), [campus.instructor() for _each in range(8)]
    calls = [partial(assign_student, by=campus.admin, student=student, instructor=one, replace=True) for one in people]
    assert len(won(rush(calls))) == 8
    assert current(campus).count() == 1
    assert IndividualAssignment.objects.exclude(ended_at=None).count() == 7


def test_many_assigned_in_any_order_do_not_lock_each_other_out(campus):
    students, people = [campus.student() for _each in range(6)], [campus.instructor() for _each in range(3)]

    def assign_in_order(turn):
        order = students[turn:] + students[:turn]
        wishes = [Wish(student, people[place % 3]) for place, student in enumerate(order)]
        return assign_many(by=campus.admin, wishes=wishes, replace=True, partial=True)

    outcomes = rush([partial(assign_in_order, turn) for turn in range(6)])
    assert len(won(outcomes)) == 6, outcomes
    assert current(campus).count() == 6


def stored(campus, student, instructor):
    return IndividualAssignment.objects.create(institution=campus.institution, student=student, instructor=instructor)


def test_without_the_lock_the_database_still_keeps_one(campus):
    student, people = campus.student(), [campus.instructor() for _each in range(6)]
    outcomes = rush([partial(stored, campus, student, one) for one in people])
    assert len(won(outcomes)) == 1
    assert {type(outcome) for outcome in outcomes} == {IndividualAssignment, IntegrityError}


def test_control_without_the_unique_index_the_student_has_several(campus):
    student, people = campus.student(), [campus.instructor() for _each in range(6)]
    name = "one_current_instructor_for_each_student"
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef(%s::regclass)", [name])
        definition = cursor.fetchone()[0]
        cursor.execute(f"DROP INDEX {name}")
    try:
        assert len(won(rush([partial(stored, campus, student, one) for one in people]))) == 6
    finally:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE allocation_individualassignment CASCADE")
            cursor.execute(definition)


def test_nobody_is_assigned_to_who_is_leaving(campus):
    for _each in range(6):
        student, instructor = campus.student(), campus.instructor()
        rush(
            [
                partial(assign_student, by=campus.admin, student=student, instructor=instructor),
                partial(deactivate_person, by=campus.admin, user=instructor),
            ]
        )
        assert not current(campus).exists()
