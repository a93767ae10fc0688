"""The security log: what stands in it, who reads it, that nobody rewrites it; and what may be done so often."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal import auth as codes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import IntegrityError, transaction
from django.test import Client

from muster.api.root import api as every_route
from muster.api.scopes import scope_of
from muster.institutions import security
from muster.institutions.models import SecurityEvent, TokenScope
from muster.institutions.rules import PersonChange, RoleGrant, change_person, invite_again, make_token
from tests.client import Api
from tests.make import PASSWORD, Campus
from tests.pages import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


def told(campus, **where):
    """What the log says, the oldest first: what, of whom, by whom, and more."""
    rows = SecurityEvent.objects.filter(institution=campus.institution, **where).order_by("created_at", "id")
    return [(row.kind, row.name, row.done_by_name, row.detail) for row in rows]


def signed_in(user, password=PASSWORD):
    browser = Client()
    browser.post("/accounts/login/", {"login": user.email, "password": password})
    return browser


def test_signing_in_failing_and_out_by_page(campus):
    admin = campus.admin.user
    signed_in(admin, "wrong")
    browser = signed_in(admin)
    browser.get("/me/")
    browser.get("/me/")
    browser.post("/accounts/logout/")
    name = admin.full_name
    assert told(campus) == [
        ("sign-in-failed", name, "", "Wrong password"),
        ("signed-in", name, name, ""),
        ("signed-out", name, name, ""),
    ]
    assert set(SecurityEvent.objects.values_list("address", flat=True)) == {"127.0.0.1"}


def test_signing_in_and_out_by_api_and_tokens(campus):
    admin = campus.admin.user
    Api().post("/v1/auth/login", {"email": admin.email, "password": "wrong"})
    api = Api(Api().post("/v1/auth/login", {"email": admin.email, "password": PASSWORD}).data["token"])
    made = api.post("/v1/auth/tokens", {"name": "Screen", "password": PASSWORD})
    for address in ("192.0.2.7", "192.0.2.7", "198.51.100.2", "192.0.2.7"):
        Client(headers={"Authorization": f"Bearer {made.data['token']}"}, REMOTE_ADDR=address).get("/api/v1/auth/me")
    api.delete(f"/v1/auth/tokens/{made.data['_id']}")
    api.post("/v1/auth/logout")
    assert [(kind, detail) for kind, _name, _by, detail in told(campus)] == [
        ("sign-in-failed", "Wrong password"),
        ("signed-in", "API"),
        ("token-made", "Screen"),
        ("token-seen", "Screen"),
        ("token-seen", "Screen"),
        ("token-ended", "Screen"),
        ("signed-out", "API"),
    ]
    seen = SecurityEvent.objects.filter(kind="token-seen").values_list("address", flat=True)
    assert set(seen) == {"192.0.2.7", "198.51.100.2"}


def test_what_somebody_may_not_is_told_with_what_they_asked_for_a_few_times_an_hour(campus, monkeypatch):
    student, batch = campus.person("student"), campus.batch()
    page, api = Browser(campus, student), Api(campus.token(student))
    assert page.post(f"/batches/{batch.pk}/archive/").status_code == 403
    assert api.delete(f"/batches/{batch.pk}").status == 403
    assert api.get("/v1/auth/me").status == 200
    (kind, name, by, by_page), (_kind, _name, _by, by_call) = told(campus, person=student, kind="refused")
    assert (kind, name, by) == ("refused", student.full_name, student.full_name)
    assert by_page == f"POST /batches/<uuid:batch_id>/archive/ {batch.pk}"
    assert by_call == f"DELETE /api/batches/{{batch_id}} {batch.pk}"
    monkeypatch.setattr(security, "REFUSALS_AN_HOUR", 3)
    for _again in range(3):
        assert page.get("/settings/audit/").status_code == 403
    assert len(told(campus, kind="refused")) == 3
    assert told(Campus.found(), kind="refused") == []


def test_an_unknown_email_is_kept_nowhere_in_clear(campus, caplog):
    signed_in(type(campus.admin.user)(email="stranger@example.org"))
    assert told(campus) == []
    assert "sign_in_failed" in caplog.text
    assert "stranger" not in caplog.text


def test_factors_and_passwords(campus, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(codes, "yield_hotp_counters_from_time", lambda: iter([7]))
    browser = signed_in(campus.admin.user)
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    browser.get("/accounts/2fa/totp/activate/")
    code = format_hotp_value(hotp_value(browser.session["mfa.totp.secret"], 7))
    with django_capture_on_commit_callbacks(execute=True):
        browser.post("/accounts/2fa/totp/activate/", {"code": code})
    browser.post("/accounts/2fa/totp/deactivate/", {})
    browser.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "a-brand-new-secret", "password2": "a-brand-new-secret"},
    )
    assert ("factor-added", "Authenticator app") in [(kind, detail) for kind, _name, _by, detail in told(campus)]
    assert [(kind, detail) for kind, _name, _by, detail in told(campus)][-2:] == [
        ("factor-removed", "Authenticator app"),
        ("password-changed", ""),
    ]
    assert "a-brand-new-secret" not in str(list(SecurityEvent.objects.values()))


def test_what_administrators_do_to_people(campus):
    person = campus.instructor("Thandi Nkosi")
    invite_again(by=campus.admin, user=person)
    change_person(
        by=campus.admin,
        user=person,
        change=PersonChange(roles=[RoleGrant("admin")], email="new@example.org", password="another-long-secret"),
    )
    by = campus.admin.user.full_name
    assert sorted(told(campus)) == [
        ("email-changed", "Thandi Nkosi", by, ""),
        ("invited", "Thandi Nkosi", by, ""),
        ("invited", "Thandi Nkosi", by, ""),
        ("password-changed", "Thandi Nkosi", by, ""),
        ("role-changed", "Thandi Nkosi", by, "Administrator"),
    ]


def test_exports_by_page_and_api(campus):
    browser = Client()
    browser.force_login(campus.admin.user)
    assert browser.get("/students/?export=csv").status_code == 200
    assert Api(campus.token()).get("/exports/batches").status == 200
    assert [detail for _kind, _name, _by, detail in told(campus, kind="exported")] == ["students", "batches"]


def test_only_added_to(campus):
    row = security.note_event(by=campus.admin, kind="signed-in")
    for change in (row.delete, lambda: SecurityEvent.objects.filter(pk=row.pk).update(detail="x")):
        with pytest.raises(IntegrityError, match="only added to"), transaction.atomic():
            change()


def test_administrators_read_it_filter_it_and_export_it(campus):
    security.note_event(by=campus.admin, kind="signed-in")
    security.note_failure(email=campus.admin.user.email, detail="Wrong password")
    security.note_event(by=Campus.found("Elsewhere").admin, kind="sign-ins-ended")
    browser = Client()
    browser.force_login(campus.admin.user)
    page = browser.get("/settings/security/").content.decode()
    assert "Wrong password" in page
    # Another institution's stays there; the words are among the filter's choices.
    assert page.count("All sign-ins ended") <= 1
    assert "Signed in" in browser.get("/settings/security/?kind=signed-in").content.decode()
    assert "Wrong password" not in browser.get("/settings/security/?kind=signed-in").content.decode()
    lines = b"".join(browser.get("/settings/security/?export=csv").streaming_content).decode()
    assert "Wrong password" in lines
    api = Api(campus.token())
    rows = api.get("/security-events?kind=sign-in-failed").data
    assert [(row["kind"], row["person"]["_id"], row["done_by"], row["detail"]) for row in rows] == [
        ("sign-in-failed", str(campus.admin.user.pk), None, "Wrong password")
    ]
    assert api.get("/security-events?kind=nothing").fields == ["kind"]
    assert Api(campus.token(campus.instructor())).get("/security-events").status == 403


def test_everybody_sees_what_lately_happened_to_their_own_sign_in(campus):
    person = campus.instructor()
    security.note_of_account(account=person, kind="sign-in-failed", detail="Wrong password")
    browser = Client()
    browser.force_login(person)
    page = browser.get("/me/").content.decode()
    assert "Recent activity" in page
    assert "Wrong password" in page
    other = Client()
    other.force_login(campus.admin.user)
    assert "Wrong password" not in other.get("/me/").content.decode()


def test_exports_and_invitations_are_limited_in_an_hour(campus, monkeypatch):
    monkeypatch.setattr(security, "MOST_IN_AN_HOUR", {SecurityEvent.Kind.EXPORTED: 2, SecurityEvent.Kind.INVITED: 1})
    browser = Client()
    browser.force_login(campus.admin.user)
    api = Api(campus.token())
    assert browser.get("/students/?export=csv").status_code == 200
    assert api.get("/exports/batches").status == 200
    refused = api.get("/exports/batches")
    assert (refused.status, refused.body["message"]) == (429, "You can export 2 lists an hour. Try again later.")
    page = browser.get("/students/?export=csv")
    assert page.status_code == 429
    assert "You can export 2 lists an hour. Try again later." in page.content.decode()
    # Somebody else may still.
    other = campus.person("admin")
    assert Api(campus.token(other)).get("/exports/batches").status == 200

    first, second = campus.instructor(), campus.instructor()
    assert api.post(f"/users/{first.pk}/invitation").status == 200
    refused = api.post(f"/users/{second.pk}/invitation")
    assert (refused.status, refused.body["message"]) == (429, "You can send 1 invitation an hour. Try again later.")
    page = browser.post(f"/settings/users/{second.pk}/invitation/", {})
    assert "You can send 1 invitation an hour." in page.content.decode()


# --- scopes
def test_a_token_is_for_the_parts_it_names(campus):
    _token, secret = make_token(by=campus.admin, name="Registers", scopes=["attendance", "batches"])
    api = Api(secret)
    assert api.get("/batches").status == 200
    assert api.get("/institution/attendance/daily").status != 403
    assert api.get("/v1/auth/me").status == 200
    for path, scope in {
        "/enrollments": "enrollments",
        "/users": "people",
        "/exports/students": "reports",
        "/certificates": "results",
        "/mentoring/goals": "support",
        "/messages": "messages",
        "/institution": "settings",
        "/v1/auth/tokens": "settings",
        "/security-events": "settings",
    }.items():
        refused = api.get(path)
        assert (refused.status, refused.body["code"]) == (403, "out_of_scope"), path
        assert f"Create one with the scope {scope}." in refused.body["message"]


def test_scopes_are_chosen_by_page_and_api_and_named(campus):
    api = Api(campus.token())
    made = api.post("/v1/auth/tokens", {"name": "Registers", "scopes": ["attendance"], "password": PASSWORD})
    assert (made.status, made.data["scopes"]) == (201, ["attendance"])
    assert Api(made.data["token"]).get("/courses").status == 403
    wrong = api.post("/v1/auth/tokens", {"name": "Registers", "scopes": ["everything"], "password": PASSWORD})
    assert (wrong.status, wrong.fields) == (400, ["scopes"])
    browser = signed_in(campus.admin.user)
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    sent = {"name": "Screen", "expires_at": "2031-01-31", "scopes": ["attendance", "reports"]}
    page = browser.post("/settings/tokens/", sent).content.decode()
    assert "Attendance and registers, Reports, imports and exports" in page
    assert browser.post("/settings/tokens/", {**sent, "scopes": ["x"]}).status_code == 400


def test_every_route_belongs_to_a_part():
    parts = {
        path: scope_of(path.removeprefix("/api"))
        for path in every_route.get_openapi_schema(path_prefix="/api/")["paths"]
    }
    assert {path for path, part in parts.items() if not part} == {
        "/api/v1/auth/login",
        "/api/v1/auth/logout",
        "/api/v1/auth/me",
        "/api/v1/auth/new-email",
        "/api/verify/{serial}",
    }
    assert set(parts.values()) - {""} == set(TokenScope.values)
