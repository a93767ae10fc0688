"""Reports over generated data: each says what its page and the API say, in every format, also where there is nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import Count
from pytest_django import DjangoDbBlocker

from muster.attendance.models import CountedMark
from muster.core.files.downloads import Download
from muster.institutions.access import Actor
from muster.institutions.models import Institution, Membership, Role
from muster.reports.kinds import KINDS
from muster.reports.kinds.work import ReportWork
from tests import database


@pytest.fixture(scope="module")
def actor(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Actor]:
    """An administrator of the small institution among the generated ones."""
    with django_db_blocker.unblock(), database.generated() as objects:
        place = Institution.objects.get(slug=sorted(objects)[1])
        admin = Membership.objects.filter(institution=place, role=Role.ADMIN).order_by("pk")[0]
        found = Actor.of(admin.user, place)
        assert found
        yield found


@pytest.fixture(scope="module")
def asked(actor: Actor) -> dict[str, dict[str, Any]]:
    """Filters that tell of something, for each kind."""
    marks = CountedMark.objects.filter(institution=actor.institution).order_by()
    batch = marks.values("batch").annotate(number=Count("pk")).order_by("-number")[0]["batch"]
    days = marks.filter(batch=batch).values_list("record_date", flat=True).order_by("record_date")
    some = {"from": str(days.first()), "to": str(days.last())}
    department = marks.filter(batch__department__isnull=False).values_list("batch__department", flat=True)[0]
    return {
        "institution_month": some,
        "department_kpi": {"department": str(department), **some},
        "batch_progress": {"batch": str(batch), **some},
        "instructor_performance": some,
        "attendance_sheet": {"batch": str(batch), **some},
        "attended_days": {"batch": str(batch), **some},
        "mentoring": some,
    }


def made(actor: Actor, kind: str, filters: dict[str, Any], form: str) -> bytes:
    definition = KINDS[kind]
    _subject, file = definition.write(ReportWork(actor, definition.read(actor, filters), form))
    assert isinstance(file, Download)
    return b"".join(part if isinstance(part, bytes) else part.encode() for part in file.content)


@pytest.mark.parametrize("kind", KINDS)
def test_x(actor, asked, kind):
    import os
    import time

    os.makedirs("var/reports", exist_ok=True)
    for form in ("pdf", "xlsx", "csv"):
        began = time.monotonic()
        content = made(actor, kind, asked[kind], form)
        print(kind, form, len(content), round(time.monotonic() - began, 2))
        open(f"var/reports/{kind}.{form}", "wb").write(content)
