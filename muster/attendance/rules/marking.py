"""Marking a register: as a whole, or mark by mark."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum, auto
from typing import Any, Literal, NamedTuple, cast
from uuid import UUID

import orjson
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.attendance.errors import NotOnRegister, RegisterLocked, SessionCancelled, TooEarlyToMark
from muster.attendance.models import MOST_MINUTES, MOST_NOTES, Mark
from muster.attendance.queries import MarkCounts, Register, RegisterRow, register_of
from muster.batches.errors import BatchArchived
from muster.batches.models import Batch
from muster.core.database import atomic, refused_at_last
from muster.core.errors import DomainError, FieldError, HasNul, Invalid, Missing
from muster.core.history import TOLD, history_facts, recorded
from muster.core.ids import new_id
from muster.core.prepared import prepared_cursor
from muster.core.text import clean_lines
from muster.institutions.access import Actor
from muster.timetable.models import ClassSession

# A register has one page; a queue of marks made without a connection may be longer.
MOST_MARKS = 2000
WORDS = tuple(Mark.values)
MICROSECOND = timedelta(microseconds=1)


class ReasonUnmarked(Enum):
    """What a mark leaves as it was."""

    UNCHANGED = auto()


UNCHANGED = ReasonUnmarked.UNCHANGED


class MarkInput(NamedTuple):
    """How one learner is to be marked; a `status` of None takes the mark back.

    `said_at` is when the marker's clock says it was. `only_unmarked` gives way to any mark that stands.
    """

    enrollment_id: UUID | None
    status: str | None
    minutes_late: int | Literal[ReasonUnmarked.UNCHANGED] | None = UNCHANGED
    notes: str | Literal[ReasonUnmarked.UNCHANGED] = UNCHANGED
    said_at: datetime | None = None
    only_unmarked: bool = False


class MarkOutcome(Enum):
    """What became of one mark that was sent."""

    SAVED = "saved"
    # It stands already: the mark was sent before, or only the unmarked were meant.
    UNCHANGED = "unchanged"
    # A newer mark stands.
    OVERTAKEN = "overtaken"


@dataclass(frozen=True)
class MarkedRegister:
    """A register after it was marked as a whole, and how many were filled in as what."""

    register: Register
    filled: MarkCounts


@dataclass(frozen=True)
class MarkingResult:
    """A register after marks came, and what became of each, in the order they were given."""

    register: Register
    outcomes: list[MarkOutcome]


def problems_of_marks(marks: Sequence[MarkInput], *, clearing: bool) -> list[FieldError]:
    """Everything wrong with the marks themselves, at the API's field names."""
    found: list[FieldError] = []
    if len(marks) > MOST_MARKS:
        found.append(FieldError("records", _("Send up to %(most)d marks at once.") % {"most": MOST_MARKS}))
    for row, mark in enumerate(marks):
        wrong = {}
        if mark.status not in WORDS and not (clearing and mark.status is None):
            wrong["status"] = _("Choose one of these statuses: %(known)s.") % {"known": ", ".join(WORDS)}
        if mark.minutes_late is not UNCHANGED and mark.minutes_late is not None:
            if mark.status != Mark.LATE:
                wrong["minutes_late"] = _("Only LATE can have minutes.")
            elif not 0 <= mark.minutes_late <= MOST_MINUTES:
                wrong["minutes_late"] = _("Enter 0 to %(most)d minutes.") % {"most": MOST_MINUTES}
        if mark.notes is not UNCHANGED and len(mark.notes) > MOST_NOTES:
            wrong["notes"] = _("Keep the note to %(most)d characters or fewer.") % {"most": MOST_NOTES}
        elif HasNul.is_in(mark.notes):
            wrong["notes"] = str(HasNul.sentence)
        found += [FieldError(f"records.{row}.{name}", words) for name, words in wrong.items()]
    return found


def twice_named(marks: Sequence[MarkInput]) -> Iterator[FieldError]:
    """The rows that name a learner once more."""
    seen: set[UUID | None] = set()
    for row, mark in enumerate(marks):
        if mark.enrollment_id in seen:
            yield FieldError(f"records.{row}.enrolment_id", _("This student is in the list twice."))
        seen.add(mark.enrollment_id)


