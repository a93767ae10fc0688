"""What a browser prints: the content from the first page on, heads on every page, and nothing that is pressed."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab
from pypdf import PdfReader

from tools.browser import WIDE, look, signed_in, visit
from tools.demo_server import DemoServer
from tools.pages import PAGES

pytestmark = pytest.mark.browser

PRINTED = {
    "students": ("Students", ["Number", "Current batches"]),
    "batches": ("Batches", ["Branch", "Lead"]),
    "batch-students": ("Data analytics, mornings", ["Enrolled", "Attendance"]),
    "cohort": ("Data analytics, mornings", ["Instructors", "Register"]),
    "register": ("Data analytics, mornings", []),
    "student": ("Attendance", []),
    "batch-history": ("Data analytics, mornings", []),
}
PRESSED = ("Export", "Filters", "Settings", "Add student", "New batch", "Find or do", "Take register", "Hold")


@pytest.fixture(scope="module")
def tab(stage: DemoServer, browser: Browser) -> Iterator[Tab]:
    context = signed_in(browser, stage, "admin")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", PRINTED)
def test_a_page_is_printed_without_what_is_pressed(stage: DemoServer, tab: Tab, name: str) -> None:
    look(tab, WIDE, "dark")
    visit(tab, next(page for page in PAGES if page.name == name), stage)
    pages = [page.extract_text() for page in PdfReader(BytesIO(tab.pdf(format="A4"))).pages]
    title, heads = PRINTED[name]
    assert title in pages[0]
    # No page is left blank, nor for a foot alone.
    assert [len(text) > 100 for text in pages] == [True] * len(pages)
    assert [head for text in pages for head in heads if head not in text] == []
    assert [word for word in PRESSED for text in pages if word in text.splitlines()] == []
