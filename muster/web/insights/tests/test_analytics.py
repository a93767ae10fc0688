"""The analytics page: what it says of days that make no sense, and of nothing at all."""

from __future__ import annotations

import pytest

from tests.make import Campus
from tests.pages import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus() -> Campus:
    return Campus.found()


def test_days_in_the_wrong_order_are_said_at_their_field(campus: Campus) -> None:
    page = Browser(campus).get("/analytics/?first=2030-03-01&last=2030-02-01")
    assert page.status_code == 200
    assert page.context["form"].errors["last"] == ["The last day is before the first. Choose a later one."]


def test_a_time_that_is_too_long_is_said_at_its_field(campus: Campus) -> None:
    page = Browser(campus).get("/analytics/?first=2020-03-01&last=2030-02-01")
    assert page.context["form"].errors["first"] == ["That's longer than three years. Choose a shorter time."]


def test_without_marks_it_says_how_to_begin(campus: Campus) -> None:
    page = Browser(campus).get("/analytics/")
    assert "take the first register" in page.content.decode()
    assert page.context["headline"] == "No attendance between these days"
