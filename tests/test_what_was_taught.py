"""Whoever was replaced, and a substitute on other days, sees what is theirs and nothing more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from muster.accounts.models import User
from muster.attendance.rules import mark_register
from muster.batches.models import Batch, InstructorAssignment
from muster.enrollments.models import Enrollment
from tests.client import Api
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db
# No hour of the day has the same date in both.
EAST, WEST = "Pacific/Kiritimati", "Pacific/Honolulu"


@dataclass
class Taught:
    """A batch that one person led until a week ago, another leads since, and a third substituted in on one day."""

    campus: Campus
    batch: Batch
    former: User
    lead: User
    substitute: User
    enrollment: Enrollment
    # The session of the day on which the substitute stood in, one before it, and one to come.
    covered: Any
    led: Any
    coming: Any


@pytest.fixture
def taught() -> Taught:
    return taught_in(Campus.found())


def taught_in(campus: Campus, **fields_of_batch: Any) -> Taught:
    today = campus.admin.today()
    former, lead, substitute = campus.instructor(), campus.instructor(), campus.instructor()
    start = today - timedelta(days=28)
    week = [slot(day, "08:00", "09:00") for day in range(1, 8)]
    batch = campus.batch(
        lead=former,
        start_date=start,
        end_date=today + timedelta(days=28),
        slots=week,
        notes="Pays late.",
        **fields_of_batch,
    )
    enrollment = campus.enroll(batch)
    Enrollment.objects.filter(pk=enrollment.pk).update(enrollment_date=start)
    days = {
        "led": today - timedelta(days=10),
        "covered": today - timedelta(days=5),
        "coming": today + timedelta(days=5),
    }
    rows = InstructorAssignment.objects
    rows.filter(batch=batch, instructor=former).update(until_date=today - timedelta(days=8))
    fields = {"batch": batch, "institution": campus.institution}
    rows.create(instructor=lead, role="lead", from_date=today - timedelta(days=7), **fields)
    rows.create(
        instructor=substitute, role="substitute", from_date=days["covered"], until_date=days["covered"], **fields
    )
    sessions = {name: batch.sessions.get(date=day) for name, day in days.items()}
    return Taught(campus, batch, former, lead, substitute, enrollment, **sessions)


def sees(taught: Taught, person: User) -> dict[str, Any]:
    """What the API answers somebody about the batch."""
    api, batch = Api(taught.campus.token(person)), taught.batch
    shown = api.get(f"/batches/{batch.pk}")
    return {
        "notes": shown.data["batch_notes"],
        "students": api.get(f"/batches/{batch.pk}/students").status,
        "history": api.get(f"/batches/{batch.pk}/history").status,
        "staff": {row["instructor"]["_id"] for row in api.get(f"/batches/{batch.pk}/instructors").data},
        "enrollment": api.get(f"/enrollments/{taught.enrollment.pk}").status,
        "people": [row["_id"] for row in api.get("/students").data],
        "cohorts": [row["cohort_id"] for row in api.get("/institution/cohorts").data],
        "sessions": {row["date"][:10] for row in api.get(f"/batches/{batch.pk}/sessions?page_size=200").data},
        "registers": {
            name: api.get(f"/institution/class-sessions/{getattr(taught, name).pk}").status
            for name in ("led", "covered", "coming")
        },
    }


def marks(taught: Taught, person: User, session: Any) -> int:
    """The status with which a mark is answered."""
    rows = [{"enrolment_id": str(taught.enrollment.pk), "status": "EXCUSED"}]
    api = Api(taught.campus.token(person))
    return api.patch(f"/institution/class-sessions/{session.pk}/records", {"records": rows}).status


def test_replaced_lead_sees_the_sessions_of_their_days_and_no_more(taught: Taught) -> None:
    first = taught.batch.start_date
    days = {str(first + timedelta(days=count)) for count in range((taught.led.date - first).days + 3)}
    assert sees(taught, taught.former) == {
        "notes": "",
        "students": 403,
        "history": 403,
        "staff": {str(taught.former.pk)},
        "enrollment": 404,
        "people": [],
        "cohorts": [],
        "sessions": days,
        "registers": {"led": 200, "covered": 404, "coming": 404},
    }
    assert marks(taught, taught.former, taught.led) == 403


def test_substitute_sees_the_session_of_their_day_and_no_more(taught: Taught) -> None:
    assert sees(taught, taught.substitute) == {
        "notes": "",
        "students": 403,
        "history": 403,
        "staff": {str(taught.substitute.pk)},
        "enrollment": 404,
        "people": [],
        "cohorts": [],
        "sessions": {str(taught.covered.date)},
        "registers": {"led": 404, "covered": 200, "coming": 404},
    }
    assert marks(taught, taught.substitute, taught.covered) == 403


def test_substitute_takes_registers_on_their_days(taught: Taught) -> None:
    rows = InstructorAssignment.objects.filter(instructor=taught.substitute)
    rows.update(from_date=taught.campus.admin.today(), until_date=taught.campus.admin.today())
    assert marks(taught, taught.substitute, taught.batch.sessions.get(date=taught.campus.admin.today())) == 200
    assert sees(taught, taught.substitute)["notes"] == "Pays late."


def test_substitute_to_come_knows_their_days_alone(taught: Taught) -> None:
    rows = InstructorAssignment.objects.filter(instructor=taught.substitute)
    rows.update(from_date=taught.coming.date, until_date=taught.coming.date)
    found = sees(taught, taught.substitute)
    assert (found["students"], found["people"], found["notes"]) == (403, [], "")
    assert found["sessions"] == {str(taught.coming.date)}
    assert marks(taught, taught.substitute, taught.coming) == 403


@pytest.mark.parametrize(("here", "there"), [(EAST, WEST), (WEST, EAST)])
def test_today_is_that_of_the_batch_whatever_the_day_at_the_institution(here: str, there: str) -> None:
    campus = Campus.found(time_zone=here)
    taught = taught_in(campus, branch=campus.branch(time_zone=there))
    today, student = Batch.objects.get(pk=taught.batch.pk).today(), taught.enrollment.student
    assert today != campus.admin.today()
    rows = InstructorAssignment.objects
    # Two lead and one stands in: until yesterday, from today, and today alone.
    rows.filter(instructor=taught.lead).update(from_date=today)
    rows.filter(instructor=taught.former).update(until_date=today - timedelta(days=1))
    rows.filter(instructor=taught.substitute).update(from_date=today, until_date=today)
    session = taught.batch.sessions.get(date=today)
    may = {}
    for name in ("former", "lead", "substitute"):
        found = sees(taught, getattr(taught, name))
        may[name] = (
            found["students"],
            len(found["people"]),
            found["notes"],
            marks(taught, getattr(taught, name), session),
        )
    assert may == {
        "former": (403, 0, "", 404),
        "lead": (200, 1, "Pays late.", 200),
        "substitute": (200, 1, "Pays late.", 200),
    }
    # The same of a student's last day.
    seen = []
    for last in (today, today - timedelta(days=1)):
        Enrollment.objects.filter(pk=taught.enrollment.pk).update(access_expiry_date=last)
        path = f"/batches/{taught.batch.pk}/sessions?page_size=1"
        seen.append(len(Api(campus.token(student)).get(path).data))
    assert seen == [1, 0]


def test_pages_of_what_was_taught_are_read_only(taught: Taught) -> None:
    mark_register(by=taught.campus.admin, session=taught.led, marks=[])
    browser = Client()
    browser.force_login(taught.former)
    page = browser.get(reverse("batches:batch", args=(taught.batch.pk,))).content.decode()
    assert "Pays late." not in page
    assert browser.get(reverse("batches:students", args=(taught.batch.pk,))).status_code == 403
    assert browser.get(reverse("batches:history", args=(taught.batch.pk,))).status_code == 403
    register = reverse("attendance:register", args=(taught.led.pk,))
    assert browser.get(register).status_code == 200
    assert browser.post(register, {}).status_code == 403
    assert browser.get(reverse("attendance:register", args=(taught.coming.pk,))).status_code == 404


def test_notes_of_a_batch_are_for_who_manages_or_teaches_it(taught: Taught) -> None:
    campus, batch = taught.campus, taught.batch
    readers = {
        "admin": campus.admin.user,
        "lead": taught.lead,
        "student": taught.enrollment.student,
        "somebody": campus.student(),
    }
    told = {}
    for name, person in readers.items():
        api = Api(campus.token(person))
        [row] = api.get("/batches").data
        one = api.get(f"/batches/{batch.pk}").data
        assert one["batch_notes"] == row["batch_notes"]
        open_now = api.get(f"/courses/{batch.course_id}/open-batches").data
        assert [other["batch_notes"] for other in open_now] == [one["batch_notes"]]
        told[name] = (one["batch_notes"], one["assigned_instructor"]["email"])
    email = taught.lead.email
    assert told == {
        "admin": ("Pays late.", email),
        "lead": ("Pays late.", email),
        "student": ("", email),
        "somebody": ("", None),
    }
