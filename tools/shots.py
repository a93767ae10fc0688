"""Take pictures of every page of the demo, as each role, wide and narrow, light and dark, into var/shots.

Usage: shots.py [WORD ...]     only pages whose name holds one of the words; ONLY=batches does the same under make
       shots.py --picture      the one picture of the README, docs/picture.png
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import Error, sync_playwright
from playwright.sync_api import Page as Tab

from tools.browser import NARROW, THEMES, WIDE, launched, look, signed_in, visit
from tools.demo_server import ROOT, DemoServer
from tools.pages import NOBODY, PAGES, ROLES, Page

SHOTS = ROOT / "var" / "shots"
PICTURE = ROOT / "docs" / "picture.png"
PICTURED = "batch"
# Each has a browser of its own.
HANDS = 2
HIGHEST = 6000


def main(words: Sequence[str]) -> int:
    """Return 1 when a page could not be pictured."""
    if "--picture" in words:
        take_picture()
        return 0
    words = [*words, *os.environ.get("ONLY", "").split()]
    wanted = [page for page in PAGES if not words or any(word in page.name for word in words)]
    if not words:
        shutil.rmtree(SHOTS, ignore_errors=True)
    SHOTS.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    say("Building the demo ...")
    with DemoServer.set() as stage:
        # The roles with most to see first, so that the hands finish together.
        roles = sorted((NOBODY, *ROLES), key=lambda role: -sum(page.seen_by(role) for page in wanted))
        shares = [(stage, role, [page for page in wanted if page.seen_by(role)]) for role in roles]
        halves = [(stage, role, part) for stage, role, pages in shares for part in parts(pages)]
        with ThreadPoolExecutor(HANDS) as hands:
            troubles = [trouble for found in hands.map(lambda share: shoot(*share), halves) for trouble in found]
        if faults := stage.faults():
            say(faults)
    taken = len(list(SHOTS.glob("*.png")))
    say(f"{taken} pictures in {SHOTS.relative_to(ROOT)} after {time.monotonic() - begun:.0f} s.")
    for trouble in troubles:
        say(trouble)
    return int(bool(troubles))


def parts(pages: Sequence[Page], most: int = 20) -> list[Sequence[Page]]:
    """The pages in parts that one hand takes at a time."""
    return [pages[first : first + most] for first in range(0, len(pages), most)]


def shoot(stage: DemoServer, role: str, pages: Sequence[Page]) -> list[str]:
    """Picture the pages as one role; what went wrong, in sentences."""
    troubles = []
    with sync_playwright() as playwright:
        browser = launched(playwright)
        context = signed_in(browser, stage, role)
        tab = context.new_page()
        for page in pages:
            try:
                look(tab, WIDE, "light")
                status = visit(tab, page, stage)
                if status != page.status:
                    troubles.append(f"{page.name} as {role}: answered {status}")
                for width in (WIDE, NARROW):
                    for theme in THEMES:
                        look(tab, width, theme)
                        unroll(tab, width)
                        file = SHOTS / f"{page.name}-{role}-{width}-{theme}.png"
                        tab.screenshot(path=file, animations="disabled")
            except (Error, KeyError) as error:
                troubles.append(f"{page.name} as {role}: {str(error).splitlines()[0]}")
        browser.close()
    return troubles


def unroll(tab: Tab, width: int) -> None:
    """Make the window as high as the page, so that bars which stick to its edges do not lie across the picture."""
    height = tab.evaluate("document.documentElement.scrollHeight")
    tab.set_viewport_size({"width": width, "height": min(height, HIGHEST)})


def take_picture(to: Path = PICTURE) -> None:
    """The README's picture: one page of the demo at a desk, in the light."""
    page = next(page for page in PAGES if page.name == PICTURED)
    with DemoServer.set() as stage, sync_playwright() as playwright:
        browser = launched(playwright)
        context = signed_in(browser, stage, "admin")
        tab = context.new_page()
        look(tab, WIDE, "light")
        visit(tab, page, stage)
        tab.screenshot(path=to, animations="disabled")
        browser.close()
    say(f"{to.relative_to(ROOT)} is new.")


def say(words: str) -> None:
    """Progress, in the terminal."""
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
