"""The page of the audit log, its files, and the call of the API."""

import csv
import io
import re

import pytest

from muster.core.models import AuditEntry
from muster.enrollments.rules import change_capacity
from muster.institutions.models import Role
from muster.institutions.resources import ROOMS
from tests.client import Api
from tests.make import NOBODY, Campus
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
LOG = "/settings/audit/"


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def changed(campus):
    """A batch whose capacity was changed."""
    batch = campus.batch(capacity=10, name="Data Analytics")
    change_capacity(by=campus.admin, batch=batch, capacity=12, reason="A bigger room")
    return batch


def test_it_says_who_did_what_from_what_to_what_and_leads_there(campus, changed):
    answer = Browser(campus).get(LOG)
    page = words_of(answer)
    for words in (
        f"{campus.admin.user.full_name} changed the capacity · Data Analytics Reason: “A bigger room”",
        "Seats − before: 10 + after: 12",
        "Open Data Analytics",
        "Entries can't be edited or deleted.",
    ):
        assert words in page
    assert f'href="/batches/{changed.pk}/"' in answer.content.decode()


def test_every_view_filter_and_link_of_the_page_answers(campus, changed):
    browser = Browser(campus)
    page = browser.get(LOG).content.decode()
    links = {link.replace("&amp;", "&") for link in re.findall(rf'href="(?:{LOG})?(\?[^"]+)"', page)}
    for asked in ("kind=looked", "export=csv", "export=xlsx", "about=", "key=", "who="):
        assert any(asked in link for link in links), asked
    for link in links:
        assert browser.get(f"{LOG}{link}").status_code == 200, link
    assert "No matches" in words_of(browser.get(LOG, {"q": "zzzz"}))
    assert "changed the capacity" not in words_of(browser.get(LOG, {"who": "muster"}))
    assert re.search(r"\d+ actions? in 7 days", words_of(browser.get(LOG)))
    assert "No actions in this time" in words_of(browser.get(LOG, {"from": "2001-01-01", "to": "2001-01-02"}))
    [entry] = AuditEntry.objects.filter(use_case="change_capacity")
    assert "What one request did" in words_of(browser.get(LOG, {"key": entry.request}))


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"from": "2030-02-02", "to": "2030-01-01"}, "The last day is before the first."),
        ({"from": "yesterday"}, "Enter a date as YYYY-MM-DD."),
        ({"who": "me"}, "Nothing has this id."),
        ({"what": "password"}, "Nothing in the log is called that."),
        ({"kind": "refused"}, "Choose one of these kinds: added, changed, removed, looked."),
    ],
)
def test_what_cannot_be_asked_is_said(campus, asked, sentence):
    answer = Browser(campus).get(LOG, asked)
    assert answer.status_code == 200
    assert sentence in words_of(answer)
    refused = Api(campus.token()).get(f"/audit?{'&'.join(f'{name}={value}' for name, value in asked.items())}")
    assert refused.status == 400


def test_it_is_saved_with_a_row_for_each_change(campus, changed):
    ROOMS.add(by=campus.admin, fields={"branch": campus.branch(), "name": "=1+1"})
    answer = Browser(campus).get(LOG, {"export": "csv"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    [row] = [one for one in rows if one["Field"] == "Seats"]
    assert (row["Use case"], row["Before"], row["After"], row["Reason"]) == (
        "change_capacity",
        "10",
        "12",
        "A bigger room",
    )
    assert "'=1+1" in {one["About"] for one in rows}
    assert b"".join(Browser(campus).get(LOG, {"export": "xlsx"})).startswith(b"PK")


def test_no_words_forge_a_row_of_its_file(campus, changed):
    change_capacity(by=campus.admin, batch=changed, capacity=14, reason='Why\r\n"x",forged')
    ROOMS.add(by=campus.admin, fields={"branch": campus.branch(), "name": "Lab\r\nforged\u202e"})
    answer = Browser(campus).get(LOG, {"export": "csv"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"), newline="")))
    assert 'Why\n"x",forged' in {row["Reason"] for row in rows}
    assert "Lab forged" in {row["About"] for row in rows}
    assert (
        len({row["When"] for row in rows if "forged" in (row["When"] or "")} | {None for row in rows if None in row})
        == 0
    )


def test_the_api_tells_the_same_and_goes_on(campus, changed):
    api = Api(campus.token())
    first = api.get("/audit?page_size=1&what=batch").data
    assert first["entries"][0]["use_case"] == "change_capacity"
    assert first["entries"][0]["about"][0] == {"kind": "batch", "_id": str(changed.pk), "name": "Data Analytics"}
    second = api.get(f"/audit?page_size=1&what=batch&before={first['older'].replace('+', '%2B')}").data
    assert second["entries"][0]["request"] != first["entries"][0]["request"]
    assert api.get("/audit?before=then").fields == ["before"]
    assert api.get(f"/audit?who={NOBODY}").data == {"entries": [], "older": None, "searched_until": None}
    assert Api(campus.token(campus.person(Role.BRANCH_MANAGER, branch=campus.branch()))).get("/audit").status == 403
