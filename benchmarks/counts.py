"""How many statements register and calendar cost, at a few sessions and at more than a thousand."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.calls import answered
from benchmarks.clients import Call
from benchmarks.data import CLASSES, SESSIONS_EACH, Campus, Places, enroll_all, founded, open_batches, people
from benchmarks.report import Row
from muster.institutions.models import Role
from muster.timetable.models import ClassSession

if TYPE_CHECKING:
    from benchmarks.measures import Bench

OF_A_PAGE, OF_A_CALL = 12, 6
# The calendar answers two months at most.
A_MONTH = timedelta(days=30)
FEW, MANY = 2, CLASSES * SESSIONS_EACH


@dataclass
class _Seen:
    """Whose register and calendar are asked for."""

    campus: Campus
    session: ClassSession

    def statements(self, application: Any, path: str) -> int:
        """What one call costs: of the API by a token, of a page by a browser."""
        of_api = path.startswith("/api/")
        call = Call("GET", path, self.campus.bearer if of_api else self.campus.browser())
        with CaptureQueriesContext(connection) as sent:
            answered(application, call, 200)
        return len(sent)

    def paths(self) -> dict[str, str]:
        """What is counted, by its name in the table."""
        day = self.session.date
        calendar, register = "/institution/attendance/calendar", f"/institution/attendance/sessions/{self.session.pk}"
        return {
            "register, API": f"/api/institution/class-sessions/{self.session.pk}",
            "register, page": register,
            "calendar, API": f"/api{calendar}?from={day - A_MONTH}&to={day + A_MONTH}",
            **{
                f"calendar by {view}, page": f"{calendar}?date={day}&view={view}"
                for view in ("month", "week", "day", "list")
            },
        }


def counting(bench: Bench) -> list[Row]:
    """Statements of register and calendar at a few sessions, and at a thousand of many classes."""
    # In this process, so that statements can be seen; what it logs is of no use here.
    handler = logging.getLogger().handlers[0]
    kept = handler.setStream(io.StringIO())
    application = WSGIHandler()
    small, large = _small(), _Seen(bench.data.school.campus, bench.data.school.marked[-1])
    rows = []
    for (what, few), many in zip(small.paths().items(), large.paths().values(), strict=True):
        # The first call finds nothing kept; it is not counted.
        numbers = [
            [seen.statements(application, path) for _turn in range(2)][1]
            for seen, path in ((small, few), (large, many))
        ]
        most = OF_A_CALL if what.endswith("API") else OF_A_PAGE
        rows.append(
            Row(
                f"{what}: {FEW} sessions, then {MANY:,}",
                f"{numbers[0]}, then {numbers[1]} statements",
                target=f"equal, <= {most}",
                met=numbers[0] == numbers[1] <= most,
                numbers={"few": numbers[0], "many": numbers[1]},
            )
        )
    if kept is not None:
        handler.setStream(kept)
    return rows


def _small() -> _Seen:
    """A class of one learner with two sessions."""
    campus = founded("Hamlet")
    [batch] = open_batches(
        campus,
        Places.of(campus, rooms=1, courses=1),
        count=1,
        capacity=10,
        instructors=people(campus, Role.INSTRUCTOR, 1, "teacher"),
    )
    enroll_all(batch, people(campus, Role.STUDENT, 1, "student"))
    today = campus.admin.today()
    sessions = ClassSession.objects.bulk_create(
        ClassSession(
            institution=campus.institution, meeting_id=batch.pk, date=today - timedelta(days=ago), is_edited=True
        )
        for ago in range(FEW)
    )
    return _Seen(campus, sessions[0])
