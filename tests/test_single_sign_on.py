"""Signing in by an identity provider: a real one, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from muster.accounts.models import User
from muster.institutions.models import SecurityEvent
from tests.make import PASSWORD, Campus
from tests.platform.serving import eventually
from tools.demo_server import free_port

pytestmark = pytest.mark.django_db

PEOPLE: dict[str, dict[str, object]] = {
    "thandi": {"email": "thandi@example.org", "email_verified": True},
    "LOUD": {"email": "THANDI@Example.org", "email_verified": True},
    "unproven": {"email": "thandi@example.org", "email_verified": False},
    "silent": {"email": "thandi@example.org"},
    "worded": {"email": "thandi@example.org", "email_verified": "false"},
    "stranger": {"email": "stranger@example.org", "email_verified": True},
    "nameless": {},
}


@pytest.fixture(scope="module")
def provider():
    """The address of the provider."""
    port = free_port()
    claims = [f"--user-claims={json.dumps({'sub': sub, **more})}" for sub, more in PEOPLE.items()]
    process = subprocess.Popen([sys.executable, "-m", "oidc_provider_mock", f"--port={port}", *claims])
    address = f"http://127.0.0.1:{port}"
    try:
        eventually(lambda: requests.get(f"{address}/.well-known/openid-configuration", timeout=5).ok)
        yield address
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture
def sso(settings, provider):
    settings.SSO_ISSUER, settings.SSO_NAME = provider, "College account"
    [app] = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            **settings.SOCIALACCOUNT_PROVIDERS["openid_connect"],
            "APPS": [{**app, "client_id": "muster", "secret": "a-secret", "settings": {"server_url": provider}}],
        }
    }
    return provider


@pytest.fixture
def thandi():
    campus = Campus.found()
    person = campus.instructor("Thandi Nkosi")
    User.objects.filter(pk=person.pk).update(email="thandi@example.org")
    person.refresh_from_db()
    return person


def come_as(who, browser=None, query=""):
    """What a browser is answered that begins here, is asked there who it is, and comes back; and the browser."""
    browser = browser or Client()
    begun = browser.get(f"/accounts/oidc/sso/login/{query}")
    assert begun.status_code == 302
    asked = requests.post(begun["Location"], data={"sub": who}, allow_redirects=False, timeout=10)
    back = urlsplit(asked.headers["Location"])
    return browser.get(f"{back.path}?{back.query}"), browser


def words_of(browser):
    return browser.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("who", ["thandi", "LOUD"])
def test_who_is_known_by_a_confirmed_email_is_signed_in(sso, thandi, who):
    assert "Sign in with College account" in words_of(Client())
    answer, browser = come_as(who, query="?next=/me/")
    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    assert "Thandi Nkosi" in browser.get("/me/").content.decode()
    assert User.objects.filter(email__iexact="thandi@example.org").count() == 1
    assert SecurityEvent.objects.filter(kind="signed-in", person=thandi).count() == 1


@pytest.mark.parametrize("who", ["unproven", "silent", "worded", "nameless"])
def test_an_email_that_is_not_confirmed_opens_nothing(sso, thandi, who):
    answer, browser = come_as(who)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    assert "College account doesn" in words_of(browser)
    assert browser.get("/me/").status_code == 302


def test_a_stranger_is_not_made_a_person(sso, thandi):
    before = User.objects.count()
    answer, browser = come_as("stranger")
    assert answer["Location"] == "/accounts/login/"
    assert "No one here has your email." in words_of(browser)
    assert User.objects.count() == before


def test_somebody_deactivated_is_refused_and_the_log_says_so(sso, thandi):
    User.objects.filter(pk=thandi.pk).update(is_active=False)
    answer, browser = come_as("thandi")
    assert answer["Location"] == "/accounts/login/"
    assert browser.get("/me/").status_code == 302
    assert SecurityEvent.objects.filter(kind="sign-in-failed", detail="Single sign-on").exists()


def test_the_second_step_is_asked_for_all_the_same(sso, thandi):
    TOTP.activate(thandi, generate_totp_secret())
    answer, browser = come_as("thandi")
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert browser.get("/me/").status_code == 302


def test_an_answer_that_was_not_asked_for_opens_nothing(sso, thandi):
    """Another browser's state, none, and an invented code."""
    begun = Client().get("/accounts/oidc/sso/login/")
    asked = requests.post(begun["Location"], data={"sub": "thandi"}, allow_redirects=False, timeout=10)
    back = urlsplit(asked.headers["Location"])
    for query in (back.query, "code=x", "state=y", "error=access_denied", ""):
        browser = Client()
        assert browser.get(f"{back.path}?{query}")["Location"] == "/accounts/login/"
        assert browser.get("/me/").status_code == 302
    browser = Client()
    asked = urlsplit(browser.get("/accounts/oidc/sso/login/")["Location"])
    [state] = parse_qs(asked.query)["state"]
    assert browser.get(f"{back.path}?code=invented&state={state}")["Location"] == "/accounts/login/"


def test_a_provider_that_is_away_is_said_in_a_sentence(sso, settings, thandi):
    [app] = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    app["settings"] = {"server_url": f"http://127.0.0.1:{free_port()}"}
    browser = Client()
    assert browser.get("/accounts/oidc/sso/login/")["Location"] == "/accounts/login/"
    assert "You weren&#x27;t signed in by College account." in words_of(browser)


def test_the_password_still_works_beside_it(sso):
    campus = Campus.found()
    answer = Client().post("/accounts/login/", {"login": campus.admin.user.email, "password": PASSWORD})
    assert answer.status_code == 302


def test_without_a_provider_there_is_no_such_page():
    assert Client().get("/accounts/oidc/sso/login/")["Location"] == "/"
    assert Client().get("/accounts/oidc/sso/login/callback/")["Location"] == "/"
    assert "Sign in with Single" not in words_of(Client())


def test_other_pages_of_social_accounts_stay_closed():
    for path in ("", "signup/", "login/error/", "login/cancelled/"):
        assert Client().get(f"/accounts/3rdparty/{path}")["Location"] == "/me/"
