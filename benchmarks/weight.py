"""The weight of pages as a browser fetches them: compressed, with everything they ask for."""

from __future__ import annotations

import shutil
from typing import Any

from benchmarks.data import Data
from benchmarks.place import Place
from benchmarks.report import Row

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FIRST, NEXT = 150, 20
PAGES = ("/", "/batches/")


def weigh(place: Place, data: Data) -> list[Row]:
    """Load pages in a fresh browser, then once more; the heaviest counts. Without Chromium nothing is said."""
    if CHROMIUM is None:
        return [Row("page weight", "no Chromium here")]
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (the one measure that needs a browser)

    first: dict[str, float] = {}
    after: dict[str, float] = {}
    name, _is, value = data.college.browser()["Cookie"].partition("=")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for path in PAGES:
            context = browser.new_context()
            context.add_cookies([{"name": name, "value": value, "url": place.address}])
            tab = context.new_page()
            fetched = [0.0]
            session = context.new_cdp_session(tab)
            session.send("Network.enable")
            session.on("Network.loadingFinished", lambda event, fetched=fetched: _add(fetched, event))
            for weights in (first, after):
                fetched[0] = 0.0
                tab.goto(f"{place.address}{path}", wait_until="networkidle")
                weights[path] = fetched[0] / 1000
            context.close()
        browser.close()
    return [
        _row("page weight, first load", first, FIRST),
        _row("page weight, after that", after, NEXT),
    ]


def _add(fetched: list[float], event: dict[str, Any]) -> None:
    fetched[0] += event["encodedDataLength"]


def _row(what: str, weights: dict[str, float], most: int) -> Row:
    heaviest = max(weights, key=lambda path: weights[path])
    return Row(
        what,
        f"{weights[heaviest]:.0f} kB ({heaviest})",
        target=f"<= {most} kB",
        met=weights[heaviest] <= most,
        numbers={"kB": weights},
    )
