"""What the palette offers besides what is found: actions and pages, by the words that people use for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from muster.allocation.permissions import mentees, plans
from muster.attendance.permissions import absences, cohorts, registers
from muster.batches.permissions import deleted_batches, feeds
from muster.exchange.permissions import imports
from muster.institutions.access import Actor
from muster.institutions.models import Role
from muster.institutions.permissions import users
from muster.people.permissions import instructors
from muster.submissions.permissions import submissions
from muster.web.ui.resources import Pages
from muster.web.ui.shell import Shell

# What the field calls our words (product.md), and what people type for want of them. Not shown, so not translated:
# whoever types in another language finds things by the names on the screen.
SYNONYMS = {
    "batch": "cohort intake class section group",
    "instructor": "trainer facilitator faculty teacher lecturer educator",
    "student": "learner trainee pupil",
    "branch": "campus site location",
    "course": "programme program qualification degree",
    "subject": "module paper",
    "department": "faculty school",
    "session": "lesson meeting class",
    "register": "roll attendance marks",
    "enroll": "enrol enrolment enrollment registration admission",
    "material": "handout slides resource document file link",
    "mentor": "tutor advisor supervisor",
    "mentoring": "tutoring advising",
    "cover": "substitute relief replacement",
    "time off": "leave vacation away",
    "absence": "sick ill excuse leave",
    "semester": "promotion rollover term",
    "user": "account person people",
    "invite": "add new create",
    "new": "add create open start",
    "add": "new create",
    "import": "upload spreadsheet csv excel",
    "export": "download",
    "calendar": "timetable schedule ics",
    "settings": "preferences options configuration",
    "planner": "staffing allocation",
    "room": "venue lab classroom",
    "holiday": "closure vacation",
    "password": "passphrase security",
    "token": "api key integration",
}
OURS: dict[str, list[str]] = {}
for _ours, _theirs in SYNONYMS.items():
    for _word in _theirs.split():
        OURS.setdefault(_word, []).append(_ours)


@dataclass(frozen=True)
class PaletteEntry:
    """Something to do, or a page to open."""

    label: Any
    url: str
    icon: str


def our_words(word: str) -> list[str]:
    """What we call that; its plural and its beginning do as well."""
    bare = word.casefold()
    found = OURS.get(bare) or OURS.get(bare.removesuffix("s")) or OURS.get(bare.removesuffix("es")) or []
    return list(found)


def says(label: str, words: Sequence[str]) -> bool:
    """Whether every word, or what we call it, begins a word of the label."""
    text = label.casefold()
    parts = [text, *(text[place + 1 :] for place, letter in enumerate(text) if letter in " -/,:(")]
    return all(
        any(part.startswith(one) for part in parts for one in (word.casefold(), *our_words(word))) for word in words
    )


def actions_of(actor: Actor) -> Iterator[PaletteEntry]:
    """What this person may do, the most frequent first."""
    for label, name, icon, may in ACTIONS:
        if may(actor):
            yield PaletteEntry(label, reverse(name), icon)
    if actor.user is not None and instructors.may(actor, "be"):
        person = [actor.user.pk]
        yield PaletteEntry(_("Add time off"), reverse("instructors:time-off", args=person), "cal")
        yield PaletteEntry(_("Edit availability"), reverse("instructors:availability", args=person), "clock")
        yield PaletteEntry(_("Request cover"), reverse("cover:for", args=person), "swap")
    for pages in Pages.every:
        resource = pages.resource
        if not pages.inside and resource.access.may(actor, resource.adds):
            yield PaletteEntry(resource.add_words, pages.new_url(), "plus")
    if feeds.may(actor, "see"):
        yield PaletteEntry(_("Create calendar link"), reverse("batches:feeds"), "cal")
    yield PaletteEntry(_("Create API token"), reverse("tokens"), "lock")
    yield PaletteEntry(_("Change password"), reverse("account_change_password"), "lock")
    yield PaletteEntry(_("Sign out"), reverse("account_logout"), "x")


def _is_student(actor: Actor) -> bool:
    return actor.is_any(Role.STUDENT, Role.CORPORATE_STUDENT)


ACTIONS: tuple[tuple[Any, str, str, Callable[[Actor], bool]], ...] = (
    (_("Take a register"), "attendance:not-taken", "reg", lambda actor: registers.may(actor, "mark")),
    (_("New batch"), "batches:new", "plus", lambda actor: actor.manages),
    (_("Invite or add a user: student, instructor"), "user-new", "plus", lambda actor: users.may(actor, "add")),
    (_("Enroll students"), "students:list", "student", lambda actor: actor.manages),
    (_("Suggest mentors"), "mentoring:suggested", "mentor", lambda actor: mentees.may(actor, "assign")),
    (_("Propose a staffing plan"), "planner:list", "plan", lambda actor: plans.may(actor, "propose")),
    (_("Mark a day's attendance"), "attendance:day", "reg", lambda actor: cohorts.may(actor, "mark")),
    (_("Report an absence"), "attendance:absence-new", "cal", lambda actor: absences.may(actor, "announce")),
    (_("Import a file"), "imports", "upload", lambda actor: imports.may(actor, "change")),
    (_("Restore a deleted batch"), "batches:deleted", "trash", lambda actor: deleted_batches.may(actor, "restore")),
    (_("Find a course to enroll in"), "courses:list", "course", _is_student),
    (_("Copy a batch"), "batches:copy", "plus", lambda actor: actor.manages),
)


def pages_of(request: HttpRequest, actor: Actor) -> Iterator[PaletteEntry]:
    """The pages that this person may open, by the words of their entries."""
    shell = Shell(request)
    for item in (*shell.nav, *shell.person_menu):
        yield PaletteEntry(item.entry.label, item.url, item.entry.icon)
    for item in shell.settings:
        yield PaletteEntry(_("Settings: %(page)s") % {"page": item.entry.label}, item.url, item.entry.icon)
    if submissions.may(actor, "see"):
        yield PaletteEntry(_("Oversight: submissions"), reverse("submissions:list"), "shield")
    if registers.may(actor, "mark"):
        yield PaletteEntry(_("Registers not taken"), reverse("attendance:not-taken"), "reg")
        yield PaletteEntry(_("Daily attendance"), reverse("attendance:daily"), "reg")
    if absences.may(actor, "see"):
        yield PaletteEntry(_("Absences"), reverse("attendance:absences"), "cal")
