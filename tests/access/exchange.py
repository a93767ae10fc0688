"""Imports: the administrator's alone."""

from __future__ import annotations

from typing import Any

from muster.exchange.models import ImportRun
from tests.access.cases import ADMINS, Case
from tests.access.world import FURTHER
from tests.make import House


def import_run(house: House, _objects: dict[str, Any]) -> dict[str, Any]:
    """A trial that came to its end; its file is gone."""
    run = ImportRun.objects.create(
        institution=house.institution, by=house.admin.user, file_name="sections.csv", dry_run=True, status="done"
    )
    return {"run_id": run.pk}


FURTHER.append(import_run)

CASES = [
    Case("GET /settings/imports/", own=ADMINS),
    Case("POST /settings/imports/", own=ADMINS),
    Case("GET /settings/imports/{run_id}/", own=ADMINS, sibling=ADMINS),
    Case("POST /settings/imports/{run_id}/import/", own=ADMINS, sibling=ADMINS),
    Case("GET /api/imports", own=ADMINS),
    Case("POST /api/imports", own=ADMINS),
    Case("GET /api/imports/{run_id}", own=ADMINS, sibling=ADMINS),
]
