"""What of the calendar goes with a mail: a whole schedule, or the one session that it tells of."""

from __future__ import annotations

from email.utils import parseaddr

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from icalendar import Event, vCalAddress, vText

from muster.accounts.mails import CalendarPart
from muster.batches.feeds import MOST, calendar_of, sessions_in_full
from muster.batches.models import Batch, BatchMeeting
from muster.batches.participants import attended_by
from muster.core.permissions import any_id
from muster.core.site import link_to_path
from muster.notifications.models import Notification
from muster.timetable.models import ClassSession
from muster.timetable.queries import taught_by


def schedule_of(batch: Batch) -> CalendarPart | None:
    """Every session of the batch from today on that takes place, as a file; None where there is none."""
    rows = ClassSession.objects.filter(
        meeting__in=BatchMeeting.objects.filter(batch=batch).values("meeting"), date__gte=batch.today()
    ).exclude(status=ClassSession.Status.CANCELLED)
    return schedule_as_file(rows)


def schedule_as_file(rows: QuerySet[ClassSession]) -> CalendarPart | None:
    """These sessions as a file; None where there is none."""
    found = list(sessions_in_full(rows)[:MOST])
    return CalendarPart(calendar_of(found, _address_of).to_ical().decode()) if found else None


def session_of(notice: Notification, also: Q | None = None) -> CalendarPart | None:
    """The session that a notification is about, as it stands now, as an invitation to the reader.

    Whoever is not concerned any more, because somebody else teaches it or it is cancelled, gets a cancellation, which
    takes it out of their calendar. `also` are sessions that concern the reader too. Three statements.
    """
    theirs = ClassSession.objects.filter(taught_by(notice.user_id) | attended_by(notice.user_id) | (also or Q()))
    found = list(sessions_in_full(ClassSession.objects.filter(pk=any_id(notice.about))))
    if not found or found[0].is_over(timezone.now()):
        return None
    is_on = not found[0].is_cancelled and theirs.filter(pk=any_id(notice.about)).exists()
    method = "REQUEST" if is_on else "CANCEL"
    calendar = calendar_of(found, _address_of, method)
    for event in calendar.events:
        _address(event, notice)
        if not is_on:
            event["status"] = "CANCELLED"
    return CalendarPart(calendar.to_ical().decode(), method)


def _address(event: Event, notice: Notification) -> None:
    """Say who invites whom. Nobody is asked to answer."""
    organizer = vCalAddress(f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    organizer.params["cn"] = vText(notice.institution.name)
    attendee = vCalAddress(f"mailto:{notice.user.email}")
    attendee.params |= {"cn": vText(notice.user.full_name), "partstat": vText("ACCEPTED"), "rsvp": vText("FALSE")}
    event.add("organizer", organizer)
    event.add("attendee", attendee)


def _address_of(_session: ClassSession) -> str:
    return link_to_path(reverse("attendance:calendar"))
