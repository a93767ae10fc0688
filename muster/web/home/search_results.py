"""Search over everything that a person may see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.courses.models import Course
from muster.courses.permissions import courses
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation, Department
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

LONGEST = 100
WORDS = 6


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
    label: str
    icon: str
    hits: Sequence[Hit]
    more_url: str = ""


def words_of(text: str) -> list[str]:
    """The words to look for: at most six, without what the database cannot hold."""
    return text.replace("\x00", " ")[:LONGEST].split()[:WORDS]


def found_by(actor: Actor, text: str, *, most: int) -> list[Group]:
    """What every word occurs in, by kind, at most so many of each; what begins so first. Five statements at most."""
    words = words_of(text)
    if not words:
        return []
    sentence = " ".join(words)
    groups = [
        _group(
            "batches", _("Batches"), "batches",
            _rows_matching(
                batches.rows(actor).select_related("branch"), words, ("name", "code", "course__title"), "name"
            ),
            _batch, most, batches_url(q=sentence, archived="all"),
        ),
        _people_group(
            "students", _("Students"), "student", actor, students, words, "student_number", student_url, most,
            students_url(q=sentence),
        ),
        _people_group(
            "instructors", _("Instructors"), "person", actor, instructors, words, "staff_number", instructor_url, most,
            instructors_url(q=sentence),
        ),
        _group(
            "courses", _("Courses"), "book",
            _rows_matching(courses.rows(actor).select_related("department"), words, ("title", "code"), "title"),
            _course, most,
        ),
        _group(
            "departments", _("Departments"), "dept",
            _rows_matching(departments.rows(actor), words, ("name", "short_code"), "name"),
            _department, most,
        ),
    ]  # fmt: skip
    return [group for group in groups if group.hits]


def _rows_matching(rows: QuerySet[Any], words: Iterable[str], lookups: Sequence[str], name: str) -> QuerySet[Any]:
    """The rows in which every word occurs; those whose name begins with the first come first."""
    words = list(words)
    for word in words:
        anywhere = Q()
        for lookup in lookups:
            # Django escapes % and _ in what is looked for.
            anywhere |= Q(**{f"{lookup}__icontains": word})
        rows = rows.filter(anywhere)
    begins = Case(
        *(
            When(**{f"{lookup}__istartswith": words[0]}, then=Value(place))
            for place, lookup in enumerate((name, *lookups))
        ),
        default=Value(len(lookups) + 1),
    )
    return rows.order_by(begins, name, "pk")


def _group(
    key: str,
    label: str,
    icon: str,
    rows: QuerySet[Any],
    hit: Callable[[Any], Hit],
    most: int,
    more_url: str = "",
) -> Group:
    found = list(rows[: most + 1])
    hits = [hit(one) for one in found[:most]]
    return Group(key, label, icon, hits, more_url if len(found) > most else "")


def _people_group(
    key: str,
    label: str,
    icon: str,
    actor: Actor,
    access: Any,
    words: Sequence[str],
    number: str,
    url: Callable[[object], str],
    most: int,
    more_url: str,
) -> Group:
    if not access.may(actor, "list"):
        return Group(key, label, icon, [])
    numbers = Affiliation.objects.filter(user=OuterRef("pk"), institution=actor.institution).values(number)
    rows: QuerySet[User] = access.rows(actor, "list").annotate(number=Subquery(numbers[:1]))
    return _group(
        key,
        label,
        icon,
        _rows_matching(rows, words, ("full_name", "email", "number"), "full_name"),
        lambda person: Hit(
            person.full_name or person.email, " · ".join(p for p in (person.number, person.email) if p), url(person.pk)
        ),
        most,
        more_url,
    )


def _batch(batch: Batch) -> Hit:
    text = ", ".join(part for part in (batch.code, batch.branch.name if batch.branch else "") if part)
    return Hit(
        batch.name,
        text,
        batch_url(batch.pk),
        mark=_("Archived") if batch.is_archived else batch.get_status_display(),
    )


def _course(course: Course) -> Hit:
    text = ", ".join(part for part in (course.code, course.department.name if course.department else "") if part)
    return Hit(course.title, text, course_url(course.pk), mark="" if course.is_active else _("Not offered"))


def _department(department: Department) -> Hit:
    return Hit(department.name, department.short_code, department_url(department.pk))


def pages_found(items: Iterable[tuple[Any, str]], text: str) -> Group:
    """The pages, as label and address, in whose label every word occurs."""
    words = [word.casefold() for word in words_of(text)]
    hits = [
        Hit(str(label), "", url)
        for label, url in items
        if words and url and all(word in str(label).casefold() for word in words)
    ]
    return Group("pages", _("Pages"), "gear", hits)
