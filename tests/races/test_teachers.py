"""An instructor who leaves at the very moment they are given a batch."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction

from muster.batches.errors import NotAnInstructor
from muster.batches.models import InstructorAssignment
from muster.batches.rules import assign_instructor, assign_lead
from muster.core.errors import Conflict
from muster.institutions.rules import PersonChange, RoleGrant, change_person, deactivate_person
from tests.make import Campus
from tests.races.rush import rush, without, won

pytestmark = pytest.mark.django_db(transaction=True)
TABLE, GUARD = "batches_instructorassignment", "teacher_of_running_batch_holds_the_role"


@pytest.fixture
def campus():
    return Campus.found()


def running(campus):
    """Assignments that would still be taught: of today or a day to come."""
    return InstructorAssignment.objects.filter(institution=campus.institution).exclude(
        until_date__lt=campus.admin.today()
    )


def stored(campus, batch, person):
    return InstructorAssignment.objects.create(
        institution=campus.institution, batch=batch, instructor=person, role="assistant", from_date=campus.admin.today()
    )


def assigned(campus, batch, person):
    return assign_instructor(by=campus.admin, batch=batch, instructor=person, role="assistant")


def leaves(campus, person):
    deactivate_person(by=campus.admin, user=person)


def loses_the_role(campus, person):
    change_person(by=campus.admin, user=person, change=PersonChange(roles=[RoleGrant("admin")]))


@pytest.mark.parametrize("assign", [assigned, stored])
@pytest.mark.parametrize(
    "leave", [lambda campus, person: deactivate_person(by=campus.admin, user=person), loses_the_role]
)
def test_nobody_teaches_who_left_at_that_moment(campus, assign, leave):
    # No slots: nothing is booked, so the rule itself locks no person.
    batch = campus.batch()
    for _each in range(4):
        person = campus.instructor()
        outcomes = rush([partial(assign, campus, batch, person), partial(leave, campus, person)])
        refusals = [one for one in outcomes if isinstance(one, Exception)]
        assert not [one for one in refusals if not isinstance(one, NotAnInstructor | Conflict | IntegrityError)]
        assert not running(campus).exists()


def left_meanwhile(campus, person):
    """Deactivate the person from another connection, which waits for no lock longer than a moment."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '300ms'")
        deactivate_person(by=campus.admin, user=person)
    finally:
        connections.close_all()


def leaving_before_the_commit(campus, batch, person):
    """Assign, let the person leave before that is committed, and say what became of their leaving."""
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        stored(campus, batch, person)
        return pool.submit(left_meanwhile, campus, person).exception()


def test_who_leaves_waits_for_the_assignment(campus):
    assert isinstance(leaving_before_the_commit(campus, campus.batch(), campus.instructor()), OperationalError)


def test_control_without_the_trigger_somebody_who_left_goes_on_teaching(campus):
    batch, person = campus.batch(), campus.instructor()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE %s", [f"pgtrigger_{GUARD}%"])
        names = [row[0] for row in cursor.fetchall()]
    assert len(names) == 1
    with without(TABLE, triggers=names):
        assert leaving_before_the_commit(campus, batch, person) is None
        assert running(campus).get().instructor == person


def test_the_database_refuses_who_is_no_instructor(campus):
    batch = campus.batch()
    with pytest.raises(IntegrityError, match="Assigned instructor must have instructor role"):
        stored(campus, batch, campus.student())


def test_what_was_taught_may_be_stored_of_who_left(campus):
    batch, person, today = campus.batch(), campus.instructor(), campus.admin.today()
    deactivate_person(by=campus.admin, user=person)
    days = {"from_date": today - timedelta(days=9), "until_date": today - timedelta(days=1)}
    InstructorAssignment.objects.create(institution=campus.institution, batch=batch, instructor=person, **days)
    assert not running(campus).exists()


def test_batches_opened_and_staffed_with_the_same_people_do_not_lock_each_other_out(campus):
    people, batches = [campus.instructor() for _each in range(4)], [campus.batch() for _each in range(4)]

    def staffed(turn):
        for place in range(4):
            assign_lead(by=campus.admin, batch=batches[turn], instructor=people[(turn + place) % 4])
        return campus.batch(lead=people[turn], assistants=people[:turn])

    outcomes = rush([partial(staffed, turn) for turn in range(4)])
    assert len(won(outcomes)) == 4, outcomes
