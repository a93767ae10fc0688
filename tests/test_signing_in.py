"""Signing in over the API and by page: one lock-out for both, codes where they are on, nothing told to strangers."""

from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as codes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.test import Client

from muster.accounts.models import User
from muster.institutions.models import ApiToken
from tests.client import Api
from tests.make import PASSWORD, Campus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_failures_yet():
    cache.clear()


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def thandi(campus):
    user = campus.instructor("Thandi Nkosi")
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(email, password=PASSWORD, **rest):
    return Api().post("/v1/auth/login", {"email": email, "password": password, **rest})


NOW = 60_000_000


@pytest.fixture
def _clock_of_codes_stands_still(monkeypatch):
    monkeypatch.setattr(codes, "time", SimpleNamespace(time=lambda: NOW * 30))


def code_of(secret):
    return format_hotp_value(hotp_value(secret, NOW))


def test_the_answer_holds_a_token_and_who_it_is(campus, thandi):
    reply = sign_in("THANDI@EXAMPLE.ORG" if thandi.email == "thandi@example.org" else thandi.email.upper())
    assert reply.status == 200, reply.body
    assert set(reply.data) == {"token", "expires_at", "user"}
    assert reply.data["user"]["role"] == ["instructor"]
    assert Api(reply.data["token"]).get("/v1/auth/me").data["email"] == thandi.email
    thandi.refresh_from_db()
    assert thandi.last_login is not None


@pytest.mark.parametrize("email", ["nobody@example.org", "deactivated", "wrong"])
def test_a_stranger_learns_nothing_from_a_refusal(thandi, email):
    if email == "deactivated":
        User.objects.filter(pk=thandi.pk).update(is_active=False)
    reply = sign_in(
        {"deactivated": thandi.email, "wrong": thandi.email}.get(email, email),
        "wrong" if email == "wrong" else PASSWORD,
    )
    assert (reply.status, reply.body["code"], reply.fields) == (401, "wrong_credentials", [])
    assert reply.message == "The email or password is incorrect. Try again, or reset your password."


def test_an_unknown_email_costs_a_hash_as_a_known_one_does(thandi, monkeypatch):
    hashed = []

    def noted(self, password):
        hashed.append(password)
        make(self, password)

    make = User.set_password
    monkeypatch.setattr(User, "set_password", noted)
    sign_in("nobody@example.org", "some password")
    assert hashed == ["some password"]


def test_five_failures_lock_the_email_for_page_and_api(thandi):
    for _attempt in range(4):
        assert sign_in(thandi.email, "wrong").status == 401
    page = Client().post("/accounts/login/", {"login": thandi.email, "password": "wrong"})
    assert page.status_code == 200
    locked = sign_in(thandi.email)
    assert (locked.status, locked.body["code"]) == (429, "too_many_attempts")
    assert locked.message == "Too many attempts. Wait 5 minutes and try again, or reset your password."
    page = Client().post("/accounts/login/", {"login": thandi.email, "password": PASSWORD})
    assert page.status_code == 429
    assert 290 < int(page["Retry-After"]) <= 300
    assert "Too many attempts. Wait 5 minutes" in page.content.decode()
    assert thandi.email in page.content.decode()


def test_the_locked_answer_says_when_to_come_back(thandi):
    for _attempt in range(5):
        sign_in(thandi.email, "wrong")
    response = Client().post(
        "/api/v1/auth/login", {"email": thandi.email, "password": "wrong"}, content_type="application/json"
    )
    assert (response.status_code, 290 < int(response["Retry-After"]) <= 300) == (429, True)


def test_signing_in_right_is_never_counted_as_a_failure(thandi):
    assert [sign_in(thandi.email).status for _time in range(7)] == [200] * 7


def test_a_stranger_who_guesses_locks_nobody_out(thandi):
    """Failures count for the account from that address; its owner sits at another one."""
    for _attempt in range(6):
        sign_in(thandi.email, "wrong")
    assert sign_in(thandi.email).status == 429
    owner = Client(REMOTE_ADDR="203.0.113.9")
    body = {"email": thandi.email, "password": PASSWORD}
    assert owner.post("/api/v1/auth/login", body, content_type="application/json").status_code == 200
    page = owner.post("/accounts/login/", {"login": thandi.email, "password": PASSWORD})
    assert page.status_code == 302


