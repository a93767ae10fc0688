"""Who may import what."""

from __future__ import annotations

from muster.assessment.permissions import assessments
from muster.core.errors import Forbidden
from muster.core.permissions import Access
from muster.exchange.models import ImportRun
from muster.institutions.access import ADMINS, Actor, own_person
from muster.institutions.models import Role

# Managers of a part import the students of it, whoever marks a batch its marks; they see the imports they started.
_MANAGERS = (Role.BRANCH_MANAGER, Role.DEPT_ADMIN)
_OWN = {role.value: own_person("by_id") for role in (*_MANAGERS, Role.INSTRUCTOR)}
imports = Access(ImportRun, {"see": ADMINS | _OWN, "change": ADMINS | _OWN})


def importable_kinds(by: Actor) -> list[ImportRun.Kind]:
    """The kinds that the actor may import."""
    if by.is_admin:
        return list(ImportRun.Kind)
    kinds = [ImportRun.Kind.STUDENTS] if by.is_any(*_MANAGERS) else []
    return [*kinds, ImportRun.Kind.MARKS] if assessments.may(by, "change") else kinds


def must_import(by: Actor, kind: str) -> None:
    """Raise Forbidden where the actor may not import this kind."""
    if kind not in importable_kinds(by):
        raise Forbidden
