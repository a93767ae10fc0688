"""What the marks of a scope come to, by week, batch, part, weekday, hour, type of session, and lead: one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from muster.core.replica import reading_cursor
from muster.insights.definitions import Figure
from muster.insights.periods import Period
from muster.insights.scope import PARTS, Scope

# Fewer marks than this say nothing of an hour.
LEAST_MARKS = 30

# The sums of each batch in each session are kept by the database (`BatchTally`); days without sessions have daily
# records. What counts is what `attendance_countedmark` says: both together are its marks.
_COUNTED = f"""
WITH scope AS MATERIALIZED (SELECT * FROM {PARTS}), marks AS (
    SELECT part.*, class.date AS day, extract(hour FROM class.start_time)::int AS hour, class.session_type AS type,
           tally.present + tally.late AS came, tally.present + tally.late + tally.absent AS counted
    FROM scope AS part
    JOIN attendance_batchtally AS tally ON tally.batch_id = part.batch_id
    JOIN timetable_classsession AS class ON class.id = tally.session_id
    -- The days of the whole scope by the index, then those of each part.
    WHERE class.institution_id = %(institution)s AND class.date BETWEEN %(first)s AND %(last)s
    AND class.date BETWEEN greatest(part.first, %(first)s) AND least(part.last, %(last)s)
    AND class.status <> 'cancelled'
    UNION ALL
    SELECT part.*, daily.record_date, NULL, NULL,
           (daily.status IN ('PRESENT', 'LATE'))::int, (daily.status <> 'EXCUSED')::int
    FROM scope AS part
    JOIN attendance_countedmark AS daily ON daily.batch_id = part.batch_id AND daily.session_id IS NULL
    WHERE daily.record_date BETWEEN greatest(part.first, %(first)s) AND least(part.last, %(last)s)
)
"""  # noqa: S608 - constants alone
_MARKS = f"""{_COUNTED}
SELECT grouping(week, batch_id, branch_id, department_id, weekday, hour, type, lead),
       week, batch_id, branch_id, department_id, weekday, hour, type, lead, sum(came), sum(counted)
FROM (
    SELECT marks.*, date_trunc('week', day)::date AS week, extract(isodow FROM day)::int AS weekday,
           lead.instructor_id AS lead
    FROM marks
    -- Nobody else leads the batch on the same day.
    LEFT JOIN batches_instructorassignment AS lead ON lead.batch_id = marks.batch_id AND lead.role = 'lead'
        AND day BETWEEN lead.from_date AND coalesce(lead.until_date, day)
) AS dated
GROUP BY GROUPING SETS (
    (), (week), (batch_id), (week, branch_id), (week, department_id), (weekday), (weekday, hour), (type), (lead)
)
"""  # noqa: S608 - constants alone


class Marks(NamedTuple):
    """How many came, of how many marks that count."""

    came: int
    counted: int

    @property
    def figure(self) -> Figure:
        return Figure("attendance", self.came, self.counted)

    @property
    def is_enough(self) -> bool:
        return self.counted >= LEAST_MARKS

    def __add__(self, other: Any) -> Marks:
        return Marks(self.came + other[0], self.counted + other[1])


NO_MARKS = Marks(0, 0)


@dataclass(frozen=True)
class AttendanceCounts:
    """The marks of a period: all of them, and by what they can be told apart. Weeks are named by their Mondays."""

    whole: Marks
    by_week: Mapping[date, Marks]
    by_batch: Mapping[UUID, Marks]
    by_branch: Mapping[UUID | None, Mapping[date, Marks]]
    by_department: Mapping[UUID | None, Mapping[date, Marks]]
    by_weekday: Mapping[int, Marks]
    """1 for Monday."""
    by_hour: Mapping[tuple[int, int], Marks]
    """By weekday, 1 for Monday, and the hour in which a session begins, by the clock of the class."""
    by_type: Mapping[str, Marks]
    by_instructor: Mapping[UUID, Marks]
    """By who led the batch on the day; days without a lead are nobody's."""


# Which columns a set leaves together, as `grouping` says it: a bit for each column that is summed over.
_WHOLE, _WEEK, _BATCH, _BRANCH, _DEPARTMENT, _WEEKDAY, _HOUR, _TYPE, _LEAD = (
    0b11111111,
    0b01111111,
    0b10111111,
    0b01011111,
    0b01101111,
    0b11110111,
    0b11110011,
    0b11111101,
    0b11111110,
)


def attendance_counts(scope: Scope, period: Period) -> AttendanceCounts:
    """The marks of the scope between two days, each by its class's own day. One statement."""
    with reading_cursor() as cursor:
        cursor.execute(_MARKS, scope.values(period))
        rows = cursor.fetchall()
    sets: dict[int, dict[Any, Marks]] = defaultdict(dict)
    for which, week, batch, branch, department, weekday, hour, kind, lead, came, counted in rows:
        key = {
            _WHOLE: None,
            _WEEK: week,
            _BATCH: batch,
            _BRANCH: (branch, week),
            _DEPARTMENT: (department, week),
            _WEEKDAY: weekday,
            _HOUR: (weekday, hour),
            _TYPE: kind,
            _LEAD: lead,
        }[which]
        if counted:
            sets[which][key] = Marks(int(came), int(counted))
    return AttendanceCounts(
        sets[_WHOLE].get(None, NO_MARKS),
        sets[_WEEK],
        sets[_BATCH],
        _by_part(sets[_BRANCH]),
        _by_part(sets[_DEPARTMENT]),
        sets[_WEEKDAY],
        # Days without a session have no hour.
        {key: marks for key, marks in sets[_HOUR].items() if key[1] is not None},
        {key: marks for key, marks in sets[_TYPE].items() if key is not None},
        {key: marks for key, marks in sets[_LEAD].items() if key is not None},
    )


class BatchMarks(NamedTuple):
    """The marks of one batch by week, named by their Mondays, and by type of session."""

    by_week: Mapping[date, Marks]
    by_type: Mapping[str, Marks]


_OF_EACH = f"""{_COUNTED}
SELECT batch_id, date_trunc('week', day)::date AS week, type, sum(came), sum(counted)
FROM marks GROUP BY GROUPING SETS ((batch_id, week), (batch_id, type))
HAVING sum(counted) > 0
"""  # noqa: S608 - constants alone


def marks_of_each(scope: Scope, period: Period) -> dict[UUID, BatchMarks]:
    """The marks of each batch of the scope between two days. For a few batches: one statement."""
    with reading_cursor() as cursor:
        cursor.execute(_OF_EACH, scope.values(period))
        rows = cursor.fetchall()
    weeks: dict[UUID, dict[date, Marks]] = defaultdict(dict)
    types: dict[UUID, dict[str, Marks]] = defaultdict(dict)
    for batch, week, kind, came, counted in rows:
        # Days without a session have no type.
        if week is not None:
            weeks[batch][week] = Marks(int(came), int(counted))
        elif kind is not None:
            types[batch][kind] = Marks(int(came), int(counted))
    return {batch: BatchMarks(weeks[batch], types[batch]) for batch in list(weeks)}


def _by_part(rows: Mapping[Any, Marks]) -> dict[UUID | None, dict[date, Marks]]:
    found: dict[UUID | None, dict[date, Marks]] = defaultdict(dict)
    for (part, week), marks in rows.items():
        found[part][week] = marks
    return dict(found)


def sum_of(rows: Mapping[Any, Marks]) -> Marks:
    """All of them together."""
    whole = NO_MARKS
    for marks in rows.values():
        whole += marks
    return whole
