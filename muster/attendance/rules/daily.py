"""Daily records: marks of a date, without a session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.attendance.errors import NotOnRegister
from muster.attendance.models import MOST_DAYS, Mark
from muster.attendance.queries.daily import Day, day_of
from muster.attendance.rules.marking import (
    MarkInput,
    changed_rows,
    must_be_its_day,
    problems_of_marks,
    twice_named,
    write_marks,
)
from muster.batches.errors import BatchArchived
from muster.batches.models import Batch
from muster.core.database import atomic, single
from muster.core.errors import FieldError, Invalid, Missing
from muster.core.history import recorded
from muster.core.ids import new_id
from muster.institutions.access import Actor

FIRST_DAY = date(1900, 1, 1)
# How far ahead somebody may be excused.
AHEAD = timedelta(days=MOST_DAYS)


@atomic
def mark_day(*, by: Actor, batch: Batch, day: date, marks: Sequence[MarkInput], device: str = "") -> Day:
    """Mark learners of a batch for a date, and nobody else; a status of None takes a mark back.

    Any learner who was ever enrolled in the batch can be marked: older registers know days that no seat covers. Before
    the day, by the clock of the class, only as excused. All or nothing, in one write. Locks the batch. Raises Invalid,
    TooEarlyToMark, NotOnRegister, BatchArchived, Missing.
    """
    found = [*problems_of_marks(marks, clearing=True), *twice_named(marks)]
    if not FIRST_DAY <= day <= batch.today() + AHEAD:
        found.insert(0, FieldError("date", _("Choose a day up to a year ahead.")))
    if found:
        raise Invalid.fields(found)
    held = single(Batch.objects.select_for_update(of=("self",), no_key=True).filter(pk=batch.pk))
    if held is None:
        raise Missing
    if held.is_archived:
        raise BatchArchived(held)
    must_be_its_day(day, batch.today(), marks)
    before = day_of(held, day, also=[mark.enrollment_id for mark in marks if mark.enrollment_id is not None])
    lines = [before.line_of(mark.enrollment_id) for mark in marks]
    if strangers := [place for place, line in enumerate(lines) if line is None]:
        raise NotOnRegister(strangers)
    changed = changed_rows(by, ((line, mark) for line, mark in zip(lines, marks, strict=True) if line is not None))
    write_marks(by, changed.values(), day=day, use_case="mark_day", device=device)
    return before.with_rows(changed)


# What stands already stays: taking over an old register never changes what was marked here.
TAKE_OVER = """
INSERT INTO attendance_attendancerecord (
    id, created_at, updated_at, institution_id, marked_by_id, marked_at,
    enrollment_id, record_date, status, minutes_late, notes
)
SELECT taken.id, now(), now(), %s, %s, %s,
       taken.enrollment_id, taken.record_date, taken.status, taken.minutes_late, taken.notes
FROM unnest(%s::uuid[], %s::uuid[], %s::date[], %s::text[], %s::smallint[], %s::text[])
    AS taken (id, enrollment_id, record_date, status, minutes_late, notes)
ON CONFLICT (enrollment_id, record_date) WHERE session_id IS NULL DO NOTHING
RETURNING enrollment_id, record_date
"""
AT_ONCE = 5000

TakenOver = tuple[UUID, date, Mark, int | None, str]


@atomic
def take_over_daily(*, by: Actor, rows: Sequence[TakenOver], device: str = "") -> set[tuple[UUID, date]]:
    """Add daily records of an older register: enrollment, date, mark, minutes late, note. Answers which ones are new.

    Set-based, some thousands at once; a record that is there already stays as it is. The database takes the batches in
    share mode. Raises BatchArchived.
    """
    added: set[tuple[UUID, date]] = set()
    doer, now = by.user.pk if by.user else None, timezone.now()
    with recorded(by, "take_over_daily", device=device), connection.cursor() as cursor:
        for first in range(0, len(rows), AT_ONCE):
            part = sorted(rows[first : first + AT_ONCE], key=lambda row: row[:2])
            enrollments, days, marks, minutes, notes = map(list, zip(*part, strict=True))
            ids = [new_id() for _each in part]
            cursor.execute(
                TAKE_OVER,
                [by.institution.pk, doer, now, ids, enrollments, days, [str(mark) for mark in marks], minutes, notes],
            )
            added.update(cursor.fetchall())
    return added
