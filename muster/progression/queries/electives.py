"""Reads around electives: what there is to choose, who chose what, and who has not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.batches.queries import is_running
from muster.core.search import in_order
from muster.enrollments.models import Enrollment
from muster.enrollments.queries import further_sessions
from muster.institutions.access import Actor
from muster.institutions.models import is_before_today, is_from_today
from muster.progression.models import ElectiveChoice, ElectiveGroup, SubjectMapping
from muster.progression.queries.records import held_back_before

# Whose choices are asked for.
LEARNS = Q(status__in=Enrollment.SEATED)


def with_choices(rows: QuerySet[SubjectMapping]) -> QuerySet[SubjectMapping]:
    """The subjects with `chosen`: how many students take each of them, where it is an elective."""
    return rows.annotate(chosen=Count("choices"))


def groups_of(batch: Batch) -> QuerySet[ElectiveGroup]:
    """The groups of the batch, semester by semester, with their subjects as `electives`. Two statements."""
    electives = with_choices(SubjectMapping.objects.select_related("subject", "instructor"))
    in_turn = Prefetch("mappings", in_order(electives, "subject__title", "pk"), to_attr="electives")
    rows = ElectiveGroup.objects.filter(batch=batch).prefetch_related(in_turn)
    return in_order(rows, "semester", "name", "pk")


def electives_left(batch: Batch, group: ElectiveGroup | None = None) -> QuerySet[SubjectMapping]:
    """Subjects of the batch that could stand in the group: its own, and those of no group that nobody has to take."""
    rows = SubjectMapping.objects.filter(Q(group=None) | Q(group=group), batch=batch)
    return in_order(rows.select_related("subject"), "semester", "subject__title", "pk")


def learners_of(batch: Batch) -> QuerySet[Enrollment]:
    """Those who hold a seat, and whoever chose something before, with `electives`, the titles of what they chose."""
    taken = ElectiveChoice.objects.filter(enrollment=OuterRef("pk")).order_by("mapping__subject__title__plain")
    rows = Enrollment.objects.filter(LEARNS | Q(Exists(taken)), batch=batch).select_related("student")
    rows = rows.annotate(electives=ArraySubquery(taken.values("mapping__subject__title")))
    return in_order(rows, "student__family_name", "student__full_name", "pk")


def takes(mapping: UUID) -> Q:
    """Enrollments of those who take the elective, as a condition."""
    return Q(Exists(ElectiveChoice.objects.filter(enrollment=OuterRef("pk"), mapping=mapping)))


def lacks(group: ElectiveGroup) -> Q:
    """Enrollments of those who have not chosen what the group asks for, as a condition."""
    there = ElectiveChoice.objects.filter(enrollment=OuterRef("pk"), mapping__group=group).order_by()
    reached = there.values("enrollment").annotate(number=Count("pk"), credits=Sum("mapping__subject__credits"))
    enough = Q(credits__gte=group.least_credits) if group.choose is None else Q(number__gte=group.choose)
    return ~Q(Exists(reached.filter(enough)))


def missing_from(group: ElectiveGroup) -> QuerySet[Enrollment]:
    """Those of the batch who have not chosen what the group asks for, and came to its semester."""
    return learners_of(group.batch).filter(LEARNS, lacks(group), ~held_back_before(group.semester))


@dataclass(frozen=True)
class ElectiveClash:
    """What else the student has at the time of an elective: on how many dates, and the first of them."""

    what: str
    on_date: date
    start: time
    end: time
    dates: int

    @property
    def sentence(self) -> str:
        words = ngettext(
            "At the same time as %(what)s, on %(day)s, %(start)s to %(end)s.",
            "At the same time as %(what)s on %(count)d dates, the first on %(day)s, %(start)s to %(end)s.",
            self.dates,
        )
        return words % {
            "what": self.what,
            "count": self.dates,
            "day": date_format(self.on_date, "D j M Y"),
            "start": f"{self.start:%H:%M}",
            "end": f"{self.end:%H:%M}",
        }


def clashes_of_electives(enrollment: Enrollment, mappings: Sequence[UUID]) -> dict[UUID, list[ElectiveClash]]:
    """What of the student's own timetable stands against each of the electives, for those that clash. One statement."""
    if not mappings:
        return {}
    found: dict[UUID, list[ElectiveClash]] = {}
    further = further_sessions(enrollment.student_id, enrollment.institution_id)
    sessions, values = further.values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM muster_elective_clashes(%s, ARRAY({sessions}), %s::uuid[])",  # noqa: S608
            [enrollment.pk, *values, list(mappings)],
        )
        for mapping, *clash in cursor.fetchall():
            found.setdefault(mapping, []).append(ElectiveClash(*clash))
    return found


