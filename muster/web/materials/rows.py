"""How materials are drawn, on whatever page they stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from muster.batches.permissions import batches
from muster.courses.models import Course
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor
from muster.materials.models import Material
from muster.materials.permissions import materials
from muster.materials.queries import (
    Place,
    count_readers,
    materials_in_full,
    materials_of,
    materials_shown,
    place_of,
    readers_of,
    with_seen_by,
)
from muster.people.links import course_url, filtered_url
from muster.timetable.models import ClassSession
from muster.web.ui.widgets import dialog_link, menu

KINDS = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG", "image/heic": "HEIC", "image/webp": "WebP"}


@dataclass(frozen=True)
class Readers:
    """Who opens what a page shows, for staff: how many students there are, and where their names stand."""

    seats: QuerySet[Enrollment]
    total: int
    batch: Any = None

    @classmethod
    def of(cls, place: Place, actor: Actor) -> Readers:
        """Those that the actor may see."""
        seats = readers_of(place, actor)
        return cls(seats, count_readers(seats), place.pk if place._meta.model_name == "batch" else None)


@dataclass(frozen=True)
class MaterialRow:
    """A material as a page tells of it."""

    row: Any
    may_change: bool = False
    readers: Readers | None = None

    @property
    def url(self) -> str:
        return reverse("materials:material", args=[self.row.pk])

    @property
    def icon(self) -> str:
        return "link" if self.row.is_link else "file"

    @property
    def about(self) -> str:
        """What it is: a PDF and how large, or where a link leads."""
        if self.row.is_link:
            return str(urlsplit(self.row.url).hostname or "").removeprefix("www.")
        return f"{KINDS.get(self.row.media_type, '')}, {filesizeformat(self.row.file_size)}"

    @property
    def hidden_words(self) -> str:
        """From when on students see it, where they don't yet."""
        day = date_format(self.row.visible_from, "j M Y") if self.row.is_hidden else ""
        return _("Hidden until %(day)s") % {"day": day} if day else ""

    @property
    def is_new(self) -> bool:
        """Whether the student has never opened it."""
        return self.readers is None and not self.may_change and getattr(self.row, "opened_on", self) is None

    @property
    def seen_words(self) -> str:
        if self.readers is None or not self.readers.total or self.row.is_hidden:
            return ""
        return _("Seen by %(seen)d of %(all)d") % {"seen": self.row.seen_by or 0, "all": self.readers.total}

    @property
    def seen_url(self) -> str:
        batch = {"batch": self.readers.batch} if self.readers and self.readers.batch else {}
        return filtered_url(reverse("materials:views", args=[self.row.pk]), **batch)

    @property
    def menu(self) -> SafeString:
        """What may be done to it."""
        name = format_html('<span class="vh"> {}</span>', self.row.title)
        acts = ((_("Edit"), "edit", "edit"), (_("Remove"), "remove", "trash"))
        links = [
            dialog_link(
                format_html("{}{}", label, name), reverse(f"materials:{act}", args=[self.row.pk]), shape, plain=True
            )
            for label, act, shape in acts
        ]
        words = _("Actions for %(name)s") % {"name": self.row.title}
        drawn = menu(SafeString("".join(links)), words, f"acts-{self.row.pk}", icon="dots", quiet=True, only=True)
        return SafeString(drawn)


def words_of_place(material: Material) -> str:
    """Of what it is: the course, the batch, or the session by its day."""
    place = place_of(material)
    return session_words(place) if isinstance(place, ClassSession) else str(place)


def session_words(session: ClassSession) -> str:
    """A session by its day and time."""
    day = date_format(session.date, "D j M Y")
    words = f"{day}, {session.start_time:%H:%M}" if session.start_time else day
    return f"{words}, {session.title}" if session.title else words


def page_of_place(actor: Actor, place: Place) -> str:
    """The page with the materials of a course, a batch or a session: of a shared one that of the first batch seen."""
    if isinstance(place, Course):
        return course_url(place.pk)
    if isinstance(place, ClassSession):
        place = batches.rows(actor).filter(meetings=place.meeting_id).order_by("code", "pk")[0]
    return reverse("materials:batch", args=[place.pk])


def groups_of(rows: Iterable[MaterialRow], batch_id: Any) -> list[tuple[str, list[MaterialRow]]]:
    """The materials of a batch under headings: its own, those of its course, and session by session."""

    def heading(one: MaterialRow) -> tuple[str, str]:
        place = place_of(one.row)
        if isinstance(place, ClassSession):
            return str(place.pk), _("Session: %(when)s") % {"when": session_words(place)}
        return str(place.pk), _("Batch") if place.pk == batch_id else _("Course: %(course)s") % {"course": place}

    return [(words, list(those)) for (_key, words), those in groupby(rows, key=heading)]


def section_of(actor: Actor, place: Place, *, add_url: str, counts: bool = True) -> dict[str, Any]:
    """What a card with the materials of one place draws: with `add_url` as those keep it who may add, and where it
    `counts`, with how many have seen each. Two statements then, else one."""
    readers = Readers.of(place, actor) if add_url and counts else None
    rows: Iterable[Any]
    if readers is None:
        rows = materials_shown(actor, place)
    else:
        rows = with_seen_by(materials_in_full(materials.rows(actor, among=materials_of(place))), readers.seats)
    return {"materials": [MaterialRow(row, bool(add_url), readers) for row in rows], "add_material_url": add_url}
