"""Cover over the API and on the pages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from muster.accounts.models import User
from muster.allocation.models import CoverRequest
from muster.allocation.rules import ask_for_cover
from muster.batches.models import Batch, InstructorAssignment
from muster.people.rules import add_time_off
from tests.client import Api
from tests.make import NOBODY, Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2030, 1, 7), date(2030, 1, 20)
DAYS = {"first_date": "2030-01-07", "last_date": "2030-01-20"}


@pytest.fixture
def campus() -> Campus:
    return Campus.found(time_zone="UTC")


@pytest.fixture
def ann(campus: Campus) -> User:
    return campus.instructor("Ann Away")


@pytest.fixture
def bea(campus: Campus) -> User:
    return campus.instructor("Bea Free")


@pytest.fixture
def batch(campus: Campus, ann: User) -> Batch:
    return campus.batch(name="Data", lead=ann, slots=[slot(1, "08:00", "10:00")])


def asked(campus: Campus, batch: Batch, ann: User, **rest: Any) -> CoverRequest:
    plan: dict[str, Any] = {"first_date": FIRST, "last_date": LAST, **rest}
    return ask_for_cover(by=campus.actor(ann), batch=batch, instructor=ann, **plan)


# --- the API ---------------------------------------------------------------------------------------------------------
def test_a_cover_goes_from_asking_to_a_substitute(campus: Campus, ann: User, bea: User, batch: Batch) -> None:
    own, colleague, manager = Api(campus.token(ann)), Api(campus.token(bea)), Api(campus.token())
    seen = own.get(f"/instructors/{ann.pk}/cover?first_date=2030-01-07&last_date=2030-01-20")
    assert (seen.status, seen.message) == (200, "2 sessions need cover.")
    (one,) = seen.data
    assert [meeting["starts_at"][:10] for meeting in one["meetings"]] == ["2030-01-07", "2030-01-14"]
    # Colleagues read what each other can do, not what they carry or how they are rated.
    assert one["colleagues"] == [
        {
            "instructor": {"_id": str(bea.pk), "full_name": "Bea Free", "email": bea.email},
            "reasons": ["no skills required", "has not taught this course yet"],
        }
    ]
    body = {"batch_id": str(batch.pk), **DAYS, "note": "Jury duty", "asked_id": str(bea.pk)}
    made = own.post(f"/instructors/{ann.pk}/cover", body)
    assert (made.status, made.message, made.data["status"]) == (201, "Cover asked successfully", "open")
    path = f"/cover-requests/{made.data['_id']}"
    assert colleague.post(f"{path}/answer", {"can": True}).data["can"] is True
    ranked = manager.get(f"{path}/substitutes").data["suggestions"]
    assert [one["instructor"]["full_name"] for one in ranked] == ["Bea Free"]
    filled = manager.post(f"{path}/fill", {"instructor_id": str(bea.pk)})
    assert (filled.message, filled.data["status"], filled.data["substitute"]["full_name"]) == (
        "Substitute assigned successfully",
        "filled",
        "Bea Free",
    )
    assert [one["status"] for one in own.get("/cover-requests").data] == ["filled"]
    assert own.get("/cover-requests?status=open").data == []
    assert manager.get(f"{path}/substitutes").data["suggestions"] == []


def test_what_speaks_against_a_substitute_is_refused_once(campus: Campus, ann: User, bea: User, batch: Batch) -> None:
    add_time_off(by=campus.admin, instructor=bea, first_date=FIRST, last_date=FIRST)
    path = f"/cover-requests/{asked(campus, batch, ann).pk}/fill"
    refused = Api(campus.token()).post(path, {"instructor_id": str(bea.pk)})
    assert (refused.status, refused.body["code"]) == (400, "needs_a_reason")
    assert Api(campus.token()).post(path, {"instructor_id": str(bea.pk), "override_reason": "Fine"}).status == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"batch_id": NOBODY}, "batch_id"),
        ({"batch_id": "x"}, "batch_id"),
        ({"batch_id": None}, "batch_id"),
        ({"asked_id": NOBODY}, "asked_id"),
        ({"asked_id": 7}, "asked_id"),
        ({"first_date": "soon"}, "first_date"),
        ({"last_date": "2030-01-01"}, "last_date"),
        ({"last_date": "2031-01-20"}, "last_date"),
        ({"first_date": "9999-12-31", "last_date": "9999-12-31"}, "first_date"),
        ({"note": "x" * 301}, "note"),
        ({"note": None}, "note"),
        ({"first_date": "2030-01-08", "last_date": "2030-01-09"}, "batch_id"),
    ],
)
def test_bad_input_names_its_field(
    campus: Campus, ann: User, batch: Batch, changes: dict[str, Any], field: str
) -> None:
    body = {"batch_id": str(batch.pk), **DAYS, **changes}
    refused = Api(campus.token(ann)).post(f"/instructors/{ann.pk}/cover", body)
    assert (refused.status, refused.fields) == (400, [field])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("first_date=2030-01-08&last_date=2030-01-07", "last_date"),
        ("first_date=2030-01-08&last_date=2032-01-07", "last_date"),
        ("first_date=x&last_date=2030-01-07", "first_date"),
        ("first_date=9999-12-31&last_date=9999-12-31", "first_date"),
        ("first_date=0001-01-01&last_date=0001-01-01", "first_date"),
        ("first_date=2030-01-07", "last_date"),
    ],
)
def test_days_to_look_at_are_checked(campus: Campus, ann: User, query: str, field: str) -> None:
    refused = Api(campus.token(ann)).get(f"/instructors/{ann.pk}/cover?{query}")
    assert (refused.status, refused.fields) == (400, [field])


def test_people_of_elsewhere_and_unknown_words_are_refused(campus: Campus, ann: User, batch: Batch) -> None:
    stranger, manager = Campus.found().instructor(), Api(campus.token())
    path = f"/cover-requests/{asked(campus, batch, ann).pk}"
    for person in (stranger.pk, campus.student().pk, NOBODY):
        refused = manager.post(f"{path}/fill", {"instructor_id": str(person)})
        assert (refused.status, refused.fields) == (400, ["instructor_id"])
    refused = manager.post(f"{path}/fill", {"instructor_id": str(campus.student().pk)})
    assert refused.message == "Assigned instructor must have instructor role"
    assert manager.get("/cover-requests?status=lost").fields == ["status"]
    assert manager.post(f"{path}/decline", {"reason": "x" * 301}).fields == ["reason"]
    assert manager.get(f"/cover-requests/{NOBODY}").status == 404


def test_the_list_takes_the_same_statements_at_one_and_at_many(campus: Campus, ann: User, batch: Batch) -> None:
    counts = []
    for number in (1, 5):
        for each in range(number):
            other = campus.batch(lead=ann, slots=[slot(each + 2, f"{number + 10}:00", f"{number + 11}:00")])
            asked(campus, other, ann)
        api = Api(campus.token())
        api.get("/cover-requests")
        with CaptureQueriesContext(connection) as sent:
            api.get("/cover-requests")
        counts.append(len(sent))
    assert counts[0] == counts[1]


# --- the pages -------------------------------------------------------------------------------------------------------
def test_days_away_lead_to_cover_with_one_click(campus: Campus, ann: User, bea: User, batch: Batch) -> None:
    own = Browser(campus, ann)
    add_time_off(by=campus.actor(ann), instructor=ann, first_date=FIRST, last_date=LAST)
    address = reverse("cover:for", args=[ann.pk])
    assert (
        f"{address}?first_date=2030-01-07&amp;last_date=2030-01-20"
        in own.get(reverse("instructors:instructor", args=[ann.pk])).content.decode()
    )
    shown = words_of(own.get(address, DAYS))
    assert [
        words in shown for words in ("1 batch needs cover while you are away", "2 sessions", "Bea Free", "/ 100")
    ] == [
        True,
        True,
        True,
        False,
    ]
    clicked = own.post(address, {"batch_id": str(batch.pk), "asked_id": str(bea.pk), **DAYS})
    made = CoverRequest.objects.get()
    assert (clicked.status_code, clicked["Location"]) == (302, reverse("cover:request", args=[made.pk]))
    assert "View request" in words_of(own.get(address, DAYS))
    assert "Withdraw request" in words_of(own.get(clicked["Location"]))


def test_the_colleague_answers_and_a_manager_assigns_with_one_click(
    campus: Campus, ann: User, bea: User, batch: Batch
) -> None:
    made = asked(campus, batch, ann, asked=bea)
    address = reverse("cover:request", args=[made.pk])
    colleague, manager = Browser(campus, bea), Browser(campus)
    assert "you were asked" in words_of(colleague.get(reverse("cover:list")))
    assert "I can't" in words_of(colleague.get(address))
    assert colleague.post(reverse("cover:answer", args=[made.pk]), {"can": "yes"})["Location"] == address
    shown = words_of(manager.get(address))
    assert ["Bea Free can" in shown, "/ 100" in shown] == [True, True]
    assert "needs cover" in words_of(manager.get(reverse("batches:instructors", args=[batch.pk])))
    done = manager.post(reverse("cover:fill", args=[made.pk]), {"instructor_id": str(bea.pk)})
    assert (done.status_code, done["Location"]) == (302, address)
    assert InstructorAssignment.objects.filter(batch=batch, instructor=bea, role="substitute").exists()
    assert "Covered by Bea Free" in words_of(manager.get(address))


def test_a_substitute_against_whom_something_speaks_needs_a_reason(
    campus: Campus, ann: User, bea: User, batch: Batch
) -> None:
    add_time_off(by=campus.admin, instructor=bea, first_date=FIRST, last_date=FIRST)
    fill, page = reverse("cover:fill", args=[asked(campus, batch, ann).pk]), Browser(campus)
    refused = page.post(fill, {"instructor_id": str(bea.pk)})
    assert (refused.status_code, "Bea Free is away from" in words_of(refused)) == (400, True)
    assert page.post(fill, {"instructor_id": str(bea.pk), "override_reason": "Fine"}).status_code == 302


@pytest.mark.parametrize("person", ["", "x", NOBODY, "\x00", "9" * 200])
def test_a_substitute_who_is_nobody_is_refused(campus: Campus, ann: User, batch: Batch, person: str) -> None:
    fill = reverse("cover:fill", args=[asked(campus, batch, ann).pk])
    assert Browser(campus).post(fill, {"instructor_id": person}).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"batch_id": NOBODY},
        {"batch_id": ""},
        {"batch_id": "\x00"},
        {"asked_id": NOBODY},
        {"first_date": ""},
        {"first_date": "x"},
        {"last_date": "2030-01-01"},
        {"last_date": "2032-01-01"},
        {"first_date": "9999-12-31", "last_date": "9999-12-31"},
        {"first_date": "0001-01-01", "last_date": "0001-01-01"},
        {"note": "x" * 301},
    ],
)
def test_asking_badly_is_refused_on_the_page(campus: Campus, ann: User, batch: Batch, changes: dict[str, str]) -> None:
    page = Browser(campus, ann)
    body = {"batch_id": str(batch.pk), **DAYS, **changes}
    assert page.post(reverse("cover:for", args=[ann.pk]), body).status_code == 400
    assert not CoverRequest.objects.exists()


def test_a_request_is_declined_and_withdrawn_from_its_page(campus: Campus, ann: User, bea: User, batch: Batch) -> None:
    made = asked(campus, batch, ann)
    manager = Browser(campus)
    assert manager.post(reverse("cover:decline", args=[made.pk]), {"reason": "x" * 301}).status_code == 400
    assert manager.post(reverse("cover:decline", args=[made.pk]), {"reason": "No budget"}).status_code == 302
    assert "No budget" in words_of(manager.get(reverse("cover:request", args=[made.pk])))
    again = asked(campus, batch, ann)
    Browser(campus, ann).post(reverse("cover:withdraw", args=[again.pk]))
    again.refresh_from_db()
    assert again.status == "withdrawn"
    assert Browser(campus, bea).get(reverse("cover:request", args=[again.pk])).status_code == 404


def test_an_answer_that_is_none_is_refused(campus: Campus, ann: User, bea: User, batch: Batch) -> None:
    made = asked(campus, batch, ann, asked=bea)
    assert Browser(campus, bea).post(reverse("cover:answer", args=[made.pk]), {"can": "maybe"}).status_code == 400


def test_the_pages_take_the_same_statements_at_one_and_at_many(campus: Campus, ann: User) -> None:
    counts = []
    manager, own = Browser(campus), Browser(campus, ann)
    for number in (1, 5):
        for each in range(number):
            campus.instructor()
            other = campus.batch(lead=ann, slots=[slot(each + 2, f"{number + 10}:00", f"{number + 11}:00")])
            asked(campus, other, ann)
        pages = [(manager, reverse("cover:list"), {}), (own, reverse("cover:for", args=[ann.pk]), DAYS)]
        for browser, address, data in pages:
            browser.get(address, data)
            with CaptureQueriesContext(connection) as sent:
                assert browser.get(address, data).status_code == 200
            counts.append(len(sent))
    assert counts[:2] == counts[2:]


def test_a_request_of_days_that_are_over_is_read_and_not_settled(campus: Campus, ann: User) -> None:
    today = campus.admin.today()
    batch = campus.batch(
        start_date=today - timedelta(days=30),
        end_date=today + timedelta(days=30),
        lead=ann,
        slots=[slot(day, "08:00", "10:00") for day in range(1, 8)],
    )
    made = asked(campus, batch, ann, first_date=today, last_date=today + timedelta(days=1))
    before = today - timedelta(days=1)
    CoverRequest.objects.filter(pk=made.pk).update(first_date=before, last_date=before)
    shown = words_of(Browser(campus).get(reverse("cover:request", args=[made.pk])))
    assert ["Past" in shown, "Decline" in shown] == [True, False]
