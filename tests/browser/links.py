"""What a page offers to follow: links, forms and what htmx fetches; and whether it answers what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import APIResponse
from playwright.sync_api import Page as Tab

from tools.pages import NOBODY, STAFF

DRAWN = """() => {
    const found = [];
    const add = (kind, url, of) => found.push({
        kind, url, words: (of.textContent || "").replace(/\\s+/g, " ").trim(), download: of.hasAttribute("download"),
        target: of.closest("[hx-target]")?.getAttribute("hx-target") || "",
    });
    // As somebody sends it with this button who has chosen the first of all that must be chosen, and the first row of a
    // list to act on.
    const filled = (form, button) => {
        const values = new FormData(form);
        const row = form.matches("[data-bulk]") && [...form.elements].find(field => field.name === "pick");
        if (row) values.set("pick", row.value);
        for (const choice of form.querySelectorAll("select:required"))
            if (!choice.value) values.set(choice.name, [...choice.options].find(option => option.value)?.value ?? "");
        if (button.name) values.set(button.name, button.value);
        return new URLSearchParams([...values].filter(([_name, value]) => typeof value === "string"));
    };
    for (const link of document.querySelectorAll("a[href]:not([hx-get])")) {
        const href = link.getAttribute("href");
        if (!href.startsWith("#")) add("page", href, link);
        else if (href !== "#" && !document.getElementById(href.slice(1))) add("nowhere", href, link);
    }
    for (const part of document.querySelectorAll("[hx-get]")) {
        const sent = part.matches("[data-bulk] *") ? `?${filled(part.form, part)}` : "";
        add("part", part.getAttribute("hx-get") + sent, part);
    }
    for (const name of ["hx-post", "hx-put", "hx-patch", "hx-delete"])
        for (const part of document.querySelectorAll(`[${name}]`)) add("sent", part.getAttribute(name), part);
    for (const form of document.forms) {
        const buttons = form.querySelectorAll("[type=submit]:not([hx-get])");
        for (const button of buttons.length ? buttons : [form]) {
            const action = button.getAttribute("formaction") || form.getAttribute("action") || location.href;
            const method = button.getAttribute("formmethod") || form.method;
            if (method === "post") add("sent", action, button);
            if (method === "get") add("page", `${action.split("?")[0]}?${filled(form, button)}`, button);
        }
    }
    return found;
}"""
# Ids, dates and numbers: links that differ by nothing else lead to pages that differ by nothing else.
SPECIFIC = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")
# How a link says that it gives a file, and the type that is then sent.
FILES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "ics": "text/calendar",
}
SAID = re.compile(rf"\b({'|'.join([*FILES, *(kind.upper() for kind in FILES)])})\b")
# What somebody called a file says nothing of where its name leads.
FILE_NAME = re.compile(r"\S+\.\w+")


@dataclass(frozen=True)
class Link:
    """Something to follow. `kind` is page, part (of one, by htmx), sent (not followed), or nowhere (in the page)."""

    kind: str
    url: str
    words: str
    download: bool
    target: str


def general(address: str) -> str:
    """The address without what is specific in it."""
    return SPECIFIC.sub("*", address)


@dataclass
class Follower:
    """Somebody who follows each kind of link once.

    `opened` are the paths that they open anyway, where whatever else differs (the order, the part that htmx fetches) is
    followed by one of the staff for all.
    """

    tab: Tab
    role: str
    opened: set[str]
    is_new: Callable[[str], bool]
    seen: set[str] = field(default_factory=set)

    def follow(self) -> list[str]:
        """Follow what the page offers and was not followed before; what answers something else than it says."""
        wrong = []
        for drawn in self.tab.evaluate(DRAWN):
            link = Link(**{**drawn, "url": urljoin(self.tab.url, drawn["url"])})
            if self._is_due(link) and (trouble := self._trouble(link)):
                wrong.append(f"{link.words[:40]!r} ({link.url}): {trouble}")
        return wrong

    def _is_due(self, link: Link) -> bool:
        to, here = urlsplit(link.url), urlsplit(self.tab.url)
        if to[:2] != here[:2]:
            return False
        path = general(to.path)
        shape = f"{link.kind} {path}?{general(to.query)}"
        if shape in self.seen:
            return False
        self.seen.add(shape)
        if path not in self.opened:
            return True
        whose = "staff" if self.role in STAFF.split() else self.role
        return shape != f"page {path}?" and self.is_new(f"{whose} {shape}")

    def _trouble(self, link: Link) -> str:
        """What is wrong with where it leads, if anything."""
        if link.kind == "nowhere":
            return "nothing on the page has this id"
        if link.kind == "sent":
            try:
                resolve(urlsplit(link.url).path)
            except Resolver404:
                return "there is no such address"
            return ""
        headers = {"HX-Request": "true", "HX-Target": link.target.removeprefix("#")} if link.kind == "part" else {}
        answer = self.tab.context.request.get(link.url, headers=headers, fail_on_status_code=False)
        try:
            if self.role != NOBODY and "/login/" in answer.url:
                return "leads to the sign-in"
            return _disagreement(link, answer)
        finally:
            answer.dispose()


def _disagreement(link: Link, answer: APIResponse) -> str:
    """What the answer is instead of what the link says."""
    if answer.status != 200:
        return f"answered {answer.status}"
    kind = answer.headers.get("content-type", "").partition(";")[0]
    is_file = "attachment" in answer.headers.get("content-disposition", "")
    said = SAID.search(urlsplit(link.url).query) or SAID.search(FILE_NAME.sub("", link.words))
    if said and kind != FILES[said[1].lower()]:
        return f"says {said[1]}, gives {kind}"
    if (said or link.download) and not is_file:
        return "is no download"
    shown = ("text/html", "image/svg+xml", "text/calendar", "application/pdf")
    return "" if is_file or kind in shown else f"gives {kind}"
