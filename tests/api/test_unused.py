"""Nothing that is sent is swallowed: every call names what it doesn't know."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.test import TestCase

from tests.access.world import World
from tests.api.described import disagreement, operations
from tests.api.examples import EXAMPLES, Example
from tests.api.test_answers import good_call
from tests.client import Api
from tests.make import Campus

UNKNOWN = "colour"
# Objects whose fields are named by codes of the institution, or by the kind of what they belong to.
BY_CODE = {"components", "filters"}
# Calls that other programs speak already, by the beginnings of their paths: a parameter too many is no refusal there.
FIXED = {
    ("GET", "/api/departments"),
    ("GET", "/api/departments/{department_id}"),
    ("GET", "/api/batches/courses/{course_id}/batches"),
    ("GET", "/api/batches/{batch_id}"),
    ("GET", "/api/batches/{batch_id}/students"),
    ("GET", "/api/batches/{batch_id}/subjects"),
    ("GET", "/api/batches"),
    ("GET", "/api/enrollments/{enrollment_id}"),
    ("GET", "/api/instructors/{instructor_id}/workload"),
    ("GET", "/api/v1/auth/instructor-students/{instructor_id}"),
    ("GET", "/api/v1/auth/get-all-students-with-instructors"),
    ("GET", "/api/institution/cohorts"),
    ("GET", "/api/institution/cohorts/{cohort_id}"),
    ("GET", "/api/institution/attendance/calendar"),
    ("GET", "/api/institution/class-sessions/{session_id}"),
    ("GET", "/api/institution/attendance/daily"),
    ("GET", "/api/institution/absences"),
    ("GET", "/api/institution/absences/{absence_id}"),
    ("GET", "/api/institution/attendance/corrections"),
    ("GET", "/api/institution/attendance/records/{record_id}/evidence"),
    ("GET", "/api/analytics/student-distribution"),
}


class Unused(TestCase):
    """One test a call, added below; the world is built once."""

    world: World

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = World.built()

    def asked(self, method: str, path: str, example: Example) -> None:
        """A parameter that the call doesn't know is refused by name, or named in the answer of a fixed call."""
        query = "&".join(filter(None, [example.query, f"{UNKNOWN}=1"]))
        response = good_call(self.world, replace(example, query=query), method, path)
        self.assertEqual(disagreement(response), "")
        if response.headers["Content-Type"].partition(";")[0] != "application/json":
            self.assertEqual(response["X-Unused-Parameters"], UNKNOWN)
            return
        content = json.loads(response.content)
        if method == "GET":
            self.assertEqual(response.status_code, 200 if (method, path) in FIXED else 400)
        if response.status_code < 300:
            self.assertEqual([one["field"] for one in content["warnings"]], [UNKNOWN])
        else:
            self.assertEqual((response.status_code, content["code"]), (400, "unknown_parameter"))
            self.assertEqual([one["field"] for one in content["errors"]], [UNKNOWN])

    def sent(self, method: str, path: str, example: Example) -> None:
        """Fields of the body that the call doesn't know are named, those that stand in others too."""
        expected: list[str] = []

        def body(objects: Any) -> Any:
            content = example.body(objects) if example.body else {}
            expected[:] = [UNKNOWN, *_with_unknown(content)]
            return {**content, UNKNOWN: "blue"}

        asked = (
            replace(example, form=lambda objects: {**example.form(objects), UNKNOWN: "blue"})
            if example.form
            else (replace(example, body=body))
        )
        response = good_call(self.world, asked, method, path)
        self.assertLess(response.status_code, 300, getattr(response, "content", ""))
        self.assertEqual(disagreement(response), "")
        if response.headers["Content-Type"].partition(";")[0] != "application/json":
            named = response["X-Unused-Parameters"].split(", ")
            self.assertEqual(sorted(named), sorted(expected or [UNKNOWN]))
            return
        named = [
            one["field"] for one in json.loads(response.content).get("warnings", ()) if one["code"] == "unknown_field"
        ]
        self.assertEqual(sorted(named), sorted(expected or [UNKNOWN]))


def _with_unknown(content: Any, before: str = "") -> list[str]:
    """Put the unknown field into each object within the content; the ways to them."""
    found = []
    pairs = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for name, value in pairs:
        found += _with_unknown(value, f"{before}{name}.")
        if isinstance(value, dict) and name not in BY_CODE:
            value[UNKNOWN] = "blue"
            found.append(f"{before}{name}.{UNKNOWN}")
    return found


def _test_of(does: str, method: str, path: str, example: Example) -> Any:
    def test(self: Unused) -> None:
        getattr(self, does)(method, path, example)

    return test


for _method, _path, _operation in operations():
    _name = _operation["operationId"]
    if _name in EXAMPLES:
        setattr(Unused, f"test_parameters_of_{_name}", _test_of("asked", _method, _path, EXAMPLES[_name]))
        if _method != "GET":
            setattr(Unused, f"test_fields_of_{_name}", _test_of("sent", _method, _path, EXAMPLES[_name]))


@pytest.mark.django_db
def test_a_refusal_of_a_parameter_says_which_there_are():
    refused = Api(Campus.found().token()).get("/branches?limit=5")
    assert refused.message == (
        "limit: This call doesn't know this parameter. It knows active, page, page_size, q, sort, updated_since."
    )


@pytest.mark.django_db
def test_who_may_not_call_learns_no_parameters():
    campus = Campus.found()
    assert Api().get("/branches?limit=5").status == 401
    assert Api(campus.token(campus.student())).get("/users?limit=5").status == 403
