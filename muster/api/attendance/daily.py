"""Daily records: marks of a date, without a session."""

from datetime import date
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query

from muster.api.attendance.bodies import LearnerIn, device_of
from muster.api.attendance.schemas import DailyRecordOut, DayOut, daily_json, row_json, summary_json
from muster.api.kit import Day, Door, In, Paging, answer, filter_by_ids, page_of, request_actor
from muster.api.narrowing import OfBatches
from muster.attendance.models import Mark
from muster.attendance.permissions import cohorts, records
from muster.attendance.queries.daily import cleared_daily_records, daily_records
from muster.attendance.rules.daily import mark_day
from muster.core.errors import Invalid
from muster.core.search import with_words

router = Door(fixed=True)

COLUMNS = {"date": "record_date", "learner": "learner", "status": "status"}


class DailyMarkIn(LearnerIn):
    """How one learner attended the date."""

    status: str | None = Field(max_length=20, description="PRESENT, ABSENT, LATE or EXCUSED; null clears it")


class DailyIn(In):
    """Marks of a batch on a date. Date and batch may also stand in the query."""

    cohort_id: str | None = Field(None, max_length=60, description="Required, here or in the query")
    date: Day | None = Field(None, description="Required, here or in the query")
    records: list[DailyMarkIn]


class DailyRecordQuery(Paging, OfBatches):
    """The filters of daily records."""

    date: Day | None = None
    cohort_id: str = Field("", max_length=60)
    student_id: str = Field("", max_length=60)
    status: str = Field("", max_length=20)

    def of(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that pass. Raises Invalid at the field that is no id or no mark."""
        if self.date is not None:
            rows = rows.filter(record_date=self.date)
        rows = self.narrowed(rows, "enrollment__batch")
        rows = filter_by_ids(rows, self, {"cohort_id": "enrollment__batch_id", "student_id": "enrollment__student_id"})
        if self.status:
            if self.status not in Mark.values:
                known = ", ".join(Mark.values)
                raise Invalid(_("Choose one of these statuses: %(known)s.") % {"known": known}, field="status")
            rows = rows.filter(status=self.status)
        return with_words(rows, self.q, "learner")


@router.get("/attendance/daily", allow=records["see"], rows=DailyRecordOut)
def list_daily_records(request: HttpRequest, narrowing: Query[DailyRecordQuery]) -> HttpResponse:
    """Records without a session that the caller can see, newest date first; students see their own."""
    actor = request_actor(request)
    rows, removed = narrowing.of(daily_records(actor)), cleared_daily_records(actor)
    return page_of(rows, narrowing, daily_json, COLUMNS, removed=removed)


@router.post("/attendance/daily", allow=cohorts["mark"], data=DayOut, status=201)
def mark_daily(
    request: HttpRequest,
    body: DailyIn,
    cohort_id: Annotated[str, Query(max_length=60)] = "",
    day: Annotated[Day | None, Query(alias="date")] = None,
) -> HttpResponse:
    """Mark learners of a batch for a date, without a session. All or nothing. Returns everyone enrolled that day."""
    actor = request_actor(request)
    batch = cohorts.get_named(actor, body.cohort_id or cohort_id or "", "cohort_id", "mark")
    on: date | None = body.date or day
    if on is None:
        raise Invalid(_("This field is required."), field="date", code="required")
    taken = mark_day(
        by=actor, batch=batch, day=on, marks=[record.to_input() for record in body.records], device=device_of(request)
    )
    shown: DayOut = {
        "cohort_id": str(batch.pk),
        "date": on.isoformat(),
        "records": [row_json(row) for row in taken.rows],
        "summary": summary_json(taken.summary),
    }
    return answer(shown, "Attendance marked successfully", status=201)
