"""The form that opens and edits a batch: what it stores, what it refuses and where it says so, what it proposes."""

import json
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.batches.models import Batch, InstructorAssignment
from muster.batches.queries import batches_of
from muster.batches.rules import archive_batch, change_batch
from muster.courses.models import Course, Subject
from muster.institutions.models import Holiday, Role
from muster.people.rules import change_profile
from muster.web.batches.edit import initial_of_copy
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
NEW, CHECK = "/batches/new/", "/batches/check/"


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def browser(campus):
    return Browser(campus)


def typed(campus, **changes):
    """A course batch as somebody types it, on Mondays and Wednesdays."""
    return {
        "kind": "course",
        "course_id": str((Course.objects.filter(code="PY").first() or campus.course(code="PY")).pk),
        "branch_id": "",
        "batch_name": "Python, evenings",
        "batch_code": "",
        "start_date": "2030-01-07",
        "end_date": "2030-01-31",
        "capacity": "15",
        "waitlist_capacity": "",
        "schedule.0.day": "Monday",
        "schedule.0.start_time": "18:00",
        "schedule.0.end_time": "20:00",
        "schedule.1.day": "Wednesday",
        "schedule.1.start_time": "9",
        "schedule.1.end_time": "1030",
        **changes,
    }


def edited(batch, **changes):
    """The form of a stored batch as it is shown, with some of it typed anew."""
    fields = {
        "kind": batch.kind,
        "version": str(batch.version),
        "course_id": str(batch.course_id or ""),
        "batch_name": batch.name,
        "batch_code": batch.code,
        "start_date": str(batch.start_date or ""),
        "end_date": str(batch.end_date or ""),
        "capacity": str(batch.capacity or ""),
        "status": batch.status,
    }
    for place, one in enumerate(batch.slots.all()):
        fields |= {
            f"schedule.{place}.day": one.get_weekday_display(),
            f"schedule.{place}.start_time": f"{one.start_time:%H:%M}",
            f"schedule.{place}.end_time": f"{one.end_time:%H:%M}",
            f"schedule.{place}.room": str(one.room_id or ""),
        }
    lead = batch.instructor_assignments.leads().first()
    return {**fields, "assigned_instructor": str(lead.instructor_id) if lead else "", **changes}


def refused(response, status=400):
    """The fields that the page names in its list of what was refused, with what it says of each."""
    assert response.status_code == status, words_of(response)[:500]
    form = response.context["form"]
    return {bound.html_name: list(bound.errors) for bound in form.everything if bound.errors}


def facts(response):
    """What the check tells the scripts."""
    island = re.search(r'<script id="check-facts" type="application/json">(.*?)</script>', response.content.decode())
    assert island is not None
    return json.loads(island[1])


# --- opening --------------------------------------------------------------------------------------------------------
def test_a_staffed_scheduled_batch_is_opened_from_one_form(campus, browser):
    lead, assistant, branch = campus.instructor(), campus.instructor(), campus.branch()
    room = campus.room(branch)
    response = browser.post(
        NEW,
        typed(
            campus,
            branch_id=str(branch.pk),
            assigned_instructor=str(lead.pk),
            assistants=str(assistant.pk),
            waitlist_capacity="5",
            batch_notes="Bring a laptop.",
            **{"schedule.0.room": str(room.pk), "schedule.1.instructor": str(assistant.pk)},
        ),
    )
    batch = Batch.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/batches/{batch.pk}/")
    assert (batch.name, batch.code, batch.capacity, batch.waitlist_capacity) == (
        "Python, evenings",
        "PY-JAN-2030",
        15,
        5,
    )
    assert (batch.branch, batch.notes) == (branch, "Bring a laptop.")
    assert [(str(one), one.room, one.instructor) for one in batch.slots.all()] == [
        ("Monday 18:00 to 20:00", room, None),
        ("Wednesday 09:00 to 10:30", None, assistant),
    ]
    staff = dict(InstructorAssignment.objects.values_list("instructor_id", "role"))
    assert staff == {lead.pk: "lead", assistant.pk: "assistant"}


