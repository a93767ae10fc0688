"""A browser before a server of the test's own, on the test's own database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django import DjangoDbBlocker

from tests import database
from tests.browser.line import Line
from tests.make import PASSWORD, Campus
from tools.browser import launched
from tools.demo_server import DemoServer
from tools.vendor import AXE

# Milliseconds. How long anything may take to come about on a loaded machine; nothing is waited for once it is there.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)
RUN_AXE = """() => axe.run(document, {resultTypes: ["violations"]}).then(found => found.violations.map(
    one => `${one.id}: ${one.nodes.slice(0, 3).map(node => node.target.join(" ")).join(", ")}`))"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[DemoServer]:
    """The demonstration, served to the tests of a module alone; whatever they do in it, every rule holds afterwards."""
    with django_db_blocker.unblock():
        home, url = database.copied(database.demonstration())
    with DemoServer.on(home, url) as stage:
        yield stage
    with django_db_blocker.unblock():
        broken = database.contradictions(home)
        database.drop(home)
    assert broken == []


@pytest.fixture(scope="module")
def browser(chromium: Browser) -> Browser:
    """The system's Chromium, where no test touches the database itself."""
    return chromium


# What Chromium and htmx note of an answer like 400, which the test knows about, and of a question that was
# under way when its page was left.
EXPECTED = ("Failed to load resource", "Response Status Error Code 4", "htmx:sendAbort", "htmx:afterRequest")


@dataclass
class Seat:
    """Somebody before a browser: the tab, and what its console complained about."""

    tab: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        def hear(words: str) -> None:
            if not words.startswith(EXPECTED):
                self.complaints.append(words)

        self.tab.on("console", lambda message: hear(message.text) if message.type == "error" else None)
        self.tab.on("pageerror", lambda error: hear(str(error)))

    def go(self, path: str) -> None:
        self.tab.goto(self.address + path)

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """By the form, as people do."""
        self.go("/accounts/login/")
        self.tab.locator("[name=login]").fill(email)
        self.tab.locator("[name=password]").fill(password)
        self.tab.locator("main [type=submit]").first.click()
        self.tab.wait_for_url(lambda url: "/login/" not in url)

    def violations(self) -> list[str]:
        """What axe finds on the page as it now stands."""
        self.tab.evaluate(AXE.read_text())
        found: list[str] = self.tab.evaluate(RUN_AXE)
        return found


@pytest.fixture
def seat_of(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Seat]]:
    """Opens a tab, with the options of a Playwright context, such as a viewport or a touch screen."""
    contexts = []

    def take(**options: Any) -> Seat:
        viewport = {"viewport": {"width": 1280, "height": 860}}
        context = chromium.new_context(**{"locale": "en-GB", "reduced_motion": "reduce", **viewport, **options})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return Seat(context.new_page(), live_server.url)

    yield take
    for context in contexts:
        context.close()


@pytest.fixture
def campus(transactional_db: None) -> Campus:
    return Campus.found("Ridgeline Institute")


@pytest.fixture
def line(live_server: Any) -> Iterator[Line]:
    """The connection of the browser to the server."""
    there = Line(live_server.thread.host, live_server.thread.port)
    yield there
    there.cut()


@pytest.fixture
def browser_of(chromium: Browser, line: Line, tmp_path: Path) -> Callable[[], AbstractContextManager[Seat]]:
    """A browser with a folder of its own, which can be closed and opened again."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")

    @contextmanager
    def open_browser() -> Iterator[Seat]:
        context = chromium.browser_type.launch_persistent_context(
            tmp_path / "browser",
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu"],
            reduced_motion="reduce",
            locale="en-GB",
            viewport={"width": 1280, "height": 860},
        )
        context.set_default_timeout(PATIENCE)
        try:
            yield Seat(context.pages[0], line.address)
        finally:
            context.close()

    return open_browser
