"""The security log."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema
from typing_extensions import TypedDict

from muster.api.kit import Door, Paging, Stamped, key, page_of, request_actor, stamp
from muster.core.errors import Invalid
from muster.core.search import with_words
from muster.institutions.models import SecurityEvent
from muster.institutions.permissions import security_events

router = Door()


class SecurityQuery(Schema):
    """The filters of the list."""

    kind: str = Field("", max_length=20, description="What happened, as the list says it")


class InvolvedOut(TypedDict):
    """Somebody in an event. A platform administrator has no id here."""

    _id: str | None
    full_name: str


class SecurityEventOut(Stamped):
    """Something that happened to a sign-in, or left the institution. `done_by` is null where nobody was signed in."""

    kind: str
    person: InvolvedOut
    done_by: InvolvedOut | None
    detail: str
    address: str


def event_json(row: SecurityEvent) -> SecurityEventOut:
    return {
        **stamp(row),
        "kind": row.kind,
        "person": {"_id": key(row.person_id), "full_name": row.name},
        "done_by": {"_id": key(row.done_by_id), "full_name": row.done_by_name} if row.done_by_name else None,
        "detail": row.detail,
        "address": row.address,
    }


@router.get("/security-events", allow=security_events["see"], rows=SecurityEventOut)
def list_security_events(request: HttpRequest, paging: Query[Paging], narrowing: Query[SecurityQuery]) -> HttpResponse:
    """Sign-ins, tokens, second factors, role changes, exports and invitations, newest first."""
    rows = security_events.rows(request_actor(request))
    if narrowing.kind:
        if narrowing.kind not in SecurityEvent.Kind:
            words = ", ".join(SecurityEvent.Kind.values)
            raise Invalid(_("Choose one of %(kinds)s.") % {"kinds": words}, field="kind")
        rows = rows.filter(kind=narrowing.kind)
    return page_of(with_words(rows, paging.q, "name", "done_by_name", "detail", "address"), paging, event_json)
