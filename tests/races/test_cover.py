"""One absence, several callers, one moment."""

from datetime import date
from functools import partial

import pytest
from django.db import IntegrityError

from muster.allocation.models import CoverRequest
from muster.allocation.rules import ask_for_cover, decline_cover, fill_cover, withdraw_cover
from muster.batches.models import InstructorAssignment
from tests.make import Campus, slot
from tests.races.rush import refused, rush, without, won

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = {"first_date": date(2030, 1, 7), "last_date": date(2030, 1, 20)}


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def ann(campus):
    return campus.instructor()


@pytest.fixture
def batch(campus, ann):
    return campus.batch(lead=ann, slots=[slot(1, "08:00", "10:00")])


def asking(campus, batch, ann):
    return partial(ask_for_cover, by=campus.actor(ann), batch=batch, instructor=ann, **DAYS)


def test_six_requests_at_once_become_one(campus, batch, ann):
    outcomes = rush([asking(campus, batch, ann) for _each in range(6)])
    assert (len(won(outcomes)), {error.code for error in refused(outcomes)}) == (1, {"cover_asked_already"})
    assert CoverRequest.objects.count() == 1


def test_whoever_settles_first_settles_it(campus, batch, ann):
    request = asking(campus, batch, ann)()
    calls = [
        *(partial(fill_cover, by=campus.admin, request=request, substitute=campus.instructor()) for _each in range(4)),
        partial(decline_cover, by=campus.admin, request=request),
        partial(withdraw_cover, by=campus.actor(ann), request=request),
    ]
    outcomes = rush(calls)
    assert (len(won(outcomes)), {error.code for error in refused(outcomes)}) == (1, {"cover_closed"}), outcomes
    request.refresh_from_db()
    substitutes = InstructorAssignment.objects.filter(batch=batch, role="substitute").count()
    assert substitutes == (1 if request.status == "filled" else 0)


def stored(campus, batch, ann):
    return CoverRequest.objects.create(institution=campus.institution, batch=batch, instructor=ann, **DAYS)


def test_without_the_lock_the_database_still_keeps_one(campus, batch, ann):
    outcomes = rush([partial(stored, campus, batch, ann) for _each in range(6)])
    assert len(won(outcomes)) == 1
    assert {type(outcome) for outcome in outcomes} == {CoverRequest, IntegrityError}


def test_control_without_the_constraint_there_are_several(campus, batch, ann):
    with without("allocation_coverrequest", constraints=["one_open_cover_request_on_one_day"]):
        assert len(won(rush([partial(stored, campus, batch, ann) for _each in range(6)]))) == 6
