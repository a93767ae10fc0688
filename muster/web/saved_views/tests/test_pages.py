"""Saved views above lists and on their own page, and every list that has them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import transaction
from django.test import TestCase
from django.urls import resolve

from muster.saved_views.models import SavedView, ViewMailing
from muster.saved_views.rules import save_view
from muster.web.saved_views.lists import LIST_PAGES
from tests.access.routes import routes
from tests.access.table import EVERY_ROLE
from tests.access.world import World
from tests.client import Api
from tests.make import Campus
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus() -> Campus:
    return Campus.found()


def saved_of(response: Any) -> Any:
    return response.context["listing"].saved


def test_what_is_shown_is_saved_and_found_above_its_list(campus: Campus) -> None:
    browser = Browser(campus)
    shown = saved_of(browser.get("/batches/?status=Active&sort=-dates&page=3&junk=1"))
    assert parse_qs(urlsplit(shown.save_url).query) == {
        "page": ["batches:list"],
        "query": ["sort=-dates&status=Active"],
    }
    assert "Save this view" in words_of(browser.get("/batches/"))
    done = browser.post(shown.save_url, {"name": "Newest", "is_shared": "on", "often": "weekly"})
    assert done["Location"] == "/batches/?sort=-dates&status=Active"
    page = browser.get(done["Location"])
    [chip] = saved_of(page).chips
    assert (chip.label, chip.current, chip.mailed, chip.shared) == ("Newest", True, True, True)
    assert "Save this view" not in words_of(page)
    [elsewhere] = saved_of(browser.get("/batches/")).chips
    assert (elsewhere.url, elsewhere.current) == (done["Location"], False)
    assert saved_of(browser.get("/students/")).chips == []


def test_the_row_of_views_follows_the_filters_as_they_are_chosen(campus: Campus) -> None:
    save_view(by=campus.admin, page="batches:list", name="Running", query="status=Active")
    part = Browser(campus).get("/batches/?status=Active", **{"HX-Request": "true", "HX-Target": "list-region"})
    content = part.content.decode()
    assert '<nav class="views" id="list-views"' in content
    assert 'hx-swap-oob="true"' in content[content.index('id="list-views"') :][:120]
    assert "Rename or share" in content


def test_the_first_six_stand_there_and_all_on_their_page(campus: Campus) -> None:
    for number in range(9):
        save_view(by=campus.admin, page="batches:list", name=f"View {number}", query=f"q={number}")
    save_view(by=campus.admin, page="students:list", name="Students")
    browser = Browser(campus)
    assert len(saved_of(browser.get("/batches/")).chips) == 6
    listing = browser.get("/views/?list=batches%3Alist").context["listing"]
    assert (listing.shown, listing.total) == (9, 10)
    assert browser.get("/views/?whose=own&mail=mine").context["listing"].shown == 0


@pytest.mark.parametrize("address", ["/analytics/?compare=none", "/settings/audit/?kind=looked"])
def test_figures_and_the_audit_log_have_saved_views_too(campus: Campus, address: str) -> None:
    browser, query = Browser(campus), address.partition("?")[2]
    save_url = browser.get(address).context["saved"].save_url
    assert browser.post(save_url, {"name": "Mine", "often": "never"})["Location"] == address
    assert SavedView.objects.get().query == query
    [chip] = browser.get(address).context["saved"].chips
    assert chip.current


def test_a_list_of_one_batch_has_views_of_its_own(campus: Campus) -> None:
    one, other = campus.batch(), campus.batch()
    browser = Browser(campus)
    save_url = saved_of(browser.get(f"/batches/{one.pk}/students/?sort=since")).save_url
    assert "is_shared" not in browser.get(save_url).content.decode()
    browser.post(save_url, {"name": "Newest", "often": "never"})
    assert [chip.label for chip in saved_of(browser.get(f"/batches/{one.pk}/students/")).chips] == ["Newest"]
    assert saved_of(browser.get(f"/batches/{other.pk}/students/")).chips == []


def test_opening_a_view_leads_to_its_list_or_the_export_of_it(campus: Campus) -> None:
    row = save_view(by=campus.admin, page="batches:list", name="Running", query="status=Active")
    bare = save_view(by=campus.admin, page="batches:list", name="All")
    browser = Browser(campus)
    assert browser.get(f"/views/{row.pk}/")["Location"] == "/batches/?status=Active"
    assert browser.get(f"/views/{row.pk}/?export=csv")["Location"] == "/batches/?status=Active&export=csv"
    assert browser.get(f"/views/{bare.pk}/?export=xlsx")["Location"] == "/batches/?export=xlsx"
    assert browser.get(f"/views/{row.pk}/?export=exe")["Location"] == "/batches/?status=Active"
    # Whoever is not signed in is asked who they are first.
    browser.client.logout()
    assert "/accounts/login/" in browser.get(f"/views/{row.pk}/?export=csv")["Location"]


def test_a_shared_view_shows_each_reader_their_own_rows(campus: Campus) -> None:
    teacher = campus.instructor()
    campus.batch(code="ONE", lead=teacher), campus.batch(code="TWO")
    row = save_view(by=campus.admin, page="batches:list", name="All", query="sort=name", is_shared=True)
    browser = Browser(campus, teacher)
    assert browser.get(f"/views/{row.pk}/edit/").status_code == 403
    page = browser.client.get(f"/views/{row.pk}/", follow=True)
    assert [found.record.code for found in page.context["listing"].table.rows] == ["ONE"]
    assert Browser(campus, campus.student()).get(f"/views/{row.pk}/").status_code == 404


def test_the_palette_finds_views_by_their_names(campus: Campus) -> None:
    row = save_view(by=campus.admin, page="batches:list", name="Waiting for a room", is_shared=True)
    found = Browser(campus).get("/search/?q=waiting")
    assert f"/views/{row.pk}/" in found.content.decode()
    student = Browser(campus, campus.student()).get("/search/?q=waiting")
    assert f"/views/{row.pk}/" not in student.content.decode()


def test_the_mail_is_changed_and_stopped_and_that_is_undone(campus: Campus) -> None:
    row = save_view(by=campus.admin, page="batches:list", name="Running", often="weekly")
    browser, path = Browser(campus), f"/views/{row.pk}/mail/"
    assert 'value="weekly" selected' in browser.get(path).content.decode()
    assert 'value="never" selected' in browser.get(f"{path}?often=never").content.decode()
    browser.post(path, {"often": "never"})
    assert not ViewMailing.objects.exists()
    assert browser.post(path, {"often": "hourly"}).status_code == 400
    browser.post(path, {"often": "monthly"})
    assert ViewMailing.objects.get().often == "monthly"


def test_a_shared_view_is_mailed_to_managers_who_may_open_it(campus: Campus) -> None:
    row = save_view(by=campus.admin, page="batches:list", name="Running", is_shared=True)
    manager, student = campus.person("branch-manager", branch=campus.branch()), campus.student()
    browser, path = Browser(campus), f"/views/{row.pk}/mail/"
    asked = words_of(browser.get(path))
    assert manager.full_name in asked
    assert student.full_name not in asked
    browser.post(path, {"often": "weekly", "recipients": [str(manager.pk)]})
    assert set(ViewMailing.objects.values_list("user", flat=True)) == {campus.admin.user.pk, manager.pk}
    assert browser.post(path, {"often": "weekly", "recipients": [str(student.pk)]}).status_code == 400
    # Who has it from somebody else chooses for themselves alone.
    assert "Also to" not in words_of(Browser(campus, manager).get(path))
    api = Api(campus.token())
    assert api.call("PUT", f"/views/{row.pk}/mail", {"often": "daily", "recipients": ["x"]}).fields == ["recipients.0"]
    body = {"often": "daily", "recipients": [str(campus.instructor().pk)]}
    assert api.call("PUT", f"/views/{row.pk}/mail", body).status == 200
    assert ViewMailing.objects.count() == 3


def test_what_is_wrong_is_said_and_what_was_typed_stays(campus: Campus) -> None:
    save_view(by=campus.admin, page="batches:list", name="Running")
    browser = Browser(campus)
    for query, says in (
        ("page=batches%3Alist", "You already have a view of this list with this name."),
        ("page=batches%3Alist&query=colour%3Dred", "no filter “colour”"),
        ("page=nowhere", "You have no list with this name."),
        ("page=batches%3Astudents&within=x", "This list doesn't exist"),
    ):
        refused = browser.post(f"/views/new/?{query}", {"name": "Running", "often": "daily"})
        assert refused.status_code == 400
        assert says in words_of(refused)
        assert 'value="Running"' in refused.content.decode()


def test_deleting_says_who_loses_it(campus: Campus) -> None:
    row = save_view(by=campus.admin, page="batches:list", name="Running", is_shared=True, often="daily")
    colleague = campus.actor(campus.instructor())
    ViewMailing.objects.create(
        institution=campus.institution, view=row, user=colleague.user, often="daily", mailed_on=colleague.today()
    )
    asked = words_of(Browser(campus).get(f"/views/{row.pk}/delete/"))
    assert "All staff lose it." in asked
    assert "1 other person gets it by email." in asked


# Pages with a list of which no views are saved, and why.
UNSAVED = {
    "views:list": "saved views themselves",
    "own-organisation-people": "somebody without a role here",
    "own-organisation-payments": "somebody without a role here",
    "catalogue:public": "strangers read it",
    "analytics:rows": "what a figure counts, opened from it",
    "analytics:mentoring-rows": "what a figure counts, opened from it",
    "progression:not-chosen": "of a group of a batch, and short",
    "progression:results-versions": "of one sheet, and short",
}


class EveryList(TestCase):
    """The world of the permissions: every page with a list in it."""

    world: World

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = World.built()

    def test_every_page_with_a_list_is_known_and_answers_what_it_shows(self) -> None:
        own, known, wrong = self.world.objects["own"], set(), []
        for route in routes():
            role = next((role for role in ("admin", *EVERY_ROLE) if route.who.expected(role, "own") == "reach"), "")
            if route.method != "GET" or not role or route.is_api:
                continue
            address = route.address(own)
            with transaction.atomic():
                context = self.world.browser(role).get(address).context or {}
                transaction.set_rollback(True)
            match = resolve(address.partition("?")[0])
            if "listing" not in context and not context.get("saved"):
                continue
            name = match.view_name
            if name in UNSAVED:
                assert name not in LIST_PAGES.names()
                continue
            known.add(name)
            actor = self.world.campus.actor(self.world.people[role])
            facts = LIST_PAGES.ask(actor, name, next(iter(match.kwargs.values()), None), "")
            if facts is None:
                wrong.append((name, "does not answer"))
            elif "listing" in context and facts.count != context["listing"].shown:
                wrong.append((name, facts.count, context["listing"].shown))
        self.assertEqual(wrong, [])
        self.assertEqual(LIST_PAGES.names() - known, set())
        self.assertEqual(known - LIST_PAGES.names(), set())
