"""Reads around individual assignments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, FilteredRelation, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.allocation.models import CoverRequest, IndividualAssignment
from muster.allocation.permissions import covers, mentees
from muster.batches.models import Batch
from muster.core.errors import Invalid
from muster.core.permissions import any_id
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES, Affiliation, Institution, Membership, Role, local_today
from muster.people.models import InstructorProfile

Current = IndividualAssignment.objects.current


def holders(institution: Institution, *roles: str) -> QuerySet[Membership]:
    """The memberships that make somebody act in one of the roles: of active people with an active account."""
    active = Affiliation.objects.filter(
        institution=institution, user=OuterRef("user_id"), is_active=True, user__is_active=True
    )
    return Membership.objects.filter(Exists(active), institution=institution, role__in=roles)


def active_instructors(institution: Institution) -> QuerySet[User]:
    """Everybody who teaches in the institution now."""
    return User.objects.filter(Exists(holders(institution, Role.INSTRUCTOR).filter(user=OuterRef("pk"))))


def students_with_instructors(actor: Actor, action: str = "assign") -> QuerySet[Any]:
    """The active students in the actor's part, in one statement.

    Each with `number`, `roles`, and of the current assignment `mentor_id`, `mentor_name`, `mentor_email`,
    `assignment_id`, `assignment_type`, `assignment_notes` and `assigned_at`, all None where there is none.
    """
    here = Affiliation.objects.filter(user=OuterRef("pk"), institution=actor.institution)
    roles = Membership.objects.filter(user=OuterRef("pk"), institution=actor.institution).order_by("role")
    people = User.objects.filter(
        Exists(roles.filter(role__in=STUDENT_ROLES)),
        affiliations__institution=actor.institution,
        affiliations__is_active=True,
        is_active=True,
    )
    # An administrator's part are all of them: not asked again of each.
    return (people if actor.is_admin else mentees.rows(actor, action, among=people)).annotate(
        number=Subquery(here.values("student_number")[:1]),
        roles=ArraySubquery(roles.values("role").distinct()),
        current=FilteredRelation(
            "individual_assignments",
            condition=Q(
                individual_assignments__ended_at__isnull=True,
                individual_assignments__institution=actor.institution,
            ),
        ),
        assignment_id=F("current__id"),
        assignment_type=F("current__assignment_type"),
        assignment_notes=F("current__notes"),
        assigned_at=F("current__assigned_at"),
        mentor_id=F("current__instructor_id"),
        mentor_name=F("current__instructor__full_name"),
        mentor_email=F("current__instructor__email"),
    )


def mentees_of(actor: Actor, instructor: User) -> QuerySet[IndividualAssignment]:
    """The instructor's current mentees in the actor's part, by name, as assignments with their students."""
    return (
        Current()
        .filter(institution=actor.institution, instructor=instructor, student__in=mentees.rows(actor).values("pk"))
        .select_related("student")
        .order_by("student__full_name__plain", "pk")
    )


def instructor_of(actor: Actor, student: User) -> IndividualAssignment | None:
    """The student's current assignment, with the instructor."""
    return Current().filter(institution=actor.institution, student=student).select_related("instructor").first()


def instructor_named(actor: Actor, pk: str, field: str) -> User:
    """An active instructor, chosen on a page. Raises Invalid at the field."""
    person = active_instructors(actor.institution).filter(pk=any_id(pk)).first()
    if person is None:
        raise Invalid(_("This instructor doesn't exist here. Choose one from the list."), field=field)
    return person


def assignments_of(actor: Actor, student: User) -> QuerySet[IndividualAssignment]:
    """Every assignment of the student, the newest first."""
    return IndividualAssignment.objects.filter(institution=actor.institution, student=student).select_related(
        "instructor", "assigned_by", "ended_by"
    )


def distribution(actor: Actor) -> tuple[int, int]:
    """How many active students in the actor's part have an instructor, and how many have none."""
    counted = students_with_instructors(actor, "list").aggregate(
        assigned=Count("pk", filter=Q(assignment_id__isnull=False)),
        unassigned=Count("pk", filter=Q(assignment_id__isnull=True)),
    )
    return counted["assigned"], counted["unassigned"]


def with_mentees(institution: Institution, rows: QuerySet[User]) -> QuerySet[Any]:
    """People with `mentees`: how many students they have now."""
    own = (
        Current()
        .filter(institution=institution, instructor=OuterRef("pk"))
        .order_by()
        .values("instructor")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return rows.annotate(mentees=Coalesce(Subquery(own, output_field=IntegerField()), 0))


def mentee_limits(institution: Institution, people: Iterable[UUID]) -> dict[UUID, int]:
    """How many students each of these instructors takes at most, where they said so."""
    said = InstructorProfile.objects.filter(institution=institution, user__in=list(people), max_mentees__isnull=False)
    return {person: most for person, most in said.values_list("user_id", "max_mentees") if most is not None}


def mentee_counts(institution: Institution, people: Iterable[UUID]) -> dict[UUID, int]:
    """How many students each of these instructors has now."""
    rows = with_mentees(institution, User.objects.filter(pk__in=list(people)))
    return dict(rows.values_list("pk", "mentees"))


def cover_requests(actor: Actor, action: str = "see") -> QuerySet[CoverRequest]:
    """The requests that the actor may see (or settle), with everybody in them: open ones first, then by first day.

    `is_over` says whether their days are, by the clock of the batch.
    """
    rows = covers.rows(actor, action).select_related("batch", "instructor", "asked", "substitute", "closed_by")
    rows = rows.annotate(is_over=Q(last_date__lt=local_today("batch__")), is_closed=~Q(status=CoverRequest.Status.OPEN))
    return rows.order_by("is_closed", "first_date", "pk")


def waiting_cover(actor: Actor, action: str = "see") -> QuerySet[CoverRequest]:
    """The open requests whose days are not over, in batches that still meet."""
    rows: QuerySet[Any] = cover_requests(actor, action)
    return rows.filter(
        status=CoverRequest.Status.OPEN,
        last_date__gte=local_today("batch__"),
        batch__in=Batch.objects.booking().filter(institution=actor.institution),
    )
