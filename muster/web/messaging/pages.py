"""Messages: what somebody wrote or received, one of them, and those of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django_tables2 import Column

from muster.batches.permissions import batches
from muster.messaging.models import Message
from muster.messaging.permissions import messages
from muster.messaging.queries import messages_in_full, messages_seen_by, recipients_of
from muster.people.permissions import students
from muster.web.batches.frame import Frame, batch_for
from muster.web.batches.tabs import BatchTab, register_tab
from muster.web.requests import ActorRequest
from muster.web.ui.components import Action, Fact
from muster.web.ui.pages import page
from muster.web.ui.tables import Empty, Facet, Filters, Table, TitleColumn, list_page
from muster.web.ui.widgets import local_time

MOST_NAMED = 100


def reached_words(message: Any) -> str:
    """To whom a message went, in few words."""
    number = ngettext("%(count)d student", "%(count)d students", message.reached) % {"count": message.reached}
    return _("%(batch)s, %(number)s") % {"batch": message.batch.code, "number": number} if message.batch else number


def sender_words(message: Message) -> str:
    """Who wrote it."""
    return message.sent_by.full_name if message.sent_by else "Muster"


class BatchMessageFilters(Filters):
    """Found by its words or its sender."""

    search: ClassVar[Sequence[str]] = ("subject", "text", "sent_by__full_name")
    search_hint = gettext_lazy("Words or sender")
    sender = Facet(gettext_lazy("From"), value="sent_by_id", text="sent_by__full_name", none=gettext_lazy("Muster"))


class MessageFilters(BatchMessageFilters):
    """By the batch too, where there are several."""

    batch = Facet(gettext_lazy("Batch"), value="batch_id", text="batch__code", none=gettext_lazy("No batch"))


class MessageTable(Table):
    """Messages, the newest first."""

    counted = ngettext_lazy("%(count)s message", "%(count)s messages", "count")
    caption = gettext_lazy("Messages")
    cards = {"subject": "title", "sent_by": "meta", "to": "meta", "created_at": "meta"}

    subject = TitleColumn(
        verbose_name=gettext_lazy("Subject"), url=lambda row: reverse("messaging:message", args=[row.pk])
    )
    sent_by = Column(accessor="sent_by__full_name", verbose_name=gettext_lazy("From"), default="Muster")
    to = Column(empty_values=(), order_by="reached", verbose_name=gettext_lazy("To"))
    created_at = Column(verbose_name=gettext_lazy("Sent"))

    class Meta(Table.Meta):
        pass

    def __init__(self, *args: Any, is_received: bool = False, **kwargs: Any) -> None:
        # Who else got it is for nobody who received it.
        super().__init__(*args, exclude=["to"] if is_received else [], **kwargs)

    def render_to(self, record: Any) -> str:
        return reached_words(record) if record.may_act else "–"

    def render_created_at(self, value: Any) -> str:
        return local_time({"request": self.request}, value)  # type: ignore[arg-type]

    def value_created_at(self, value: Any) -> Any:
        return value


@page(messages["see"])
def message_list(request: ActorRequest) -> HttpResponseBase:
    """What the reader received, or may read because they wrote it or manage where it went."""
    actor = request.actor
    writes = messages.may(actor, "send")
    text = (
        _("Write to a batch from its page, or select students in the list of students.")
        if writes
        else _("Messages from your instructors and your institution appear here.")
    )
    return list_page(
        request,
        table_class=MessageTable,
        filterset_class=MessageFilters,
        queryset=messages_seen_by(actor),
        template="messaging/list.html",
        context={"nav": "messages"},
        empty=Empty(_("No messages yet"), text, "mail"),
        export_name="messages",
        table_kwargs={"is_received": not writes},
    )


@page(messages["see"])
def message_page(request: ActorRequest, message_id: UUID) -> HttpResponse:
    """One message, with those it went to for who wrote it, or manages or teaches where it went."""
    actor = request.actor
    message: Any = messages.get(actor, message_id, among=messages_in_full(actor, Message.objects.all()))
    knows = message.may_act
    sent = local_time({"request": request}, message.created_at)  # type: ignore[arg-type]
    facts = [Fact(_("From"), sender_words(message)), Fact(_("Sent"), sent)]
    people = []
    if knows:
        facts.append(Fact(_("To"), reached_words(message)))
        seen = students.with_rights(actor, "see", among=recipients_of(message))
        people = list(seen[:MOST_NAMED])
    context = {
        "nav": "messages",
        "message": message,
        "facts": facts,
        "people": people,
        "more": message.reached - len(people) if knows else 0,
        "batch_url": reverse("batches:batch", args=[message.batch_id]) if message.batch_id else "",
    }
    return render(request, "messaging/message.html", context)


register_tab(BatchTab("messages", gettext_lazy("Messages"), "messaging:batch", 55, "roster"))


@page(batches["roster"])
def batch_messages(request: ActorRequest, batch_id: UUID) -> HttpResponseBase:
    """What was written to the students of a batch."""
    actor = request.actor
    frame = Frame(actor, batch_for(actor, batch_id, "roster"), "messages")
    write_url = "" if frame.batch.is_archived else reverse("messaging:new-batch", args=[frame.batch.pk])
    begin = [Action(_("Write to the batch"), write_url, "mail")] if write_url else []
    return list_page(
        request,
        table_class=MessageTable,
        filterset_class=BatchMessageFilters,
        queryset=messages_seen_by(actor).filter(batch=frame.batch),
        template="messaging/batch.html",
        context={"frame": frame, "batch": frame.batch, "nav": "batches", "write_url": write_url},
        empty=Empty(_("No messages yet"), _("What you write to this batch is kept here."), "mail", begin),
        export_name=f"messages-{frame.batch.code}".lower(),
    )
