"""Looking for students at risk while others look too, and while one of them leaves."""

from functools import partial

import pytest

from muster.enrollments.rules import cancel_enrollment
from muster.risk.models import RiskFlag
from muster.risk.rules import keep_flags
from muster.risk.tests.make import RiskClass
from tests.races.rush import in_the_middle, rush, without, won

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room():
    room = RiskClass()
    room.mark("AAA")
    return room


def look(room):
    return partial(keep_flags, by=room.system)


def leave(room):
    return partial(cancel_enrollment, by=room.campus.admin, enrollment=room.seat)


def test_ten_who_look_at_once_flag_a_student_once(room):
    outcomes = rush([look(room)] * 10)
    assert len(won(outcomes)) == 10
    assert sum(found.opened for found in won(outcomes)) == RiskFlag.objects.filter(enrollment=room.seat).count() == 1


@pytest.mark.parametrize("first", [look, leave])
def test_who_leaves_meanwhile_is_not_left_with_an_open_flag(room, first):
    second = leave if first is look else look
    in_the_middle(first(room), second(room))
    room.seat.refresh_from_db()
    assert room.seat.status == "cancelled"
    assert not RiskFlag.objects.filter(enrollment=room.seat, closed_at=None).exists()


def test_control_without_the_triggers_a_student_who_left_is_flagged(room):
    names = {"archived_risk_flag_is_frozen", "open_flag_is_of_an_active_student"}
    guards = [one.get_pgid(RiskFlag) for one in RiskFlag._meta.triggers if one.name in names]
    with without("risk_riskflag", triggers=guards):
        in_the_middle(leave(room), look(room))
        room.seat.refresh_from_db()
        assert (room.seat.status, RiskFlag.objects.filter(enrollment=room.seat, closed_at=None).count()) == (
            "cancelled",
            1,
        )