@dataclass(frozen=True)
class Elective:
    """An elective as a student sees it."""

    mapping: SubjectMapping
    is_chosen: bool
    clashes: Sequence[ElectiveClash] = ()

    @property
    def seats_left(self) -> int | None:
        """None where there is no limit."""
        return seats_left_in(self.mapping)

    @property
    def is_full(self) -> bool:
        return self.seats_left == 0


@dataclass(frozen=True)
class ElectiveOffer:
    """A group of electives as a student sees it; without a group those that only staff choose."""

    group: ElectiveGroup | None
    electives: Sequence[Elective] = field(default_factory=tuple)

    @property
    def chosen(self) -> list[Elective]:
        return [one for one in self.electives if one.is_chosen]

    @property
    def credits(self) -> Decimal:
        """Of what is chosen."""
        return sum((one.mapping.subject.credits for one in self.chosen), Decimal(0))

    @property
    def is_done(self) -> bool:
        if self.group is None:
            return True
        if self.group.choose is None:
            return self.credits >= cast("Decimal", self.group.least_credits)
        return len(self.chosen) >= self.group.choose

    @property
    def takes_more(self) -> bool:
        """Whether the student may choose another one."""
        return self.group is None or self.group.choose is None or len(self.chosen) < self.group.choose


def seats_left_in(mapping: Any) -> int | None:
    """The seats of a mapping of `with_choices` that nobody has taken; None where there is no limit."""
    return None if mapping.seats is None else max(mapping.seats - mapping.chosen, 0)


def offers_of(enrollment: Enrollment) -> list[ElectiveOffer]:
    """What the student has to choose from in the batch, and what they chose. Four statements."""
    batch = cast("Batch", enrollment.batch)
    mine = set(enrollment.elective_choices.values_list("mapping_id", flat=True))
    rows = with_choices(SubjectMapping.objects.filter(batch=batch, is_elective=True))
    rows = in_order(rows.select_related("subject", "instructor", "group"), "semester", "subject__title", "pk")
    electives = list(rows)
    clashes = clashes_of_electives(enrollment, [one.pk for one in electives])
    by_group: dict[ElectiveGroup | None, list[Elective]] = {}
    for one in electives:
        by_group.setdefault(one.group, []).append(Elective(one, one.pk in mine, clashes.get(one.pk, ())))
    groups = sorted((one for one in by_group if one is not None), key=lambda one: (one.semester, one.name))
    ordered: list[ElectiveGroup | None] = [*groups, *([None] if None in by_group else [])]
    return [ElectiveOffer(group, by_group[group]) for group in ordered]


def is_choosing() -> Q:
    """Groups from which students of running batches choose today, by the class's own clock."""
    in_batches = Batch.objects.filter(is_running()).values("pk")
    begun = is_before_today("opens_on", "batch__", days=1)
    return Q(begun & is_from_today("closes_on", "batch__"), batch__in=in_batches)


@dataclass(frozen=True)
class OpenChoice:
    """A group from which a student chooses now."""

    group: ElectiveGroup
    enrollment: Enrollment
    is_done: bool


def open_choices(actor: Actor) -> list[OpenChoice]:
    """Where the actor may choose electives now, the first to close first. Two statements, one where nothing is open."""
    groups = ElectiveGroup.objects.filter(is_choosing(), institution=actor.institution)
    own = Enrollment.objects.filter(LEARNS, student=cast("User", actor.user), frozen=False)
    rows = own.filter(batch__elective_groups__in=groups).select_related("batch")
    reached = ElectiveChoice.objects.filter(enrollment=OuterRef("pk"), mapping__group=OuterRef("group_id")).order_by()
    numbers = reached.values("enrollment").annotate(number=Count("pk"), credits=Sum("mapping__subject__credits"))
    found = (
        rows.annotate(
            group_id=F("batch__elective_groups"),
            semester=F("batch__elective_groups__semester"),
        )
        .filter(~held_back_before(OuterRef("semester")))
        .annotate(
            number=Coalesce(numbers.values("number")[:1], 0),
            credits=Coalesce(numbers.values("credits")[:1], Decimal(0)),
        )
    )
    places: list[Any] = list(found)
    by_id = {one.pk: one for one in groups} if places else {}
    choices = []
    for row in places:
        if (group := by_id.get(row.group_id)) is not None:
            enough = row.credits >= group.least_credits if group.choose is None else row.number >= group.choose
            choices.append(OpenChoice(group, row, enough))
    return sorted(choices, key=lambda one: (one.group.closes_on, one.group.name, one.group.pk))


def asks_for(group: ElectiveGroup) -> str:
    """What the group asks for, in words."""
    if group.choose is None:
        shown = f"{cast('Decimal', group.least_credits).normalize():f}"
        return _("Choose at least %(credits)s credits") % {"credits": shown}
    words = ngettext("Choose %(count)d subject", "Choose %(count)d subjects", group.choose)
    return words % {"count": group.choose}