@atomic
def mark_register(*, by: Actor, session: ClassSession, marks: Sequence[MarkInput], device: str = "") -> MarkedRegister:
    """Mark the whole register: those given as they are given, everybody else who is not marked yet as present, or as
    excused where their absence was announced.

    All or nothing, in one write; sent again, it changes nothing. Locks the batches, then the session: markings of one
    register follow each other. `session` comes from `sessions_in_full`. Raises Invalid and NotOnRegister naming each
    row, RegisterLocked, SessionCancelled, BatchArchived.
    """
    if found := problems_of_marks(marks, clearing=False):
        raise Invalid.fields(found)
    register = held_register(by, session)
    marks = _on_their_lines(register, marks)
    if found := [*twice_named(marks)]:
        raise Invalid.fields(found)
    chosen = {mark.enrollment_id: mark for mark in marks}
    filled: dict[UUID | None, MarkInput] = {
        row.enrollment_id: MarkInput(row.enrollment_id, _expected_mark(row), None)
        for row in register.rows
        if row.status is None and not row.frozen and row.enrollment_id not in chosen
    }
    must_be_its_day(session.date, session.today(), marks, filled.values())
    plans = {**chosen, **filled}
    rows = ((row, plans[row.enrollment_id]) for row in register.rows if row.enrollment_id in plans)
    changed = changed_rows(by, rows)
    write_marks(by, changed.values(), day=session.date, session=session, use_case="mark_register", device=device)
    return MarkedRegister(register.with_rows(changed), MarkCounts.of(mark.status for mark in filled.values()))


def _expected_mark(row: RegisterRow) -> Mark:
    """How whoever is not marked is filled in: as present, or excused where an absence was announced."""
    return Mark.EXCUSED if row.is_announced else Mark.PRESENT


def _on_their_lines(register: Register, marks: Sequence[MarkInput]) -> list[MarkInput]:
    """The marks, each on the line of its person. Raises NotOnRegister, BatchArchived."""
    must_be_on(register, marks)
    lines = ((mark, register.line_of(mark.enrollment_id)) for mark in marks)
    return [mark._replace(enrollment_id=line.enrollment_id) for mark, line in lines if line is not None]


def must_be_its_day(day: date, today: date, marks: Iterable[MarkInput], filled: Iterable[MarkInput] = ()) -> None:
    """Raise TooEarlyToMark where somebody is marked as present, absent or late before the day has come."""
    if day > today:
        early = [place for place, mark in enumerate(marks) if mark.status not in (None, Mark.EXCUSED)]
        if early or any(mark.status != Mark.EXCUSED for mark in filled):
            raise TooEarlyToMark(day, early)


@atomic
def mark_learners(*, by: Actor, session: ClassSession, marks: Sequence[MarkInput], device: str = "") -> MarkingResult:
    """Mark the learners given, and nobody else: of several marks of one learner the one made last stands.

    A mark counts from when it was made (`said_at`, never later than now), whenever it arrives; one that was overtaken
    meanwhile goes to the log alone, and one that came before changes nothing. Locks and refusals as `mark_register`.
    """
    if found := problems_of_marks(marks, clearing=True):
        raise Invalid.fields(found)
    register = held_register(by, session)
    rows = {row.enrollment_id: row for row in register.rows}
    marks = [
        # Whoever is filled in is excused where their absence was announced.
        mark._replace(status=Mark.EXCUSED)
        if mark.only_unmarked and mark.status == Mark.PRESENT and rows[cast("UUID", mark.enrollment_id)].is_announced
        else mark
        for mark in _on_their_lines(register, marks)
    ]
    must_be_its_day(session.date, session.today(), marks)
    now = timezone.now()
    ahead = [mark for mark in marks if mark.said_at is not None and mark.said_at > now]
    # A clock that is fast says a later time than that of receipt, which is another at each repeat.
    known = _sent_before(by, session, ahead) if ahead else set()
    outcomes = [MarkOutcome.UNCHANGED] * len(marks)
    changed: dict[UUID, RegisterRow] = {}
    saved_at: dict[UUID, int] = {}
    overtaken: list[RegisterRow] = []
    for place in sorted(range(len(marks)), key=lambda place: marks[place].said_at or now):
        mark = marks[place]
        assert mark.enrollment_id is not None  # noqa: S101  (on the register)
        row = changed.get(mark.enrollment_id) or rows[mark.enrollment_id]
        if mark.only_unmarked and row.status is not None:
            continue
        at = min(mark.said_at, now) if mark.said_at else _moment_after(row, now)
        after = row_with_mark(row, mark, at=at, by=by)
        if _key(mark) in known or _is_repeat(row, after):
            continue
        if row.marked_at is not None and at <= row.marked_at:
            overtaken.append(after)
            outcomes[place] = MarkOutcome.OVERTAKEN
            continue
        if mark.enrollment_id in changed:
            overtaken.append(row)
            outcomes[saved_at[mark.enrollment_id]] = MarkOutcome.OVERTAKEN
        changed[mark.enrollment_id], saved_at[mark.enrollment_id] = after, place
        outcomes[place] = MarkOutcome.SAVED
    write_marks(by, changed.values(), day=session.date, session=session, use_case="mark_learners", device=device)
    _log_overtaken(by, session, overtaken, device)
    return MarkingResult(register.with_rows(changed), outcomes)


