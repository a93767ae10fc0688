"""What is logged holds no secrets."""

import pytest

from config.logs import without_secrets


@pytest.mark.parametrize(
    ("logged", "kept"),
    [
        ("GET /accounts/invitation/WyJh.bc:1x/", "GET /accounts/invitation/***/"),
        ("Not Found: /accounts/invitation/WyJh", "Not Found: /accounts/invitation/***"),
        ("POST /accounts/password/reset/key/1a-d2/?next=/", "POST /accounts/password/reset/key/***/?***"),
        ("GET /accounts/new-email/WyJh.bc:1x/", "GET /accounts/new-email/***/"),
        ("GET /accounts/password/reset/", "GET /accounts/password/reset/"),
        ("GET /calendar/Jq8-x_Y.ics", "GET /calendar/***.ics"),
        ("GET /calendar/links/", "GET /calendar/links/"),
        ("GET /batches/1/", "GET /batches/1/"),
    ],
)
def test_keys_that_open_accounts_are_blotted_out(logged, kept):
    assert without_secrets(None, "info", {"request": logged, "code": 200}) == {"request": kept, "code": 200}