def test_a_batch_year_is_opened_with_what_is_made_for_it(campus, browser):
    department = campus.department(name="Computing", short_code="CMP")
    fields = {"kind": "academic", "dept_id": str(department.pk), "year": "2030", "current_semester": "3"}
    assert browser.post(NEW, {**fields, "auto_rollover": "on"}).status_code == 302
    batch = Batch.objects.get()
    assert (batch.kind, batch.name, batch.code) == ("academic", "Computing 2030", "CMP-2030")
    assert (batch.current_semester, batch.auto_rollover, batch.capacity) == (3, True, None)


def test_a_blank_row_of_the_week_is_no_slot(campus, browser):
    fields = typed(campus, **{"schedule.2.day": "Friday", "schedule.2.start_time": "", "schedule.2.end_time": ""})
    assert browser.post(NEW, fields).status_code == 302
    assert Batch.objects.get().slots.count() == 2


def test_rows_may_have_gaps_between_their_numbers(campus, browser):
    fields = typed(campus, **{"schedule.7.day": "Friday", "schedule.7.start_time": "8", "schedule.7.end_time": "25"})
    assert refused(browser.post(NEW, fields)) == {
        "schedule.2.end_time": ["Enter a time as HH:MM, from 00:00 to 23:59."]
    }


@pytest.mark.parametrize(("role", "narrowed"), [(Role.BRANCH_MANAGER, "branch"), (Role.DEPT_ADMIN, "department")])
def test_a_manager_opens_batches_in_their_own_part_alone(campus, role, narrowed):
    make = getattr(campus, narrowed)
    own, other = make(), make()
    browser = Browser(campus, campus.person(role, **{narrowed: own}))
    name = {"branch": "branch_id", "department": "dept_id"}[narrowed]
    page = browser.get(NEW).content.decode()
    assert str(own.pk) in page
    assert str(other.pk) not in page
    assert refused(browser.post(NEW, typed(campus, **{name: str(other.pk)}))) == {
        name: ["You don't have access to this one. Choose your own."]
    }
    assert list(refused(browser.post(NEW, typed(campus, **{name: ""})))) == [name]
    assert Batch.objects.count() == 0
    assert browser.post(NEW, typed(campus, **{name: str(own.pk)})).status_code == 302
    assert getattr(Batch.objects.get(), narrowed) == own


# --- refusals -------------------------------------------------------------------------------------------------------
def test_what_is_missing_is_asked_for_in_the_words_of_the_api(browser):
    assert refused(browser.post(NEW, {"kind": "course"})) == {
        "course_id": ["Course reference is required for a batch"],
        "batch_name": ["Batch name is required"],
        "start_date": ["Batch start date is required"],
        "end_date": ["Batch end date is required"],
        "capacity": ["Batch capacity is required"],
    }
    assert set(refused(browser.post(NEW, {"kind": "academic"}))) == {"dept_id", "year", "current_semester"}


