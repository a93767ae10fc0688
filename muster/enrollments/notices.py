"""What people are told about waitlists, and around applications: managers in Muster, applicants by mail."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import parseaddr

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts.mails import Letter, MailSender
from muster.accounts.models import User
from muster.batches.models import Batch
from muster.batches.participants import managers_of
from muster.enrollments.models import Application, Enrollment, WaitlistEntry
from muster.enrollments.offers import key_of
from muster.institutions.access import MANAGER_ROLES, Actor
from muster.institutions.models import STUDENT_ROLES
from muster.notifications.kinds import NotificationKind, register_kind
from muster.notifications.rules import notify

OFFERED, SEATED, LET_GO = "seat_offered", "seat_from_waitlist", "waitlist_over"
ACCESS_ENDS = "access_ends"
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
    NotificationKind(
        ACCESS_ENDS,
        gettext_lazy("My access to a batch is about to end"),
        LEARNERS,
        gettext_lazy("Once, some days before the last one."),
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


def tell_access_ends(by: Actor, enrollment: Enrollment) -> None:
    """Tell the student until when they have access."""
    assert enrollment.access_expiry_date is not None  # noqa: S101
    day = date_format(enrollment.access_expiry_date, "j F Y")
    batch = enrollment.batch
    notify(
        by=by,
        to=[enrollment.student],
        kind=ACCESS_ENDS,
        title=_("Your access to %(batch)s ends on %(day)s") % {"batch": batch or enrollment.course, "day": day},
        text=_("Until then you see its sessions and your attendance. Ask your institution if you need it for longer."),
        url=reverse("batches:batch", args=[batch.pk]) if batch else reverse("home"),
    )


# --- applications ----
APPLIED = "application_received"

register_kind(
    NotificationKind(
        APPLIED,
        gettext_lazy("Someone applies for a batch I manage"),
        frozenset(map(str, MANAGER_ROLES)),
        gettext_lazy("From the public catalog. You decide it in Requests."),
        mail=False,
    )
)


def tell_applied(by: Actor, application: Application) -> None:
    """Tell the managers of the batch that somebody applies."""
    batch = application.batch
    notify(
        by=by,
        to=managers_of(batch),
        kind=APPLIED,
        title=_("%(name)s applied for %(batch)s") % {"name": application.full_name, "batch": batch.code},
        text=f"{batch.name}.",
        url=reverse("requests"),
    )


def answer_letter(application: Application) -> Letter:
    """The mail that tells an applicant what was decided."""
    batch, place = application.batch, application.batch.institution
    words = {"batch": batch.name, "place": place.name}
    if application.status == Application.Status.ACCEPTED:
        subject = _("You have a seat in %(batch)s") % words
        said = [_("%(place)s accepted your application for %(batch)s.") % words]
        if batch.start_date:
            said.append(_("It starts on %(day)s.") % {"day": date_format(batch.start_date, "l j F Y")})
        said.append(_("If you're new to Muster, your invitation to sign in comes in a separate email."))
    else:
        subject = _("Your application for %(batch)s") % words
        said = [_("%(place)s can't offer you a seat in %(batch)s.") % words]
    if application.decision_note:
        said.append(application.decision_note)
    contact = " · ".join(filter(None, (place.contact_email, place.contact_phone)))
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return Letter(
        to=application.email,
        greeting=_("Hello %(name)s,") % {"name": application.full_name},
        subject=subject,
        paragraphs=said,
        place=MailSender(str(place.pk), place.name),
        notes=[_("Questions? Contact %(place)s: %(contact)s") % {**words, "contact": contact}] if contact else [],
        message_id=f"<{application.pk}@{domain}>",
    )
