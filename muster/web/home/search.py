"""Search over everything that a person may see: suggestions below the field of the top bar, and a page of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
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
from muster.web.ui.pages import page, vary_on_htmx, wants_fragment
from muster.web.ui.shell import Shell

LONGEST, WORDS = 100, 6
SUGGESTED, LISTED = 5, 25


@dataclass(frozen=True)
class Hit:
    """One thing found; `text` tells it from others of its name."""

    title: str
    text: str
    url: str
    mark: str = ""


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
)  # fmt: skip


def words_of(text: str) -> list[str]:
    """The words to look for: at most six, without what the database cannot hold."""
    return text.replace("\x00", " ")[:LONGEST].split()[:WORDS]


def found_by(actor: Actor, text: str, *, most: int) -> list[Group]:
    """What every word occurs in, by kind, at most so many of each; what begins so first. Five statements at most."""
    sentence = " ".join(words_of(text))
    groups = []
    for kind in KINDS if sentence else ():
        rows = list(best_matches(kind.rows(actor), sentence, *kind.columns)[: most + 1])
        more_url = kind.list_url(q=sentence) if kind.list_url and len(rows) > most else ""
        groups.append(Group(kind.key, kind.label, kind.icon, [kind.hit(one) for one in rows[:most]], more_url))
    return [group for group in groups if group.hits]


def pages_found(items: Iterable[tuple[Any, str]], text: str) -> Group:
    """The pages, as label and address, in whose label every word occurs."""
    words = [word.casefold() for word in words_of(text)]
    hits = [
        Hit(str(label), "", url)
        for label, url in items
        if words and url and all(word in str(label).casefold() for word in words)
    ]
    return Group("pages", _("Pages"), "gear", hits)


@page(SIGNED_IN)
def search_page(request: HttpRequest) -> HttpResponse:
    """What was found, as a page; as a list of suggestions or as the results alone when htmx asks for those."""
    text = request.GET.get("q", "").strip()[:200]
    suggests = wants_fragment(request, "found")
    actor = cast("Actor | None", getattr(request, "actor", None))
    groups: list[Group] = []
    if actor is not None and words_of(text):
        groups = found_by(actor, text, most=SUGGESTED if suggests else LISTED)
        pages = pages_found(_pages(request, actor), text)
        groups += [pages] if pages.hits else []
    context = {
        "q": text,
        "groups": groups,
        "count": sum(len(group.hits) for group in groups),
        "asked": bool(words_of(text)),
    }
    results = "home/results.html" if wants_fragment(request, "results") else "home/search.html"
    return vary_on_htmx(render(request, "home/found.html" if suggests else results, context))


def _pages(request: HttpRequest, actor: Actor) -> Iterator[tuple[Any, str]]:
    """The pages that this person may open, by the words of their entries."""
    shell = Shell(request)
    for item in (*shell.nav, *shell.person_menu):
        yield item.entry.label, item.url
    if actor.manages:
        yield _("New batch"), reverse("batches:new")
    if actor.is_admin:
        yield _("Settings: institution"), reverse("settings:institution")
        yield _("Settings: branches and rooms"), reverse("settings:branches")
        yield _("Settings: holidays"), reverse("settings:holidays")
        yield _("Settings: terms"), reverse("settings:terms")
        yield _("Settings: users and roles"), reverse("users")
        yield _("Settings: imports"), reverse("imports")