HUGE = "9" * 5000
BAD = {
    "course_id": ["nothing", "\0", "00000000-0000-0000-0000-000000000000"],
    "branch_id": ["nothing", "00000000-0000-0000-0000-000000000000"],
    "dept_id": ["nothing", "00000000-0000-0000-0000-000000000000"],
    "batch_name": ["x" * 151, "a\0b", "   "],
    "batch_code": ["x" * 41, "a\0b"],
    "start_date": ["tomorrow", "2030-02-31", "\0", "2031-01-01"],
    "end_date": ["tomorrow", "2030-01-06", "2050-01-01"],
    "capacity": ["0", "-1", "1.5", "many", HUGE, "99999999999", "\0"],
    "waitlist_capacity": ["-1", "many", HUGE, "99999999999"],
    "batch_notes": ["x" * 5001, "a\0b"],
    "assigned_instructor": ["nothing", "00000000-0000-0000-0000-000000000000"],
    "assistants": ["nothing", "00000000-0000-0000-0000-000000000000"],
    "schedule.0.day": ["Someday", "", "\0"],
    "schedule.0.start_time": ["", "25:00", "noon", "18:60", "\0", HUGE],
    "schedule.0.end_time": ["", "17:00", "18:00", "24:00"],
    "schedule.0.room": ["nothing", "00000000-0000-0000-0000-000000000000"],
    "schedule.0.subject": ["nothing", "00000000-0000-0000-0000-000000000000"],
    "schedule.0.instructor": ["nothing", "00000000-0000-0000-0000-000000000000"],
}
# Where the fault shows at the other end.
SHOWS_AT = {("start_date", "2031-01-01"): "end_date"}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_bad_input_is_named_at_its_field_and_everything_typed_is_kept(campus, browser, name, value):
    fields = typed(campus, batch_notes="Bring a laptop.") | {name: value}
    response = browser.post(NEW, fields)
    assert list(refused(response)) == [SHOWS_AT.get((name, value), name)]
    assert Batch.objects.count() == 0
    page = response.content.decode()
    for kept in ("Python, evenings", "Bring a laptop.", "2030-01-31"):
        assert kept in page or kept == value or name in ("batch_name", "batch_notes", "end_date")
    # The live check lives through the same.
    assert browser.post(CHECK, fields).status_code == 200


@pytest.mark.parametrize("name", ["year", "current_semester"])
@pytest.mark.parametrize("value", ["0", "-1", "many", HUGE, "99999", "\0"])
def test_bad_numbers_of_a_batch_year_are_named(campus, browser, name, value):
    fields = {"kind": "academic", "dept_id": str(campus.department().pk), "year": "2030", "current_semester": "1"}
    assert list(refused(browser.post(NEW, fields | {name: value}))) == [name]
    assert browser.post(CHECK, fields | {name: value}).status_code == 200


def test_rows_of_another_institution_cannot_be_named(campus, browser):
    other = Campus.found()
    foreign = {
        "course_id": other.course(),
        "branch_id": other.branch(),
        "dept_id": other.department(),
        "assigned_instructor": other.instructor(),
        "assistants": other.instructor(),
        "schedule.0.room": other.room(),
        "schedule.0.instructor": other.instructor(),
        "schedule.0.subject": Subject.objects.create(
            institution=other.institution, course=other.course(), code="S", title="Foreign"
        ),
    }
    fields = typed(campus) | {name: str(row.pk) for name, row in foreign.items()}
    assert set(refused(browser.post(NEW, fields))) == set(foreign)
    assert "Foreign" not in browser.post(CHECK, fields).content.decode()


def test_who_is_no_instructor_cannot_lead(campus, browser):
    student = campus.student()
    assert refused(browser.post(NEW, typed(campus, assigned_instructor=str(student.pk)))) == {
        "assigned_instructor": ["Assigned instructor must have instructor role"]
    }
    assert refused(browser.post(NEW, typed(campus, **{"schedule.1.instructor": str(student.pk)}))) == {
        "schedule.1.instructor": ["Assigned instructor must have instructor role"]
    }


def test_a_code_that_is_taken_is_refused_beside_the_code(campus, browser):
    campus.batch(code="PY-1")
    assert list(refused(browser.post(NEW, typed(campus, batch_code="py-1")))) == ["batch_code"]
    assert "Another batch already uses the code py-1" in words_of(browser.post(CHECK, typed(campus, batch_code="py-1")))


def test_slots_of_the_batch_itself_must_not_meet(campus, browser):
    fields = typed(campus, **{"schedule.1.day": "Monday", "schedule.1.start_time": "19", "schedule.1.end_time": "21"})
    assert refused(browser.post(NEW, fields)) == {
        "schedule.1.start_time": ["This slot overlaps another slot of the same batch: Monday 18:00 to 20:00."]
    }


