"""Access of regulators: decided by several at one moment, and revoked while somebody looks."""

from functools import partial

import pytest
from django.db import IntegrityError
from django.utils import timezone

from muster.core.database import violated_constraint
from muster.core.errors import Missing
from muster.oversight.models import AccessLook, AccessRequest
from muster.oversight.rules import grant_access, look_at_register, reject_access, revoke_access
from muster.oversight.tests.make import Inspected
from tests.races.rush import in_the_middle, refused, rush, trigger, without, won

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place():
    return Inspected()


@pytest.fixture
def session(place):
    return place.session(place.batch("ONE"), 5)


def test_granted_and_rejected_at_once_it_is_decided_once(place):
    asked, by = place.ask(), place.campus.admin
    calls = [
        partial(grant_access, by=by, request=asked, expires_at=place.later(5)),
        partial(reject_access, by=by, request=asked, note="No"),
    ]
    outcomes = rush(calls * 3)
    assert (len(won(outcomes)), {error.code for error in refused(outcomes)}) == (1, {"already_decided"}), outcomes


def written(asked, place):
    """Decided as no rule does: without a lock."""
    # Each says something else, and until the same moment: the same once more, or longer, the database lets pass.
    now, until = timezone.now(), place.later(5)
    rows = []
    for number, status in enumerate(("approved", "rejected") * 3):
        row = AccessRequest.objects.get(pk=asked.pk)
        row.status, row.decided_at, row.decision_note = status, now, f"As note {number} says"
        row.expires_at = until if status == "approved" else None
        rows.append(row.save)
    return rush(rows)


def test_without_the_lock_the_database_still_decides_once(place):
    outcomes = written(place.ask(), place)
    assert outcomes.count(None) == 1
    assert {violated_constraint(one) for one in outcomes if one is not None} == {"access_is_decided_once"}


def test_control_without_the_trigger_everybody_decides(place):
    asked = place.ask()
    with without("oversight_accessrequest", triggers=[trigger(AccessRequest, "access_is_decided_once")]):
        assert written(asked, place) == [None] * 6


def revoked_while_looking(place, session, look):
    """The revocation is written and not yet committed when somebody looks."""
    grant = place.grant()
    revoke = partial(revoke_access, by=place.campus.admin, request=grant, note="Over")
    return in_the_middle(revoke, partial(look, place, session, grant))


def by_the_rule(place, session, grant):
    return look_at_register(by=place.by, session_id=session.pk)


def without_the_rule(place, session, grant):
    return AccessLook.objects.create(
        institution=place.campus.institution,
        access=grant,
        looked_by=place.regulator,
        how="opened",
        session_id=session.pk,
        session_date=session.date,
    )


def test_whoever_looks_while_access_is_revoked_is_refused(place, session):
    revoked, looked = revoked_while_looking(place, session, by_the_rule)
    assert isinstance(revoked, AccessRequest)
    assert isinstance(looked, Missing)
    assert not AccessLook.objects.exists()


def test_without_the_rule_the_database_still_refuses(place, session):
    _revoked, looked = revoked_while_looking(place, session, without_the_rule)
    assert isinstance(looked, IntegrityError)
    assert violated_constraint(looked) == "look_is_within_its_grant"


def test_control_without_the_trigger_somebody_looks_after_all(place, session):
    with without("oversight_accesslook", triggers=[trigger(AccessLook, "look_is_within_its_grant")]):
        assert len(won(revoked_while_looking(place, session, by_the_rule))) == 2
