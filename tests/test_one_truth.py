"""Every number is one, on whatever way it is asked for: attendance, learners, seats, marked."""

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from muster.attendance.rules import MarkInput
from muster.attendance.rules.daily import mark_day
from muster.attendance.tests.test_marking import DAY, Class, session_of
from muster.batches.models import Batch
from muster.enrollments.rules import (
    Applicant,
    PaymentInput,
    add_payment,
    apply_for_batch,
    cancel_enrollment,
    change_status,
    join_waitlist,
    name_contact,
)
from muster.institutions.access import Actor
from muster.progression.queries.figures import figures_of
from muster.web.progression.figures import shared_minimum
from tests.client import Api
from tests.make import Campus, prove_email
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
PERCENTS = {"Anna Dube": "66.6", "Bongani Zulu": "50.0", "Chen Zungu": ""}


@pytest.fixture
def room():
    """Three learners: one of two thirds, one of a half who left and came back, one without a mark that counts."""
    room = Class(Campus.found(), 0, code="PY-07")
    room.enrollments = [room.enroll(name) for name in PERCENTS]
    anna, bongani, chen = room.enrollments
    second, third = (session_of(room.batch, DAY + timedelta(days=days)) for days in (1, 2))
    marks = [
        (room.session, [(anna, "PRESENT"), (bongani, "PRESENT"), (chen, "EXCUSED")]),
        (second, [(anna, "LATE"), (bongani, "ABSENT"), (chen, "EXCUSED")]),
        (third, [(anna, "ABSENT"), (bongani, "EXCUSED")]),
    ]
    for room.session, rows in marks:
        rows = [{"enrolment_id": str(seat.pk), "status": status} for seat, status in rows]
        assert room.patch(*rows).status == 200
    # Neither beside a session nor before the batch does a daily record count.
    for day in (DAY, DAY - timedelta(days=30)):
        mark_day(by=room.campus.admin, batch=room.batch, day=day, marks=[MarkInput(anna.pk, "ABSENT")])
    cancel_enrollment(by=room.campus.admin, enrollment=bongani)
    room.enrollments[1] = room.enroll(student=bongani.student, on=room.batch.today())
    room.batch.refresh_from_db()
    return room


def lines(answer):
    """A file's rows by the names in its heading."""
    content = answer.content if hasattr(answer, "content") and answer.content else b"".join(answer.streaming_content)
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def file_of(browser, path):
    response = browser.get(path)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def known(value):
    """A percentage as words with one decimal; empty where nothing counts."""
    return "" if value in (None, "") else f"{Decimal(str(value)):.1f}"


def test_attendance_is_one_figure_everywhere(room):
    api, browser, batch = Api(room.campus.token()), Browser(room.campus), room.batch
    active = {seat.student_id: seat.student.full_name for seat in room.enrollments}
    ways = {
        "api, students": {
            one["full_name"]: known(one["attendance_percent"]) for one in api.get(f"/batches/{batch.pk}/students").data
        },
        "page's file": {
            row["Student"]: known(row["Attendance"].rstrip(" %"))
            for row in file_of(browser, f"/batches/{batch.pk}/students/?export=csv")
        },
        "sheet": {
            row["Learner"]: known(row["Percent"])
            for row in csv.DictReader(
                io.StringIO(api.get(f"/institution/cohorts/{batch.pk}/register?format=csv").content.decode("utf-8-sig"))
            )
        },
    }
    register = browser.get(f"/institution/attendance/sessions/{room.session.pk}").content.decode()
    rates = re.findall(r'data-rate="([\d.]*)"', register)
    ways["register"] = dict(zip(PERCENTS, map(known, rates), strict=True))
    own = {}
    for seat in room.enrollments:
        mine = Browser(room.campus, seat.student)
        shown = words_of(mine.get("/attendance/mine/"))
        found = re.search(r"excused \d+ .{0,60}?([\d.]+)%", shown)
        own[active[seat.student_id]] = known(found[1] if found else None)
        home = words_of(mine.get("/"))
        if found:
            assert f"{float(found[1]):g}%" in home
    ways["own page"] = own
    for way, percents in ways.items():
        assert percents == PERCENTS, way
    # Of all: three of five came.
    assert api.get(f"/institution/cohorts/{batch.pk}").data["attendance_rate"] == 60.0
    [cohort] = [
        row for row in file_of(browser, "/institution/attendance/cohorts?export=csv") if row["Batch"] == batch.name
    ]
    assert known(cohort["Attendance"]) == "60.0"


@pytest.mark.parametrize(("own", "low"), [(None, ["66.6", "50"]), (55, ["50"])])
def test_the_minimum_attendance_of_a_course_counts_wherever_its_batches_are_shown(room, own, low):
    room.batch.course.minimum_attendance_percent = own
    room.batch.course.save()
    browser = Browser(room.campus)
    register = browser.get(f"/institution/attendance/sessions/{room.session.pk}").content.decode()
    assert re.findall(r"attendance ([\d.]+)%</span></span>", register) == low
    # Three of five came: 60% of all; one of two to the second session, and none to the third.
    below = f"below {own or 75}%"
    cohorts = words_of(browser.get("/institution/attendance/cohorts"))
    assert re.findall(r"below \d+%", cohorts) == ([below] if own is None else [])
    sessions = words_of(browser.get(f"/institution/attendance/cohorts/{room.batch.pk}"))
    assert re.findall(r"below \d+%", sessions) == [below] * 2