def test_more_slots_than_a_week_has_room_for_are_refused(campus, browser):
    rows = {
        f"schedule.{place}.{name}": value
        for place in range(101)
        for name, value in (("day", "Monday"), ("start_time", "8"), ("end_time", "9"))
    }
    response = browser.post(NEW, typed(campus) | rows)
    assert "A week can have up to 100 slots." in words_of(response)
    assert Batch.objects.count() == 0


# --- conflicts ------------------------------------------------------------------------------------------------------
@pytest.fixture
def farid(campus):
    """An instructor who teaches on Mondays at 17:30 until the middle of January."""
    farid = campus.instructor("Farid Osman")
    campus.batch(
        name="Bookkeeping, evenings",
        code="BK",
        lead=farid,
        start_date=date(2030, 1, 1),
        end_date=date(2030, 1, 15),
        slots=[slot(1, "17:30", "19:30")],
    )
    return farid


def test_a_conflict_of_one_day_names_the_day(campus, browser, farid):
    page = typed(campus, assigned_instructor=str(farid.pk), start_date="2030-01-07", end_date="2030-01-07")
    assert "on 7 January: 1 session would conflict." in words_of(browser.post(CHECK, page))


def test_a_conflict_comes_with_its_ways_out(campus, browser, farid):
    leila = campus.instructor("Leila Farouk")
    response = browser.post(CHECK, typed(campus, assigned_instructor=str(farid.pk)))
    words = words_of(response)
    assert "1 double booking Farid Osman teaches Monday 17:30 to 19:30 in Bookkeeping, evenings ( BK )" in words
    assert "until 14 January: 2 sessions would conflict. This cannot be saved." in words
    assert "Keep Farid and move Monday to Mon 19:30–21:30 Mon 15:30–17:30 Tue 18:00–20:00" in words
    assert "Keep the times and choose Leila Farouk 0 of 4 batches Use" in words
    assert "Fix 1 double booking" in words
    page = response.content.decode()
    assert f'value="lead:{leila.pk}"' in page
    assert 'value="time:0:Monday:19:30:21:30"' in page
    assert Batch.objects.count() == 1
    assert {one["code"] for one in facts(response)["busy"]} == {"BK"}


def test_a_conflict_is_refused_on_saving_with_the_same_ways_out(campus, browser, farid):
    response = browser.post(NEW, typed(campus, assigned_instructor=str(farid.pk)))
    assert list(refused(response)) == ["assigned_instructor"]
    words = words_of(response)
    assert "Schedule conflict: Farid Osman teaches Bookkeeping, evenings (BK)" in words
    assert "Keep Farid and move Monday to" in words
    assert "Overlaps BK, 17:30 to 19:30" in words


def test_each_way_out_works_without_scripts(campus, browser, farid):
    leila = campus.instructor("Leila Farouk")
    fields = typed(campus, assigned_instructor=str(farid.pk))
    for way, name, value in (
        (f"lead:{leila.pk}", "assigned_instructor", str(leila.pk)),
        ("time:0:Tuesday:18:00:20:00", "schedule.0.day", "Tuesday"),
    ):
        response = browser.post(NEW, {**fields, "apply": way})
        assert response.status_code == 200
        form = response.context["form"]
        shown = form.slots[0]["day"] if name.endswith("day") else form[name]
        assert (shown.value(), form.errors) == (value, {})
        assert not response.context["check"].clashes
    assert Batch.objects.count() == 1


def test_a_taken_room_offers_the_free_ones(campus, browser):
    branch = campus.branch()
    taken, free = campus.room(branch, name="Room 1", seats=20), campus.room(branch, name="Room 2", seats=24)
    campus.batch(slots=[slot(1, "18:00", "19:00", room=taken)])
    fields = typed(campus, **{"schedule.0.room": str(taken.pk)})
    response = browser.post(CHECK, fields)
    assert "Keep the times and use Room 2, 24 seats" in words_of(response)
    shown = browser.post(NEW, {**fields, "apply": f"room:0:{free.pk}"})
    assert shown.context["form"].slots[0].initial["room"] == str(free.pk)
    assert not shown.context["check"].clashes


