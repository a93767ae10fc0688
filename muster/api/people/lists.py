"""Students and instructors, as lists for other programs."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query
from typing_extensions import TypedDict

from muster.accounts.models import User
from muster.api.kit import Door, Paging, Stamped, in_shape, page_of, request_actor
from muster.api.narrowing import OfBatches
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.workload import instructors_with_load, still_running
from muster.core.search import with_words
from muster.enrollments.models import Enrollment
from muster.enrollments.permissions import enrollments
from muster.institutions.access import Actor
from muster.institutions.permissions import users
from muster.people.permissions import instructors, students
from muster.people.queries import IS_HERE, is_here, people_here

router = Door(tags=["People"])


class PeopleQuery(Paging, OfBatches):
    """The filters of both lists, over the batches that the caller may see."""

    active: bool | None = Field(None, description="Both when absent")

    def of_batches(self, rows: QuerySet[Any]) -> QuerySet[Any] | None:
        """Those of the rows (with a `batch`) that pass; None where nothing is asked of their batch."""
        asked = self.conditions()
        return rows.filter(**asked) if asked else None

    def of_people(self, rows: QuerySet[User], *lookups: str) -> QuerySet[User]:
        """The people in one of whose fields each word occurs, active or not as asked."""
        rows = with_words(rows, self.q, *lookups)
        return rows if self.active is None else rows.filter(IS_HERE if self.active else ~IS_HERE)


class SeatOut(TypedDict):
    """A current enrollment of a student, as far as the caller may see it."""

    enrollment_id: str | None
    status: str
    batch_id: str | None
    batch_code: str | None
    course_id: str | None


class StudentOut(Stamped):
    """A student with the places they hold now; contact data only for those who may see it."""

    full_name: str
    given_name: str
    family_name: str
    student_number: str
    email: str | None
    phone: str | None
    active: bool
    enrollments: list[SeatOut]


class InstructorOut(Stamped):
    """An instructor with their current and upcoming batches, and the recommended maximum."""

    full_name: str
    staff_number: str
    email: str
    phone: str
    active: bool
    active_batches: int
    limit: int
    weekly_hours: float


@router.get("/students", allow=students["list"], rows=StudentOut)
def list_all_students(request: HttpRequest, narrowing: Query[PeopleQuery]) -> HttpResponse:
    """The students the caller can see, by name."""
    actor = request_actor(request)
    seats = enrollments.rows(actor, among=Enrollment.objects.current())
    contacts = users.may(actor, "list")
    rows = students.rows(actor, "list", among=people_here(actor, "student_number"))
    if (seated := narrowing.of_batches(seats)) is not None:
        rows = rows.filter(pk__in=seated.values("student_id"))
    rows = narrowing.of_people(rows, "full_name", "number", *(("email",) if contacts else ()))
    rows = rows.prefetch_related(
        Prefetch("enrollments", seats.select_related("batch").order_by("created_at", "pk"), to_attr="seats_now")
    )
    columns = {
        "full_name": "full_name",
        "family_name": "family_name",
        "student_number": "number",
    }
    unseen = {} if contacts else {"email": None, "phone": None}
    rows = rows.order_by("full_name__plain", "pk")
    return page_of(rows, narrowing, lambda person: _student(person, **unseen), columns)


def _student(person: Any, **others: Any) -> Any:
    seats = [
        in_shape(SeatOut, seat, enrollment_id=seat.pk, batch_code=seat.batch and seat.batch.code)
        for seat in person.seats_now
    ]
    active, number = is_here(person), person.number or ""
    return in_shape(StudentOut, person, student_number=number, active=active, enrollments=seats, **others)


@router.get("/instructors", allow=instructors["list"], rows=InstructorOut)
def list_all_instructors(request: HttpRequest, narrowing: Query[PeopleQuery]) -> HttpResponse:
    """The institution's instructors, by name, with their workload."""
    actor: Actor = request_actor(request)
    rows = instructors_with_load(actor)
    visible = batches.rows(actor, among=Batch.objects.booking())
    taught = narrowing.of_batches(still_running().filter(batch__in=visible.values("pk")))
    if taught is not None:
        rows = rows.filter(pk__in=taught.values("instructor_id"))
    rows = narrowing.of_people(rows, "full_name", "number", "email")
    columns = {
        "full_name": "full_name",
        "staff_number": "number",
        "active_batches": "load",
        "weekly_hours": "minutes",
    }
    return page_of(rows, narrowing, _instructor, columns)


def _instructor(person: Any) -> Any:
    return in_shape(
        InstructorOut,
        person,
        staff_number=person.number or "",
        active=is_here(person),
        active_batches=person.load,
        weekly_hours=round(person.minutes.total_seconds() / 3600, 2) if person.minutes else 0.0,
    )
