"""What students are told about the waitlists on which they stand."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.enrollments.models import WaitlistEntry
from muster.enrollments.offers import key_of
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES
from muster.notifications.kinds import NotificationKind, register_kind
from muster.notifications.rules import notify

OFFERED, SEATED, LET_GO = "seat_offered", "seat_from_waitlist", "waitlist_over"
LEARNERS = frozenset(map(str, STUDENT_ROLES))

register_kind(
    NotificationKind(
        OFFERED,
        gettext_lazy("A seat is offered to me"),
        LEARNERS,
        gettext_lazy("From a waitlist; it is held for me until I answer or the offer ends."),
        opens_its_page=True,
    ),
    NotificationKind(
        SEATED,
        gettext_lazy("I got a seat from a waitlist"),
        LEARNERS,
        gettext_lazy("Without an offer, or because someone accepted it for me."),
    ),
    NotificationKind(
        LET_GO,
        gettext_lazy("My place on a waitlist is over"),
        LEARNERS,
        gettext_lazy("I didn't answer an offer in time, or the batch is over."),
    ),
)


def tell_offered(by: Actor, batch: Batch, place: WaitlistEntry) -> None:
    """Tell the student that a seat is held for them, and until when."""
    assert place.offer_expires_at is not None  # noqa: S101
    until = date_format(place.offer_expires_at.astimezone(batch.zone), "D j M, H:i")
    notify(
        by=by,
        to=[place.student],
        kind=OFFERED,
        title=_("A seat in %(batch)s is yours until %(until)s") % {"batch": batch.code, "until": until},
        text=_("%(batch)s. Accept or decline it. After that, it goes to the next person on the waitlist.")
        % {"batch": batch.name},
        url=reverse("enrollments:offer", args=[key_of(place)]),
    )


def tell_seated(by: Actor, batch: Batch, place: WaitlistEntry, left: Batch | None) -> None:
    """Tell the student that they have the seat, and which one they left for it."""
    moved = _("You moved here from %(batch)s.") % {"batch": left.code} if left else ""
    notify(
        by=by,
        to=[place.student],
        kind=SEATED,
        title=_("You have a seat in %(batch)s") % {"batch": batch.code},
        text=" ".join(filter(None, (f"{batch.name}.", moved))),
        url=reverse("batches:batch", args=[batch.pk]),
    )


def tell_lapsed(by: Actor, batch: Batch, students: Sequence[User]) -> None:
    """Tell those who did not answer in time."""
    notify(
        by=by,
        to=students,
        kind=LET_GO,
        title=_("The offer of a seat in %(batch)s has ended") % {"batch": batch.code},
        text=_("%(batch)s. The seat went to the next person. If you still want one, join the waitlist again.")
        % {"batch": batch.name},
        url=reverse("batches:batch", args=[batch.pk]),
    )


def tell_closed(by: Actor, batch: Batch, students: Sequence[User], reason: str) -> None:
    """Tell those who waited that there is nothing to wait for any more."""
    notify(
        by=by,
        to=students,
        kind=LET_GO,
        title=_("The waitlist of %(batch)s is closed") % {"batch": batch.code},
        text=f"{batch.name}. {reason}",
        url=reverse("home"),
    )
