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
from tests.make import House
from tests.races.rush import rush, without, won

pytestmark = pytest.mark.django_db(transaction=True)
TABLE, GUARD = "batches_instructorassignment", "teacher_of_running_batch_holds_the_role"


@pytest.fixture
def house():
    return House.found()


def running(house):
    """Assignments that would still be taught: of today or a day to come."""
    return InstructorAssignment.objects.filter(institution=house.institution).exclude(
        until_date__lt=house.admin.today()
    )


def stored(house, batch, person):
    return InstructorAssignment.objects.create(
        institution=house.institution, batch=batch, instructor=person, role="assistant", from_date=house.admin.today()
    )


def assigned(house, batch, person):
    return assign_instructor(by=house.admin, batch=batch, instructor=person, role="assistant")


def leaves(house, person):
    deactivate_person(by=house.admin, user=person)


def loses_the_role(house, person):
    change_person(by=house.admin, user=person, change=PersonChange(roles=[RoleGrant("admin")]))


@pytest.mark.parametrize("assign", [assigned, stored])
@pytest.mark.parametrize(
    "leave", [lambda house, person: deactivate_person(by=house.admin, user=person), loses_the_role]
)
def test_nobody_teaches_who_left_at_that_moment(house, assign, leave):
    # No slots: nothing is booked, so the rule itself locks no person.
    batch = house.batch()
    for _each in range(4):
        person = house.instructor()
        outcomes = rush([partial(assign, house, batch, person), partial(leave, house, person)])
        refusals = [one for one in outcomes if isinstance(one, Exception)]
        assert not [one for one in refusals if not isinstance(one, NotAnInstructor | Conflict | IntegrityError)]
        assert not running(house).exists()


def left_meanwhile(house, person):
    """Deactivate the person from another connection, which waits for no lock longer than a moment."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '300ms'")
        deactivate_person(by=house.admin, user=person)
    finally:
        connections.close_all()


def leaving_before_the_commit(house, batch, person):
    """Assign, let the person leave before that is committed, and say what became of their leaving."""
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        stored(house, batch, person)
        return pool.submit(left_meanwhile, house, person).exception()


def test_who_leaves_waits_for_the_assignment(house):
    assert isinstance(leaving_before_the_commit(house, house.batch(), house.instructor()), OperationalError)


def test_control_without_the_trigger_somebody_who_left_goes_on_teaching(house):
    batch, person = house.batch(), house.instructor()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE %s", [f"pgtrigger_{GUARD}%"])
        names = [row[0] for row in cursor.fetchall()]
    assert len(names) == 1
    with without(TABLE, triggers=names):
        assert leaving_before_the_commit(house, batch, person) is None
        assert running(house).get().instructor == person


def test_the_database_refuses_who_is_no_instructor(house):
    batch = house.batch()
    with pytest.raises(IntegrityError, match="Assigned instructor must have instructor role"):
        stored(house, batch, house.student())


def test_what_was_taught_may_be_stored_of_who_left(house):
    batch, person, today = house.batch(), house.instructor(), house.admin.today()
    deactivate_person(by=house.admin, user=person)
    days = {"from_date": today - timedelta(days=9), "until_date": today - timedelta(days=1)}
    InstructorAssignment.objects.create(institution=house.institution, batch=batch, instructor=person, **days)
    assert not running(house).exists()


def test_batches_opened_and_staffed_with_the_same_people_do_not_lock_each_other_out(house):
    people, batches = [house.instructor() for _each in range(4)], [house.batch() for _each in range(4)]

    def staffed(turn):
        for place in range(4):
            assign_lead(by=house.admin, batch=batches[turn], instructor=people[(turn + place) % 4])
        return house.batch(lead=people[turn], assistants=people[:turn])

    outcomes = rush([partial(staffed, turn) for turn in range(4)])
    assert len(won(outcomes)) == 4, outcomes
