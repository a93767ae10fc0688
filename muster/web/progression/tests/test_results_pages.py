"""The pages of results: who sees a sheet, what it says, and what is saved, published and corrected through it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from muster.batches.models import Batch
from muster.batches.rules import archive_batch
from muster.core.errors import Invalid
from muster.institutions.models import Role
from muster.progression.grading import State
from muster.progression.grading.typed import cell_of_text
from muster.progression.models import ComponentScore, ElectiveChoice, ScoreModeration, SubjectMapping, SubjectResult
from muster.progression.rules import map_subject, moderate_scores
from muster.progression.tests.test_results import Class, D
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


class Room(Class):
    """A class with its sheet in a browser."""

    @property
    def url(self) -> str:
        return f"/batches/{self.batch.pk}/subjects/{self.mapping.pk}/results/"

    def browser(self, user: Any = None) -> Browser:
        return Browser(self.campus, user)

    def teaching(self) -> Browser:
        return self.browser(self.teacher)

    def send(self, browser: Browser, *cells: tuple[Any, str, str]) -> Any:
        """The plain form, with these cells typed anew."""
        page = browser.get(self.url).content.decode()
        fields = dict(re.findall(r'name="(s\.[^"]+)" value="([^"]*)"', page))
        was = json.dumps(fields)
        fields |= {f"s.{enrollment.pk}.{code}": text for enrollment, code, text in cells}
        return browser.post(self.url, {"was": was, **fields})

    def stands(self) -> dict[tuple[str, str], Any]:
        rows = ComponentScore.objects.select_related("enrollment__student")
        return {(one.enrollment.student.given_name, one.component): one.score or one.state for one in rows}


@pytest.fixture
def room() -> Room:
    return Room()


# --- the list --------------------------------------------------------------------------------------------------------
def test_an_instructor_finds_their_own_subjects_with_what_is_entered(room: Room) -> None:
    room.fill()
    words = words_of(room.teaching().get("/results/"))
    assert "1 subject " in words
    assert "Scores entered: 5 / 6" in words
    assert "Not published" in words
    other = room.campus.instructor("Otto Other")
    assert "No results to enter" in words_of(room.browser(other).get("/results/"))


def test_the_list_shows_the_current_semester_unless_all_are_asked_for(room: Room) -> None:
    here = {"course": room.batch.course, "department": room.department}
    year = room.campus.batch(kind=Batch.Kind.ACADEMIC, year=2030, current_semester=1, **here)
    for semester in (1, 2):
        subject = room.subject_of(f"Y{semester}", semester=semester)
        map_subject(by=room.admin, batch=year, subject=subject, semester=semester)
    browser = room.browser()
    now, every = words_of(browser.get("/results/")), words_of(browser.get("/results/?term=all"))
    assert "Subject Y1" in now
    assert "Subject Y2" not in now
    assert "Subject Y2" in every


@pytest.mark.parametrize(("progress", "seen"), [("missing", True), ("ready", True), ("published", False)])
def test_the_list_is_narrowed_by_what_is_left_to_do(room: Room, progress: str, seen: bool) -> None:
    room.fill()
    assert ("Subject S1" in words_of(room.browser().get(f"/results/?progress={progress}"))) is seen


def test_an_elective_is_entered_for_those_who_chose_it(room: Room) -> None:
    SubjectMapping.objects.filter(pk=room.mapping.pk).update(is_elective=True)
    here = {"institution": room.campus.institution, "enrollment": room.ann, "mapping": room.mapping}
    ElectiveChoice.objects.create(**here)
    room.save((room.ann, "INT", 30))
    assert "Scores entered: 1 / 2" in words_of(room.browser().get("/results/"))


def test_a_published_sheet_says_so_in_the_list(room: Room) -> None:
    room.fill()
    room.publish()
    assert "2 of 3 published" in words_of(room.browser().get("/results/"))
    room.save((room.cat, "END", 40))
    room.publish()
    assert "Subject S1" in words_of(room.browser().get("/results/?progress=published"))


# --- who sees a sheet ------------------------------------------------------------------------------------------------
def test_only_those_concerned_see_a_sheet(room: Room) -> None:
    assistant = room.campus.instructor("Otto Other")
    assert room.teaching().get(room.url).status_code == 200
    assert room.browser(assistant).get(room.url).status_code == 404
    assert room.browser(room.ann.student).get(room.url).status_code == 403
    branch = room.campus.branch()
    Batch.objects.filter(pk=room.batch.pk).update(branch=branch)
    manager = room.campus.person(Role.BRANCH_MANAGER, branch=branch)
    page = room.browser(manager).get(room.url)
    assert page.status_code == 200
    assert "Publish" not in words_of(page)
    assert page.content.decode().count("readonly") == 6
    assert room.browser(manager).post(room.url, {}).status_code == 403


def test_an_attempt_that_nobody_needs_is_not_found(room: Room) -> None:
    room.fill()
    assert room.browser().get(f"{room.url}2/").status_code == 404
    room.publish()
    words = words_of(room.browser().get(f"{room.url}2/"))
    assert "Ben Bold" in words
    assert "Ann Abel" not in words


# --- what it says ----------------------------------------------------------------------------------------------------
def test_a_sheet_says_what_the_server_works_out(room: Room) -> None:
    room.fill()
    words = words_of(room.teaching().get(room.url))
    assert "2 of 3 complete" in words
    assert "Ann Abel 70 B " in words
    assert "Ben Bold 35 F absent" not in words
    assert "Ben Bold 35 F below 50%" in words
    assert "Cat Cole – missing" in words
    assert "Publish 2 of 3" in words
    assert "Mean total 52.5 Median 52.5 Passed 1 of 2, 50%" in words


def test_a_figure_opens_exactly_its_rows(room: Room) -> None:
    room.fill()
    words = words_of(room.teaching().get(f"{room.url}?show=missing"))
    assert "1 of 3 shown" in words
    assert "Ann Abel" not in words
    assert "2 of 3 complete" in words


def test_the_figures_are_a_part_of_their_own(room: Room) -> None:
    room.fill()
    page = room.teaching().get(f"{room.url}?part=figures")
    assert "<html" not in page.content.decode()
    assert "2 of 3 have a result" in words_of(page)


# --- without scripts -------------------------------------------------------------------------------------------------
def test_the_plain_form_saves_what_was_changed_in_it(room: Room) -> None:
    room.fill()
    answer = room.send(room.teaching(), (room.ann, "INT", "31,5"), (room.cat, "END", "ab"), (room.ben, "END", ""))
    assert answer.status_code == 302
    assert room.stands() == {
        ("Ann", "INT"): D("31.5"),
        ("Ann", "END"): 40,
        ("Ben", "INT"): 10,
        ("Ben", "END"): State.BLANK,
        ("Cat", "INT"): 20,
        ("Cat", "END"): State.ABSENT,
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("41", "Enter a score from 0 to 40."),
        ("-1", "Enter a score from 0 to 40."),
        ("1.234", "Enter a score with up to two decimals."),
        ("seven", "Enter a number, or AB, EX or WH. “seven” is neither."),
        ("nan", "Enter a number, or AB, EX or WH. “nan” is neither."),
        ("1e99", "Enter a score from 0 to 40."),
    ],
)
def test_the_plain_form_keeps_what_it_refuses_and_says_why(room: Room, text: str, words: str) -> None:
    room.fill()
    before = room.stands()
    answer = room.send(room.teaching(), (room.ann, "INT", text), (room.cat, "END", "30"))
    assert answer.status_code == 400
    page = answer.content.decode()
    assert f'value="{text}"' in page
    assert words in page
    assert room.stands() == before


@pytest.mark.parametrize("was", ["[]", "{", '{"a":' * 3000])
def test_a_form_that_tells_nonsense_of_what_it_showed_is_read_anew(room: Room, was: str) -> None:
    assert room.teaching().post(room.url, {"was": was, f"s.{room.ann.pk}.INT": "7"}).status_code == 302
    assert room.stands()[("Ann", "INT")] == 7


def test_the_plain_form_takes_a_large_class(room: Room) -> None:
    fields = {f"s.{number}.INT": "" for number in range(3000)}
    answer = room.teaching().post(room.url, {"was": "{}", **fields, f"s.{room.ann.pk}.INT": "7"})
    assert answer.status_code == 302
    assert room.stands() == {("Ann", "INT"): 7}


def test_a_published_row_takes_nothing_from_the_plain_form(room: Room) -> None:
    room.fill()
    room.publish()
    page = room.teaching().get(room.url).content.decode()
    assert page.count("readonly") == 4
    assert room.send(room.teaching(), (room.ann, "INT", "1")).status_code == 302
    assert room.stands()["Ann", "INT"] == 30


# --- as a whole ------------------------------------------------------------------------------------------------------
def test_publishing_says_in_numbers_what_it_does(room: Room) -> None:
    room.fill()
    browser = room.teaching()
    words = words_of(browser.get(f"{room.url}1/publish/"))
    assert "Publish 2 results?" in words
    assert "1 student passed. 1 failed. 1 has a score missing and gets no result yet." in words
    assert browser.post(f"{room.url}1/publish/").status_code == 302
    assert "2 results are published and locked." in words_of(browser.get(room.url))
    assert SubjectResult.objects.count() == 2
    assert "Nothing to publish yet" in words_of(browser.post(f"{room.url}1/publish/"))


def test_a_correction_makes_a_version_with_its_reason(room: Room) -> None:
    room.fill()
    room.publish()
    browser = room.teaching()
    assert browser.post(f"{room.url}1/reopen/", {"student": str(room.ann.pk), "reason": ""}).status_code == 400
    sent = {"student": str(room.ann.pk), "reason": "A sum was wrong"}
    assert browser.post(f"{room.url}1/reopen/", sent).status_code == 302
    assert room.send(browser, (room.ann, "INT", "40")).status_code == 302
    browser.post(f"{room.url}1/publish/")
    words = words_of(browser.get(f"{room.url}1/versions/"))
    assert "3 versions" in words
    assert "Ann Abel 2 80 A" in words
    assert "A sum was wrong" in words


def test_moderation_shows_its_effect_before_it_is_done(room: Room) -> None:
    room.fill()
    browser, sent = room.teaching(), {"component": "END", "kind": "add", "amount": "15", "reason": "Question 4"}
    shown = browser.post(f"{room.url}1/moderate/", sent)
    assert ScoreModeration.objects.count() == 0
    assert "2 totals change. 2 grades change. 1 more passes." in words_of(shown)
    seen = re.search(r'name="seen" value="([^"]*)"', shown.content.decode())
    assert seen is not None
    # Another step than the one whose effect was shown is shown first, too.
    browser.post(f"{room.url}1/moderate/", {**sent, "amount": "5", "seen": seen[1]})
    assert ScoreModeration.objects.count() == 0
    assert browser.post(f"{room.url}1/moderate/", {**sent, "seen": seen[1]}).status_code == 302
    assert room.verdicts()["Ben"] == ("passed", 50, "C")
    assert "Question 4" in words_of(browser.get(f"{room.url}1/moderate/"))


def test_an_effect_is_what_the_step_then_does(room: Room) -> None:
    room.fill()
    step = {"component": "INT", "kind": "scale", "amount": D("1.333"), "reason": "Too hard"}
    shown = room.browser().post(f"{room.url}1/moderate/", {**step, "amount": "1.333"})
    moderate_scores(by=room.admin, mapping=room.mapping, **step)
    row = re.search(r"Mean total</th><td class=\"num\">[\d.]+</td><td class=\"num\">([\d.]+)", shown.content.decode())
    assert row is not None
    assert f"Mean total {row[1]}" in words_of(room.browser().get(room.url))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_sheet_is_taken_out_as_a_file(room: Room, kind: str) -> None:
    room.fill()
    response = room.teaching().get(f"{room.url}1/export/?format={kind}")
    content = b"".join(response)
    assert response.status_code == 200
    if kind == "csv":
        head, ann, _ben, cat = content.decode("utf-8-sig").splitlines()
        assert head == "Number,Student,Student number,Int (40),End (60),Total,Percent,Grade,Points,Remark,Version"
        assert ann.endswith(",30,40,70,70,B,8,,")
        assert cat.endswith(",20,,,,,,missing,")


def test_an_archived_batch_s_sheet_is_read_only(room: Room) -> None:
    room.fill()
    archive_batch(by=room.admin, batch=room.batch)
    page = room.browser().get(room.url)
    assert "This batch is archived, so its results can't be changed." in words_of(page)
    assert "Publish" not in words_of(page)
    assert page.content.decode().count("readonly") == 6
    assert room.send(room.browser(), (room.ann, "INT", "1")).status_code == 400


@pytest.mark.parametrize("typed", ["1_0", "NaN", "Infinity", "ten", "٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣"])
def test_what_is_no_number_is_no_score(typed: str) -> None:
    with pytest.raises(Invalid):
        cell_of_text(typed)
