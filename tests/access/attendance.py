"""Registers: who sees, marks, locks and unlocks them."""

from datetime import date
from typing import Any

from muster.batches.rules import make_feed
from muster.timetable.models import ClassSession
from tests.access.cases import ADMINS, MANAGERS, Case
from tests.access.world import FURTHER
from tests.make import House

NARROWED = "branch-manager dept-admin"


def met(house: House, found: dict[str, Any]) -> dict[str, Any]:
    """The batch of the part has a session without a booking."""
    batch = house.batch(
        course=house.course(department=found["department"]),
        branch=found["branch"],
        department=found["department"],
        lead=found["teacher"],
    )
    enrollment = house.enroll(batch, found["learner"])
    session = ClassSession.objects.create(
        institution=house.institution, meeting_id=batch.pk, date=date(2030, 1, 10), is_edited=True, notes="Register"
    )
    feed, _secret = make_feed(by=house.actor(found["teacher"]), kind="personal")
    return {"feed_id": feed.pk, "register_id": session.pk, "cohort_id": batch.pk, "learner_id": enrollment.pk}


FURTHER.append(met)
ON_REGISTER = {"session_id": "register_id"}

CASES = [
    Case(
        "GET /api/institution/class-sessions/{session_id}",
        own=f"{MANAGERS} instructor student",
        sibling=ADMINS,
        elsewhere=f"{NARROWED} instructor student corporate-student",
        fill=ON_REGISTER,
    ),
    Case("POST /api/institution/attendance/mark", own=f"{MANAGERS} instructor"),
    Case(
        "PATCH /api/institution/class-sessions/{session_id}/records",
        own=f"{MANAGERS} instructor",
        sibling=ADMINS,
        elsewhere=f"{NARROWED} instructor",
        fill=ON_REGISTER,
    ),
    Case(
        "PUT /api/institution/class-sessions/{session_id}/lock",
        own=f"{MANAGERS} instructor",
        sibling=ADMINS,
        elsewhere=f"{NARROWED} instructor",
        fill=ON_REGISTER,
    ),
    *(
        Case(f"{method} /batches/{{batch_id}}/sessions/new/", own=f"{MANAGERS} instructor", sibling=ADMINS)
        for method in ("GET", "POST")
    ),
    *(
        Case(
            f"{method} /sessions/{{session_id}}/{word}/",
            own=f"{MANAGERS} instructor",
            sibling=ADMINS,
            elsewhere=f"{NARROWED} instructor",
            fill=ON_REGISTER,
        )
        for method in ("GET", "POST")
        for word in ("change", "cancel", "restore")
    ),
    *(
        Case(f"{method} {path}", own=f"{MANAGERS} instructor student corporate-student")
        for method in ("GET", "POST")
        for path in ("/calendar/links/", "/api/institution/calendar-links")
    ),
    # A link is its owner's alone.
    *(
        Case(route, own="instructor", elsewhere=f"{MANAGERS} instructor student corporate-student")
        for route in (
            "GET /calendar/links/{feed_id}/revoke/",
            "POST /calendar/links/{feed_id}/revoke/",
            "DELETE /api/institution/calendar-links/{feed_id}",
        )
    ),
    Case("GET /calendar/{secret}.ics", public=True, words={"secret": "no-such-secret"}),
    Case("GET /institution/attendance/calendar", own=f"{MANAGERS} instructor student corporate-student"),
    Case("GET /api/institution/attendance/calendar", own=f"{MANAGERS} instructor student corporate-student"),
    Case("POST /api/institution/class-sessions", own=f"{MANAGERS} instructor"),
    *(
        Case(
            f"{route} /api/institution/class-sessions/{{session_id}}{word}",
            own=f"{MANAGERS} instructor",
            sibling=ADMINS,
            elsewhere=f"{NARROWED} instructor",
            fill=ON_REGISTER,
        )
        for route, word in (("PUT", ""), ("DELETE", ""), ("POST", "/restore"))
    ),
    # Students see the batches they could enroll in, and of their sessions only those they attend.
    Case(
        "GET /api/batches/{batch_id}/sessions",
        own=f"{MANAGERS} instructor student corporate-student",
        sibling=f"{ADMINS} student corporate-student",
    ),
    Case("POST /api/batches/{batch_id}/sessions/generate", own=MANAGERS, sibling=ADMINS),
    Case("PUT /api/institution/class-sessions/{session_id}/unlock", own=ADMINS, sibling=ADMINS, fill=ON_REGISTER),
]
