"""What people are told about seats, waitlists and applications: managers in Muster, applicants by mail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts.mails import CalendarPart, Letter, MailSender
from muster.accounts.models import User
from muster.batches.mailed_calendars import schedule_of
from muster.batches.meetings import week_in_words
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.participants import managers_of
from muster.batches.queries import in_full
from muster.core.days import days_in_words
from muster.core.permissions import any_id
from muster.enrollments.models import Application, Enrollment, TransferRequest, WaitlistEntry
from muster.enrollments.offers import key_of
from muster.institutions.access import MANAGER_ROLES, Actor
from muster.institutions.models import STUDENT_ROLES, Role
from muster.notifications.kinds import NotificationKind, register_kind
from muster.notifications.models import Notification
from muster.notifications.rules import is_quiet, notify

OFFERED, SEATED, LET_GO = "seat_offered", "seat_from_waitlist", "waitlist_over"
WELCOME, BATCH_CANCELLED, BATCH_REOPENED = "welcome", "batch_cancelled", "batch_reopened"
ACCESS_ENDS = "access_ends"
LEARNERS = frozenset(map(str, STUDENT_ROLES))


def schedule_of_seat(notice: Notification) -> CalendarPart | None:
    """The sessions of the batch in which the notification's seat is, while it is held."""
    held = Enrollment.objects.filter(pk=any_id(notice.about)).holding_seats().select_related("batch__institution")
    seat = held.select_related("batch__branch").first()
    return schedule_of(seat.batch) if seat and seat.batch else None


def schedule_of_batch(notice: Notification) -> CalendarPart | None:
    """The sessions of the batch that it is about, while the person holds a seat there."""
    held = Enrollment.objects.filter(student=notice.user_id, batch=notice.about).holding_seats()
    seat = held.select_related("batch__institution", "batch__branch").first()
    return schedule_of(seat.batch) if seat and seat.batch else None


