"""Every page of `tools.pages` in a browser, as everybody who sees it.

It answers, it fits in the narrowest letters and in the widest, the console is quiet, axe finds nothing, and what it
offers leads where it says.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from tests.browser.links import Follower, general
from tools.browser import NARROW, WIDE, Theme, look, signed_in, visit
from tools.demo_server import DemoServer
from tools.pages import NO_PAGES, NOBODY, PAGES, ROLES, Page
from tools.shots import unroll
from tools.vendor import AXE

pytestmark = pytest.mark.browser

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What the theme changes is looked at in the dark too, what the width changes on a phone too; the rest is the same.
LIGHT: dict[str, Any] = {"runOnly": WCAG}
DARK: dict[str, Any] = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
ON_A_PHONE: dict[str, Any] = {"runOnly": WCAG, "rules": {"color-contrast": {"enabled": False}}}
# What is wrong with elements only beside each other, each of them in order.
TOGETHER: dict[str, Any] = {
    "runOnly": {
        "type": "rule",
        "values": [
            "aria-valid-attr-value",
            "bypass",
            "duplicate-id-aria",
            "form-field-multiple-labels",
            "heading-order",
            "identical-links-same-purpose",
            "label-title-only",
            "landmark-main-is-top-level",
            "landmark-no-duplicate-banner",
            "landmark-no-duplicate-contentinfo",
            "landmark-no-duplicate-main",
            "landmark-one-main",
            "landmark-unique",
            "page-has-heading-one",
            "region",
            "scope-attr-valid",
            "td-headers-attr",
        ],
    }
}
# Every page that is opened knows how to read it: the source is sent to the browser once, and read where it is wanted.
READ_AXE = f"globalThis.readAxe = () => {{ {AXE.read_text()} }};"
RUN_AXE = """async options => {
    const found = await axe.run(document, { ...options, resultTypes: ["violations"], preload: false });
    return found.violations.map(
        one => `${one.id}: ${one.nodes.slice(0, 3).map(node => node.target.join(" ")).join(", ")}`);
}"""
# What axe can tell apart: every kind of element there is, by the elements it stands in and by what gives it a name. How
# often one occurs, and what is written in it, is none of it.
KINDS = """() => {
    const told = /^(class|lang|dir|open|disabled|checked|required|hidden|href|alt|title|for|scope|aria-.*)$/;
    const valued = /^(role|type|tabindex|aria-(current|expanded|selected|pressed|sort))$/;
    const name = e => e.localName + [...e.attributes]
        .map(a => a.name === "class" ? `.${[...e.classList].sort().join(".")}`
            : valued.test(a.name) ? `[${a.name}=${a.value}]` : told.test(a.name) ? `[${a.name}]` : "")
        .sort().join("") + (e.labels?.length ? "[labelled]" : "") + (e.textContent.trim() ? "" : "[empty]");
    const kinds = { true: new Set(), false: new Set() };
    const walk = (e, before, inside) => {
        const path = `${before} ${name(e)}`;
        kinds[inside].add(path);
        for (const child of e.children) walk(child, path, inside || child.localName === "main");
    };
    walk(document.body, "", false);
    return Object.values(kinds).map(kind => [...kind].sort());
}"""
WIDTH_IN = """font => {
    const pen = new OffscreenCanvas(1, 1).getContext("2d");
    pen.font = `16px ${font}`;
    return pen.measureText("The width of these words").width;
}"""
# Columns of numbers that do not stand one below the other.
RAGGED = """() => [...document.querySelectorAll("main table")].flatMap(table => {
    const heads = [...table.querySelectorAll("thead th")];
    const rows = [...table.querySelectorAll("tbody tr")].filter(row => row.cells.length === heads.length);
    return heads.filter((head, place) => {
        const cells = rows.map(row => row.cells[place]).filter(cell => !["", "–"].includes(cell.innerText.trim()));
        const number = /^[\\d.,]+(%|( \\/ |\\s*[A-Z]{3})[\\d.,]*)?$/;
        const are_numbers = cells.every(cell => number.test(cell.innerText.trim()));
        const aligned = cell => {
            const style = getComputedStyle(cell);
            return ["end", "right"].includes(style.textAlign) && style.fontVariantNumeric.includes("tabular-nums");
        };
        return cells.length && are_numbers && !cells.every(cell => cell.querySelector(".seats") || aligned(cell));
    }).map(head => head.innerText);
})"""
# What does not fit into the window: in our letters; in the widest that are common, Debian's own (what fits in them fits
# in any); and in these where people gave names with an unbroken word of two hundred letters. And words that were
# pressed into a column of letters.
UNFIT = """long => {
    const tooWide = letters => {
        const room = document.documentElement.clientWidth, width = document.documentElement.scrollWidth;
        if (width <= room) return [];
        const out = [...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > room + 1);
        const which = out.slice(0, 3).map(e => `${e.tagName.toLowerCase()}.${[...e.classList].join(".")}`).join(" ");
        return [`wider than ${room} ${letters}: ${width} px, ${which}`];
    };
    const found = tooWide("in our letters");
    if (long) {
        const texts = [...document.querySelectorAll("main :is(h1, h2, .t, .s, p, dd)")];
        const pressed = texts.filter(e => e.innerText?.length > 12).map(e => [e.innerText, e.getBoundingClientRect()])
            .filter(([_text, place]) => place.height > 80 && place.width < 64);
        found.push(...pressed.slice(0, 3).map(([text]) => `no room for ${text}`));
    }
    const widest = new CSSStyleSheet(), ours = document.adoptedStyleSheets;
    widest.replaceSync('body, button, input, select, textarea { font-family: "DejaVu Sans" !important }');
    document.adoptedStyleSheets = [...ours, widest];
    found.push(...tooWide("in the widest letters"));
    if (!long) {
        document.adoptedStyleSheets = ours;
        return found;
    }
    for (const place of document.querySelectorAll("main :is(h1, .t, .s, td, dd, .crumb, .kicker, .person)")) {
        for (const text of place.childNodes) {
            if (text.nodeType === 3) text.data = text.data.replace(/\\p{L}{3,}/u, "W".repeat(200));
        }
    }
    return [...found, ...tooWide("with names of 200 letters")];
}"""


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


@dataclass
class Visitor:
    """Somebody signed in, in a tab of their own."""

    tab: Tab
    follower: Follower
    listener: Listener = field(init=False)

    def __post_init__(self) -> None:
        self.listener = Listener(self.tab)


@pytest.fixture(scope="module")
def visitor_of(
    stage: DemoServer, browser: Browser, is_new: Callable[[str], bool]
) -> Iterator[Callable[[str], Visitor]]:
    """The visitor with a role, the same from page to page."""
    visitors: dict[str, Visitor] = {}

    def find(role: str) -> Visitor:
        if role not in visitors:
            context = signed_in(browser, stage, role)
            context.add_init_script(READ_AXE)
            tab = context.new_page()
            opened = {general(urlsplit(page.url(stage.objects)).path) for page in PAGES if page.seen_by(role)}
            visitors[role] = Visitor(tab, Follower(tab, role, opened, is_new))
        return visitors[role]

    yield find
    for visitor in visitors.values():
        visitor.tab.context.close()


@pytest.fixture(scope="module")
def is_new(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], bool]:
    """Whether nobody in this run, in whatever process, has asked about the text before."""
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "structures"
    folder.mkdir(exist_ok=True)
    asked: set[bytes] = set()

    def claim(text: str) -> bool:
        key = hashlib.sha256(text.encode())
        if key.digest() in asked:
            return False
        asked.add(key.digest())
        try:
            (folder / key.hexdigest()).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    return claim


VISITS = [
    pytest.param(role, page, id=f"{role}/{page.name}")
    for role in (NOBODY, *ROLES)
    for page in PAGES
    if page.seen_by(role)
]


@pytest.mark.parametrize(("role", "page"), VISITS)
def test_page(
    role: str, page: Page, stage: DemoServer, visitor_of: Callable[[str], Visitor], is_new: Callable[[str], bool]
) -> None:
    visitor = visitor_of(role)
    tab = visitor.tab
    look(tab, WIDE, "light")
    status = visit(tab, page, stage)
    wrong = [] if status == page.status else [f"answered {status}"]
    due = Due.of(tab.evaluate(KINDS), is_new)
    if due != Due.NOTHING:
        tab.evaluate("readAxe()")
        # From the top: scrolled, the bar there covers a part of something.
        tab.evaluate("scrollTo(0, 0)")
    if due == Due.TOGETHER:
        wrong += violations(tab, WIDE, "light", TOGETHER)
    if due == Due.ALL:
        wrong += violations(tab, WIDE, "light", LIGHT) + violations(tab, WIDE, "dark", DARK)
        look(tab, WIDE, "light")
    wrong += [f"numbers of {column} are not aligned" for column in tab.evaluate(RAGGED)]
    wrong += tab.evaluate(UNFIT, False)
    look(tab, NARROW, "light")
    if due == Due.ALL:
        wrong += violations(tab, NARROW, "light", ON_A_PHONE)
        look(tab, NARROW, "light")
    # It leaves the page with other words and letters, and its links as they were.
    wrong += tab.evaluate(UNFIT, True)
    wrong += [f"console: {words}" for words in visitor.listener.heard(page)]
    wrong += visitor.follower.follow()
    assert not wrong, "\n".join([*wrong, stage.faults()])


class Due(Enum):
    """What axe has to look at: a page of kinds that were all looked at before has their faults, and only those."""

    NOTHING = auto()
    TOGETHER = auto()
    ALL = auto()

    @classmethod
    def of(cls, parts: list[list[str]], is_new: Callable[[str], bool]) -> Due:
        """For the kinds inside of `main` and beside it."""
        if [kind for part in parts for kind in part if is_new(kind)]:
            return cls.ALL
        return cls.TOGETHER if [part for part in parts if is_new("\n".join(part))] else cls.NOTHING


def violations(tab: Tab, width: int, theme: Theme, options: dict[str, Any]) -> list[str]:
    """What axe finds, in a window as high as the page: bars at the edges of a lower one lie across something."""
    look(tab, width, theme)
    unroll(tab, width)
    return [f"{width} {theme}: axe {violation}" for violation in tab.evaluate(RUN_AXE, options)]


def test_letters_are_those_that_pages_are_looked_at_in(browser: Browser) -> None:
    tab = browser.new_page()
    widths = [tab.evaluate(WIDTH_IN, font) for font in ("system-ui", "Noto Sans", "DejaVu Sans", "no-such-font")]
    tab.close()
    assert widths[0] == widths[1] == widths[3] < widths[2]


def test_every_page_stands_in_the_list(stage: DemoServer, browser: Browser) -> None:
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