def test_a_batch_out_of_sight_is_not_named(campus, farid):
    branch = campus.branch()
    manager = Browser(campus, campus.person(Role.BRANCH_MANAGER, branch=branch))
    fields = typed(campus, branch_id=str(branch.pk), assigned_instructor=str(farid.pk))
    words = words_of(manager.post(CHECK, fields))
    assert "Farid Osman is busy Monday 17:30 to 19:30" in words
    for page in (words, words_of(manager.post(NEW, fields))):
        assert "Bookkeeping" not in page
        assert "BK" not in page


def test_the_week_itself_clashes_with_what_the_batch_shares_with_others(campus, browser, farid):
    batch = Batch.objects.get(code="BK")
    words = words_of(browser.post(CHECK, {**edited(batch), "batch": str(batch.pk)}))
    # Its own bookings are no conflict.
    assert "double booking" not in words
    assert "2 sessions, no conflicts" in words


# --- what the check says --------------------------------------------------------------------------------------------
def test_the_check_lists_every_session_with_its_date_and_skips_holidays(campus, browser):
    Holiday.objects.create(
        institution=campus.institution, name="Founders' day", start_date="2030-01-14", end_date="2030-01-16"
    )
    Holiday.objects.create(
        institution=campus.institution,
        branch=campus.branch(),
        name="Elsewhere",
        start_date="2030-01-21",
        end_date="2030-01-21",
    )
    words = words_of(browser.post(CHECK, typed(campus)))
    assert "Sessions 6 Hours 10.5 First Mon 7 Jan, 18:00 Last Wed 30 Jan, 09:00" in words
    assert "Jan 7 9 14 skipped 16 skipped 21 23 28 30" in words
    assert "2 dates skipped: Founders' day (14 Jan, 16 Jan)" in words
    assert "6 sessions, no conflicts" in words


def test_the_check_says_what_is_still_missing_without_complaining(browser):
    response = browser.post(CHECK, {"kind": "course", "schedule.0.day": "Monday", "schedule.0.start_time": "9"})
    words = words_of(response)
    assert "Still needed: course, first day, last day, name, seats" in words
    assert "required" not in words
    assert response.context["check"].problems == []


def test_the_check_says_why_no_session_would_be_made(campus, browser):
    fields = {"kind": "academic", "dept_id": str(campus.department().pk), "year": "2030", "current_semester": "1"}
    week = {"schedule.0.day": "Monday", "schedule.0.start_time": "9", "schedule.0.end_time": "10"}
    tuesday = {"start_date": "2030-01-08", "end_date": "2030-01-08"}
    for typed_too, words in (
        ({}, "No weekly schedule yet."),
        (week, "Enter a first and a last day to create sessions"),
        (week | tuesday, "There are no sessions between the first and the last day."),
    ):
        assert words in words_of(browser.post(CHECK, fields | typed_too))


def test_the_check_proposes_what_nobody_has_typed(campus, browser):
    lead = campus.instructor()
    course = campus.course(title="Python", code="PY", length_days=30, default_capacity=12, default_instructor=lead)
    campus.batch(code="PY-JAN-2030")
    response = browser.post(CHECK, {"kind": "course", "course_id": str(course.pk), "start_date": "2030-01-07"})
    assert facts(response)["proposals"] == {
        "batch_code": "PY-JAN-2030-2",
        "batch_name": "Python, January 2030",
        "end_date": "2030-02-05",
        "capacity": "12",
        "assigned_instructor": str(lead.pk),
    }
    assert "Generated, because PY-JAN-2030 is taken." in words_of(response)


def test_the_check_weighs_the_lead_and_the_seats(campus, browser, farid):
    room = campus.room(seats=12)
    fields = typed(
        campus, assigned_instructor=str(farid.pk), **{"schedule.0.day": "Friday", "schedule.0.room": room.pk}
    )
    words = words_of(browser.post(CHECK, fields))
    assert "With this batch, Farid would have 2 of 4 active batches and 5.5 hours a week." in words
    assert "The room has 12 seats, but you need 15." in words
    assert "Keeping 10 to 20% spare (2 or 3 of 15)" in words
    campus.institution.seat_buffer_percent, campus.institution.max_active_batches = 20, 1
    campus.institution.save()
    words = words_of(browser.post(CHECK, fields))
    assert "3 seats (20%) Plan for 12 students." in words
    assert "With this batch, Farid would have 2 active batches, above the recommended 1." in words


