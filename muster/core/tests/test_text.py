"""The gate for text from outside, at every door."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from muster.accounts.models import User
from muster.api.kit.parsing import StrictParser
from muster.attendance.rules.locking import needed_reason
from muster.batches.models import Batch
from muster.core.errors import Invalid
from muster.core.text import Line, Lines, ShortLines, clean_line, clean_lines
from muster.enrollments.rules.applications import reject_application
from muster.enrollments.rules.transfer_requests import reject_transfer
from muster.exchange.files import read_lines
from muster.institutions.models import Branch
from muster.institutions.rules.tokens import make_token
from muster.progression.rules.results import reason_problems
from tests.client import Api
from tests.make import Campus

DIRTY = "\u202e Ann\u200ba\r\nMari\u0065\u0301\u0007\u2028\ufeff Dube\t"
CLEAN = "Anna Mari\u00e9 Dube"


BODY = {"start_date": "2031-01-06", "end_date": "2031-03-28", "capacity": 12}


def test_a_line_is_what_people_see():
    assert clean_line(DIRTY) == CLEAN
    assert clean_lines("a\r\nb\u2028c\rd\u200b ") == "a\nb\nc\nd"
    assert clean_line("\u200b\u2060\ufeff\n") == ""
    assert clean_line("O’Brien 陳大文 مُحَمَّد") == "O’Brien 陳大文 مُحَمَّد"


@given(st.text())
def test_what_is_clean_stays_as_it_is(text):
    assert clean_line(clean_line(text)) == clean_line(text)
    assert clean_lines(clean_lines(text)) == clean_lines(text)
    assert not {"\n", "\r", "\t", "\u2028", "\u200b", "\u202e"} & {*clean_line(text)}


def test_every_column_that_people_fill_in_has_the_gate():
    """A name, title, code, number, place, note or reason is no plain column."""
    words = (
        "name",
        "title",
        "code",
        "number",
        "phone",
        "location",
        "notes",
        "note",
        "reason",
        "address",
        "bio",
        "skill",
    )
    plain = [
        f"{model.__name__}.{column.name}"
        for model in apps.get_models()
        if model.__module__.startswith("muster.") and model._meta.app_label != "core"
        for column in model._meta.get_fields()
        if isinstance(column, (models.CharField, models.TextField))
        and not isinstance(column, (Line, ShortLines, Lines, models.EmailField))
        and not column.choices
        and column.name.rpartition("_")[2] in words
    ]
    assert plain == []


@pytest.mark.django_db
def test_every_door_lets_a_name_in_clean():
    campus = Campus.found()
    api = Api(campus.token())
    teacher = str(campus.instructor().pk)
    opened = api.post(
        f"/batches/courses/{campus.course().pk}/batches",
        {**BODY, "batch_name": DIRTY, "assigned_instructor": teacher, "batch_notes": "one\r\ntwo\u200b"},
    )
    assert (opened.data["batch_name"], opened.data["batch_notes"]) == (CLEAN, "one\ntwo")
    person = api.post("/users", {"full_name": DIRTY, "email": "anna@example.org", "role": ["student"]})
    assert person.data["full_name"] == CLEAN
    browser = Client()
    browser.force_login(campus.admin.user)
    browser.post("/settings/branches/new/", {"name": DIRTY, "code": "N\u200b1"})
    assert list(Branch.objects.filter(institution=campus.institution).values_list("name", "code")) == [(CLEAN, "N1")]
    content = f'name\n"{DIRTY}"\n'.encode()
    assert [line.cells["name"] for line in read_lines(content, required=["name"])] == [CLEAN]
    User.objects.filter(pk=person.data["_id"]).update(full_name=DIRTY)
    assert User.objects.get(pk=person.data["_id"]).full_name == CLEAN


@pytest.mark.django_db
@pytest.mark.parametrize("nothing", ["\u200b", "\n", " \ufeff\t"])
def test_what_nobody_sees_is_no_name(nothing):
    campus = Campus.found()
    api = Api(campus.token())
    assert (
        "full_name" in api.post("/users", {"full_name": nothing, "email": "a@example.org", "role": ["student"]}).fields
    )
    assert "name" in api.post("/branches", {"name": nothing, "code": "B"}).fields
    path = f"/batches/courses/{campus.course().pk}/batches"
    assert (
        "batch_name"
        in api.post(path, {**BODY, "batch_name": nothing, "assigned_instructor": str(campus.instructor().pk)}).fields
    )


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["two\nlines", " ", "", "bell\x07"])
def test_the_database_itself_keeps_names_on_one_line(name):
    campus = Campus.found()
    batch, person = campus.batch(), campus.student()
    for row, column in ((batch, "name"), (person, "full_name"), (campus.institution, "name"), (batch.course, "title")):
        table = row._meta.db_table
        with pytest.raises(IntegrityError, match="is_one_line"), transaction.atomic():
            _set(table, column, row.pk, name)
    assert Batch.objects.get(pk=batch.pk).name == batch.name


def _set(table, column, pk, value):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, pk])  # noqa: S608


@pytest.mark.django_db
def test_a_secret_is_taken_as_it_is():
    campus = Campus.found()
    person = campus.student()
    person.set_password("se\u0301cret-\u200bhorse-battery")
    person.save()
    assert (
        Api().post("/v1/auth/login", {"email": person.email, "password": "se\u0301cret-\u200bhorse-battery"}).status
        == 200
    )


def test_whatever_its_shape_a_body_of_the_api_is_read_clean():
    """The gate stands before all shapes, so that no text of a new one can go around it."""
    body = {"a": [{"b": DIRTY, "password": DIRTY}], "c": DIRTY}
    request = RequestFactory().post("/", body, content_type="application/json")
    lines = clean_lines(DIRTY)
    assert StrictParser().parse_body(request) == {"a": [{"b": lines, "password": DIRTY}], "c": lines}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", " ", "\u200b\n", "x" * 101, "a\x00b"])
def test_a_token_needs_a_name_that_can_be_read(name):
    with pytest.raises(Invalid) as refused:
        make_token(by=Campus.found().admin, name=name)
    assert [one.field for one in refused.value.errors] == ["name"]


@pytest.mark.django_db
def test_the_name_of_a_token_is_told_clean():
    token, _secret = make_token(by=Campus.found().admin, name=DIRTY)
    assert token.name == CLEAN


@pytest.mark.django_db
@pytest.mark.parametrize(
    "refuse",
    [
        lambda words: reject_application(by=None, application=None, note=words),
        lambda words: reject_transfer(by=None, request=None, note=words),
        lambda words: needed_reason(words, "Say why."),
    ],
)
def test_words_that_nobody_sees_are_no_reason(refuse):
    with pytest.raises(Invalid):
        refuse(" \u200b\u202e\n")
    assert reason_problems(" \u200b\u202e\n")
