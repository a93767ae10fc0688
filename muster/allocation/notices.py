"""What instructors and students are told about each other."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.accounts.models import User
from muster.allocation.models import IndividualAssignment
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES, Role
from muster.notifications.kinds import Kind, register_kind
from muster.notifications.rules import notify

INTRODUCED = "mentor_introduced"

register_kind(
    Kind(
        INTRODUCED,
        gettext_lazy("A student or an instructor is assigned to me"),
        frozenset({str(Role.INSTRUCTOR), *map(str, STUDENT_ROLES)}),
        gettext_lazy("As mentor, tutor, advisor or supervisor; both are introduced to each other."),
    )
)


def introduce(by: Actor, assignments: Sequence[IndividualAssignment]) -> None:
    """Introduce instructors and students to each other: one notice for each student, one for each instructor."""
    together: dict[tuple[User, str], list[IndividualAssignment]] = {}
    for one in assignments:
        together.setdefault((one.instructor, one.assignment_type), []).append(one)
    for (instructor, kind), those in together.items():
        word = str(IndividualAssignment.Type(kind).label).lower()
        number = len(those)
        notify(
            by=by,
            to=[one.student for one in those],
            kind=INTRODUCED,
            title=_("%(name)s is your %(type)s now") % {"name": instructor.full_name, "type": word},
            text=_("You reach them at %(email)s.") % {"email": instructor.email},
            url=reverse("home"),
        )
        notify(
            by=by,
            to=[instructor],
            kind=INTRODUCED,
            title=ngettext(
                "You are %(type)s of %(name)s now", "You are %(type)s of %(count)d more students now", number
            )
            % {"type": word, "name": those[0].student.full_name, "count": number},
            text=", ".join(one.student.full_name for one in those[:20]),
            url=reverse("mentoring:list"),
        )
