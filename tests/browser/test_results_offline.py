"""The results sheet without a connection: closed, opened again, sent once."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from muster.progression.grading import State
from muster.progression.models import ComponentScore
from tests.browser.test_register_offline import cut, kept, mend
from tests.browser.test_results import Graded, expect_saved, field

pytestmark = pytest.mark.browser


def test_scores_entered_offline_arrive_once_after_the_browser_was_closed(campus, browser_of, line):
    graded = Graded(campus, 6)
    with browser_of() as seat:
        seat.sign_in(graded.ada.email)
        seat.go(graded.path)
        tab = seat.tab
        tab.keyboard.type("9")
        tab.keyboard.press("Enter")
        expect_saved(tab)
        kept(seat, graded)
        cut(line, tab)
        tab.keyboard.type("10,5")
        tab.keyboard.press("Enter")
        tab.keyboard.press("a")
        expect(tab.locator(".save")).to_contain_text("2 kept")
        expect(tab.locator("[data-tray] .count")).to_have_text("2")
        assert ComponentScore.objects.count() == 1
    with browser_of() as seat:
        # The browser believes in a connection, and nobody answers.
        tab = seat.tab
        seat.go(graded.path)
        expect(tab.locator(".unsent")).to_have_count(2)
        shown = [field(tab, f"Learner {n:02}", "IN1").input_value() for n in range(1, 5)]
        # The first was saved after the page was kept: the browser knows it all the same.
        assert shown == ["9", "10.5", "AB", ""]
        # Pages that are not kept lead to what is.
        seat.go("/batches/")
        expect(tab.get_by_role("heading", level=1)).to_have_text("Saved on this device")
        expect(tab.locator("#kept-marks")).to_contain_text("Learner 02 IN1: 10.5")
        tab.locator("#kept-pages a").first.click()
        expect(tab.locator(".unsent")).to_have_count(2)
        mend(line, tab)
        expect_saved(tab)
    assert graded.stands() == {
        ("Learner 01", "IN1"): 9,
        ("Learner 02", "IN1"): Decimal("10.5"),
        ("Learner 03", "IN1"): State.ABSENT,
    }
    assert ComponentScore.objects.count() == 3