register_kind(
    NotificationKind(
        WELCOME,
        gettext_lazy("I'm enrolled"),
        LEARNERS,
        gettext_lazy("With the times, the place and the instructor; the email brings the sessions as a calendar file."),
        calendar=schedule_of_seat,
    ),
    NotificationKind(
        BATCH_CANCELLED,
        gettext_lazy("A batch of mine is cancelled"),
        LEARNERS | {str(Role.INSTRUCTOR)},
        gettext_lazy("Enrollments in it end, and its sessions don't take place."),
    ),
    NotificationKind(
        BATCH_REOPENED,
        gettext_lazy("A batch of mine is open again"),
        LEARNERS | {str(Role.INSTRUCTOR)},
        gettext_lazy("It was completed or cancelled. The email brings students the sessions for their calendar."),
        calendar=schedule_of_batch,
    ),
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
        calendar=schedule_of_seat,
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


def tell_welcome(enrollment: Enrollment) -> None:
    """Tell the student, whoever enrolled them, where and when it begins. Not of what is over or has ended since."""
    by = Actor.system(enrollment.institution)
    batch: Any = in_full(Batch.objects.filter(enrollments=enrollment.pk)).first()
    if not enrollment.holds_a_seat or (batch is not None and not batch.takes_enrollments):
        return
    facts = [str(enrollment.course)]
    if batch is not None:
        facts = [
            batch.name,
            days_in_words(batch.start_date, batch.end_date),
            week_in_words(batch.week),
            batch.branch.name if batch.branch else "",
            _("Instructor: %(name)s") % {"name": batch.lead["full_name"]} if batch.lead else "",
        ]
    notify(
        by=by,
        to=[enrollment.student],
        kind=WELCOME,
        title=_("You're enrolled in %(place)s") % {"place": batch.code if batch else enrollment.course},
        text="\n".join(f"{fact}." for fact in facts if fact),
        url=reverse("batches:batch", args=[batch.pk]) if batch else reverse("home"),
        about=enrollment.pk,
    )


def tell_batch_cancelled(by: Actor, batch: Batch, students: Sequence[User], reason: str) -> None:
    """Tell those who held a seat, and those who would have taught, that the batch does not take place."""
    for people, url in ((students, reverse("home")), (_instructors_of(batch), reverse("batches:list"))):
        notify(
            by=by,
            to=people,
            kind=BATCH_CANCELLED,
            title=_("%(batch)s is cancelled") % {"batch": batch.code},
            text=" ".join(filter(None, (f"{batch.name}.", reason, _changed_by(by)))),
            url=url,
        )


def tell_reopened(by: Actor, batch: Batch, students: Iterable[User]) -> None:
    """Tell those who have their seat again, and those who teach, that the batch takes place after all."""
    for people, theirs in ((students, _("You have your seat again.")), (_instructors_of(batch), "")):
        notify(
            by=by,
            to=people,
            kind=BATCH_REOPENED,
            title=_("%(batch)s is open again") % {"batch": batch.code},
            text=" ".join(filter(None, (f"{batch.name}.", theirs, _changed_by(by)))),
            url=reverse("batches:batch", args=[batch.pk]),
            about=batch.pk,
        )


def _instructors_of(batch: Batch) -> QuerySet[User]:
    """Those who teach there today or later."""
    there = InstructorAssignment.objects.filter(Q(until_date=None) | Q(until_date__gte=batch.today()), batch=batch)
    return User.objects.filter(pk__in=there.values("instructor"))


def _changed_by(by: Actor) -> str:
    return _("Changed by %(name)s.") % {"name": by.user.full_name} if by.user else ""


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
    """Tell the student that they have the seat, and which one they left for it; who took it themself is welcomed."""
    if by.user is not None and by.user.pk == place.student_id and place.enrollment is not None:
        Enrollment.objects.filter(pk=place.enrollment.pk).update(welcome_due=not is_quiet())
        return
    moved = _("You moved here from %(batch)s.") % {"batch": left.code} if left else ""
    notify(
        by=by,
        to=[place.student],
        kind=SEATED,
        title=_("You have a seat in %(batch)s") % {"batch": batch.code},
        text=" ".join(filter(None, (f"{batch.name}.", moved))),
        url=reverse("batches:batch", args=[batch.pk]),
        about=place.enrollment_id,
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
    """Tell the student until when they have access; whose trial ends, how they stay."""
    assert enrollment.access_expiry_date is not None  # noqa: S101
    batch = enrollment.batch
    names = {"batch": batch or enrollment.course, "day": date_format(enrollment.access_expiry_date, "j F Y")}
    title = _("Your access to %(batch)s ends on %(day)s")
    text = _("Until then you see its sessions and your attendance. Ask your institution if you need it for longer.")
    url = reverse("batches:batch", args=[batch.pk]) if batch else reverse("home")
    if enrollment.enrollment_type == Enrollment.Type.TRIAL:
        title = _("Your trial of %(batch)s ends on %(day)s")
    if enrollment.is_own_trial:
        text = _("Choose to stay, and you keep your seat. Otherwise it goes to someone else when the trial is over.")
        url = reverse("enrollments:convert", args=[enrollment.pk])
    notify(by=by, to=[enrollment.student], kind=ACCESS_ENDS, title=title % names, text=text, url=url)


def tell_trial_over(by: Actor, enrollment: Enrollment) -> None:
    """Tell the student that their trial is over."""
    notify(
        by=by,
        to=[enrollment.student],
        kind=ACCESS_ENDS,
        title=_("Your trial of %(batch)s is over") % {"batch": enrollment.batch or enrollment.course},
        text=_("If you'd like to go on, enroll from the catalog, or ask your institution."),
        url=reverse("catalogue:list"),
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


# --- transfers ----
MOVED, WANTED, ANSWERED = "transferred", "transfer_requested", "transfer_answered"

register_kind(
    NotificationKind(
        MOVED,
        gettext_lazy("I'm transferred to another batch"),
        LEARNERS,
        gettext_lazy("Or back, where a transfer is undone. The email brings the sessions for your calendar."),
        calendar=schedule_of_batch,
    ),
    NotificationKind(
        WANTED,
        gettext_lazy("A student asks to leave a batch I manage for another one"),
        frozenset(map(str, MANAGER_ROLES)),
        gettext_lazy("You decide it in Requests."),
        mail=False,
    ),
    NotificationKind(
        ANSWERED,
        gettext_lazy("My request for another batch is answered"),
        LEARNERS,
        gettext_lazy("When you don't move at once: rejected, or on the waitlist of the batch."),
    ),
)


def tell_transferred(by: Actor, to: Batch, moved: Sequence[tuple[User, Batch | None]], reason: str) -> None:
    """Tell students that they are in another batch now, and when it meets. One notice for each batch that was left."""
    for source, students in _by_batch(moved).items():
        begins = _("It starts on %(day)s.") % {"day": date_format(to.start_date, "l j F Y")} if to.start_date else ""
        left = _("Your seat in %(batch)s has ended.") % {"batch": source.code} if source else ""
        is_to_come = to.start_date is not None and to.start_date > to.today()
        notify(
            by=by,
            to=students,
            kind=MOVED,
            title=_("You've moved to %(batch)s") % {"batch": to.code},
            text=" ".join(filter(None, (f"{to.name}.", begins if is_to_come else "", left, reason))),
            url=reverse("batches:batch", args=[to.pk]),
            about=to.pk,
        )


def tell_returned(by: Actor, moved: Sequence[tuple[User, Batch | None]]) -> None:
    """Tell students that they are back in the batch that they had left."""
    for batch, students in _by_batch(moved).items():
        if batch is not None:
            notify(
                by=by,
                to=students,
                kind=MOVED,
                title=_("You're back in %(batch)s") % {"batch": batch.code},
                text=_("%(batch)s. Your transfer was undone.") % {"batch": batch.name},
                url=reverse("batches:batch", args=[batch.pk]),
                about=batch.pk,
            )


def _by_batch(moved: Sequence[tuple[User, Batch | None]]) -> dict[Batch | None, list[User]]:
    found: dict[Batch | None, list[User]] = {}
    for student, batch in moved:
        found.setdefault(batch, []).append(student)
    return found


def tell_transfer_wanted(by: Actor, asked: TransferRequest) -> None:
    """Tell the managers of the batch that a student asks to leave it for another one."""
    batch, wanted = asked.batch, asked.wanted
    words = {"name": asked.enrollment.student.full_name, "batch": batch.code, "wanted": wanted.code if wanted else ""}
    title = _("%(name)s asks to move from %(batch)s to %(wanted)s") if wanted else _("%(name)s asks to leave %(batch)s")
    notify(
        by=by,
        to=managers_of(batch),
        kind=WANTED,
        title=title % words,
        text=asked.reason,
        url=reverse("requests"),
    )


def tell_transfer_answered(by: Actor, asked: TransferRequest, waits_for: Batch | None) -> None:
    """Tell the student that they stay for now: on the waitlist of a batch, or because the request was rejected."""
    title = _("Your request to leave %(batch)s was rejected") % {"batch": asked.batch.code}
    if waits_for is not None:
        title = _("You're on the waitlist of %(batch)s") % {"batch": waits_for.code}
    keeps = _("You keep your seat in %(batch)s.") % {"batch": asked.batch.name}
    stays = keeps if asked.enrollment.holds_a_seat else ""
    notify(
        by=by,
        to=[asked.enrollment.student],
        kind=ANSWERED,
        title=title,
        text=" ".join(filter(None, (stays, asked.decision_note))),
        url=reverse("batches:batch", args=[asked.batch_id]),
    )
