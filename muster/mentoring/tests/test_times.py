"""Another time for a session, as its student asks and its mentor decides; and calls that were held unscheduled."""

from datetime import datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from muster.core.errors import Forbidden, Invalid
from muster.mentoring import rules
from muster.mentoring.errors import AlreadyAskedForTime, BusyThen, NoLongerPlanned, TimeRequestDecided
from muster.mentoring.models import MentoringSession, MentoringTimeRequest
from muster.mentoring.queries import time_requests_of, waiting_time_requests
from muster.mentoring.tests.test_sessions import NOON, ada, begun, campus, meet, mentor  # noqa: F401
from muster.notifications.models import Notification
from tests.make import slot

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=2)


@pytest.fixture
def ask(campus, ada):  # noqa: F811
    def ask_for(row, starts_at=LATER, note=""):
        return rules.ask_for_another_time(by=campus.actor(ada), session=row, starts_at=starts_at, note=note)

    return ask_for


def told():
    return list(Notification.objects.filter(kind="mentoring_time").values_list("user__full_name", "title"))


def test_the_mentor_accepts_another_time_and_the_session_moves(campus, mentor, ada, meet, ask):  # noqa: F811
    [row] = meet()
    asked = ask(row, note="I work at noon.")
    assert told() == [("Thandi Nkosi", "Ada Byron requests another time")]
    assert list(waiting_time_requests(campus.actor(mentor))) == [asked]
    assert list(waiting_time_requests(campus.admin)) == []
    moved = rules.accept_time_request(by=campus.actor(mentor), request=asked)
    assert (moved.session.date, moved.session.start_time) == (LATER.date(), LATER.time())
    asked.refresh_from_db()
    assert (asked.status, asked.decided_by) == ("accepted", mentor)
    with pytest.raises(TimeRequestDecided):
        rules.decline_time_request(by=campus.actor(mentor), request=asked)


def test_the_mentor_declines_and_the_student_reads_why(campus, mentor, ada, meet, ask):  # noqa: F811
    [row] = meet()
    asked = ask(row)
    rules.decline_time_request(by=campus.actor(mentor), request=asked, note="I teach then.")
    assert told()[0] == ("Ada Byron", "Mentoring with Thandi Nkosi stays on Tue 12 Mar, 12:30 to 13:00")
    row.session.refresh_from_db()
    assert row.session.start_time == NOON.time()
    # Asking again is possible, and taken back as often as one likes.
    again = ask(row)
    assert rules.withdraw_time_request(by=campus.actor(ada), request=again).status == "withdrawn"
    assert rules.withdraw_time_request(by=campus.actor(ada), request=again).status == "withdrawn"


def test_what_cannot_be_asked_for_is_refused(campus, mentor, ada, meet, ask):  # noqa: F811
    [row] = meet()
    batch = campus.batch(name="Web basics", lead=mentor, slots=[slot(2, "14:00", "15:00")])
    with pytest.raises(BusyThen, match="Thandi Nkosi is busy on 12 March 2030: another session") as refusal:
        ask(row)
    assert batch.name not in refusal.value.message
    for starts_at, words in ((NOON, "meet at this time already"), (NOON.replace(year=2020), "in the future")):
        with pytest.raises(Invalid, match=words):
            ask(row, starts_at)
    with pytest.raises(Forbidden):
        rules.ask_for_another_time(by=campus.actor(mentor), session=row, starts_at=NOON.replace(hour=9))
    ask(row, NOON.replace(hour=9))
    with pytest.raises(AlreadyAskedForTime):
        ask(row, NOON.replace(hour=10))
    rules.cancel_sessions(by=campus.admin, session=row)
    with pytest.raises(NoLongerPlanned):
        ask(row, NOON.replace(hour=10))


def test_a_request_falls_away_with_what_it_was_about(campus, mentor, ada, meet, ask):  # noqa: F811
    first, second, third = (meet(NOON + timedelta(days=days))[0] for days in (0, 1, 2))
    asked = [ask(one, LATER + timedelta(days=7 + place)) for place, one in enumerate((first, second, third))]
    rules.move_session(by=campus.admin, session=first, starts_at=NOON.replace(hour=9))
    rules.cancel_sessions(by=campus.admin, session=second)
    begun(third)
    assert list(waiting_time_requests(campus.actor(mentor))) == []
    assert time_requests_of(campus.actor(ada), ada) == {}
    assert [MentoringTimeRequest.objects.get(pk=one.pk).status for one in asked[:2]] == ["withdrawn"] * 2
    rules.write_up_session(by=campus.actor(mentor), session=third, changes={"outcome": "held"})
    with pytest.raises(NoLongerPlanned):
        rules.accept_time_request(by=campus.actor(mentor), request=asked[2])


def test_the_database_decides_a_request_once_and_keeps_what_was_asked(meet, ask):  # noqa: F811
    [row] = meet()
    asked = MentoringTimeRequest.objects.filter(pk=ask(row).pk)
    for change in ({"note": "Other"}, {"start_time": time(9)}):
        with pytest.raises(IntegrityError, match="decided once"), transaction.atomic():
            asked.update(**change)
    asked.update(status="declined", decided_at=timezone.now())
    with pytest.raises(IntegrityError, match="decided once"), transaction.atomic():
        asked.update(status="accepted")


def test_a_call_is_logged_as_held_with_its_minutes_and_summary(campus, mentor, ada, meet):  # noqa: F811
    meet()
    now = timezone.now()
    # A call ends on the day on which it begins.
    noon = datetime.combine(now.date() - timedelta(days=2), time(12))
    given = {"student": ada, "starts_at": noon, "minutes": 12, "summary": "Loops again."}
    row = rules.log_call(by=campus.actor(mentor), **given)
    kept = MentoringSession.objects.get(pk=row.pk)
    assert (kept.status, kept.minutes, kept.channel, kept.summary) == ("held", 12, "phone", "Loops again.")
    assert kept.session.begins_at <= now


def test_what_was_no_call_is_refused_by_field(campus, mentor, ada):  # noqa: F811
    now = timezone.now()
    with pytest.raises(Forbidden):
        rules.log_call(by=campus.admin, student=ada, starts_at=now - timedelta(hours=1), minutes=15)
    by = campus.actor(mentor)
    for starts_at, minutes, fields in (
        (datetime.combine(now.date() + timedelta(days=1), time(23)), 15, ["starts_at"]),
        (datetime.combine(now.date() - timedelta(days=9), time(12)), 15, ["starts_at"]),
        (datetime.combine(now.date() - timedelta(days=1), time(9)), 1, ["minutes"]),
    ):
        with pytest.raises(Invalid) as refusal:
            rules.log_call(by=by, student=ada, starts_at=starts_at, minutes=minutes)
        assert [one.field for one in refusal.value.errors] == fields
    with pytest.raises(Invalid) as refusal:
        rules.log_call(by=by, student=ada, starts_at=now - timedelta(days=1), minutes=15, channel="pigeon")
    assert [one.field for one in refusal.value.errors] == ["channel"]
