"""Search over everything that a person may see: suggestions below the field of the top bar, and a page of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.core.permissions import SIGNED_IN
from muster.core.search import best_matches
from muster.courses.models import Course
from muster.courses.permissions import courses
from muster.institutions.access import Actor
from muster.institutions.models import Department
from muster.institutions.permissions import departments
from muster.materials.models import Material
from muster.materials.permissions import materials
from muster.materials.queries import materials_in_full
from muster.people.links import (
    batch_url,
    batches_url,
    course_url,
    department_url,
    instructor_url,
    instructors_url,
    student_url,
    students_url,
)
from muster.people.permissions import instructors, students
from muster.people.queries import people_here
from muster.saved_views.permissions import views
from muster.web.home.commands import PaletteEntry, actions_of, our_words, pages_of, says
from muster.web.materials.rows import words_of_place
from muster.web.ui.pages import page, vary_on_htmx, wants_fragment

LONGEST, WORDS = 100, 6
SUGGESTED, LISTED, COMMANDS = 5, 25, 8


@dataclass(frozen=True)
class Hit:
    """One thing found; `text` tells it from others of its name."""

    title: str
    text: str
    url: str
    mark: str = ""
    # Its own, where it is not that of its kind.
    icon: str = ""


@dataclass(frozen=True)
class Group:
    """What was found of one kind; `more_url` leads to all of it where not everything is shown."""

    key: str
    label: Any
    icon: str
    hits: Sequence[Hit]
    more_url: str = ""


def _batch(batch: Batch) -> Hit:
    text = ", ".join(part for part in (batch.code, batch.branch.name if batch.branch else "") if part)
    mark = _("Archived") if batch.is_archived else batch.get_status_display()
    return Hit(batch.name, text, batch_url(batch.pk), mark)


def _person(url: Callable[[object], str], person: Any) -> Hit:
    text = " · ".join(part for part in (person.number, person.email) if part)
    return Hit(person.full_name or person.email, text, url(person.pk))


def _course(course: Course) -> Hit:
    text = ", ".join(part for part in (course.code, course.department.name if course.department else "") if part)
    return Hit(course.title, text, course_url(course.pk), "" if course.is_active else _("Not offered"))


def _department(department: Department) -> Hit:
    return Hit(department.name, department.short_code, department_url(department.pk))


def _material(material: Material) -> Hit:
    return Hit(material.title, words_of_place(material), reverse("materials:material", args=[material.pk]))


def _view(view: Any) -> Hit:
    return Hit(view.name, view.list_title, reverse("views:open", args=[view.pk]))


def _people(access: Any, number: str, actor: Actor) -> QuerySet[Any]:
    rows: QuerySet[Any] = access.rows(actor, "list", among=people_here(actor, number))
    return rows


@dataclass(frozen=True)
class SearchKind:
    """A kind of thing to be found: among which rows, in which columns (the name first), and how it is shown."""

    key: str
    label: Any
    icon: str
    rows: Callable[[Actor], QuerySet[Any]]
    columns: Sequence[str]
    hit: Callable[[Any], Hit]
    list_url: Callable[..., str] | None = None


PERSON = ("full_name", "email", "number")
KINDS = (
    SearchKind(
        "batches", gettext_lazy("Batches"), "batches", lambda actor: batches.rows(actor).select_related("branch"),
        ("name", "code", "course__title"), _batch, partial(batches_url, archived="all"),
    ),
    SearchKind(
        "students", gettext_lazy("Students"), "student", partial(_people, students, "student_number"),
        PERSON, partial(_person, student_url), students_url,
    ),
    SearchKind(
        "instructors", gettext_lazy("Instructors"), "person", partial(_people, instructors, "staff_number"),
        PERSON, partial(_person, instructor_url), instructors_url,
    ),
    SearchKind(
        "courses", gettext_lazy("Courses"), "book", lambda actor: courses.rows(actor).select_related("department"),
        ("title", "code"), _course,
    ),
    SearchKind(
        "departments", gettext_lazy("Departments"), "dept", departments.rows, ("name", "short_code"), _department
    ),
    SearchKind(
        "materials", gettext_lazy("Materials"), "file", lambda actor: materials_in_full(materials.rows(actor)),
        ("title", "description"), _material,
    ),
    SearchKind("views", gettext_lazy("Saved views"), "keep", views.rows, ("name",), _view),
)  # fmt: skip


def words_of(text: str) -> list[str]:
    """The words to look for: at most six, without what the database cannot hold."""
    return text.replace("\x00", " ")[:LONGEST].split()[:WORDS]


# What a kind is called, by us or by others: "cohort data" looks for "data" among batches.
NAMES = {
    "batches": "batch",
    "students": "student",
    "instructors": "instructor",
    "courses": "course",
    "departments": "department",
    "materials": "material",
    "views": "view",
}


def found_by(actor: Actor, text: str, *, most: int) -> list[Group]:
    """What every word occurs in, by kind, at most so many of each; what begins so first. Seven statements at most."""
    words, groups = words_of(text), []
    for kind in KINDS if words else ():
        rest = [word for word in words if not _calls(word, NAMES[kind.key])]
        sentence = " ".join(rest or words)
        rows = list(best_matches(kind.rows(actor), sentence, *kind.columns)[: most + 1])
        more_url = kind.list_url(q=sentence) if kind.list_url and len(rows) > most else ""
        groups.append(Group(kind.key, kind.label, kind.icon, [kind.hit(one) for one in rows[:most]], more_url))
    return [group for group in groups if group.hits]


def _calls(word: str, name: str) -> bool:
    """Whether the word is the name of a kind, or another word for it."""
    return word.casefold() in (name, f"{name}s", f"{name}es") or name in our_words(word)


def commands_found(key: str, label: Any, commands: Iterable[PaletteEntry], text: str) -> Group:
    """The commands in whose label every word occurs, or what we call it; all of them where nothing is typed."""
    words = words_of(text)
    hits = [Hit(str(one.label), "", one.url, icon=one.icon) for one in commands if says(str(one.label), words)]
    return Group(key, label, "gear", hits[:COMMANDS])


def meanings(text: str) -> list[tuple[str, str]]:
    """The typed words that are called otherwise here, each with what it is called."""
    return [(word, _(" or ").join(found)) for word in words_of(text) if (found := our_words(word))]


@page(SIGNED_IN)
def search_page(request: HttpRequest) -> HttpResponse:
    """What was found, as a page; as a list of suggestions or as the results alone when htmx asks for those."""
    text = request.GET.get("q", "").strip()[:200]
    suggests = wants_fragment(request, "found")
    actor = cast("Actor | None", getattr(request, "actor", None))
    groups: list[Group] = []
    if actor is not None and (suggests or words_of(text)):
        groups = [
            commands_found("actions", _("Actions"), actions_of(actor), text),
            *found_by(actor, text, most=SUGGESTED if suggests else LISTED),
            commands_found("pages", _("Pages"), pages_of(request, actor), text),
        ]
        groups = [group for group in groups if group.hits]
    context = {
        "q": text,
        "groups": groups,
        "count": sum(len(group.hits) for group in groups),
        "asked": bool(words_of(text)),
        "meanings": meanings(text),
        "words": words_of(text),
    }
    results = "home/results.html" if wants_fragment(request, "results") else "home/search.html"
    return vary_on_htmx(render(request, "home/found.html" if suggests else results, context))
