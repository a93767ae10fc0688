"""Every notice of the house, read back from a mail server that speaks SMTP, and each link in it followed.

A function of `notices.py` that tells people, and a kind that they may be told of, must have a story in `stories.py`.
"""

from __future__ import annotations

import html
import inspect
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import parseaddr
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

import environ
import pytest
from django.conf import settings as configured
from django.test import Client
from icalendar import Calendar

from muster.accounts.models import User
from muster.institutions.models import Role
from muster.notifications.kinds import kind_of, kinds_for
from muster.notifications.models import Notification
from muster.notifications.tests.mail_server import MailServer, mail_server
from tests.jobs import run_jobs
from tests.notices.stories import STORIES, Expected, World
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
HOME = "https://muster.example"
CHOICES = f"{HOME}/notifications/choices/"
LINK = re.compile(r"https?://[^\s<>\"]+")


def telling() -> dict[str, Any]:
    """What tells people, in the `notices` of every app, by the names that stories have."""
    found = {}
    for place in sorted(Path(configured.BASE_DIR, "muster").glob("*/notices*")):
        name_of_app = place.parent.name
        module = import_module(f"muster.{name_of_app}.notices")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            tells = name.startswith(("tell_", "introduce")) or name.endswith("_letter")
            if tells and function.__module__.startswith(module.__name__):
                found[f"{name_of_app}.{name}"] = function
    return found


def test_every_function_that_tells_has_its_story() -> None:
    assert sorted(STORIES) == sorted(telling())


def test_every_kind_is_told_in_a_story() -> None:
    assert {kind for _story, kind in STORIES.values()} - {""} == {kind.key for kind in kinds_for(Role)}


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    """A mail server, named as operators name theirs: by MUSTER_EMAIL_URL."""
    with mail_server() as told:
        for name, value in environ.Env.email_url_config(f"smtp://127.0.0.1:{told.port}").items():
            setattr(settings, name, value)
        settings.MUSTER_URL = f"{HOME}/"
        yield told


@contextmanager
def calls_of(function: Any) -> Iterator[list[bool]]:
    """Whether the function itself was called."""
    called: list[bool] = []

    def look(frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call" and frame.f_code is function.__code__:
            called.append(True)

    sys.setprofile(look)
    try:
        yield called
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize("notice", sorted(STORIES))
def test_a_notice_arrives_and_its_links_lead_where_they_say(server: MailServer, notice: str) -> None:
    (story, kind), world = STORIES[notice], World()
    run_jobs()
    server.arrived.clear()
    with calls_of(telling()[notice]) as called:
        expected = story(world)
        run_jobs()
        # What a job told is mailed by the next.
        run_jobs()
    assert called
    assert not kind or Notification.objects.filter(kind=kind, mail_status="sent").exists()
    arrived = sorted((recipient, mail["Subject"]) for recipient, mail in server.arrived)
    assert arrived == sorted((to, words) for to, each in expected.items() for words in (each.subject, *each.also))
    mails = {to: mail for to, mail in server.arrived if mail["Subject"] == expected[to].subject}
    people = {person.email: person for person in User.objects.filter(email__in=mails)}
    links = {recipient: links_of(mail) for recipient, mail in mails.items()}
    for recipient, mail in mails.items():
        must_be_well_made(mail, recipient, expected[recipient])
        must_bring_its_calendar(mail, recipient, expected[recipient])
        if person := people.get(recipient):
            must_lead_there(world, person, links[recipient], expected[recipient])
        others = [found for other, found in links.items() if other != recipient]
        for found in others:
            assert links[recipient] & found <= {CHOICES}
            must_stay_closed(world, person, found - {CHOICES})


def body_of(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def links_of(mail: EmailMessage) -> set[str]:
    """The same in both forms of the mail."""
    found = set(LINK.findall(body_of(mail, "plain")))
    assert found == {html.unescape(link) for link in re.findall(r'href="([^"]+)"', body_of(mail, "html"))}
    return found


def must_be_well_made(mail: EmailMessage, recipient: str, expected: Expected) -> None:
    name, address = parseaddr(mail["From"])
    assert (name, address) == ("Ridgeline Institute", "muster@localhost")
    assert parseaddr(mail["To"])[1] == recipient
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"]
    text, page = body_of(mail, "plain"), body_of(mail, "html")
    assert text.startswith("Hello ")
    assert expected.says in text
    assert html.escape(expected.says) in page
    assert '<html lang="en">' in page
    # An applicant is no user: nothing to turn off, nothing to open.
    stops = f"<{HOME}{expected.stops}>" if expected.stops else f"<{CHOICES}>"
    assert (mail["List-Unsubscribe"] or "").strip() == (stops if expected.page else "")


def must_bring_its_calendar(mail: EmailMessage, recipient: str, expected: Expected) -> None:
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert [part.get_param("method") for part in parts] == ([expected.calendar] if expected.calendar else [])
    for part in parts:
        calendar = Calendar.from_ical(part.get_content())
        events = calendar.walk("VEVENT")
        assert str(calendar["method"]) == expected.calendar
        assert len({str(event["uid"]) for event in events}) == len(events) > 0
        assert {str(event["status"]) for event in events} == {
            "CANCELLED" if expected.calendar == "CANCEL" else "CONFIRMED"
        }
        assert {str(event["url"]) for event in events} == {f"{HOME}/institution/attendance/calendar"}
        if expected.calendar == "PUBLISH":
            assert part.get_filename() == "schedule.ics"
            continue
        [event] = events
        assert event["attendee"] == f"mailto:{recipient}"
        assert event["organizer"] == "mailto:muster@localhost"
        assert event["sequence"] > 0


def must_lead_there(world: World, person: User, links: set[str], expected: Expected) -> None:
    """Signed in, each link opens what it is about; signed out, it asks who comes, but for what knows its reader."""
    notice = Notification.objects.get(user=person, mail_status="sent", title=expected.subject)
    choices = Browser(world.campus, person).get("/notifications/choices/")
    assert str(kind_of(notice.kind).label) in words_of(choices)
    stops = {HOME + expected.stops} if expected.stops else set()
    assert stops <= links
    for stop in stops:
        assert 'value="never" selected' in Browser(world.campus, person).get(stop.removeprefix(HOME)).content.decode()
    [link] = links - {CHOICES} - stops
    signed_in, knows_its_reader = Browser(world.campus, person).client, kind_of(notice.kind).opens_its_page
    for client, opens in ((signed_in, True), (Client(), knows_its_reader)):
        found = client.get(link.removeprefix(HOME), follow=True)
        assert found.status_code == 200
        assert (expected.page in words_of(found)) == opens, (link, words_of(found)[:2000])
    if not knows_its_reader:
        notice.refresh_from_db()
        assert notice.read_at is not None


def must_stay_closed(world: World, person: User | None, links: set[str]) -> None:
    """What was sent to somebody else is not told to this person."""
    for link in links if person else ():
        assert Browser(world.campus, person).get(link.removeprefix(HOME)).status_code == 404
