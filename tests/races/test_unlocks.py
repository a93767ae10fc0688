"""One request to unlock a register, several administrators, one moment."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError
from django.utils import timezone

from muster.attendance.models import UnlockRequest
from muster.attendance.rules import ask_to_unlock, decide_unlock, unlock_register
from muster.core.models import AuditEntry
from muster.notifications.models import Notification
from muster.timetable.models import ClassSession
from tests.make import Campus
from tests.races.rush import refused, rush, without, won

pytestmark = pytest.mark.django_db(transaction=True)
ONCE = next(one for one in UnlockRequest._meta.triggers if one.name == "unlock_is_decided_once").get_pgid(UnlockRequest)


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def teacher(campus):
    return campus.instructor()


@pytest.fixture
def session(campus, teacher):
    day = campus.admin.today() - timedelta(days=2)
    batch = campus.batch(lead=teacher, start_date=day, end_date=day + timedelta(days=90))
    about = {"is_edited": True, "status": "held", "is_locked": True, "locked_at": timezone.now()}
    return ClassSession.objects.create(institution=campus.institution, meeting_id=batch.pk, date=day, **about)


@pytest.fixture
def asked(campus, teacher, session):
    return ask_to_unlock(by=campus.actor(teacher), session=session, reason="Row 3 was late")


def deciding(campus, asked, approve):
    return partial(decide_unlock, by=campus.admin, request=asked, approve=approve, reason="As the note says")


def unlocked(session):
    """How often the history has the register unlocked."""
    return AuditEntry.objects.filter(row_id=session.pk, after__is_locked=False, before__isnull=False).count()


def test_approved_and_rejected_at_once_it_is_decided_once(campus, teacher, session, asked):
    outcomes = rush([deciding(campus, asked, approve) for approve in (True, False) * 3])
    assert (len(won(outcomes)), {error.code for error in refused(outcomes)}) == (1, {"already_decided"}), outcomes
    asked.refresh_from_db()
    session.refresh_from_db()
    # What the request says and how the register stands agree.
    assert (asked.status == "approved") == (not session.is_locked)
    assert Notification.objects.filter(user=teacher, kind="unlock_decided").count() == 1


def test_of_two_approvals_one_unlocks(campus, session, asked):
    outcomes = rush([deciding(campus, asked, True) for _each in range(6)])
    assert (len(won(outcomes)), {error.code for error in refused(outcomes)}) == (1, {"already_decided"}), outcomes
    assert unlocked(session) == 1


def test_unlocked_by_hand_and_rejected_at_once_the_answer_is_one(campus, session, asked):
    calls = [
        partial(unlock_register, by=campus.admin, session=session, reason="By hand"),
        deciding(campus, asked, False),
    ]
    outcomes = rush(calls)
    asked.refresh_from_db()
    session.refresh_from_db()
    assert not session.is_locked
    assert asked.status == ("rejected" if len(won(outcomes)) == 2 else "approved")


def write(pk, status):
    """Decide as no rule does: without a lock."""
    row = UnlockRequest.objects.get(pk=pk)
    row.status, row.decided_at, row.decision_reason = status, timezone.now(), "As the note says"
    return row


def test_without_the_lock_the_database_still_decides_once(asked):
    rows = [write(asked.pk, status) for status in ("approved", "rejected") * 3]
    outcomes = rush([row.save for row in rows])
    assert outcomes.count(None) == 1
    assert {type(outcome) for outcome in outcomes if outcome is not None} == {IntegrityError}


def test_control_without_the_trigger_everybody_decides(asked):
    rows = [write(asked.pk, status) for status in ("approved", "rejected") * 3]
    with without("attendance_unlockrequest", triggers=[ONCE]):
        assert rush([row.save for row in rows]) == [None] * 6
