"""Reads around materials."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When

from muster.accounts.models import User, by_family_name
from muster.batches.models import Batch, BatchMeeting
from muster.core.subqueries import KeyIn
from muster.courses.models import Course
from muster.enrollments.models import Enrollment
from muster.enrollments.permissions import enrollments
from muster.institutions.access import Actor
from muster.materials.models import LOCAL_TODAY, ORDER, Material, MaterialView
from muster.materials.permissions import materials
from muster.timetable.models import ClassSession

Place = Course | Batch | ClassSession


def materials_in_full(rows: QuerySet[Material]) -> QuerySet[Material]:
    """The materials with where they hang, who added them, and `is_hidden`, whether students don't see them yet."""
    hidden = Case(When(visible_from__gt=F("local_today"), then=Value(True)), default=Value(False))
    related = ("institution", "course", "batch__branch", "session__meeting", "added_by")
    return rows.select_related(*related).annotate(local_today=LOCAL_TODAY, is_hidden=hidden)


def whole_materials(_actor: Actor) -> QuerySet[Material]:
    """All materials in full, for one that is looked up among those of an actor."""
    return materials_in_full(Material.objects.all())


def with_own_view(actor: Actor, rows: QuerySet[Material]) -> QuerySet[Material]:
    """The materials, each with `opened_on`, the last day on which the actor has opened it."""
    own = MaterialView.objects.filter(material=OuterRef("pk"), user=actor.user)
    opened: QuerySet[Any] = rows.annotate(opened_on=Subquery(own.values("last_on")))
    return opened


def materials_of(place: Place) -> QuerySet[Material]:
    """What hangs on a course, a batch or a session itself, in its order."""
    return Material.objects.not_removed().filter(**{place_field(place): place.pk}).order_by(*ORDER)


def materials_shown(actor: Actor, place: Place) -> list[Material]:
    """`materials_of` the place that the actor sees, in full, and for whoever only reads `with_own_view`. One statement,
    made once."""
    return materials.fetch_rows(actor, SHOWN[type(place)], {"place": place.pk})


def _shown_at(kind: type[Place], actor: Actor, place: UUID) -> QuerySet[Material]:
    rows = materials_in_full(materials_of(kind(pk=place)))
    return rows if materials.may(actor, "change") else with_own_view(actor, rows)


SHOWN = {kind: partial(_shown_at, kind) for kind in (Course, Batch, ClassSession)}


def surroundings_of(batch_id: UUID) -> Q:
    """What a batch is taught with, as a condition: its own materials, those of its course and those of its sessions."""
    meetings = BatchMeeting.objects.filter(batch=batch_id)
    rows: QuerySet[Any] = Material.objects.not_removed().order_by()
    arms = (
        Q(batch=batch_id),
        Q(course__in=Batch.objects.filter(pk=batch_id).values("course")),
        Q(session__meeting__in=meetings.values("meeting")),
    )
    return KeyIn(*[rows.filter(arm).values("pk") for arm in arms])


def materials_around(batch_id: UUID) -> QuerySet[Material]:
    """What a batch is taught with: its own, then its course's, then its sessions' materials, the latest session
    first."""
    order = Case(
        When(batch__isnull=False, then=Value(0)),
        When(course__isnull=False, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    day, time = (F(f"session__{name}").desc(nulls_last=True) for name in ("date", "start_time"))
    rows: QuerySet[Any] = Material.objects.filter(surroundings_of(batch_id))
    return rows.order_by(order, day, time, "session", *ORDER)


def newest_materials(actor: Actor, most: int) -> list[Material]:
    """What a student was last given, the newest first. One statement."""
    rows = with_own_view(actor, materials_in_full(materials.rows(actor.as_student())))
    return list(rows.order_by("-created_at", "-pk")[:most])


def readers_of(place: Place, actor: Actor | None = None) -> QuerySet[Enrollment]:
    """The seats of those who are given what hangs there, of them those that the actor may see: active ones."""
    rows = Enrollment.objects.filter(status=Enrollment.Status.ACTIVE, institution=place.institution_id)
    if isinstance(place, Course):
        rows = rows.filter(Q(course=place) | Q(batch__course=place))
    elif isinstance(place, Batch):
        rows = rows.filter(batch=place)
    else:
        meeting = BatchMeeting.objects.filter(meeting=place.meeting_id)
        rows = rows.filter(batch__in=meeting.values("batch"))
    rows = rows.filter(Q(batch__isnull=True) | Q(batch__deleted_at__isnull=True))
    return rows if actor is None else enrollments.rows(actor, among=rows)


def with_seen_by(rows: QuerySet[Material], readers: QuerySet[Enrollment]) -> QuerySet[Material]:
    """The materials, each with `seen_by`, how many of these students have opened it."""
    views = MaterialView.objects.filter(material=OuterRef("pk"), user__in=readers.order_by().values("student"))
    number = views.order_by().annotate(number=Func(F("pk"), function="count")).values("number")
    counted: QuerySet[Any] = rows.annotate(seen_by=Subquery(number, IntegerField()))
    return counted


def count_readers(readers: QuerySet[Enrollment]) -> int:
    """How many students they are."""
    number: int = readers.order_by().aggregate(number=Count("student", distinct=True))["number"]
    return number


def students_with_views(material: Material, readers: QuerySet[Enrollment]) -> QuerySet[User]:
    """The students by name, each with `days` on which they opened the material, and `last_on`; None for who didn't."""
    own = MaterialView.objects.filter(material=material, user=OuterRef("pk"))
    return (
        User.objects.filter(pk__in=readers.order_by().values("student"))
        .annotate(days=Subquery(own.values("days")), last_on=Subquery(own.values("last_on")))
        .order_by(by_family_name(), "pk")
    )


def place_of(material: Material) -> Place:
    """The course, batch or session on which it hangs."""
    place: Any = material.course or material.batch or material.session
    assert place is not None  # noqa: S101
    return place  # type: ignore[no-any-return]


def place_field(place: Place) -> str:
    """The field of a material that names such a place."""
    return "course" if isinstance(place, Course) else "batch" if isinstance(place, Batch) else "session"
