"""What pages of submissions ask of the database, whatever they hold."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.submissions.tests.make import JANUARY, Reporting
from tests.pages import Browser
from tests.test_budgets import OF_A_PAGE

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(settings: LazySettings, tmp_path: Any) -> Reporting:
    settings.MUSTER_HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    return Reporting()


@pytest.mark.parametrize("number", [1, 6])
def test_a_page_costs_the_same_for_one_and_for_many(place: Reporting, number: int) -> None:
    place.campus.let(enrollment_file_days=5, attendance_file_day=7)
    template = place.template({"source": "full_name"}, format="csv")
    for _each in range(number):
        place.campus.enroll(place.batch)
        sent, draft = (make(*[place.item()] * number) for make in (place.submitted, place.draft))
    admin = Browser(place.campus, place.campus.admin.user)
    query = f"batch={place.batch.pk}&first={JANUARY[0]}&last={JANUARY[1]}"
    paths = {
        "list": "/oversight/submissions/",
        "page": f"/oversight/submissions/{sent.pk}/",
        "draft": f"/oversight/submissions/{draft.pk}/",
        "submit": f"/oversight/submissions/{draft.pk}/submit/",
        "new": "/oversight/submissions/new/",
        "templates": "/oversight/export-templates/",
        "template": f"/oversight/export-templates/{template.pk}/",
        "run": f"/oversight/export-templates/{template.pk}/run/?{query}",
    }
    found = {}
    for name, path in paths.items():
        with CaptureQueriesContext(connection) as asked:
            assert admin.get(path).status_code == 200
        found[name] = len(asked)
    # What is due is asked for in four.
    found["list"] -= 4
    assert {name: cost for name, cost in found.items() if cost > OF_A_PAGE} == {}
