"""What a student may enroll into."""

from django.http import HttpRequest, HttpResponse
from ninja import Query

from muster.api.batches.shapes import BatchOut, batch_json
from muster.api.kit import Door, Paging, page_of, request_actor, request_object
from muster.batches.models import Batch
from muster.batches.permissions import with_rights
from muster.courses.models import Course
from muster.courses.permissions import courses
from muster.enrollments.queries import open_batches_of
from muster.enrollments.waitlists import waiting_in

router = Door()


class OpenBatchOut(BatchOut):
    """A batch with the seats that the caller could still take; `seats_left` is null where there is no limit."""

    seats_left: int | None
    is_full: bool
    waitlist_length: int


def open_batch_json(batch: Batch) -> OpenBatchOut:
    """A batch with the seats that the caller could still take."""
    return {
        **batch_json(batch),
        "seats_left": batch.seats_left,  # type: ignore[attr-defined]
        "is_full": batch.seats_left == 0,  # type: ignore[attr-defined]
        "waitlist_length": batch.waitlist_length,  # type: ignore[attr-defined]
    }


@router.get("/{course_id}/open-batches", allow=courses["see"], on="course_id", rows=OpenBatchOut)
def list_open_batches(request: HttpRequest, course_id: str, paging: Query[Paging]) -> HttpResponse:
    """The batches of a course that are open for enrollment, earliest first, with `seats_left` (null: no limit)."""
    actor = request_actor(request)
    open_now = waiting_in(open_batches_of(request_object(request, Course), actor).select_related(None))
    rows = with_rights(actor, open_now, "roster", "see_staff")
    return page_of(rows, paging, open_batch_json)
