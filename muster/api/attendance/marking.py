"""Registers: seeing, marking, locking and unlocking."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field

from muster.api.attendance.bodies import MarkIn, TimedMarkIn, device_of
from muster.api.attendance.schemas import (
    MarkedOut,
    RegisterOut,
    RegisterRowOut,
    SessionOut,
    evidence_out_of,
    register_json,
    row_json,
    session_json,
    summary_json,
)
from muster.api.kit import Door, In, answer, must_send, request_actor, request_object
from muster.attendance import rules
from muster.attendance.permissions import registers
from muster.attendance.queries import register_of, sessions_in_full
from muster.timetable.models import ClassSession

router = Door(fixed=True)
# A route of one session, as a register tells of it.
ON_SESSION: dict[str, Any] = {"on": "session_id", "among": sessions_in_full}


class MarkingIn(In):
    """A register to mark. Learners who aren't listed and weren't marked before become PRESENT, or EXCUSED."""

    session_id: str = Field(max_length=60)
    records: list[MarkIn]


class RecordsIn(In):
    """Marks of some learners of a register."""

    records: list[TimedMarkIn]


class LockIn(In):
    """Whether the register is signed."""

    sign: bool = Field(False, description="Sign it as an instructor of the session, with the institution's statement")


class UnlockIn(In):
    """Why a register is unlocked."""

    model_config = must_send("reason")

    reason: str = Field("", description="Kept in the history; up to 300 characters")


@router.get("/class-sessions/{session_id}", allow=registers["see"], data=RegisterOut, **ON_SESSION)
def see_register(request: HttpRequest, session_id: str) -> HttpResponse:
    """A session with its register: the learners enrolled on its day, by name. Students only see their own line."""
    actor = request_actor(request)
    register = register_of(actor, request_object(request, ClassSession))
    proofs = evidence_out_of(actor, register)
    rows: list[RegisterRowOut] = [
        {**row_json(row, proofs.get(row.enrollment_id)), "last_sessions": row.last} for row in register.rows
    ]
    return answer(register_json(actor, register, rows))


@router.post("/attendance/mark", allow=registers["mark"], data=MarkedOut)
def mark_register(request: HttpRequest, body: MarkingIn) -> HttpResponse:
    """Mark a whole register: the learners you send as you send them, everyone not marked before as PRESENT, or as
    EXCUSED where an absence was announced (`filled` counts both).

    All or nothing; sent again, it changes nothing.
    """
    actor = request_actor(request)
    session = registers.get_named(actor, body.session_id, "session_id", "mark", sessions_in_full)
    marked = rules.mark_register(
        by=actor, session=session, marks=[record.to_input() for record in body.records], device=device_of(request)
    )
    shown: MarkedOut = {
        **summary_json(marked.register.summary),
        "session_id": str(session.pk),
        "status": session.status,
        "filled": {"PRESENT": marked.filled.present, "EXCUSED": marked.filled.excused},
    }
    return answer(shown, "Attendance marked successfully")


@router.patch("/class-sessions/{session_id}/records", allow=registers["mark"], data=RegisterOut, **ON_SESSION)
def mark_learners(request: HttpRequest, session_id: str, body: RecordsIn) -> HttpResponse:
    """Mark only the given learners. Returns the current state of the given rows, in the same order.

    Of two marks of one learner the one made later (`marked_at`) stands, whenever it arrives. All or nothing; a repeat
    changes nothing.
    """
    actor = request_actor(request)
    plans = [record.to_input() for record in body.records]
    settled = rules.mark_learners(
        by=actor, session=request_object(request, ClassSession), marks=plans, device=device_of(request)
    )
    register = settled.register
    lines = [row for plan in plans if (row := register.line_of(plan.enrollment_id)) is not None]
    proofs = evidence_out_of(actor, register, list({row.enrollment_id: row for row in lines}.values()))
    rows: list[RegisterRowOut] = [
        {**row_json(row, proofs.get(row.enrollment_id)), "outcome": outcome.value}
        for row, outcome in zip(lines, settled.outcomes, strict=True)
    ]
    return answer(register_json(actor, register, rows), "Attendance marked successfully")


@router.put("/class-sessions/{session_id}/lock", allow=registers["lock"], data=SessionOut, **ON_SESSION)
def lock_register(request: HttpRequest, session_id: str, body: LockIn) -> HttpResponse:
    """Lock a register, and sign it. Its marks can't be changed until an administrator unlocks it."""
    actor, session = request_actor(request), request_object(request, ClassSession)
    session = rules.lock_register(by=actor, session=session, sign=body.sign)
    if body.sign:
        session = sessions_in_full(actor, ClassSession.objects.filter(pk=session.pk)).get()
    return answer(session_json(session), "Register locked successfully")


@router.put("/class-sessions/{session_id}/unlock", allow=registers["unlock"], data=SessionOut, **ON_SESSION)
def unlock_register(request: HttpRequest, session_id: str, body: UnlockIn) -> HttpResponse:
    """Unlock a register; the reason is kept."""
    session = rules.unlock_register(
        by=request_actor(request), session=request_object(request, ClassSession), reason=body.reason
    )
    return answer(session_json(session), "Register unlocked successfully")
