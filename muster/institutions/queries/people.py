"""People with what every list of them shows, and what they are bound to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, JSONObject
from django.utils.module_loading import module_has_submodule

from muster.accounts.models import User
from muster.core.permissions import Access
from muster.core.search import with_words
from muster.institutions.access import Actor
from muster.institutions.models import (
    Affiliation,
    Institution,
    Membership,
    Role,
    SecurityEvent,
    is_from_today,
)
from muster.institutions.permissions import learners_of, members_of

# As Django marks a password that could never match: nobody has chosen one yet.
UNUSABLE = "!"
RECENT_EVENTS = 10


def people_in_full(institution: Institution, rows: QuerySet[User] | None = None) -> QuerySet[User]:
    """People with what they are in this institution, in one statement.

    `held` is their roles there: `[{role, branch_id, branch, department_id, department}]`; beside it stand
    `student_number`, `staff_number`, `active`, and `awaited` for those who have not accepted their invitation yet.
    """
    held = (
        Membership.objects.filter(user=OuterRef("pk"), institution=institution)
        .order_by("created_at", "id")
        .values(
            one=JSONObject(
                role="role",
                branch_id=Cast("branch_id", TextField()),
                branch="branch__name",
                department_id=Cast("department_id", TextField()),
                department="department__name",
            )
        )
    )
    return (User.objects.all() if rows is None else rows).annotate(
        here=FilteredRelation("affiliations", condition=Q(affiliations__institution=institution)),
        student_number=F("here__student_number"),
        staff_number=F("here__staff_number"),
        active=_truth(Q(is_active=True, here__is_active=True)),
        awaited=_truth(~Q(email="") & Q(password__startswith=UNUSABLE, accepted_at__isnull=True)),
        held=ArraySubquery(held),
    )


def _truth(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


@dataclass(frozen=True)
class PeopleFilter:
    """How lists of people are narrowed; what is empty narrows nothing."""

    roles: Sequence[str] = ()
    branch: UUID | None = None
    department: UUID | None = None
    active: bool | None = None
    q: str = ""

    def of(self, actor: Actor, rows: QuerySet[User]) -> QuerySet[User]:
        """The people who pass; the rows come through `people_in_full`."""
        if self.roles:
            platform = Q(is_superuser=True) if Role.SUPER_ADMIN in self.roles else Q(pk__in=[])
            rows = rows.filter(members_of(actor, role__in=self.roles) | platform)
        if self.branch is not None:
            rows = rows.filter(
                members_of(actor, branch_id=self.branch) | learners_of(actor, batch__branch_id=self.branch)
            )
        if self.department is not None:
            rows = rows.filter(
                members_of(actor, department_id=self.department)
                | learners_of(actor, batch__department_id=self.department)
            )
        if self.active is not None:
            belongs = Q(is_active=True, here__is_active=True)
            rows = rows.filter(belongs if self.active else ~belongs)
        return with_words(rows, self.q, "full_name", "email", "phone", "student_number", "staff_number")


@dataclass(frozen=True)
class Duties:
    """What a person is bound to in an institution: what must be settled before they leave."""

    batches_led: int
    enrollments: int


def duties_of(actor: Actor, user: User) -> Duties:
    """The batches the person leads, today or as planned, and the enrollments they hold, in one query."""
    assigned = Q(
        instructor_assignments__institution=actor.institution,
        instructor_assignments__role="lead",
        instructor_assignments__batch__status__in=("Upcoming", "Active"),
        instructor_assignments__batch__archived_at__isnull=True,
        instructor_assignments__batch__deleted_at__isnull=True,
    )
    running = Q(instructor_assignments__until_date__isnull=True) | is_from_today(
        "instructor_assignments__until_date", "instructor_assignments__batch__"
    )
    seated = Q(
        enrollments__institution=actor.institution,
        enrollments__status__in=("active", "on_hold"),
        enrollments__frozen=False,
    )
    found = User.objects.filter(pk=user.pk).aggregate(
        led=Count("instructor_assignments__batch", filter=assigned & running, distinct=True),
        enrolled=Count("enrollments", filter=seated, distinct=True),
    )
    return Duties(found["led"], found["enrolled"])


def admins_besides(institution: Institution, user: User) -> int:
    """How many others administer the institution, and can sign in."""
    return (
        Affiliation.objects.filter(institution=institution, is_active=True, user__is_active=True)
        .filter(
            Exists(Membership.objects.filter(institution=institution, user=OuterRef("user_id"), role=Role.ADMIN)),
        )
        .exclude(user=user)
        .count()
    )


def has_joined_others(user: User) -> bool:
    """Whether the person's sign-in opens another institution as well, by their own doing."""
    return user.account_id is not None or user.others.exists()


def permissions_of(actor: Actor) -> list[str]:
    """What the actor may ever do, as "batches: change", from every table of permissions."""
    return sorted(
        {f"{name}: {action}" for name, access in _tables() for action in access.tables if access.may(actor, action)}
    )


@cache
def _tables() -> tuple[tuple[str, Access[User]], ...]:
    return tuple(_found_tables())


def _found_tables() -> Iterator[tuple[str, Access[User]]]:
    for config in apps.get_app_configs():
        if config.module is None or not config.name.startswith("muster."):
            continue
        if module_has_submodule(config.module, "permissions"):
            named = vars(import_module(f"{config.name}.permissions"))
            yield from ((name, table) for name, table in named.items() if isinstance(table, Access))


def recent_events_of(account: User) -> QuerySet[SecurityEvent]:
    """What lately happened to somebody's own sign-in, in every institution that it opens, the newest first."""
    own = SecurityEvent.objects.filter(person__in=User.objects.behind(account).values("pk"))
    return own.exclude(kind__in=[SecurityEvent.Kind.INVITED, SecurityEvent.Kind.EXPORTED])[:RECENT_EVENTS]
