"""What the batch years of a department come to."""

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema
from typing_extensions import TypedDict

from muster.api.kit import Date, Door, answer, key, request_actor, request_object
from muster.institutions.models import Department
from muster.progression.permissions import department_figures
from muster.progression.queries import Figures, figures_of

router = Door()


class KpiQuery(Schema):
    """Of which semester."""

    semester: int | None = Field(None, ge=1, le=100, description="Its number. This semester's, when absent")


class KpisOut(TypedDict):
    """Four figures in percent, to one decimal; null where nothing counts."""

    pass_percent: float | None
    average_marks: float | None
    attendance_rate: float | None
    fill_rate: float | None


class YearKpisOut(KpisOut):
    """Those of a batch year."""

    batch: str
    batch_code: str
    year: int | None
    current_semester: int | None
    archived: bool


class SemesterKpisOut(KpisOut):
    """Those of a semester of the calendar; `until` is null for the one that runs."""

    name: str
    since: Date
    until: Date | None


class DepartmentKpisOut(KpisOut):
    """A department's figures, those of its batch years, and those of the last semesters, the oldest first.

    `trend` is empty where the institution has no terms, or a semester was asked for.
    """

    department: str
    semester: int | None
    batches: list[YearKpisOut]
    trend: list[SemesterKpisOut]


def _kpis(figures: Figures) -> KpisOut:
    return {
        "pass_percent": figures.pass_percent,
        "average_marks": figures.average_marks,
        "attendance_rate": figures.attendance_rate,
        "fill_rate": figures.fill_rate,
    }


@router.get("/{department_id}/kpis", allow=department_figures["figures"], on="department_id", data=DepartmentKpisOut)
def department_kpis(request: HttpRequest, department_id: str, asked: Query[KpiQuery]) -> HttpResponse:
    """Pass percent, average marks, attendance and seats filled of the batch years that the caller manages."""
    department = request_object(request, Department)
    found = figures_of(request_actor(request), department, asked.semester)
    return answer(
        {
            **_kpis(found.total),
            "department": key(department.pk),
            "semester": asked.semester,
            "batches": [
                {
                    **_kpis(figures),
                    "batch": key(year.pk),
                    "batch_code": year.code,
                    "year": year.year,
                    "current_semester": year.current_semester,
                    "archived": year.is_archived,
                }
                for year, figures in found.years
            ],
            "trend": [
                {
                    **_kpis(figures),
                    "name": span.name,
                    "since": span.first.isoformat(),
                    "until": span.last.isoformat() if span.last else None,
                }
                for span, figures in found.spans
            ],
        }
    )
