"""The one inbox: what awaits a decision stands there, is counted in the navigation, and is decided in place."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from muster.allocation.models import CoverRequest
from muster.allocation.rules import ask_for_cover
from muster.attendance.models import RegisterChase, UnlockRequest
from muster.attendance.rules import lock_register
from muster.attendance.rules.reminders import chase_registers
from muster.attendance.tests.test_marking import Class
from muster.attendance.tests.test_reminders import ended
from muster.institutions.access import Actor
from muster.notifications.models import Notification
from muster.web.home.header_counts import unread_and_waiting
from muster.web.home.words import asked_at
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus() -> Campus:
    return Campus.found(time_zone="UTC")


@pytest.fixture
def room(campus: Campus) -> Class:
    room = Class(campus, 2)
    lock_register(by=campus.actor(room.teacher), session=room.session)
    return room


def asked_to_unlock(room: Class) -> UnlockRequest:
    path = f"/institution/attendance/sessions/{room.session.pk}/ask-to-unlock/"
    assert Browser(room.campus, room.teacher).post(path, {"reason": "Row 3 was late"}).status_code == 302
    return UnlockRequest.objects.get()


def cover(campus: Campus, **rest: Any) -> CoverRequest:
    ann = campus.instructor("Ann Away")
    batch = campus.batch(name="Data", lead=ann, slots=[slot(1, "08:00", "10:00")])
    days = {"first_date": batch.start_date, "last_date": batch.start_date + timedelta(days=13)}
    return ask_for_cover(by=campus.actor(ann), batch=batch, instructor=ann, **days, **rest)


def in_the_navigation(browser: Browser) -> str:
    """The number beside Requests, or nothing."""
    entry = re.search(r'href="/requests/"[^>]*>(.*?)</a>', browser.get("/me/").content.decode(), re.DOTALL)
    assert entry
    count = re.search(r'class="count">(\d+)', entry[1])
    return count[1] if count else ""


def test_an_unlock_is_asked_for_counted_and_decided_in_place(room: Class) -> None:
    admin, teacher = Browser(room.campus), Browser(room.campus, room.teacher)
    assert in_the_navigation(admin) == ""
    asked = asked_to_unlock(room)
    assert in_the_navigation(admin) == "1"
    inbox = words_of(admin.get("/requests/"))
    clock = f"Asked {timezone.now():%H:%M}"
    said = ("Registers to unlock", "Row 3 was late", room.teacher.full_name, clock)
    assert [word in inbox for word in said] == [True] * 4
    # Whoever asked sees that and when, on the register and among their own.
    assert [
        clock in words_of(teacher.get(path))
        for path in (f"/institution/attendance/sessions/{room.session.pk}", "/requests/")
    ] == [True, True]
    path = f"/unlock-requests/{asked.pk}/"
    assert admin.post(path, {"decision": "reject", "reason": ""}).status_code == 400
    done = admin.post(path, {"decision": "approve", "reason": "Seen the paper"})
    assert done["Location"] == "/requests/"
    room.session.refresh_from_db()
    asked.refresh_from_db()
    assert (room.session.is_locked, asked.status, asked.decision_reason) == (False, "approved", "Seen the paper")
    assert in_the_navigation(admin) == ""
    own = words_of(teacher.get("/requests/"))
    assert "Seen the paper" in own
    assert Notification.objects.filter(user=room.teacher, kind="unlock_decided", text="Seen the paper").count() == 1
    assert admin.post(path, {"decision": "approve", "reason": "Again"}).status_code == 400


def test_when_somebody_asked_is_told_by_the_readers_clock() -> None:
    now = datetime(2031, 2, 3, 9, 0, tzinfo=ZoneInfo("Africa/Johannesburg"))
    assert asked_at(datetime(2031, 2, 3, 6, 3, tzinfo=UTC), now) == "Asked 08:03"
    assert asked_at(datetime(2031, 2, 1, 23, 3, tzinfo=UTC), now) == "Asked yesterday, 01:03"


def test_a_rejected_unlock_leaves_the_register_locked(room: Class) -> None:
    asked = asked_to_unlock(room)
    Browser(room.campus).post(f"/unlock-requests/{asked.pk}/", {"decision": "reject", "reason": "Marks are right"})
    room.session.refresh_from_db()
    asked.refresh_from_db()
    assert (room.session.is_locked, asked.status) == (True, "rejected")
    assert "Marks are right" in words_of(Browser(room.campus, room.teacher).get("/requests/"))


def test_unlocking_by_hand_answers_who_asked(room: Class) -> None:
    asked = asked_to_unlock(room)
    Browser(room.campus).post(f"/institution/attendance/sessions/{room.session.pk}/unlock/", {"reason": "Wrong class"})
    asked.refresh_from_db()
    assert (asked.status, asked.decision_reason) == ("approved", "Wrong class")


def test_an_unlock_is_asked_for_once(room: Class) -> None:
    asked_to_unlock(room)
    path = f"/institution/attendance/sessions/{room.session.pk}/ask-to-unlock/"
    again = Browser(room.campus, room.teacher).post(path, {"reason": "Hurry"})
    assert (again.status_code, "already asked" in words_of(again)) == (400, True)
    with pytest.raises(IntegrityError), transaction.atomic():
        UnlockRequest.objects.create(institution=room.campus.institution, session=room.session, reason="Hurry")


def test_the_database_keeps_what_was_asked_and_decided(room: Class) -> None:
    asked = asked_to_unlock(room)
    rows = UnlockRequest.objects.filter(pk=asked.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(reason="Something else")
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(status="approved", decided_at=timezone.now())


def test_cover_stands_in_the_inbox_of_who_settles_and_of_who_is_asked(campus: Campus) -> None:
    bea = campus.instructor("Bea Free")
    one = cover(campus, asked=bea, note="Jury duty")
    admin, colleague, asker = Browser(campus), Browser(campus, bea), Browser(campus, one.instructor)
    assert [in_the_navigation(browser) for browser in (admin, colleague, asker)] == ["1", "1", ""]
    assert "Can you cover Data for Ann Away?" in words_of(colleague.get("/requests/"))
    answered = colleague.post(f"/cover/{one.pk}/answer/", {"can": "yes", "next": "/requests/"})
    assert answered["Location"] == "/requests/"
    assert in_the_navigation(colleague) == ""
    inbox = words_of(admin.get("/requests/"))
    assert [word in inbox for word in ("Ann Away needs cover", "Bea Free can cover.", "Assign Bea Free")] == [True] * 3
    filled = admin.post(f"/cover/{one.pk}/fill/", {"instructor_id": str(bea.pk), "next": "/requests/"})
    assert filled["Location"] == "/requests/"
    assert in_the_navigation(admin) == ""
    assert "Covered by Bea Free" in words_of(asker.get("/requests/"))


def test_a_substitute_is_chosen_and_a_request_declined_over_the_inbox(campus: Campus) -> None:
    bea, one = campus.instructor("Bea Free"), cover(campus)
    admin = Browser(campus)
    sheet = admin.get(f"/cover/{one.pk}/fill/?next=/requests/")
    assert (sheet.status_code, "Bea Free" in words_of(sheet)) == (200, True)
    other = cover(campus)
    assert admin.post(f"/cover/{other.pk}/decline/?next=/requests/", {"reason": "Full"})["Location"] == "/requests/"
    done = admin.post(f"/cover/{one.pk}/fill/?next=/requests/", {"instructor_id": str(bea.pk)})
    assert done["Location"] == "/requests/"
    assert admin.post(f"/cover/{cover(campus).pk}/decline/?next=//evil.example", {})["Location"].startswith("/cover/")


def test_what_is_counted_costs_one_statement(room: Class, django_assert_num_queries: Any) -> None:
    asked_to_unlock(room)
    cover(room.campus)
    with django_assert_num_queries(1):
        assert unread_and_waiting(room.campus.admin)[1:] == (1, 0, 0, 0, 0, 0, 1, 0, 0)


# --- registers not taken ---------------------------------------------------------------------------------------------
def test_home_reminds_who_teaches_once_a_day(campus: Campus) -> None:
    first, second = ended(campus), ended(campus, days=2)
    browser = Browser(campus)
    assert "Remind both" in words_of(browser.get("/"))
    done = browser.post("/institution/attendance/not-taken/remind", {"next": "/"})
    assert done["Location"] == "/"
    home = words_of(browser.get("/"))
    assert ("2 instructors reminded." in home, "Remind both" in home) == (True, False)
    told = {
        room.teacher: Notification.objects.filter(user=room.teacher, kind="register_not_taken")
        for room in (first, second)
    }
    assert [rows.count() for rows in told.values()] == [1, 1]
    browser.post("/institution/attendance/not-taken/remind", {"next": "/"})
    assert "Already reminded of 2 registers today." in words_of(browser.get("/"))
    # Nor does the end of the day ask again for what was asked for.
    assert chase_registers(by=Actor.system(campus.institution)) == 0
    RegisterChase.objects.filter(session=first.session).update(chased_at=timezone.now() - timedelta(days=1))
    browser.post("/institution/attendance/not-taken/remind")
    assert [rows.count() for rows in told.values()] == [2, 1]


def test_one_register_is_asked_for(campus: Campus) -> None:
    first, second = ended(campus), ended(campus, days=2)
    browser, path = Browser(campus), "/institution/attendance/not-taken"
    assert f'formaction="{path}/remind" formmethod="post"' in browser.get(path).content.decode()
    browser.post(f"{path}/remind", {"pick": str(second.session.pk)})
    counts = [
        Notification.objects.filter(user=one.teacher, kind="register_not_taken").count() for one in (first, second)
    ]
    assert counts == [0, 1]


def test_nobody_is_reminded_of_what_is_taken_or_of_another_institution(campus: Campus) -> None:
    there = ended(Campus.found())
    done = Browser(campus).post("/institution/attendance/not-taken/remind", {"pick": str(there.session.pk)})
    assert done.status_code == 302
    assert not Notification.objects.filter(user=there.teacher, kind="register_not_taken").exists()
    assert Browser(there.campus, there.teacher).post("/institution/attendance/not-taken/remind").status_code == 403
