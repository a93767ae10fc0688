"""What the cards of Home tell: how attendance went, who waits, what is due, and what a regulator was sent."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from muster.assessment.queries import marks_missing
from muster.assessment.tests.test_marks import Marked
from muster.attendance.queries import sessions_in_full
from muster.attendance.rules import MarkInput, mark_learners
from muster.batches.models import Batch
from muster.core.ownership import as_owner
from muster.enrollments.models import SeatPeriod
from muster.enrollments.rules import join_waitlist
from muster.insights.marks import attendance_counts
from muster.insights.periods import Period
from muster.insights.scope import scope_of
from muster.institutions.models import Role
from muster.institutions.resources import TERMS
from muster.oversight.rules import ask_for_access, grant_access
from muster.oversight.tests.make import Inspected
from muster.progression.queries import semesters_over
from muster.progression.rules import request_rollover
from muster.progression.tests.test_rollover import College
from muster.submissions.rules import submit_submission
from muster.submissions.tests.make import Reporting
from muster.timetable.models import ClassSession
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def card_of(page: Any, key: str) -> str:
    """The words of one card."""
    content = page.content.decode()
    return words_of(HttpResponse("<h2>" + content.split(f'<h2 id="{key}">')[1].split("</section>")[0]))


def taught(campus: Campus, lead: Any, *marks: str) -> Batch:
    """A batch that met on each of the days up to yesterday, in which a learner was marked so."""
    today = campus.admin.today()
    every_day = [slot(day, "09:00", "10:00") for day in range(1, 8)]
    batch = campus.batch(start_date=today - DAY * len(marks), end_date=today + DAY, slots=every_day, lead=lead)
    seat = campus.enroll(batch, campus.student())
    with as_owner():
        SeatPeriod.objects.filter(enrollment=seat).update(from_date=batch.start_date)
    for place, mark in enumerate(marks):
        session = ClassSession.objects.filter(meeting=batch.pk, date=batch.start_date + DAY * place)
        mark_learners(
            by=campus.admin, session=sessions_in_full(campus.admin, session).get(), marks=[MarkInput(seat.pk, mark)]
        )
    return batch


# --- attendance -------------------------------------------------------------------------------------------------------
def test_the_trend_of_home_is_that_of_analytics_and_of_the_marks() -> None:
    campus = Campus.found()
    me = campus.instructor("Ann Ames")
    taught(campus, me, "PRESENT", "ABSENT", "LATE", "ABSENT", "ABSENT", "EXCUSED")
    taught(campus, campus.instructor(), "PRESENT", "PRESENT")
    for actor, came, counted in ((campus.admin, 4, 7), (campus.actor(me), 2, 5)):
        browser = Browser(campus, actor.user)
        value = f"{int(1000 * came / counted) / 10:g}%"
        card = card_of(browser.get("/"), "h-trend")
        assert f"{value} {came} of {counted}," in card
        assert "Below the minimum" in card
        assert "minimum 75%" in card
        assert value in words_of(browser.get("/analytics/"))
        whole = attendance_counts(scope_of(actor), Period.of(None, None, actor.today())).whole
        assert tuple(whole) == (came, counted)


def test_without_marks_there_is_no_trend() -> None:
    campus = Campus.found()
    campus.batch()
    assert b'id="h-trend"' not in Browser(campus).get("/").content


# --- who waits --------------------------------------------------------------------------------------------------------
def test_batches_with_students_waiting_are_counted_and_lead_to_their_lists() -> None:
    campus = Campus.found().let(waitlist_mode="offer")
    today = campus.admin.today()
    days = {"start_date": today + 5 * DAY, "end_date": today + 90 * DAY}
    long, short = (campus.batch(capacity=1, name=name, **days) for name in ("Long line", "Short line"))
    campus.batch(name="No line", **days)
    for batch, number in ((long, 2), (short, 1)):
        campus.enroll(batch)
        for _each in range(number):
            join_waitlist(by=campus.admin, student=campus.student(), batch=batch)
    browser = Browser(campus)
    card = card_of(browser.get("/"), "h-watch")
    assert "With students waiting: 2" in card
    assert re.search(r"Long line .{0,30}2 students waiting .*View waitlist .*Short line .{0,30}1 student waiting", card)
    listed = browser.get("/batches/?watch=waiting").context["listing"]
    assert {row.name for row in listed.table.data.data} == {"Long line", "Short line"}
    elsewhere = campus.person(Role.BRANCH_MANAGER, branch=campus.branch())
    assert b"With students waiting" not in Browser(campus, elsewhere).get("/").content


def test_the_longest_waiting_requests_stand_on_home_with_what_decides_them() -> None:
    place = Inspected()
    batch, admin = place.batch("ECD"), Browser(place.campus)
    assert b'id="h-waiting"' not in admin.get("/").content
    asked = [place.ask(batch, purpose=f"Visit {number}") for number in range(5)]
    page = admin.get("/")
    card = card_of(page, "h-waiting")
    assert "All 5" in card
    assert "Lindiwe Radebe asks to see the registers of ECD" in card
    assert len(page.context["waiting"].rows) == 4
    content = page.content.decode()
    assert [f"/oversight/requests/{one.pk}/grant/" in content for one in asked] == [True] * 4 + [False]
    assert "5 requests need your decision" in words_of(page)
    assert b"requests need your decision" not in Browser(place.campus, place.campus.instructor()).get("/").content


# --- what is due ------------------------------------------------------------------------------------------------------
def test_a_semester_that_is_over_is_due_until_somebody_asks() -> None:
    college = College()
    today = college.batch.today()
    last = today - 3 * DAY
    fields = {"name": "Term", "start_date": today - 120 * DAY, "end_date": last, "school_year": today.year}
    assert semesters_over(college.admin) == []
    Batch.objects.filter(pk=college.batch.pk).update(start_date=today - 100 * DAY)
    TERMS.add(by=college.admin, fields=fields)
    [over] = semesters_over(college.admin)
    assert (over.pk, over.ended_on) == (college.batch.pk, last)
    assert [one.pk for one in semesters_over(college.head)] == [over.pk]
    elsewhere = college.campus.person(Role.DEPT_ADMIN, department=college.campus.department())
    assert semesters_over(college.campus.actor(elsewhere)) == []
    card = card_of(Browser(college.campus).get("/"), "h-due")
    assert f"3 days late Promote {college.batch.code} to semester 2 Semester 1 ended on {last.day} {last:%B}." in card
    request_rollover(by=college.head, batch=college.batch)
    assert semesters_over(college.admin) == []


def test_what_is_due_to_an_authority_is_counted_down() -> None:
    campus = Campus.found().let(enrollment_file_days=5)
    today = campus.admin.today()
    batch = campus.batch(start_date=today - 2 * DAY, end_date=today + 60 * DAY)
    card = card_of(Browser(campus).get("/"), "h-due")
    assert f"3 days left Enrollment list {batch.code}" in card


def test_instructors_are_told_of_marks_and_scores_that_are_missing_and_students_of_what_is_due() -> None:
    room = Marked()
    today = room.batch.today()
    Batch.objects.filter(pk=room.batch.pk).update(start_date=today - 20 * DAY, end_date=today + 60 * DAY)
    for assessment, days in ((room.test, -2), (room.essay, 4)):
        assessment.due_on = today + DAY * days
        assessment.save(update_fields=["due_on"])
    room.mark(room.test, 15)
    teacher = room.campus.actor(room.teacher)
    [missing] = marks_missing(teacher)
    assert (missing.title, missing.marked, missing.expected) == ("Test", 1, 3)
    assert list(marks_missing(room.campus.actor(room.campus.instructor()))) == []
    browser = Browser(room.campus, room.teacher)
    page = browser.get("/")
    card = card_of(page, "h-due")
    assert f"2 days ago Marks of Test {room.batch.code} · 1 of 3 marked" in card
    assert "4 days left Essay" in card
    [words] = re.findall(r'href="/results/\?progress=missing">(\d+) results sheet', page.content.decode())
    assert browser.get("/results/?progress=missing").context["listing"].shown == int(words) == 1
    own = card_of(Browser(room.campus, room.ann.student).get("/"), "h-due")
    assert "4 days left Essay" in own
    assert "Marks of Test" not in own
    room.mark(room.test, 15, 12, 9)
    assert list(marks_missing(teacher)) == []


# --- a regulator ------------------------------------------------------------------------------------------------------
def test_a_regulator_finds_what_was_sent_what_ends_and_what_waits() -> None:
    room = Reporting()
    campus, by = room.campus, room.campus.actor(room.regulator)
    today = campus.admin.today()
    browser = Browser(campus, room.regulator)
    assert "Nothing yet." in card_of(browser.get("/"), "h-sent")
    draft = room.draft()
    assert "Attendance, January" not in words_of(browser.get("/"))
    submit_submission(by=campus.admin, submission=draft)
    days = {"first_date": today - 30 * DAY, "last_date": today, "batches": [room.batch]}
    asked = ask_for_access(by=by, purpose="Visit 114", **days)
    grant_access(by=campus.admin, request=asked, expires_at=timezone.now() + 5.5 * DAY)
    far = ask_for_access(by=by, purpose="Visit 115", **days)
    grant_access(by=campus.admin, request=far, expires_at=timezone.now() + 80 * DAY)
    ask_for_access(by=by, purpose="Visit 116", needed_until=today + 12 * DAY, **days)
    page = browser.get("/")
    assert "Attendance, January sent" in card_of(page, "h-sent")
    due = card_of(page, "h-due")
    assert "6 days left Access to DA-JAN-2030" in due
    assert "12 days left Request for DA-JAN-2030" in due
    assert "80 days" not in due
    assert "Visit 116" in card_of(page, "h-waiting")
    # Another one sees none of it.
    other = words_of(Browser(campus, campus.person(Role.REGULATOR)).get("/"))
    assert "Attendance, January" not in other
    assert "Visit" not in other
