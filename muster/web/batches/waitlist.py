"""The waitlist of a batch: who is next, what became of earlier offers, and why nobody gets a seat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import F, Q
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django_tables2 import Column

from muster.batches.permissions import batches
from muster.enrollments.models import WaitlistEntry
from muster.enrollments.waitlists import seats_moved, why_it_stands_still, with_people, with_positions
from muster.web.batches.frame import Frame, batch_for
from muster.web.batches.tabs import BatchTab, register_tab
from muster.web.enrollments.words import PLACE_LOOKS, moved_words, offer_words
from muster.web.requests import ActorRequest
from muster.web.ui.components import Action
from muster.web.ui.pages import page
from muster.web.ui.tables import Bucket, Buckets, Empty, Filters, NumberColumn, Table, list_page
from muster.web.ui.widgets import dialog_link, person, pill

CURRENT = Q(status__in=WaitlistEntry.CURRENT)


class WaitlistFilters(Filters):
    """Found by name or number; answers of before stay away until they are asked for."""

    search: ClassVar[Sequence[str]] = ("student__full_name", "student_number")
    search_hint = gettext_lazy("Name or number")
    shown = Buckets(
        gettext_lazy("Shown"),
        Bucket("", gettext_lazy("In line now"), CURRENT),
        Bucket("earlier", gettext_lazy("Earlier answers"), ~CURRENT),
        Bucket("all", gettext_lazy("Everyone"), Q()),
        scope=True,
    )


class WaitlistTable(Table):
    """Places in line, with what may be done about each."""

    counted = ngettext_lazy("%(count)s student", "%(count)s students", "count")
    caption = gettext_lazy("Waitlist")
    cards = {"position": "hide", "student": "title", "joined": "labelled", "status": "status", "acts": "figure"}

    position = NumberColumn(verbose_name=gettext_lazy("Place"), orderable=False)
    student = Column(accessor="student__full_name", verbose_name=gettext_lazy("Student"))
    joined = Column(accessor="joined_at", verbose_name=gettext_lazy("Joined"))
    priority = NumberColumn(verbose_name=gettext_lazy("Priority"))
    status = Column(verbose_name=gettext_lazy("Status"))
    acts = Column(empty_values=(), orderable=False, exclude_from_export=True, verbose_name=gettext_lazy("Actions"))

    class Meta(Table.Meta):
        pass

    def __init__(self, *args: Any, may_change: bool, frame: Frame, **kwargs: Any) -> None:
        super().__init__(*args, exclude=[] if may_change else ["acts"], **kwargs)
        self.frame = frame

    def render_student(self, record: Any) -> SafeString:
        return person(record.student.full_name, "", record.student_number or "")

    def value_student(self, record: Any) -> str:
        return str(record.student.full_name)

    def render_joined(self, value: Any) -> str:
        return date_format(value.astimezone(self.frame.now.tzinfo), "D j M Y, H:i")

    def render_status(self, record: Any) -> SafeString:
        tone, shape = PLACE_LOOKS[record.status]
        words = record.reason
        if record.status == WaitlistEntry.Status.OFFERED:
            words = offer_words(record, self.frame.now)
        below = format_html('<span class="s">{}</span>', words) if words else ""
        return format_html("{}{}", pill(record.get_status_display(), tone, shape), below)

    def value_status(self, record: Any) -> str:
        return str(record.get_status_display())

    def render_acts(self, record: Any) -> Any:
        if not record.is_current:
            return "–"
        name = format_html('<span class="vh"> {}</span>', record.student.full_name)
        acts = [(_("Priority"), "priority"), (_("Remove"), "leave")]
        if record.status == WaitlistEntry.Status.OFFERED:
            acts = [(_("Accept for them"), "accept"), (_("Decline"), "decline")]
        links = [
            dialog_link(
                format_html("{}{}", label, name), reverse(f"enrollments:{action}-place", args=[record.pk]), tone="quiet"
            )
            for label, action in acts
        ]
        return format_html('<span class="row-acts">{}</span>', format_html_join("", "{}", ((link,) for link in links)))


register_tab(
    BatchTab(
        "waitlist",
        gettext_lazy("Waitlist"),
        "batches:waitlist",
        25,
        "roster",
        count=lambda frame: frame.batch.waitlist_length,  # type: ignore[attr-defined]
    )
)


@page(batches["roster"])
def waitlist_page(request: ActorRequest, batch_id: UUID) -> HttpResponseBase:
    """The line in its order, with priority and removal, and the state of each offer."""
    actor = request.actor
    frame = Frame(actor, batch_for(actor, batch_id, "roster"), "waitlist")
    batch = frame.batch
    begin = []
    if frame.may_change and batch.is_full and batch.takes_enrollments:
        begin = [Action(_("Add to waitlist"), frame.url("enrollments:enroll"), "plus")]
    text = _(
        "When the batch is full, students who want a seat wait here. The next free seat goes to the first in line."
    )
    rows = with_people(with_positions(WaitlistEntry.objects.filter(batch=batch)))
    return list_page(
        request,
        table_class=WaitlistTable,
        filterset_class=WaitlistFilters,
        queryset=rows.order_by(F("position").asc(nulls_first=True), "offer_expires_at", "-answered_at", "pk"),
        template="batches/waitlist.html",
        context={
            "frame": frame,
            "batch": batch,
            "nav": "batches",
            "stands_still": _why(frame),
            "siblings": frame.siblings if frame.batch.waitlist_length else [],  # type: ignore[attr-defined]
            "speed": moved_words(seats_moved(batch)),
            "how": _how_seats_go(frame),
            "spare_seats_url": frame.url(frame.spare_seats_action[1]) if frame.spare_seats_action else "",
        },
        empty=Empty(_("No one is waiting"), text, "clock", begin),
        export_name=f"waitlist-{batch.code}".lower(),
        table_kwargs={"may_change": frame.may_change, "frame": frame},
        name_of=lambda row: row.student.full_name,
    )


def _why(frame: Frame) -> str:
    """Why the line does not move; empty where nobody waits."""
    batch = frame.batch
    if not batch.waitlist_length:  # type: ignore[attr-defined]
        return ""
    if said := why_it_stands_still(batch, frame.now.date()):
        return said
    if not batch.is_full:
        return _("A seat has just become free. It goes to the first in line within a minute.")
    if batch.seats_offered:
        words = ngettext(
            "All seats are taken, and %(count)d of them is held for an open offer. If it isn't accepted, it goes to "
            "the next in line.",
            "All seats are taken, and %(count)d of them are held for open offers. Those that aren't accepted go to the "
            "next in line.",
            batch.seats_offered,
        )
        return words % {"count": batch.seats_offered}
    return ""


def _how_seats_go(frame: Frame) -> str:
    institution = frame.batch.institution
    if institution.waitlist_mode == institution.WaitlistMode.AUTO:
        return _("A seat that becomes free is given to the next in line at once.")
    words = ngettext(
        "A seat that becomes free is offered to the next in line and held for %(count)d hour.",
        "A seat that becomes free is offered to the next in line and held for %(count)d hours.",
        institution.waitlist_offer_hours,
    )
    return words % {"count": institution.waitlist_offer_hours}
