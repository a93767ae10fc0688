"""What no client should send, and what is said to it: 400 in our shape, never a fault."""

from __future__ import annotations

import json
from errno import ENOSPC

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from procrastinate.exceptions import ConnectorException

from muster.api import root
from muster.courses.models import Course
from tests.api.described import disagreement
from tests.client import Api
from tests.make import Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def api(campus):
    return Api(campus.token())


def sent(campus, body, path="/api/courses", method="POST", content_type="application/json", **headers):
    """The answer to raw bytes, as (status, content)."""
    client = Client(headers={"Authorization": f"Bearer {campus.token()}", **headers}, raise_request_exception=True)
    response = client.generic(method, path, body, content_type=content_type)
    assert response["Content-Type"].startswith("application/json")
    assert disagreement(response) == ""
    return response.status_code, json.loads(response.content)


UNSOUND = [
    b"{",
    b"nonsense",
    b'"text"',
    b"[1, 2]",
    b"null",
    b"12",
    b"{}{}",
    b'{"course_title": NaN, "code": "A"}',
    b'{"course_title": "A", "code": "A", "semesters": Infinity}',
    b'{"course_title": "\xff\xfe", "code": "A"}',
    b'{"course_title": "\\ud800", "code": "A"}',
    b'{"course_title": "\\u0000", "code": "A"}',
    b'{"course_title": "A\x00", "code": "A"}',
    b'{"course_title": "A", "code": "A", "required_skills": ["\\u0000"]}',
    b'{"\\u0000": 1, "course_title": "A", "code": "A"}',
    b'{"course_title": "A", "code": "A", "semesters": 1e400}',
    b'{"course_title": "A", "code": "A", "semesters": ' + b"9" * 400 + b"}",
    b'{"course_title": "A", "code": "A", "semesters": 18446744073709551616}',
    b'{"course_title": "A", "code": "A", "price": 1e308}',
    b'{"x": ' * 3000 + b"1" + b"}" * 3000,
    b"[" * 100_000,
    b'{"course_title": "A", "code": "A", "required_skills": ' + b"[" * 900 + b"]" * 900 + b"}",
]


def test_a_body_that_is_no_sound_object_is_refused(campus):
    for body in UNSOUND:
        status, content = sent(campus, body)
        assert (status, content["success"]) == (400, False), (body[:80], content)
        assert content["message"]
        assert not Course.objects.exists()


def test_an_escaped_backslash_before_u0000_is_text_like_any_other(campus):
    status, content = sent(campus, rb'{"course_title": "C:\\u0000", "code": "A"}')
    assert (status, content["data"]["course_title"]) == (201, "C:\\u0000")


def test_of_a_key_given_twice_the_last_counts(campus):
    status, content = sent(campus, b'{"course_title": "A", "course_title": "B", "code": "A"}')
    assert (status, content["data"]["course_title"]) == (201, "B")


def test_fields_that_nobody_knows_are_named_and_not_used(campus):
    status, content = sent(
        campus, b'{"course_title": "A", "code": "A", "colour": "red", "id": "1", "institution": "x"}'
    )
    assert status == 201
    assert [(one["field"], one["code"]) for one in content["warnings"]] == [
        (name, "unknown_field") for name in ("colour", "id", "institution")
    ]


def test_a_body_of_another_type_is_refused(campus):
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        status, content = sent(campus, b'{"course_title": "A", "code": "A"}', content_type=content_type)
        assert (status, content["code"]) == (400, "wrong_content_type")


def test_json_is_taken_under_its_other_names(campus):
    assert sent(campus, b'{"course_title": "A", "code": "A"}', content_type="application/json; charset=utf-8")[0] == 201
    assert sent(campus, b'{"course_title": "B", "code": "B"}', content_type="application/merge-patch+json")[0] == 201


