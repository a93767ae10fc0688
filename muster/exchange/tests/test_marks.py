"""Lists of marks: what is tried, imported, kept as it is, and undone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from muster.assessment.models import AssessmentMark
from muster.assessment.rules import add_assessment, publish_marks
from muster.assessment.tests.test_marks import Marked
from muster.core.errors import Forbidden
from muster.exchange.lists import ImportChoices
from muster.exchange.permissions import importable_kinds
from muster.exchange.rules import import_and_keep, import_file, undo_import
from muster.institutions.models import Affiliation
from muster.progression.grading import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Marked:
    return Marked()


def lines(room: Marked, *rows: str) -> bytes:
    """A file of these rows: assessment, email of a seat, mark, comment."""
    return "\n".join(["Batch,Assessment,Email,Mark,Comment", *(f"{room.batch.code},{row}" for row in rows)]).encode()


def outcomes(report: Any) -> list[str]:
    return [row["outcome"] for row in report.rows]


def stands(room: Marked) -> dict[tuple[str, str], Any]:
    rows = AssessmentMark.objects.select_related("enrollment__student", "assessment")
    return {(one.enrollment.student.given_name, one.assessment.title): one.cell for one in rows}


def test_marks_are_tried_and_imported_with_extra_credit_and_comments(room: Marked) -> None:
    ann, ben, cat = (seat.student.email for seat in (room.ann, room.ben, room.cat))
    given = lines(
        room, f"test,{ann},17.5,Well argued", f"Essay,{ann},12,", f"Test,{ben},ab,", f"Test,{cat},21,", f"Quiz,{cat},1,"
    )
    choices: dict[str, Any] = {"by": room.admin, "kind": "marks", "content": given}
    report = import_file(**choices, dry_run=True)
    assert (outcomes(report), stands(room)) == (["new", "new", "new", "wrong", "wrong"], {})
    assert "Enter a score from 0 to 20." in report.rows[3]["problems"][0]["message"]
    run = import_and_keep(**choices, file_name="marks.csv")
    assert stands(room) == {("Ann", "Test"): Decimal("17.5"), ("Ann", "Essay"): 12, ("Ben", "Test"): State.ABSENT}
    assert set(outcomes(import_file(**choices, dry_run=True))) == {"same", "wrong"}
    assert undo_import(by=room.admin, run=run).undone["gone"] == {"marks": 3}
    assert stands(room) == {}


def test_what_was_typed_here_or_is_published_stays(room: Marked) -> None:
    room.mark(room.test, 15, 12)
    publish_marks(by=room.admin, assessment=room.test)
    room.mark(room.essay, 8)
    ann, ben = room.ann.student.email, room.ben.student.email
    choices: dict[str, Any] = {"by": room.admin, "kind": "marks"}
    given = lines(room, f"Test,{ann},16,", f"Essay,{ann},9,", f"Test,{ben},12,")
    assert outcomes(import_file(**choices, content=given)) == ["kept", "kept", "same"]
    taken = import_and_keep(**choices, content=given, file_name="m.csv", choices=ImportChoices(take_file=True))
    assert [row["outcome"] for row in taken.rows] == ["kept", "changed", "same"]
    assert stands(room)["Ann", "Essay"] == 9
    assert undo_import(by=room.admin, run=taken).undone["gone"] == {"changes": 1}
    assert stands(room)["Ann", "Essay"] == 8


def test_an_instructor_imports_the_marks_of_what_they_mark_and_nothing_else(room: Marked) -> None:
    teacher = room.campus.actor(room.teacher)
    given = lines(room, f"Test,{room.ann.student.email},17,", f"Essay,{room.ann.student.email},8,")
    assert importable_kinds(teacher) == ["marks"]
    report = import_file(by=teacher, kind="marks", content=given)
    assert (outcomes(report), stands(room)[("Ann", "Test")]) == (["new", "new"], 17)
    elsewhere = room.campus.batch(code="ELSE-1")
    add_assessment(
        by=room.admin,
        batch=elsewhere,
        category="Tests",
        fields={"title": "Test", "maximum": Decimal(20), "due_on": elsewhere.start_date},
    )
    foreign = f"Batch,Assessment,Email,Mark\nELSE-1,Test,{room.ann.student.email},12".encode()
    report = import_file(by=teacher, kind="marks", content=foreign, dry_run=True)
    assert report.rows[0]["problems"][0]["message"] == "The batch ELSE-1 doesn't exist."
    # What is written to somebody else's subject is marked by them.
    room.mapping.instructor = room.campus.instructor()
    room.mapping.save()
    room.map(room.essay)
    report = import_file(by=teacher, kind="marks", content=given, dry_run=True)
    assert outcomes(report) == ["same", "wrong"]
    with pytest.raises(Forbidden):
        import_file(by=teacher, kind="students", content=b"Name\nAda")


def test_students_are_found_by_their_number_in_whatever_case(room: Marked) -> None:
    for seat, number in ((room.ann, "ab1"), (room.ben, "AB1"), (room.cat, "Cd2")):
        Affiliation.objects.filter(user=seat.student).update(student_number=number)
    rows = [
        f"{room.batch.code.lower()},Test,{number},{mark}"
        for number, mark in (("ab1", 11), ("AB1", 12), ("CD\u200b2", 13))
    ]
    given = "\n".join(["Batch,Assessment,Number,Mark", *rows]).encode()
    import_and_keep(by=room.admin, kind="marks", content=given, file_name="marks.csv")
    assert stands(room) == {("Ann", "Test"): 11, ("Ben", "Test"): 12, ("Cat", "Test"): 13}
    assert set(outcomes(import_file(by=room.admin, kind="marks", content=given, dry_run=True))) == {"same"}
    report = import_file(by=room.admin, kind="marks", content=given.replace(b"AB1", b"aB1"), dry_run=True)
    assert (outcomes(report), len(report.rows[1]["problems"])) == (["same", "wrong", "same"], 1)
    assert "only in upper and lower case" in report.rows[1]["problems"][0]["message"]
