"""A call with a token skips the layers of pages, and its answer is as if it had passed them all."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation

from tests.client import Api
from tests.make import Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def program(campus):
    return Client(headers={"Authorization": f"Bearer {campus.token()}"})


def headers_of(response):
    """The headers that don't differ from one answer to the next, and on what the answer depends but for the cookie."""
    headers = {name: value for name, value in response.headers.items() if name not in ("X-Request-ID", "Vary")}
    assert response["X-Request-ID"]
    return headers, set(response.get("Vary", "").split(", ")) - {"Cookie", ""}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/courses", 200),
        ("HEAD", "/api/courses", 200),
        ("GET", "/api/nothing", 404),
        ("GET", "/api/", 404),
        ("PATCH", "/api/courses", 405),
        ("GET", "/api/courses?page=0", 400),
        ("GET", "/api/openapi.json", 200),
        ("GET", "/api/docs", 200),
    ],
)
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_token_gets_the_headers_that_a_session_gets(campus, program, method, path, status, encoding):
    browser = Client()
    browser.force_login(campus.admin.user)
    by_token, by_session = (
        one.generic(method, path, headers={"Accept-Encoding": encoding}) for one in (program, browser)
    )
    assert by_token.status_code == by_session.status_code == status
    (told, varies), (expected, varied) = headers_of(by_token), headers_of(by_session)
    assert int(told.pop("Content-Length")) > 0
    expected.pop("Content-Length", "")
    assert (told, varies) == (expected, varied)


def test_a_token_sets_no_cookie_and_reads_none(campus, program):
    stranger = campus.student()
    program.force_login(stranger)
    answer = program.get("/api/v1/auth/me")
    assert answer.json()["data"]["_id"] == str(campus.admin.user.pk)
    assert not answer.cookies


def test_a_name_that_is_not_ours_is_refused_a_token_too(program, settings):
    settings.ALLOWED_HOSTS = ["muster.example"]
    refused = program.get("/api/courses", headers={"Host": "elsewhere.example"})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_request")


def test_a_token_is_answered_in_the_callers_language(program, settings):
    settings.LANGUAGES = [("en", "English"), ("de", "German")]
    with translation.override("en"):
        assert program.get("/api/courses", headers={"Accept-Language": "de"})["Content-Language"] == "de"
        # The next call of the same thread speaks its own.
        assert program.get("/api/courses")["Content-Language"] == "en"


def test_signing_in_works_beside_a_token_that_is_over(campus):
    campus.admin.user.set_password("correct-horse-battery")
    campus.admin.user.save()
    body = {"email": campus.admin.user.email, "password": "correct-horse-battery"}
    assert Api("over").post("/v1/auth/login", body).status == 200
    refused = [Api("over").post("/v1/auth/login", {**body, "password": "wrong"}) for _turn in range(6)]
    assert [answer.status for answer in refused] == [401] * 5 + [429]


def test_a_call_is_logged_with_its_own_id_and_token(program, caplog):
    caplog.set_level("INFO")
    first = program.get("/api/courses", headers={"X-Request-ID": "first"})
    second = program.get("/api/nothing", headers={"X-Request-ID": "second"})
    logged = [record.msg for record in caplog.records if record.name.startswith("django_structlog")]
    assert [(line["event"], line["request_id"], line["code"]) for line in logged] == [
        ("request_finished", "first", first.status_code),
        ("request_finished", "second", second.status_code),
    ]
    assert "token" in logged[0]
    assert "token" not in logged[1]
