"""The pages of rollover: the preview, the question, the decision, the inbox, the way back, and many at once."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from muster.batches.rules import archive_batch
from muster.institutions.models import Role
from muster.progression.models import HeldBack, RolloverRequest, RolloverRun
from muster.progression.rules import carry_out_rollovers, request_rollover, roll_over
from muster.progression.tests.test_rollover import College
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
QUESTION = "Are you sure you want to promote this batch to the next semester?"


@pytest.fixture
def college() -> College:
    return College()


def at(college: College, name: str = "rollover") -> str:
    return reverse(f"progression:{name}", args=[college.batch.pk])


def undo_in(answer: Any) -> tuple[str, dict[str, str]]:
    """Where the Undo of a toast posts, and what."""
    form = re.search(r'<div class="toast-m".*?<form method="post" action="([^"]*)">(.*?)</form>', answer, re.DOTALL)
    assert form is not None
    sent = re.findall(r'name="([\w-]+)" value="([^"]*)"', form[2])
    return html.unescape(form[1]), {name: html.unescape(value) for name, value in sent}


def test_the_preview_names_everyone_and_every_subject(college: College) -> None:
    college.grade(college.m1, ann=80, ben=30)
    college.campus.let(most_open_credits=5)
    shown = words_of(Browser(college.campus).get(at(college)))
    assert "Semester 2" in shown
    for name in ("Ann Abel", "Ben Bold", "Cat Cole", "Subject T1", "Subject T2"):
        assert name in shown
    # Ben failed six credits, more than the five with which one may move up.
    assert "Held back in semester 1 1 student Ben Bold" in shown
    assert "Failed Subject S1: 6 open credits, up to 5 can move up." in shown
    assert "1 student has no result in Subject S1." in shown
    assert "Subject T1 has no instructor in semester 2." in shown
    assert "3 records of semester 1 close" in shown
    assert "2 records of semester 2 open" in shown


def test_somebody_is_held_back_and_moved_anyway_before_anything_is_stored(college: College) -> None:
    browser, ann = Browser(college.campus), str(college.ann.pk)
    held = {"chosen": "1", "hold": ann, "hold_reason": "Medical leave", "hold_now": "1"}
    shown = browser.post(at(college), held)
    assert "Ann Abel Medical leave" in words_of(shown)
    carried = {"chosen": "1", "held": ann, f"reason-{ann}": "Medical leave"}
    assert f'name="held" value="{ann}"' in shown.content.decode()
    assert "No one is held back." in words_of(browser.post(at(college), {**carried, "move": ann}))
    unsaid = browser.post(at(college), {**held, "hold_reason": ""})
    assert unsaid.status_code == 400
    assert not RolloverRequest.objects.exists()
    # The question says it in numbers, and the answer keeps it.
    asked = browser.post(at(college, "roll-over"), {**carried, "look": "1"})
    assert QUESTION in words_of(asked)
    assert "2 students move" in words_of(asked)
    assert "1 is held back in semester 1" in words_of(asked)
    assert "Promote 2 students" in words_of(asked)
    done = browser.post(at(college, "roll-over"), {**carried, "from_semester": "1"})
    assert done.status_code == 302
    assert college.semester() == 2
    assert HeldBack.objects.get().reason == "Medical leave"


def test_a_promotion_is_done_once_and_undone(college: College) -> None:
    browser = Browser(college.campus)
    go = at(college, "roll-over")
    done = browser.post(go, {"from_semester": "1", "note": "As agreed"})
    page = browser.get(done["Location"])
    assert "is in semester 2 now. 3 students moved." in words_of(page)
    again = browser.post(go, {"from_semester": "1"})
    assert again.status_code == 400
    assert "is in semester 2, not 1" in words_of(again)
    assert college.semester() == 2
    back = browser.post(*undo_in(page.content.decode()))
    assert back.status_code == 302
    assert college.semester() == 1
    assert "Undone" in words_of(browser.get(at(college)))


def test_under_four_eyes_another_person_decides_in_requests(college: College) -> None:
    college.campus.let(rollover_approval="four-eyes")
    asker = Browser(college.campus, college.head.user)
    question = asker.get(at(college, "roll-over"))
    assert "Nothing moves until it's approved." in words_of(question)
    assert "Ask to promote 3 students" in words_of(question)
    asker.post(at(college, "roll-over"), {"from_semester": "1", "note": "All marks are in"})
    assert college.semester() == 1
    # Who asked sees it among their own, and can't decide it.
    own = words_of(asker.get(reverse("requests")))
    assert "No requests to decide" in own
    assert "from semester 1 to 2" in own
    waiting = asker.get(at(college))
    assert "Needs an approver other than the person who requested it." in words_of(waiting)
    assert "Approve and promote" not in words_of(waiting)
    # The other one decides it in place.
    admin = Browser(college.campus)
    inbox = admin.get(reverse("requests"))
    assert "1 request needs your decision" in words_of(inbox)
    assert "All marks are in" in words_of(inbox)
    approve = re.search(r'href="([^"]*roll-over/\?next=[^"]*)"', inbox.content.decode())
    assert approve is not None
    assert QUESTION in words_of(admin.get(html.unescape(approve[1])))
    decided = admin.post(html.unescape(approve[1]), {"from_semester": "1"})
    assert decided["Location"] == reverse("requests")
    assert college.semester() == 2
    assert "No requests to decide" in words_of(admin.get(reverse("requests")))


def test_a_request_is_rejected_with_a_note(college: College) -> None:
    asked = request_rollover(by=college.head, batch=college.batch)
    admin = Browser(college.campus)
    answer = admin.post(reverse("progression:reject-rollover", args=[asked.pk]), {"note": "Marks are missing"})
    assert answer.status_code == 302
    asked.refresh_from_db()
    assert (asked.status, asked.decision_note) == ("rejected", "Marks are missing")
    assert college.semester() == 1
    own = words_of(Browser(college.campus, college.head.user).get(reverse("requests")))
    assert "Marks are missing" in own
    assert "Rejected" in own


def test_after_the_last_semester_the_batch_is_completed(college: College) -> None:
    roll_over(by=college.admin, batch=college.batch, from_semester=1)
    browser = Browser(college.campus)
    assert f"Complete {college.batch.name}" in words_of(browser.get(at(college)))
    question = words_of(browser.get(at(college, "roll-over")))
    assert QUESTION not in question
    assert "Complete batch" in question
    browser.post(at(college, "roll-over"), {"from_semester": "2"})
    college.batch.refresh_from_db()
    assert college.batch.status == "Completed"
    assert "Completed after semester 2" in words_of(browser.get(at(college)))


def test_the_export_holds_everyone(college: College) -> None:
    answer = Browser(college.campus).get(f"{at(college)}?export=csv")
    lines = b"".join(answer).decode().splitlines()
    assert len(lines) == 4
    assert [line.split(",")[0] for line in lines[1:]] == ["Ann Abel", "Ben Bold", "Cat Cole"]


def test_an_archived_batch_shows_its_rollovers_and_takes_none(college: College) -> None:
    roll_over(by=college.admin, batch=college.batch, from_semester=1)
    archive_batch(by=college.admin, batch=college.batch)
    browser = Browser(college.campus)
    shown = words_of(browser.get(at(college)))
    assert "Semester 1 to 2" in shown
    assert "Promote" not in shown
    refused = browser.post(at(college, "roll-over"), {"from_semester": "2"})
    assert refused.status_code == 400
    assert "archived" in words_of(refused)


def test_each_role_may_what_it_may(college: College) -> None:
    campus = college.campus
    learner = college.ann.student
    people = {
        "admin": campus.admin.user,
        "dept-admin": college.head.user,
        "dept-admin elsewhere": campus.person(Role.DEPT_ADMIN, department=campus.department()),
        "branch-manager": campus.person(Role.BRANCH_MANAGER, branch=campus.branch()),
        "instructor": college.teacher,
        "student": learner,
    }
    answers = {}
    for role, person in people.items():
        browser = Browser(campus, person)
        answers[role] = tuple(browser.get(at(college, name)).status_code for name in ("rollover", "roll-over"))
    assert answers == {
        "admin": (200, 200),
        "dept-admin": (200, 200),
        "dept-admin elsewhere": (404, 404),
        "branch-manager": (404, 403),
        "instructor": (403, 403),
        "student": (403, 403),
    }


@pytest.mark.parametrize("more", [0, 5])
def test_the_preview_costs_the_same_however_many_there_are(college: College, more: int) -> None:
    for _each in range(more):
        college.campus.enroll(college.batch)
    browser = Browser(college.campus)
    browser.get(at(college))
    with CaptureQueriesContext(connection) as statements:
        browser.get(at(college))
    assert len(statements) == PREVIEW_COSTS


PREVIEW_COSTS = 15


# --- in lists -------------------------------------------------------------------------------------------------------
def test_the_list_offers_what_comes_next(college: College) -> None:
    browser, years = Browser(college.campus), "/batches/?kind=academic"
    assert "Roll over to 2" in words_of(browser.get(years))
    asked = request_rollover(by=college.head, batch=college.batch)
    waiting = words_of(browser.get(years))
    assert "See request" in waiting
    assert f"requested by {college.head.user.full_name}" in waiting
    asked.refresh_from_db()
    roll_over(by=college.admin, batch=college.batch)
    assert "Complete" in words_of(browser.get(years))
    department = reverse("departments:department", args=[college.department.pk])
    shown = browser.get(department).content.decode()
    # The question opens over the department, and leads back to it.
    assert f"{at(college, 'roll-over')}?next={department}" in html.unescape(shown).replace("%2F", "/")


def test_many_are_promoted_in_one_go(college: College) -> None:
    other = college.year(2031)
    third = college.year(2029, current_semester=2)
    browser = Browser(college.campus)
    picks = f"?pick={college.batch.pk}&pick={other.pk}&pick={third.pk}&pick={college.campus.batch().pk}"
    url = reverse("progression:roll-over-many") + picks
    asked = words_of(browser.get(url))
    assert "Promote 3 batch years?" in asked
    assert "2 go from semester 1 to 2." in asked
    assert "1 has finished its last semester, 2, and is completed." in asked
    assert "1 other is skipped." in asked
    done = browser.post(url)
    assert done["Location"] == reverse("progression:rollover-runs")
    waiting = words_of(browser.get(done["Location"]))
    assert "0 percent" in waiting
    for run in RolloverRun.objects.all():
        carry_out_rollovers(run_id=run.pk)
    finished = browser.get(done["Location"])
    assert words_of(finished).count("Rolled over") >= 3
    assert "hx-trigger" not in finished.content.decode().split('id="runs"')[1].split(">")[0]
    assert college.semester() == 2
