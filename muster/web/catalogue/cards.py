"""The catalogue as cards: one list, drawn for students, staff and strangers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.dates import MONTHS
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django_tables2 import Column

from muster.batches.meetings import week_in_words
from muster.batches.models import meets
from muster.core.clocks import zone_words
from muster.core.money import money
from muster.enrollments.models import Enrollment, WaitlistEntry
from muster.enrollments.queries import OwnClash, own_clashes
from muster.enrollments.waitlists import positions_of
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES
from muster.people.links import batch_url
from muster.timetable.models import ScheduleSlot
from muster.web.enrollments.words import place_words
from muster.web.ui.tables import Bucket, Buckets, Facet, Filters, Table
from muster.web.ui.widgets import pill, unbroken_days

NOON, EVENING = time(12), time(17)
SATURDAY = 6
# Fewer seats than this are few.
FEW = 5


def _meeting(**when: Any) -> Q:
    return Q(Exists(ScheduleSlot.objects.filter(meets(OuterRef("pk")), **when)))


class CatalogueFilters(Filters):
    """What narrows the catalogue, each choice counted under the others."""

    search = ("course__title", "name", "code", "skills")
    search_hint = gettext_lazy("Course, batch or skill")
    field = Facet(
        gettext_lazy("Field"),
        value="course__department_id",
        text="course__department__name",
        none=gettext_lazy("Other"),
    )
    branch = Facet(gettext_lazy("Branch"), value="branch_id", text="branch__name", none=gettext_lazy("No branch"))
    times = Buckets(
        gettext_lazy("Days and times"),
        Bucket("mornings", gettext_lazy("Mornings"), _meeting(start_time__lt=NOON, weekday__lt=SATURDAY)),
        Bucket(
            "afternoons",
            gettext_lazy("Afternoons"),
            _meeting(start_time__gte=NOON, start_time__lt=EVENING, weekday__lt=SATURDAY),
        ),
        Bucket("evenings", gettext_lazy("Evenings"), _meeting(start_time__gte=EVENING, weekday__lt=SATURDAY)),
        Bucket("weekends", gettext_lazy("Weekends"), _meeting(weekday__gte=SATURDAY)),
    )
    starts = Facet(gettext_lazy("Starts"), value="start_date__month", words=MONTHS.items())
    seats = Buckets(
        gettext_lazy("Seats"),
        Bucket("free", gettext_lazy("With seats"), Q(seats_left__isnull=True) | Q(seats_left__gt=0)),
        Bucket("full", gettext_lazy("Full"), Q(seats_left=0)),
    )


class CatalogueTable(Table):
    """What the cards can be sorted by; they are drawn by `catalogue/cards.html`."""

    counted = ngettext_lazy("%(count)s batch", "%(count)s batches", "count")
    caption = gettext_lazy("Catalog")
    per_page = 24

    starts = Column(accessor="start_date", verbose_name=gettext_lazy("start date"))
    price = Column(accessor="course__price", verbose_name=gettext_lazy("price"))
    seats = Column(accessor="seats_left", verbose_name=gettext_lazy("seats left"))

    class Meta(Table.Meta):
        pass


@dataclass(frozen=True)
class CourseCard:
    """A batch as the catalogue shows it. `url` is where somebody enrolls, applies or reads on."""

    batch: Any
    url: str
    about: str
    times: str
    days: str
    lead: str
    price: str
    seats: SafeString
    clash: str = ""


def catalogue_cards(actor: Actor, url_of: Callable[[Any], str]) -> Callable[[Sequence[Any]], list[CourseCard]]:
    """What makes cards of the batches that are shown: students see where they are enrolled, and what clashes.

    Four statements at most. The batches come with `waitlist_length`.
    """

    def cards(rows: Sequence[Any]) -> list[CourseCard]:
        student = actor.user if actor.is_any(*STUDENT_ROLES) else None
        if student is None:
            return [_card(actor, batch, url_of(batch)) for batch in rows]
        every = {batch.pk for batch in rows}
        current = Enrollment.objects.current().filter(student=student, batch__in=every)
        own = set(current.values_list("batch_id", flat=True))
        clashes = own_clashes(student, actor.owner_id, list(every - own))
        places = positions_of(actor)
        return [
            _card(actor, batch, batch_url(batch.pk), own=pill(_("You're enrolled"), "good", "okc"))
            if batch.pk in own
            else _card(actor, batch, batch_url(batch.pk), own=_place_pill(places[batch.pk]))
            if batch.pk in places
            else _card(actor, batch, url_of(batch), clashes.get(batch.pk, ()))
            for batch in rows
        ]

    return cards


def _place_pill(place: WaitlistEntry) -> SafeString:
    """Where the reader stands in line."""
    if place.status == WaitlistEntry.Status.OFFERED:
        return pill(_("A seat is offered to you"), "info", "seat")
    return pill(place_words(place), "info", "clock")


def _card(
    actor: Actor, batch: Any, url: str, clashes: Sequence[OwnClash] = (), *, own: SafeString | None = None
) -> CourseCard:
    clash = ", ".join(one.name for one in clashes)
    return CourseCard(
        batch=batch,
        url=url,
        about=course_words(batch),
        times=times_of(actor, batch),
        days=unbroken_days(batch.start_date, batch.end_date),
        lead=lead_of(actor, batch),
        price=price_of(batch.course),
        seats=own or seats_pill(batch),
        clash=_("At the same time as %(batch)s") % {"batch": clash} if clash else "",
    )


def course_words(batch: Any) -> str:
    """The kind of the course, and its title where the batch is called otherwise."""
    kind = batch.course.get_kind_display()
    return kind if batch.course.title in batch.name else f"{batch.course.title}. {kind}"


def times_of(actor: Actor, batch: Any) -> str:
    """When it meets, by its own clock, which is named where it is not the reader's."""
    week = week_in_words(batch.week)
    batch.institution = actor.institution
    zone = zone_words(batch.zone, actor.zone) if week else ""
    return f"{week} ({zone})" if zone else week


