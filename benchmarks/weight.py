"""The weight of pages as they cross the wire: compressed, with everything that pages and service worker ask for."""

from __future__ import annotations

import shutil
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.data import Data
from benchmarks.environment import Environment
from benchmarks.report import Row

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FIRST, NEXT = 75, 20
PAGES = ("/", "/batches/")
# Milliseconds without a byte, after which nothing more is coming.
QUIET = 1500
# The worker begins after its page; where registers may be marked, there is one.
WORKER = "document.querySelector('[data-tray]') && navigator.serviceWorker.ready.then(() => true)"


class Scale(socketserver.ThreadingTCPServer):
    """Stands between a browser and Muster, and counts what Muster sends. A page's own tools see no worker's fetches."""

    daemon_threads = True
    port = 0
    sent = 0

    @classmethod
    @contextmanager
    def before(cls, port: int) -> Iterator[Scale]:
        with cls(("127.0.0.1", 0), Passing) as scale:
            scale.port = port
            threading.Thread(target=scale.serve_forever, daemon=True).start()
            yield scale
            scale.shutdown()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that is closed drops its connections."""


class Passing(socketserver.BaseRequestHandler):
    """One connection, passed on in both directions."""

    server: Scale

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.port)) as muster:
            threading.Thread(target=self._ask, args=(muster,), daemon=True).start()
            while data := muster.recv(65536):
                self.server.sent += len(data)
                self.request.sendall(data)

    def _ask(self, muster: socket.socket) -> None:
        try:
            while data := self.request.recv(65536):
                muster.sendall(data)
            muster.shutdown(socket.SHUT_WR)
        except OSError:
            muster.close()


def weigh(place: Environment, data: Data) -> list[Row]:
    """Load pages in a fresh browser, then once more; the heaviest counts. Without Chromium nothing is said."""
    if CHROMIUM is None:
        return [Row("page weight", "no Chromium here")]
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (the one measure that needs a browser)

    first: dict[str, float] = {}
    after: dict[str, float] = {}
    name, _is, value = data.college.browser()["Cookie"].partition("=")
    with sync_playwright() as playwright, Scale.before(place.port) as scale:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for path in PAGES:
            context = browser.new_context()
            context.add_cookies([{"name": name, "value": value, "url": scale.address}])
            tab = context.new_page()
            for weights in (first, after):
                scale.sent = 0
                tab.goto(f"{scale.address}{path}", wait_until="networkidle")
                tab.evaluate(WORKER)
                seen = -1
                while scale.sent != seen:
                    seen = scale.sent
                    tab.wait_for_timeout(QUIET)
                weights[path] = scale.sent / 1000
            context.close()
        browser.close()
    return [
        _row("page weight, first load", first, FIRST),
        _row("page weight, after that", after, NEXT),
    ]


def _row(what: str, weights: dict[str, float], most: int) -> Row:
    heaviest = max(weights, key=lambda path: weights[path])
    return Row(
        what,
        f"{weights[heaviest]:.0f} kB ({heaviest})",
        target=f"<= {most} kB",
        met=weights[heaviest] <= most,
        numbers={"kB": weights},
    )
