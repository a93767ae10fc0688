"""Who takes the archive of a person, erases, sets periods, and asks for consent."""

from __future__ import annotations

from django.db.models import Q

from muster.accounts.models import User
from muster.core.permissions import Access, Scope
from muster.institutions.access import ADMINS, STAFF_ROLES, students
from muster.institutions.models import Institution, Role
from muster.institutions.permissions import users
from muster.privacy.models import ConsentPurpose, Erasure

# Administrators, and everybody their own.
personal_data = Access(
    User,
    {"see": users.tables["see"], "export": users.tables["edit"], "erase": ADMINS},
    owner="affiliations__institution_id",
)
retention = Access(Institution, {"see": ADMINS, "change": ADMINS}, owner="pk")
erasures = Access(Erasure, {"see": ADMINS})


def _asked_of(audience: ConsentPurpose.Audience) -> Scope:
    there = Q(closed_at__isnull=True, audience__in=[audience, ConsentPurpose.Audience.EVERYONE])
    return lambda actor, grant: there


_STAFF = {str(role): _asked_of(ConsentPurpose.Audience.STAFF) for role in STAFF_ROLES if role != Role.SUPER_ADMIN}
_ASKED = _STAFF | students(_asked_of(ConsentPurpose.Audience.STUDENTS))
consents = Access(ConsentPurpose, {"see": _ASKED | ADMINS, "answer": _ASKED, "change": ADMINS})
