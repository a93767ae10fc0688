"""The pages of marks: who sees what, and what is saved, published, reopened and taken back through them."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest

from muster.assessment.models import Assessment, AssessmentMark
from muster.assessment.rules import publish_marks, reopen_marks
from muster.assessment.tests.test_marks import D, Marked
from muster.batches.rules import assign_instructor
from muster.enrollments.models import Enrollment
from muster.enrollments.rules import cancel_enrollment
from muster.exchange.rules import import_file
from muster.progression.grading import State
from tests.client import Api
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


class MarksRoom(Marked):
    """A class with its marks in a browser."""

    @property
    def url(self) -> str:
        return f"/batches/{self.batch.pk}/marks/"

    def browser(self, user: Any = None) -> Browser:
        return Browser(self.campus, user)

    def send(self, browser: Browser, *cells: tuple[Any, Assessment, str]) -> Any:
        """The plain form, with these cells typed anew."""
        page = browser.get(f"{self.url}sheet/").content.decode()
        fields = dict(re.findall(r'name="(s\.[^"]+)" value="([^"]*)"', page))
        was = json.dumps(fields)
        fields |= {f"s.{enrollment.pk}.{one.pk}": text for enrollment, one, text in cells}
        return browser.post(f"{self.url}sheet/", {"was": was, **fields})

    def stands(self) -> dict[tuple[str, str], Any]:
        rows = AssessmentMark.objects.select_related("enrollment__student", "assessment")
        return {(one.enrollment.student.given_name, one.assessment.title): one.cell for one in rows}


@pytest.fixture
def room() -> MarksRoom:
    return MarksRoom()


def test_staff_see_how_far_each_assessment_is_marked(room: MarksRoom) -> None:
    room.mark(room.test, 15, 12)
    room.show(room.test)
    words = words_of(room.browser(room.teacher).get(room.url))
    for said in ("Assignments 40% · Tests 20% · Final exam 40%", "2 of 3 marked", "13.5", "Published"):
        assert said in words


def test_a_student_sees_their_own_marks_and_no_others(room: MarksRoom) -> None:
    room.mark(room.test, 15, D("12.75"), comment="Well argued")
    browser = room.browser(room.ann.student)
    assert "Not published yet" in words_of(browser.get(room.url))
    room.show(room.test)
    words = words_of(browser.get(room.url))
    assert ("75%" in words, "Well argued" in words, "12.75" in words) == (True, True, False)
    assert browser.get(f"{room.url}sheet/").status_code == 403
    assert browser.get(f"{room.url}{room.test.pk}/").status_code == 403


def test_the_plain_form_saves_what_was_typed_and_refuses_by_the_cell(room: MarksRoom) -> None:
    teaching = room.browser(room.teacher)
    room.send(teaching, (room.ann, room.test, "17,5"), (room.ben, room.test, "ab"), (room.ann, room.essay, "12"))
    assert room.stands() == {("Ann", "Test"): 17.5, ("Ben", "Test"): State.ABSENT, ("Ann", "Essay"): 12}
    refused = room.send(teaching, (room.cat, room.test, "21"), (room.ben, room.essay, "3"))
    assert refused.status_code == 400
    assert "Enter a score from 0 to 20." in words_of(refused)
    assert ("Ben", "Essay") not in room.stands()


def test_an_instructor_leaves_what_goes_to_the_results_of_others_alone(room: MarksRoom) -> None:
    room.map(room.test)
    other = room.campus.instructor("Otto Other")
    assign_instructor(by=room.admin, batch=room.batch, instructor=other, role="assistant")
    browser = room.browser(other)
    room.send(browser, (room.ann, room.test, "9"), (room.ann, room.essay, "8"))
    assert room.stands() == {("Ann", "Essay"): 8}
    assert browser.get(f"{room.url}{room.test.pk}/publish/").status_code == 403


def test_an_assessment_is_added_published_and_a_mark_corrected(room: MarksRoom) -> None:
    teaching = room.browser(room.teacher)
    fields = {"title": "Quiz", "category": "Tests", "due_on": "2030-02-01", "maximum": "10", "weight": "1"}
    teaching.post(f"{room.url}new/", {**fields, "writes_to": f"{room.mapping.pk} INT"})
    quiz = Assessment.objects.get(title="Quiz")
    assert (quiz.mapping_id, quiz.component) == (room.mapping.pk, "INT")
    room.mark(quiz, 7, State.WITHHELD)
    words = words_of(teaching.get(f"{room.url}{quiz.pk}/publish/"))
    for said in ("Publish 1 mark of Quiz?", "1 student has no mark yet", "1 is withheld", "the results of Subject S1"):
        assert said in words
    teaching.post(f"{room.url}{quiz.pk}/publish/")
    assert room.internal() == {"Ann": 28}
    teaching.post(f"{room.url}{quiz.pk}/reopen/", {"student": str(room.ann.pk), "reason": "Miscounted"})
    teaching.post(f"{room.url}{quiz.pk}/students/{room.ann.pk}/comment/", {"comment": "Recounted"})
    sheet = words_of(teaching.get(f"/batches/{room.batch.pk}/subjects/{room.mapping.pk}/results/"))
    assert "Int is written from the marks of Quiz" in sheet
    mark = AssessmentMark.objects.get(assessment=quiz, enrollment=room.ann)
    assert (mark.published_at, mark.comment) == (None, "Recounted")


def test_an_assessment_says_how_it_went_and_who_is_missing(room: MarksRoom) -> None:
    room.mark(room.essay, 12, 5)
    words = words_of(room.browser().get(f"{room.url}{room.essay.pk}/"))
    for said in ("Median 8.5", "over 10", "1 mark missing", "Cat Cole", "up to 2 more as extra credit"):
        assert said in words


def test_weights_that_do_not_add_up_are_said(room: MarksRoom) -> None:
    browser = room.browser()
    page = browser.get(f"{room.url}weights/")
    form = page.context["form"]
    fields = {name: str(form[name].initial) for name in form.fields}
    browser.post(f"{room.url}weights/", {**fields, "weight_0": "30"})
    assert "add up to 90%, not 100%" in words_of(browser.get(room.url))
    refused = browser.post(f"{room.url}weights/", {**fields, "name_1": "Assignments"})
    assert "Give each category a name of its own." in words_of(refused)


def test_the_export_holds_every_mark(room: MarksRoom) -> None:
    room.mark(room.test, 15, State.ABSENT)
    publish_marks(by=room.admin, assessment=room.test)
    sheet = b"".join(room.browser().get(f"{room.url}sheet/export/?format=csv").streaming_content).decode("utf-8-sig")
    assert sheet.splitlines()[1:] == ["Ann Abel,,,15,75", "Ben Bold,,,AB,0", "Cat Cole,,,,"]


def test_the_rows_of_the_export_come_back_by_the_import_as_they_were(room: MarksRoom) -> None:
    room.mark(room.test, 15, State.ABSENT, State.WITHHELD, comment='Well argued,\nsaid "so"')
    room.mark(room.essay, D("11.25"), State.EXEMPT)
    room.show(room.essay)
    response: Any = room.browser().get(f"{room.url}sheet/export/?format=csv&rows")
    content = b"".join(response.streaming_content)
    choices: dict[str, Any] = {"by": room.admin, "kind": "marks", "content": content, "dry_run": True}
    assert [row["outcome"] for row in import_file(**choices).rows] == ["same"] * 6
    before = room.stands()
    reopen_marks(by=room.admin, assessment=room.essay, reason="To import anew")
    AssessmentMark.objects.all().delete()
    import_file(**choices | {"dry_run": False})
    told = {one.comment for one in AssessmentMark.objects.all()}
    assert (room.stands(), told) == (before, {"", 'Well argued, said "so"'})


def test_what_is_published_of_those_who_left_is_counted_before(room: MarksRoom) -> None:
    room.mark(room.test, 15, 12)
    cancel_enrollment(by=room.admin, enrollment=room.ben)
    browser = room.browser()
    assert "Publish 2 marks" in words_of(browser.get(f"{room.url}{room.test.pk}/"))
    words = words_of(browser.get(f"{room.url}{room.test.pk}/publish/"))
    # Cat has none; nobody waits for a mark of Ben, who left.
    assert ("Publish 2 marks of Test?" in words, "1 student has no mark yet" in words) == (True, True)
    assert len(room.show(room.test)) == 2


def test_the_total_so_far_is_one_and_the_same_wherever_it_stands(room: MarksRoom) -> None:
    room.mark(room.test, 15)
    room.mark(room.essay, 11)
    student = room.ann.student
    own, staff = room.browser(student), room.browser(room.teacher)
    for page in (own.get("/"), own.get(f"/students/{student.pk}/"), staff.get(f"/students/{student.pk}/")):
        assert "Marks so far" not in words_of(page)
    room.show(room.test)
    room.show(room.essay)
    assert Api(room.campus.token(student)).get(f"/enrollments/{room.ann.pk}/marks").data["total"] == 98.33
    assert "98.33" in words_of(staff.get(f"{room.url}sheet/"))
    for page in (own.get("/"), own.get(f"/students/{student.pk}/"), own.get(room.url)):
        assert "98.33%" in words_of(page)
        assert f'href="{room.url}"' in page.content.decode()
    page = staff.get(f"/students/{student.pk}/")
    assert ("Marks so far: 98.33%" in words_of(page), f'href="{room.url}sheet/"' in page.content.decode()) == (
        True,
        True,
    )
    # Who no longer has access keeps the figure, without a way that leads nowhere.
    gone = {"enrollment_date": date(2025, 1, 1), "access_expiry_date": date(2025, 2, 1)}
    Enrollment.objects.filter(pk=room.ann.pk).update(**gone)
    for page in (own.get("/"), own.get(f"/students/{student.pk}/")):
        assert ("98.33%" in words_of(page), f'href="{room.url}"' in page.content.decode()) == (True, False)