def test_a_body_that_is_too_large_is_refused_in_shape(campus, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    for headers in ({}, {"Idempotency-Key": "k1"}):
        status, content = sent(campus, b'{"course_title": "' + b"a" * 1000 + b'"}', **headers)
        assert (status, content["code"]) == (413, "too_large")


def test_paths_that_are_none_are_missing_in_shape(campus, api):
    for path in ("/nothing", "/batches/", "/batches/x/y/z", "/v2/auth/login", "/%00", "/..%2f", "/batches/%00", "/"):
        for who in (api, Api()):
            found = who.get(path)
            assert found.status in ((404, 401) if path == "/batches/%00" else (404,)), path
            assert found.body["success"] is False


def test_ids_that_are_none_are_missing(api):
    for word in ("x", "%00", "0", "-1", "null", "undefined", "a" * 2000, "%F0%9F%98%80", "{batch_id}", "' OR 1=1 --"):
        assert api.get(f"/batches/{word}").status == 404, word
        assert api.put(f"/batches/{word}", {}).status == 404, word


def test_other_methods_are_refused_in_shape(campus, api):
    for method, path, allowed in (
        ("PATCH", "/batches", {"GET", "POST"}),
        ("DELETE", "/courses", {"GET", "POST"}),
        ("POST", f"/batches/{campus.batch().pk}", {"GET", "PUT", "DELETE"}),
        ("TRACE", "/batches", {"GET", "POST"}),
        ("OPTIONS", "/batches", {"GET", "POST"}),
    ):
        refused = api.call(method, path)
        assert (refused.status, refused.body["code"]) == (405, "wrong_method")
        assert set(refused.headers["Allow"].split(", ")) == allowed


def test_head_is_get_without_the_body(campus, api):
    asked = api.client.get("/api/batches", headers=api.headers)
    answer = api.client.head("/api/batches", headers=api.headers)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["Content-Length"] == str(len(asked.content))
    assert answer["Content-Type"] == asked["Content-Type"]
    assert api.client.head("/api/batches").status_code == 401
    assert api.client.head("/api/nothing", headers=api.headers).status_code == 404
    assert api.client.head("/api/batches/check-conflicts", headers=api.headers).status_code in (404, 405)


LISTS = [
    "/batches",
    "/courses",
    "/departments",
    "/branches",
    "/rooms",
    "/holidays",
    "/terms",
    "/users",
    "/enrollments",
    "/imports",
]
BAD_QUERIES = {
    "page=0": "page",
    "page=-1": "page",
    "page=x": "page",
    "page=1.5": "page",
    "page=99999999999999999999": "page",
    "page_size=0": "page_size",
    "page_size=201": "page_size",
    "sort=nothing": "sort",
    "sort=--name": "sort",
    "sort=password": "sort",
    "sort=%00": "sort",
    "q=%00": "q",
    "q=" + "a" * 201: "q",
}


def test_bad_paging_is_refused_at_its_field(api):
    for path in LISTS:
        for query, field in BAD_QUERIES.items():
            refused = api.get(f"{path}?{query}")
            assert (refused.status, refused.fields) == (400, [field]), (path, query)


def test_a_page_beyond_the_end_is_empty(api):
    for path in LISTS:
        beyond = api.get(f"{path}?page=1000000&page_size=200")
        assert (beyond.status, beyond.data, beyond.body["count"]) == (200, [], 0), path


def test_searched_words_mean_themselves(campus, api):
    """Nothing made here has such a sign in its name: as wildcards they would find everything."""
    campus.enroll(campus.batch(course=campus.course(), branch=campus.branch(), department=campus.department()))
    campus.room()
    for path in LISTS:
        for words in ("%25", "_", "%5C", "%27", "%22%3B--", "%FF", "%F0%9F%98%80", "(", "*"):
            assert api.get(f"{path}?q={words}").data == [], (path, words)
        # What nobody sees is no word: it narrows nothing.
        assert api.get(f"{path}?q=%E2%80%AE").data == api.get(path).data, path


def test_a_percent_sign_is_found_where_it_stands(campus, api):
    campus.course(title="100% practice", code="P")
    campus.course(title="1000 hours", code="H")
    assert [course["code"] for course in api.get("/courses?q=0%25").data] == ["P"]


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer x", "Basic YTpi", "Token x", "bearer muster_", "x" * 9000, "Bearer \x00"]
)
def test_a_bad_token_is_refused(campus, header):
    refused = Client().get("/api/batches", headers={"Authorization": header})
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")