@pytest.mark.parametrize(("owns", "limit"), [((None, None), 75), ((60, 60), 60), ((60, None), None)])
def test_the_minimum_of_a_department_is_drawn_where_its_years_have_one(owns, limit):
    campus = Campus.found()
    department = campus.department()
    for own in owns:
        course = campus.course(minimum_attendance_percent=own, semesters=6)
        campus.batch(kind=Batch.Kind.ACADEMIC, course=course, department=department, year=2030)
    assert shared_minimum(campus.admin, figures_of(campus.admin, department)) == limit


def test_learners_and_seats_are_the_same_everywhere_and_stay_when_the_batch_is_completed(room):
    api, browser, batch = Api(room.campus.token()), Browser(room.campus), room.batch

    def learners():
        page = words_of(browser.get(f"/batches/{batch.pk}/"))
        listed = next(row for row in file_of(browser, "/batches/?export=csv&archived=all") if row["Code"] == batch.code)
        return {
            api.get(f"/institution/cohorts/{batch.pk}").data["learner_count"],
            int(re.search(r"Seats .{0,20}?(\d+) / 60", page)[1]),
            int(listed["Students"]),
            int(next(r for r in file_of(browser, "/institution/attendance/cohorts?export=csv"))["Students"]),
            api.get(f"/institution/class-sessions/{room.session.pk}").data["summary"]["total"],
        }

    assert learners() == {3}
    shown = api.get(f"/batches/{batch.pk}").data
    assert (shown["enrolled_students"], shown["available_spots"]) == (3, 57)
    student = room.campus.student()
    [offered] = Api(room.campus.token(student)).get(f"/courses/{batch.course_id}/open-batches").data
    assert offered["seats_left"] == 57
    change_status(by=room.campus.admin, batch=batch, status="Completed")
    batch.refresh_from_db()
    assert learners() == {3}
    todays = session_of(batch, batch.today())
    assert api.get(f"/institution/class-sessions/{todays.pk}").data["summary"]["total"] == 3


def test_marked_and_expected_are_the_same_everywhere(room):
    api, browser, batch = Api(room.campus.token()), Browser(room.campus), room.batch
    summary = api.get(f"/institution/class-sessions/{room.session.pk}").data["summary"]
    counted = (summary["total"] - summary["unmarked"], summary["total"])
    assert counted == (2, 3)
    day = room.session.date
    [event] = [
        one
        for one in api.get(f"/institution/attendance/calendar?from={day}&to={day}").data
        if one["session_id"] == str(room.session.pk)
    ]
    assert (event["marked"], event["expected"]) == counted
    rows = file_of(browser, f"/institution/attendance/cohorts/{batch.pk}?export=csv")
    [row] = [row for row in rows if row["Session"].startswith(day.isoformat())]
    assert (int(row["Marked"]), int(row["Expected"])) == counted
    assert api.get(f"/institution/cohorts/{batch.pk}").data["marked_count"] == 2


def test_who_waits_is_counted_the_same_everywhere():
    campus = Campus.found()
    campus.institution.waitlist_mode = "offer"
    campus.institution.save()
    course = campus.course()
    batch = campus.batch(course=course, capacity=1)
    campus.enroll(batch)
    waiting = [campus.student() for _each in range(3)]
    for student in waiting:
        join_waitlist(by=campus.admin, student=student, batch=batch)
    api, browser = Api(campus.token()), Browser(campus)
    tab = re.search(r"Waitlist (\d+)", words_of(browser.get(f"/batches/{batch.pk}/")))
    listing = browser.get(f"/batches/{batch.pk}/waitlist/").context["listing"]
    [offered] = Api(campus.token(campus.student())).get(f"/courses/{course.pk}/open-batches").data
    dialog = words_of(Browser(campus, campus.student()).get(f"/batches/{batch.pk}/waitlist/join/"))
    found = {
        "tab": int(tab[1]) if tab else None,
        "list": listing.shown,
        "file": len(file_of(browser, f"/batches/{batch.pk}/waitlist/?export=csv")),
        "api": api.get(f"/batches/{batch.pk}/waitlist").body["total"],
        "open batches": offered["waitlist_length"],
        "dialog": int(re.search(r"(\d+) students? (?:is|are) waiting", dialog)[1]),
    }
    assert set(found.values()) == {3}, found


