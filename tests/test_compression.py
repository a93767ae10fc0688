"""What travels: pages are compressed for browsers that ask for it."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_pages_are_compressed_for_who_asks():
    asked = Client().get("/accounts/login/", headers={"Accept-Encoding": "gzip"})
    plain = Client().get("/accounts/login/")
    assert (asked.headers["Content-Encoding"], plain.headers.get("Content-Encoding")) == ("gzip", None)
    assert len(asked.content) < len(plain.content) / 2
