"""Every page of `tools.pages` in a browser: it answers, it fits, the console is quiet, and axe finds nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Browser, Error, sync_playwright
from playwright.sync_api import Page as Tab

from tools.browser import NARROW, WIDE, Theme, launched, look, signed_in, visit
from tools.pages import NO_PAGES, NOBODY, PAGES, ROLES, Page
from tools.stage import ROOT, Stage

pytestmark = pytest.mark.browser

AXE = ROOT / "static" / "vendor" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What the theme changes is looked at in the dark too, what the width changes on a phone too; the rest is the same.
LOOKS: list[tuple[int, Theme, dict[str, Any]]] = [
    (WIDE, "light", {"runOnly": WCAG}),
    (WIDE, "dark", {"runOnly": {"type": "rule", "values": ["color-contrast"]}}),
    (NARROW, "light", {"runOnly": WCAG, "rules": {"color-contrast": {"enabled": False}}}),
]
RUN_AXE = """async options => {
    const found = await axe.run(document, { ...options, resultTypes: ["violations"], preload: false });
    return found.violations.map(
        one => `${one.id}: ${one.nodes.slice(0, 3).map(node => node.target.join(" ")).join(", ")}`);
}"""
TOO_WIDE = """() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return "";
    const out = [...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > room + 1);
    return `${document.documentElement.scrollWidth} px, ` + out.slice(0, 3).map(
        e => `${e.tagName.toLowerCase()}.${[...e.classList].join(".")}`).join(" ");
}"""


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """The demo, built once for all roles."""
    with Stage.set() as stage:
        yield stage


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


class Listener:
    """What a tab complains about, and what it is answered."""

    def __init__(self, tab: Tab) -> None:
        self.words: list[str] = []
        tab.on("console", lambda message: self.words.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda error: self.words.append(str(error)))

    def heard(self, page: Page) -> list[str]:
        """The complaints since last asked, without the browser's note of a refusal that the page is about."""
        words, self.words = self.words, []
        expected = "400" if page.clicks else str(page.status) if page.status != 200 else "none"
        note = re.compile(f"Failed to load resource: the server responded with a status of ({expected}) ")
        return [word for word in words if not note.match(word)]


def look_at(tab: Tab, listener: Listener, page: Page, stage: Stage, axe: str) -> list[str]:
    """Everything wrong with a page."""
    look(tab, WIDE, "light")
    status = visit(tab, page, stage)
    wrong = [] if status == page.status else [f"answered {status}"]
    tab.evaluate(axe)
    for width, theme, options in LOOKS:
        look(tab, width, theme)
        wrong += [f"{width} {theme}: axe {violation}" for violation in tab.evaluate(RUN_AXE, options)]
        if overflow := tab.evaluate(TOO_WIDE):
            wrong.append(f"{width} {theme}: wider than the window, {overflow}")
    return wrong + [f"console: {words}" for words in listener.heard(page)]


@pytest.mark.parametrize("role", [NOBODY, *ROLES])
def test_every_page_is_sound_for_everybody_who_sees_it(role: str, stage: Stage, browser: Browser) -> None:
    context = signed_in(browser, stage, role)
    tab = context.new_page()
    listener = Listener(tab)
    axe = AXE.read_text()
    found: dict[str, list[str]] = {}
    for page in PAGES:
        if page.seen_by(role):
            try:
                found[page.name] = look_at(tab, listener, page, stage, axe)
            except Error as error:
                found[page.name] = [str(error).splitlines()[0]]
    context.close()
    assert {name: wrong for name, wrong in found.items() if wrong} == {}, stage.faults()


def test_every_page_stands_in_the_list(stage: Stage, browser: Browser) -> None:
    """An address that is not in the list answers nobody with a page."""
    listed = {page.route for page in PAGES}
    routes = {f"/{path}" for path in paths(get_resolver()) if not path.startswith("api/")}
    assert listed - routes == set()
    left = sorted(routes - listed - set(NO_PAGES))
    unlisted = []
    for role in (NOBODY, "admin", "student"):
        context = signed_in(browser, stage, role)
        for route in left:
            answer = context.request.get(address(route, stage.objects), max_redirects=0, fail_on_status_code=False)
            if answer.status == 200 and "text/html" in answer.headers.get("content-type", ""):
                unlisted.append(f"{route} as {role}")
        context.close()
    assert not unlisted, "\n".join(unlisted)


def paths(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """The path of every URL pattern, its parameters written as {name}."""
    for entry in resolver.url_patterns:
        text = re.sub(r"\(\?P<(\w+)>[^()]*\)", r"{\1}", str(entry.pattern))
        path = before + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", text).replace("^", "").replace("$", "")
        if isinstance(entry, URLResolver):
            yield from paths(entry, path)
        elif isinstance(entry, URLPattern):
            yield path


def address(route: str, objects: Mapping[str, str]) -> str:
    """The route with objects of the demo in the place of its names; an unknown name finds nothing."""
    return re.sub(r"{(\w+)}", lambda found: objects.get(found[1], "0"), route)
