"""Every field of every body × values that no field should bring down.

What the description of the API forbids is refused at the field; so are ids of nobody and of another institution. What
it allows is taken, or refused at some field; what it lets one leave out is not asked for. `MUSTER_TRIALS=few` tries
every fourth value at each place, in turn.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.test import Client, TestCase

from muster.core.ownership import hidden_tables
from muster.core.permissions import as_id
from tests.access.world import World
from tests.api.described import body_validator, disagreement, field_at, operations
from tests.api.examples import EXAMPLES

EVERY = 4 if os.environ.get("MUSTER_TRIALS") == "few" else 1
BAD: list[Any] = [
    None,
    "",
    "   ",
    "x",
    "x" * 70_000,
    "a\u202e\u0007'; DROP TABLE batches_batch; --",
    True,
    0,
    -1,
    1.5,
    2**31,
    10**30,
    1e300,
    [],
    [None],
    {},
    "00000000-0000-7000-8000-000000000000",
    "0001-01-01",
    "9999-12-31T23:59:59-14:00",
    "2030-02-30",
]


def places(body: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value in a body."""
    if isinstance(body, dict):
        for name, value in body.items():
            yield (*before, name)
            yield from places(value, (*before, name))
    elif isinstance(body, list):
        for index, value in enumerate(body):
            yield (*before, index)
            yield from places(value, (*before, index))


def changed(body: Any, place: tuple[Any, ...], value: Any) -> Any:
    """The body with another value at the place."""
    copy = deepcopy(body)
    inner = copy
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    return copy


def missing(body: Any, place: tuple[Any, ...]) -> Any:
    """The body without the place."""
    copy = deepcopy(body)
    inner = copy
    for step in place[:-1]:
        inner = inner[step]
    if isinstance(inner, list) or place[-1] in inner:
        del inner[place[-1]]
    return copy


class BadValues(TestCase):
    """One test a route, added below; the world is built once."""

    world: World

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = World.built()

    def tried(self, method: str, path: str, name: str) -> None:
        """Each bad value at each place is refused there, or taken; where it is refused nothing is written."""
        example = EXAMPLES[name]
        own = self.world.objects["own"]
        validator = body_validator(method, path)
        client = Client(headers={"Authorization": f"Bearer {self.world.tokens['admin']}"})
        wrong: list[str] = []
        asked_for: set[str] = set()
        with transaction.atomic():
            made = example.objects(own["campus"]) if example.objects else {}
            objects = {**own, "open_batch_id": own["batch_id"], **made}
            good = example.body(objects)
            whole = path.format(**objects) + (f"?{example.query}" if example.query else "")
            before = contents()
            for turn, place in enumerate(places(good)):
                values = self.values(good, place)[turn % EVERY :: EVERY]
                for body in [missing(good, place), *(changed(good, place, value) for value in values)]:
                    value = value_at(body, place)
                    # What the path names too is not asked for again.
                    is_foreign = is_id(good, place) and is_id(body, place) and f"{{{place[-1]}}}" not in path
                    must_refuse = is_foreign or not validator.is_valid(body)
                    try:
                        with transaction.atomic():
                            response = client.generic(method, whole, json.dumps(body), content_type="application/json")
                            # Only what was refused stays, if anything of it was written.
                            transaction.set_rollback(response.status_code < 300)
                        problem = problem_of(response, place if must_refuse else ())
                        if value is MISSING and not must_refuse and names_exactly(response, place):
                            asked_for.add(dotted(place))
                        if response.status_code == 429 and place[-1] in ("password", "otp"):
                            # Wrong passwords are counted, and after some of them one has to wait.
                            problem = ""
                    except Exception as fault:
                        problem = f"{type(fault).__name__}: {fault}"[:200]
                    if problem:
                        wrong.append(f"{dotted(place)} = {json.dumps(value)[:60]}: {problem}")
            if contents() != before:
                wrong.append("something of what was refused was written")
            transaction.set_rollback(True)
        self.assertEqual(wrong, [], "\n".join([f"{method} {path}", *wrong]))
        self.assertEqual(asked_for, set(SOMETIMES.get(name, "").split()), f"{method} {path} asks for these")

    def values(self, good: Any, place: tuple[Any, ...]) -> list[Any]:
        """The bad values, and where an id belongs, those of another institution."""
        if not is_id(good, place):
            return BAD
        return [*BAD, *(str(self.world.objects["other"][name]) for name in OTHER_IDS)]


def refused_in_its_row(response: Any, place: tuple[Any, ...]) -> bool:
    """Whether an answer that has an outcome for each row refuses the row there."""
    data = json.loads(response.content).get("data") if response.status_code == 200 else None
    outcomes = data.get("outcomes", []) if isinstance(data, dict) else []
    refused = [("rows", one["row"], one["field"]) for one in outcomes if one.get("outcome") == "refused"]
    return place in refused


