"""The daily view, and the form of one day."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.attendance.models import AttendanceRecord
from muster.attendance.tests.test_daily import DAY, mark
from muster.attendance.tests.test_marking import Class, session_of
from muster.core.ownership import as_owner
from muster.enrollments.models import SeatPeriod
from tests.make import Campus
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
DAILY, ONE = "/institution/attendance", "/institution/attendance/day"


@pytest.fixture
def room():
    room = Class(Campus.found(), 3)
    with as_owner():
        SeatPeriod.objects.filter(batch=room.batch).update(from_date="2025-01-01")
    return room


def form(room, *statuses, **beside):
    """What the form of a day sends."""
    sent = {"batch": str(room.batch.pk), "date": DAY, **beside}
    for enrollment, status in zip(room.enrollments, statuses, strict=False):
        sent[f"status-{enrollment.pk}"] = status
    return sent


def marks():
    records = AttendanceRecord.objects.order_by("enrollment__student__full_name")
    return list(records.values_list("status", "minutes_late", "notes"))


def test_records_stand_by_date_and_batch(room):
    mark(room, room.row(0, "ABSENT", notes="Ill"), room.row(1, "LATE", minutes_late=5))
    mark(room, room.row(0, "PRESENT"), day="2025-03-11")
    browser = Browser(room.campus)
    words = words_of(browser.get(DAILY))
    assert f"Learner 00 Tue 11 Mar 2025 {room.batch.name} Present" in words
    assert f"Learner 01 Mon 10 Mar 2025 {room.batch.name} Late, 5 min" in words
    narrowed = words_of(browser.get(f"{DAILY}?date=2025-03-10&batch={room.batch.pk}&mark=ABSENT"))
    assert "Ill" in narrowed
    assert "Learner 01" not in narrowed
    rows = b"".join(browser.get(f"{DAILY}?export=csv")).decode()
    assert f"Learner 00,2025-03-10,{room.batch.name},Absent,,Ill," in rows
    assert f"Learner 01,2025-03-10,{room.batch.name},Late,5,," in rows


def test_the_list_costs_the_same_at_one_row_and_at_many(room):
    def cost():
        browser = Browser(room.campus)
        browser.get(DAILY)
        with CaptureQueriesContext(connection) as statements:
            browser.get(DAILY)
        return len(statements)

    mark(room, room.row(0, "ABSENT"))
    few = cost()
    for day in range(11, 20):
        mark(room, *(room.row(n, "PRESENT") for n in range(3)), day=f"2025-03-{day}")
    assert cost() == few <= 12


def test_a_day_on_which_the_class_meets_leads_to_its_register(room):
    browser = Browser(room.campus, room.teacher)
    address = f"/institution/attendance/sessions/{room.session.pk}"
    on = {"batch": str(room.batch.pk), "date": room.session.date.isoformat()}
    assert address in browser.get(ONE, on).content.decode()
    assert address not in browser.get(ONE, {"batch": str(room.batch.pk), "date": DAY}).content.decode()


def test_a_day_is_marked_by_its_form(room):
    browser = Browser(room.campus, room.teacher)
    shown = browser.get(ONE, {"batch": str(room.batch.pk), "date": DAY})
    assert "0 of 3 students marked" in words_of(shown)
    late = {f"minutes-{room.enrollments[1].pk}": "7", f"notes-{room.enrollments[1].pk}": "Bus"}
    assert browser.post(ONE, form(room, "ABSENT", "LATE", "", **late)).status_code == 302
    assert marks() == [("ABSENT", None, ""), ("LATE", 7, "Bus")]
    assert browser.post(ONE, form(room, "ABSENT", "LATE", "", rest="PRESENT", **late)).status_code == 302
    assert marks() == [("ABSENT", None, ""), ("LATE", 7, "Bus"), ("PRESENT", None, "")]
    browser.post(ONE, form(room, "", "", ""))
    assert [status for status, _minutes, _notes in marks()] == [None, None, None]


def test_what_was_typed_stays_when_it_is_refused(room):
    late = {f"minutes-{room.enrollments[0].pk}": "9999", f"notes-{room.enrollments[1].pk}": "Kept"}
    refused = Browser(room.campus).post(ONE, form(room, "LATE", "ABSENT", "HERE", **late))
    assert refused.status_code == 400
    words = words_of(refused)
    assert "Learner 00 Enter 0 to 1440 minutes." in words
    assert "Choose one of these statuses:" in words
    assert 'value="9999"' in refused.content.decode()
    assert 'value="Kept"' in refused.content.decode()
    assert not AttendanceRecord.objects.exists()


@pytest.mark.parametrize(
    "sent", [{"batch": "x", "date": DAY}, {"date": DAY}, {"batch": "", "date": "x"}, {"batch": "\0", "date": "\0"}]
)
def test_a_day_that_is_none_is_asked_for_anew(room, sent):
    assert Browser(room.campus).get(ONE, sent).status_code == 400
    assert Browser(room.campus).post(ONE, sent).status_code == 400


def test_an_administrator_is_led_to_the_import_of_a_register(room):
    browser = Browser(room.campus)
    address = "/settings/imports/?kind=register"
    assert f'href="{address}"' in browser.get(DAILY).content.decode()
    assert '<option value="register" selected>' in browser.get(address).content.decode()


def test_who_names_no_day_is_asked_for_one_and_not_refused(room):
    asked = Browser(room.campus).get(ONE)
    assert asked.status_code == 200
    assert "Fix 1 field" not in words_of(asked)
    assert f'value="{room.campus.admin.today():%Y-%m-%d}"' in asked.content.decode()


def test_a_day_to_come_is_refused_in_words(room):
    refused = Browser(room.campus).post(ONE, form(room, "ABSENT", date="2999-01-01"))
    assert "Choose a day up to a year ahead." in words_of(refused)
    tomorrow = room.batch.today() + timedelta(days=1)
    refused = Browser(room.campus).post(ONE, form(room, "ABSENT", date=tomorrow.isoformat()))
    assert "hasn't come yet. Only Excused can be marked before the day." in words_of(refused)


def test_the_list_says_which_marks_do_not_count_and_why(room):
    mark(room, room.row(0, "ABSENT"))
    room.session = session_of(room.batch, date.fromisoformat(DAY))
    room.mark()
    mark(room, room.row(0, "ABSENT"), day="2018-12-31")
    words = words_of(Browser(room.campus).get(DAILY))
    assert "No, marked in a session that day" in words
    assert "No, outside the batch's dates" in words
    day = Browser(room.campus).get(ONE, {"batch": str(room.batch.pk), "date": "2018-12-31"})
    assert "This day is outside the batch's dates" in words_of(day)


def test_students_see_their_own_records_and_mark_nothing(room):
    mark(room, room.row(0, "ABSENT"), room.row(1, "PRESENT"))
    browser = Browser(room.campus, room.enrollments[0].student)
    words = words_of(browser.get(DAILY))
    assert "Learner 00" in words
    assert "Learner 01" not in words
    assert "Mark attendance for a day" not in words
    assert browser.get(ONE).status_code == 403
    stranger = Browser(room.campus, room.campus.instructor())
    assert "Learner" not in words_of(stranger.get(DAILY))
    assert stranger.post(ONE, form(room, "ABSENT")).status_code == 400
