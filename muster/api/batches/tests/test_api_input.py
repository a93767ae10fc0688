"""Bad input that rules refuse, and the fixed sentences word for word; `tests/api/test_bad_values.py` tries the rest."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.batches.models import Batch
from muster.batches.rules import archive_batch
from muster.institutions.models import Role
from tests.client import Api
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db
NOBODY = "01900000-0000-7000-8000-000000000000"
ANYTHING: tuple[Any, ...] = (
    None,
    True,
    1.5,
    -1,
    10**30,
    "",
    "x" * 5000,
    "\x01",
    [],
    {},
    ["x"],
    {"a": 1},
    NOBODY,
    "2030-13-45",
    "25:99",
)


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def api(campus):
    return Api(campus.token())


def batch_of(campus, **changes):
    """A batch as it is sent; a change of `...` leaves the field away."""
    body = {
        "batch_name": "Python, mornings",
        "start_date": "2030-01-07",
        "end_date": "2030-06-28",
        "capacity": 10,
        "assigned_instructor": str(campus.instructor().pk),
        "schedule": [{"day": "Monday", "start_time": "09:00", "end_time": "11:00"}],
        **changes,
    }
    return {name: value for name, value in body.items() if value is not ...}


def opened(api, campus, **changes):
    return api.post(f"/batches/courses/{campus.course().pk}/batches", batch_of(campus, **changes))


# --- opening --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"batch_name": ...}, "batch_name", "Batch name is required"),
        ({"batch_name": ""}, "batch_name", "Batch name is required"),
        ({"batch_name": "   "}, "batch_name", "Batch name is required"),
        ({"batch_code": ""}, "batch_code", "Batch code is required"),
        ({"start_date": ...}, "start_date", "Batch start date is required"),
        ({"start_date": None}, "start_date", "Batch start date is required"),
        ({"end_date": ...}, "end_date", "Batch end date is required"),
        ({"capacity": ...}, "capacity", "Batch capacity is required"),
        ({"capacity": None}, "capacity", "Batch capacity is required"),
        ({"capacity": 0}, "capacity", "Batch capacity must be at least 1"),
        ({"capacity": -5}, "capacity", "Batch capacity must be at least 1"),
        ({"assigned_instructor": ...}, "assigned_instructor", "Instructor assignment is required for a batch"),
        ({"assigned_instructor": ""}, "assigned_instructor", "Instructor assignment is required for a batch"),
    ],
)
def test_the_fixed_sentences_of_a_batch(api, campus, changes, field, sentence):
    reply = opened(api, campus, **changes)
    assert (reply.status, reply.fields) == (400, [field])
    assert sentence in reply.message
    assert Batch.objects.count() == 0


def test_the_assignee_must_be_an_instructor(api, campus):
    reply = opened(api, campus, assigned_instructor=str(campus.student().pk))
    assert (reply.status, reply.fields) == (400, ["assigned_instructor"])
    assert reply.message == "Assigned instructor must have instructor role"
    batch = campus.batch()
    again = api.put(f"/batches/{batch.pk}/assign-instructor/{campus.student().pk}")
    assert (again.status, again.message) == (400, "Assigned instructor must have instructor role")


def test_a_course_batch_never_loses_its_course(api, campus):
    reply = api.put(f"/batches/{campus.batch().pk}", {"course_id": None})
    assert (reply.status, reply.fields) == (400, ["course_id"])
    assert reply.message == "Course reference is required for a batch"


def test_the_default_instructor_of_the_course_leads_where_none_is_given(api, campus):
    course = campus.course(default_instructor=campus.instructor("Naledi"), default_capacity=7)
    body = batch_of(campus, assigned_instructor=..., capacity=...)
    reply = api.post(f"/batches/courses/{course.pk}/batches", body)
    assert (reply.status, reply.data["assigned_instructor"]["full_name"]) == (201, "Naledi")
    assert reply.data["capacity"] == 7


def test_an_archived_batch_refuses_every_touch(api, campus):
    batch = campus.batch()
    enrollment = campus.enroll(batch)
    archive_batch(by=campus.admin, batch=batch)
    replies = [
        api.put(f"/batches/{batch.pk}", {"batch_name": "Other"}),
        api.put(f"/batches/{batch.pk}/capacity", {"capacity": 20}),
        api.put(f"/batches/{batch.pk}/assign-instructor/{campus.instructor().pk}"),
        api.post(f"/batches/{batch.pk}/instructors", {"instructor_id": str(campus.instructor().pk)}),
        api.delete(f"/batches/{batch.pk}?enrollments=cancel"),
        api.delete(f"/enrollments/{enrollment.pk}"),
        api.put(f"/enrollments/{enrollment.pk}", {"enrollment_source": "fair"}),
        api.post(f"/enrollments/students/{campus.student().pk}/enroll", {"batchId": str(batch.pk)}),
    ]
    assert {reply.status for reply in replies} == {400}
    assert all("Batch is archived" in reply.message for reply in replies)
    assert {reply.body["code"] for reply in replies} == {"batch_archived"}


def test_a_double_booking_says_who_which_batch_and_slot(api, campus):
    busy = campus.instructor("Farid Osman")
    campus.batch(lead=busy, name="Bookkeeping", code="BK", slots=[slot(1, "10:00", "12:00")])
    reply = opened(api, campus, assigned_instructor=str(busy.pk))
    assert (reply.status, reply.body["code"], reply.fields) == (400, "schedule_conflict", ["assigned_instructor"])
    assert reply.message.startswith(
        "Schedule conflict: Farid Osman teaches Bookkeeping (BK), Monday 10:00 to 12:00, on 25 dates from "
    )
    assert reply.data["conflicts"][0]["busy"] == {"day": "Monday", "start_time": "10:00", "end_time": "12:00"}
    assert reply.data["alternatives"]["times"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"batch_name": "x" * 151}, "batch_name"),
        ({"batch_code": "x" * 41}, "batch_code"),
        ({"end_date": "2029-12-31"}, "end_date"),
        ({"end_date": "2090-12-31"}, "end_date"),
        ({"capacity": 10**12}, "capacity"),
        ({"waitlist_capacity": -1}, "waitlist_capacity"),
        ({"waitlist_capacity": 10**12}, "waitlist_capacity"),
        ({"year": 10**9}, "year"),
        ({"year": -3}, "year"),
        ({"status": "Sleeping"}, "status"),
        ({"assigned_instructor": "Naledi"}, "assigned_instructor"),
        ({"branch_id": "here"}, "branch_id"),
        ({"batch_notes": "x" * 20_001}, "batch_notes"),
        ({"schedule": [{"day": "Moonday", "start_time": "09:00", "end_time": "11:00"}]}, "schedule.0.day"),
        ({"schedule": [{"day": "Monday", "start_time": "11:00", "end_time": "09:00"}]}, "schedule.0.end_time"),
        (
            {"schedule": [{"day": "Monday", "start_time": "09:00", "end_time": "10:00", "instructor": "x"}]},
            "schedule.0.instructor",
        ),
        ({"schedule": [{"day": "Monday", "start_time": "09:00", "end_time": "10:00"}] * 101}, "schedule"),
    ],
)
def test_a_field_that_cannot_be_taken_is_named(api, campus, changes, field):
    reply = opened(api, campus, **changes)
    assert reply.status == 400, reply.body
    assert field in reply.fields
    assert Batch.objects.count() == 0


def test_a_nul_character_is_refused_before_it_reaches_the_database(api, campus):
    for field in ("batch_name", "batch_code", "batch_notes"):
        reply = opened(api, campus, **{field: "a\x00b"})
        assert (reply.status, reply.fields) == (400, [field])
    reply = opened(api, campus, schedule=[{"day": "Monday"}, {"day": "Tuesday", "start_time": "\x00"}])
    assert (reply.status, reply.fields) == (400, ["schedule.1.start_time"])


def test_ids_of_another_institution_are_unknown_here(api, campus):
    other = Campus.found()
    named = {
        "branch_id": other.branch(),
        "dept_id": other.department(),
        "assigned_instructor": other.instructor(),
    }
    for field, row in named.items():
        assert opened(api, campus, **{field: str(row.pk)}).fields == [field]
    room = {"day": "Monday", "start_time": "09:00", "end_time": "10:00", "room": str(other.room().pk)}
    assert opened(api, campus, schedule=[room]).fields == ["schedule.0.room"]
    assert api.post(f"/batches/courses/{other.course().pk}/batches", batch_of(campus)).status == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"year": ...}, "year"),
        ({"year": 1500}, "year"),
        ({"dept_id": ...}, "dept_id"),
        ({"current_semester": 0}, "current_semester"),
        ({"current_semester": 9}, "current_semester"),
        ({"current_semester": 10**9}, "current_semester"),
        ({"course_id": NOBODY}, "course_id"),
        ({"capacity": 0}, "capacity"),
    ],
)
def test_a_batch_year_names_what_cannot_be_taken(api, campus, changes, field):
    body = {"year": 2030, "dept_id": str(campus.department().pk), **changes}
    reply = api.post("/batches", {name: value for name, value in body.items() if value is not ...})
    assert (reply.status, reply.fields) == (400, [field])


# --- changing -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"batch_name": None}, "batch_name"),
        ({"batch_name": ""}, "batch_name"),
        ({"batch_code": None}, "batch_code"),
        ({"start_date": None}, "start_date"),
        ({"end_date": "2020-01-01"}, "end_date"),
        ({"capacity": None}, "capacity"),
        ({"capacity": 0}, "capacity"),
        ({"status": None}, "status"),
        ({"status": "Completed"}, "status"),
        ({"auto_rollover": None}, "auto_rollover"),
        ({"current_semester": 2}, "current_semester"),
        ({"assigned_instructor": None}, "assigned_instructor"),
        ({"version": "1"}, "version"),
        ({"year": 10**9}, "year"),
    ],
)
def test_a_change_that_cannot_be_taken_names_its_field_and_changes_nothing(api, campus, body, field):
    batch = campus.batch()
    before = api.get(f"/batches/{batch.pk}").data
    reply = api.put(f"/batches/{batch.pk}", {"batch_notes": "Changed", **body})
    assert (reply.status, reply.fields) == (400, [field])
    assert api.get(f"/batches/{batch.pk}").data == before


def test_a_change_by_an_old_version_is_stale(api, campus):
    batch = campus.batch()
    assert api.put(f"/batches/{batch.pk}", {"batch_notes": "A", "version": 99}).status == 412
    assert api.put(f"/batches/{batch.pk}", {"batch_notes": "A"}, If_Match='"99"').status == 412
    assert api.put(f"/batches/{batch.pk}", {"batch_notes": "A"}, If_Match="x").fields == ["If-Match"]


def test_a_code_is_one_batch_s_alone_whatever_its_case(api, campus):
    campus.batch(code="DA-1")
    reply = opened(api, campus, batch_code="da-1")
    assert (reply.status, reply.fields, reply.body["code"]) == (400, ["batch_code"], "code_taken")
    other = campus.batch()
    assert api.put(f"/batches/{other.pk}", {"batch_code": "DA-1"}).fields == ["batch_code"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"capacity": None}, "capacity"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": 10**12}, "capacity"),
        ({"capacity": 12, "waitlist_capacity": -1}, "waitlist_capacity"),
    ],
)
def test_a_capacity_names_what_cannot_be_taken(api, campus, body, field):
    reply = api.put(f"/batches/{campus.batch().pk}/capacity", body)
    assert (reply.status, reply.fields) == (400, [field])


def test_a_capacity_below_the_seats_held_is_refused(api, campus):
    batch = campus.batch(code="DA-1")
    campus.enroll(batch)
    campus.enroll(batch)
    reply = api.put(f"/batches/{batch.pk}/capacity", {"capacity": 1})
    assert (reply.status, reply.fields, reply.body["code"]) == (400, ["capacity"], "capacity_below_seats")


def test_a_batch_with_students_is_deleted_only_when_told_what_becomes_of_them(api, campus):
    batch = campus.batch()
    campus.enroll(batch)
    refused = api.delete(f"/batches/{batch.pk}")
    assert (refused.status, refused.data) == (400, {"current_enrollments": 1})
    assert api.delete(f"/batches/{batch.pk}?enrollments=keep").fields == ["enrollments"]
    assert api.delete(f"/batches/{batch.pk}?enrollments=cancel").status == 200
    assert api.get(f"/batches/{batch.pk}").status == 404
    restored = api.post(f"/batches/{batch.pk}/restore")
    assert (restored.status, restored.data["enrolled_students"]) == (200, 1)


# --- staffing -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"role": "boss"}, "role"),
        ({"from_date": "2030-02-01", "until_date": "2030-01-01"}, "until_date"),
        ({"role": "substitute"}, "until_date"),
        ({"notes": "x" * 20_001}, "notes"),
    ],
)
def test_an_assignment_names_what_cannot_be_taken(api, campus, changes, field):
    body = {"instructor_id": str(campus.instructor().pk), **changes}
    reply = api.post(
        f"/batches/{campus.batch().pk}/instructors", {name: value for name, value in body.items() if value is not ...}
    )
    assert (reply.status, reply.fields) == (400, [field])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"assignment_id": "x"}, "assignment_id"),
    ],
)
def test_an_end_names_what_cannot_be_taken(api, campus, body, field):
    reply = api.delete(f"/batches/{campus.batch().pk}/instructors", body)
    assert (reply.status, reply.fields) == (400, [field])


def test_an_assignment_is_ended_with_a_last_day(api, campus):
    batch, today = campus.batch(), campus.admin.today()
    made = api.post(f"/batches/{batch.pk}/instructors", {"instructor_id": str(campus.instructor().pk)})
    body = {"assignment_id": made.data["_id"], "until_date": (today + timedelta(days=3)).isoformat()}
    assert api.delete(f"/batches/{batch.pk}/instructors", body).data["until_date"][:10] == body["until_date"]
    early = {**body, "until_date": (today - timedelta(days=9)).isoformat()}
    assert api.delete(f"/batches/{batch.pk}/instructors", early).fields == ["until_date"]
    assert api.delete(f"/batches/{batch.pk}/instructors", {**body, "until_date": "soon"}).fields == ["until_date"]


@pytest.mark.parametrize("instructor", [NOBODY, "x", "5"])
def test_a_lead_who_is_not_there_is_missing(api, campus, instructor):
    assert api.put(f"/batches/{campus.batch().pk}/assign-instructor/{instructor}").status == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"end_date": "2020-01-01"}, "end_date"),
        ({"end_date": "2099-01-01"}, "end_date"),
        ({"room": "x"}, "room"),
        ({"ignore_batch": NOBODY}, "ignore_batch"),
        ({"ignore_batch": "x"}, "ignore_batch"),
    ],
)
def test_a_question_about_clashes_names_what_cannot_be_taken(api, changes, field):
    body = {"schedule": [], "start_date": "2030-01-07", "end_date": "2030-06-28", **changes}
    reply = api.post("/batches/check-conflicts", {name: value for name, value in body.items() if value is not ...})
    assert (reply.status, reply.fields) == (400, [field])


# --- lists ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("dept=x", "dept"),
        ("branch=x", "branch"),
        ("course=x", "course"),
        ("instructor=x", "instructor"),
        ("year=x", "year"),
        ("year=99999999999999", "year"),
        ("semester=-99999", "semester"),
        ("status=Sleeping", "status"),
        ("kind=x", "kind"),
        ("archived=maybe", "archived"),
        ("sort=secret", "sort"),
        ("page=0", "page"),
        ("page_size=201", "page_size"),
        ("page_size=x", "page_size"),
        ("q=" + "x" * 201, "q"),
        ("q=%00", "q"),
    ],
)
def test_a_filter_that_cannot_be_is_named(api, query, field):
    reply = api.get(f"/batches?{query}")
    assert (reply.status, reply.fields) == (400, [field])


@pytest.mark.parametrize("path", ["/batches/x", f"/batches/{NOBODY}", "/batches/x/students", "/batches/x/history"])
def test_a_batch_that_is_not_there_is_missing(api, path):
    assert api.get(path).status == 404


# --- anything at all ------------------------------------------------------------------------------------------------
FIELDS = (
    "batch_name",
    "batch_code",
    "course_id",
    "branch_id",
    "dept_id",
    "year",
    "current_semester",
    "auto_rollover",
    "start_date",
    "end_date",
    "capacity",
    "waitlist_capacity",
    "assigned_instructor",
    "status",
    "batch_notes",
    "schedule",
    "version",
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(ANYTHING), max_size=6))
def test_whatever_is_sent_is_answered_and_never_a_fault(api, campus, body):
    batch = campus.batch()
    for reply in (
        api.put(f"/batches/{batch.pk}", body),
        api.post("/batches", body),
        api.post(f"/batches/courses/{batch.course_id}/batches", body),
        api.put(f"/batches/{batch.pk}/capacity", body),
    ):
        assert reply.status in (200, 201, 400, 412)
        assert reply.status != 400 or reply.fields


def test_a_department_administrator_opens_a_batch_only_in_their_department(campus):
    own, other = campus.department(), campus.department()
    head = Api(campus.token(campus.person(Role.DEPT_ADMIN, department=own)))
    assert head.post("/batches", {"year": 2030, "dept_id": str(own.pk)}).status == 201
    assert head.post("/batches", {"year": 2031, "dept_id": str(other.pk)}).status == 403


def test_inactive_places_are_refused_where_they_are_new_and_stay_where_they_were(api, campus):
    branch, other = campus.branch(), campus.branch()
    room = campus.room(branch)
    monday = {"day": "Monday", "start_time": "09:00", "end_time": "10:00", "room": str(room.pk)}
    held = opened(api, campus, branch_id=str(branch.pk), schedule=[monday]).data["_id"]
    for place in (branch, room):
        place.is_active = False
        place.save()
    refused = opened(api, campus, branch_id=str(branch.pk), schedule=[monday | {"day": "Friday"}])
    assert (refused.status, refused.fields) == (400, ["branch_id", "schedule.0.room"])
    assert refused.message.startswith(f"{branch.name} is inactive.")
    kept = api.put(f"/batches/{held}", {"batch_notes": "Stays", "schedule": [monday | {"day": "Tuesday"}]})
    assert (kept.status, kept.data["schedule"][0]["room"]["_id"]) == (200, str(room.pk))
    moved = campus.batch(branch=other)
    assert api.put(f"/batches/{moved.pk}", {"branch_id": str(branch.pk)}).fields == ["branch_id"]
    assert api.put(f"/batches/{moved.pk}", {"schedule": [monday]}).fields == ["schedule.0.room"]
    assert api.put(f"/batches/{held}/capacity", {"capacity": 12}).status == 200
