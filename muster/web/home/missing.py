"""Registers that are not taken, in the words of the home pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.attendance.queries.missing import RegisterStates, teachers_of
from muster.institutions.access import Actor
from muster.timetable.models import ClassSession


@dataclass(frozen=True)
class MissingRegisters:
    """How many they are, the latest of them by name, and where they are taken."""

    title: str
    text: str
    url: str
    go: str


def missing_of(actor: Actor, standing: RegisterStates) -> MissingRegisters | None:
    """None when every register is taken."""
    if not standing.missing:
        return None
    title = ngettext("%(count)d register not taken", "%(count)d registers not taken", standing.missing)
    url, go = reverse("attendance:not-taken"), _("View all")
    if standing.missing == 1:
        url, go = reverse("attendance:register", args=(standing.latest_missing[0].pk,)), _("Open register")
    return MissingRegisters(title % {"count": standing.missing}, " ".join(_sentences(actor, standing)), url, go)


def _sentences(actor: Actor, standing: RegisterStates) -> Iterator[str]:
    for session in standing.latest_missing:
        yield _sentence(actor, session)
    if more := standing.missing - len(standing.latest_missing):
        yield ngettext("And %(count)d more.", "And %(count)d more.", more) % {"count": more}


def _sentence(actor: Actor, session: ClassSession) -> str:
    me = actor.user.pk if actor.user else None
    # Its own zone's clock: the time that stands on the timetable.
    end = f"{session.end_time:%H:%M}" if session.end_time else ""
    day = date_format(session.date, "D j M")
    words = {
        "batch": session.meeting.name,
        "moment": end if end and session.date == actor.today() else f"{day}, {end}" if end else day,
        "people": ", ".join(name for pk, name in teachers_of(session).items() if pk != me),
    }
    if words["people"]:
        return _("%(batch)s ended %(moment)s (%(people)s).") % words
    return _("%(batch)s ended %(moment)s.") % words