def lead_of(actor: Actor, batch: Any) -> str:
    """Who leads it, as far as the reader may know."""
    shown = bool(actor.grants) or actor.institution.catalogue_names_instructors
    return str(batch.lead["full_name"]) if shown and batch.lead else ""


def price_of(course: Any) -> str:
    """What the course costs; nothing where no price is set."""
    if course.price is None:
        return ""
    return money(course.price, course.currency) if course.price else _("Free")


def seats_pill(batch: Any) -> SafeString:
    """The seats that are left for the reader."""
    left = batch.seats_left
    if left is None:
        return pill(_("Seats free"), "good", "seat")
    if not left:
        waiting = getattr(batch, "waitlist_length", 0)
        full = ngettext("Full, %(count)d waiting", "Full, %(count)d waiting", waiting) if waiting else _("Full")
        return pill(full % {"count": waiting} if waiting else full, "info", "clock")
    words = ngettext("%(left)d of %(seats)d seats left", "%(left)d of %(seats)d seats left", batch.capacity)
    return pill(words % {"left": left, "seats": batch.capacity}, "warn" if left < FEW else "good", "seat")


def enroll_url(actor: Actor) -> Callable[[Any], str]:
    """Where a card leads: students to enrolling, or to the waitlist where no seat is left and the line takes them;
    everybody else to the batch."""
    learns = actor.is_any(*STUDENT_ROLES) and not actor.manages

    def url_of(batch: Any) -> str:
        takes = batch.waitlist_capacity is None or batch.waitlist_length < batch.waitlist_capacity
        name = "batches:batch"
        if learns and batch.seats_left != 0:
            name = "enrollments:enroll-self"
        elif learns and takes:
            name = "enrollments:join-waitlist"
        return reverse(name, args=[batch.pk])

    return url_of