def test_requests_are_counted_the_same_everywhere():
    campus = Campus.found()
    campus.institution.catalogue_is_public = True
    campus.institution.save()
    batch = campus.batch()
    for name in ("Ann", "Ben"):
        stranger = Actor.stranger(campus.institution)
        apply_for_batch(by=stranger, batch=batch, applicant=Applicant(name, f"{name.lower()}@example.org"))
    browser = Browser(campus)
    page = browser.get("/requests/")
    html = page.content.decode()
    found = {
        "navigation": int(re.search(r'href="/requests/".*?<span class="count">(\d+)', html, re.DOTALL)[1]),
        "title": int(re.search(r"(\d+) requests? need", words_of(page))[1]),
        "card": int(re.search(r"Applications from the catalog (\d+)", words_of(page))[1]),
        "rows": len(set(re.findall(r'href="(/applications/[^"]+)"', html))),
    }
    assert set(found.values()) == {2}, found


def test_what_an_organisation_pays_for_is_one_sum_everywhere():
    campus = Campus.found()
    works = campus.organisation(name="Harbour Works")
    batch = campus.batch(course=campus.course(price="100.00", currency="ZAR"), capacity=9)
    seats = [campus.enroll(batch, organisation=works) for _each in range(3)]
    paid = PaymentInput(Decimal("60"), "ZAR", status="completed", organisation=works)
    add_payment(by=campus.admin, enrollment=seats[0], payment=paid)
    contact = name_contact(by=campus.admin, organisation=works, full_name="Cas", email="cas@example.org").contact
    prove_email(contact)
    api, browser, own = Api(campus.token()), Browser(campus), Browser(campus, contact)
    told = [one for seat in api.get(f"/organisations/{works.pk}/seats").data for one in seat["balance"]]
    sums = {"api": tuple(sum(Decimal(str(one[part])) for one in told) for part in ("owed", "paid", "open"))}
    for way, reader, page in (
        ("page", browser, f"/organisations/{works.pk}/"),
        ("people", browser, f"/organisations/{works.pk}/people/"),
        ("own page", own, "/organisation/"),
        ("own people", own, f"/organisation/{works.pk}/people/"),
    ):
        found = re.search(r"([\d.]+) ZAR owed, ([\d.]+) ZAR paid, ([\d.]+) ZAR open", words_of(reader.get(page)))
        assert found, way
        sums[way] = tuple(map(Decimal, found.groups()))
    for way, reader, page in (
        ("file", browser, f"/organisations/{works.pk}/people/?export=csv"),
        ("own file", own, f"/organisation/{works.pk}/people/?export=csv"),
    ):
        rows = file_of(reader, page)
        sums[way] = tuple(sum(Decimal(row[part]) for row in rows) for part in ("Owed", "Paid", "Open"))
    assert set(sums.values()) == {(Decimal(300), Decimal(60), Decimal(240))}, sums
    payments = {
        "page": browser.get(f"/payments/?organisation={works.pk}").context["listing"].total,
        "api": api.get(f"/payments?organisation={works.pk}").body["total"],
        "own page": own.get(f"/organisation/{works.pk}/payments/").context["listing"].total,
    }
    assert set(payments.values()) == {1}, payments


def test_open_batches_and_their_seats_are_the_same_everywhere():
    campus = Campus.found().let(catalogue_is_public=True)
    course = campus.course()
    batch = campus.batch(course=course, capacity=10)
    for _each in range(3):
        campus.enroll(batch)
    campus.batch(capacity=4, name="Another")
    student = campus.student()
    api, browser, stranger = Api(campus.token(student)), Browser(campus, student), Client()
    listed = api.get("/catalogue").data
    shown = words_of(browser.get("/catalogue/"))
    public = words_of(stranger.get(f"/catalogue/{campus.institution.slug}/"))
    numbers = {
        "api": len(listed),
        "api, public": Api(None).get(f"/catalogue/{campus.institution.slug}").body["total"],
        "page": int(re.search(r"(\d+) batches are open", shown)[1]),
        "public page": int(re.search(r"(\d+) batches are open", public)[1]),
    }
    assert set(numbers.values()) == {2}, numbers
    [one] = [row for row in listed if row["_id"] == str(batch.pk)]
    [offered] = api.get(f"/courses/{course.pk}/open-batches").data
    left = {
        "api": one["seats_left"],
        "course": offered["seats_left"],
        "page": int(re.search(r"(\d+) of 10 seats left", shown)[1]),
    }
    assert set(left.values()) == {7}, left


def test_messages_and_whom_they_reached_are_the_same_everywhere():
    campus = Campus.found()
    batch = campus.batch()
    seats = [campus.enroll(batch) for _each in range(3)]
    browser, api = Browser(campus), Api(campus.token())
    words = {"subject": "Monday", "text": "We start at nine."}
    assert browser.post(f"/batches/{batch.pk}/messages/new/", words).status_code == 302
    [message] = api.get("/messages").data
    page = words_of(browser.get(f"/messages/{message['_id']}/"))
    reached = {
        "api": message["recipients"],
        "list": int(re.search(r"(\d+) students", words_of(browser.get("/messages/")))[1]),
        "batch": int(re.search(r"(\d+) students", words_of(browser.get(f"/batches/{batch.pk}/messages/")))[1]),
        "page": sum(seat.student.full_name in page for seat in seats),
        "received": sum("Monday" in words_of(Browser(campus, seat.student).get("/messages/")) for seat in seats),
    }
    assert set(reached.values()) == {3}, reached
