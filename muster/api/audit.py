"""The audit log of an institution."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema
from typing_extensions import TypedDict

from muster.api.batches.history import EntryOut, entry_json
from muster.api.kit import Day, Door, Moment, answer, request_actor, timestamp
from muster.core.audit import HistoryEntry
from muster.core.audit_log import LogPlace, log_of
from muster.core.errors import Invalid
from muster.institutions.audit_log import MOST_WORDS, log_filter
from muster.institutions.permissions import audit_log

router = Door(tags=["Audit"])


class AuditQuery(Schema):
    """What of the log is asked for."""

    who: str = Field("", max_length=60, description="A user's id, or muster for what happened automatically")
    what: str = Field("", max_length=60, description="The kind of object, such as batch, enrollment or user")
    kind: str = Field("", max_length=20, description="added, changed, removed or looked (at private data)")
    first: Day | None = Field(None, alias="from", description="The first day, by the institution's clock")
    last: Day | None = Field(None, alias="to", description="The last day")
    q: str = Field("", max_length=MOST_WORDS, description="A person, an object, what was done, why, a request")
    request: str = Field("", max_length=100, description="All of one request")
    about: str = Field("", max_length=60, description="The id of an object: all of its history, and of its parts")
    before: str = Field("", max_length=80, description="Where to go on: `older` of the answer before")
    page_size: int = Field(50, ge=1, le=200)


class AboutOut(TypedDict):
    """An object that an entry is about; its name is empty once it is gone."""

    kind: str
    _id: str
    name: str


class LogEntryOut(EntryOut):
    """What one request did. `rows` is how many rows it changed, of which `untold` are not among the changes."""

    request: str
    look: bool
    rows: int
    untold: int
    about: list[AboutOut]


class LogOut(TypedDict):
    """Some of the log, newest first. `older` continues it; null at its end.

    `searched_until` says how far back was searched where not everything was: go on with `older`.
    """

    entries: list[LogEntryOut]
    older: str | None
    searched_until: Moment | None


@router.get("/audit", allow=audit_log["see"], data=LogOut)
def read_audit_log(request: HttpRequest, asked: Query[AuditQuery]) -> HttpResponse:
    """Everything that happened in the institution, grouped by request, with looks at private data."""
    before = LogPlace.of(asked.before)
    if asked.before and before is None:
        raise Invalid(_("Send `older` of the answer before."), field="before")
    days: dict[str, date | None] = {"from": asked.first, "to": asked.last}
    narrowing = {
        "who": asked.who,
        "what": asked.what,
        "kind": asked.kind,
        "q": asked.q,
        "key": asked.request,
        "about": asked.about,
        **days,
    }
    page = log_of(log_filter(request_actor(request), narrowing), before=before, size=asked.page_size)
    shown: dict[str, Any] = {
        "entries": [_entry_json(entry) for entry in page.entries],
        "older": str(page.older) if page.older else None,
        "searched_until": timestamp(page.looked_until) if page.looked_until else None,
    }
    return answer(shown)


def _entry_json(entry: HistoryEntry) -> dict[str, Any]:
    return {
        **entry_json(entry),
        "request": entry.key,
        "look": entry.is_look,
        "rows": entry.rows,
        "untold": entry.untold,
        "about": [
            {"kind": str(about.model._meta.model_name), "_id": about.pk, "name": about.name} for about in entry.about
        ],
    }
