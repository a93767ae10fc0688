"""Messages to students: sent by staff, read by those who sent or received them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema
from typing_extensions import TypedDict

from muster.api.kit import (
    Door,
    In,
    Paging,
    Stamped,
    answer,
    filter_by_ids,
    key,
    page_of,
    request_actor,
    request_object,
    stamp,
)
from muster.batches.permissions import batches
from muster.core.errors import Invalid
from muster.core.permissions import as_id
from muster.core.search import with_words
from muster.institutions.access import Actor
from muster.messaging import rules
from muster.messaging.models import MOST_SUBJECT, MOST_TEXT, Message
from muster.messaging.permissions import messages
from muster.messaging.queries import messages_in_full, messages_seen_by, messages_to, recipients_of
from muster.people.permissions import students

router = Door(tags=["Messages"])
MOST_STUDENTS = 500


class MessageIn(In):
    """What to write, to a batch or to students, not both."""

    subject: str = Field(max_length=MOST_SUBJECT)
    text: str = Field(max_length=MOST_TEXT, description="Plain text")
    batch_id: str | None = Field(None, max_length=60, description="Goes to everyone who holds a seat in it")
    student_ids: list[str] | None = Field(None, max_length=MOST_STUDENTS)


class MessageQuery(Schema):
    """The filters of the list."""

    batch: str = Field("", max_length=60, description="A batch's id")
    student: str = Field("", max_length=60, description="The id of a student who received it")


class SenderOut(TypedDict):
    """Who wrote a message."""

    _id: str
    full_name: str


class MessageOut(Stamped):
    """A message. `recipients` is how many students it went to, and null for those who only received it."""

    subject: str
    text: str
    batch: str | None
    batch_code: str | None
    archived: bool
    sent_by: SenderOut | None
    recipients: int | None


class WholeMessageOut(MessageOut):
    """A message with those it went to, the first 500; for those who only received it no one."""

    students: list[SenderOut]


def message_json(row: Any) -> MessageOut:
    """A message of `messages_in_full`."""
    sender = row.sent_by
    return {
        **stamp(row),
        "subject": row.subject,
        "text": row.text,
        "batch": key(row.batch_id),
        "batch_code": row.batch.code if row.batch else None,
        "archived": row.batch is not None and row.batch.is_archived,
        "sent_by": {"_id": str(sender.pk), "full_name": sender.full_name} if sender else None,
        "recipients": row.reached if row.may_act else None,
    }


def _whole(actor: Actor, message: Message) -> WholeMessageOut:
    row: Any = messages_in_full(actor, Message.objects.filter(pk=message.pk)).get()
    people = recipients_of(row)[:MOST_STUDENTS] if row.may_act else []
    return {
        **message_json(row),
        "students": [{"_id": str(one.pk), "full_name": one.full_name} for one in people],
    }


@router.get("/messages", allow=messages["see"], rows=MessageOut)
def list_messages(request: HttpRequest, paging: Query[Paging], narrowing: Query[MessageQuery]) -> HttpResponse:
    """Messages the caller received, sent, or can see because they manage or teach the batch, newest first."""
    actor = request_actor(request)
    rows = messages_seen_by(actor)
    if narrowing.student:
        if (student_id := as_id(narrowing.student)) is None:
            raise Invalid(_("Nothing has this id."), field="student")
        rows = messages_to(actor, student_id)
    rows = filter_by_ids(rows, narrowing, {"batch": "batch_id"})
    return page_of(with_words(rows, paging.q, "subject", "text", "sent_by__full_name"), paging, message_json)


@router.post("/messages", allow=messages["send"], data=WholeMessageOut, status=201)
def send_message(request: HttpRequest, body: MessageIn) -> HttpResponse:
    """Write to a batch, or to students. Each gets it once, in Muster and by email unless they turned that off."""
    actor = request_actor(request)
    if (body.batch_id is None) == (body.student_ids is None):
        raise Invalid(_("Send either batch_id or student_ids."), field="batch_id")
    batch = batches.get_named(actor, body.batch_id, "batch_id", "roster") if body.batch_id is not None else None
    people = None
    if body.student_ids is not None:
        ids = {as_id(text) for text in body.student_ids}
        people = list(students.rows(actor, "list").filter(pk__in=[pk for pk in ids if pk]))
        if len(people) < len(ids):
            raise Invalid(_("Some of these students don't exist, or aren't yours to write to."), field="student_ids")
    sent = rules.send_message(by=actor, batch=batch, students=people, subject=body.subject, text=body.text)
    return answer(_whole(actor, sent), "Message sent successfully", status=201)


@router.get("/messages/{message_id}", allow=messages["see"], on="message_id", data=WholeMessageOut)
def see_message(request: HttpRequest, message_id: str) -> HttpResponse:
    """One message, with the students it went to for who sent it, or manages or teaches the batch."""
    return answer(_whole(request_actor(request), request_object(request, Message)))