def problem_of(response: Any, refused_at: tuple[Any, ...]) -> str:
    """What is wrong with the answer, if anything. Where a place is given, it must be a refusal that names it."""
    if response.status_code in (400, 403):
        named = {wrong["field"] for wrong in json.loads(response.content)["errors"]}
        if response.status_code == 400 and not named:
            return f"no field is named: {response.content[:200]!r}"
        if refused_at and not any(one_within_the_other(field, dotted(refused_at)) for field in named):
            return f"refused at {sorted(named)}"
    elif refused_at and not refused_in_its_row(response, refused_at):
        return f"is not refused, but answered {response.status_code}"
    elif response.status_code >= 300 and response.status_code != 412:
        return f"{response.status_code} {response.content[:100]!r}"
    return disagreement(response)


def one_within_the_other(field: str, place: str) -> bool:
    """Whether the refusal names the place, what it stands in, or something in it."""
    return (
        f"{field}.".startswith(f"{place}.") or f"{place}.".startswith(f"{field}.") or NAMED_BESIDE.get(place) == field
    )


def names_exactly(response: Any, place: tuple[Any, ...]) -> bool:
    """Whether the answer refuses the very place, and not only what stands in it or around it."""
    if response.status_code not in (400, 403):
        return refused_in_its_row(response, place)
    # No item of a list can be missing: the list is then a shorter one.
    return isinstance(place[-1], str) and dotted(place) in {
        one["field"] for one in json.loads(response.content)["errors"]
    }


def dotted(place: tuple[Any, ...]) -> str:
    """The place as answers name it."""
    return ".".join(map(str, place))


def is_id(body: Any, place: tuple[Any, ...]) -> bool:
    """Whether an id stands at the place."""
    return as_id(value_at(body, place)) is not None


MISSING = "(missing)"
# What must be sent at times, as the words of the description say: with what the example sends, these are asked for.
SOMETIMES = {
    "ask_for_email": "password",
    "add_token": "password",
    "enroll_many": "rows.0.student_id rows.0.batchId",
    "join_waitlist": "student_id",
    "decide_transfer": "to_batch",
    "name_contact": "full_name",
    "mark_daily": "cohort_id date",
    "add_class_session": "start_time end_time",
    "change_class_session": "start_time end_time",
    "open_course_batch": "capacity",
    "add_feed": "cohort_id",
    "add_course": "currency",
    "change_course": "currency",
    "add_material": "title batch_id",
    "add_elective_group": "choose",
    "choose_elective": "enrollment_id",
    "unchoose_elective": "enrollment_id",
    "request_rollover": "held_back.0.reason",
    "roll_over": "held_back.0.reason",
    "decide_mentor_request": "instructor_id",
    "change_question": "answer",
    "change_risk_flag": "outcome",
    "decide_access": "expires_at",
    "add_assessment": "component",
    "change_assessment": "component",
    "open_feedback_round": "batch_id accept_small_group",
    "add_submission": "resources.0.template_id",
    "change_submission": "resources.0.template_id",
    "add_template_column": "fixed_text",
    "change_template_column": "fixed_text",
}
# Where two fields must agree, the other one may be named.
NAMED_BESIDE = {"student_id": "enrolment_id"}
OTHER_IDS = ("batch_id", "course_id", "branch_id", "department_id", "room_id", "subject_id", "instructor_id")


def contents() -> dict[str, Any]:
    """Every row of every table of ours, as a sum."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model.__module__.startswith("muster.") and model._meta.db_table not in hidden_tables():
                cursor.execute(f"SELECT count(*), sum(hashtext(t::text)) FROM {model._meta.db_table} AS t")  # noqa: S608
                found[model._meta.db_table] = cursor.fetchone()
    # The last use of a token is told, whatever becomes of the call.
    del found["institutions_apitoken"]
    # What fails to prove who is at work, and from where a token is used, is written down all the same.
    del found["institutions_securityevent"]
    return found


def value_at(body: Any, place: tuple[Any, ...]) -> Any:
    """The value at the place, or that there is none."""
    for step in place:
        try:
            body = body[step]
        except (KeyError, IndexError):
            return MISSING
    return body


def test_what_must_be_sent_at_times_is_explained() -> None:
    silent = [
        f"{method} {path} {place}"
        for method, path, operation in operations()
        for place in SOMETIMES.get(operation["operationId"], "").split()
        if "description" not in field_at(method, path, place)
    ]
    assert silent == []
    assert set(SOMETIMES) - set(EXAMPLES) == set()


def _test_of(method: str, path: str, name: str) -> Any:
    def test(self: BadValues) -> None:
        self.tried(method, path, name)

    return test


for _method, _path, _operation in operations():
    _name = _operation["operationId"]
    if EXAMPLES.get(_name) and EXAMPLES[_name].body and _name != "login":
        setattr(BadValues, f"test_{_name}", _test_of(_method, _path, _name))
