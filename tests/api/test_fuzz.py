"""Calls made up from the description alone: nothing is a fault, and every answer is as described."""

from __future__ import annotations

import functools
import json
from typing import Any
from urllib.parse import urlencode

import schemathesis
from django.db import transaction
from django.test import Client, TestCase
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core import NOT_SET

from tests.access.table import EVERY_ROLE
from tests.access.world import LastingWorld
from tests.api.described import description, disagreement, operations
from tests.fuzzing import CASES, SEED, share_of

# What a call may be answered; a fault is none of these.
SOUND = {200, 201, 304, 400, 401, 403, 404, 405, 412, 413, 429}
# A made-up sign-in is slowed on purpose; made-up uploads have tests of their own.
LEFT_OUT = {"login", "start_import", "announce_absence", "add_evidence", "add_evidence_to_absence"}
# Any text may be looked up: nothing that could be sent is unsound.
TAKES_ANYTHING = {"verify_document"}


class MadeUpCalls(TestCase):
    """As every role, on real objects and on made-up ones. A test for each role and mode is added below."""

    world: LastingWorld

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = LastingWorld.built()

    def fuzz(self, role: str, mode: GenerationMode) -> None:
        own = {name: str(value) for name, value in self.world.objects["own"].items()}
        client = Client(headers={"Authorization": f"Bearer {self.world.tokens[role]}"})
        faults: list[str] = []
        for (_role, _mode, method, path), cases in TRIED.get((role, mode), []):
            self.route(client, made_up(mode, method, path), own, faults, cases)
        self.assertEqual(faults, [])

    def route(self, client: Client, cases: Any, own: dict[str, str], faults: list[str], number: int) -> None:
        """Make calls of one route up."""

        @seed(SEED)
        @given(data=st.data())
        @settings(
            max_examples=number,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def call(data: Any) -> None:
            case = data.draw(cases)
            # Most calls are about something that is there.
            if data.draw(st.integers(0, 3)):
                case.path_parameters = {name: own.get(name, value) for name, value in case.path_parameters.items()}
            if problem := self.problem(client, case):
                faults.append(problem)

        call()

    def problem(self, client: Client, case: Any) -> str:
        """What is wrong with the answer, if anything; its effect is undone."""
        has_body = case.body is not NOT_SET
        path = f"{case.formatted_path}?{urlencode(case.query or {}, doseq=True)}"
        label = f"{case.method} {path} {case.body if has_body else ''}"[:400]
        headers = {name: str(value) for name, value in (case.headers or {}).items() if name != "Authorization"}
        body = case.body if has_body else b""
        if not isinstance(body, bytes):
            body = json.dumps(body)
        try:
            with transaction.atomic():
                response = client.generic(
                    case.method,
                    path,
                    body,
                    content_type="application/json",
                    headers=headers,
                )
                transaction.set_rollback(True)
        except Exception as fault:
            return f"{label}: {type(fault).__name__} {fault}"[:600]
        if response.status_code not in SOUND:
            return f"{label}: {response.status_code}"
        wrong = disagreement(response)
        return f"{label}: {wrong}" if wrong else ""


@functools.cache
def schema() -> Any:
    return schemathesis.openapi.from_dict(description())


@functools.cache
def made_up(mode: GenerationMode, method: str, path: str) -> Any:
    """Calls of a route. Finding out how to make them up takes longer than making a call, so roles share it."""
    return schema()[path][method.lower()].as_strategy(generation_mode=mode)


def _test_of(role: str, mode: GenerationMode) -> Any:
    def test(self: MadeUpCalls) -> None:
        self.fuzz(role, mode)

    return test


MODES = {"sound": GenerationMode.POSITIVE, "unsound": GenerationMode.NEGATIVE}
TRIED: dict[tuple[str, GenerationMode], list[tuple[tuple[str, GenerationMode, str, str], int]]] = {}
for _one, _cases in share_of(
    [
        (role, mode, method, path)
        for role in EVERY_ROLE
        for mode in MODES.values()
        for method, path, operation in operations()
        if operation["operationId"] not in LEFT_OUT | (TAKES_ANYTHING if mode == GenerationMode.NEGATIVE else set())
    ],
    CASES,
):
    TRIED.setdefault(_one[:2], []).append((_one, _cases))

for _role in EVERY_ROLE:
    for _name, _mode in MODES.items():
        setattr(MadeUpCalls, f"test_{_role.replace('-', '_')}_with_{_name}_values", _test_of(_role, _mode))
