"""Every setting of an institution has an effect, and a test of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.batches.models import Batch
from muster.institutions.resources import INSTITUTION
from tests.client import Api
from tests.make import Campus

ROOT = Path(__file__).resolve().parents[1]
# Who the institution is; all else is a setting.
IDENTITY = {"name", "slug", "kind", "time_zone", "contact_email", "contact_phone"}
# Where it is proved that a setting has the effect that its words promise.
PROOFS = {
    "late_after_minutes": "muster/attendance/tests/test_early_marks.py",
    "minimum_attendance_percent": "muster/web/institutions/tests/test_organisation_pages.py",
    "register_lock_hours": "muster/attendance/tests/test_reminders.py",
    "session_horizon_days": "muster/timetable/tests/test_meetings.py",
    "seat_buffer_percent": "muster/enrollments/tests/test_opening.py",
    "waitlist_mode": "muster/enrollments/tests/test_waitlists.py",
    "waitlist_offer_hours": "muster/enrollments/tests/test_waitlists.py",
    "enroll_until_days": "muster/enrollments/tests/test_opening.py",
    "organisations_see_attendance": "muster/web/organisations/tests/test_organisation_pages.py",
    "catalogue_is_public": "muster/web/catalogue/tests/test_catalogue_pages.py",
    "catalogue_names_instructors": "muster/web/catalogue/tests/test_catalogue_pages.py",
    "access_grace_days": "muster/enrollments/tests/test_expiring.py",
    "archived_disables_access": "muster/enrollments/tests/test_expiring.py",
    "advised_size_min": "tests/test_settings.py",
    "advised_size_max": "tests/test_settings.py",
    "max_active_batches": "muster/web/batches/tests/test_edit_pages.py",
    "max_mentees": "muster/web/allocation/tests/test_pages.py",
    "last_semester": "tests/test_settings.py",
    "import_change_percent": "muster/exchange/tests/test_lists.py",
    "import_change_rows": "muster/exchange/tests/test_lists.py",
}
# What they steer is not built yet. Whoever builds it takes them off this list.
AWAITED = {"rollover_approval"}
DECLARED = ("institutions/models.py", "institutions/resources.py", "api/institutions/")
SETTINGS = [field.name for field in INSTITUTION.inputs if field.name not in IDENTITY]


def read_in(name: str) -> list[str]:
    """Where the product reads the setting, beside its declaration."""
    files = [path for kind in ("py", "sql", "html", "js") for path in (ROOT / "muster").rglob(f"*.{kind}")]
    said = {str(path.relative_to(ROOT / "muster")): path for path in files}
    return [
        where
        for where, path in said.items()
        if not where.startswith(DECLARED) and "/tests/" not in where and "/migrations/" not in where
        if name in path.read_text()
    ]


@pytest.mark.parametrize("name", [name for name in SETTINGS if not name.startswith("weight_")])
def test_a_setting_is_read_and_its_effect_is_proved(name):
    assert (bool(read_in(name)), name in PROOFS) == ((False, False) if name in AWAITED else (True, True))
    if name in PROOFS:
        assert name in (ROOT / PROOFS[name]).read_text()


def test_no_proof_is_of_a_setting_that_is_gone():
    assert PROOFS.keys() - {*SETTINGS} == set()


@pytest.mark.django_db
def test_the_advised_size_is_what_a_batch_is_offered():
    campus = Campus.found()
    campus.institution.advised_size_min, campus.institution.advised_size_max = 3, 7
    campus.institution.save()
    body = {
        "name": "Cohort",
        "qualification_id": str(campus.course(default_capacity=None).pk),
        "facilitator_ids": [str(campus.instructor().pk)],
    }
    opened = Api(campus.token()).post("/institution/cohorts", body)
    assert Batch.objects.get(pk=opened.data["cohort_id"]).capacity == 7


@pytest.mark.django_db
@pytest.mark.parametrize(("semester", "status"), [(3, 201), (4, 400)])
def test_a_batch_year_without_a_course_has_no_semester_beyond_the_last(semester, status):
    campus = Campus.found()
    campus.institution.last_semester = 3
    campus.institution.save()
    body = {"year": 2031, "dept_id": str(campus.department().pk), "current_semester": semester}
    assert Api(campus.token()).post("/batches", body).status == status
