"""Registers not taken are asked for once; old ones are locked by themselves."""

from datetime import time, timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.attendance.models import RegisterChase
from muster.attendance.rules import lock_register
from muster.attendance.rules.reminders import chase_registers, lock_old_registers
from muster.attendance.tests.test_marking import Class, session_of
from muster.batches.models import Batch
from muster.batches.rules import assign_instructor
from muster.core.models import AuditEntry
from muster.core.ownership import as_owner
from muster.enrollments.models import SeatPeriod
from muster.institutions.access import Actor
from muster.institutions.models import Institution
from muster.notifications.models import Notification
from muster.timetable.models import ClassSession
from tests.client import Api
from tests.make import Campus
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
PAGE, PATH = "/institution/attendance/not-taken", "/institution/attendance/not-taken"


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def room(campus):
    return ended(campus)


def ended(campus, days=1, **fields):
    """A batch whose session is over since some days."""
    today = campus.admin.today()
    room = Class(campus, 2, start_date=today - timedelta(days=30), end_date=today + timedelta(days=30))
    with as_owner():
        SeatPeriod.objects.filter(batch=room.batch).update(from_date=today - timedelta(days=30))
    ClassSession.objects.filter(pk=room.session.pk).delete()
    room.session = session_of(room.batch, today - timedelta(days=days), start_time=time(8), end_time=time(10), **fields)
    return room


def told(person):
    return list(Notification.objects.filter(user=person).values_list("kind", "title", "url"))


def chase(campus):
    return chase_registers(by=Actor.system(campus.institution))


def test_whoever_teaches_is_asked_once(room):
    day = room.session.date
    assert chase(room.campus) == 1
    words = f"Register not taken: {room.batch.code}, {day:%a} {day.day} {day:%b}, 08:00"
    url = f"/institution/attendance/sessions/{room.session.pk}"
    asked = [("register_not_taken", words, url)]
    assert [row for row in told(room.teacher) if row[0] == "register_not_taken"] == asked
    assert chase(room.campus) == 0
    assert [row for row in told(room.teacher) if row[0] == "register_not_taken"] == asked


def test_several_registers_make_one_notice(room):
    session_of(room.batch, room.session.date, start_time=time(11), end_time=time(12))
    assert chase(room.campus) == 2
    [notice] = [row for row in told(room.teacher) if row[0] == "register_not_taken"]
    assert notice == ("register_not_taken", "2 registers not taken", PAGE)


def test_the_substitute_of_the_day_is_asked_instead_of_the_lead(room):
    substitute = room.campus.instructor("Sipho")
    assign_instructor(
        by=room.campus.admin,
        batch=room.batch,
        instructor=substitute,
        role="substitute",
        from_date=room.session.date,
        until_date=room.session.date,
    )
    assert chase(room.campus) == 1
    assert "register_not_taken" not in [kind for kind, *_rest in told(room.teacher)]
    assert "register_not_taken" in [kind for kind, *_rest in told(substitute)]


@pytest.mark.parametrize("why", ["taken", "cancelled", "locked", "empty", "archived", "old", "upcoming"])
def test_nobody_is_asked_without_need(room, why):
    session = ClassSession.objects.filter(pk=room.session.pk)
    if why == "taken":
        room.mark()
    elif why == "cancelled":
        session.update(status="cancelled")
    elif why == "locked":
        session.update(is_locked=True, locked_at=room.campus.admin.now())
    elif why == "empty":
        with as_owner():
            SeatPeriod.objects.filter(batch=room.batch).update(until_date=room.session.date - timedelta(days=1))
    elif why == "archived":
        Batch.objects.filter(pk=room.batch.pk).update(archived_at=room.campus.admin.now())
    elif why == "old":
        session.update(date=room.session.date - timedelta(days=70))
    else:
        session.update(date=room.campus.admin.today() + timedelta(days=1))
    assert chase(room.campus) == 0
    assert not RegisterChase.objects.exists()
    assert Api(room.campus.token()).get(PATH).data == []


def test_the_day_ends_by_the_clock_of_the_branch(campus):
    """A session at the other end of the world ended long ago, or has not begun."""
    early, late = ended(campus, days=0), ended(campus, days=0)
    today = campus.admin.today()
    for room, zone, end in ((early, "Pacific/Kiritimati", time(0, 1)), (late, "Etc/GMT+12", time(23, 58))):
        branch = campus.branch(time_zone=zone)
        Batch.objects.filter(pk=room.batch.pk).update(branch=branch)
        ClassSession.objects.filter(pk=room.session.pk).update(date=today, start_time=time(0), end_time=end)
    shown = {row["session_id"] for row in Api(campus.token()).get(PATH).data}
    assert shown == {str(early.session.pk)}


def test_the_list_says_who_has_not_marked(room):
    other = ended(room.campus, days=3)
    chase(room.campus)
    words = words_of(Browser(room.campus).get(PAGE))
    assert f"{room.batch.name} {room.batch.code} Thandi Zulu 1 day" in words
    assert f"{other.batch.name} {other.batch.code} Thandi Zulu 3 days" in words
    own = words_of(Browser(room.campus, room.teacher).get(PAGE))
    assert room.batch.code in own
    assert other.batch.code not in own
    rows = Api(room.campus.token(room.teacher)).get(PATH).data
    assert [(row["session_id"], row["instructors"][0]["full_name"]) for row in rows] == [
        (str(room.session.pk), "Thandi Zulu")
    ]
    assert rows[0]["chased_at"] is not None
    room.mark()
    assert Api(room.campus.token(room.teacher)).get(PATH).data == []


def test_the_list_costs_the_same_at_one_row_and_at_many(campus):
    def cost():
        browser = Browser(campus)
        browser.get(PAGE)
        with CaptureQueriesContext(connection) as statements:
            assert browser.get(PAGE).status_code == 200
        return len(statements)

    ended(campus)
    few = cost()
    for _each in range(6):
        ended(campus)
    assert cost() == few <= 12


# --- locking by itself
def set_hours(campus, hours):
    Institution.objects.filter(pk=campus.institution.pk).update(register_lock_hours=hours)
    return partial(lock_old_registers, by=Actor.system(Institution.objects.get(pk=campus.institution.pk)))


def is_locked(room):
    return ClassSession.objects.get(pk=room.session.pk).is_locked


def test_old_registers_are_locked_after_the_hours_of_the_institution(campus):
    old, young, open_one = ended(campus, days=4), ended(campus, days=1), ended(campus, days=4)
    for room in (old, young):
        room.mark()
    assert set_hours(campus, None)() == 0
    assert set_hours(campus, 72)() == 1
    # What nobody took can still be taken.
    assert [is_locked(room) for room in (old, young, open_one)] == [True, False, False]
    assert "Register is locked" in old.mark(old.row(0, "ABSENT")).message
    assert set_hours(campus, 72)() == 0
    assert AuditEntry.objects.get(row_id=old.session.pk, after__is_locked=True).by_name == "Muster"


def test_archived_batches_are_left_alone(campus):
    room = ended(campus, days=4)
    room.mark()
    Batch.objects.update(archived_at=campus.admin.now())
    assert set_hours(campus, 1)() == 0
    assert not is_locked(room)


def test_what_an_administrator_unlocked_is_locked_again_only_after_the_hours(campus):
    room = ended(campus, days=4)
    room.mark()
    lock_register(by=campus.admin, session=room.session)
    room.api.put(f"/institution/class-sessions/{room.session.pk}/unlock", {"reason": "Wrong day"})
    assert set_hours(campus, 24)() == 0
    assert not is_locked(room)
