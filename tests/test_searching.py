"""Search finds people however their names are typed: case, accents and apostrophes don't matter."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.accounts.models import User
from muster.core.search import MOST_WORDS, plain, with_words
from tests.client import Api
from tests.make import Campus

pytestmark = pytest.mark.django_db

NAMES = ["Zoë Ångström", "Sinéad O’Brien", "Łukasz Weiß", "Đặng Thị Hoa", "MARÍA PEÑA", "Søren Æbelø"]
TYPED = {
    "zoe angstrom": NAMES[0],
    "O'Brien": NAMES[1],
    "o`brien sinead": NAMES[1],
    "Oʼbrien": NAMES[1],
    "lukasz weiss": NAMES[2],
    "dang thi": NAMES[3],
    "maria pena": NAMES[4],
    "María": NAMES[4],
    "soren aebelo": NAMES[5],
}


@pytest.fixture
def campus():
    campus = Campus.found()
    for name in NAMES:
        campus.student(name)
    return campus


@pytest.mark.parametrize("typed", TYPED)
def test_a_name_is_found_however_it_is_typed(campus, typed):
    api = Api(campus.token())
    for path in ("/students", "/users", "/v1/auth/get-all-students-with-instructors"):
        assert [one["full_name"] for one in api.get(f"{path}?q={typed}").data] == [TYPED[typed]]


def test_signs_of_patterns_mean_themselves(campus):
    assert list(with_words(User.objects.all(), "%", "full_name")) == []
    assert list(with_words(User.objects.all(), "z_e", "full_name")) == []


def test_words_beyond_the_first_ten_narrow_no_more(campus):
    typed = "zoe " * MOST_WORDS
    assert [one.full_name for one in with_words(User.objects.all(), f"{typed} nobody", "full_name")] == [NAMES[0]]
    assert not with_words(User.objects.all(), f"{typed[4:]} nobody", "full_name").exists()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(min_codepoint=1, max_codepoint=0x24F) | st.sampled_from("’‘ʼ′＇ﬁǅ"), max_size=20))
def test_the_database_and_the_program_read_a_name_alike(text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT muster_plain(%s)", [text])
        assert cursor.fetchone()[0] == plain(text)
