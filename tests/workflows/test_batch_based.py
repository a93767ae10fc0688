"""Batch-based learning from the application to the report: who does what, in the order it happens."""

import pytest
from django.core import mail

from muster.enrollments.rules import welcome_students
from tests.client import Api
from tests.files import PDF
from tests.jobs import run_jobs
from tests.workflows.learning import WEEKDAYS, done, found, mark, one_of, six_weeks

pytestmark = pytest.mark.django_db


def test_a_batch_is_opened_taught_and_finished():
    campus, admin = found()
    first, last = six_weeks(campus)
    admin.put("/institution", {"catalogue_is_public": True, "enroll_until_days": 60})
    naledi = admin.add("instructor", "Naledi Mokoena", "naledi@example.org")

    # The administrator creates a course, a batch of it, and assigns who teaches it, who is told.
    needed = {"certificate_attendance_percent": 75, "certificate_progress_percent": 80}
    course = admin.post("/courses", {"course_title": "Data analytics", "code": "DA", "kind": "short_course", **needed})[
        "_id"
    ]
    slot = {"day": WEEKDAYS[first.weekday()], "start_time": "00:00", "end_time": "02:00"}
    batch = admin.post(
        f"/batches/courses/{course}/batches",
        {
            "batch_name": "Data analytics, mornings",
            "batch_code": "DA-1",
            "start_date": first.isoformat(),
            "end_date": last.isoformat(),
            "capacity": 10,
            "assigned_instructor": admin.add("instructor", "Farid Osman", "farid@example.org").pk,
            "schedule": [slot],
        },
    )["_id"]
    admin.put(f"/batches/{batch}/assign-instructor/{naledi.pk}")
    assert naledi.told() == ["You lead DA-1"]

    # A stranger applies and is accepted; another student, who came from the first day, is enrolled.
    wanted = {"batch_id": batch, "full_name": "Ada Byron", "email": "ada@example.org"}
    slug = campus.institution.slug
    done(Api().post(f"/catalogue/{slug}/applications", wanted), 201)
    asked = one_of(admin.get("/applications?status=pending"))
    ada_seat = admin.put(f"/applications/{asked['_id']}", {"decision": "accept"})["enrollment"]
    bongani = admin.add("student", "Bongani Khumalo", "bongani@example.org")
    bongani_seat = admin.post(
        f"/enrollments/students/{bongani.pk}/enroll",
        {"courseId": course, "batchId": batch, "enrollment_date": first.isoformat()},
    )["_id"]
    assert admin.get(f"/batches/{batch}")["enrolled_students"] == 2

    # Both hear of their seat, and when it meets.
    welcome_students()
    run_jobs()
    told = {one.subject: one for one in mail.outbox}
    assert told["You have a seat in Data analytics, mornings"].to == ["ada@example.org"]
    assert told["You're enrolled in DA-1"].to == ["bongani@example.org"]
    assert "text/calendar" in str(told["You're enrolled in DA-1"].message())

    # The instructor sees the batch and its students, and teaches by the schedule, which the students see too.
    assert [one["_id"] for one in naledi.get("/batches")] == [batch]
    assert len(naledi.get(f"/batches/{batch}/students")) == 2
    sessions = [one["session_id"] for one in naledi.get(f"/batches/{batch}/sessions")]
    timetable = bongani.get(f"/students/{bongani.pk}/timetable?from={first}&to={last}")
    assert [one["session_id"] for one in timetable] == sessions
    mark(naledi, sessions[0], ABSENT=[bongani_seat])
    for session in sessions[1:4]:
        mark(naledi, session, PRESENT=[bongani_seat])
    summary = mark(naledi, sessions[4], PRESENT=[ada_seat], LATE=[bongani_seat])
    assert (summary["PRESENT"], summary["LATE"], summary["unmarked"]) == (1, 1, 0)
    for session in sessions[:5]:
        naledi.put(f"/institution/class-sessions/{session}/lock")
    assert one_of(bongani.get(f"/students/{bongani.pk}/attendance")["batches"])["attendance_percent"] == 80

    # She hands out what they read; who has opened it is counted.
    notes = naledi.send_file("/materials", "cleaning-data.pdf", PDF, batch_id=batch)["_id"]
    assert [one["title"] for one in bongani.get("/materials")] == ["cleaning-data"]
    assert bongani.api.get(f"/materials/{notes}/file").content == PDF
    views = {one["student"]["full_name"]: one["days"] for one in naledi.get(f"/materials/{notes}/views")}
    assert views == {"Ada Byron": 0, "Bongani Khumalo": 1}

    # The test is marked and published: Bongani wrote it, Ada did not.
    test = naledi.post(
        "/assessments",
        {"batch_id": batch, "title": "Test 1", "category": "Tests", "maximum": 20, "due_on": first.isoformat()},
    )["_id"]
    marks = [{"enrollment_id": bongani_seat, "mark": 17}, {"enrollment_id": ada_seat, "mark": "absent"}]
    naledi.put(f"/assessments/{test}/marks", {"rows": marks})
    naledi.post(f"/assessments/{test}/publish", {}, 200)
    assert bongani.told()[0] == "Your mark for Test 1 is published"

    # Progress is reported: 40 * 4/5 and 40 * 1/1 of 80, and 40 * 1/1 and 0 of 80.
    report = {one["student_name"]: one for one in admin.get("/exports/enrollments?format=json")}
    assert {name: one["progress"] for name, one in report.items()} == {"Bongani Khumalo": 90, "Ada Byron": 50}
    assert bongani.get(f"/enrollments/{bongani_seat}")["progress"] == 90

    # They are asked what they think of it; so few answers are shown to nobody.
    asked = admin.post("/feedback/rounds", {"batch_id": batch, "kind": "end", "accept_small_group": True})["_id"]
    bongani.post(
        f"/feedback/rounds/{asked}/answers", {"content": 5, "instructor": 5, "value": 4, "comment": "More!"}, 201
    )
    summary = admin.get(f"/feedback/rounds/{asked}/summary")
    assert (summary["ratings"], summary["comments"]) == (None, [])

    # The batch ends, and the students' enrollments with it.
    admin.put(f"/batches/{batch}", {"status": "Completed"})
    assert {one["status"] for one in admin.get(f"/enrollments?batch={batch}")} == {"completed"}

    # Who has what the course asks for gets a certificate, which everyone can verify; the other is told what is missing.
    refused = admin.api.post("/certificates", {"enrollment_id": ada_seat})
    assert refused.status == 400
    assert "Needs 80% progress, has 50%." in refused.message
    issued = admin.post("/certificates", {"enrollment_id": bongani_seat})
    assert [one["serial"] for one in bongani.get("/certificates")] == [issued["serial"]]
    shown = done(Api().get(f"/verify/{issued['serial']}"))
    assert (shown["status"], shown["kind"]) == ("valid", "certificate")
    assert "Bongani Khumalo" in str(shown)
