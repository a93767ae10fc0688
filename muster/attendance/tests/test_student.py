"""A student's attendance and timetable: one figure on the page, over the API and in the roster."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from muster.attendance.models import Mark
from muster.attendance.rules import announce_absence
from muster.attendance.rules.daily import mark_day
from muster.attendance.rules.marking import MarkInput
from muster.enrollments.rules import enroll_student
from tests.client import Api
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db


def test_students_attendance_and_timetable() -> None:
    campus = Campus.found()
    today = campus.admin.today()
    lead, student = campus.instructor(), campus.student("Naledi Mokoena")
    batch = campus.batch(
        lead=lead,
        start_date=today - timedelta(days=20),
        end_date=today + timedelta(days=5),
        slots=[slot((today + timedelta(days=1)).isoweekday(), "08:00", "09:00")],
    )
    seat = enroll_student(by=campus.admin, student=student, batch=batch, enrollment_date=batch.start_date)
    marks = "AAPPPPPPPPLE"
    words = {mark.value[0]: mark.value for mark in Mark}
    for place, letter in enumerate(marks):
        day = batch.start_date + timedelta(days=place)
        mark = MarkInput(seat.pk, words[letter], 5 if letter == "L" else None, "")
        mark_day(by=campus.admin, batch=batch, day=day, marks=[mark])

    api, path = Api(campus.token()), f"/students/{student.pk}"
    announce_absence(by=campus.actor(student), student=student, reason="Flu", first_date=today)
    shown = api.get(f"{path}/attendance").data
    assert [one["first_date"] for one in shown["absences"]] == [str(today)]
    [one] = shown["batches"]
    assert (one["letters"], one["present"], one["late"], one["absent"], one["excused"]) == (marks, 8, 1, 2, 1)
    [roster] = api.get(f"/batches/{batch.pk}/students").data
    assert (one["attendance_percent"], one["lately"]) == (roster["attendance_percent"], 100.0)
    assert [mark["status"][0] for mark in shown["marks"]] == list(reversed(marks))
    coming = api.get(f"{path}/timetable?from={today}&to={today + timedelta(days=6)}").data
    assert [event["date"] for event in coming] == [str(today + timedelta(days=1))]

    for reader, status in ((lead, 200), (student, 200), (campus.student(), 404), (campus.instructor(), 404)):
        answers = [Api(campus.token(reader)).get(f"{path}/{name}").status for name in ("attendance", "timetable")]
        assert answers == [status] * 2

    browser = Client()
    browser.force_login(lead)
    page = browser.get(reverse("students:student", args=(student.pk,))).content.decode()
    assert "9 of 11 attended, late counts. Rising: 100% of the last 10." in page
    assert f"{one['attendance_percent']:g}%" in page
