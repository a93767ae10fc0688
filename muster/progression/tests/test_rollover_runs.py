"""Rollovers of many batches at once, those that Muster asks for, and the API of both."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from muster.batches.models import Batch
from muster.batches.rules import archive_batch
from muster.institutions.models import Term
from muster.institutions.resources import TERMS
from muster.progression.models import RolloverRequest
from muster.progression.rules import (
    carry_out_rollovers,
    decide_rollover,
    request_due_rollovers,
    request_rollover,
    roll_over,
    start_rollovers,
)
from muster.progression.tests.test_rollover import College
from tests.client import Api
from tests.make import Campus

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def college() -> College:
    return College()


def run_all(college: College, *batches: Batch, by: Any = None) -> dict[str, tuple[str, str]]:
    """What came of each batch, by its code."""
    run = start_rollovers(by=by or college.admin, batch_ids=[one.pk for one in batches], from_semester=1)
    carry_out_rollovers(run_id=run.pk)
    run.refresh_from_db()
    assert (run.status, run.progress) == ("done", 100)
    codes = {str(one.pk): one.code for one in batches}
    return {codes[pk]: (one["outcome"], one["message"]) for pk, one in run.outcomes.items()}


# --- many at once -----------------------------------------------------------------------------------------------------
def test_of_many_each_comes_to_what_it_can(college: College) -> None:
    second, gone = college.year(2031, current_semester=2), college.year(2032)
    archive_batch(by=college.admin, batch=gone)
    found = run_all(college, college.batch, second, gone)
    assert (found[college.batch.code], found[second.code][0], found[gone.code][0]) == (
        ("executed", ""),
        "refused",
        "refused",
    )
    assert found[second.code][1].startswith(f"{second.code} is in semester 2, not 1.")
    assert college.semester() == 2


def test_a_run_that_is_carried_out_again_moves_nothing_twice(college: College) -> None:
    run = start_rollovers(by=college.admin, batch_ids=[college.batch.pk], from_semester=1)
    carry_out_rollovers(run_id=run.pk)
    # As if the worker had died after the batch moved, and before it could say so.
    type(run).objects.filter(pk=run.pk).update(status="running", outcomes={})
    carry_out_rollovers(run_id=run.pk)
    run.refresh_from_db()
    assert (run.outcomes[str(college.batch.pk)]["outcome"], college.semester()) == ("executed", 2)
    assert RolloverRequest.objects.count() == 1


def test_under_four_eyes_many_are_requested_and_another_approves_them(college: College) -> None:
    college.campus.let(rollover_approval="four-eyes")
    assert run_all(college, college.batch, by=college.campus.admin)[college.batch.code] == ("requested", "")
    assert college.semester() == 1
    head = college.campus.actor(college.head.user)
    assert run_all(college, college.batch, by=head)[college.batch.code] == ("executed", "")
    assert college.semester() == 2


def test_a_run_reaches_no_batch_of_another_department(college: College) -> None:
    other = college.campus.batch(
        kind="academic", year=2031, department=college.campus.department(), start_date=None, end_date=None
    )
    assert run_all(college, other, by=college.head)[other.code][0] == "refused"
    other.refresh_from_db()
    assert other.current_semester == 1


# --- at the end of a semester -----------------------------------------------------------------------------------------
def term(college: College, first: date, last: date) -> Term:
    fields = {"name": f"Term from {first} to {last}", "start_date": first, "end_date": last, "school_year": 2030}
    return TERMS.add(by=college.admin, fields=fields)


def asked(college: College) -> list[str]:
    """The notes of what is asked for when the job runs."""
    before = set(RolloverRequest.objects.values_list("pk", flat=True))
    request_due_rollovers(institution=college.campus.institution)
    return list(RolloverRequest.objects.exclude(pk__in=before).values_list("note", flat=True))


def automatic(college: College, **fields: Any) -> Batch:
    Batch.objects.filter(pk=college.batch.pk).update(auto_rollover=True, **fields)
    return Batch.objects.get(pk=college.batch.pk)


def test_the_end_of_a_term_asks_for_a_rollover_once(college: College) -> None:
    today = college.batch.today()
    automatic(college, start_date=today - 100 * DAY)
    last = today - DAY
    term(college, today - 120 * DAY, last)
    assert asked(college) == [f"Semester 1 ended on {last.day} {last:%B %Y}."]
    assert (asked(college), college.semester()) == ([], 1)
    request = RolloverRequest.objects.get()
    assert request.requested_by is None
    decide_rollover(by=college.admin, request=request, approve=False, note="Not yet")
    assert asked(college) == []


def test_a_term_that_the_semester_had_little_of_asks_for_nothing(college: College) -> None:
    today = college.batch.today()
    automatic(college, start_date=today - 20 * DAY)
    term(college, today - 120 * DAY, today - DAY)
    assert asked(college) == []
    # One that is not over yet does not either, nor one of a batch that was rolled over since.
    term(college, today - 30 * DAY, today)
    assert asked(college) == []
    term(college, today - 29 * DAY, today - DAY)
    college.course.semesters = 4
    college.course.save()
    roll_over(by=college.admin, batch=college.batch)
    assert asked(college) == []


def test_without_a_term_the_last_day_of_the_batch_asks(college: College) -> None:
    today = college.batch.today()
    automatic(college, start_date=today - 200 * DAY, end_date=today)
    assert asked(college) == [f"Semester 1 ended on {today.day} {today:%B %Y}."]


def test_grading_periods_end_no_semester(college: College) -> None:
    today = college.batch.today()
    automatic(college, start_date=today - 100 * DAY)
    year = term(college, today - 300 * DAY, today + 60 * DAY)
    half = term(college, today - 120 * DAY, today + 30 * DAY)
    period = term(college, today - 120 * DAY, today - DAY)
    Term.objects.filter(pk=half.pk).update(parent=year)
    Term.objects.filter(pk=period.pk).update(parent=half)
    assert asked(college) == []
    Term.objects.filter(pk=half.pk).update(end_date=today - DAY)
    assert len(asked(college)) == 1


def test_only_a_batch_that_wants_it_is_asked_for(college: College) -> None:
    today = college.batch.today()
    Batch.objects.filter(pk=college.batch.pk).update(start_date=today - 200 * DAY, end_date=today)
    assert asked(college) == []


# --- the API ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def api(college: College) -> Api:
    return Api(college.campus.token())


def path(college: College) -> str:
    return f"/batches/{college.batch.pk}/rollover"


def test_put_without_a_body_rolls_over_once(college: College, api: Api) -> None:
    done = api.put(path(college), {})
    assert (done.status, done.data["current_semester"], done.data["_id"]) == (200, 2, str(college.batch.pk))
    again = api.put(path(college), {})
    assert (again.status, college.semester()) == (400, 2)
    stale = api.put(path(college), {"from_semester": 1})
    assert (stale.status, stale.fields) == (400, ["from_semester"])


def test_a_request_is_approved_by_put_and_undone(college: College, api: Api) -> None:
    body = {"held_back": [{"enrollment_id": str(college.cat.pk), "reason": "Medical leave"}], "note": "Results are in"}
    asked_for = api.post(path(college), body)
    assert (asked_for.status, asked_for.data["status"], asked_for.data["held_back"]) == (
        201,
        "pending",
        [{"enrollment_id": str(college.cat.pk), "full_name": "Cat Cole", "reason": "Medical leave"}],
    )
    assert api.put(path(college), {"decision": "approve", "from_semester": 1}).data["current_semester"] == 2
    [row] = api.get(f"{path(college)}s").data
    assert (row["status"], row["numbers"]["moves"], row["numbers"]["held_back"]) == ("executed", 2, 1)
    whole = api.get(f"{path(college)}s/{row['_id']}").data
    assert [(one["full_name"], one["move"]) for one in whole["students"]] == [
        ("Ann Abel", "moves"),
        ("Ben Bold", "moves"),
        ("Cat Cole", "held_back"),
    ]
    assert api.post(f"{path(college)}s/{row['_id']}/revert", {}).data["current_semester"] == 1


def test_the_preview_shows_another_choice_of_who_is_held_back(college: College, api: Api) -> None:
    everyone = api.get(f"{path(college)}/preview").data
    assert ([one["move"] for one in everyone["students"]], everyone["to_semester"]) == (["moves"] * 3, 2)
    chosen = api.get(f"{path(college)}/preview?held_back={college.ben.pk},{college.cat.pk}").data
    assert [one["move"] for one in chosen["students"]] == ["moves", "held_back", "held_back"]
    assert api.get(f"{path(college)}/preview?held_back=nobody").status == 400
    assert college.semester() == 1


def test_a_rejection_needs_something_that_waits(college: College, api: Api) -> None:
    assert api.put(path(college), {"decision": "reject"}).status == 400
    assert api.put(path(college), {"decision": "perhaps"}).fields == ["decision"]
    request_rollover(by=college.head, batch=college.batch)
    assert api.put(path(college), {"decision": "reject", "note": "Not yet"}).data["current_semester"] == 1


def test_many_are_rolled_over_by_a_job(college: College, api: Api) -> None:
    started = api.post("/rollovers/bulk", {"batch_ids": [str(college.batch.pk)], "from_semester": 1})
    assert (started.status, started.data["status"], started.data["batches"]) == (202, "waiting", 1)
    carry_out_rollovers(run_id=started.data["_id"])
    found = api.get(f"/rollovers/bulk/{started.data['_id']}").data
    assert (found["status"], found["progress"], [one["outcome"] for one in found["outcomes"]]) == (
        "done",
        100,
        ["executed"],
    )
    elsewhere = Campus.found("Elsewhere").batch()
    wrong = api.post("/rollovers/bulk", {"batch_ids": [str(elsewhere.pk)], "from_semester": 1})
    assert (wrong.status, wrong.fields) == (400, ["batch_ids.0"])