def row_with_mark(row: RegisterRow, mark: MarkInput, *, at: datetime, by: Actor) -> RegisterRow:
    """The row as it is once the mark stands."""
    minutes = row.minutes_late if mark.minutes_late is UNCHANGED else mark.minutes_late
    return row._replace(
        record_id=row.record_id or new_id(),
        status=None if mark.status is None else str(mark.status),
        minutes_late=minutes if mark.status == Mark.LATE else None,
        notes=row.notes if mark.notes is UNCHANGED else clean_lines(mark.notes),
        marked_at=at,
        said_at=mark.said_at,
        marked_by_id=by.user.pk if by.user else None,
        marked_by_name=by.user.full_name if by.user else None,
    )


def changed_rows(by: Actor, marks: Iterable[tuple[RegisterRow, MarkInput]]) -> dict[UUID, RegisterRow]:
    """The rows that say something else once their marks stand, made now."""
    now = timezone.now()
    after = ((row, row_with_mark(row, mark, at=_moment_after(row, now), by=by)) for row, mark in marks)
    return {row.enrollment_id: new for row, new in after if new.says != row.says}


def _moment_after(row: RegisterRow, now: datetime) -> datetime:
    """Now, or a moment after what stands, where another server's clock is ahead."""
    return now if row.marked_at is None or row.marked_at < now else row.marked_at + MICROSECOND


def _is_repeat(row: RegisterRow, after: RegisterRow) -> bool:
    """The mark that stands, sent once more."""
    sent = (after.said_at, after.marked_by_id, after.status)
    return after.said_at is not None and (row.said_at, row.marked_by_id, row.status) == sent


# The batches first, whoever counts or archives holds them; then the session, so that markings of one register follow
# each other and meet its lock. The first part is asked before a row of the second is locked.
HOLD = """
WITH place AS MATERIALIZED (
    SELECT id, archived_at FROM batches_batch
    WHERE id = ANY(ARRAY(SELECT batch_id FROM batches_batchmeeting WHERE meeting_id = %(meeting)s))
    ORDER BY id FOR SHARE
)
SELECT status, is_locked, locked_at, locked_by_id, date,
       (SELECT array_agg(id) FROM place WHERE archived_at IS NOT NULL),
       (SELECT count(*) FROM place WHERE archived_at IS NULL)
FROM timetable_classsession
WHERE id = %(session)s AND (SELECT count(*) FROM place) > 0
FOR NO KEY UPDATE
"""


def hold_session(session: ClassSession) -> None:
    """Lock the batches in share mode, then the session, and read how it stands. Raises Missing, BatchArchived."""
    with prepared_cursor() as cursor:
        cursor.execute(HOLD, {"session": session.pk, "meeting": session.meeting_id})
        row = cursor.fetchone()
    if row is None:
        raise Missing
    session.status, session.is_locked, session.locked_at, session.locked_by_id, session.date, archived, others = row
    if archived and not others:
        raise BatchArchived(Batch.objects.get(pk=archived[0]))


def held_register(by: Actor, session: ClassSession) -> Register:
    """The register, its session held until the transaction ends, and open. Raises what `mark_register` raises."""
    hold_session(session)
    if session.is_locked:
        raise RegisterLocked(session)
    if session.status == ClassSession.Status.CANCELLED:
        raise SessionCancelled(session)
    return register_of(by, session, last=False)


def must_be_on(register: Register, marks: Iterable[MarkInput]) -> None:
    """Raise NotOnRegister for learners who are not, BatchArchived for those of an archived batch."""
    lines = [register.line_of(mark.enrollment_id) for mark in marks]
    if strangers := [place for place, line in enumerate(lines) if line is None]:
        raise NotOnRegister(strangers)
    for line in lines:
        if line is not None and line.frozen:
            raise BatchArchived(Batch.objects.get(pk=line.batch_id))


