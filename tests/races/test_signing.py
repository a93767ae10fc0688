"""A register is signed by whoever locks it, however many do so at one moment, and while somebody unlocks it."""

from functools import partial

import pytest
from django.db import IntegrityError

from muster.attendance.models import RegisterSignature
from muster.attendance.queries import sessions_in_full, signature_of
from muster.attendance.rules import lock_register, unlock_register
from muster.attendance.tests.test_marking import Class
from muster.timetable.models import ClassSession
from tests.make import Campus
from tests.races.rush import in_the_middle, rush

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room():
    room = Class(Campus.found(), 1)
    room.by = room.campus.actor(room.teacher)
    return room


def fresh(room):
    return sessions_in_full(room.campus.admin, ClassSession.objects.filter(pk=room.session.pk)).get()


def sign(room):
    return lock_register(by=room.by, session=fresh(room), sign=True).is_locked


def sign_as_it_was_locked(room, locked):
    """A signature as no rule writes it: of a lock that was seen, whatever became of it."""
    RegisterSignature.objects.create(
        institution=room.campus.institution,
        session=room.session,
        signed_by=room.teacher,
        name="Thandi Zulu",
        statement="It is so.",
        signed_at=locked,
    )


def test_of_many_locks_at_once_one_signs(room):
    assert rush([partial(sign, room)] * 8) == [True] * 8
    assert RegisterSignature.objects.count() == 1
    assert signature_of(fresh(room)).stands


def test_a_lock_is_signed_once_whoever_writes(room):
    lock_register(by=room.by, session=fresh(room))
    outcomes = rush([partial(sign_as_it_was_locked, room, fresh(room).locked_at)] * 4)
    assert sum(isinstance(outcome, IntegrityError) for outcome in outcomes) == 3
    assert RegisterSignature.objects.count() == 1


def test_nobody_signs_a_register_that_is_being_unlocked(room):
    """The control goes by what it saw before: the trigger waits for the unlocking, and then refuses."""
    lock_register(by=room.by, session=fresh(room))
    locked = fresh(room).locked_at
    unlock = partial(unlock_register, by=room.campus.admin, session=fresh(room), reason="A late note")
    _unlocked, refused = in_the_middle(unlock, partial(sign_as_it_was_locked, room, locked))
    assert isinstance(refused, IntegrityError)
    assert not RegisterSignature.objects.exists()