def test_every_answer_keeps_its_headers(campus, api):
    for response in (
        api.get("/courses"),
        api.get("/nothing"),
        api.call("PATCH", "/courses"),
        api.post("/courses", {}),
        Api().get("/courses"),
    ):
        headers = response.headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert len(headers["X-Request-ID"]) == 36
        assert not [name for name in headers if name.lower().startswith("access-control-")]


def test_no_other_site_is_let_in(api):
    asked = api.call("OPTIONS", "/batches", Origin="https://elsewhere.example", Access_Control_Request_Method="GET")
    assert not [name for name in asked.headers if name.lower().startswith("access-control-")]


def test_the_callers_request_id_is_told_again_where_it_is_a_word(api):
    assert api.get("/courses", X_Request_ID="job-17.a").headers["X-Request-ID"] == "job-17.a"
    for strange in ("with space", "a" * 101, "<b>", "a\x00", "ид"):
        assert len(api.get("/courses", X_Request_ID=strange).headers["X-Request-ID"]) == 36


@pytest.mark.parametrize(("behind_proxy", "address"), [(False, "127.0.0.1"), (True, "203.0.113.9")])
def test_a_call_is_logged_by_the_id_it_was_told_and_from_where_it_came(api, caplog, settings, behind_proxy, address):
    settings.BEHIND_PROXY = behind_proxy
    caplog.set_level("INFO")
    # The last address is the one the proxy saw; those before it are the caller's own words.
    told = api.get("/courses", X_Forwarded_For="198.51.100.1, 203.0.113.9").headers["X-Request-ID"]
    logged = [record.msg for record in caplog.records if record.name.startswith("django_structlog")]
    assert [(line["event"], line["request_id"], line["ip"]) for line in logged] == [("request_finished", told, address)]


def test_sign_in_costs_one_statement(campus):
    """Whose token it is, who they are, where, and with which roles."""
    token = campus.token()
    Api(token).get("/v1/auth/me")
    with CaptureQueriesContext(
        connection,
    ) as statements:
        assert Api(token).get("/batches?page=1").status == 200
    assert len(statements) == 2, [statement["sql"][:120] for statement in statements]


def test_sign_in_by_one_statement_knows_every_role(campus):
    person = campus.person("branch-manager", branch=campus.branch())
    actor = campus.actor(person)
    told = Api(campus.token(person)).get("/v1/auth/me").data["memberships"]
    assert told == [{"role": "branch-manager", "branch_id": str(actor.grants[0].branch_id), "department_id": None}]


def test_a_token_dies_with_what_it_stands_on(campus):
    person = campus.student()
    token = campus.token(person)
    assert Api(token).get("/v1/auth/me").status == 200
    for lost in (
        lambda: person.affiliations.update(is_active=False),
        lambda: person.memberships.all().delete(),
        lambda: type(person).objects.filter(pk=person.pk).update(is_active=False),
    ):
        lost()
        assert Api(token).get("/v1/auth/me").status == 401
        person.affiliations.update(is_active=True)


@pytest.mark.parametrize("error", [OperationalError(), InterfaceError(), ConnectorException(), OSError(ENOSPC, "Full")])
def test_a_database_that_is_away_or_a_full_disk_is_said_however_it_is_noticed(error):
    answer = root.api.on_exception(RequestFactory().get("/api/batches"), error)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert json.loads(answer.content)["success"] is False
