"""What was told to the caller, and how they want to be told."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query
from typing_extensions import TypedDict

from muster.api.callers import only_reads
from muster.api.kit import (
    Door,
    In,
    Moment,
    Paging,
    Stamped,
    answer,
    in_shape,
    list_answer,
    page_of,
    request_actor,
    request_object,
)
from muster.core.errors import DomainError, FieldError
from muster.core.permissions import SIGNED_IN
from muster.core.search import with_words
from muster.notifications import rules
from muster.notifications.kinds import opens_by_its_link
from muster.notifications.models import Notification
from muster.notifications.permissions import notifications
from muster.notifications.queries import KindChoice, choices_of, inbox_of

router = Door(tags=["Notifications"])


class NotificationQuery(Paging):
    """The filters of the list."""

    unread: bool = Field(False, description="Only those not read yet")


class ChoiceIn(In):
    kind: str = Field(max_length=60)
    in_app: bool
    mail: bool


class ChoicesIn(In):
    choices: list[ChoiceIn] = Field(max_length=100)


class NotificationOut(Stamped):
    """A notification; `url` is the path of the page it's about.

    A token that only reads isn't told the paths that let in whoever holds them, as that of an offered seat: there,
    `url` is empty.
    """

    kind: str
    title: str
    text: str
    url: str
    read: bool
    read_at: Moment | None


class ReadOut(TypedDict):
    """How many were read by this."""

    read: int


class ChoiceOut(TypedDict):
    """A kind of notification, and how the caller gets it."""

    kind: str
    label: str
    in_app: bool
    mail: bool


def notification_out(row: Notification, *, with_keys: bool) -> Any:
    url = row.url if with_keys or not opens_by_its_link(row.kind) else ""
    return in_shape(NotificationOut, row, url=url, read=row.read_at is not None)


def choice(chosen: KindChoice) -> Any:
    return in_shape(ChoiceOut, chosen, kind=chosen.kind.key, label=str(chosen.kind.label))


@router.get("/notifications", allow=notifications["see"], rows=NotificationOut)
def list_notifications(request: HttpRequest, paging: Query[NotificationQuery]) -> HttpResponse:
    """The caller's notifications, newest first."""
    rows = inbox_of(request_actor(request), unread=paging.unread)
    rows = with_words(rows, paging.q, "title", "text")
    return page_of(rows, paging, partial(notification_out, with_keys=not only_reads(request)))


@router.post(
    "/notifications/{notification_id}/read", allow=notifications["change"], on="notification_id", data=NotificationOut
)
def read_notification(request: HttpRequest, notification_id: str) -> HttpResponse:
    """Mark one as read. Safe to repeat."""
    row = rules.mark_read(notification=request_object(request, Notification))
    return answer(notification_out(row, with_keys=True), "Notification marked as read")


@router.post("/notifications/read-all", allow=notifications["change"], data=ReadOut)
def read_all_notifications(request: HttpRequest) -> HttpResponse:
    """Mark all of the caller's notifications as read."""
    return answer({"read": rules.mark_all_read(by=request_actor(request))}, "Notifications marked as read")


@router.get("/notifications/choices", allow=SIGNED_IN, rows=ChoiceOut)
def list_choices(request: HttpRequest) -> HttpResponse:
    """The kinds of notifications the caller can get, and how they get them."""
    return _choices(request)


def _choices(request: HttpRequest, message: str = "") -> HttpResponse:
    rows = [choice(chosen) for chosen in choices_of(request_actor(request))]
    return list_answer(rows, total=len(rows), page=1, page_size=max(len(rows), 1), message=message)


@router.put("/notifications/choices", allow=SIGNED_IN, rows=ChoiceOut)
def change_choices(request: HttpRequest, body: ChoicesIn) -> HttpResponse:
    """Choose how to be notified for the given kinds. Others aren't changed."""
    places = {chosen.kind: index for index, chosen in enumerate(body.choices)}
    try:
        rules.choose(
            by=request_actor(request), choices={chosen.kind: (chosen.in_app, chosen.mail) for chosen in body.choices}
        )
    except DomainError as error:
        # The rule names kinds; the caller knows places in the list.
        error.errors = [FieldError(f"choices.{places[wrong.field]}.kind", wrong.message) for wrong in error.errors]
        raise
    return _choices(request, "Notification choices updated successfully")
