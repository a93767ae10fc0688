"""Individual mentoring from the first introduction to the report: who does what, in the order it happens."""

from datetime import timedelta

import pytest

from tests.workflows.learning import bring_back, found, one_of

pytestmark = pytest.mark.django_db


def test_a_student_is_given_a_mentor_meets_them_and_reaches_a_goal():
    campus, admin = found()
    thandi = admin.add("instructor", "Thandi Nkosi", "thandi@example.org")
    ada = admin.add("student", "Ada Byron", "ada@example.org")
    course = admin.post("/courses", {"course_title": "Programming", "code": "PR", "kind": "short_course"})["_id"]
    began = (campus.admin.today() - timedelta(days=28)).isoformat()
    seat = admin.post(f"/enrollments/students/{ada.pk}/enroll", {"courseId": course, "enrollment_date": began})
    assert (seat["enrollment_type"], seat["batch"], seat["progress"]) == ("individual", None, 0)

    # The administrator sees who has no mentor, who suits, and assigns one; both are told.
    assert admin.get("/analytics/student-distribution") == {"assigned": 0, "unassigned": 1}
    suggested = admin.get(f"/students/{ada.pk}/suggested-instructors")["suggestions"]
    assert [one["instructor"]["_id"] for one in suggested] == [thandi.pk]
    pair = {"student_id": ada.pk, "instructor_id": thandi.pk, "notes": "Programming fundamentals"}
    assigned = admin.post("/v1/auth/assign-instructor-to-student", pair, 200)
    assert (assigned["assignment_type"], assigned["notes"]) == ("mentor", "Programming fundamentals")
    assert (thandi.told(), ada.told()[0]) == (["You are now mentor to Ada Byron"], "Thandi Nkosi is now your mentor")
    mine = thandi.get(f"/v1/auth/instructor-students/{thandi.pk}")
    assert [one["full_name"] for one in mine["assigned_students"]] == ["Ada Byron"]

    # Thandi schedules three weekly sessions and agrees on two goals.
    weekly = {"student_id": ada.pk, "starts_at": "2030-03-12T12:30", "repeat_weekly_until": "2030-03-26"}
    sessions = [one["_id"] for one in thandi.post("/mentoring/sessions", weekly)]
    goals = [
        thandi.post("/mentoring/goals", {"student_id": ada.pk, "title": title})["_id"]
        for title in ("Finish the exercise book", "Write a program of her own")
    ]
    assert [one["status"] for one in ada.get("/mentoring/sessions")] == ["planned"] * 3
    assert [one["title"] for one in ada.get("/mentoring/goals")] == [
        "Finish the exercise book",
        "Write a program of her own",
    ]

    # Ada asks what she does not want to wait for, and says how it goes.
    asked = ada.post("/mentoring/queries", {"student_id": ada.pk, "question": "Where do I find the exercises?"})["_id"]
    thandi.put(f"/mentoring/queries/{asked}", {"answer": "On page 12."})
    assert [one["answer"] for one in ada.get("/mentoring/queries")] == ["On page 12."]
    ada.post("/mentoring/checkins", {"student_id": ada.pk, "mood": 4, "progress": 3})
    assert [(one["mood"], one["progress"]) for one in thandi.get("/mentoring/checkins")] == [(4, 3)]

    # They meet twice, and Ada misses once; what came of it she reads, but not what Thandi keeps for herself.
    came = ("held", "missed", "held")
    for session, outcome, days in zip(sessions, came, (15, 8, 1), strict=True):
        bring_back(session, days)
        written = {"status": outcome, "summary": "Loops and lists.", "private_notes": "Tired."}
        thandi.put(f"/mentoring/sessions/{session}", written)
    thandi.put(f"/mentoring/goals/{goals[0]}", {"status": "reached"})
    read = ada.get("/mentoring/sessions")
    assert [(one["status"], one["summary"]) for one in read] == [(one, "Loops and lists.") for one in came]
    assert ada.api.get(f"/mentoring/sessions/{sessions[0]}/notes").status == 403
    assert admin.get(f"/mentoring/sessions/{sessions[0]}/notes") == {"private_notes": "Tired."}

    # The report of mentoring: 40 * 2/3 and 20 * 1/2 of 60.
    told = one_of(admin.get("/exports/mentoring?format=json"))
    figures = ("sessions_held", "sessions_missed", "goals_reached", "goals_agreed", "progress")
    assert [told[name] for name in figures] == [2, 1, 1, 2, "Programming 61%"]
    assert told["last_contact"] == campus.admin.today().isoformat()
