"""Nobody has come before the day, by the clock of the class; whoever announced an absence is excused."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from muster.attendance.errors import RegisterNotBegun, TooEarlyToMark
from muster.attendance.models import AttendanceRecord
from muster.attendance.queries import sessions_in_full
from muster.attendance.rules import MarkInput, announce_absence, lock_register, mark_learners, mark_register
from muster.attendance.rules.daily import mark_day
from muster.attendance.rules.reminders import hold_begun_sessions
from muster.attendance.tests.test_marking import Class
from muster.batches.errors import SessionHeld
from muster.batches.rules import change_session
from muster.core.ownership import as_owner
from muster.institutions.models import Institution
from muster.timetable.models import ClassSession
from tests.client import Api
from tests.make import Campus

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# No hour of the day has the same date in both.
EAST, WEST = "Pacific/Kiritimati", "Pacific/Honolulu"


@pytest.fixture
def room():
    """A class whose institution is a day ahead of its branch."""
    campus = Campus.found()
    Institution.objects.filter(pk=campus.institution.pk).update(time_zone=EAST)
    campus.institution.refresh_from_db()
    return Class(campus, 2, branch=campus.branch(time_zone=WEST))


def meet(room, days, **fields):
    """A session so many days from today, by the clock of the class."""
    session = ClassSession.objects.create(
        institution=room.batch.institution,
        meeting_id=room.batch.pk,
        date=room.batch.today() + days * DAY,
        is_edited=True,
        **fields,
    )
    return sessions_in_full(room.campus.admin).get(pk=session.pk)


def test_today_of_a_class_goes_by_its_own_clock(room):
    assert room.batch.today() < room.campus.admin.today()
    assert meet(room, 0).today() == room.batch.today()


@pytest.mark.parametrize("status", ["PRESENT", "ABSENT", "LATE"])
def test_nobody_has_come_before_the_day_whatever_the_day_elsewhere(room, status):
    admin, seat = room.campus.admin, room.enrollments[0]
    tomorrow = meet(room, 1)
    assert tomorrow.date <= admin.today()
    plans = [MarkInput(seat.pk, status)]
    for marking in (mark_learners, mark_register):
        with pytest.raises(TooEarlyToMark) as refused:
            marking(by=admin, session=tomorrow, marks=plans)
        assert [wrong.field for wrong in refused.value.errors] == ["records.0.status"]
    with pytest.raises(TooEarlyToMark):
        mark_day(by=admin, batch=room.batch, day=tomorrow.date, marks=plans)
    for session in (tomorrow, None):
        with pytest.raises(IntegrityError, match="Only EXCUSED"), transaction.atomic():
            AttendanceRecord.objects.create(
                institution=room.batch.institution,
                enrollment=seat,
                session=session,
                record_date=tomorrow.date,
                status=status,
                marked_at=timezone.now(),
            )
    mark_learners(by=admin, session=meet(room, 0), marks=plans)
    mark_day(by=admin, batch=room.batch, day=room.batch.today(), marks=plans)
    assert AttendanceRecord.objects.count() == 2


def test_an_excuse_may_come_before_the_day_and_keeps_the_session_where_it_is(room):
    admin = room.campus.admin
    tomorrow = meet(room, 1)
    mark_learners(by=admin, session=tomorrow, marks=[MarkInput(room.enrollments[0].pk, "EXCUSED")])
    mark_day(by=admin, batch=room.batch, day=tomorrow.date, marks=[MarkInput(room.enrollments[1].pk, "EXCUSED")])
    tomorrow.refresh_from_db()
    assert (tomorrow.status, tomorrow.is_edited) == ("scheduled", True)
    with pytest.raises(SessionHeld):
        change_session(by=admin, session=tomorrow, changes={"date": tomorrow.date + DAY})


def test_a_session_is_neither_held_nor_locked_before_it_begins(room):
    admin = room.campus.admin
    tomorrow = meet(room, 1, start_time="08:00", end_time="09:00")
    with pytest.raises(RegisterNotBegun):
        lock_register(by=admin, session=tomorrow)
    for change in ({"status": "held"}, {"is_locked": True, "locked_at": timezone.now()}):
        with pytest.raises(IntegrityError, match="before it begins"), transaction.atomic():
            ClassSession.objects.filter(pk=tomorrow.pk).update(**change)
    today = meet(room, 0)
    mark_register(by=admin, session=today, marks=[])
    assert lock_register(by=admin, session=today).is_locked


def test_what_was_marked_early_is_held_once_it_has_begun(room):
    admin = room.campus.admin
    session = meet(room, 1)
    mark_learners(by=admin, session=session, marks=[MarkInput(room.enrollments[0].pk, "EXCUSED")])
    assert hold_begun_sessions(by=admin) == 0
    # As if the day had passed.
    with as_owner():
        Institution.objects.filter(pk=room.campus.institution.pk).update(time_zone=EAST)
        room.batch.branch.time_zone = EAST
        room.batch.branch.save()
    assert (hold_begun_sessions(by=admin), hold_begun_sessions(by=admin)) == (1, 0)
    session.refresh_from_db()
    assert session.status == "held"


def test_whoever_announced_an_absence_is_excused_by_marking_everybody(room):
    admin, (away, there) = room.campus.admin, room.enrollments
    today = meet(room, 0)
    announce_absence(
        by=room.campus.actor(away.student), student=away.student, reason="Flu", first_date=today.date, session=today
    )
    api = Api(room.campus.token())
    register = f"/institution/class-sessions/{today.pk}"
    rows = [{"enrolment_id": str(seat.pk), "status": "PRESENT", "only_unmarked": True} for seat in (away, there)]
    reply = api.patch(f"{register}/records", {"records": rows})
    assert [row["status"] for row in reply.data["register"]] == ["EXCUSED", "PRESENT"]
    clear = [{"enrolment_id": str(seat.pk), "status": None} for seat in (away, there)]
    api.patch(f"{register}/records", {"records": clear})
    reply = api.post("/institution/attendance/mark", {"session_id": str(today.pk), "records": []})
    assert reply.data["filled"] == {"PRESENT": 1, "EXCUSED": 1}
    assert (reply.data["PRESENT"], reply.data["EXCUSED"]) == (1, 1)
    # Whoever came all the same is marked by name.
    mark_learners(by=admin, session=today, marks=[MarkInput(away.pk, "PRESENT")])
    assert set(AttendanceRecord.objects.values_list("status", flat=True)) == {"PRESENT"}


def test_late_is_proposed_once_the_minutes_of_the_institution_have_passed(room):
    room.campus.at_noon().let(late_after_minutes=10)
    room.batch.refresh_from_db()
    now = timezone.now().astimezone(room.batch.zone)
    begins = now - timedelta(minutes=30)
    session = meet(
        room, 0, start_time=begins.time().replace(microsecond=0), end_time=(now + timedelta(minutes=30)).time()
    )
    data = Api(room.campus.token()).get(f"/institution/class-sessions/{session.pk}").data
    assert data["proposed"] == {"status": "LATE", "minutes_late": 30}
    room.campus.let(late_after_minutes=60)
    data = Api(room.campus.token()).get(f"/institution/class-sessions/{session.pk}").data
    assert data["proposed"] == {"status": "PRESENT", "minutes_late": None}
