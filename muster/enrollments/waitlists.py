"""Reads of waitlists: who stands where, how fast a line moves, and why one stands still."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery, When, Window
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.queries import batch_alerts, batches_of, run_by
from muster.core.compiled import Compiled
from muster.enrollments.models import WaitlistEntry
from muster.enrollments.opening import last_day_to_enroll, line_of, release_day, seats_left_of
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES, Affiliation

LATELY = timedelta(days=30)


def with_positions(rows: QuerySet[WaitlistEntry]) -> QuerySet[WaitlistEntry]:
    """The places with `position`: 1 for the next in line, None for one with an offer or that is over."""
    before = Q(priority__gt=OuterRef("priority")) | Q(
        Q(joined_at__lt=OuterRef("joined_at")) | Q(joined_at=OuterRef("joined_at"), pk__lt=OuterRef("pk")),
        priority=OuterRef("priority"),
    )
    ahead = WaitlistEntry.objects.filter(before, batch=OuterRef("batch"), status=WaitlistEntry.Status.WAITING)
    number = Subquery(ahead.order_by().values("batch").annotate(number=Count("pk")).values("number"))
    waiting = When(status=WaitlistEntry.Status.WAITING, then=Coalesce(number, 0) + 1)
    return rows.annotate(position=Case(waiting))


# Whoever joins a line is told it.
PLACE = Compiled(lambda pk: with_positions(WaitlistEntry.objects.filter(pk=pk)), pk=UUID(int=1))


def with_people(rows: QuerySet[WaitlistEntry]) -> QuerySet[WaitlistEntry]:
    """The places with their students and student numbers."""
    number = Affiliation.objects.filter(institution=OuterRef("institution"), user=OuterRef("student"))
    return rows.select_related("student").annotate(student_number=Subquery(number.values("student_number")[:1]))


def waitlist_of(batch: Batch) -> QuerySet[WaitlistEntry]:
    """The places of the batch that are current: those with an offer, then the line in its order, with `position`."""
    rows = WaitlistEntry.objects.current().filter(batch=batch)
    return with_people(with_positions(rows)).order_by(F("position").asc(nulls_first=True), "offer_expires_at", "pk")


def places_of(actor: Actor) -> list[WaitlistEntry]:
    """The actor's own current places with their batches in full, offers first; two statements."""
    rows = WaitlistEntry.objects.current().filter(student=actor.user, institution=actor.institution)
    in_full = Prefetch("batch", batches_of(actor, Batch.objects.all()))
    return list(with_positions(rows).prefetch_related(in_full).order_by("status", "joined_at", "pk"))


def positions_of(actor: Actor) -> dict[UUID, WaitlistEntry]:
    """The actor's own current places, with `position`, by batch; nobody's who is not a student. One statement."""
    if not actor.is_any(*STUDENT_ROLES):
        return {}
    rows = WaitlistEntry.objects.current().filter(student=actor.user, institution=actor.institution)
    return {place.batch_id: place for place in with_positions(rows)}


def waiting_in(rows: QuerySet[Batch]) -> QuerySet[Batch]:
    """The batches with `waitlist_length`: how many wait."""
    waiting = WaitlistEntry.objects.waiting().filter(batch=OuterRef("pk")).order_by()
    number = Subquery(waiting.values("batch").annotate(number=Count("pk")).values("number"))
    return rows.annotate(waitlist_length=Coalesce(number, 0))


def has_a_line() -> Q:
    """Batches for which somebody waits."""
    return Q(pk__in=WaitlistEntry.objects.waiting().order_by().values("batch"))


def watched_by(actor: Actor) -> dict[str, Q]:
    """Of the batches that the actor runs those that are worth a look, by why."""
    found = {key: alert.where for key, alert in batch_alerts(actor).items()} | {"waiting": has_a_line()}
    return {key: where & run_by(actor) for key, where in found.items()}


def lines_of(actor: Actor) -> QuerySet[Any]:
    """The batches that the actor runs and for which somebody waits, the longest line first, with `of_all`: how many
    such batches there are. One statement."""
    rows = batches.rows(actor, "change", among=Batch.objects.booking()).filter(has_a_line())
    found: Any = waiting_in(rows).annotate(of_all=Window(Count("pk")))
    lines: QuerySet[Any] = found.select_related("branch").order_by("-waitlist_length", "start_date", "pk")
    return lines


def seats_moved(batch: Batch) -> int:
    """How many seats came to this line in the last 30 days, offered or given."""
    return WaitlistEntry.objects.filter(batch=batch, offered_at__gte=timezone.now() - LATELY).count()


def why_it_stands_still(batch: Batch, today: Any) -> str:
    """Why nobody gets a seat although some are free; empty where the line moves, or no seat is free. The batch knows
    its institution."""
    free = batch.available_spots
    if free is not None and free <= 0:
        return ""
    if batch.is_archived:
        return _("The batch is archived. Unarchive it, and its free seats go to the waitlist.")
    if not batch.takes_enrollments:
        return _("The batch is %(status)s.") % {"status": batch.get_status_display().lower()}
    last = last_day_to_enroll(batch, batch.institution)
    if last is not None and today > last:
        day = date_format(last, "D j M Y")
        return _("Enrollment closed on %(day)s. Seats that are free can still be given manually.") % {"day": day}
    if seats_left_of(batch, line_of(batch.institution)) == 0:
        words = ngettext(
            "%(count)d free seat is kept back for transfers and repeats. Give it manually, release it, or add seats.",
            "%(count)d free seats are kept back for transfers and repeats. Give them manually, release them, or add "
            "seats.",
            free or 0,
        )
        return " ".join(filter(None, (words % {"count": free or 0}, release_words(batch))))
    return ""


def release_words(batch: Batch) -> str:
    """When the seats that the batch keeps back go to the waitlist by themselves; empty where somebody has to do it."""
    day = release_day(batch, batch.institution)
    words = _("They go to the waitlist automatically on %(day)s.")
    return words % {"day": date_format(day, "D j M Y")} if day else ""
