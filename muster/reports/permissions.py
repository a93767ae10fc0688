"""Who orders reports, and who reads which."""

from __future__ import annotations

from django.db.models import Q

from muster.core.permissions import Access, Table
from muster.core.subqueries import KeyIn
from muster.institutions.access import ADMINS, STAFF_ROLES, Actor, Grant, own_person
from muster.institutions.models import Role
from muster.reports.models import ReportOrder, ReportReader, ReportSchedule


def _own_or_told(actor: Actor, grant: Grant) -> Q:
    """What they ordered, and what a schedule told them of."""
    assert actor.user is not None  # noqa: S101
    told = ReportReader.objects.filter(institution=actor.institution, person=actor.user)
    own = ReportOrder.objects.filter(institution=actor.institution, by=actor.user)
    return KeyIn(own.order_by().values("pk"), told.order_by().values("order"))


_STAFF = [role for role in STAFF_ROLES if role not in (Role.SUPER_ADMIN, Role.ADMIN)]
_OWN: Table = {role.value: own_person("by_id") for role in _STAFF}
_TOLD: Table = {role.value: _own_or_told for role in _STAFF}
reports = Access(ReportOrder, {"see": ADMINS | _TOLD, "order": ADMINS | _OWN, "change": ADMINS | _OWN})
report_schedules = Access(ReportSchedule, {"see": ADMINS | _OWN, "change": ADMINS | _OWN})
