"""The description of the API is valid, and programs are made of it."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.api.described import description
from tests.make import Campus

TOOL = "openapi_python_client"
OPTIONS = ["--config", "config.yml", "--meta", "none", "--output-path", "muster_client"]


def test_the_description_is_valid():
    validator = pytest.importorskip("openapi_spec_validator")
    found = validator.OpenAPIV31SpecValidator(json.loads(json.dumps(description()))).iter_errors()
    assert [f"{list(one.absolute_path)}: {one.message[:200]}" for one in found] == []


def test_the_description_says_where_the_api_is_and_what_it_is_about():
    told = description()
    assert told["servers"] == [{"url": "/", "description": "The Muster that describes itself here"}]
    used = {tag for methods in told["paths"].values() for one in methods.values() for tag in one["tags"]}
    assert {tag["name"] for tag in told["tags"]} == used


@pytest.mark.django_db
def test_what_programs_fetch_is_the_description(client):
    assert client.get("/api/openapi.json").json() == description()


def test_no_parameter_carries_examples_as_a_list():
    wrong = [
        (path, one["name"])
        for path, methods in description()["paths"].items()
        for operation in methods.values()
        for one in operation["parameters"]
        if "examples" in one
    ]
    assert wrong == []


@pytest.fixture(scope="module")
def client_package(tmp_path_factory):
    """A client as another program has it made."""
    pytest.importorskip(TOOL)
    place = tmp_path_factory.mktemp("client")
    (place / "openapi.json").write_text(json.dumps(description()))
    (place / "config.yml").write_text("post_hooks: []\nproject_name_override: muster_client\n")
    made = subprocess.run(
        [sys.executable, "-m", TOOL, "generate", "--path", "openapi.json", *OPTIONS],
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(place))
    yield "muster_client"
    sys.path.remove(str(place))


@pytest.mark.django_db
def test_a_generated_client_makes_reads_and_changes_a_batch(client_package):
    httpx = pytest.importorskip("httpx")
    campus = Campus.found()

    def answer(request: Any) -> Any:
        """What Muster answers, within the transaction of this test."""
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        given = Client().generic(
            request.method,
            request.url.raw_path.decode(),
            request.content,
            content_type=headers.get("content-type", ""),
            headers=headers,
        )
        return httpx.Response(given.status_code, headers=dict(given.headers), content=given.content)

    def part(name: str) -> Any:
        return importlib.import_module(f"{client_package}.{name}")

    client = part("client").AuthenticatedClient(
        base_url="http://testserver",
        token=campus.token(),
        httpx_args={"transport": httpx.MockTransport(answer)},
    )
    models = part("models")
    body = models.NewBatchIn(
        batch_name="Evenings",
        start_date="2031-01-06",
        end_date="2031-03-28",
        capacity=12,
        assigned_instructor=str(campus.instructor().pk),
    )
    made = part("api.batches.open_course_batch").sync(str(campus.course().pk), client=client, body=body)
    assert made.data.batch_name == "Evenings"
    seen = part("api.batches.see_batch").sync(made.data.field_id, client=client)
    assert seen.data.capacity == 12
    changed = part("api.batches.update_batch").sync(made.data.field_id, client=client, body=models.BatchIn(capacity=15))
    assert changed.data.capacity == 15
    assert date.fromisoformat(changed.data.start_date.isoformat()[:10]) == date(2031, 1, 6)
