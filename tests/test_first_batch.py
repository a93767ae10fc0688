"""The main job over the API: sign in, open a batch, staff it, fill it until it is full."""

import pytest

from tests.client import Api
from tests.make import PASSWORD, Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found("Ridgeline Institute")


def test_a_batch_is_opened_staffed_and_filled(campus):
    signed_in = Api().post("/v1/auth/login", {"email": campus.admin.user.email, "password": PASSWORD})
    assert signed_in.status == 200, signed_in.body
    api = Api(signed_in.data["token"])
    course, farid, leila = (
        campus.course(code="PYTHON"),
        campus.instructor("Farid Osman"),
        campus.instructor("Leila Farouk"),
    )

    opened = api.post(
        f"/batches/courses/{course.pk}/batches",
        {
            "batch_name": "Morning Batch - January 2030",
            "start_date": "2030-01-15T00:00:00.000Z",
            "end_date": "2030-04-15",
            "capacity": 2,
            "assigned_instructor": str(farid.pk),
            "schedule": [{"day": "Monday", "start_time": "08:00", "end_time": "10:00"}],
        },
    )
    assert (opened.status, opened.message) == (201, "Batch created successfully")
    batch = opened.data
    assert batch["batch_code"] == "PYTHON-JAN-2030"
    assert batch["start_date"] == "2030-01-15T00:00:00.000Z"
    assert batch["status"] == "Upcoming"
    assert batch["assigned_instructor"] == {
        "_id": str(farid.pk),
        "full_name": "Farid Osman",
        "email": farid.email,
    }
    assert (batch["enrolled_students"], batch["available_spots"]) == (0, 2)

    assigned = api.put(f"/batches/{batch['_id']}/assign-instructor/{leila.pk}")
    assert (assigned.status, assigned.message) == (200, "Instructor assigned to batch successfully")
    assert assigned.data["assigned_instructor"] == str(leila.pk)

    for _seat in range(2):
        enrolled = api.post(
            f"/enrollments/students/{campus.student().pk}/enroll",
            {"courseId": str(course.pk), "batchId": batch["_id"], "enrollment_type": "batch"},
        )
        assert (enrolled.status, enrolled.message) == (201, "Student enrolled in batch successfully")
        assert enrolled.data["access_expiry_date"] == "2030-05-15T00:00:00.000Z"
    refused = api.post(
        f"/enrollments/students/{campus.student().pk}/enroll", {"courseId": str(course.pk), "batchId": batch["_id"]}
    )
    assert refused.status == 400
    assert "Batch has reached maximum capacity" in refused.message

    listed = api.get(f"/batches/courses/{course.pk}/batches")
    assert (listed.body["count"], listed.data[0]["enrolled_students"], listed.data[0]["available_spots"]) == (1, 2, 0)


def test_a_double_booking_names_the_other_batch_and_what_is_free(campus):
    api = Api(campus.token())
    farid, leila = campus.instructor("Farid Osman"), campus.instructor("Leila Farouk")
    slot = {"day": "Tuesday", "start_time": "17:30", "end_time": "19:30"}
    body = {
        "batch_name": "Bookkeeping, evenings",
        "batch_code": "BK-AUG",
        "start_date": "2030-01-07",
        "end_date": "2030-03-01",
        "capacity": 10,
        "assigned_instructor": str(farid.pk),
        "schedule": [slot],
    }
    course = campus.course()
    assert api.post(f"/batches/courses/{course.pk}/batches", body).status == 201
    clash = api.post(
        f"/batches/courses/{course.pk}/batches",
        {**body, "batch_code": "PY-JAN", "schedule": [{**slot, "start_time": "18:00", "end_time": "20:00"}]},
    )
    assert clash.status == 400
    assert clash.message == (
        "Schedule conflict: Farid Osman teaches Bookkeeping, evenings (BK-AUG), Tuesday 17:30 to 19:30, "
        "on 8 dates from 8 January 2030 to 26 February 2030."
    )
    assert clash.data["alternatives"]["times"][0] == {
        "slot": 0, "day": "Tuesday", "start_time": "19:30", "end_time": "21:30"
    }  # fmt: skip
    assert [person["_id"] for person in clash.data["alternatives"]["instructors"]] == [str(leila.pk)]
