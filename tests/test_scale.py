"""On a generated data set everything holds, and what pages and calls read is in proportion to what they show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from muster.attendance.models import AttendanceRecord, MarkEntry
from muster.cli.check import invariants
from muster.core.checks import run_checks
from tests import database

Places = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def places(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Places]:
    """The objects of a large institution and of a small one."""
    with django_db_blocker.unblock(), database.generated() as objects:
        yield objects


def test_what_triggers_would_derive_is_there(places: Places) -> None:
    broken = {str(finding.fact): finding.left for finding in run_checks(invariants()) if not finding.holds}
    assert broken == {}
    assert MarkEntry.objects.count() == AttendanceRecord.objects.count() > 100_000
