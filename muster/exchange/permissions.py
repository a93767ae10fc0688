"""Who may import what."""

from __future__ import annotations

from muster.core.errors import Forbidden
from muster.core.permissions import Access
from muster.exchange.models import ImportRun
from muster.institutions.access import ADMINS, Actor, own_person
from muster.institutions.models import Role

# Managers of a part import the students of it, and see the imports that they started.
_OWN = {Role.BRANCH_MANAGER.value: own_person("by_id"), Role.DEPT_ADMIN.value: own_person("by_id")}
imports = Access(ImportRun, {"see": ADMINS | _OWN, "change": ADMINS | _OWN})


def importable_kinds(by: Actor) -> list[ImportRun.Kind]:
    """The kinds that the actor may import."""
    if by.is_admin:
        return list(ImportRun.Kind)
    return [ImportRun.Kind.STUDENTS] if imports.may(by, "change") else []


def must_import(by: Actor, kind: str) -> None:
    """Raise Forbidden where the actor may not import this kind."""
    if kind not in importable_kinds(by):
        raise Forbidden