MARKS = """json_to_recordset(%s::json) AS mark (
    id uuid, enrollment_id uuid, status text, minutes_late smallint, notes text, marked_at timestamptz,
    said_at timestamptz
)"""
# One statement whatever the size of the class. A mark that was made later and came sooner stands, without any lock too.
WRITE = (
    TOLD
    + """
INSERT INTO attendance_attendancerecord AS record (
    id, created_at, updated_at, institution_id, session_id, record_date, marked_by_id,
    enrollment_id, status, minutes_late, notes, marked_at, said_at
)
SELECT mark.id, now(), now(), %s, %s, %s, %s,
       mark.enrollment_id, mark.status, mark.minutes_late, mark.notes, mark.marked_at, mark.said_at
FROM told, {marks}
ON CONFLICT {key} DO UPDATE SET
    status = excluded.status, minutes_late = excluded.minutes_late, notes = excluded.notes,
    marked_by_id = excluded.marked_by_id, marked_at = excluded.marked_at, said_at = excluded.said_at,
    updated_at = excluded.updated_at
WHERE record.marked_at < excluded.marked_at
"""
)
WRITE_REGISTER = WRITE.format(marks=MARKS, key="(session_id, enrollment_id) WHERE session_id IS NOT NULL")
WRITE_DAILY = WRITE.format(marks=MARKS, key="(enrollment_id, record_date) WHERE session_id IS NULL")


def _as_json(rows: Sequence[RegisterRow]) -> str:
    """The marks, as `MARKS` reads them."""
    same = ("enrollment_id", "status", "minutes_late", "notes", "marked_at", "said_at")
    return orjson.dumps([{"id": row.record_id, **{name: getattr(row, name) for name in same}} for row in rows]).decode()


def write_marks(
    by: Actor,
    changed: Iterable[RegisterRow],
    *,
    day: date,
    session: ClassSession | None = None,
    use_case: str,
    device: str = "",
) -> None:
    """Write the marks of a session, or of a day, in the order of the learners' ids.

    The database adds them to the log and to the tally.
    """
    rows = sorted(changed, key=lambda row: row.enrollment_id)
    if not rows:
        return
    doer = by.user.pk if by.user else None
    refusals: dict[str, Callable[[], DomainError]] = {
        "archived_batch_does_not_change": lambda: BatchArchived(Batch.objects.get(pk=rows[0].batch_id)),
        "mark_waits_for_its_day": lambda: TooEarlyToMark(day),
    }
    if session is not None:
        refusals["locked_register_does_not_change"] = lambda: RegisterLocked(session)
        refusals["cancelled_session_has_no_marks"] = lambda: SessionCancelled(session)
        refusals["one_mark_for_each_person_of_a_session"] = lambda: NotOnRegister([0])
    with recorded(by, use_case, device=device) as context, refused_at_last(**refusals), prepared_cursor() as cursor:
        about = [by.institution.pk, session.pk if session else None, day, doer]
        cursor.execute(WRITE_REGISTER if session else WRITE_DAILY, [history_facts(context), *about, _as_json(rows)])
    is_held = session is not None and session.begins_at <= timezone.now() and any(row.status for row in rows)
    if session is not None and is_held and session.status == ClassSession.Status.SCHEDULED:
        session.status = ClassSession.Status.HELD


SENT_BEFORE = """
SELECT enrollment_id, said_at, status FROM attendance_markentry
WHERE session_id = %s AND marked_by_id = %s AND enrollment_id = ANY(%s) AND said_at = ANY(%s)
"""


def _key(mark: MarkInput) -> tuple[UUID | None, datetime | None, str | None]:
    return mark.enrollment_id, mark.said_at and mark.said_at.astimezone(UTC), mark.status and str(mark.status)


def _sent_before(by: Actor, session: ClassSession, marks: Sequence[MarkInput]) -> set[Any]:
    """Those of the marks that the log has already."""
    with connection.cursor() as cursor:
        cursor.execute(
            SENT_BEFORE,
            [
                session.pk,
                by.user.pk if by.user else None,
                [mark.enrollment_id for mark in marks],
                [mark.said_at for mark in marks],
            ],
        )
        return {(enrollment, said.astimezone(UTC), status) for enrollment, said, status in cursor.fetchall()}


LOG = f"""
INSERT INTO attendance_markentry (
    institution_id, session_id, record_date, marked_by_id, stood, context,
    enrollment_id, status, minutes_late, notes, marked_at, said_at
)
SELECT %s, %s, %s, %s, FALSE,
       coalesce(nullif(current_setting('muster.context', TRUE), ''), '{{}}')::jsonb,
       mark.enrollment_id, mark.status, mark.minutes_late, mark.notes, mark.marked_at, mark.said_at
FROM {MARKS}
ON CONFLICT DO NOTHING
"""  # noqa: S608 - constants of this module


def _log_overtaken(by: Actor, session: ClassSession, rows: Sequence[RegisterRow], device: str) -> None:
    if not rows:
        return
    doer = by.user.pk if by.user else None
    with recorded(by, "mark_learners", device=device), connection.cursor() as cursor:
        cursor.execute(LOG, [by.institution.pk, session.pk, session.date, doer, _as_json(rows)])