def test_the_check_costs_the_same_whatever_there_is(campus, browser, farid):
    branch = campus.branch()
    rooms = [campus.room(branch) for _each in range(3)]
    fields = typed(campus, branch_id=str(branch.pk), **{"schedule.0.room": str(rooms[0].pk)})
    quiet, lead = campus.instructor(), campus.instructor()
    browser.post(CHECK, fields)
    with CaptureQueriesContext(connection) as one:
        assert browser.post(CHECK, fields | {"assigned_instructor": str(quiet.pk)}).status_code == 200
    for n in range(4):
        campus.batch(lead=lead, slots=[slot(2 + n % 3, f"{12 + n}:00", f"{13 + n}:00", room=rooms[n % 3])])
    with CaptureQueriesContext(connection) as many:
        assert browser.post(CHECK, fields | {"assigned_instructor": str(lead.pk)}).status_code == 200
    assert len(one) == len(many)
    assert len(many) <= 17


# --- buttons without scripts ----------------------------------------------------------------------------------------
def test_rows_are_added_and_removed_and_nothing_is_stored_or_lost(campus, browser):
    fields = typed(campus)
    added = browser.post(NEW, {**fields, "add_slot": "1"})
    assert (added.status_code, len(added.context["form"].slots)) == (200, 3)
    removed = browser.post(NEW, {**fields, "remove_slot": "0"})
    form = removed.context["form"]
    assert [one.initial["day"] for one in form.slots] == ["Wednesday"]
    assert form["batch_name"].value() == "Python, evenings"
    assert not form.errors
    assert Batch.objects.count() == 0


def test_looking_without_saving_stores_nothing(campus, browser):
    response = browser.post(NEW, {**typed(campus), "look": "1"})
    assert "8 sessions, no conflicts" in words_of(response)
    assert Batch.objects.count() == 0


@pytest.mark.parametrize("way", ["", ":", "time:0", "time:99:x:y:z:1:2", "lead", "room:0:nothing", "nonsense:1", "\0"])
def test_a_way_out_that_is_none_changes_nothing(campus, browser, way):
    assert browser.post(NEW, {**typed(campus), "apply": way, "remove_slot": "x"}).status_code == 200


# --- copying --------------------------------------------------------------------------------------------------------
def test_a_copy_lies_behind_the_copied_batch_on_the_same_weekday(campus, browser):
    lead, assistant, room = campus.instructor(), campus.instructor(), campus.room()
    source = campus.batch(
        lead=lead,
        assistants=[assistant],
        slots=[slot(2, "18:00", "20:00", room=room)],
        start_date=date(2030, 1, 8),
        end_date=date(2030, 3, 1),
        capacity=12,
    )
    response = browser.post("/batches/new/copy/", {"batch": str(source.pk)})
    assert response["Location"] == f"/batches/new/?copy={source.pk}"
    form = browser.get(response["Location"]).context["form"]
    assert form["start_date"].value() == date(2030, 3, 5)
    assert form["end_date"].value() == date(2030, 3, 5) + (date(2030, 3, 1) - date(2030, 1, 8))
    assert (form["assigned_instructor"].value(), form["assistants"].value()) == (str(lead.pk), assistant.pk)
    assert [(one.initial["day"], one.initial["room"]) for one in form.slots] == [("Tuesday", str(room.pk))]
    assert form["capacity"].value() == 12
    assert form["batch_code"].value() is None


