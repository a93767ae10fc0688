"""Scores, publishing and records: the rules, the database, and the API."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from muster.batches.errors import BatchArchived
from muster.batches.rules import archive_batch
from muster.core.database import violated_constraint
from muster.core.errors import Invalid
from muster.courses.models import Subject
from muster.courses.resources import BANDS, COMPONENTS, SCHEMES
from muster.institutions.models import Role
from muster.progression.errors import HasScores, NothingToPublish, NothingToReopen
from muster.progression.grading import Cell, State
from muster.progression.models import AcademicRecord, ComponentScore, SubjectMapping, SubjectResult
from muster.progression.queries import scheme_of, sheet_of
from muster.progression.rules import (
    ScoreInput,
    ScoreOutcome,
    map_subject,
    moderate_scores,
    publish_results,
    remap_subject,
    reopen_results,
    save_scores,
    unmap_subject,
)
from tests.client import Api
from tests.make import Campus

pytestmark = pytest.mark.django_db
D = Decimal


class Class:
    """A batch of three, taught a subject of two components by an instructor, and one that has only its maximum."""

    def __init__(self) -> None:
        self.campus = Campus.found()
        self.admin, self.department = self.campus.admin, self.campus.department()
        scheme = SCHEMES.add(by=self.admin, fields={"name": "Ten points"})
        for code, most, least in (("INT", 40, 0), ("END", 60, 20)):
            fields = {"code": code, "name": code.title(), "maximum": D(most), "minimum": D(least), "weight": D(most)}
            COMPONENTS.add(by=self.admin, within=scheme, fields={**fields, "place": 1 + (code == "END")})
        for grade, percent, points in (("A", 80, 10), ("B", 60, 8), ("C", 50, 6), ("F", 0, 0)):
            band = {"grade": grade, "from_percent": D(percent), "points": D(points)}
            BANDS.add(by=self.admin, within=scheme, fields=band)
        course = self.campus.course(department=self.department, semesters=2, grading_scheme=scheme)
        self.teacher = self.campus.instructor("Ada Ford")
        self.batch = self.campus.batch(course=course, department=self.department, lead=self.teacher)
        names = ("Ann Abel", "Ben Bold", "Cat Cole")
        self.ann, self.ben, self.cat = (self.campus.enroll(self.batch, self.campus.student(name)) for name in names)
        self.subject = self.subject_of("S1", credits=4)
        self.mapping = map_subject(by=self.admin, batch=self.batch, subject=self.subject, instructor=self.teacher)
        self.api = Api(self.campus.token())

    def subject_of(self, code: str, **fields: Any) -> Subject:
        here = {"institution": self.campus.institution, "course": self.batch.course}
        return Subject.objects.create(code=code, title=f"Subject {code}", **here, **fields)

    def save(self, *cells: tuple[Any, str, Cell | int | None], attempt: int = 1, **more: Any) -> list[ScoreOutcome]:
        rows = [
            ScoreInput(place, enrollment.pk, code, D(value) if isinstance(value, int) else value, **more)
            for place, (enrollment, code, value) in enumerate(cells)
        ]
        return save_scores(by=self.admin, mapping=self.mapping, cells=rows, attempt=attempt)[1]

    def fill(self) -> None:
        """Ann passes, Ben fails, of Cat a score is missing."""
        self.save((self.ann, "INT", 30), (self.ann, "END", 40), (self.ben, "INT", 10), (self.ben, "END", 25))
        self.save((self.cat, "INT", 20))

    def publish(self, attempt: int = 1) -> list[SubjectResult]:
        return publish_results(by=self.admin, mapping=self.mapping, attempt=attempt)

    def verdicts(self, attempt: int = 1) -> dict[str, tuple[str, Any, str]]:
        rows = sheet_of(self.mapping, attempt).rows
        return {
            row.enrollment.student.full_name.split()[0]: (row.outcome.verdict, row.outcome.total, row.outcome.grade)
            for row in rows
        }

    @property
    def path(self) -> str:
        return f"/batches/{self.batch.pk}/results"


@pytest.fixture
def room() -> Class:
    return Class()


# --- scores ----------------------------------------------------------------------------------------------------------
def test_a_sheet_works_out_what_is_in_it(room: Class) -> None:
    room.fill()
    assert room.verdicts() == {"Ann": ("passed", 70, "B"), "Ben": ("failed", 35, "F"), "Cat": ("missing", None, "")}


def test_the_newest_score_stands_and_a_repeat_changes_nothing(room: Class) -> None:
    now = timezone.now()
    assert room.save((room.ann, "INT", 30), said_at=now) == [ScoreOutcome.SAVED]
    assert room.save((room.ann, "INT", 30), said_at=now) == [ScoreOutcome.UNCHANGED]
    assert room.save((room.ann, "INT", 20), said_at=now - timedelta(minutes=1)) == [ScoreOutcome.OVERTAKEN]
    assert room.save((room.ann, "INT", State.ABSENT)) == [ScoreOutcome.SAVED]
    assert room.save((room.ben, "INT", 10), (room.ben, "INT", 12)) == [ScoreOutcome.OVERTAKEN, ScoreOutcome.SAVED]
    stands = ComponentScore.objects.order_by("pk").values_list("enrollment", "score", "state")
    assert list(stands) == [(room.ann.pk, None, "absent"), (room.ben.pk, 12, "")]


def test_a_cleared_cell_is_blank_and_not_zero(room: Class) -> None:
    room.fill()
    room.save((room.ann, "END", None))
    assert room.verdicts()["Ann"] == ("missing", None, "")


def test_scores_that_cannot_be_are_refused_each_at_its_cell(room: Class) -> None:
    cells = [
        ScoreInput(0, room.ann.pk, "INT", D("40.5")),
        ScoreInput(1, room.ann.pk, "END", D("10.125")),
        ScoreInput(2, room.ann.pk, "ORAL", D(5)),
        ScoreInput(3, room.campus.enroll(room.campus.batch()).pk, "INT", D(5)),
        ScoreInput(4, room.ben.pk, "INT", D(-1)),
        ScoreInput(5, room.ben.pk, "END", D(60)),
    ]
    with pytest.raises(Invalid) as refused:
        save_scores(by=room.admin, mapping=room.mapping, cells=cells)
    assert [one.field for one in refused.value.errors] == [
        "rows.0.components.INT",
        "rows.1.components.END",
        "rows.2.components.ORAL",
        "rows.3.enrollment_id",
        "rows.4.components.INT",
    ]
    assert refused.value.errors[0].message == "Enter a score from 0 to 40."
    assert not ComponentScore.objects.exists()


def test_saving_costs_the_same_for_one_cell_and_for_many(room: Class) -> None:
    def cost(*cells: Any) -> int:
        with CaptureQueriesContext(connection) as asked:
            room.save(*cells)
        return len(asked)

    room.save((room.cat, "INT", 3))
    assert cost((room.ann, "INT", 1)) == cost(
        (room.ann, "INT", 2), (room.ann, "END", 2), (room.ben, "INT", 2), (room.ben, "END", 2), (room.cat, "END", 2)
    )


def test_a_subject_without_a_scheme_has_its_maximum_and_its_pass_marks(room: Class) -> None:
    course = room.campus.course()
    subject = Subject.objects.create(
        institution=room.campus.institution, course=course, code="P", title="Plain", maximum_marks=30, pass_marks=20
    )
    scheme = scheme_of(subject)
    assert [(one.code, one.maximum, one.weight) for one in scheme.components] == [("MARK", D(30), D(30))]
    assert (scheme.pass_percent, scheme.bands) == (D("66.67"), ())


# --- publishing ------------------------------------------------------------------------------------------------------
def test_publishing_freezes_who_has_a_result_and_leaves_the_rest_open(room: Class) -> None:
    room.fill()
    made = room.publish()
    assert sorted((one.enrollment.student.full_name, one.grade, one.earned, one.version) for one in made) == [
        ("Ann Abel", "B", D(4), 1),
        ("Ben Bold", "F", D(0), 1),
    ]
    assert made[0].basis["scores"]["INT"] in ("30.00", "10.00")
    with pytest.raises(Invalid):
        room.save((room.ann, "INT", 31))
    assert room.save((room.cat, "END", 50)) == [ScoreOutcome.SAVED]
    assert [one.enrollment for one in room.publish()] == [room.cat]
    with pytest.raises(NothingToPublish):
        room.publish()


def test_the_database_refuses_to_change_a_published_score(room: Class) -> None:
    room.fill()
    room.publish()
    for statement in (
        "UPDATE progression_componentscore SET score = 1 WHERE enrollment_id = %s",
        "DELETE FROM progression_componentscore WHERE enrollment_id = %s",
    ):
        with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [room.ann.pk])
        assert violated_constraint(refused.value) == "published_score_is_frozen"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE progression_subjectresult SET grade = 'A'",
        "UPDATE progression_subjectresult SET total = 99",
        "DELETE FROM progression_subjectresult",
    ],
)
def test_the_database_refuses_to_change_what_was_published(room: Class, statement: str) -> None:
    room.fill()
    room.publish()
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert violated_constraint(refused.value) == "published_result_stays"


def test_a_correction_is_the_next_version_with_its_reason(room: Class) -> None:
    room.fill()
    room.publish()
    reopen_results(by=room.admin, mapping=room.mapping, reason="A sum was wrong", enrollment_ids=[room.ann.pk])
    assert SubjectResult.objects.get(enrollment=room.ann, is_current=True).grade == "B"
    room.save((room.ann, "END", 55))
    (made,) = room.publish()
    assert (made.version, made.grade, made.reason) == (2, "A", "A sum was wrong")
    versions = SubjectResult.objects.filter(enrollment=room.ann).order_by("version")
    assert list(versions.values_list("version", "grade", "is_current")) == [(1, "B", False), (2, "A", True)]
    with pytest.raises(NothingToReopen):
        reopen_results(by=room.admin, mapping=room.mapping, reason="Again", enrollment_ids=[room.cat.pk])
    with pytest.raises(Invalid):
        reopen_results(by=room.admin, mapping=room.mapping, reason=" \u200b")
    some = [room.ann.pk, room.cat.pk, None]
    with pytest.raises(Invalid) as refused:
        reopen_results(by=room.admin, mapping=room.mapping, reason="A sum was wrong", enrollment_ids=some)
    assert [one.field for one in refused.value.errors] == ["enrollment_ids.1", "enrollment_ids.2"]
    assert SubjectResult.objects.get(enrollment=room.ann, is_current=True).is_open is False


def test_what_was_published_does_not_follow_the_scheme(room: Class) -> None:
    room.fill()
    room.publish()
    band = room.batch.course.grading_scheme.bands.get(grade="B")
    BANDS.change(by=room.admin, row=band, changes={"points": D(9)})
    kept = SubjectResult.objects.get(enrollment=room.ann)
    assert (kept.points, [one["points"] for one in kept.basis["scheme"]["bands"]][1]) == (D(8), "8.00")


def test_moderation_is_a_step_of_its_own(room: Class) -> None:
    room.fill()
    step = {"by": room.admin, "mapping": room.mapping, "reason": "Too hard"}
    moderate_scores(component="END", kind="scale", amount=D("1.2"), **step)
    moderate_scores(component="END", kind="cap", amount=D(45), **step)
    moderate_scores(component="INT", kind="add", amount=D(15), **step)
    # 30 + 15 is more than 40; 40 * 1.2 is more than 45; 25 + 30.
    assert [room.verdicts()[name][1] for name in ("Ann", "Ben")] == [85, 55]
    assert ComponentScore.objects.get(enrollment=room.ann, component="END").score == 40
    with pytest.raises(Invalid) as refused:
        moderate_scores(component="ORAL", kind="bend", amount=D("NaN"), **{**step, "reason": ""})
    assert [one.field for one in refused.value.errors] == ["component", "kind", "amount", "reason"]


def test_a_sheet_without_students_is_not_moderated(room: Class) -> None:
    """Or the batch could move to another course, and leave steps of a subject that it has no more."""
    empty = room.campus.batch(course=room.batch.course)
    mapping = map_subject(by=room.admin, batch=empty, subject=room.subject)
    step = {"component": "END", "kind": "add", "amount": D(1), "reason": "Too hard"}
    with pytest.raises(Invalid) as refused:
        moderate_scores(by=room.admin, mapping=mapping, **step)
    assert [one.field for one in refused.value.errors] == ["component"]


def test_who_failed_has_a_further_attempt_and_nobody_else(room: Class) -> None:
    room.fill()
    room.publish()
    assert list(room.verdicts(attempt=2)) == ["Ben"]
    room.save((room.ben, "INT", 30), (room.ben, "END", 30), attempt=2)
    room.publish(attempt=2)
    record = AcademicRecord.objects.get(enrollment=room.ben)
    assert (record.status, record.sgpa, record.earned) == ("passed", D("8.00"), D(4))


def test_an_archived_batch_keeps_its_scores_and_results(room: Class) -> None:
    room.fill()
    archive_batch(by=room.admin, batch=room.batch)
    for call in (
        lambda: room.save((room.ann, "INT", 1)),
        room.publish,
        lambda: reopen_results(by=room.admin, mapping=room.mapping, reason="x"),
        lambda: moderate_scores(
            by=room.admin, mapping=room.mapping, component="INT", kind="add", amount=D(1), reason="x"
        ),
    ):
        with pytest.raises(BatchArchived):
            call()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        ComponentScore.objects.update(score=1, state="")
    assert violated_constraint(refused.value) == "archived_batch_does_not_change"


def test_a_score_is_of_a_student_of_the_batch(room: Class) -> None:
    other = room.campus.enroll(room.campus.batch())
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        ComponentScore.objects.create(
            institution=room.campus.institution, enrollment=other, mapping=room.mapping, component="INT", score=1,
            marked_at=timezone.now(),
        )  # fmt: skip
    assert violated_constraint(refused.value) == "score_is_of_the_batch"


def test_a_subject_with_scores_stays_in_its_semester(room: Class) -> None:
    room.fill()
    for call in (
        lambda: unmap_subject(by=room.admin, mapping=room.mapping),
        lambda: remap_subject(by=room.admin, mapping=room.mapping, changes={"semester": 2}),
    ):
        with pytest.raises(HasScores):
            call()
    remap_subject(by=room.admin, mapping=room.mapping, changes={"instructor": None, "semester": 1})


# --- records ---------------------------------------------------------------------------------------------------------
def test_a_semester_is_in_progress_until_every_core_subject_has_a_result(room: Class) -> None:
    room.fill()
    second: SubjectMapping = map_subject(by=room.admin, batch=room.batch, subject=room.subject_of("S2", credits=2))
    map_subject(by=room.admin, batch=room.batch, subject=room.subject_of("S3", credits=2), is_elective=True)
    room.publish()
    record = AcademicRecord.objects.get(enrollment=room.ann)
    assert (record.status, record.sgpa, record.worth, record.earned) == ("in_progress", D("8.00"), D(4), D(4))
    room.mapping = second
    room.save((room.ann, "INT", 40), (room.ann, "END", 60))
    room.publish()
    record.refresh_from_db()
    # (4 * 8 + 2 * 10) / 6
    assert (record.status, record.sgpa, record.worth, record.earned) == ("passed", D("8.67"), D(6), D(6))


def test_the_record_tells_semesters_averages_and_backlog(room: Class) -> None:
    room.fill()
    room.publish()
    seen = Api(room.campus.token(room.ben.student)).get(f"/students/{room.ben.student_id}/record").data
    assert (seen["cgpa"], seen["credits"], seen["earned"]) == (0, 4, 0)
    assert [(one["semester"], one["status"], len(one["results"])) for one in seen["semesters"]] == [(1, "failed", 1)]
    assert [one["subject_code"] for one in seen["backlog"]] == ["S1"]
    assert Api(room.campus.token(room.ben.student)).get(f"/students/{room.ann.student_id}/record").status == 404


# --- the API ---------------------------------------------------------------------------------------------------------
def test_the_api_saves_publishes_and_reopens(room: Class) -> None:
    asked = f"{room.path}?subject=s1&semester=1"
    body = {
        "rows": [
            {"enrollment_id": str(room.ann.pk), "components": {"INT": 30, "END": 40.5}},
            {"enrollment_id": str(room.ben.pk), "components": {"INT": "absent", "END": "exempt"}},
        ]
    }
    saved = room.api.put(asked, body)
    assert (saved.status, saved.data["saved"], saved.data["statistics"]["failed"]) == (200, 4, 1)
    assert room.api.put(asked, body).data["unchanged"] == 4
    assert [row["components"] for row in room.api.get(asked).data["rows"]] == [
        {"INT": 30, "END": 40.5},
        {"INT": "absent", "END": "exempt"},
        {"INT": None, "END": None},
    ]
    published = room.api.post(f"{room.path}/publish", {"subject_id": str(room.subject.pk)})
    assert (published.message, published.data["statistics"]["published"]) == ("2 results published", 2)
    refused = room.api.put(asked, body | {"rows": [{"enrollment_id": str(room.ann.pk), "components": {"INT": 1}}]})
    assert (refused.status, refused.fields) == (400, ["rows.0.components.INT"])
    reopened = room.api.post(f"{room.path}/reopen", {"subject_id": "S1", "reason": "A sum was wrong"})
    assert reopened.data["statistics"]["published"] == 0
    assert room.api.get(f"{room.path}?subject=S1&semester=2").fields == ["semester"]
    for wrong in ("later", True, [1], 1e9):
        reply = room.api.put(asked, {"rows": [{"enrollment_id": str(room.ann.pk), "components": {"INT": wrong}}]})
        assert (reply.status, reply.fields) == (400, ["rows.0.components.INT"])


def test_instructors_enter_the_results_of_their_own_subjects_alone(room: Class) -> None:
    map_subject(by=room.admin, batch=room.batch, subject=room.subject_of("S2"))
    api = Api(room.campus.token(room.teacher))
    assert api.get(f"{room.path}?subject=S1").status == 200
    assert [
        api.get(f"{room.path}?subject=S2").fields,
        api.post(f"{room.path}/publish", {"subject_id": "S2"}).fields,
    ] == [
        ["subject"],
        ["subject_id"],
    ]


def test_branch_managers_read_results_and_students_do_not_see_the_sheet(room: Class) -> None:
    branch = room.campus.branch()
    room.batch.branch = branch
    room.batch.save(update_fields=["branch"])
    manager = Api(room.campus.token(room.campus.person(Role.BRANCH_MANAGER, branch=branch)))
    learner = Api(room.campus.token(room.ann.student))
    assert [api.get(f"{room.path}?subject=S1").status for api in (manager, learner)] == [200, 403]
    assert manager.post(f"{room.path}/publish", {"subject_id": "S1"}).status == 403
