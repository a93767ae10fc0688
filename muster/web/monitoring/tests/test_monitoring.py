"""Who watches over Muster learns whether it lives, whether it is ready and how it goes, and nothing about people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from muster.core.ownership import as_owner
from muster.web.monitoring import probe

TOKEN = "a-token-of-the-operator"
# A name that is none of ours, as probes say it.
STRANGER = {"Host": "10.0.0.7:8000"}


def run_worker(seconds_ago: int = 1) -> None:
    """A worker said that long ago that it lives."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 second')",
            [seconds_ago],
        )


def read(name: str, **labels: str) -> float | None:
    """A figure as Prometheus reads it."""
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return float(sample.value)
    return None


def test_life_is_told_without_the_database():
    answer = Client().get("/healthz", headers=STRANGER)
    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (200, b"ok\n", "no-store")
    assert "Set-Cookie" not in answer
    assert Client().post("/healthz").status_code == 405


@pytest.mark.django_db(transaction=True)
def test_ready_with_a_database_of_this_muster_and_a_living_worker():
    ready = Client().get("/readyz", headers=STRANGER)
    assert (ready.status_code, ready.json()) == (503, {"database": "ok", "migrations": "ok", "worker": "missing"})
    run_worker(seconds_ago=3600)
    assert Client().get("/readyz").json()["worker"] == "missing"
    run_worker()
    ready = Client().get("/readyz", headers=STRANGER)
    assert (ready.status_code, ready.json()) == (200, {"database": "ok", "migrations": "ok", "worker": "ok"})


@pytest.mark.django_db(transaction=True)
def test_not_ready_before_the_last_migration():
    run_worker()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET name = name || '-' WHERE app = 'core' RETURNING name")
        assert cursor.fetchall()
        try:
            ready = Client().get("/readyz")
            assert (ready.status_code, ready.json()["migrations"]) == (503, "missing")
        finally:
            cursor.execute("UPDATE django_migrations SET name = trim(TRAILING '-' FROM name) WHERE app = 'core'")


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_is_told_at_once(monkeypatch, settings):
    settings.METRICS_TOKEN = TOKEN
    monkeypatch.setattr(probe, "connector_params", lambda: {"host": "/nowhere", "dbname": "muster"})
    ready = Client().get("/readyz")
    assert (ready.status_code, ready.json()["database"]) == (503, "unreachable")
    assert "nowhere" not in ready.content.decode()
    # The others are told all the same.
    assert read("muster_database_up") == 0
    assert read("muster_jobs", state="waiting") is None


@pytest.mark.django_db(transaction=True)
def test_requests_are_counted_by_route_and_status(settings):
    settings.METRICS_TOKEN = TOKEN

    def counted(method: str, route: str, status: str) -> float:
        return read("muster_requests_total", method=method, route=route, status=status) or 0

    login, call = counted("GET", "accounts/login/", "200"), counted("GET", "api/v1/auth/me", "401")
    nothing, made_up = counted("GET", "none", "404"), counted("other", "accounts/login/", "405")
    Client().get("/accounts/login/?next=/naledi/")
    Client().get("/api/v1/auth/me", headers={"Authorization": "Bearer nobody"})
    Client().get("/no/such/page")
    Client().generic("MADEUP", "/accounts/login/")
    assert counted("GET", "accounts/login/", "200") == login + 1
    assert counted("GET", "api/v1/auth/me", "401") == call + 1
    assert counted("GET", "none", "404") == nothing + 1
    assert counted("other", "accounts/login/", "405") == made_up + 1
    assert read("muster_request_seconds_count", method="GET", route="accounts/login/")
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert b"naledi" not in answer.content


@pytest.mark.django_db(transaction=True)
def test_what_waits_is_told(settings):
    settings.METRICS_TOKEN = TOKEN
    run_worker()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (task_name, queue_name, args, status, scheduled_at) VALUES"
            " ('nothing', 'default', '{}', 'todo', NULL), ('nothing', 'default', '{}', 'failed', NULL),"
            " ('nothing', 'default', '{}', 'todo', now() + interval '1 hour')"
        )
    assert read("muster_database_up") == 1
    states = {state: read("muster_jobs", state=state) for state in ("waiting", "scheduled", "running", "failed")}
    assert states == {"waiting": 1, "scheduled": 1, "running": 0, "failed": 1}
    assert read("muster_workers", state="seen") == 1
    assert read("muster_mails", state="waiting") == 0
    assert read("muster_database_connections", state="active")


@pytest.mark.parametrize(
    ("token", "sent", "status"),
    [("", "Bearer ", 404), (TOKEN, "", 401), (TOKEN, "Bearer another", 401), (TOKEN, "Bearer ä", 401)],
)
def test_figures_need_the_token(token, sent, status, settings):
    settings.METRICS_TOKEN = token
    answer = Client().get("/metrics", headers={"Authorization": sent})
    assert answer.status_code == status
    assert b"muster_" not in answer.content


@pytest.mark.parametrize(
    ("contact", "line"),
    [
        ("security@college.example", "Contact: mailto:security@college.example"),
        ("https://college.example/security", "Contact: https://college.example/security"),
    ],
)
def test_whom_to_tell_of_a_weakness(contact, line, settings):
    settings.SECURITY_CONTACT, settings.MUSTER_URL = contact, "https://muster.example/"
    answer = Client().get("/.well-known/security.txt", headers=STRANGER)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    first, expires, *rest = answer.content.decode().splitlines()
    assert (first, rest) == (
        line,
        ["Preferred-Languages: en", "Canonical: https://muster.example/.well-known/security.txt"],
    )
    left = datetime.fromisoformat(expires.removeprefix("Expires: ")) - datetime.now(UTC)
    assert timedelta(days=170) < left < timedelta(days=365)


def test_nobody_is_named_until_the_operator_does():
    assert Client().get("/.well-known/security.txt").status_code == 404
