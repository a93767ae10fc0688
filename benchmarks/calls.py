"""The calls that are measured, and one sent through the whole application without a server."""

from __future__ import annotations

import io
import json
import sys
from typing import Any
from urllib.parse import urlsplit

from benchmarks.clients import Call
from benchmarks.data import LEARNERS, Data, School
from muster.institutions.models import Room


def enroll_call(student: object, batch: object, headers: dict[str, str], *, join_waitlist: bool = False) -> Call:
    body: dict[str, Any] = {"batchId": str(batch)}
    if join_waitlist:
        body["join_waitlist"] = True
    return Call("POST", f"/api/enrollments/students/{student}/enroll", headers, body)


def open_call(data: Data, room: Room) -> Call:
    """A batch with three slots in a room of its own."""
    places, question = data.polytechnic_places, data.timetable
    body: dict[str, Any] = {
        "year": 2030,
        "batch_name": f"Opened {room.name}",
        "batch_code": f"O-{room.name}",
        "dept_id": str(places.departments[0].pk),
        "branch_id": str(places.branches[0].pk),
        "start_date": question["start_date"],
        "end_date": question["end_date"],
        "capacity": 30,
        "status": "Active",
        "schedule": [
            {"day": day, "start_time": "09:00", "end_time": "10:30", "room": str(room.pk)}
            for day in ("Monday", "Tuesday", "Wednesday")
        ],
    }
    return Call("POST", "/api/batches", data.polytechnic.bearer, body)


def mark_call(school: School, turn: int) -> Call:
    """A register saved: another one each time, and when all were, everybody otherwise."""
    session = school.unmarked[turn % len(school.unmarked)]
    word = ("PRESENT", "ABSENT")[turn // len(school.unmarked) % 2]
    records = [{"enrolment_id": str(learner), "status": word} for learner in school.learners[session.meeting_id]]
    body = {"session_id": str(session.pk), "records": records}
    return Call("POST", "/api/institution/attendance/mark", school.campus.bearer, body)


def tap_call(school: School, turn: int) -> Call:
    """One learner of a register marked; when all were, everybody otherwise."""
    session = school.unmarked[0]
    learner = school.learners[session.meeting_id][turn % LEARNERS]
    row = {"enrolment_id": str(learner), "status": ("PRESENT", "ABSENT")[turn // LEARNERS % 2]}
    path = f"/api/institution/class-sessions/{session.pk}/records"
    return Call("PATCH", path, school.campus.bearer, {"records": [row]})


def answered(application: Any, call: Call, expected: int) -> None:
    """Send a call through the whole application, and hold its answer to the status."""
    status, content = answer_of(application, call)
    if status != expected:
        raise AssertionError(f"{call.method} {call.path} was answered {status}: {content[:300]!r}")


def answer_of(application: Any, call: Call) -> tuple[int, bytes]:
    """Send a call through the whole application, as the web server would: the status and the content."""
    path = urlsplit(call.path)
    body = b"" if call.body is None else json.dumps(call.body).encode()
    environ = {
        "REQUEST_METHOD": call.method,
        "PATH_INFO": path.path,
        "QUERY_STRING": path.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "CONTENT_TYPE": "application/json" if body else "",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.version": (1, 0),
    } | {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in call.headers.items()}
    told: list[str] = []
    response = application(environ, lambda status, headers, _error=None: told.append(status))
    content = b"".join(response)
    response.close()
    return int(told[0][:3]), content
