"""What is small by itself and tells a stranger something, or lets one in: caches, codes, characters, reasons, names."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import allauth
import pytest
from allauth.account.adapter import get_adapter
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.totp.internal import auth as codes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django import forms
from django.core.cache import cache
from django.db import transaction
from django.http import QueryDict
from django.test import Client, TestCase
from django.utils.datastructures import MultiValueDict

from muster.accounts.invitations import invitation_key, new_email_key, password_links
from muster.core.spreadsheets import csv_lines
from muster.institutions.passwords import is_made_of
from muster.institutions.rules import PersonInput, RoleGrant, add_person, found_first_institution
from muster.people.rules import add_time_off
from tests.access.routes import routes
from tests.access.world import World
from tests.client import Api
from tests.jobs import run_jobs
from tests.make import PASSWORD, Campus

ROOT = Path(__file__).resolve().parent.parent
NOW = 60_000_000


@pytest.fixture(autouse=True)
def _no_failures_yet(db):
    cache.clear()


@pytest.fixture
def campus():
    return Campus.found("Ridgeline Institute")


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


# --- caches ---------------------------------------------------------------------------------------------------------
def test_pages_with_secrets_are_kept_by_no_cache(campus, monkeypatch):
    monkeypatch.setattr(codes, "time", SimpleNamespace(time=lambda: NOW * 30))
    user, browser = campus.admin.user, Client()
    invited = add_person(by=campus.admin, person=PersonInput("N", "n@example.org", [RoleGrant("student")]))
    browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    strangers = [
        "/accounts/login/",
        "/accounts/password/reset/",
        f"/accounts/password/reset/key/{user_pk_to_url_str(user)}-{password_links.make_token(user)}/",
        f"/accounts/invitation/{invitation_key(invited)}/",
        "/accounts/invitation/over/",
        f"/accounts/new-email/{new_email_key(user, 'other@example.org')}/",
    ]
    answers = [Client().get(path) for path in strangers]
    answers += [browser.get("/accounts/2fa/totp/activate/")]
    code = format_hotp_value(hotp_value(browser.session["mfa.totp.secret"], NOW))
    answers += [browser.post("/accounts/2fa/totp/activate/", {"code": code})]
    answers += [browser.get(f"/accounts/2fa/recovery-codes/{path}") for path in ("", "generate/", "download/")]
    answers += [browser.post("/settings/tokens/", {"name": "Screen", "expires_at": "2030-01-31"})]
    answers += [browser.get("/settings/mails/"), browser.get("/calendar/links/")]
    kept = {one.request["PATH_INFO"] for one in answers if "no-store" not in one.get("Cache-Control", "")}
    assert kept == set()
    assert {one.status_code for one in answers} <= {200, 302, 410}


# Whoever has the address of these may see what is behind it. Calendar programs keep a feed for a while themselves.
BY_ADDRESS_ALONE = re.compile(r"{(key|secret|serial)}")
KEPT_BY_PROGRAMS = {"/calendar/{secret}.ics"}


def test_what_an_address_alone_opens_is_kept_by_no_cache(campus):
    found = {route.path for route in routes() if route.who.public and BY_ADDRESS_ALONE.search(route.path)}
    assert {"/offers/{key}/", "/verify/{serial}/", "/api/verify/{serial}", "/accounts/invitation/{key}/"} <= found
    kept = set()
    for path in found - KEPT_BY_PROGRAMS:
        answer = Client().get(re.sub(r"{\w+}", "one-that-nobody-has", path))
        if "no-store" not in answer.get("Cache-Control", ""):
            kept.add(path)
    assert kept == set()


# --- characters -----------------------------------------------------------------------------------------------------
FORMS, PRODUCT = f"{Path(forms.__file__).parent}/", f"{ROOT}/muster/"
# Where code of ours looks a word up: the line, and the line that called it.
Reading = tuple[str, ...]


@contextmanager
def names_read() -> Iterator[tuple[set[str], dict[str, set[Reading]]]]:
    """Every word that is looked up in an address or a form meanwhile: those that a form of Django looks up, which
    names each that is wrong at once, and the others with where ours looks them up."""
    in_forms: set[str] = set()
    alone: dict[str, set[Reading]] = {}

    def noting(method: Any) -> Any:
        def noted(self: Any, key: Any, *default: Any, **options: Any) -> Any:
            if isinstance(self, QueryDict):
                places: list[str] = []
                frame, of_form = sys._getframe(1), False
                while frame and len(places) < 2:
                    file = frame.f_code.co_filename
                    of_form |= file.startswith(FORMS)
                    if file.startswith(PRODUCT):
                        places.append(f"{file}:{frame.f_lineno}")
                    frame = frame.f_back
                if of_form:
                    in_forms.add(str(key))
                else:
                    alone.setdefault(str(key), set()).add(tuple(places))
            return method(self, key, *default, **options)

        return noted

    with pytest.MonkeyPatch.context() as patch:
        for name in ("get", "getlist", "__getitem__"):
            patch.setattr(MultiValueDict, name, noting(getattr(MultiValueDict, name)))
        patch.setattr(QueryDict, "__contains__", noting(MultiValueDict.__contains__), raising=False)
        yield in_forms, alone


class NulInEveryFilter(TestCase):
    """One character that PostgreSQL does not take, at every filter of every page."""

    world: World

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = World.built()

    def answered(self, browser: Client, route: Any, given: dict[str, str]) -> Any:
        path = route.address(self.world.objects["own"]).partition("?")[0]
        with transaction.atomic():
            answer = browser.get(path, given) if route.method == "GET" else browser.post(path, given)
            transaction.set_rollback(True)
        return answer

    def test_a_nul_in_a_filter_is_no_fault(self) -> None:
        """Each word that code of ours reads, alone: a page that refuses the first would never come to the next. What
        several pages read in one place is tried at one of them."""
        tried: set[tuple[str, Reading]] = set()
        sent: set[tuple[str, frozenset[str]]] = set()
        faults = []
        for role in ("admin", "instructor", "student"):
            browser = self.world.browser(role)
            browser.raise_request_exception = False
            for route in routes():
                if route.is_api or "logout" in route.path:
                    continue
                with names_read() as (in_forms, alone):
                    self.answered(browser, route, {})
                each = [[name] for name, places in sorted(alone.items()) if {(name, one) for one in places} - tried]
                tried |= {(name, one) for name, places in alone.items() for one in places}
                for names in [*each, sorted(in_forms)]:
                    given = frozenset(names) - NO_FILTERS
                    if not given or (str(route), given) in sent:
                        continue
                    sent.add((str(route), given))
                    if self.answered(browser, route, dict.fromkeys(given, "a\x00b")).status_code >= 500:
                        faults.append(f"{role}: {route} {sorted(given)}")
        self.assertEqual(faults, [])
        filters = {"q", "page", "sort", "status", "date", "week", "branch", "course", "instructor"}
        self.assertLess(filters, {name for name, _places in tried} | {name for _route, names in sent for name in names})


# What Django itself reads.
NO_FILTERS = {"csrfmiddlewaretoken"}


@pytest.mark.parametrize("path", ["/settings/users/", "/search/", "/batches/", "/students/", "/requests/"])
def test_a_nul_in_an_address_is_refused_or_passed_over(campus, path):
    assert signed_in(campus.admin.user).get(path, {"q": "\x00"}).status_code in (200, 400)


def test_one_is_led_back_to_a_path_of_this_site_alone(campus):
    client = signed_in(campus.admin.user)
    here = str(campus.institution.pk)
    for given, led in (
        ("/me/", "/me/"),
        ("nowhere", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/a\x00b", "/"),
    ):
        answer = client.post("/switch-institution/", {"institution": here, "next": given})
        assert (answer.status_code, answer["Location"]) == (302, led)


@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
def test_formula_signs_of_any_width_are_neutralised(sign):
    assert list(csv_lines([[f"{sign}1+1", "plain"]]))[1] == f"'{sign}1+1,plain\r\n"


# --- codes ----------------------------------------------------------------------------------------------------------
def test_a_change_of_the_second_factor_is_told_by_mail(campus, monkeypatch, mailoutbox):
    step = [NOW]
    monkeypatch.setattr(codes, "time", SimpleNamespace(time=lambda: step[0] * 30))
    browser = Client()
    browser.post("/accounts/login/", {"login": campus.admin.user.email, "password": PASSWORD})
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    browser.get("/accounts/2fa/totp/activate/")
    code = format_hotp_value(hotp_value(browser.session["mfa.totp.secret"], NOW))
    with TestCase.captureOnCommitCallbacks(execute=True):
        browser.post("/accounts/2fa/totp/activate/", {"code": code})
        browser.post("/accounts/2fa/recovery-codes/generate/", {})
        browser.post("/accounts/2fa/totp/deactivate/", {})
    run_jobs()
    assert sorted(mail.subject for mail in mailoutbox) == [
        "New recovery codes were created",
        "Two-step sign-in is off",
        "Two-step sign-in is on",
    ]


FACTOR_MAILS = sorted((Path(allauth.__file__).parent / "templates/mfa/email").glob("*_subject.txt"))


@pytest.mark.parametrize("kind", [file.name.removesuffix("_subject.txt") for file in FACTOR_MAILS])
def test_whatever_becomes_of_a_factor_is_told_by_mail(campus, kind, mailoutbox):
    """All that the library has words for: passkeys too, which no test makes without a browser."""
    get_adapter().send_notification_mail(f"mfa/email/{kind}", campus.admin.user)
    run_jobs()
    assert [mail.to for mail in mailoutbox] == [[campus.admin.user.email]]


# --- passwords ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("password", "refused"),
    [
        ("ridgeline2030", True),
        ("Ridgeline-Institute", True),
        ("RIDGELINE.institute.1", True),
        ("muster-muster", True),
        ("Muster1234567", True),
        ("a-decent-password", False),
        ("ridgeline-horse-battery", False),
    ],
)
def test_a_password_made_of_the_names_of_the_place_is_refused(campus, password, refused):
    person = campus.student()
    invited = add_person(by=campus.admin, person=PersonInput("N", "n@example.org", [RoleGrant("student")]))
    api = Api(campus.token())
    new = api.post("/users", {"full_name": "M", "email": "m@example.org", "role": ["student"], "password": password})
    given = api.put(f"/users/{person.pk}", {"password": password})
    chosen = Client().post(
        f"/accounts/invitation/{invitation_key(invited)}/", {"password1": password, "password2": password}
    )
    assert [new.status, given.status, chosen.status_code] == ([400, 400, 400] if refused else [201, 200, 302])


def test_the_first_administrator_does_not_use_the_name_either():
    with pytest.raises(Exception, match="too close to the institution"):
        found_first_institution(
            name="Westbrook College",
            time_zone="UTC",
            admin_name="A",
            admin_email="a@example.org",
            admin_password="Westbrook-2030",
        )


def test_short_words_of_a_name_forbid_nothing():
    assert not is_made_of("the-art-of-the-possible", "The Art of It")


# --- reasons --------------------------------------------------------------------------------------------------------
def test_why_somebody_is_away_is_for_them_and_for_who_manages_them(campus):
    branch, other = campus.branch(), campus.branch()
    department = campus.department()
    thandi = campus.person("instructor", "Thandi Nkosi", branch=branch, department=department)
    day = campus.admin.today() + timedelta(days=7)
    add_time_off(by=campus.admin, instructor=thandi, first_date=day, last_date=day, reason="Chemotherapy")
    readers = {
        "themself": (thandi, True),
        "admin": (campus.admin.user, True),
        "own branch": (campus.person("branch-manager", branch=branch), True),
        "own department": (campus.person("dept-admin", department=department), True),
        "other branch": (campus.person("branch-manager", branch=other), False),
        "other department": (campus.person("dept-admin", department=campus.department()), False),
    }
    seen = {}
    for name, (reader, _may) in readers.items():
        rows = Api(campus.token(reader)).get(f"/instructors/{thandi.pk}/time-off")
        page = signed_in(reader).get(f"/instructors/{thandi.pk}/")
        assert (rows.status, page.status_code, rows.data[0]["first_date"]) == (200, 200, day.isoformat())
        seen[name] = ("Chemotherapy" in str(rows.data), "Chemotherapy" in page.content.decode())
    assert seen == {name: (may, may) for name, (_reader, may) in readers.items()}