def test_a_copy_never_begins_in_the_past(campus):
    source = campus.batch(start_date=date(2020, 1, 6), end_date=date(2020, 1, 31))
    initial = initial_of_copy(campus.admin, batches_of(campus.admin, Batch.objects.all()).get(pk=source.pk))
    today = campus.admin.today()
    assert today < initial["start_date"] <= today + timedelta(days=7)
    assert initial["start_date"].isoweekday() == 1


def test_a_batch_year_is_copied_into_the_next_year(campus, browser):
    source = campus.batch(
        kind="academic", department=campus.department(), year=2030, current_semester=4, start_date=None, end_date=None
    )
    form = browser.get(f"{NEW}?copy={source.pk}").context["form"]
    assert (form["year"].value(), form["current_semester"].value(), form["batch_name"].value()) == (2031, 1, "")


def test_only_own_batches_are_copied(campus):
    own, other = campus.branch(), campus.branch()
    mine, theirs = campus.batch(branch=own), campus.batch(branch=other)
    manager = Browser(campus, campus.person(Role.BRANCH_MANAGER, branch=own))
    page = manager.get("/batches/new/copy/").content.decode()
    assert str(mine.pk) in page
    assert str(theirs.pk) not in page
    assert manager.post("/batches/new/copy/", {"batch": str(theirs.pk)}).status_code == 400
    assert manager.get(f"{NEW}?copy={theirs.pk}").status_code == 404
    assert manager.get(f"{NEW}?copy=nothing").status_code == 404


# --- editing --------------------------------------------------------------------------------------------------------
def test_every_part_of_a_batch_is_changed_at_once(campus, browser):
    lead, other = campus.instructor(), campus.instructor()
    batch = campus.batch(lead=lead, slots=[slot(1, "09:00", "11:00")])
    page = browser.get(f"/batches/{batch.pk}/edit/")
    assert page.context["form"]["assigned_instructor"].value() == str(lead.pk)
    fields = edited(
        batch,
        batch_name="Renamed",
        capacity="20",
        status="Active",
        assigned_instructor=str(other.pk),
        **{"schedule.0.day": "Tuesday"},
    )
    response = browser.post(f"/batches/{batch.pk}/edit/", fields)
    assert response["Location"] == f"/batches/{batch.pk}/"
    batch.refresh_from_db()
    assert (batch.name, batch.capacity, batch.status, batch.status_pinned) == ("Renamed", 20, "Active", True)
    assert [str(one) for one in batch.slots.all()] == ["Tuesday 09:00 to 11:00"]
    assert batch.instructor_assignments.leads().on(campus.admin.today()).get().instructor == other


def test_saving_unchanged_keeps_slots_and_lead(campus, browser):
    batch = campus.batch(lead=campus.instructor(), slots=[slot(1, "09:00", "11:00")])
    before = list(batch.slots.values_list("pk")) + list(batch.instructor_assignments.values_list("pk"))
    assert browser.post(f"/batches/{batch.pk}/edit/", edited(batch)).status_code == 302
    assert list(batch.slots.values_list("pk")) + list(batch.instructor_assignments.values_list("pk")) == before


def test_a_change_that_somebody_was_quicker_with_is_shown_and_may_be_repeated(campus, browser):
    batch = campus.batch(code="PY")
    fields = edited(batch, batch_name="Mine")
    change_batch(by=campus.admin, batch=batch, changes={"name": "Theirs"})
    response = browser.post(f"/batches/{batch.pk}/edit/", fields)
    assert response.status_code == 412
    words = words_of(response)
    assert "Someone changed this batch since you opened it" in words
    assert "Different in the saved batch: Name: Theirs" in words
    assert 'value="Mine"' in response.content.decode()
    again = fields | {"version": response.context["form"]["version"].value()}
    assert browser.post(f"/batches/{batch.pk}/edit/", again).status_code == 302
    batch.refresh_from_db()
    assert batch.name == "Mine"


def test_fewer_seats_than_are_held_are_refused(campus, browser):
    batch = campus.batch(capacity=2)
    campus.enroll(batch)
    campus.enroll(batch)
    batch.refresh_from_db()
    assert list(refused(browser.post(f"/batches/{batch.pk}/edit/", edited(batch, capacity="1")))) == ["capacity"]
    check = browser.post(CHECK, {**edited(batch, capacity="1"), "batch": str(batch.pk)})
    assert "2 seats are already taken." in words_of(check)


