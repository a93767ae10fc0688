"""Mails in the look of the house: written, sent by the background worker, and read back where they are files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import formataddr, parseaddr, parsedate_to_datetime
from itertools import islice

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from muster.accounts.mail_files import mails_in_files

# Names the institution that a mail was written for, so that its administrators, and no other's, may read it as a file.
PLACE_HEADER = "X-Muster-Institution"
# Whatever a browser could open.
LINK = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)


@dataclass(frozen=True)
class MailSender:
    """The institution in whose name a mail is sent."""

    id: str
    name: str


@dataclass(frozen=True)
class CalendarPart:
    """Sessions that go with a mail, as iCalendar, and what a calendar program is to do with them (RFC 5546).

    What is published comes as a file; a request or a cancellation as one more form of the mail (RFC 6047).
    """

    content: str
    method: str = "PUBLISH"

    @property
    def media_type(self) -> str:
        return f"text/calendar; method={self.method}"


@dataclass(frozen=True)
class Letter:
    """A mail: a greeting, paragraphs, one thing to do, and a small note below."""

    to: str
    greeting: str
    subject: str
    paragraphs: Sequence[str]
    place: MailSender | None = None
    action: tuple[str, str] | None = None  # what the button says, where it leads
    notes: Sequence[str] = field(default_factory=tuple)
    message_id: str = ""  # the same for every attempt, where a mail may be sent again
    calendar: CalendarPart | None = None
    settings_url: str = ""  # where the reader turns such mails off


def send(letter: Letter) -> None:
    """Send the letter as text and HTML, in the name of its institution. Raises what the mail server does."""
    name = " ".join((letter.place.name if letter.place else "Muster").split())
    context = {"letter": letter, "name": name}
    mail = EmailMultiAlternatives(
        subject=" ".join(letter.subject.split()),
        body=render_to_string("accounts/mail/letter.txt", context),
        from_email=formataddr((name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])),
        to=[letter.to],
        headers={
            "Auto-Submitted": "auto-generated",
            **({PLACE_HEADER: letter.place.id} if letter.place else {}),
            **({"Message-ID": letter.message_id} if letter.message_id else {}),
            **({"List-Unsubscribe": f"<{letter.settings_url}>"} if letter.settings_url else {}),
        },
    )
    mail.attach_alternative(render_to_string("accounts/mail/letter.html", context), "text/html")
    if letter.calendar and letter.calendar.method == "PUBLISH":
        mail.attach("schedule.ics", letter.calendar.content, letter.calendar.media_type)
    elif letter.calendar:
        mail.attach_alternative(letter.calendar.content, letter.calendar.media_type)
    mail.send()


@dataclass(frozen=True)
class KeptMail:
    """A mail that was written to a file, without its links: they are for the person to whom it was sent."""

    key: str
    to: str
    subject: str
    sent_at: datetime
    text: str


def kept_mails(place_id: str | None, *, most: int = 200) -> list[KeptMail]:
    """The newest mails written for this institution (for everybody when None), newest first."""
    own = (_kept_mail(key, mail) for key, mail in mails_in_files() if place_id in (None, mail.get(PLACE_HEADER)))
    return list(islice(own, most))


def kept_mail(key: str, place_id: str | None) -> KeptMail | None:
    """One of them."""
    return next((mail for mail in kept_mails(place_id) if mail.key == key), None)


def _kept_mail(key: str, message: EmailMessage) -> KeptMail:
    body = message.get_body(preferencelist=("plain",))
    return KeptMail(
        key=key,
        to=str(message.get("To", "")),
        subject=str(message.get("Subject", "")),
        # Django writes the date as "-0000": UTC, told without a zone.
        sent_at=parsedate_to_datetime(str(message["Date"])).replace(tzinfo=UTC),
        text=LINK.sub(_("(link not shown)"), str(body.get_content())) if isinstance(body, EmailMessage) else "",
    )
