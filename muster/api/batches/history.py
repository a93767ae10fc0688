"""What happened to a batch."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query
from typing_extensions import TypedDict

from muster.api.kit import Door, Moment, PageQuery, request_object, timestamp
from muster.api.kit.answers import list_answer
from muster.batches.history import history_of
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.core.audit import HistoryEntry

router = Door()


class ByOut(TypedDict):
    """Who did it; without an id where nobody was signed in, such as a job."""

    _id: str | None
    full_name: str


class ChangeOut(TypedDict):
    """One thing that changed, in words, and from what to what where a field changed."""

    kind: str
    field: str
    before: str
    after: str
    text: str


class EntryOut(TypedDict):
    """What one person did at one moment."""

    at: Moment
    by: ByOut
    use_case: str
    title: str
    reason: str
    changes: list[ChangeOut]


@router.get("/{batch_id}/history", allow=batches["history"], on="batch_id", rows=EntryOut)
def see_history(request: HttpRequest, batch_id: str, paging: Query[PageQuery]) -> HttpResponse:
    """Who changed what in the batch, when and why. Each request is one entry."""
    told = history_of(request_object(request, Batch), page=paging.page, page_size=paging.page_size)
    return list_answer(
        [entry_json(entry) for entry in told.entries], total=told.total, page=paging.page, page_size=paging.page_size
    )


def entry_json(entry: HistoryEntry) -> dict[str, Any]:
    """An entry with its changes."""
    return {
        "at": timestamp(entry.at),
        "by": {"_id": entry.by_id, "full_name": entry.by_name},
        "use_case": entry.use_case,
        "title": entry.title,
        "reason": entry.reason,
        "changes": [
            {"kind": line.sign, "field": line.field, "before": line.before, "after": line.after, "text": line.text}
            for line in entry.lines
        ],
    }
