"""What the log says of a request, and what it keeps to itself."""

from __future__ import annotations

import logging

import pytest

from config.logs import without_secrets
from tests.client import Api
from tests.make import Campus


@pytest.mark.parametrize(
    ("request_line", "logged"),
    [
        ("GET /api/batches", "GET /api/batches"),
        ("GET /api/users?q=Nadia+Haddad&page=1", "GET /api/users?***"),
        ("GET /accounts/invitation/abc:def-1/", "GET /accounts/invitation/***/"),
        ("GET /accounts/password/reset/key/1-set-9f/", "GET /accounts/password/reset/key/***/"),
        ("GET /search/?q=a", "GET /search/?***"),
    ],
)
def test_paths_are_logged_without_secrets_and_searched_words(request_line, logged):
    assert without_secrets(None, "info", {"request": request_line})["request"] == logged


def test_warnings_of_the_framework_lose_their_secrets_too():
    event = {"event": "Not Found: /accounts/invitation/abc:def-1/"}
    assert without_secrets(None, "warning", event)["event"] == "Not Found: /accounts/invitation/***/"


@pytest.mark.django_db
def test_neither_token_nor_password_nor_key_reaches_the_log(caplog):
    campus = Campus.found()
    token = campus.token()
    with caplog.at_level(logging.DEBUG):
        Api(token).get("/users?q=Nadia")
        Api(token).post("/courses", {"course_title": "A", "code": "A"}, Idempotency_Key="key-of-mine")
        Api().post("/v1/auth/login", {"email": campus.admin.user.email, "password": "wrong-horse-battery"})
    text = "\n".join(str(record.msg) for record in caplog.records if not record.name.startswith("django.db"))
    assert "/api/users" in text
    for secret in (token, "wrong-horse-battery", "key-of-mine", "Nadia"):
        assert secret not in text


@pytest.mark.django_db
def test_a_refusal_stands_in_the_log_once(caplog):
    with caplog.at_level(logging.INFO):
        Api(Campus.found().token()).get("/batches/none")
    told = [str(record.msg) for record in caplog.records if record.levelno > logging.INFO]
    assert len(told) == 1
    assert "/api/batches/none" in told[0]
    assert "404" in told[0]
