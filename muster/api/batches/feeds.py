"""Calendar links: named here, fetched under their own addresses."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Field, Query

from muster.api.kit import (
    Deleted,
    Door,
    In,
    Moment,
    Stamped,
    WholeOrPaged,
    answer,
    key,
    page_of,
    request_actor,
    request_object,
    stamp,
    timestamp,
)
from muster.batches.models import CalendarFeed
from muster.batches.permissions import batches, feeds
from muster.batches.rules import make_feed, revoke_feed
from muster.institutions.queries import person_named

router = Door()


class FeedIn(In):
    """What a link shows."""

    kind: str = Field("personal", description="personal, batch or instructor")
    cohort_id: str | None = Field(None, description="The batch, required if the kind is batch")
    instructor_id: str | None = Field(None, description="The instructor, required if the kind is instructor")


class FeedOut(Stamped):
    """A calendar link, without its address."""

    kind: str
    name: str
    cohort_id: str | None
    instructor_id: str | None
    last_read_at: Moment | None


class NewFeedOut(FeedOut):
    """A calendar link with its address, which is shown only once."""

    url: str


def feed_json(feed: CalendarFeed) -> FeedOut:
    """A calendar link."""
    return {
        **stamp(feed),
        "kind": feed.kind,
        "name": feed.name,
        "cohort_id": key(feed.batch_id),
        "instructor_id": key(feed.instructor_id),
        "last_read_at": timestamp(feed.last_read_at),
    }


@router.get("/calendar-links", allow=feeds["see"], rows=FeedOut)
def list_feeds(request: HttpRequest, paging: Query[WholeOrPaged]) -> HttpResponse:
    """The caller's calendar links."""
    own = feeds.rows(request_actor(request))
    rows = own.filter(revoked_at__isnull=True).select_related("batch", "instructor")
    return page_of(rows, paging, feed_json, removed=own.filter(revoked_at__isnull=False))


@router.post("/calendar-links", allow=feeds["change"], repeatable=False, data=NewFeedOut, status=201)
def add_feed(request: HttpRequest, body: FeedIn) -> HttpResponse:
    """Create a calendar link. Anyone with its address can see what the caller can see, until it's revoked."""
    actor = request_actor(request)
    feed, secret = make_feed(
        by=actor,
        kind=body.kind,
        batch=batches.get_named(actor, body.cohort_id, "cohort_id", "see_staff") if body.cohort_id else None,
        instructor=person_named(actor, body.instructor_id, "instructor_id") if body.instructor_id else None,
    )
    shown: NewFeedOut = {
        **feed_json(feed),
        "url": request.build_absolute_uri(reverse("batches:feed", args=[secret])),
    }
    return answer(shown, "Calendar link created successfully", status=201)


@router.delete("/calendar-links/{feed_id}", allow=feeds["change"], on="feed_id", data=Deleted)
def remove_feed(request: HttpRequest, feed_id: str) -> HttpResponse:
    """Revoke a calendar link. Its address stops working."""
    feed = request_object(request, CalendarFeed)
    revoke_feed(feed=feed)
    return answer({"_id": key(feed.pk)}, "Calendar link revoked successfully")
