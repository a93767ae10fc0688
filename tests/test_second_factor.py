"""Two-step sign-in asked for by the institution, passkeys that are none, and sessions that end by themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.utils import timezone

from muster.core.errors import Forbidden
from muster.enrollments.resources import ORGANISATIONS
from muster.enrollments.rules import name_contact
from muster.institutions.models import ApiToken
from muster.institutions.rules import make_token
from muster.web.institutions.sign_in import SEEN_KEY, SINCE_KEY
from tests.client import Api
from tests.make import PASSWORD, Campus, prove_email

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


def browser_of(user):
    browser = Client()
    assert browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD}).status_code == 302
    return browser


def person(campus, role):
    user = campus.person(role)
    user.set_password(PASSWORD)
    user.signs_in = True
    user.save()
    return user


@pytest.mark.parametrize(
    ("asked", "admin", "instructor", "student"),
    [
        ("nobody", False, False, False),
        ("admins", True, False, False),
        ("staff", True, True, False),
        ("everybody", True, True, True),
    ],
)
def test_who_needs_a_second_step_is_led_to_it_and_nothing_else_opens(campus, asked, admin, instructor, student):
    people = {
        campus.admin.user: admin,
        person(campus, "instructor"): instructor,
        person(campus, "student"): student,
    }
    tokens = {user: campus.token(user) for user in people}
    campus.let(second_factor_for=asked)
    for user, is_asked in people.items():
        browser = browser_of(user)
        answer = browser.get("/me/")
        if not is_asked:
            assert answer.status_code == 200
            assert Api(tokens[user]).get("/v1/auth/me").status == 200
            continue
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")
        page = browser.get("/accounts/2fa/").content.decode()
        assert f"{campus.institution.name} requires two-step sign-in" in page
        fragment = browser.get("/batches/", headers={"HX-Request": "true"})
        assert fragment["HX-Redirect"] == "/accounts/2fa/"
        by_session = browser.get("/api/courses")
        by_token = Api(tokens[user]).get("/courses")
        signed_in = Api().post("/v1/auth/login", {"email": user.email, "password": PASSWORD})
        assert by_session.json()["code"] == by_token.body["code"] == signed_in.body["code"] == "second_factor_required"
        assert by_session.status_code == by_token.status == signed_in.status == 403
        with pytest.raises(Forbidden):
            make_token(by=campus.actor(user), name="A way around")
        assert browser.post("/accounts/logout/").status_code == 302

        TOTP.activate(user, generate_totp_secret())
        codes = RecoveryCodes.activate(user).get_unused_codes()
        again = browser_of(user)
        assert again.post("/accounts/2fa/authenticate/", {"code": codes[0]}).status_code == 302
        assert again.get("/me/").status_code == 200
        assert Api(tokens[user]).get("/v1/auth/me").status == 200


def test_recovery_codes_alone_are_no_second_step(campus):
    RecoveryCodes.activate(campus.admin.user)
    campus.let(second_factor_for="admins")
    assert browser_of(campus.admin.user).get("/me/")["Location"] == "/accounts/2fa/"


def test_of_several_institutions_the_others_stay_open(campus):
    other = Campus.found("Aardvark College")
    other.joined_by(campus.admin.user)
    campus.let(second_factor_for="everybody")
    browser = browser_of(campus.admin.user)
    assert browser.get("/me/")["Location"] == "/accounts/2fa/"
    assert browser.get("/institution-choice/").status_code == 200
    browser.post("/switch-institution/", {"institution": str(other.institution.pk)})
    assert browser.get("/me/").status_code == 200


def contact_of(campus):
    works = ORGANISATIONS.add(by=campus.admin, fields={"name": "Harbour Works"})
    contact = name_contact(
        by=campus.admin, organisation=works, full_name="Cas Contact", email="cas@example.org"
    ).contact
    contact.set_password(PASSWORD)
    contact.signs_in = True
    contact.save()
    prove_email(contact)
    return contact, works


@pytest.mark.parametrize(("asked", "is_asked"), [("nobody", False), ("staff", False), ("everybody", True)])
def test_who_signs_in_for_an_organization_needs_a_second_step_where_everybody_does(campus, asked, is_asked):
    contact, works = contact_of(campus)
    campus.let(second_factor_for=asked)
    browser = browser_of(contact)
    closed = ("/organisation/", f"/organisation/{works.pk}/people/", f"/organisation/{works.pk}/payments/")
    for path in closed:
        answer = browser.get(path)
        assert (answer.status_code, answer.headers.get("Location")) == (
            (302, "/accounts/2fa/") if is_asked else (200, None)
        )
    for path in ("/api/organisation", f"/api/organisation/{works.pk}/people", f"/api/organisation/{works.pk}/payments"):
        answer = browser.get(path)
        assert answer.status_code == (403 if is_asked else 200), path
        assert not is_asked or answer.json()["code"] == "second_factor_required"
    if is_asked:
        assert f"{campus.institution.name} requires two-step sign-in" in browser.get("/accounts/2fa/").content.decode()
        TOTP.activate(contact, generate_totp_secret())
        assert [browser.get(path).status_code for path in closed] == [200, 200, 200]


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "3",
        "null",
        "[]",
        "{}",
        '"x"',
        '{"response": {}}',
        '{"response": 7}',
        "{",
        '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA", '
        '"attestationObject": "AA", "authenticatorData": "AA", "signature": "AA", "userHandle": "AA"}}',
    ],
)
def test_what_is_no_passkey_is_refused_and_never_a_fault(campus, sent):
    browser = Client()
    browser.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"})
    assert browser.post("/accounts/2fa/webauthn/login/", {"credential": sent}).status_code == 302
    assert browser.get("/me/").status_code == 302
    inside = browser_of(campus.admin.user)
    inside.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert inside.get("/accounts/2fa/webauthn/add/").status_code == 200
    assert inside.post("/accounts/2fa/webauthn/add/", {"credential": sent}).status_code == 200
    assert not campus.admin.user.authenticator_set.exists()


def test_a_passkey_asks_programs_for_a_recovery_code(campus):
    Authenticator.objects.create(user=campus.admin.user, type=Authenticator.Type.WEBAUTHN, data={})
    codes = RecoveryCodes.activate(campus.admin.user).get_unused_codes()
    body = {"email": campus.admin.user.email, "password": PASSWORD}
    assert Api().post("/v1/auth/login", body).body["code"] == "otp_required"
    assert Api().post("/v1/auth/login", {**body, "otp": codes[0]}).status == 200


def seen_after(campus, *pauses, path="/me/", user=None, **settings):
    """What a browser is answered that asks for a page now and after each of these pauses, and the browser."""
    campus.let(**settings)
    browser = browser_of(user or campus.admin.user)
    answers = [browser.get(path).status_code]
    for pause in pauses:
        session = browser.session
        for moment in (SINCE_KEY, SEEN_KEY):
            session[moment] -= pause.total_seconds()
        session.save()
        answers.append(browser.get(path).status_code)
    return answers, browser


HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_a_session_ends_after_hours_without_activity_and_says_so(campus):
    statuses, browser = seen_after(campus, HOUR, 1.9 * HOUR, 1.9 * HOUR, 2.2 * HOUR, idle_hours=2)
    assert statuses == [200, 200, 200, 200, 302]
    assert "You were signed out after 2 hours without activity." in browser.get("/accounts/login/").content.decode()


def test_the_session_of_who_signs_in_for_an_organization_ends_likewise(campus):
    asked = {"path": "/organisation/", "user": contact_of(campus)[0]}
    statuses, browser = seen_after(campus, HOUR, 1.9 * HOUR, 2.2 * HOUR, **asked, idle_hours=2)
    assert statuses == [200, 200, 200, 302]
    assert "You were signed out after 2 hours without activity." in browser.get("/accounts/login/").content.decode()
    assert seen_after(campus, 2 * DAY, **asked, idle_hours=None)[0] == [200, 200]


def test_without_the_setting_a_session_lasts_through_idle_days_and_ends_after_fourteen(campus):
    assert seen_after(campus, 6 * DAY, 7 * DAY)[0] == [200, 200, 200]
    assert seen_after(campus, *[DAY] * 14, idle_hours=48)[0] == [200] * 14 + [302]


def test_what_the_page_itself_asks_for_again_and_again_is_written_rarely(campus):
    _statuses, browser = seen_after(campus, idle_hours=2)
    before = browser.session[SEEN_KEY]
    browser.get("/me/")
    assert browser.session[SEEN_KEY] == before


def test_a_token_knows_no_idle_hours(campus):
    token = campus.token()
    campus.let(idle_hours=1)
    ApiToken.objects.update(last_used_at=timezone.now() - 2 * DAY)
    assert Api(token).get("/v1/auth/me").status == 200
