"""The list, the bell, the choices: as pages and over the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.institutions.access import Actor
from muster.institutions.rules import make_token
from muster.notifications.models import Notification, NotificationChoice
from muster.notifications.rules import notify
from tests.client import Api
from tests.make import Campus
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
KIND = "batch_assigned"


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def thandi(campus):
    return campus.instructor("Thandi Nkosi")


@pytest.fixture
def api(campus, thandi):
    return Api(campus.token(thandi))


@pytest.fixture
def browser(campus, thandi):
    return Browser(campus, thandi)


def told(campus, person, title="You lead X", **more):
    notify(by=campus.admin, to=[person], kind=KIND, title=title, **more)
    return Notification.objects.filter(user=person).first()


def test_the_bell_counts_what_is_unread(campus, thandi, browser):
    assert "Notifications, 0 unread" in browser.get("/").content.decode()
    told(campus, thandi)
    told(campus, thandi)
    assert "Notifications, 2 unread" in browser.get("/").content.decode()
    assert "Notifications, 0 unread" in Browser(campus).get("/").content.decode()


def test_the_list_shows_the_newest_first_and_what_is_unread_alone(campus, thandi, browser):
    told(campus, thandi, "First <b>")
    second = told(campus, thandi, "Second", text="From Monday.")
    words = words_of(browser.get("/notifications/"))
    assert words.index("Second") < words.index("First <b>")
    assert "From Monday." in words
    assert "2 unread" in words
    browser.post(f"/notifications/{second.pk}/read/")
    words = words_of(browser.get("/notifications/?unread=1"))
    assert "First <b>" in words
    assert "Second" not in words


def test_opening_one_reads_it_and_leads_to_what_it_is_about(campus, thandi, browser):
    row = told(campus, thandi, url="/batches/")
    response = browser.get(f"/notifications/{row.pk}/")
    assert (response.status_code, response["Location"]) == (302, "/batches/")
    row.refresh_from_db()
    assert row.read_at is not None
    plain = told(campus, thandi)
    assert browser.get(f"/notifications/{plain.pk}/")["Location"] == "/notifications/"


def test_reading_by_address_alone_changes_nothing(campus, thandi, browser):
    row = told(campus, thandi)
    for path in (f"/notifications/{row.pk}/read/", "/notifications/read-all/", "/notifications/mails/send-again/"):
        browser.get(path)
    row.refresh_from_db()
    assert row.read_at is None


def test_all_are_read_with_one_button(campus, thandi, browser):
    told(campus, thandi)
    told(campus, thandi)
    assert "Mark 2 as read" in words_of(browser.get("/notifications/"))
    response = browser.client.post("/notifications/read-all/", {"unread": "1"}, follow=True)
    assert "2 notifications marked as read." in words_of(response)
    assert "No unread notifications" in words_of(response)


def test_an_empty_list_says_what_will_stand_there(browser):
    assert "Updates for you appear here" in words_of(browser.get("/notifications/"))


def test_a_page_beyond_the_end_is_the_last(campus, thandi, browser):
    for number in range(51):
        told(campus, thandi, f"Number {number}.")
    assert "Number 0." not in words_of(browser.get("/notifications/"))
    for page in ("2", "99", "x\x00"):
        assert browser.get("/notifications/", {"page": page}).status_code == 200
    assert "Number 0." in words_of(browser.get("/notifications/?page=2"))


def test_choices_are_made_with_two_boxes(campus, thandi, browser):
    words = words_of(browser.get("/notifications/choices/"))
    assert "A batch is assigned to me" in words
    assert thandi.email in words
    assert browser.post("/notifications/choices/", {f"{KIND}-mail": "on"}).status_code == 302
    row = NotificationChoice.objects.get(kind=KIND)
    assert (row.user, row.in_app, row.mail) == (thandi, False, True)


def test_regulators_choose_how_they_are_told_of_access(campus):
    words = words_of(Browser(campus, campus.person("regulator")).get("/notifications/choices/"))
    assert "Access of mine is about to end" in words
    assert "A batch is assigned to me" not in words


def test_the_list_costs_the_same_at_one_row_and_at_many(campus, thandi, browser, api):
    counts = []
    for more in (1, 20):
        for _ in range(more):
            told(campus, thandi)
        for ask in (lambda: browser.get("/notifications/"), lambda: api.get("/notifications")):
            ask()
            with CaptureQueriesContext(connection) as statements:
                ask()
            counts.append(len(statements))
    assert counts[:2] == counts[2:]


def test_the_bell_is_one_statement(campus, thandi, browser):
    browser.get("/notifications/choices/")
    with CaptureQueriesContext(connection) as statements:
        browser.get("/notifications/choices/")
    about = [query["sql"] for query in statements if '"notifications_notification"' in query["sql"]]
    assert len(about) == 1


def test_the_api_lists_and_reads(campus, thandi, api):
    first = told(campus, thandi, "First", text="From Monday.", url="/batches/")
    told(campus, thandi, "Second")
    reply = api.get("/notifications?page_size=1")
    assert (reply.body["count"], reply.body["total"], reply.data[0]["title"]) == (1, 2, "Second")
    assert [row["title"] for row in api.get("/notifications?sort=createdAt").data] == ["First", "Second"]
    assert [row["title"] for row in api.get("/notifications?q=monday").data] == ["First"]
    read = api.post(f"/notifications/{first.pk}/read")
    assert (read.status, read.data["read"], read.data["url"]) == (200, True, "/batches/")
    assert api.post(f"/notifications/{first.pk}/read").data["read_at"] == read.data["read_at"]
    assert [row["title"] for row in api.get("/notifications?unread=true").data] == ["Second"]
    assert api.post("/notifications/read-all").data == {"read": 1}
    assert api.get("/notifications?unread=true").body["total"] == 0


def test_the_api_chooses(campus, thandi, api):
    kinds = {row["kind"]: row for row in api.get("/notifications/choices").data}
    assert (kinds[KIND]["in_app"], kinds[KIND]["mail"]) == (True, True)
    reply = api.put("/notifications/choices", {"choices": [{"kind": KIND, "in_app": True, "mail": False}]})
    assert reply.status == 200
    assert {row["kind"]: row["mail"] for row in reply.data}[KIND] is False
    assert api.get("/notifications/choices").data == reply.data


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "choices"),
        ({"choices": None}, "choices"),
        ({"choices": [{"kind": KIND, "in_app": "yes", "mail": True}]}, "choices.0.in_app"),
        ({"choices": [{"kind": KIND, "in_app": True}]}, "choices.0.mail"),
        ({"choices": [{"kind": "x" * 61, "in_app": True, "mail": True}]}, "choices.0.kind"),
        ({"choices": [{"kind": "moon_landing", "in_app": True, "mail": True}]}, "choices.0.kind"),
        ({"choices": [{"kind": KIND, "in_app": True, "mail": True}] * 101}, "choices"),
    ],
)
def test_choices_that_cannot_be_taken_name_the_field(api, body, field):
    reply = api.put("/notifications/choices", body)
    assert (reply.status, reply.fields) == (400, [field])


@pytest.mark.parametrize(
    ("query", "field"), [("page=0", "page"), ("unread=maybe", "unread"), ("sort=title", "sort"), ("q=%00", "q")]
)
def test_a_list_that_cannot_be_given_names_the_field(api, query, field):
    reply = api.get(f"/notifications?{query}")
    assert (reply.status, reply.fields) == (400, [field])


def test_a_choice_named_twice_is_taken_as_said_last(campus, thandi, api):
    twice = [{"kind": KIND, "in_app": True, "mail": mail} for mail in (True, False)]
    assert api.put("/notifications/choices", {"choices": twice}).status == 200
    assert NotificationChoice.objects.get(kind=KIND).mail is False


def test_a_platform_administrator_without_a_role_here_has_nothing_to_choose(campus):
    campus.admin.user.is_superuser = True
    campus.admin.user.save()
    visitor = Actor.with_grants([], campus.admin.user, Campus.found().institution)
    assert visitor is not None
    reply = Api(make_token(by=visitor, name="Visit")[1]).get("/notifications/choices")
    assert reply.data == []