@pytest.mark.parametrize(("behind_proxy", "owners"), [(True, 200), (False, 429)])
def test_the_address_is_the_one_that_the_proxy_saw_where_there_is_one(settings, thandi, behind_proxy, owners):
    settings.BEHIND_PROXY = behind_proxy

    def tried(password, sent):
        body = {"email": thandi.email, "password": password}
        return Api().post("/v1/auth/login", body, X_Forwarded_For=sent).status

    # What callers say of themselves stands before what the proxy saw.
    assert [tried("wrong", f"198.51.100.{number}, 192.0.2.1") for number in range(6)] == [401] * 5 + [429]
    assert tried(PASSWORD, "192.0.2.1, 203.0.113.9") == owners


def test_failures_are_not_forgotten_when_many_others_fail(settings, thandi):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "1000/m/ip,5/5m/key"}
    for _attempt in range(5):
        sign_in(thandi.email, "wrong")
    for number in range(320):
        cache.set(f"allauth:rl:{number:064x}", [0.0], 300)
    assert sign_in(thandi.email).status == 429


def test_others_are_not_locked_with_the_one(campus, thandi):
    for _attempt in range(6):
        sign_in(thandi.email, "wrong")
    assert sign_in(campus.admin.user.email).status == 200


def test_many_failures_from_one_address_stop_it(settings, campus):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "3/m/ip,5/5m/key"}
    statuses = [sign_in(f"guess{number}@example.org").status for number in range(4)]
    assert statuses == [401, 401, 401, 429]


@pytest.mark.usefixtures("_clock_of_codes_stands_still")
def test_with_two_steps_the_password_alone_is_not_enough(thandi):
    secret = generate_totp_secret()
    TOTP.activate(thandi, secret)
    assert secret not in str(Authenticator.objects.get(user=thandi).data)
    asked = sign_in(thandi.email)
    assert (asked.status, asked.body["code"], asked.fields) == (401, "otp_required", ["otp"])
    wrong = sign_in(thandi.email, otp="000000" if code_of(secret) != "000000" else "000001")
    assert (wrong.status, wrong.body["code"]) == (401, "wrong_otp")
    code = code_of(secret)
    assert sign_in(thandi.email, otp=code).status == 200
    again = sign_in(thandi.email, otp=code)
    assert (again.status, again.body["code"]) == (401, "wrong_otp")
    page = Client()
    page.post("/accounts/login/", {"login": thandi.email, "password": PASSWORD})
    assert page.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200
    assert page.get("/me/").status_code == 302


def test_a_recovery_code_works_once(thandi):
    TOTP.activate(thandi, generate_totp_secret())
    code = RecoveryCodes.activate(thandi).get_unused_codes()[0]
    assert sign_in(thandi.email, otp=code).status == 200
    assert sign_in(thandi.email, otp=code).body["code"] == "wrong_otp"


def test_codes_cannot_be_guessed_for_long(thandi):
    TOTP.activate(thandi, generate_totp_secret())
    answers = [sign_in(thandi.email, otp="not a code").body["code"] for _attempt in range(6)]
    assert answers == ["wrong_otp"] * 5 + ["too_many_attempts"]


@pytest.mark.parametrize("body", [{}, {"email": 1, "password": []}, {"email": None, "password": None}, []])
def test_a_malformed_sign_in_names_the_fields(body):
    reply = Api().post("/v1/auth/login", body)
    assert reply.status == 400
    assert body == [] or set(reply.fields) == {"email", "password"}


def test_among_several_institutions_one_is_chosen(campus, thandi):
    other = Campus.found("Aardvark College")
    other.joined_by(thandi)
    first = sign_in(thandi.email).data["user"]
    assert (first["institution"]["slug"], first["role"]) == (campus.institution.slug, ["instructor"])
    assert [place["name"] for place in first["institutions"]] == ["Aardvark College", campus.institution.name]
    for choice in ("aardvark-college", str(other.institution.pk)):
        there = sign_in(thandi.email, institution=choice).data["user"]
        assert (there["role"], there["institution"]["slug"]) == (["student"], "aardvark-college")
        assert [place["name"] for place in there["institutions"]] == ["Aardvark College", campus.institution.name]
    assert sign_in(thandi.email, institution="elsewhere").status == 403


