"""Hybrid learning: a batch with its classes and a mentor beside it, up to what came of both."""

from typing import Any

import pytest

from tests.client import Api
from tests.workflows.learning import WEEKDAYS, bring_back, done, found, mark, six_weeks

pytestmark = pytest.mark.django_db


def test_a_student_learns_in_a_batch_and_with_a_mentor():
    campus, admin = found()
    first, last = six_weeks(campus)
    naledi = admin.add("instructor", "Naledi Mokoena", "naledi@example.org")
    thandi = admin.add("instructor", "Thandi Nkosi", "thandi@example.org")
    ada = admin.add("student", "Ada Byron", "ada@example.org")
    ben = admin.add("student", "Ben Okri", "ben@example.org")

    # One course: Ada joins a batch of it, Ben studies by himself.
    course = admin.post("/courses", {"course_title": "Data analytics", "code": "DA", "kind": "short_course"})["_id"]
    batch = admin.post(
        f"/batches/courses/{course}/batches",
        {
            "batch_name": "Data analytics, mornings",
            "start_date": first.isoformat(),
            "end_date": last.isoformat(),
            "capacity": 10,
            "assigned_instructor": naledi.pk,
            "schedule": [{"day": WEEKDAYS[first.weekday()], "start_time": "00:00", "end_time": "02:00"}],
        },
    )["_id"]
    enrolled = {
        who: admin.post(f"/enrollments/students/{who.pk}/enroll", {"enrollment_date": first.isoformat(), **where})
        for who, where in ((ada, {"courseId": course, "batchId": batch}), (ben, {"courseId": course}))
    }
    assert [one["enrollment_type"] for one in enrolled.values()] == ["batch", "individual"]

    # Both are given a mentor.
    for who in (ada, ben):
        admin.post("/v1/auth/assign-instructor-to-student", {"student_id": who.pk, "instructor_id": thandi.pk}, 200)

    # Ada's batch meets with its instructor, and she and Ben meet their mentor.
    for session in naledi.get(f"/batches/{batch}/sessions")[:5]:
        mark(naledi, session["session_id"], PRESENT=[enrolled[ada]["_id"]])
    for who, clock in ((ada, "12:30"), (ben, "13:30")):
        body = {"student_id": who.pk, "starts_at": f"2030-03-12T{clock}"}
        [talk] = thandi.post("/mentoring/sessions", body)
        bring_back(talk["_id"], 7)
        agreed = [{"title": "Read the first chapter"}]
        thandi.put(f"/mentoring/sessions/{talk['_id']}", {"status": "held", "goals": agreed})
        [goal] = who.get("/mentoring/goals")
        thandi.put(f"/mentoring/goals/{goal['_id']}", {"status": "reached"})

    # Progress is tracked of both alike: all that was due is done.
    for who in (ada, ben):
        assert who.get(f"/enrollments/{enrolled[who]['_id']}")["progress"] == 100
    assert naledi.get(f"/batches/{batch}/students")[0]["progress"] == 100

    # A test of the batch counts too, for who is in it.
    planned: dict[str, Any] = {
        "batch_id": batch,
        "title": "Test 1",
        "category": "Tests",
        "maximum": 20,
        "due_on": first.isoformat(),
    }
    test = naledi.post("/assessments", planned)["_id"]
    naledi.put(f"/assessments/{test}/marks", {"rows": [{"enrollment_id": enrolled[ada]["_id"], "mark": 12}]})
    naledi.post(f"/assessments/{test}/publish", {}, 200)
    parts = ("sessions_done", "assessments_done", "milestones_done", "progress")
    report = {one["student_name"]: [one[part] for part in parts] for one in admin.get("/exports/enrollments")}
    assert report == {"Ada Byron": [5, 1, 1, 100], "Ben Okri": [1, 0, 1, 100]}

    # Each completes the course, and has a certificate that everyone can verify.
    for who in (ada, ben):
        admin.post(f"/enrollments/{enrolled[who]['_id']}/complete", {}, 200)
        issued = admin.post("/certificates", {"enrollment_id": enrolled[who]["_id"]})
        assert [one["serial"] for one in who.get("/certificates")] == [issued["serial"]]
        assert done(Api().get(f"/verify/{issued['serial']}"))["status"] == "valid"
