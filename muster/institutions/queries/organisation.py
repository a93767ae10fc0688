"""Departments, places and calendars with what every list of them shows."""

from __future__ import annotations

from django.db.models import Count, Exists, IntegerField, Model, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.core.errors import Invalid
from muster.core.permissions import as_id
from muster.institutions.access import STAFF_ROLES, Actor
from muster.institutions.models import Affiliation, Branch, Department, Institution, Membership, Room, Term


def _related_count(model: type[Model], what: Count | Sum) -> Coalesce:
    """A number of related rows, each in a statement of its own, so that joins do not multiply them."""
    rows = model._default_manager.filter(pk=OuterRef("pk")).order_by().values("pk").annotate(number=what)
    return Coalesce(Subquery(rows.values("number"), output_field=IntegerField()), 0)


def departments_in_full(rows: QuerySet[Department]) -> QuerySet[Department]:
    """Departments in one statement with their `head` in words, `batch_count` (none deleted) and `course_count`."""
    batches = Count("batches", filter=Q(batches__deleted_at__isnull=True))
    return rows.select_related("hod").annotate(
        batch_count=_related_count(Department, batches),
        course_count=_related_count(Department, Count("courses")),
        head=NullIf(Coalesce("hod__full_name", "hod_name"), Value("")),
    )


def branches_with_rooms(rows: QuerySet[Branch]) -> QuerySet[Branch]:
    """Branches with `room_count`, `seat_count` and `batch_count` (those upcoming or active), in one statement."""
    usable = Q(rooms__is_active=True)
    running = Q(
        batches__deleted_at__isnull=True, batches__archived_at__isnull=True, batches__status__in=["Upcoming", "Active"]
    )
    return rows.annotate(
        room_count=_related_count(Branch, Count("rooms", filter=usable)),
        seat_count=_related_count(Branch, Sum("rooms__seats", filter=usable)),
        batch_count=_related_count(Branch, Count("batches", filter=running)),
    )


def rooms_with_branch(rows: QuerySet[Room]) -> QuerySet[Room]:
    """Rooms with their branch and `slot_count`, the weekly slots of batches that are not over, in one statement."""
    running = Q(slots__meeting__books=True)
    return rows.select_related("branch").annotate(slot_count=_related_count(Room, Count("slots", filter=running)))


def colleagues(actor: Actor, *roles: str) -> QuerySet[User]:
    """Active people of the institution with one of the roles, any role of the staff when none is named."""
    asked = roles or [str(role) for role in STAFF_ROLES]
    return User.objects.filter(
        Exists(Affiliation.objects.filter(institution=actor.institution, user=OuterRef("pk"), is_active=True)),
        Exists(Membership.objects.filter(institution=actor.institution, user=OuterRef("pk"), role__in=asked)),
        is_active=True,
    )


def person_named(actor: Actor, pk: str, field: str) -> User:
    """An active person of the institution, named by id in a body. Raises Invalid at the field."""
    key = as_id(pk)
    belongs = Affiliation.objects.filter(institution=actor.institution, is_active=True)
    person = User.objects.filter(pk=key, is_active=True, pk__in=belongs.values("user_id")).first() if key else None
    if person is None:
        raise Invalid(_("This person doesn't exist here. Check the id."), field=field, code="unknown")
    return person


def colleague_named(actor: Actor, pk: str, field: str) -> User:
    """An active member of the institution's staff, named by id in a body. Raises Invalid at the field."""
    person = person_named(actor, pk, field)
    if not colleagues(actor).filter(pk=person.pk).exists():
        raise Invalid(
            _("%(name)s has no staff role here. Choose someone of the staff, or give them a role first.")
            % {"name": person.full_name},
            field=field,
        )
    return person


def logo_of(institution: Institution) -> bytes:
    """The picture that stands on paper; nothing where there is none, also in a data folder moved without its files."""
    if not institution.logo:
        return b""
    try:
        with institution.logo.open("rb") as file:
            return bytes(file.read())
    except OSError:
        return b""


def semester_terms(institution: Institution) -> QuerySet[Term]:
    """The terms that are semesters: those right within a year, and those that have none above and none within them."""
    alone, in_a_year = Q(parent__isnull=True, parts__isnull=True), Q(parent__isnull=False, parent__parent__isnull=True)
    return Term.objects.filter(alone | in_a_year, institution=institution)