def test_me_lists_what_the_caller_may_do(campus):
    admin = Api(campus.token()).get("/v1/auth/me").data["permissions"]
    student = Api(campus.token(campus.student())).get("/v1/auth/me").data["permissions"]
    assert {"batches: change", "users: change", "settings: change"} <= set(admin)
    assert "batches: see" in student
    assert {"batches: change", "users: list", "users: change"}.isdisjoint(student)
    assert admin == sorted(set(admin))


def test_logging_out_ends_the_token(thandi):
    token = sign_in(thandi.email).data["token"]
    assert Api(token).post("/v1/auth/logout").status == 200
    assert Api(token).get("/v1/auth/me").status == 401


def test_tokens_are_named_told_once_and_revoked(campus):
    api = Api(campus.token())
    made = api.post(
        "/v1/auth/tokens", {"name": "Timetable screen", "expires_at": "2031-01-31T12:00:00+02:00", "password": PASSWORD}
    )
    assert made.status == 201
    assert made.data["expires_at"] == "2031-01-31T10:00:00.000Z"
    secret = made.data["token"]
    assert secret not in str(list(ApiToken.objects.values()))
    assert Api(secret).get("/v1/auth/me").status == 200
    listed = {token["name"]: token for token in api.get("/v1/auth/tokens").data}
    assert "token" not in listed["Timetable screen"]
    assert listed["Timetable screen"]["last_used_at"] is not None
    assert api.delete(f"/v1/auth/tokens/{made.data['_id']}").status == 200
    assert Api(secret).get("/v1/auth/me").status == 401
    assert api.delete(f"/v1/auth/tokens/{made.data['_id']}").status == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x", "expires_at": "2001-01-01"}, "expires_at"),
        ({"name": "x", "expires_at": "soon"}, "expires_at"),
        ({"name": "x", "expires_at": 5}, "expires_at"),
        ({"name": "x", "expires_at": "9999-12-31T23:59:59-14:00"}, "expires_at"),
        ({"name": "x", "expires_at": "9000-01-01T00:00:00Z"}, "expires_at"),
    ],
)
def test_a_token_that_makes_no_sense_is_refused_at_its_field(campus, body, field):
    reply = Api(campus.token()).post("/v1/auth/tokens", {"password": PASSWORD, **body})
    assert (reply.status, reply.fields) == (400, [field])


def test_tokens_are_the_owners_alone(campus):
    mine = Api(campus.token()).post("/v1/auth/tokens", {"name": "Mine", "password": PASSWORD}).data["_id"]
    other = Api(campus.token(campus.instructor()))
    assert mine not in [token["_id"] for token in other.get("/v1/auth/tokens").data]
    assert other.delete(f"/v1/auth/tokens/{mine}").status == 404


def test_a_token_can_be_had_fifty_times(campus, settings):
    api = Api(campus.token())
    bodies = [{"name": f"Token {number}", "password": PASSWORD} for number in range(50)]
    statuses = [api.post("/v1/auth/tokens", body).status for body in bodies]
    assert statuses == [201] * 49 + [400]


def test_a_new_password_ends_sign_ins_everywhere_but_here(campus, thandi):
    token, named = sign_in(thandi.email).data["token"], campus.token(thandi)
    here, there = Client(), Client()
    for browser in (here, there):
        assert browser.post("/accounts/login/", {"login": thandi.email, "password": PASSWORD}).status_code == 302
    changed = here.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "a-brand-new-secret", "password2": "a-brand-new-secret"},
    )
    assert changed.status_code == 302
    assert Api(token).get("/v1/auth/me").status == 401
    assert Api(named).get("/v1/auth/me").status == 401
    assert here.get("/accounts/password/change/").status_code == 200
    assert there.get("/accounts/password/change/").status_code == 302


def test_signing_in_by_page_gives_a_fresh_session_and_careful_cookies(thandi):
    browser = Client()
    browser.get("/accounts/login/")
    session = browser.session
    session["planted"] = "yes"
    session.save()
    browser.cookies["sessionid"] = before = session.session_key
    browser.post("/accounts/login/", {"login": thandi.email, "password": PASSWORD})
    cookie = browser.cookies["sessionid"]
    assert cookie.value != before
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
