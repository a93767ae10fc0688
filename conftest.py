"""The tests' database, and which tests run beside each other.

One throw-away server serves every test run of this checkout, unless DATABASE_URL names another.
"""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connections
from django.test import TestCase, TransactionTestCase
from pytest_django import DjangoDbBlocker

from muster.core.isolation import see_all_in_this_process
from muster.core.ownership import as_owner
from muster.core.postgres import EmbeddedServer, hold
from tests import database
from tests.sharing import TogetherWhatShares, longest_first

HOME = Path(__file__).resolve().parent / "var" / "test"

# What tests do themselves; the doors that they knock at see one institution.
see_all_in_this_process("tests set up several institutions")

# What tests write stays away from the checkout's own data, and from what tests beside them write.
SIDE = os.environ.get("PYTEST_XDIST_WORKER", "alone")
settings.MUSTER_HOME = HOME
settings.MEDIA_ROOT = HOME / "files" / SIDE
settings.EMAIL_FILE_PATH = HOME / "mails" / SIDE
# How long it takes to make up what is tried says something of the machine, not of the code.
hypothesis.settings.register_profile("any machine", suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("any machine")
settings.PASSWORD_HASHERS = ["tests.hashers.QuickArgon2", *settings.PASSWORD_HASHERS]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    django_db_blocker: DjangoDbBlocker,
) -> None:
    """Point Django at the throw-away server, started or joined when the first test asks for a database."""
    chosen = connections["default"].settings_dict
    if not os.environ.get("DATABASE_URL"):
        chosen["HOST"] = str(hold(EmbeddedServer(HOME, throwaway=True)).places.socket)
    if django_db_createdb or not django_db_keepdb:
        with django_db_blocker.unblock():
            chosen["TEST"]["TEMPLATE"] = database.template()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Tests ask as the application does: whoever writes what the database derives says so (`as_owner`)."""
    options = connections["default"].settings_dict.setdefault("OPTIONS", {})
    with django_db_blocker.unblock():
        connections["default"].close()
        options["options"] = f"-c role={settings.DATABASE_APPLICATION}"
        yield
        connections["default"].close()
        del options["options"]


@pytest.fixture
def owner(db: None) -> Iterator[None]:
    """Breaks what no application can: asks as the owner of the tables."""
    with as_owner():
        yield


def what_django_does_beside_tests_costs_little() -> None:
    """Delete quickly what a test committed, and check what a class is built of once, not again after each test.

    Before tests are collected: then pytest looks up how classes are set up.
    """
    set_up = vars(TestCase)["setUpClass"].__func__

    def set_up_and_check(cls: type[TestCase]) -> None:
        set_up(cls)
        # Checks put off to the end of a transaction. Each test ends with them, and is rolled back: they stay undone.
        database.check_what_was_put_off()

    django = pytest.MonkeyPatch()
    django.setattr(TestCase, "setUpClass", classmethod(set_up_and_check))
    django.setattr(TransactionTestCase, "_fixture_teardown", lambda self: database.empty())


what_django_does_beside_tests_costs_little()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> TogetherWhatShares:
    """In a parallel run, whatever `--dist` says."""
    return TogetherWhatShares(config, log)


@pytest.hookimpl(tryfirst=True, wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    for item in items:
        if not asks_a_database(item):
            item.add_marker("apart")
    yield
    if "PYTEST_XDIST_WORKER" in os.environ:
        longest_first(items)


def asks_a_database(item: pytest.Item) -> bool:
    """Whether the test may, by what it is given, how it is marked, or as a test case of Django's."""
    made_with = {"db", "transactional_db", "django_db_setup", "live_server"} & {*getattr(item, "fixturenames", ())}
    of_class = getattr(item, "cls", None)
    return bool(
        made_with or item.get_closest_marker("django_db") or (of_class and issubclass(of_class, TransactionTestCase))
    )


def pytest_collection_finish() -> None:
    """What is there now stays to the end: looking through all of it for what could go takes half a second each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
