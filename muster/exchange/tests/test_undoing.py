"""A whole import is undone: what it made goes, what has been used since stays and says why."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from muster.accounts.models import User
from muster.attendance.models import AttendanceRecord
from muster.attendance.rules.daily import mark_day
from muster.attendance.rules.marking import MarkInput
from muster.batches.models import Batch
from muster.batches.rules import change_batch
from muster.core.errors import Conflict
from muster.courses.models import Course
from muster.courses.resources import SUBJECTS
from muster.enrollments.rules import enroll_student
from muster.exchange import rules
from muster.exchange.models import ImportRun
from muster.exchange.rules.progress import no_progress
from muster.exchange.tests.sample_files import as_csv, row
from muster.institutions.models import Branch, Department, Room
from tests.client import Api
from tests.make import Campus

pytestmark = pytest.mark.django_db
FILE = as_csv(row("1", building="Hall", room="1", instructors="I1"), row("2", section="B", days="F", instructors="I2"))


def imported(campus: Campus, content: bytes = FILE, kind: str = "sections") -> ImportRun:
    return rules.import_and_keep(
        by=campus.admin, kind=kind, content=content, file_name="file.csv", progress=no_progress
    )


def stored(campus: Campus) -> dict[str, int]:
    """How much there is of all that a timetable makes."""
    here: Any = {"institution": campus.institution}
    return {
        **{model.__name__: model.objects.filter(**here).count() for model in (Batch, Course, Department, Branch, Room)},
        "people": User.objects.filter(home=campus.institution.pk).count(),
    }


def test_unused_timetable_goes_as_a_whole_and_can_be_imported_again(campus: Campus) -> None:
    before = stored(campus)
    run = imported(campus)
    after = stored(campus)
    assert after["Batch"] == 2
    undone = rules.undo_import(by=campus.admin, run=run)
    assert undone.undone["stays"] == []
    assert (undone.undone["gone"]["batches"], undone.undone["gone"]["instructors"]) == (2, 2)
    assert stored(campus) == before
    assert rules.undo_import(by=campus.admin, run=run).undone_at == undone.undone_at
    imported(campus)
    assert stored(campus) == after


def test_what_is_used_since_stays_with_what_it_stands_on(campus: Campus) -> None:
    run = imported(campus)
    first, _second = Batch.objects.order_by("code")
    enroll_student(by=campus.admin, student=campus.student(), batch=first)
    undone = rules.undo_import(by=campus.admin, run=run).undone
    assert [batch.pk for batch in Batch.objects.all()] == [first.pk]
    stays = {one["kind"]: one["reason"] for one in undone["stays"]}
    assert stays["batches"] == "It has 1 enrollment."
    assert set(stays) >= {"batches", "courses", "branches", "instructors"}
    assert undone["gone"]["batches"] == 1
    lead = first.instructor_assignments.get().instructor
    assert User.objects.filter(pk=lead.pk).exists()


def test_batch_that_was_changed_since_stays(campus: Campus) -> None:
    run = imported(campus)
    first, _second = Batch.objects.order_by("code")
    change_batch(by=campus.admin, batch=first, changes={"notes": "Bring a laptop."})
    undone = rules.undo_import(by=campus.admin, run=run).undone
    first_to_stay = undone["stays"][0]
    assert (first_to_stay["kind"], first_to_stay["reason"]) == ("batches", "It was changed since.")


def test_batch_that_has_met_since_stays(campus: Campus) -> None:
    run = imported(campus)
    first, _second = Batch.objects.order_by("code")
    first.sessions.filter(pk__in=first.sessions.values("pk")[:1]).update(status="held")
    undone = rules.undo_import(by=campus.admin, run=run).undone
    assert {one["kind"]: one["reason"] for one in undone["stays"]}["batches"] == "Some of its sessions were held."
    assert list(Batch.objects.all()) == [first]


def test_marks_of_an_old_register_are_taken_back_but_for_those_changed_since(campus: Campus) -> None:
    today = campus.admin.today()
    batch = campus.batch(start_date=today.replace(year=today.year - 1), end_date=today)
    seats = [
        enroll_student(
            by=campus.admin,
            student=campus.person("student", f"Learner {n}"),
            batch=batch,
            enrollment_date=batch.start_date,
        )
        for n in (1, 2)
    ]
    lines = [f"{batch.code},{seat.student.email},P" for seat in seats]
    content = "\n".join([f"batch,email,{today.isoformat()}", *lines]).encode()
    run = imported(campus, content, "register")
    assert AttendanceRecord.objects.filter(status="PRESENT").count() == 2
    mark_day(by=campus.admin, batch=batch, day=today, marks=[MarkInput(seats[0].pk, "ABSENT")])
    undone = rules.undo_import(by=campus.admin, run=run).undone
    assert undone["gone"] == {"daily_records": 1}
    assert [one["reason"] for one in undone["stays"]] == ["The mark was changed since."]
    assert list(AttendanceRecord.objects.exclude(status=None).values_list("status", flat=True)) == ["ABSENT"]


def test_undoing_over_the_api_and_on_the_page(campus: Campus) -> None:
    api = Api(campus.token())
    trial = ImportRun.objects.create(institution=campus.institution, file_digest="0" * 64, dry_run=True, status="done")
    assert api.post(f"/imports/{trial.pk}/undo").status == 400
    with pytest.raises(Conflict):
        rules.undo_import(by=campus.admin, run=trial)
    run = imported(campus)
    answer = api.post(f"/imports/{run.pk}/undo")
    assert (answer.status, answer.data["undone"]["stays"]) == (200, [])
    again = imported(campus)
    browser = Client()
    browser.force_login(campus.admin.user)
    page, undo = (reverse(name, args=(again.pk,)) for name in ("import", "import-undo"))
    assert undo in browser.get(page).content.decode()
    assert "Batches: 2" in browser.get(undo).content.decode()
    assert browser.post(undo).status_code == 302
    shown = browser.get(page).content.decode()
    assert undo not in shown
    assert "2 removed" in shown
    assert not Batch.objects.exists()


def test_what_was_added_to_a_course_or_branch_since_is_not_taken_along(campus: Campus) -> None:
    run = imported(campus)
    course = Course.objects.get(institution=campus.institution)
    branch = Branch.objects.get(institution=campus.institution, pk__in=run.made["branches"])
    subject = SUBJECTS.add(by=campus.admin, fields={"code": "S1", "title": "Subject", "semester": 1}, within=course)
    manager = campus.person("branch-manager", branch=branch)
    undone = rules.undo_import(by=campus.admin, run=run).undone
    assert {one["kind"] for one in undone["stays"]} >= {"courses", "branches"}
    assert subject in course.subjects.all()
    assert manager.memberships.filter(branch=branch).count() == 1
