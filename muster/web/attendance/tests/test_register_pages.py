"""The register as a page: what it shows, the plain form, locking, and what browsers keep of it."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.formats import date_format

from muster.attendance.models import AttendanceRecord, MarkEntry
from muster.attendance.tests.test_marking import Class, session_of
from muster.batches.rules import archive_batch, cancel_session, share_meeting
from muster.notifications.models import Notification
from tests.make import NOBODY, Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
OFFLINE = "/institution/attendance/offline/"


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def room(campus):
    return Class(campus, 4)


def path_of(room):
    return f"/institution/attendance/sessions/{room.session.pk}"


def form_of(page):
    """What the plain form holds as it was drawn."""
    text = page.content.decode()
    was = json.loads(re.search(r'name="was" value="([^"]*)"', text)[1].replace("&quot;", '"'))
    fields = {"was": json.dumps(was)}
    for key, (status, minutes, notes) in was.items():
        fields |= {
            f"mark.{key}": status,
            f"minutes.{key}": "" if minutes is None else str(minutes),
            f"note.{key}": notes,
        }
    return fields


def test_the_page_shows_class_marks_and_totals(room):
    room.patch(room.row(0, "ABSENT", notes="Taxi strike"), room.row(1, "LATE", minutes_late=12))
    page = Browser(room.campus, room.teacher).get(path_of(room))
    text = page.content.decode()
    words = words_of(page)
    assert page.status_code == 200
    assert [word in words for word in ("Taxi strike", "Mark remaining 2 present", "Learner 03")] == [True] * 3
    assert text.count('class="learner"') == 4
    assert 'value="12"' in text
    assert re.findall(r'data-total="(.?)">(\d+)', text) == [("P", "0"), ("A", "1"), ("L", "1"), ("E", "0"), ("", "2")]


def test_the_page_costs_the_same_at_one_learner_and_at_many(campus):
    def cost(room):
        browser = Browser(campus, room.teacher)
        browser.get(path_of(room))
        with CaptureQueriesContext(connection) as statements:
            assert browser.get(path_of(room)).status_code == 200
        return len(statements)

    small, large = Class(campus, 1), Class(campus, 40)
    large.mark()
    for _number in range(30):
        session_of(large.batch)
    assert cost(small) == cost(large) <= 12


def test_a_shared_meeting_shows_its_learners_by_batch(campus):
    one, two = Class(campus, 2), Class(campus, 3)
    meeting = share_meeting(
        by=campus.admin, name="Both", batches=[one.batch, two.batch], slots=[slot(2, "08:00", "10:00")]
    )
    one.session = session_of(one.batch, meeting=meeting)
    page = Browser(campus).get(path_of(one)).content.decode()
    assert page.count('class="reg-group"') == 2
    assert page.count('class="learner"') == 5
    assert re.findall(r'data-no="(\d)"', page) == ["1", "2", "3", "4", "5"]


def test_the_plain_form_sends_what_was_changed_in_it(room):
    browser = Browser(room.campus, room.teacher)
    form = form_of(browser.get(path_of(room)))
    first, second, third, fourth = (str(one.pk) for one in room.enrollments)
    # Meanwhile somebody else marks the third.
    room.patch(room.row(2, "EXCUSED"))
    form |= {
        f"mark.{first}": "ABSENT",
        f"note.{first}": " Called in ",
        f"mark.{second}": "LATE",
        f"minutes.{second}": "7",
    }
    answer = browser.post(path_of(room), form)
    assert (answer.status_code, answer["Location"]) == (302, path_of(room))
    assert room.marks() == ["ABSENT", "LATE", "EXCUSED", None]
    absent = AttendanceRecord.objects.get(enrollment=first)
    assert (absent.notes, absent.marked_by) == ("Called in", room.teacher)
    assert AttendanceRecord.objects.get(enrollment=second).minutes_late == 7
    # All the rest, from a page that knew of nobody: what stands is left.
    browser.post(path_of(room), {**form, "was": "{}", f"mark.{third}": "", "do": "all"})
    assert room.marks()[3] == "PRESENT"
    form = form_of(browser.get(path_of(room)))
    browser.post(path_of(room), {**form, f"mark.{fourth}": ""})
    assert room.marks()[3] is None


def test_the_rest_is_marked_and_nobody_else(room):
    browser = Browser(room.campus, room.teacher)
    form = form_of(browser.get(path_of(room)))
    room.patch(room.row(2, "EXCUSED"))
    browser.post(path_of(room), {**form, "do": "all"})
    assert room.marks() == ["PRESENT", "PRESENT", "EXCUSED", "PRESENT"]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("mark", "GONE", "Choose one of these statuses:"),
        ("mark", "PRESENT" * 50, "Choose one of these statuses:"),
        ("mark", "\x00", "Choose one of these statuses:"),
        ("minutes", "-1", "0 to 1440"),
        ("minutes", "1441", "0 to 1440"),
        ("minutes", "9" * 400, "0 to 1440"),
        ("minutes", "soon", "0 to 1440"),
        ("minutes", "²", "0 to 1440"),
        ("note", "x" * 501, "Keep the note to 500 characters or fewer."),
    ],
)
def test_what_cannot_be_taken_is_said(room, field, value, sentence):
    browser = Browser(room.campus, room.teacher)
    form = form_of(browser.get(path_of(room)))
    key = room.enrollments[0].pk
    answer = browser.post(path_of(room), {**form, f"mark.{key}": "LATE", f"{field}.{key}": value})
    assert answer.status_code == 400
    assert sentence in words_of(answer)
    assert not MarkEntry.objects.exists()


@pytest.mark.parametrize("was", ["", "[]", "null", "{", "7", '{"x": 1}'])
def test_a_broken_memory_of_the_form_does_no_harm(room, was):
    browser = Browser(room.campus, room.teacher)
    form = form_of(browser.get(path_of(room)))
    key = room.enrollments[0].pk
    assert browser.post(path_of(room), {**form, "was": was, f"mark.{key}": "ABSENT"}).status_code == 302
    assert room.marks()[0] == "ABSENT"


def test_nul_in_a_note_is_refused(room):
    browser = Browser(room.campus, room.teacher)
    form = form_of(browser.get(path_of(room)))
    key = room.enrollments[0].pk
    answer = browser.post(path_of(room), {**form, f"mark.{key}": "ABSENT", f"note.{key}": "a\x00b"})
    assert answer.status_code == 400
    assert room.marks()[0] is None


def test_a_locked_register_is_words_and_says_who(room):
    room.mark(room.row(0, "LATE", minutes_late=4))
    browser = Browser(room.campus, room.teacher)
    words = words_of(browser.get(f"{path_of(room)}/lock/"))
    assert "4 marks can no longer be changed." in words
    assert browser.post(f"{path_of(room)}/lock/").status_code == 302
    page = browser.get(path_of(room))
    words = words_of(page)
    assert "Locked by Thandi Zulu" in words
    assert "Late, 4 min" in words
    assert 'name="mark.' not in page.content.decode()
    form = {f"mark.{room.enrollments[0].pk}": "ABSENT", "was": "{}"}
    answer = browser.post(path_of(room), form)
    assert (answer.status_code, room.marks()[0]) == (400, "LATE")
    assert "Register is locked" in words_of(answer)


def test_locking_says_who_is_left_out(room):
    room.patch(room.row(0, "ABSENT", notes="Ill"))
    words = words_of(Browser(room.campus, room.teacher).get(f"{path_of(room)}/lock/"))
    assert "1 mark and 1 note can no longer be changed." in words
    assert "3 students aren't marked" in words


def test_an_administrator_unlocks_with_a_reason(room):
    browser = Browser(room.campus)
    browser.post(f"{path_of(room)}/lock/")
    assert browser.post(f"{path_of(room)}/unlock/", {"reason": " "}).status_code == 400
    assert browser.post(f"{path_of(room)}/unlock/", {"reason": "x" * 301}).status_code == 400
    assert browser.post(f"{path_of(room)}/unlock/", {"reason": "a\x00"}).status_code == 400
    assert browser.post(f"{path_of(room)}/unlock/", {"reason": "Wrong class"}).status_code == 302
    room.session.refresh_from_db()
    assert not room.session.is_locked


def test_an_instructor_asks_the_administrators_to_unlock(room):
    browser = Browser(room.campus, room.teacher)
    assert browser.post(f"{path_of(room)}/ask-to-unlock/", {"reason": "Too soon"}).status_code == 400
    browser.post(f"{path_of(room)}/lock/")
    assert "Request unlock" in words_of(browser.get(path_of(room)))
    assert room.campus.admin.user.full_name in words_of(browser.get(f"{path_of(room)}/ask-to-unlock/"))
    assert browser.post(f"{path_of(room)}/ask-to-unlock/", {"reason": ""}).status_code == 400
    assert browser.post(f"{path_of(room)}/ask-to-unlock/", {"reason": "Row 3 was late"}).status_code == 302
    [told] = Notification.objects.filter(kind="unlock_asked")
    assert (told.user, told.text) == (room.campus.admin.user, "Row 3 was late")
    assert told.url == "/requests/"


def test_a_cancelled_session_and_an_archived_batch_are_only_read(campus):
    cancelled = Class(campus, 2)
    cancelled.session = session_of(cancelled.batch, status="cancelled", cancel_reason="Storm")
    page = Browser(campus).get(path_of(cancelled))
    assert "This session was cancelled. Storm" in words_of(page)
    assert 'name="mark.' not in page.content.decode()
    archived = Class(campus, 2)
    archive_batch(by=campus.admin, batch=archived.batch)
    page = Browser(campus).get(path_of(archived))
    assert "This batch is archived" in words_of(page)
    assert 'name="mark.' not in page.content.decode()


def test_a_session_to_come_says_so_and_can_be_moved_from_its_register(room):
    browser = Browser(room.campus, room.teacher)
    past, room.session = room.session, session_of(room.batch, room.batch.today() + timedelta(days=2))
    page = browser.get(path_of(room))
    assert "Until then you can only mark students as excused." in words_of(page)
    assert date_format(room.session.date, "D j M") in words_of(page)
    assert f"/sessions/{room.session.pk}/change/" in page.content.decode()
    assert f"/sessions/{room.session.pk}/lock/" not in page.content.decode()
    room.session = past
    room.mark()
    assert "/change/" not in browser.get(path_of(room)).content.decode()
    assert "Until then" not in words_of(browser.get(path_of(room)))


def test_a_cancelled_session_can_be_held_after_all_from_its_register(room):
    cancel_session(by=room.campus.admin, session=room.session)
    text = Browser(room.campus, room.teacher).get(path_of(room)).content.decode()
    assert f"/sessions/{room.session.pk}/restore/" in text
    assert '<p class="save" hidden' in text


def test_a_learner_is_led_to_their_own_attendance(room):
    student = room.enrollments[0].student
    answer = Browser(room.campus, student).get(path_of(room))
    assert (answer.status_code, answer["Location"]) == (302, "/attendance/mine/")


def test_unknown_registers_are_missing(room):
    for wrong in (NOBODY, "x", "%00"):
        assert Browser(room.campus).get(f"/institution/attendance/sessions/{wrong}").status_code == 404


def test_nobody_on_the_register_is_said(campus):
    room = Class(campus, 0)
    assert "No one is on this register yet" in words_of(Browser(campus).get(path_of(room)))


# --- the time without a connection ---------------------------------------------------------------------------------


def test_only_pages_of_registers_may_be_kept_and_for_one_person_alone(room):
    browser = Browser(room.campus, room.teacher)
    owner = f"{room.teacher.pk}.{room.campus.institution.pk}"
    assert browser.get(path_of(room))["Muster-Keep"] == owner
    assert browser.get(OFFLINE)["Muster-Keep"] == owner
    for path in ("/", "/batches/", f"{path_of(room)}/lock/"):
        assert "Muster-Keep" not in browser.get(path).headers
    assert "no-store" in browser.get(path_of(room))["Cache-Control"]


def test_a_browser_may_ask_who_is_signed_in(room):
    assert Client().get(f"{OFFLINE}me/").json() == {"owner": ""}
    room.session = session_of(room.batch, room.campus.admin.today())
    session_of(room.batch, room.campus.admin.today(), status="cancelled")
    told = Browser(room.campus, room.teacher).get(f"{OFFLINE}me/").json()
    assert told["owner"] == f"{room.teacher.pk}.{room.campus.institution.pk}"
    assert told["registers"] == [path_of(room)]
    assert len(told["token"]) == 64
    # Who runs the institution would keep all of it.
    assert Browser(room.campus).get(f"{OFFLINE}me/").json()["registers"] == []


def test_the_worker_changes_with_the_build(monkeypatch):
    before = Client().get("/register-worker.js")
    assert before["Content-Type"] == "text/javascript; charset=utf-8"
    assert "no-cache" in before["Cache-Control"]
    assert "worker-src 'self'" in before["Content-Security-Policy"]
    monkeypatch.setattr("muster.web.attendance.offline.static_build", lambda: "another")
    assert Client().get("/register-worker.js").content != before.content


def test_only_those_who_mark_have_the_tray(room):
    student = room.enrollments[0].student
    assert "data-tray" in Browser(room.campus, room.teacher).get("/").content.decode()
    assert "data-tray" not in Browser(room.campus, student).get("/").content.decode()
