"""The fixed contract: paths, fields and sentences that other programs speak already. Nothing here is renamed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.described import description
from tests.client import Api
from tests.make import PASSWORD, Campus, slot

STAMPS = "_id createdAt updatedAt"
BATCH = (
    f"{STAMPS} batch_name batch_code start_date end_date capacity assigned_instructor status batch_notes schedule "
    "enrolled_students available_spots batch_id year dept_id current_semester auto_rollover archived created_at"
)
BATCH_BODY = "batch_name batch_code start_date end_date capacity assigned_instructor status batch_notes schedule"
YEAR_BODY = "year dept_id course_id current_semester auto_rollover batch_name capacity"
DEPARTMENT = f"{STAMPS} department_id name short_code hod_name hod_id created_at"
ENROLLMENT = f"{STAMPS} student course batch enrollment_type status enrollment_date access_expiry_date"
ENROLL_BODY = "courseId batchId enrollment_type enrollment_source enrollment_date paymentDetails"

# Method and path -> (status, fields of the body, fields of what is answered).
FIXED = {
    "POST /api/v1/auth/login": (200, "email password otp", "token expires_at user"),
    "GET /api/departments": (200, "", DEPARTMENT),
    "POST /api/departments": (201, "name short_code hod_name hod_id", DEPARTMENT),
    "GET /api/departments/{department_id}": (200, "", DEPARTMENT),
    "PUT /api/departments/{department_id}": (200, "name short_code hod_name hod_id", DEPARTMENT),
    "DELETE /api/departments/{department_id}": (200, "", "_id"),
    "POST /api/batches/courses/{course_id}/batches": (201, BATCH_BODY, BATCH),
    "GET /api/batches/courses/{course_id}/batches": (200, "", BATCH),
    "GET /api/batches/{batch_id}": (200, "", BATCH),
    "PUT /api/batches/{batch_id}": (200, BATCH_BODY, BATCH),
    "DELETE /api/batches/{batch_id}": (200, "", "_id"),
    "PUT /api/batches/{batch_id}/assign-instructor/{instructor_id}": (200, "", "_id assigned_instructor"),
    "GET /api/batches/{batch_id}/students": (200, "", "_id full_name email status attendance_percent"),
    "GET /api/batches": (200, "", BATCH),
    "POST /api/batches": (201, YEAR_BODY, BATCH),
    "PUT /api/batches/{batch_id}/archive": (200, "archived", BATCH),
    "POST /api/enrollments/students/{student_id}/enroll": (201, ENROLL_BODY, ENROLLMENT),
    "GET /api/enrollments/{enrollment_id}": (200, "", ENROLLMENT),
    "PUT /api/enrollments/{enrollment_id}": (200, "status enrollment_type enrollment_date", ENROLLMENT),
    "DELETE /api/enrollments/{enrollment_id}": (200, "", ENROLLMENT),
}
BATCH_FILTERS = "dept branch course year semester status archived instructor q page page_size sort"
# Shapes within shapes.
WITHIN = {
    "PersonOut": "_id full_name email",
    "SlotIn": "day start_time end_time room",
    "SlotOut": "day start_time end_time room",
    "PaymentIn": "amount currency payment_method payment_status transaction_id",
    "Failure": "success message code errors data",
    "Wrong": "field message",
}


def shape(schema: dict[str, Any]) -> dict[str, Any]:
    """The shape that a schema refers to, through lists."""
    schema = schema.get("items", schema)
    # Of a list whose rows can be deleted also what is left of these.
    schema = schema.get("anyOf", [schema])[0]
    found: dict[str, Any] = description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


@pytest.mark.parametrize("route", FIXED)
def test_a_fixed_route_keeps_its_fields(route):
    method, _space, path = route.partition(" ")
    status, sent, told = FIXED[route]
    operation = description()["paths"][path][method.lower()]
    answer = shape(operation["responses"][str(status)]["content"]["application/json"]["schema"])
    assert {"success", "message", "data"} <= set(answer["properties"])
    assert set(told.split()) - set(shape(answer["properties"]["data"])["properties"]) == set()
    if sent:
        body = shape(operation["requestBody"]["content"]["application/json"]["schema"])
        assert set(sent.split()) - set(body["properties"]) == set()


def test_the_lists_take_their_filters_and_tell_their_size():
    operation = description()["paths"]["/api/batches"]["get"]
    assert set(BATCH_FILTERS.split()) - {one["name"] for one in operation["parameters"]} == set()
    answer = shape(operation["responses"]["200"]["content"]["application/json"]["schema"])
    assert {"count", "total", "page", "page_size"} <= set(answer["properties"])


@pytest.mark.parametrize("name", WITHIN)
def test_a_fixed_shape_keeps_its_fields(name):
    assert set(WITHIN[name].split()) - set(description()["components"]["schemas"][name]["properties"]) == set()


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def api(campus):
    return Api(campus.token())


@pytest.mark.django_db
def test_the_sentences_about_a_batchs_fields(campus, api):
    course, teacher = campus.course(default_capacity=None), str(campus.instructor().pk)
    body = {
        "batch_name": "Evenings",
        "start_date": "2031-01-06",
        "end_date": "2031-03-28",
        "capacity": 12,
        "assigned_instructor": teacher,
    }
    path = f"/batches/courses/{course.pk}/batches"
    for wrong, field, sentence in (
        ({"batch_name": ""}, "batch_name", "Batch name is required"),
        ({"batch_name": None}, "batch_name", "Batch name is required"),
        ({"batch_code": ""}, "batch_code", "Batch code is required"),
        ({"start_date": None}, "start_date", "Batch start date is required"),
        ({"end_date": None}, "end_date", "Batch end date is required"),
        ({"capacity": None}, "capacity", "Batch capacity is required"),
        ({"capacity": 0}, "capacity", "Batch capacity must be at least 1"),
        ({"assigned_instructor": ""}, "assigned_instructor", "Instructor assignment is required for a batch"),
        (
            {"assigned_instructor": str(campus.student().pk)},
            "assigned_instructor",
            "Assigned instructor must have instructor role",
        ),
    ):
        refused = api.post(path, {**body, **wrong})
        assert (refused.status, refused.fields) == (400, [field]), wrong
        assert sentence in refused.message
        for name in wrong:
            absent = api.post(path, {key: value for key, value in body.items() if key != name})
            if wrong[name] is None:
                assert sentence in absent.message
    assert api.post(path, body).message == "Batch created successfully"


@pytest.mark.django_db
def test_the_sentences_of_seats_and_clashes(campus, api):
    teacher = campus.instructor()
    batch = campus.batch(capacity=1, lead=teacher, slots=[slot(1, "09:00", "11:00")])
    student = campus.student()
    enrolled = api.post(f"/enrollments/students/{student.pk}/enroll", {"batchId": str(batch.pk)})
    assert enrolled.message == "Student enrolled in batch successfully"
    again = api.post(f"/enrollments/students/{student.pk}/enroll", {"batchId": str(batch.pk)})
    assert (again.status, "already enrolled" in again.message) == (400, True)
    full = api.post(f"/enrollments/students/{campus.student().pk}/enroll", {"batchId": str(batch.pk)})
    assert (full.status, "Batch has reached maximum capacity" in full.message) == (400, True)
    alone = api.post(f"/enrollments/students/{campus.student().pk}/enroll", {"courseId": str(campus.course().pk)})
    assert (alone.status, alone.message) == (201, "Student enrolled successfully")
    assert alone.data["enrollment_type"] == "individual"
    clash = api.post(
        f"/batches/courses/{campus.course().pk}/batches",
        {
            "batch_name": "Clash",
            "start_date": "2030-02-04",
            "end_date": "2030-03-01",
            "capacity": 5,
            "assigned_instructor": str(teacher.pk),
            "schedule": [{"day": "Monday", "start_time": "10:00", "end_time": "12:00"}],
        },
    )
    assert (clash.status, clash.message.startswith("Schedule conflict")) == (400, True)
    assert set(clash.data) >= {"conflicts", "alternatives"}
    archived = campus.batch()
    assert api.put(f"/batches/{archived.pk}/archive", {}).status == 200
    touched = api.put(f"/batches/{archived.pk}", {"batch_notes": "x"})
    assert (touched.status, "Batch is archived" in touched.message) == (400, True)


@pytest.mark.django_db
def test_assigning_the_lead_again_changes_nothing(campus, api):
    batch, teacher = campus.batch(), campus.instructor()
    path = f"/batches/{batch.pk}/assign-instructor/{teacher.pk}"
    first, again = api.put(path), api.put(path)
    assert (first.status, again.status) == (200, 200)
    assert first.message == again.message == "Instructor assigned to batch successfully"
    assert first.data["assigned_instructor"] == again.data["assigned_instructor"] == str(teacher.pk)
    assert first.data["version"] == again.data["version"]


@pytest.mark.django_db
def test_dates_go_in_as_days_or_moments_and_out_as_midnight(campus, api):
    body = {
        "batch_name": "Dates",
        "start_date": "2031-01-06T23:30:00-05:00",
        "end_date": "2031-03-28",
        "capacity": 5,
        "assigned_instructor": str(campus.instructor().pk),
    }
    batch = api.post(f"/batches/courses/{campus.course().pk}/batches", body).data
    assert (batch["start_date"], batch["end_date"]) == ("2031-01-07T00:00:00.000Z", "2031-03-28T00:00:00.000Z")
    assert batch["createdAt"].endswith("Z")


@pytest.mark.django_db
def test_signing_in_answers_a_token_that_works(campus):
    signed_in = Api().post("/v1/auth/login", {"email": campus.admin.user.email, "password": PASSWORD})
    assert set(signed_in.data) == {"token", "expires_at", "user"}
    assert Api(signed_in.data["token"]).get("/v1/auth/me").data["_id"] == signed_in.data["user"]["_id"]
