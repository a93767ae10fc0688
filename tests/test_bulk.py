"""Selected rows: what is done to many at once, what came of each, and the Undo of all."""

from __future__ import annotations

import re
from typing import Any

import pytest

from muster.batches.models import Batch
from muster.enrollments.models import Enrollment
from muster.enrollments.rules import cancel_enrollment
from muster.institutions.models import Affiliation
from tests.make import NOBODY, Campus
from tests.pages import Browser, words_of
from tests.test_undo import offered

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus() -> Campus:
    return Campus.found("Ridgeline Institute")


def states(rows: Any, field: str = "status") -> list[Any]:
    return list(rows.order_by("pk").values_list(field, flat=True))


def picks(*rows: Any) -> str:
    return "&".join(f"pick={row.pk}" for row in rows)


def test_selected_students_are_held_resumed_and_cancelled(campus: Campus) -> None:
    batch = campus.batch(capacity=5)
    rows = [campus.enroll(batch) for _number in range(3)]
    browser, state = Browser(campus), lambda: states(batch.enrollments.filter(status__in=["active", "on_hold"]))
    roster = words_of(browser.get(f"/batches/{batch.pk}/students/"))
    assert [word in roster for word in ("Hold", "Resume", "Cancel enrollments", "of 3 selected")] == [True] * 4
    asked = words_of(browser.get(f"/enrollments/hold/?{picks(*rows[:2])}"))
    words = ("Put 2 students on hold?", "Hold 2 students", rows[0].student.full_name)
    assert [word in asked for word in words] == [True] * 3
    done = browser.post(f"/enrollments/hold/?{picks(*rows[:2])}", {"reason": "Strike"})
    assert done["Location"] == f"/batches/{batch.pk}/students/"
    assert state() == ["on_hold", "on_hold", "active"]
    undo = offered(browser, done["Location"])
    assert undo is not None
    browser.post(*undo)
    assert state() == ["active"] * 3
    browser.get(done["Location"])
    asked = words_of(browser.get(f"/enrollments/cancel/?{picks(*rows)}"))
    assert [word in asked for word in ("Cancel 3 enrollments", "Keep enrollments")] == [True] * 2
    done = browser.post(f"/enrollments/cancel/?{picks(*rows)}", {"reason": "Closed"})
    assert state() == []
    undo = offered(browser, done["Location"])
    assert undo is not None
    browser.post(*undo)
    assert sorted(batch.enrollments.filter(status="active").values_list("student_id", flat=True)) == sorted(
        row.student_id for row in rows
    )


@pytest.mark.parametrize(
    ("path", "acts"),
    [
        (
            "/students/",
            ["/enrollments/new/", "/mentoring/assign/", "/messages/new/", "/settings/users/deactivate/"],
        ),
        ("/batches/", ["/batches/archive/"]),
        ("/settings/users/", ["/settings/users/deactivate/", "/settings/users/reactivate/"]),
    ],
)
def test_lists_offer_what_is_done_to_selected_rows(campus: Campus, path: str, acts: list[str]) -> None:
    campus.enroll(campus.batch())
    page = Browser(campus).get(path).content.decode()
    assert re.findall(r'formaction="([^"]*)"', page) == acts


def test_of_those_who_are_refused_who_and_why_is_said(campus: Campus) -> None:
    batch = campus.batch()
    held, active = campus.enroll(batch), campus.enroll(batch)
    cancel_enrollment(by=campus.admin, enrollment=held)
    browser = Browser(campus)
    done = browser.post(f"/enrollments/hold/?{picks(held, active)}")
    said = words_of(browser.get(done["Location"]))
    words = ("1 student put on hold.", "1 not changed.", f"{held.student.full_name}:")
    assert [word in said for word in words] == [True] * 3
    assert states(batch.enrollments) == ["cancelled", "on_hold"]


def test_selected_students_are_enrolled_in_a_batch(campus: Campus) -> None:
    batch, people = campus.batch(capacity=2), [campus.student() for _number in range(3)]
    browser = Browser(campus)
    done = browser.post(f"/enrollments/new/?{picks(*people)}", {"batchId": batch.pk, "enrollment_type": "batch"})
    said = words_of(browser.get(done["Location"]))
    assert [word in said for word in ("2 students enrolled.", "1 not changed.", "is full")] == [True] * 3
    browser.get(done["Location"])
    other = campus.batch()
    done = browser.post(f"/enrollments/new/?{picks(*people)}", {"batchId": other.pk, "enrollment_type": "batch"})
    undo = offered(browser, done["Location"])
    assert undo is not None
    browser.post(*undo)
    assert other.enrollments.filter(status="active").count() == 0


def test_selected_batches_are_archived_and_come_back(campus: Campus) -> None:
    one, two = campus.batch(), campus.batch()
    browser = Browser(campus)
    done = browser.post(f"/batches/archive/?{picks(one, two)}")
    assert Batch.objects.filter(archived_at=None, institution=campus.institution).count() == 0
    undo = offered(browser, done["Location"])
    assert undo is not None
    browser.post(*undo)
    assert Batch.objects.filter(archived_at=None, institution=campus.institution).count() == 2


def test_selected_people_are_deactivated_and_come_back(campus: Campus) -> None:
    one, two = campus.student(), campus.student()
    here = Affiliation.objects.filter(institution=campus.institution, user__in=[one, two])
    browser = Browser(campus)
    done = browser.post(f"/settings/users/deactivate/?{picks(one, two)}")
    assert states(here, "is_active") == [False, False]
    undo = offered(browser, done["Location"])
    assert undo is not None
    browser.post(*undo)
    assert states(here, "is_active") == [True, True]


def test_a_selection_is_exported_alone(campus: Campus) -> None:
    one, two = campus.student("Ann One"), campus.student("Ben Two")
    sheet = b"".join(Browser(campus).get(f"/students/?export=csv&{picks(two)}").streaming_content).decode()
    assert (one.full_name in sheet, two.full_name in sheet) == (False, True)


@pytest.mark.parametrize("path", ["/enrollments/hold/", "/batches/archive/", "/settings/users/deactivate/"])
@pytest.mark.parametrize("sent", ["", "?pick=x", "?pick=%00", f"?pick={NOBODY}", "?" + "pick=x&" * 101])
def test_nothing_selected_is_refused(campus: Campus, path: str, sent: str) -> None:
    assert Browser(campus).get(f"{path}{sent}").status_code == 400


def test_rows_of_another_institution_or_part_are_not_reached(campus: Campus) -> None:
    there = Campus.found()
    theirs = there.enroll(there.batch())
    assert Browser(campus).post(f"/enrollments/cancel/?{picks(theirs)}").status_code == 400
    branch = campus.branch()
    elsewhere = campus.enroll(campus.batch(branch=campus.branch()))
    manager = Browser(campus, campus.person("branch-manager", branch=branch))
    assert manager.post(f"/enrollments/cancel/?{picks(elsewhere)}").status_code == 400
    assert states(Enrollment.objects.filter(pk__in=[theirs.pk, elsewhere.pk])) == ["active", "active"]


def test_who_teaches_writes_to_many_and_changes_nobody(campus: Campus) -> None:
    teacher = campus.instructor()
    batch = campus.batch(lead=teacher)
    campus.enroll(batch)
    page = Browser(campus, teacher).get(f"/batches/{batch.pk}/students/").content.decode()
    offered = [
        f"/{address}/" in page for address in ("messages/students/new", "enrollments/hold", "enrollments/cancel")
    ]
    assert offered == [True, False, False]
