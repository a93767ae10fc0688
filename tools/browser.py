"""Chromium as pictures and tests use it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Playwright, ViewportSize
from playwright.sync_api import Page as Tab

from tools.demo_server import DemoServer
from tools.pages import NOBODY, Page

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
WIDE, NARROW = 1280, 360
FONTS = Path(__file__).with_name("fonts.conf")
HEIGHTS = {WIDE: 860, NARROW: 740}


def launched(playwright: Playwright) -> Browser:
    """The system's Chromium. Raises RuntimeError where there is none."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise RuntimeError("Chromium is not installed. On Debian: apt-get install chromium")
    # Root, as in containers, gets no sandbox; letters look the same on every machine.
    return playwright.chromium.launch(
        executable_path=program,
        args=["--no-sandbox", "--font-render-hinting=none", "--disable-gpu"],
        env={**os.environ, "FONTCONFIG_FILE": str(FONTS)},
    )


def signed_in(browser: Browser, stage: DemoServer, role: str) -> BrowserContext:
    """A context of its own for the role, signed in by the form that people use."""
    context = browser.new_context(base_url=stage.address, reduced_motion="reduce", locale="en-GB")
    context.set_default_timeout(30_000)
    if role != NOBODY:
        tab = context.new_page()
        tab.goto("/accounts/login/")
        tab.fill("[name=login]", stage.people[role])
        tab.fill("[name=password]", stage.password)
        tab.click("main [type=submit]")
        tab.wait_for_url(lambda url: "/login/" not in url)
        tab.close()
    return context


def look(tab: Tab, width: int, theme: Theme) -> None:
    """Show the page at this width in this theme, whatever it showed before."""
    tab.emulate_media(color_scheme=theme, reduced_motion="reduce")
    size: ViewportSize = {"width": width, "height": HEIGHTS[width]}
    if tab.viewport_size != size:
        tab.set_viewport_size(size)


def visit(tab: Tab, page: Page, stage: DemoServer) -> int:
    """Go to the page and into its state; the status it was answered with."""
    answer = tab.goto(page.url(stage.objects), wait_until="load")
    if "/reauthenticate/" in tab.url and "/reauthenticate/" not in page.route:
        tab.fill("[name=password]", stage.password)
        tab.click("main [type=submit]")
        tab.wait_for_url(lambda url: "/reauthenticate/" not in url)
    for selector in page.clicks:
        tab.locator(selector).last.click()
        tab.wait_for_load_state("load")
    return answer.status if answer else 0