def test_ending_a_batch_with_students_is_confirmed_in_numbers(campus, browser):
    batch = campus.batch()
    campus.enroll(batch)
    batch.refresh_from_db()
    response = browser.post(f"/batches/{batch.pk}/edit/", edited(batch, status="Cancelled"))
    assert refused(response) == {
        "status": ["This cancels the enrollment of 1 student and can't be undone. Select to confirm."]
    }
    assert "confirm_status" in response.content.decode()
    confirmed = edited(batch, status="Cancelled", confirm_status="on")
    assert browser.post(f"/batches/{batch.pk}/edit/", confirmed).status_code == 302
    batch.refresh_from_db()
    assert (batch.status, batch.enrolled_students) == ("Cancelled", 0)


@pytest.mark.parametrize("status", ["Completed", "Begun", ""])
def test_a_status_that_does_not_follow_is_refused(campus, browser, status):
    batch = campus.batch()
    assert list(refused(browser.post(f"/batches/{batch.pk}/edit/", edited(batch, status=status)))) == ["status"]


def test_the_code_of_a_batch_cannot_be_emptied(campus, browser):
    batch = campus.batch()
    assert refused(browser.post(f"/batches/{batch.pk}/edit/", edited(batch, batch_code=""))) == {
        "batch_code": ["Batch code is required"]
    }


def test_a_lead_is_replaced_but_not_taken_away_here(campus, browser):
    batch = campus.batch(lead=campus.instructor())
    response = browser.post(f"/batches/{batch.pk}/edit/", edited(batch, assigned_instructor=""))
    assert list(refused(response)) == ["assigned_instructor"]
    assert "end the assignment on its Instructors page" in words_of(response)


def test_an_archived_batch_has_no_form(campus, browser):
    batch = campus.batch()
    archive_batch(by=campus.admin, batch=batch)
    response = browser.get(f"/batches/{batch.pk}/edit/")
    assert response.status_code == 400
    assert "Batch is archived" in words_of(response)


def test_the_semester_of_a_batch_year_is_not_edited(campus, browser):
    batch = campus.batch(
        kind="academic", department=campus.department(), year=2030, current_semester=3, start_date=None, end_date=None
    )
    fields = edited(batch, dept_id=str(batch.department_id), year="2031", current_semester="7")
    assert browser.post(f"/batches/{batch.pk}/edit/", fields).status_code == 302
    batch.refresh_from_db()
    assert (batch.year, batch.current_semester) == (2031, 3)


def test_the_form_costs_the_same_whatever_it_offers(campus, browser):
    batch = campus.batch(lead=campus.instructor(), slots=[slot(1, "09:00", "11:00", room=campus.room())])

    def cost(path):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(path).status_code == 200
        return len(queries)

    cost(NEW)
    before = [cost(NEW), cost(f"/batches/{batch.pk}/edit/")]
    for _each in range(3):
        campus.batch(lead=campus.instructor(), slots=[slot(2, "09:00", "11:00", room=campus.room())])
        campus.department()
    change_batch(by=campus.admin, batch=batch, changes={"slots": [slot(day, "09:00", "11:00") for day in range(1, 6)]})
    assert [cost(NEW), cost(f"/batches/{batch.pk}/edit/")] == before
    assert max(before) <= 14


def test_the_lead_is_chosen_among_people_with_their_own_limits(campus, browser):
    own = campus.instructor("Own Limit")
    campus.instructor("Usual Limit")
    change_profile(by=campus.admin, instructor=own, changes={"max_active_batches": 2})
    campus.batch(lead=own)
    words = words_of(browser.get(NEW))
    assert "Own Limit, 1 of 2 batches" in words
    assert f"Usual Limit, 0 of {campus.institution.max_active_batches} batches" in words
