"""The tests' database: one throw-away server for every test run of this checkout, unless DATABASE_URL names another."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

from muster.core.postgres import EmbeddedServer, hold

HOME = Path(__file__).resolve().parent / "var" / "test"

# What tests write stays away from the checkout's own data, and from what tests beside them write.
SIDE = os.environ.get("PYTEST_XDIST_WORKER", "alone")
settings.MUSTER_HOME = HOME
settings.MEDIA_ROOT = HOME / "files" / SIDE
settings.EMAIL_FILE_PATH = HOME / "mails" / SIDE
settings.PASSWORD_HASHERS = ["tests.hashers.QuickArgon2", *settings.PASSWORD_HASHERS]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Point Django at the throw-away server, started or joined when the first test asks for a database."""
    if os.environ.get("DATABASE_URL"):
        return
    server = hold(EmbeddedServer(HOME, throwaway=True))
    connections["default"].settings_dict["HOST"] = str(server.places.socket)


@pytest.fixture(autouse=True)
def no_job_outlives_its_test(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Empty the jobs after a test that commits: Django does not know these tables as its own and leaves them."""
    yield
    marker = request.node.get_closest_marker("django_db")
    commits = marker is not None and marker.kwargs.get("transaction", False)
    if commits or not {"transactional_db", "live_server"}.isdisjoint(request.fixturenames):
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers RESTART IDENTITY CASCADE")
